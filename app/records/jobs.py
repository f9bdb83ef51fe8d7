"""Recurring jobs on the database: claimed by one worker at a time, for a bounded while."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import Connection, insert, or_, select, update

from .models import Job

_CLAIM = timedelta(minutes=10)


def schedule(connection: Connection, names: Mapping[str, timedelta], now: datetime) -> None:
    """Make sure that there is a row for each job, due now when it is new."""
    known = set(connection.execute(select(Job.name)).scalars())
    for name in names:
        if name not in known:
            connection.execute(insert(Job).values(name=name, due_at=now))


def claim(connection: Connection, now: datetime) -> str | None:
    """Claim one due job that nobody holds; returns its name. A claim ends by itself if its worker dies."""
    free = or_(Job.claimed_until.is_(None), Job.claimed_until <= now)
    due = select(Job.name).where(Job.due_at <= now, free).order_by(Job.due_at).limit(1)
    name = connection.execute(due.with_for_update(skip_locked=True)).scalar_one_or_none()
    if name is not None:
        connection.execute(update(Job).where(Job.name == name).values(claimed_until=now + _CLAIM))
    return name


def done(connection: Connection, name: str, now: datetime, every: timedelta, result: str) -> None:
    """The claimed job was done: say what came of it, and when it is due again."""
    connection.execute(
        update(Job)
        .where(Job.name == name)
        .values(due_at=now + every, claimed_until=None, last_done_at=now, last_result=result)
    )
