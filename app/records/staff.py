"""Accounts of the staff. A name is kept in one form, so that capitals and spaces around it do not matter."""

import unicodedata
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select

from .models import Staff


@dataclass(frozen=True)
class Account:
    """Somebody who may sign in."""

    id: str
    name: str
    password_hash: str
    roles: tuple[str, ...]


def normalised(name: str) -> str:
    """The one form of an account name: NFKC, without spaces around it, capitals folded."""
    return unicodedata.normalize("NFKC", name).strip().casefold()


def exists(connection: Connection) -> bool:
    """Whether there is any account yet, disabled ones included."""
    return connection.execute(select(Staff.id).limit(1)).first() is not None


def find(connection: Connection, name: str) -> Account | None:
    """The account of this name, unless there is none or it is disabled."""
    row = connection.execute(
        select(Staff.id, Staff.name, Staff.password_hash, Staff.roles).where(
            Staff.name == normalised(name), Staff.disabled_at.is_(None)
        )
    ).first()
    return Account(row.id, row.name, row.password_hash, tuple(row.roles.split())) if row else None


def create(connection: Connection, name: str, password_hash: str, roles: Iterable[str], now: datetime) -> str:
    """Lay down an account; returns its id."""
    staff_id = uuid.uuid4().hex
    connection.execute(
        insert(Staff).values(
            id=staff_id,
            name=normalised(name),
            password_hash=password_hash,
            roles=" ".join(roles),
            created_at=now,
            disabled_at=None,
        )
    )
    return staff_id
