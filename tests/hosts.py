"""A fresh host beside the service under test: where a backup is restored to."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import func, select, text

import config as configuration
from app.parts import Parts, assemble
from app.records import models, schema, submissions
from app.records.store import Store
from tests.conftest import FakeClock
from tests.operator import Operator


@contextmanager
def fresh_postgres(postgres_url: str) -> Iterator[str]:
    """A database that nobody has used yet, on the same server."""
    name = f"fresh_{uuid.uuid4().hex}"
    server = Store(postgres_url)
    with server.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
        yield server.engine.url.set(database=name).render_as_string(hide_password=False)
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    server.close()


@contextmanager
def running(operator: Operator, clock: FakeClock) -> Iterator[Parts]:
    """The service as this operator has set it up."""
    parts = assemble(configuration.load(operator.environ), clock=clock)
    try:
        yield parts
    finally:
        parts.store.close()


def documents(parts: Parts) -> dict[str, Any]:
    """Every form that was sent, opened, by reference."""
    with parts.store.reading() as connection:
        rows = submissions.newest(connection, limit=1000)
        opened = submissions.open_answers(connection, rows, parts.keyring.private_keys)
    return {one.listed.reference: (one.listed, one.document) for one in opened}


def count(store: Store, table: Any) -> int:
    with store.reading() as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()


def is_empty(url: str) -> bool:
    """Whether a database has no row that matters, or is not even there."""
    store = Store(url)
    if store.file is not None:
        return not store.file.exists()
    with store.reading() as connection:
        migrated = schema.revision_of(connection)
    empty = migrated is None or all(
        count(store, t) == 0 for t in models.Base.metadata.sorted_tables if t.name not in ("job", "setup_link")
    )
    store.close()
    return empty
