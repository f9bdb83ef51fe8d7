"""Authenticator apps: time-based codes (TOTP, RFC 6238: six digits, 30 seconds, SHA-1, as every such app has them).

The secret is stored encrypted under the desk's server key and bound to its account, so that a stolen database makes no
codes, and a secret moved to another account opens nothing.
"""

import base64
import hmac
import secrets
from binascii import Error as NotBase64
from datetime import datetime, timedelta

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pyotp import random_base32
from pyotp.totp import TOTP

from ..keys import ServerKey

STEP = timedelta(seconds=30)
DIGITS = 6
_EARLY_OR_LATE = 1
"""So many steps a phone's clock may be wrong by, either way."""
_VERSION = b"\x01"
_NONCE = 12


def new_secret() -> str:
    """160 random bits in base32, as an app takes them."""
    return random_base32(32)


def seal(key: ServerKey, staff_id: str, secret: str) -> bytes:
    """The secret as it is stored."""
    nonce = secrets.token_bytes(_NONCE)
    return _VERSION + nonce + _cipher(key).encrypt(nonce, secret.encode(), _bound(staff_id))


def unseal(key: ServerKey, staff_id: str, blob: bytes) -> str | None:
    """The secret back; None when it was sealed for another account or under another server key."""
    if blob[:1] != _VERSION:
        return None
    try:
        return _cipher(key).decrypt(blob[1 : 1 + _NONCE], blob[1 + _NONCE :], _bound(staff_id)).decode()
    except (InvalidTag, ValueError):
        return None


def hide(key: ServerKey, staff_id: str, secret: str) -> str:
    """A secret that is being set up, as a form carries it."""
    return base64.urlsafe_b64encode(seal(key, staff_id, secret)).decode()


def reveal(key: ServerKey, staff_id: str, hidden: str) -> str | None:
    """The secret that a form carried back; None when it is none of ours for this account."""
    try:
        return unseal(key, staff_id, base64.urlsafe_b64decode(hidden))
    except (NotBase64, ValueError):
        return None


def step_of(secret: str, typed: str, now: datetime) -> int | None:
    """The number of the 30 seconds this code belongs to; None when it is wrong or too old. Spaces do not matter."""
    digits = "".join(typed.split())
    if len(digits) != DIGITS or not (digits.isascii() and digits.isdigit()):
        return None
    totp, found = TOTP(secret), None
    for away in range(-_EARLY_OR_LATE, _EARLY_OR_LATE + 1):
        at = now + away * STEP
        if hmac.compare_digest(totp.at(at), digits):
            found = int(at.timestamp()) // int(STEP.total_seconds())
    return found


def spent_digest(key: ServerKey, staff_id: str, secret: str, step: int) -> bytes:
    """What stands for a code that was used, however it was spaced. Each app of an account has codes of its own."""
    return key.digest("authenticator code", f"{staff_id}\x00{secret}\x00{step}")


def address(secret: str, account: str, clinic: str) -> str:
    """The address that a QR code hands to the app."""
    return TOTP(secret).provisioning_uri(name=account, issuer_name=clinic)


def _cipher(key: ServerKey) -> AESGCM:
    return AESGCM(key.derive("authenticator apps"))


def _bound(staff_id: str) -> bytes:
    return b"previsit authenticator app" + _VERSION + staff_id.encode()
