"""What the web server loads: the application, from the environment."""

import config as configuration

from . import bodies, create_app, logs
from .parts import assemble


def application() -> bodies.Application:
    """The WSGI application of this process."""
    logs.start()
    return bodies.read_first(create_app(assemble(configuration.from_environment())))
