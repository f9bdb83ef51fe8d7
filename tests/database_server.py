"""A PostgreSQL server as its administrator sees it, and what it refuses to whom."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from sqlalchemy import URL, Engine, create_engine, make_url, text

from app.parts import Parts
from app.records.store import Store, StoreRefused


@dataclass(frozen=True)
class Server:
    """A server, and the database of one clinic on it, with the names of its roles."""

    administrator: Engine
    url: URL
    owner: str
    intake: str
    desk: str

    def runs(self, sql: str) -> None:
        """Run a statement as the administrator."""
        with self.administrator.connect() as connection:
            connection.exec_driver_sql(sql)

    def lets_in(self, role: str) -> str:
        """Give a role a password, as docs/operating.md says; returns its DATABASE_URL."""
        password = secrets.token_hex(8)
        self.runs(f"ALTER ROLE {role} LOGIN PASSWORD '{password}'")
        return self.url.set(username=role, password=password).render_as_string(hide_password=False)


@contextmanager
def fresh_database(postgres_url: str) -> Iterator[Server]:
    """A fresh, empty database whose owner is nobody special: it may create roles, and that is all."""
    mark = secrets.token_hex(4)
    engine = create_engine(postgres_url, isolation_level="AUTOCOMMIT")
    url = make_url(postgres_url).set(database=f"clinic_{mark}")
    made = Server(engine, url, f"owner_{mark}", f"intake_{mark}", f"desk_{mark}")
    made.runs(f"CREATE ROLE {made.owner} CREATEROLE")
    made.runs(f"CREATE DATABASE {url.database} OWNER {made.owner}")
    yield made
    made.runs(f"DROP DATABASE {url.database} WITH (FORCE)")
    made.runs(f"DROP ROLE IF EXISTS {made.intake}, {made.desk}, {made.owner}")
    engine.dispose()


def is_refused(parts: Parts, *statements: str) -> None:
    """Assert that the database itself refuses each of these, whoever holds this host's password."""
    for sql in statements:
        with (
            pytest.raises(StoreRefused, match=r"permission denied for (table|schema|sequence)"),
            parts.store.writing() as connection,
        ):
            connection.execute(text(sql))


def rights(store: Store) -> set[tuple[str, ...]]:
    """Every right on every table, column and sequence of the database, as the server keeps it."""
    relations = (
        "SELECT relname, '', relacl::text FROM pg_class WHERE relnamespace = 'public'::regnamespace "
        "AND relacl IS NOT NULL UNION ALL SELECT attrelid::regclass::text, attname, attacl::text FROM pg_attribute "
        "WHERE attacl IS NOT NULL AND attrelid IN (SELECT oid FROM pg_class "
        "WHERE relnamespace = 'public'::regnamespace)"
    )
    with store.reading() as connection:
        return {tuple(row) for row in connection.execute(text(relations))}
