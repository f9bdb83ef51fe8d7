"""A list of what was erased, in the data folder, beside the database and not in it.

A backup made before an erasure still holds the person; after a restore, what stands here is erased again. Each line:
moment (UTC), id of the submission or a hyphen, id of the draft or a hyphen. Ids are random and name nobody.
"""

import os
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

NAME = "erased"


def remember(folder: Path, submissions: Iterable[str], drafts: Iterable[str], now: datetime) -> None:
    """Append what is about to be erased, and have it on disk before the database is touched."""
    moment = now.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    lines = [f"{moment} {one} -\n" for one in submissions] + [f"{moment} - {one}\n" for one in drafts]
    with os.fdopen(os.open(folder / NAME, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "a") as file:
        file.writelines(lines)
        file.flush()
        os.fsync(file.fileno())


def read(folder: Path) -> tuple[list[str], list[str]]:
    """The ids of all submissions and of all drafts ever erased here; both empty when there is no list."""
    path = folder / NAME
    if not path.exists():
        return [], []
    lines = [line.split() for line in path.read_text().splitlines()]
    whole = [line for line in lines if len(line) == 3]
    return [line[1] for line in whole if line[1] != "-"], [line[2] for line in whole if line[2] != "-"]
