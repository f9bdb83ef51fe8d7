"""Second factors of the staff: an authenticator app, passkeys, recovery codes for the day both are lost."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Select, delete, func, insert, select, update

from .. import codes
from ..keys import ServerKey
from .models import Passkey, RecoveryCode, Staff

CODES = 10


@dataclass(frozen=True)
class Key:
    """A passkey: its public half, and the name its owner gave it."""

    id: bytes
    staff: str
    public_key: bytes
    sign_count: int
    label: str
    created_at: datetime


@dataclass(frozen=True)
class Factors:
    """What somebody has beside a password: `totp` is an app's encrypted secret, `codes` are recovery codes left."""

    totp: bytes | None
    passkeys: tuple[Key, ...]
    codes: int

    @property
    def are_there(self) -> bool:
        """Whether there is a second factor to ask for. Recovery codes alone are none: they only stand in for one."""
        return self.totp is not None or bool(self.passkeys)


def of(connection: Connection, staff_id: str) -> Factors:
    """The factors of one account."""
    totp = connection.execute(select(Staff.totp).where(Staff.id == staff_id)).scalar_one_or_none()
    keys = connection.execute(_keys().where(Passkey.staff == staff_id).order_by(Passkey.created_at))
    left = select(func.count()).select_from(RecoveryCode).where(RecoveryCode.staff == staff_id)
    return Factors(totp, tuple(Key(*row) for row in keys), connection.execute(left).scalar_one())


def with_second(connection: Connection) -> set[str]:
    """The ids of the accounts that have a second factor."""
    apps = connection.execute(select(Staff.id).where(Staff.totp.is_not(None))).scalars()
    return {*apps, *connection.execute(select(Passkey.staff)).scalars()}


def find_passkey(connection: Connection, credential: bytes) -> Key | None:
    """The passkey of this credential id, whoever's it is."""
    row = connection.execute(_keys().where(Passkey.id == credential)).first()
    return Key(*row) if row else None


def add_passkey(connection: Connection, key: Key) -> None:
    """Lay down a passkey."""
    connection.execute(
        insert(Passkey).values(
            id=key.id,
            staff=key.staff,
            public_key=key.public_key,
            sign_count=key.sign_count,
            label=key.label,
            created_at=key.created_at,
        )
    )


def count_passkey(connection: Connection, credential: bytes, sign_count: int) -> None:
    """Remember how often an authenticator says this passkey was used: a copy of it would say less."""
    connection.execute(update(Passkey).where(Passkey.id == credential).values(sign_count=sign_count))


def remove_passkey(connection: Connection, staff_id: str, credential: bytes) -> bool:
    """Take a passkey of this account away; whether there was one."""
    mine = delete(Passkey).where(Passkey.staff == staff_id, Passkey.id == credential)
    return connection.execute(mine).rowcount == 1


def make_codes(connection: Connection, key: ServerKey, staff_id: str) -> Sequence[str]:
    """Ten fresh recovery codes of 120 random bits, to be shown once. Those made before stop working."""
    connection.execute(delete(RecoveryCode).where(RecoveryCode.staff == staff_id))
    made = [codes.new_secret(codes.RECOVERY) for _ in range(CODES)]
    rows = [{"digest": _digest(key, staff_id, code), "staff": staff_id} for code in made]
    connection.execute(insert(RecoveryCode), rows)
    return made


def use_code(connection: Connection, key: ServerKey, staff_id: str, typed: str) -> bool:
    """Use a recovery code up, however it is spaced; False when it is none of this account's, or was used."""
    code = codes.read_secret(typed, codes.RECOVERY)
    if code is None:
        return False
    used = delete(RecoveryCode).where(
        RecoveryCode.digest == _digest(key, staff_id, code), RecoveryCode.staff == staff_id
    )
    return connection.execute(used).rowcount == 1


def forget_all(connection: Connection, staff_id: str) -> None:
    """Take every second factor of this account away: it has to set up a new one."""
    connection.execute(update(Staff).where(Staff.id == staff_id).values(totp=None))
    connection.execute(delete(Passkey).where(Passkey.staff == staff_id))
    connection.execute(delete(RecoveryCode).where(RecoveryCode.staff == staff_id))


def _keys() -> Select[bytes, str, bytes, int, str, datetime]:
    return select(Passkey.id, Passkey.staff, Passkey.public_key, Passkey.sign_count, Passkey.label, Passkey.created_at)


def _digest(key: ServerKey, staff_id: str, code: str) -> bytes:
    return key.digest("recovery code", f"{staff_id}\x00{code}")
