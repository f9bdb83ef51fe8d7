"""Browsers that somebody has signed in on before. Tries made there are counted apart, so a stranger who keeps guessing
at an account never keeps its owner waiting."""

import hmac
import secrets
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, select, update

from ..keys import ServerKey
from .models import Device

LASTS = timedelta(days=180)


def is_known(connection: Connection, key: ServerKey, token: str, staff_id: str, now: datetime) -> bool:
    """Whether this account has been signed in to from the browser that holds this token."""
    found = select(Device.digest).where(
        Device.digest == _digest(key, token, staff_id), Device.last_seen_at > now - LASTS
    )
    return connection.execute(found).first() is not None


def remember(connection: Connection, key: ServerKey, token: str, staff_id: str, now: datetime) -> str:
    """Remember the browser that holds this token, or make one for it; returns the token for its cookie.

    A token that was not made here is not kept: somebody who plants one of their own would share their victim's count.
    """
    kept = token if _is_ours(key, token) else _new_token(key)
    digest = _digest(key, kept, staff_id)
    seen = update(Device).where(Device.digest == digest).values(last_seen_at=now)
    if connection.execute(seen).rowcount == 0:
        connection.execute(insert(Device).values(digest=digest, staff=staff_id, last_seen_at=now))
    return kept


def forget_all(connection: Connection, staff_id: str) -> int:
    """Know no browser of this account any more; returns how many were known."""
    return connection.execute(delete(Device).where(Device.staff == staff_id)).rowcount


def purge(connection: Connection, now: datetime) -> int:
    """Forget browsers that were not used for long; returns how many."""
    return connection.execute(delete(Device).where(Device.last_seen_at <= now - LASTS)).rowcount


def _new_token(key: ServerKey) -> str:
    drawn = secrets.token_urlsafe(32)
    return f"{drawn}.{_seal(key, drawn)}"


def _is_ours(key: ServerKey, token: str) -> bool:
    drawn, _, seal = token.partition(".")
    return hmac.compare_digest(seal.encode(), _seal(key, drawn).encode())


def _seal(key: ServerKey, drawn: str) -> str:
    return key.digest("desk device token", drawn).hex()[:32]


def _digest(key: ServerKey, token: str, staff_id: str) -> bytes:
    # Bound to the account: several people may sign in on one computer, and its cookie holds one token.
    return key.digest("desk device", f"{token}\x00{staff_id}")
