"""The host: clock, disks, and who else on it can read the files."""

import os
import stat
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from config import Config

from ..keyring import LIST_NAME
from .finding import Finding, ok, problem, warning

_MB = 1_000_000
LEAST_FREE, FEW_FREE = 200 * _MB, 1000 * _MB
LEAST_SHARE = 0.02
_SLACK = timedelta(minutes=5)
_BUILT = datetime(2026, 1, 1, tzinfo=UTC)
_SET_CLOCK = "Set the clock, and have it kept by a time service (timedatectl set-ntp true)."


def clock(now: datetime, newest: datetime | None, server: datetime | None) -> Iterator[Finding]:
    """Whether this host's clock can be right, by what is stored and by the clock of the database's host."""
    if not _BUILT <= now <= _BUILT + timedelta(days=365 * 50):
        yield problem("clock", f"The clock of this host says {now:%Y-%m-%d}.", _SET_CLOCK)
    elif newest is not None and now < newest - _SLACK:
        what = f"The clock says {now:%Y-%m-%d %H:%M} UTC, before something stored at {newest:%Y-%m-%d %H:%M} UTC."
        yield problem("clock", what, _SET_CLOCK)
    else:
        yield ok("clock", f"The clock says {now:%Y-%m-%d %H:%M} UTC.")
    if server is not None:
        apart = abs(server - now)
        what = f"The clocks of this host and of the database's host are {apart.total_seconds():.0f} seconds apart."
        if apart > _SLACK:
            yield problem("clock.database", what, _SET_CLOCK)
        elif apart > timedelta(seconds=30):
            yield warning("clock.database", what, _SET_CLOCK)
        else:
            yield ok("clock.database", what)


def disks(folders: Iterable[Path]) -> Iterator[Finding]:
    """Whether there is room where these folders are; each disk once."""
    seen: set[int] = set()
    for folder in dict.fromkeys(folders):
        try:
            device, found = folder.stat().st_dev, os.statvfs(folder)
        except OSError as error:
            advice = "Run `previsit prepare`, or see DATA_DIR and KEY_DIR and who owns them."
            yield problem("disk", f"{folder} cannot be looked at ({error.strerror}).", advice)
            continue
        if device not in seen:
            seen.add(device)
            yield room(folder, found.f_bavail * found.f_frsize, found.f_blocks * found.f_frsize)
            if found.f_files:  # some file systems count none
                yield from _names(folder, found.f_favail, found.f_files)


def room(folder: Path, free: int, size: int) -> Finding:
    """What so many free bytes mean."""
    what = f"{free / _MB:,.0f} MB are free on the disk of {folder} ({free / max(size, 1):.0%})."
    if free < LEAST_FREE or free < size * LEAST_SHARE:
        return problem("disk", what, "Make room now: soon no patient can save or send.")
    if free < FEW_FREE:
        return warning("disk", what, "Make room, or move the data folder to a larger disk.")
    return ok("disk", what)


def _names(folder: Path, free: int, all_of_them: int) -> Iterator[Finding]:
    if free < all_of_them * LEAST_SHARE:
        what = f"The disk of {folder} can hold only {free} more files."
        yield problem("disk.files", what, "Delete files that nobody needs: it is their number, not their size.")


def permissions(config: Config, database: Path | None) -> Iterator[Finding]:
    """Whether anybody else on this host can read the data or the keys. `database` is the file of a SQLite database."""
    faults = [*_key_faults(config), *_data_faults(config, database), *_strangers(config, database)]
    yield from faults
    if not faults and config.data_dir.exists():
        yield ok("permissions", "Nobody else on this host can read the data folder or the keys.")


def _key_faults(config: Config) -> Iterator[Finding]:
    for path in [config.key_dir, *_key_files(config)]:
        open_to = _mode(path) & (0o022 if path.name == LIST_NAME else 0o077)  # the list is no secret
        if open_to:
            right = "700" if path.is_dir() else "600"
            what = f"Others on this host can {'read' if open_to & 0o055 else 'change'} {path}."
            yield problem("permissions.keys", what, f"Run `chmod {right} {path}` as its owner.")


def _data_faults(config: Config, database: Path | None) -> Iterator[Finding]:
    if _mode(config.data_dir) & 0o077:
        what = f"Others on this host can look into {config.data_dir}."
        yield warning("permissions.data", what, f"Run `chmod 700 {config.data_dir}` as its owner.")
    if database and _mode(database) & 0o077 and _mode(database.parent) & 0o077:
        what = f"Others on this host can read {database}: sealed answers, and the names of accounts."
        yield problem("permissions.database", what, f"Run `chmod 600 {database}*` as its owner.")


def _strangers(config: Config, database: Path | None) -> Iterator[Finding]:
    beside = [database.with_name(database.name + end) for end in ("", "-wal", "-shm")] if database else []
    paths = [config.data_dir, config.key_dir, *_key_files(config), *beside]
    owners = {path: path.stat().st_uid for path in paths if path.exists()}
    owner = owners.get(config.data_dir, os.geteuid())
    others = sorted(str(path) for path, uid in owners.items() if uid != owner)
    if others:
        what = f"{', '.join(others)}: not owned by the owner of {config.data_dir}."
        advice = f"Run `chown --reference={config.data_dir}` on each: the service may not be able to read or write it."
        yield problem("permissions.owner", what, advice)
    elif os.geteuid() not in (0, owner):
        what = f"{config.data_dir} belongs to another user than the one who runs this command."
        yield warning("permissions.owner", what, "Run `previsit doctor` as the user that the service runs as.")


def _key_files(config: Config) -> list[Path]:
    found = [path for path in sorted(config.key_dir.glob("*")) if path.is_file()]
    return found if config.secret_key_file in found else [*found, config.secret_key_file]


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode) if path.exists() else 0
