"""Passwords of the staff: what they must be like, and how they are kept (Argon2id) and checked."""

import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST = 15
LONGEST = 256
_FEWEST_CHARACTERS = 5
_SHORTEST_WORD = 5
_SHORTEST_ACCOUNT = 3


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


def problem_with(password: str, *, account: str, clinic_name: str) -> str | None:
    """What is wrong with a new password, as a sentence that says what to do; None when it will do."""
    if len(password) < SHORTEST:
        return f"Use {SHORTEST} characters or more. Four or five words in a row are easy to remember."
    if len(password) > LONGEST:
        return f"Use {LONGEST} characters or fewer."
    if len(set(password)) < _FEWEST_CHARACTERS:
        return f"Use at least {_FEWEST_CHARACTERS} different characters."
    folded = password.casefold()
    for word in clinic_name.split():
        plain = "".join(c for c in word if c.isalnum())
        if len(plain) >= _SHORTEST_WORD and plain.casefold() in folded:
            return f"Leave out “{plain}”. Words of the clinic’s name are the first that strangers try."
    if any(len(part) >= _SHORTEST_ACCOUNT and part in folded for part in (account, account.split("@", 1)[0])):
        return "Leave out your account name. It is the first thing that strangers try."
    return None
