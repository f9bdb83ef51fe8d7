"""Failed tries, counted exactly, across processes: at a birth date, at a password. No wait is ever slept."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from .models import Attempt

FREE_TRIES = 5
_FIRST_WAIT = timedelta(minutes=1)
_LONGEST_WAIT = timedelta(minutes=15)


def wait_until(connection: Connection, key: bytes, now: datetime) -> datetime | None:
    """The moment from which the next try is allowed, or None when it is allowed now."""
    row = connection.execute(select(Attempt.failures, Attempt.next_try_at).where(Attempt.key == key)).first()
    return row.next_try_at if row is not None and row.next_try_at > now else None


def begin(connection: Connection, key: bytes, now: datetime) -> datetime | None:
    """Count a try before it is looked at; or, when none is allowed now, the moment from which one is.

    One statement counts, and only when the wait is over: of many tries at once, on either database, no more are looked
    at than one by one. From the fifth on, each doubles the wait. `forget` the count when the try turns out right.
    """
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    counted = (
        insert(Attempt)
        .values(key=key, failures=1, next_try_at=now)
        .on_conflict_do_update(
            index_elements=[Attempt.key],
            set_={"failures": Attempt.failures + 1},
            where=Attempt.next_try_at <= now,
        )
        .returning(Attempt.failures)
    )
    failures = connection.execute(counted).scalar_one_or_none()
    if failures is None:
        return wait_until(connection, key, now)
    if failures >= FREE_TRIES:
        wait = min(_FIRST_WAIT * 2 ** min(failures - FREE_TRIES, 10), _LONGEST_WAIT)
        connection.execute(update(Attempt).where(Attempt.key == key).values(next_try_at=now + wait))
    return None


def forget(connection: Connection, key: bytes) -> None:
    """The right answer was given: the count starts again."""
    connection.execute(delete(Attempt).where(Attempt.key == key))


def purge(connection: Connection, now: datetime) -> int:
    """Forget counts whose wait ended more than a day ago; returns how many."""
    return connection.execute(delete(Attempt).where(Attempt.next_try_at < now - timedelta(days=1))).rowcount
