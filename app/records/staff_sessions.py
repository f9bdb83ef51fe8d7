"""Sign-ins of the staff: the cookie holds a random token, the row only its keyed digest, so a sign-out is final."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, or_, select, update

from ..keys import ServerKey
from .models import Staff, StaffSession

LONGEST = timedelta(hours=12)
"""A working day: after it everybody signs in again."""
IDLE = timedelta(minutes=60)
TOUCH_EVERY = timedelta(minutes=1)


@dataclass(frozen=True)
class SignedIn:
    """Who is signed in, with the roles their account holds now."""

    id: str
    name: str
    roles: tuple[str, ...]
    last_seen_at: datetime

    def is_due(self, now: datetime) -> bool:
        """Whether the last-seen time is old enough to be written again."""
        return now - self.last_seen_at >= TOUCH_EVERY


def begin(connection: Connection, key: ServerKey, staff_id: str, now: datetime) -> str:
    """Sign somebody in; returns the fresh token for their cookie."""
    token = secrets.token_urlsafe(32)
    connection.execute(
        insert(StaffSession).values(
            digest=_digest(key, token), staff=staff_id, created_at=now, last_seen_at=now, expires_at=now + LONGEST
        )
    )
    return token


def find(connection: Connection, key: ServerKey, token: str, now: datetime) -> SignedIn | None:
    """Who this token signs in; None when it is unknown, too old, idle too long, or its account is disabled."""
    row = connection.execute(
        select(Staff.id, Staff.name, Staff.roles, StaffSession.last_seen_at)
        .join(Staff, Staff.id == StaffSession.staff)
        .where(
            StaffSession.digest == _digest(key, token),
            StaffSession.expires_at > now,
            StaffSession.last_seen_at > now - IDLE,
            Staff.disabled_at.is_(None),
        )
    ).first()
    return SignedIn(row.id, row.name, tuple(row.roles.split()), row.last_seen_at) if row else None


def touch(connection: Connection, key: ServerKey, token: str, now: datetime) -> None:
    """Remember that this sign-in was used now, unless another request has just done so."""
    connection.execute(
        update(StaffSession)
        .where(StaffSession.digest == _digest(key, token), StaffSession.last_seen_at <= now - TOUCH_EVERY)
        .values(last_seen_at=now)
    )


def end(connection: Connection, key: ServerKey, token: str) -> None:
    """Sign out: the token is worth nothing from now on."""
    connection.execute(delete(StaffSession).where(StaffSession.digest == _digest(key, token)))


def purge(connection: Connection, now: datetime) -> int:
    """Delete every sign-in that does not open anything any more; returns how many."""
    over = or_(StaffSession.expires_at <= now, StaffSession.last_seen_at <= now - IDLE)
    return connection.execute(delete(StaffSession).where(over)).rowcount


def _digest(key: ServerKey, token: str) -> bytes:
    return key.digest("desk session", token)
