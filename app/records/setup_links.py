"""The one-time link that makes the first account. Opening it changes nothing; posting its form uses it up."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, and_, delete, insert, select, update

from .. import codes
from ..keys import ServerKey
from . import staff
from .models import SetupLink

LASTS = timedelta(hours=24)


def for_first_account(connection: Connection, key: ServerKey, now: datetime) -> str | None:
    """A fresh secret for the address `/desk/setup/<secret>`, good for 24 hours; None once anybody has an account.

    A link made earlier and not used stops working, so that only the newest one that was printed opens.
    """
    if staff.exists(connection):
        return None
    connection.execute(delete(SetupLink).where(SetupLink.used_at.is_(None)))
    secret = codes.new_secret()
    connection.execute(insert(SetupLink).values(digest=_digest(key, secret), expires_at=now + LASTS, used_at=None))
    return secret


def is_open(connection: Connection, key: ServerKey, secret: str, now: datetime) -> bool:
    """Whether this link can still be used."""
    found = select(SetupLink.digest).where(_usable(key, secret, now))
    return connection.execute(found).first() is not None and not staff.exists(connection)


def use_up(connection: Connection, key: ServerKey, secret: str, now: datetime) -> bool:
    """Use the link up, once; False when it does not open anything (any more). Make the account in this transaction."""
    if staff.exists(connection):
        return False
    used = update(SetupLink).where(_usable(key, secret, now)).values(used_at=now)
    return connection.execute(used).rowcount == 1


def _usable(key: ServerKey, secret: str, now: datetime) -> ColumnElement[bool]:
    return and_(SetupLink.digest == _digest(key, secret), SetupLink.used_at.is_(None), SetupLink.expires_at > now)


def _digest(key: ServerKey, secret: str) -> bytes:
    return key.digest("setup link", secret)
