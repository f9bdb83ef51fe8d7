"""One-time links into an account: the first one, an invitation, a reset. Opening one changes nothing; posting its form
uses it up. Whoever makes a link never learns the password that is set with it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import ColumnElement, Connection, and_, delete, insert, select, update

from .. import codes
from ..keys import ServerKey
from . import audit, staff
from .acts import Act
from .models import Restart, SetupLink, Staff

Purpose = Literal["first", "join", "reset", "restart"]
LASTS: dict[Purpose, timedelta] = {
    "first": timedelta(hours=24),
    "join": timedelta(hours=72),
    "reset": timedelta(hours=24),
    "restart": timedelta(hours=24),
}
"""How long a link is good for. An invitation may have to wait for somebody's next day at the clinic."""


_RENEWED: dict[Purpose, Act] = {"join": "invited", "reset": "reset started", "restart": "restart started"}


@dataclass(frozen=True)
class Link:
    """A link that can still be used. Only the first account's has no account yet."""

    purpose: str
    staff: str | None
    expires_at: datetime


def for_first_account(connection: Connection, key: ServerKey, now: datetime) -> str | None:
    """A fresh secret for the address `/desk/setup/<secret>`, good for 24 hours; None once anybody has an account.

    A link made earlier and not used stops working, so that only the newest one that was printed opens.
    """
    if staff.exists(connection):
        return None
    connection.execute(delete(SetupLink).where(SetupLink.used_at.is_(None), SetupLink.purpose == "first"))
    return _make(connection, key, "first", None, now)


def invite(connection: Connection, key: ServerKey, name: str, roles: Iterable[str], *, by: str, now: datetime) -> str:
    """Lay down an account that waits for its owner; returns the secret of the link that leads into it."""
    staff_id = staff.create(connection, name, None, roles, now)
    secret = _make(connection, key, "join", staff_id, now)
    audit.note(connection, at=now, room=audit.room_of(by), who=by, act="invited", record=staff_id)
    return secret


def renew(connection: Connection, key: ServerKey, staff_id: str, purpose: Purpose, *, by: str, now: datetime) -> str:
    """A fresh link into an account that is there: to join it, or to reset it. An earlier one stops working."""
    secret = _make(connection, key, purpose, staff_id, now)
    audit.note(connection, at=now, room=audit.room_of(by), who=by, act=_RENEWED[purpose], record=staff_id)
    return secret


def withdraw(connection: Connection, staff_id: str, *, by: str, now: datetime) -> bool:
    """Take an invitation back, and the account that waited with it; False when its owner has joined by now."""
    connection.execute(delete(SetupLink).where(SetupLink.staff == staff_id))
    connection.execute(delete(Restart).where(Restart.staff == staff_id))
    waiting = and_(Staff.id == staff_id, Staff.password_hash.is_(None), Staff.subject.is_(None))
    if connection.execute(delete(Staff).where(waiting)).rowcount != 1:
        return False
    audit.note(connection, at=now, room=audit.room_of(by), who=by, act="invitation withdrawn", record=staff_id)
    return True


def ask_restart(connection: Connection, staff_id: str, *, by: str, now: datetime) -> None:
    """Ask that somebody who lost the second factor may set up a new one. Another administrator has to agree."""
    connection.execute(delete(Restart).where(Restart.staff == staff_id))
    connection.execute(insert(Restart).values(staff=staff_id, asked_by=by, asked_at=now))
    audit.note(connection, at=now, room=audit.room_of(by), who=by, act="restart asked for", record=staff_id)


def agree_to_restart(connection: Connection, key: ServerKey, staff_id: str, *, by: str, now: datetime) -> str | None:
    """The second administrator's word: the secret of the link, or None when nobody else has asked for it this day."""
    asked = delete(Restart).where(
        Restart.staff == staff_id, Restart.asked_by != by, Restart.asked_at > now - LASTS["restart"]
    )
    if connection.execute(asked).rowcount != 1:
        return None
    return renew(connection, key, staff_id, "restart", by=by, now=now)


def asked_restarts(connection: Connection, now: datetime) -> dict[str, str]:
    """Who asked for a new second factor for whom, within a day: by the id of the account, the id of who asked."""
    rows = connection.execute(select(Restart.staff, Restart.asked_by).where(Restart.asked_at > now - LASTS["restart"]))
    return {row.staff: row.asked_by for row in rows}


def find(connection: Connection, key: ServerKey, secret: str, now: datetime) -> Link | None:
    """What this link opens, if it can still be used."""
    row = connection.execute(
        select(SetupLink.purpose, SetupLink.staff, SetupLink.expires_at).where(_usable(key, secret, now))
    ).first()
    return Link(*row) if row is not None and _opens(connection, row.staff) else None


def use_up(connection: Connection, key: ServerKey, secret: str, now: datetime) -> Link | None:
    """Use the link up, once; None when it does not open anything (any more). Act on it in this transaction."""
    link = find(connection, key, secret, now)
    if link is None:
        return None
    used = update(SetupLink).where(_usable(key, secret, now)).values(used_at=now)
    return link if connection.execute(used).rowcount == 1 else None


def waiting(connection: Connection, now: datetime) -> dict[str, Link]:
    """The links that can still be used, by the id of the account they lead into."""
    rows = connection.execute(
        select(SetupLink.purpose, SetupLink.staff, SetupLink.expires_at).where(
            SetupLink.used_at.is_(None), SetupLink.expires_at > now, SetupLink.staff.is_not(None)
        )
    )
    return {row.staff: Link(*row) for row in rows}


def _make(connection: Connection, key: ServerKey, purpose: Purpose, staff_id: str | None, now: datetime) -> str:
    if staff_id is not None:
        connection.execute(delete(SetupLink).where(SetupLink.staff == staff_id, SetupLink.used_at.is_(None)))
    secret = codes.new_secret(codes.LONG)
    connection.execute(
        insert(SetupLink).values(
            digest=_digest(key, secret), purpose=purpose, staff=staff_id, expires_at=now + LASTS[purpose]
        )
    )
    return secret


def _opens(connection: Connection, staff_id: str | None) -> bool:
    if staff_id is None:
        return not staff.exists(connection)
    account = staff.get(connection, staff_id)
    return account is not None and account.disabled_at is None


def _usable(key: ServerKey, secret: str, now: datetime) -> ColumnElement[bool]:
    return and_(SetupLink.digest == _digest(key, secret), SetupLink.used_at.is_(None), SetupLink.expires_at > now)


def _digest(key: ServerKey, secret: str) -> bytes:
    return key.digest("setup link", secret)
