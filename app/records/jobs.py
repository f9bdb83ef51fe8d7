"""Recurring jobs on the database: claimed by one worker at a time, for a bounded while."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, insert, or_, select, update

from .models import Job

_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
_CLAIM = timedelta(minutes=10)


@dataclass(frozen=True)
class Run:
    """When a job was last done and what came of it; when it is due."""

    name: str
    due_at: datetime
    last_done_at: datetime | None
    last_result: str | None


def schedule(connection: Connection, names: Iterable[str], now: datetime) -> None:
    """Make sure that there is a row for each job, due now when it is new."""
    known = set(connection.execute(select(Job.name)).scalars())
    for name in names:
        if name not in known:
            connection.execute(insert(Job).values(name=name, due_at=now))


def claim(connection: Connection, names: Iterable[str], now: datetime) -> str | None:
    """Claim one due job of these that nobody holds; returns its name. A claim ends by itself if its worker dies."""
    free = or_(Job.claimed_until.is_(None), Job.claimed_until <= now)
    mine = Job.name.in_(list(names))
    due = select(Job.name).where(mine, Job.due_at <= now, free).order_by(Job.due_at).limit(1)
    name = connection.execute(due.with_for_update(skip_locked=True)).scalar_one_or_none()
    if name is not None:
        connection.execute(update(Job).where(Job.name == name).values(claimed_until=now + _CLAIM))
    return name


def done(connection: Connection, name: str, now: datetime, every: timedelta, result: str) -> None:
    """The claimed job was done: say what came of it, and when it is due again."""
    connection.execute(
        update(Job)
        .where(Job.name == name)
        .values(due_at=now + every, claimed_until=None, last_done_at=now, last_result=result[:255])
    )


def hurry(connection: Connection, name: str) -> None:
    """Have a job done at the worker's next look."""
    connection.execute(update(Job).where(Job.name == name).values(due_at=_LONG_AGO))


def runs(connection: Connection) -> dict[str, Run]:
    """Every job that was ever scheduled, by name."""
    rows = connection.execute(select(Job.name, Job.due_at, Job.last_done_at, Job.last_result))
    return {row.name: Run(*row) for row in rows}
