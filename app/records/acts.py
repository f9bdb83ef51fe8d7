"""Every act that the audit knows, and how it is said. An act that is not here does not type-check."""

from collections.abc import Mapping
from typing import Literal

Act = Literal[
    "sent",
    "list",
    "look",
    "search",
    "seen",
    "chart number",
    "export",
    "hold",
    "hold lifted",
    "erased",
    "erased again",
    "deleted on its day",
    "sign in",
    "sign in refused",
    "sign out",
    "first account",
    "key made",
    "key replaced",
    "key retired",
    "key recovered",
    "key tried",
    "backup",
    "restore",
    "audit",
    "audit export",
    "head",
]

WORDS: Mapping[Act, str] = {
    "sent": "Sent a form",
    "list": "Saw the list of forms",
    "look": "Opened a form",
    "search": "Searched",
    "seen": "Marked a form as seen",
    "chart number": "Changed a chart number",
    "export": "Exported all forms",
    "hold": "Placed a legal hold",
    "hold lifted": "Lifted a legal hold",
    "erased": "Erased for good",
    "erased again": "Erased again after a restore",
    "deleted on its day": "Deleted on its day",
    "sign in": "Signed in",
    "sign in refused": "Sign-in refused",
    "sign out": "Signed out",
    "first account": "Made the first account",
    "key made": "Made a key",
    "key replaced": "Replaced a key",
    "key retired": "Retired a key",
    "key recovered": "Recovered with the recovery key",
    "key tried": "Tried the recovery key on forms",
    "backup": "Made a backup",
    "restore": "Restored a backup",
    "audit": "Looked at the audit",
    "audit export": "Exported the audit",
    "head": "Recorded the head of another chain",
}
"""In the order in which a reader chooses from them."""


def words(act: str) -> str:
    """How an act is said; one that a newer release wrote, as it stands."""
    known: Mapping[str, str] = {**WORDS}
    return known.get(act, act)


def counted(number: int, noun: str) -> str:
    """What a line about several records has in the place of an id: how many there were."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
