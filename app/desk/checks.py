"""Whether a second factor fits: a code of an authenticator app, a recovery code, a passkey. What fits is used up."""

from ..records import factors, spent
from ..records.factors import Key
from ..records.staff import Account
from ..records.staff_sessions import Way
from ..records.store import Connection
from . import apps, passkeys
from .context import desk
from .passkeys import NotProved


def code_fits(connection: Connection, account: Account, typed: str) -> Way | None:
    """Whether this is a code of the account's app or one of its recovery codes, and which. It is used up."""
    parts, now = desk().parts, desk().parts.now()
    secret = apps.unseal(parts.server_key, account.id, account.totp) if account.totp else None
    step = apps.step_of(secret, typed, now) if secret else None
    if secret and step is not None and spend_step(connection, account.id, secret, step):
        return "app"
    if factors.use_code(connection, parts.server_key, account.id, typed):
        return "recovery"
    return None


def spend_step(connection: Connection, staff_id: str, secret: str, step: int) -> bool:
    """Use a code of an authenticator app up; False when it was used before."""
    parts = desk().parts
    digest = apps.spent_digest(parts.server_key, staff_id, secret, step)
    return spent.spend(connection, digest, parts.now() + 4 * apps.STEP)


def passkey_fits(connection: Connection, text: str) -> Key:
    """The passkey that a browser proved to hold. The challenge is used up. Raises NotProved."""
    parts, now = desk().parts, desk().parts.now()
    answer = passkeys.read_answer(text)
    known = factors.find_passkey(connection, answer.credential)
    if known is None:
        raise NotProved
    count = passkeys.check_sign_in(parts.server_key, desk().place, now, answer, known)
    digest = passkeys.spent_digest(parts.server_key, answer.challenge)
    if not spent.spend(connection, digest, now + 2 * passkeys.LASTS):
        raise NotProved
    factors.count_passkey(connection, known.id, count)
    return known
