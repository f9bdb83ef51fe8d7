"""What a backup file looks like inside, and how files of that kind get safely to their place."""

import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from ..keys import sync_folder

_OURS = ("backup_manifest", "backup_key")
_ROWS = "rows of "


class BackupProblem(Exception):
    """A backup cannot be made or restored; the message says why and what to do. Nothing was changed."""


@dataclass(frozen=True)
class Manifest:
    """What a backup is: when and from what it was made, and what must be in it."""

    made_at: datetime
    product: str
    revision: str
    source: str
    server_key: str
    """The fingerprint of the server key that its drafts were encrypted with."""
    rows: Mapping[str, int]


def revision_in(raw: sqlite3.Connection) -> str | None:
    """The migration that a database stands at; None when it is none of this product."""
    if not _has(raw, "alembic_version"):
        return None
    found = raw.execute("SELECT version_num FROM alembic_version").fetchone()
    return found[0] if found else None


def _has(raw: sqlite3.Connection, table: str) -> bool:
    found = raw.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", (table,)).fetchone()
    return found is not None


def rows_in(raw: sqlite3.Connection) -> dict[str, int]:
    """How many rows each table of the product holds, whatever migration it stands at."""
    names = [name for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
    beside = (*_OURS, "alembic_version")
    rows = [name for name in names if name not in beside and not name.startswith("sqlite_")]
    return {name: raw.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in rows}  # noqa: S608


def write(raw: sqlite3.Connection, manifest: Manifest, keys: Mapping[str, bytes]) -> None:
    """Add to a copy of the database what makes it a backup."""
    facts = {
        "made at": manifest.made_at.astimezone(UTC).isoformat(timespec="seconds"),
        "product": manifest.product,
        "revision": manifest.revision,
        "source": manifest.source,
        "server key": manifest.server_key,
        **{_ROWS + table: str(count) for table, count in manifest.rows.items()},
    }
    raw.execute("PRAGMA journal_mode = DELETE")  # one file and nothing beside it, readable from any medium
    raw.execute("BEGIN")
    raw.execute("CREATE TABLE backup_manifest (what TEXT PRIMARY KEY, value TEXT NOT NULL)")
    raw.executemany("INSERT INTO backup_manifest VALUES (?, ?)", facts.items())
    raw.execute("CREATE TABLE backup_key (name TEXT PRIMARY KEY, data BLOB NOT NULL)")
    raw.executemany("INSERT INTO backup_key VALUES (?, ?)", keys.items())
    raw.execute("COMMIT")


def read_manifest(raw: sqlite3.Connection) -> Manifest | None:
    """What this file says it is; None when it is a plain copy of a database. Raises BackupProblem when damaged."""
    if not _has(raw, "backup_manifest"):
        return None
    facts = dict(raw.execute("SELECT what, value FROM backup_manifest"))
    try:
        rows = {what.removeprefix(_ROWS): int(value) for what, value in facts.items() if what.startswith(_ROWS)}
        made_at = datetime.fromisoformat(facts["made at"])
        return Manifest(made_at, facts["product"], facts["revision"], facts["source"], facts["server key"], rows)
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise BackupProblem("this backup is damaged: its manifest cannot be read. Take another one") from error


def strip(raw: sqlite3.Connection) -> None:
    """Take out of a copy what made it a backup, so that no key is left in it, not even on a page that is free."""
    raw.execute("PRAGMA secure_delete = ON")
    for table in _OURS:
        raw.execute(f"DROP TABLE IF EXISTS {table}")


def read_keys(raw: sqlite3.Connection) -> dict[str, bytes]:
    """The key files in this backup, by name. Raises BackupProblem when a name is none of a file."""
    if not _has(raw, "backup_key"):
        return {}
    found = dict(raw.execute("SELECT name, data FROM backup_key"))
    for name, data in found.items():
        if not isinstance(name, str) or not isinstance(data, bytes) or Path(name).name != name or name.startswith("."):
            raise BackupProblem("this backup is damaged: it holds a key file without a proper name. Take another one")
    return found


def prove_sound(raw: sqlite3.Connection) -> None:
    """Read every page and follow every reference. Raises BackupProblem when one is not as it must be."""
    try:
        sound = raw.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        sound = sound and not raw.execute("PRAGMA foreign_key_check").fetchall()
    except sqlite3.DatabaseError:
        sound = False
    if not sound:
        raise BackupProblem("this copy of the database is damaged: take another one, and have the disk examined")


@contextmanager
def said_plainly(what: str) -> Iterator[None]:
    """Turn errors of files and of SQLite into a BackupProblem that says what could not be done, and why."""
    try:
        yield
    except OSError as error:
        raise BackupProblem(f"{what}: {error.strerror}") from error
    except sqlite3.Error as error:
        raise BackupProblem(f"{what}: {error}") from error


@contextmanager
def workshop(target: Path) -> Iterator[Path]:
    """A folder beside a file, on the same disk and closed to others, to make it in. Gone when the block ends."""
    with TemporaryDirectory(prefix=f".{target.name}.unfinished-", dir=target.parent) as folder:
        yield Path(folder)


def private_file(path: Path) -> Path:
    """An empty new file that only this user can read."""
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    return path


def put_in_place(made: Path, target: Path) -> None:
    """Have a finished file on disk under its name, at once. Raises FileExistsError when the name is taken."""
    with made.open("rb") as handle:
        os.fsync(handle.fileno())
    try:
        os.link(made, target)  # which never replaces anything
    except FileExistsError:
        raise
    except OSError:  # a stick or a network disk may know no links
        if target.exists():
            raise FileExistsError(17, "the name was taken meanwhile", str(target)) from None
        made.rename(target)
    sync_folder(target.parent)
