"""Sign-ins of the staff: the cookie holds a random token, the row only its keyed digest, so a sign-out is final."""

import secrets
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import Connection, and_, bindparam, delete, insert, or_, select, update

from ..keys import ServerKey
from .models import Staff, StaffSession

LONGEST = timedelta(hours=12)
"""A working day: after it everybody signs in again."""
HALF_WAY = timedelta(minutes=30)
"""How long somebody may take over the second factor, or over setting one up."""
TOUCH_EVERY = timedelta(minutes=1)

_LONG_UNUSED = or_(
    and_(StaffSession.trusted.is_(False), StaffSession.last_seen_at <= bindparam("idle_since")),
    and_(StaffSession.trusted.is_(True), StaffSession.last_seen_at <= bindparam("trusted_since")),
)
_OVER = or_(StaffSession.expires_at <= bindparam("now"), and_(StaffSession.stage == "full", _LONG_UNUSED))
_SIGNED_IN = (
    select(
        Staff.id,
        Staff.name,
        Staff.roles,
        StaffSession.id.label("session"),
        StaffSession.stage,
        StaffSession.way,
        StaffSession.trusted,
        StaffSession.proved_at,
        StaffSession.last_seen_at,
    )
    .join(Staff, Staff.id == StaffSession.staff)
    .where(StaffSession.digest == bindparam("digest"), ~_OVER, Staff.disabled_at.is_(None))
)
"""Asked with every request, so it is put together once."""

Stage = Literal["password", "full"]
Way = Literal["password", "app", "passkey", "recovery", "sso"]
"""By what somebody proved who they are, last: a password (and nothing else yet), an authenticator app, a passkey, a
recovery code, the clinic's own sign-in service."""


@dataclass(frozen=True)
class Idle:
    """How long a sign-in lasts without use: on any computer, and on one that was called the clinic's own."""

    anywhere: timedelta
    trusted: timedelta


@dataclass(frozen=True)
class SignedIn:
    """Who is signed in, with the roles their account holds now. `session` names the sign-in, and opens nothing."""

    id: str
    name: str
    roles: tuple[str, ...]
    session: str
    stage: str
    way: str
    trusted: bool
    proved_at: datetime
    last_seen_at: datetime

    def is_due(self, now: datetime) -> bool:
        """Whether the last-seen time is old enough to be written again."""
        return now - self.last_seen_at >= TOUCH_EVERY


@dataclass(frozen=True)
class Listed:
    """One sign-in, as its owner sees it."""

    id: str
    way: str
    browser: str
    trusted: bool
    created_at: datetime
    last_seen_at: datetime


def begin(
    connection: Connection,
    key: ServerKey,
    staff_id: str,
    now: datetime,
    *,
    stage: Stage = "full",
    way: Way = "password",
    browser: str = "",
    trusted: bool = False,
) -> str:
    """Sign somebody in; returns the fresh token for their cookie."""
    token = secrets.token_urlsafe(32)
    connection.execute(
        insert(StaffSession).values(
            digest=_digest(key, token),
            id=uuid.uuid4().hex,
            staff=staff_id,
            stage=stage,
            way=way,
            browser=browser,
            trusted=trusted,
            created_at=now,
            proved_at=now,
            last_seen_at=now,
            expires_at=now + (LONGEST if stage == "full" else HALF_WAY),
        )
    )
    return token


def find(connection: Connection, key: ServerKey, token: str, now: datetime, idle: Idle) -> SignedIn | None:
    """Who this token signs in; None when it is unknown, too old, idle too long, or its account is disabled."""
    row = connection.execute(_SIGNED_IN, {"digest": _digest(key, token), **_moments(now, idle)}).first()
    if row is None:
        return None
    return SignedIn(row.id, row.name, tuple(row.roles.split()), *row[3:])


def touch(connection: Connection, key: ServerKey, token: str, now: datetime) -> None:
    """Remember that this sign-in was used now, unless another request has just done so."""
    connection.execute(
        update(StaffSession)
        .where(StaffSession.digest == _digest(key, token), StaffSession.last_seen_at <= now - TOUCH_EVERY)
        .values(last_seen_at=now)
    )


def prove(connection: Connection, session: str, now: datetime) -> None:
    """Remember that the owner of this sign-in has just proved again who they are."""
    connection.execute(update(StaffSession).where(StaffSession.id == session).values(proved_at=now))


def of(connection: Connection, staff_id: str, now: datetime, idle: Idle) -> list[Listed]:
    """The open sign-ins of one account, the latest first."""
    rows = connection.execute(
        select(
            StaffSession.id,
            StaffSession.way,
            StaffSession.browser,
            StaffSession.trusted,
            StaffSession.created_at,
            StaffSession.last_seen_at,
        )
        .where(StaffSession.staff == staff_id, StaffSession.stage == "full", ~_OVER)
        .order_by(StaffSession.created_at.desc()),
        _moments(now, idle),
    )
    return [Listed(*row) for row in rows]


def end(connection: Connection, key: ServerKey, token: str) -> None:
    """Sign out: the token is worth nothing from now on."""
    connection.execute(delete(StaffSession).where(StaffSession.digest == _digest(key, token)))


def end_one(connection: Connection, staff_id: str, session: str) -> bool:
    """End one sign-in of this account by its id; whether there was one."""
    mine = and_(StaffSession.staff == staff_id, StaffSession.id == session)
    return connection.execute(delete(StaffSession).where(mine)).rowcount == 1


def end_all(connection: Connection, staff_id: str, *, but: str = "") -> int:
    """End every sign-in of this account, but for one; returns how many."""
    others = and_(StaffSession.staff == staff_id, StaffSession.id != but)
    return connection.execute(delete(StaffSession).where(others)).rowcount


def purge(connection: Connection, now: datetime, idle: Idle) -> int:
    """Delete every sign-in that does not open anything any more; returns how many."""
    return connection.execute(delete(StaffSession).where(_OVER), _moments(now, idle)).rowcount


def _moments(now: datetime, idle: Idle) -> dict[str, datetime]:
    """What `_OVER` is asked with."""
    return {"now": now, "idle_since": now - idle.anywhere, "trusted_since": now - idle.trusted}


def _digest(key: ServerKey, token: str) -> bytes:
    return key.digest("desk session", token)
