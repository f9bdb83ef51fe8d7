"""How the database is: what it is, whether it takes writes, what waits in it. Nothing here changes anything."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, func, insert, select

from .models import Attempt, Draft, IndexQueue, Job, Submission
from .store import Store

_MORE_THAN_A_PAGE = 64 * 1024
_AT_NO_TIME = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Storage:
    """What the database is and how much room it takes, in bytes. `free` and `log` are told by SQLite alone."""

    product: str
    version: tuple[int, ...]
    size: int
    free: int = 0
    log: int = 0


class _Undone(Exception):
    """Ends a transaction that was never meant to stay."""


def try_writing(store: Store) -> None:
    """Write something and take it back; on SQLite, something that needs fresh pages. Raises StoreUnavailable."""
    size = _MORE_THAN_A_PAGE if store.is_sqlite else 0  # PostgreSQL keys are short; its disk is not this host's
    trial = insert(Attempt).values(key=b"doctor" + bytes(size), failures=0, next_try_at=_AT_NO_TIME)
    with suppress(_Undone), store.writing() as connection:
        connection.execute(trial)
        raise _Undone


def storage(store: Store, connection: Connection) -> Storage:
    """What the database is, and its size."""
    if not store.is_sqlite:
        number = int(connection.exec_driver_sql("SHOW server_version_num").scalar_one())
        size = connection.execute(select(func.pg_database_size(func.current_database()))).scalar_one()
        return Storage("PostgreSQL", (number // 10_000, number % 10_000), size)
    version = connection.execute(select(func.sqlite_version())).scalar_one()
    page, pages, free = (
        connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
        for name in ("page_size", "page_count", "freelist_count")
    )
    log = store.file.with_name(store.file.name + "-wal") if store.file else None
    written = log.stat().st_size if log and log.exists() else 0
    return Storage("SQLite", tuple(map(int, version.split("."))), page * pages, page * free, written)


def clock_of_server(connection: Connection) -> datetime | None:
    """What the time is on the database's host; None when that is this host."""
    if connection.dialect.name == "sqlite":
        return None
    return connection.execute(select(func.clock_timestamp())).scalar_one()


def newest_moment(connection: Connection, *, of_forms: bool) -> datetime | None:
    """The newest moment that the database knows of: a job done or, `of_forms`, one received.

    The role of the patients' room may not read when a form was received.
    """
    columns = (Job.last_done_at, Submission.received_at) if of_forms else (Job.last_done_at,)
    found = (connection.execute(select(func.max(column))).scalar_one() for column in columns)
    return max((moment for moment in found if moment is not None), default=None)


def waiting_for_digests(connection: Connection, before: datetime) -> int:
    """How many submissions received before this moment cannot be found by a name yet."""
    query = select(func.count()).join_from(IndexQueue, Submission).where(Submission.received_at < before)
    return connection.execute(query).scalar_one()


def drafts_kept_past(connection: Connection, moment: datetime) -> int:
    """How many drafts should have been deleted before this moment."""
    return connection.execute(select(func.count()).where(Draft.expires_at < moment)).scalar_one()
