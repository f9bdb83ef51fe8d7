"""Passwords of the staff: what they must be like, and how they are kept (Argon2id) and checked."""

import secrets
from collections.abc import Iterable

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST = 15
LONGEST = 256
_FEWEST_CHARACTERS = 5
_SHORTEST_WORD = 5
_SHORTEST_ACCOUNT = 3
_LOOKED_AT = 64
"""So many characters are looked at for common passwords: the work grows faster than the length."""
_FEWEST_GUESSES = 10**8
"""A password that a list of common ones reaches within so many guesses is refused."""


class Passwords:
    """Hashes and checks passwords. An account that does not exist costs the same work as one that does."""

    def __init__(self, hasher: PasswordHasher) -> None:
        self._hasher = hasher
        self._nobodys = hasher.hash(secrets.token_hex())

    def keep(self, password: str) -> str:
        """What is stored in place of the password."""
        return self._hasher.hash(password)

    def fits(self, stored: str | None, password: str) -> bool:
        """Whether this is the password that was stored; never, when nothing was."""
        try:
            self._hasher.verify(stored or self._nobodys, password)
        except (VerificationError, InvalidHashError):
            return False
        return stored is not None

    def is_dated(self, stored: str) -> bool:
        """Whether a stored password was hashed with other costs than those of today, and should be hashed anew."""
        return self._hasher.check_needs_rehash(stored)


def problem_with(password: str, *, account: str, clinic: Iterable[str]) -> str | None:
    """What is wrong with a new password, as a sentence that says what to do; None when it will do.

    `clinic` are the texts that name the clinic: their longer words are the first that strangers try.
    """
    if len(password) < SHORTEST:
        return f"Use {SHORTEST} characters or more. Four or five words in a row are easy to remember."
    if len(password) > LONGEST:
        return f"Use {LONGEST} characters or fewer."
    if len(set(password)) < _FEWEST_CHARACTERS:
        return f"Use at least {_FEWEST_CHARACTERS} different characters."
    folded = password.casefold()
    for word in " ".join(clinic).split():
        plain = "".join(c for c in word if c.isalnum())
        if len(plain) >= _SHORTEST_WORD and plain.casefold() in folded:
            return f"Leave out “{plain}”. Words of the clinic’s name are the first that strangers try."
    if any(len(part) >= _SHORTEST_ACCOUNT and part in folded for part in (account, account.split("@", 1)[0])):
        return "Leave out your account name. It is the first thing that strangers try."
    if _is_common(password):
        return "This is close to passwords that many people use. Add a word or two that have nothing to do with it."
    return None


def _is_common(password: str) -> bool:
    from zxcvbn import zxcvbn  # its lists of common passwords are loaded only where somebody chooses one

    return zxcvbn(password[:_LOOKED_AT])["guesses"] < _FEWEST_GUESSES
