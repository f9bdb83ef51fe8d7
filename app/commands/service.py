"""The service as this host is set up, for a command: its parts, and its database connections closed at the end."""

from collections.abc import Iterator
from contextlib import contextmanager

import config as configuration

from ..parts import Parts, assemble


@contextmanager
def service() -> Iterator[Parts]:
    """The parts of this host's service, from the environment. Raises ConfigError and KeyProblem, in sentences."""
    parts = assemble(configuration.from_environment())
    try:
        yield parts
    finally:
        parts.store.close()
