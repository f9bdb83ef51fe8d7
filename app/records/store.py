"""The database connection: SQLite in the data folder, or PostgreSQL, with settings that every connection proves.

`reading()` cannot write (the database itself refuses); `writing()` is one transaction that is on disk when it ends.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DatabaseError, DBAPIError, InterfaceError, InternalError, OperationalError

from ..ledger import Ledgers, Line
from .audit import Notes

_LOCK_WAIT_MS = 2000
_CUT_TRIES = 5
_SQLITE_SETTINGS = {
    "journal_mode": "wal",
    "synchronous": 2,
    "foreign_keys": 1,
    "busy_timeout": _LOCK_WAIT_MS,
    "secure_delete": 1,
}
_POSTGRES_SETTINGS = {"synchronous_commit": "on", "fsync": "on", "lock_timeout": "2s", "TimeZone": "UTC"}
_INSUFFICIENT_PRIVILEGE = "42501"
_UNDEFINED = ("42P01", "42703")
"""PostgreSQL's codes for a table and for a column that is not there."""


class StoreUnavailable(Exception):
    """The database is locked, full, read-only or away just now. Nothing was stored; trying again may work."""


class StoreRefused(StoreUnavailable):
    """The role of this connection may not do that: `database-roles` was not applied since the last migration, say.

    Like a database that is away: nothing was stored, and the page is given back filled in.
    """


class StoreBehind(StoreUnavailable):
    """A table or a column is not there: the database was never prepared, or not since the last upgrade."""


class StoreMisconfigured(Exception):
    """A connection does not have the settings that keep acknowledged answers on disk."""


class DBAPIConnection(Protocol):
    """What we need of a raw connection."""

    def cursor(self) -> Any: ...


class Listener(Protocol):
    """Somebody who is told of audit lines once they are on disk, and must not raise."""

    def __call__(self, lines: Sequence[Line]) -> None: ...

    def close(self) -> None: ...


class Store:
    """One database. Cheap to hand around; makes its connections when asked."""

    def __init__(self, url: str, ledgers: Ledgers | None = None, tell: Listener | None = None) -> None:
        """`ledgers` are the chains that audit lines are noted on: without them none can be.

        `tell` is called with the audit lines of a transaction once they are on disk.
        """
        self._ledgers = ledgers
        self._tell = tell
        self.is_sqlite = url.startswith("sqlite")
        self.engine = _sqlite_engine(url) if self.is_sqlite else _postgres_engine(url)

    @property
    def file(self) -> Path | None:
        """The file of a SQLite database; None for PostgreSQL, and for an address that is more than a path."""
        name = self.engine.url.database if self.is_sqlite else None
        return Path(name).absolute() if name and not name.startswith((":", "file:")) else None

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that can only read. Raises StoreUnavailable."""
        with _translated(), self.engine.connect() as connection:
            yield connection if self.is_sqlite else connection.execution_options(postgresql_readonly=True)

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """A connection that can only read, and sees one moment of the database however long that takes.

        It holds nobody up. Raises StoreUnavailable.
        """
        with self.reading() as connection:
            if not self.is_sqlite:  # where the first read of any transaction fixes what it sees
                connection.execution_options(isolation_level="REPEATABLE READ")
                connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction: committed, and on disk, when the block ends; rolled back when it raises.

        Raises StoreUnavailable. On SQLite the transaction takes the write lock at once, since reading first and
        writing later in a deferred transaction fails as soon as somebody else has written in between.
        """
        notes = Notes(self._ledgers)
        with _translated(), self.engine.connect() as connection:
            writer = connection.execution_options(writes=True, notes=notes)
            with writer.begin():
                yield writer
        if self._tell is not None and notes.lines:
            self._tell(notes.lines)

    def ping(self) -> None:
        """Ask the database for an answer. Raises StoreUnavailable."""
        with self.reading() as connection:
            connection.exec_driver_sql("SELECT 1")

    def scrub(self) -> str:
        """Have nothing left of what was deleted in the database's own files; returns what is to be known, or "".

        SQLite overwrites what is deleted (secure_delete), but older copies lie in the write-ahead log until it is
        taken into the file and cut. PostgreSQL keeps dead rows until their tables are written anew.
        """
        return self._cut_wal() if self.is_sqlite else self._write_tables_anew()

    def _cut_wal(self) -> str:
        try:
            raw = self.engine.raw_connection()
            try:
                for _ in range(_CUT_TRIES):
                    busy = raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
                    if not busy:
                        return ""
            finally:
                raw.close()
        except sqlite3.DatabaseError as error:  # a raw connection is none of SQLAlchemy's, and so are its errors
            raise StoreUnavailable(str(error)) from error
        return (
            "somebody was reading all the while, so older copies may lie in the write-ahead log: run `previsit scrub`"
        )

    def _write_tables_anew(self) -> str:
        with _translated(), self.engine.connect() as connection:
            free = connection.execution_options(isolation_level="AUTOCOMMIT")
            mine = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND pg_has_role(tableowner, 'USAGE')"
            for table in free.exec_driver_sql(mine).scalars().all():
                free.exec_driver_sql(f'VACUUM (FULL) "{table}"')
            owns = free.exec_driver_sql(f"{mine} AND tablename = 'submission'").first()
        return (
            "" if owns else "run `previsit scrub` with the DATABASE_URL of the tables' owner, since this role may not"
        )

    def compact(self) -> None:
        """Write an SQLite file anew, without anything that was ever deleted from it. Raises StoreUnavailable."""
        raw = self.engine.raw_connection()
        try:
            raw.cursor().execute("VACUUM")
            raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except sqlite3.OperationalError as error:
            raise StoreUnavailable(str(error)) from error
        finally:
            raw.close()

    def close(self) -> None:
        """Close every connection that is not in use."""
        self.engine.dispose()
        if self._tell is not None:
            self._tell.close()


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (OperationalError, InternalError, InterfaceError) as error:
        if str(error.orig).startswith(("no such table", "no such column")):
            raise StoreBehind(type(error.orig).__name__) from error
        raise StoreUnavailable(type(error.orig).__name__) from error
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) in _UNDEFINED:
            raise StoreBehind(type(error.orig).__name__) from error
        if getattr(error.orig, "sqlstate", None) == _INSUFFICIENT_PRIVILEGE:
            raise StoreRefused(str(error.orig).splitlines()[0]) from error
        damaged = type(error) is DatabaseError  # no kind of its own: SQLite says so of a file that is damaged
        if error.connection_invalidated or damaged:
            raise StoreUnavailable(type(error.orig).__name__) from error
        raise


def _sqlite_engine(url: str) -> Engine:
    engine = create_engine(url, pool_size=8, max_overflow=8, pool_timeout=5)

    @event.listens_for(engine, "connect")
    def _connect(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None  # SQLAlchemy's begin event below speaks for the driver
        cursor = connection.cursor()
        for name, wanted in _SQLITE_SETTINGS.items():
            cursor.execute(f"PRAGMA {name} = {wanted}")
        for name, wanted in _SQLITE_SETTINGS.items():
            _prove(name, cursor.execute(f"PRAGMA {name}").fetchone()[0], wanted)
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes", False)
        raw = connection.connection.dbapi_connection
        if not isinstance(raw, sqlite3.Connection):
            raise StoreMisconfigured("this is no SQLite connection")
        try:
            raw.execute("PRAGMA query_only = OFF" if writes else "PRAGMA query_only = ON")
            raw.execute("BEGIN IMMEDIATE" if writes else "BEGIN")
        except sqlite3.OperationalError as error:
            raise StoreUnavailable(str(error)) from error

    return engine


def _postgres_engine(url: str) -> Engine:
    # A connection that rested is asked first whether it still lives: after a restart of the database server nobody is
    # shown an error for it.
    engine = create_engine(url, pool_size=8, max_overflow=8, pool_timeout=5, pool_pre_ping=True)

    @event.listens_for(engine, "connect")
    def _connect(connection: DBAPIConnection, _record: object) -> None:
        cursor = connection.cursor()
        cursor.execute("SET lock_timeout = '2s'; SET statement_timeout = '30s'; SET TimeZone = 'UTC'")
        cursor.execute("SET synchronous_commit = on")
        for name, wanted in _POSTGRES_SETTINGS.items():
            cursor.execute(f"SHOW {name}")
            _prove(name, cursor.fetchone()[0], wanted)
        cursor.execute("COMMIT")
        cursor.close()

    return engine


def _prove(name: str, found: object, wanted: object) -> None:
    if found != wanted:
        raise StoreMisconfigured(f"the database connection has {name} = {found!r}, not {wanted!r}")
