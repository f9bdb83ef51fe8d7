"""Codes that people read, type and say: the secret of a draft, and the reference of a submission.

Crockford base32: no I, L, O, U; lower case and hyphens do not matter; O reads as 0, I and L as 1.
"""

import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_VALUE = {symbol: number for number, symbol in enumerate(ALPHABET)}
_SECRET = 16
LONG = 28
"""Symbols of a secret that nobody types: 140 random bits."""
RECOVERY = 24
"""Symbols of a recovery code: 120 random bits, more than enough that a digest of it cannot be turned back."""
_REFERENCE = 8


def new_secret(symbols: int = _SECRET) -> str:
    """5 random bits a symbol, in groups: 80 bits as XXXX-XXXX-XXXX-XXXX unless told otherwise."""
    return _grouped("".join(secrets.choice(ALPHABET) for _ in range(symbols)))


def read_secret(typed: str, symbols: int = _SECRET) -> str | None:
    """The secret that was typed or pasted (a whole link too), in its one form; None when it cannot be one."""
    plain = _plain(typed.strip().rstrip("/").rsplit("/", 1)[-1])
    return _grouped(plain) if len(plain) == symbols and all(c in _VALUE for c in plain) else None


def new_reference() -> str:
    """7 random symbols and a check symbol, as XXXX-XXXX: what a patient reads out on the phone."""
    symbols = "".join(secrets.choice(ALPHABET) for _ in range(_REFERENCE - 1))
    return _grouped(symbols + _check_symbol(symbols))


def read_reference(typed: str) -> str | None:
    """The reference that was typed, in its one form; None when its check symbol does not fit."""
    plain = _plain(typed)
    if len(plain) != _REFERENCE or any(c not in _VALUE for c in plain) or _check_symbol(plain[:-1]) != plain[-1]:
        return None
    return _grouped(plain)


def _plain(typed: str) -> str:
    kept = (c for c in typed.upper() if c.isalnum())
    return "".join({"O": "0", "I": "1", "L": "1"}.get(c, c) for c in kept)


def _grouped(symbols: str) -> str:
    return "-".join(symbols[i : i + 4] for i in range(0, len(symbols), 4))


def _check_symbol(symbols: str) -> str:
    """Luhn mod 32: catches every single wrong symbol and nearly every swap of neighbours."""
    total = 0
    for position, symbol in enumerate(reversed(symbols)):
        product = _VALUE[symbol] * (2 if position % 2 == 0 else 1)
        total += product // 32 + product % 32
    return ALPHABET[-total % 32]
