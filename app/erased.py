"""A list of what was erased, in the data folder, beside the database and not in it.

A backup made before an erasure still holds the person; after a restore, what stands here is erased again. Each line:
moment (UTC), id of the submission or a hyphen, id of the draft or a hyphen. Ids are random and name nobody.
"""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

NAME = "erased"


class ErasedUnreadable(Exception):
    """The list cannot be read; the message says what to do."""


@dataclass(frozen=True)
class Erased:
    """Ids of what was erased, and must not come back with an older backup."""

    submissions: frozenset[str]
    drafts: frozenset[str]


def remember(folder: Path, submissions: Iterable[str], drafts: Iterable[str], now: datetime) -> None:
    """Append what is about to be erased, and have it on disk before the database is touched."""
    moment = now.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    lines = [f"{moment} {one} -\n" for one in submissions] + [f"{moment} - {one}\n" for one in drafts]
    with os.fdopen(os.open(folder / NAME, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "a") as file:
        file.writelines(lines)
        file.flush()
        os.fsync(file.fileno())


def read(folder: Path) -> Erased:
    """Everything that was ever erased here; nothing when there is no list.

    The whole list counts for any backup: to erase again what is not there does nothing, and comparing the clocks of two
    hosts might bring somebody back. Raises ErasedUnreadable: a line that cannot be read may be the one that matters.
    """
    path = folder / NAME
    try:
        lines = path.read_text().splitlines()
    except FileNotFoundError:
        lines = []
    except (OSError, ValueError) as error:
        raise ErasedUnreadable(f"{path} cannot be read: see who owns it. Without it erased forms come back") from error
    submissions: set[str] = set()
    drafts: set[str] = set()
    for number, line in enumerate(lines, 1):
        words = line.split()
        if words and len(words) != 3:
            raise ErasedUnreadable(
                f"line {number} of {path} cannot be read: mend it. Without it erased forms come back"
            )
        submissions |= set(words[1:2]) - {"-"}
        drafts |= set(words[2:]) - {"-"}
    return Erased(frozenset(submissions), frozenset(drafts))
