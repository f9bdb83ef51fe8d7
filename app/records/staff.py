"""Accounts of the staff. A name is kept in one form, so that capitals and spaces around it do not matter.

Every change of an account writes its audit line in the same transaction. `by` is who changes it: a staff id, or
`operator` at the command line.
"""

import unicodedata
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from . import audit
from .models import Staff, StaffSession

ADMINISTRATOR = "administrator"


class LastAdministrator(Exception):
    """Nobody else could look after accounts any more: the change was not made."""


class Taken(Exception):
    """Another account of this name or subject was laid down in the same moment. The transaction is over."""


@dataclass(frozen=True)
class Account:
    """Somebody of the clinic. `totp` is the encrypted secret of their authenticator app, where they have one."""

    id: str
    name: str
    password_hash: str | None
    roles: tuple[str, ...]
    created_at: datetime
    disabled_at: datetime | None
    totp: bytes | None
    subject: str | None

    @property
    def has_joined(self) -> bool:
        """Whether the invitation was taken up: there is a way to sign in."""
        return self.password_hash is not None or self.subject is not None


def normalised(name: str) -> str:
    """The one form of an account name: NFKC, without spaces around it, capitals folded."""
    return unicodedata.normalize("NFKC", name).strip().casefold()


def exists(connection: Connection) -> bool:
    """Whether anybody has ever made an account their own, disabled ones included."""
    joined = Staff.password_hash.is_not(None) | Staff.subject.is_not(None)
    return connection.execute(select(Staff.id).where(joined).limit(1)).first() is not None


def find(connection: Connection, name: str) -> Account | None:
    """The account of this name, unless there is none or it is disabled."""
    row = connection.execute(_accounts().where(Staff.name == normalised(name), Staff.disabled_at.is_(None))).first()
    return _account(row) if row else None


def find_subject(connection: Connection, subject: str) -> Account | None:
    """The account of somebody at the clinic's own sign-in service, disabled or not."""
    row = connection.execute(_accounts().where(Staff.subject == subject)).first()
    return _account(row) if row else None


def get(connection: Connection, staff_id: str) -> Account | None:
    """The account of this id, disabled or not."""
    row = connection.execute(_accounts().where(Staff.id == staff_id)).first()
    return _account(row) if row else None


def is_taken(connection: Connection, name: str) -> bool:
    """Whether there is an account of this name, whatever its state."""
    return connection.execute(select(Staff.id).where(Staff.name == normalised(name))).first() is not None


def everybody(connection: Connection) -> list[Account]:
    """All accounts, by name."""
    return [_account(row) for row in connection.execute(_accounts().order_by(Staff.name))]


def create(
    connection: Connection,
    name: str,
    password_hash: str | None,
    roles: Iterable[str],
    now: datetime,
    *,
    subject: str | None = None,
) -> str:
    """Lay down an account; returns its id. Without a password and a subject it waits to be taken up. Raises Taken."""
    staff_id = uuid.uuid4().hex
    row = insert(Staff).values(
        id=staff_id,
        name=normalised(name),
        password_hash=password_hash,
        roles=" ".join(roles),
        created_at=now,
        subject=subject,
    )
    try:
        connection.execute(row)
    except IntegrityError as error:
        raise Taken from error
    return staff_id


def set_password(connection: Connection, staff_id: str, password_hash: str) -> None:
    """A new password. Ending sign-ins and noting it is the caller's part, since the reasons differ."""
    connection.execute(update(Staff).where(Staff.id == staff_id).values(password_hash=password_hash))


def set_totp(connection: Connection, staff_id: str, totp: bytes | None) -> None:
    """The encrypted secret of an authenticator app; None takes it away."""
    connection.execute(update(Staff).where(Staff.id == staff_id).values(totp=totp))


def set_roles(connection: Connection, staff_id: str, roles: Iterable[str], *, by: str, now: datetime) -> None:
    """Other roles, from this moment on. Raises LastAdministrator when nobody would be left to look after accounts."""
    wanted = tuple(roles)
    if ADMINISTRATOR not in wanted:
        _keep_an_administrator(connection, staff_id)
    connection.execute(update(Staff).where(Staff.id == staff_id).values(roles=" ".join(wanted)))
    audit.note(connection, at=now, room=audit.room_of(by), who=by, act="roles changed", record=staff_id)


def follow_groups(connection: Connection, staff_id: str, roles: Iterable[str]) -> None:
    """The roles that the clinic's provider gives at a sign-in: they hold even where no administrator is left, since
    more of them come the same way. Noting it is the caller's part, behind the sign-in itself."""
    connection.execute(update(Staff).where(Staff.id == staff_id).values(roles=" ".join(roles)))


def disable(connection: Connection, staff_id: str, *, by: str, now: datetime) -> None:
    """Shut an account: nobody signs in to it, and every sign-in ends. Raises LastAdministrator."""
    _keep_an_administrator(connection, staff_id)
    connection.execute(update(Staff).where(Staff.id == staff_id).values(disabled_at=now))
    connection.execute(delete(StaffSession).where(StaffSession.staff == staff_id))
    audit.note(connection, at=now, room=audit.room_of(by), who=by, act="account disabled", record=staff_id)


def enable(connection: Connection, staff_id: str, *, by: str, now: datetime) -> None:
    """Open an account that was shut, with the password and the factors it had."""
    connection.execute(update(Staff).where(Staff.id == staff_id).values(disabled_at=None))
    audit.note(connection, at=now, room=audit.room_of(by), who=by, act="account enabled", record=staff_id)


def _keep_an_administrator(connection: Connection, staff_id: str) -> None:
    account = get(connection, staff_id)
    if account is None or ADMINISTRATOR not in account.roles or account.disabled_at is not None:
        return
    if not any(is_administrator(other) for other in everybody(connection) if other.id != staff_id):
        raise LastAdministrator


def is_administrator(account: Account) -> bool:
    """Whether this account looks after accounts now: it holds the role, somebody has taken it up, and it is open."""
    return ADMINISTRATOR in account.roles and account.disabled_at is None and account.has_joined


def _accounts() -> Any:
    return select(
        Staff.id,
        Staff.name,
        Staff.password_hash,
        Staff.roles,
        Staff.created_at,
        Staff.disabled_at,
        Staff.totp,
        Staff.subject,
    )


def _account(
    row: Row[Any],
) -> Account:
    return Account(
        row.id,
        row.name,
        row.password_hash,
        tuple(row.roles.split()),
        row.created_at,
        row.disabled_at,
        row.totp,
        row.subject,
    )
