"""Restoring: a backup is verified, brought up to date and cleaned as a copy, and put into an empty database at once."""

import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, delete, func, inspect, literal, select, text, update

from ..erased import Erased
from ..ledger import Ledgers
from . import audit, audit_keys, erasing, models, schema
from .backup_file import (
    BackupProblem,
    Manifest,
    private_file,
    prove_sound,
    put_in_place,
    read_keys,
    read_manifest,
    revision_in,
    rows_in,
    said_plainly,
    strip,
    workshop,
)
from .copying import copy_rows
from .store import Store

_HOUSEKEEPING = (models.Attempt, models.SetupLink, models.Job)
"""What `previsit prepare` and `previsit work` write by themselves: a database with no other row is an empty one.

They also keep the keys of this host's audit chains, as sealed documents; what is restored brings those of its own.
"""
_SEALED = models.SealedDocument.__tablename__
_SEALED_TABLES = {_SEALED, models.SealedKey.__tablename__}
_MORE_THAN_KEYS = "SELECT 1 FROM sealed_document WHERE kind <> :kind LIMIT 1"


@dataclass(frozen=True)
class Unpacked:
    """A verified copy of a backup, to be put in place. Its keys are not in the copy any more."""

    copy: Path
    manifest: Manifest | None
    revision: str
    keys: Mapping[str, bytes]


@contextmanager
def unpacked(file: Path, near: Path) -> Iterator[Unpacked]:
    """A verified copy of a backup in a closed folder beside `near`, for as long as the block lasts.

    Raises BackupProblem when the file is no backup, is damaged, or was written by a newer release.
    """
    with workshop(near) as folder:
        copy = private_file(folder / "copy.db")
        with said_plainly(f"{file} cannot be restored"):
            shutil.copyfile(file, copy)
            beside = file.with_name(file.name + "-wal")
            if beside.exists():  # a plain copy of a database that was in use
                shutil.copyfile(beside, private_file(folder / "copy.db-wal"))
            with closing(sqlite3.connect(copy, isolation_level=None)) as raw:
                revision = _verified(file, raw)
                manifest, keys = read_manifest(raw), read_keys(raw)
                found = rows_in(raw)
                if manifest is not None and (manifest.rows, manifest.revision) != (found, revision):
                    raise BackupProblem(f"{file} does not hold what its manifest says: take another backup")
                strip(raw)
        yield Unpacked(copy, manifest, revision, keys)


def _verified(file: Path, raw: sqlite3.Connection) -> str:
    try:
        revision = revision_in(raw)
    except sqlite3.DatabaseError as error:
        raise BackupProblem(f"{file} is no backup, or is damaged ({error}): take another one") from error
    if revision is None:
        raise BackupProblem(f"{file} is no backup of this service: see its name")
    if not schema.is_known(revision):
        raise BackupProblem(
            f"{file} was written by a newer release (migration {revision}): install that release, then restore"
        )
    prove_sound(raw)
    return revision


def make_ready(copy: Path, erased: Erased, ledgers: Ledgers | None, now: datetime) -> None:
    """Bring a copy to the newest migration, and take out of it what must not come back.

    Sign-ins, unused links and failed tries belong to the day of the backup; what was erased since stays erased. The
    audit goes on from where the backup has it, with a line for the restore, unless no server key makes a ledger.
    """
    store = Store(f"sqlite:///{copy}", ledgers)
    try:
        schema.upgrade(store)
        with store.writing() as connection:
            connection.execute(delete(models.StaffSession))
            connection.execute(delete(models.SetupLink).where(models.SetupLink.used_at.is_(None)))
            connection.execute(delete(models.Attempt))
            connection.execute(update(models.Job).values(claimed_until=None))
            gone = erasing.delete_submissions(connection, sorted(erased.submissions))
            gone += erasing.delete_drafts(connection, sorted(erased.drafts))
            if ledgers is not None:
                audit.note(connection, at=now, room="work", who=audit.OPERATOR, act="restore", record="database")
                erasing.note_gone(connection, gone, who=audit.SYSTEM, act="erased again", now=now)
    finally:
        store.close()
    with said_plainly("the copy cannot be finished"), closing(sqlite3.connect(copy)) as raw:
        raw.execute("PRAGMA journal_mode = DELETE")  # all of it in one file; the service sets its own mode


def refuse_unless_empty(store: Store) -> None:
    """Raises BackupProblem when the database that a backup would be restored into holds anything already."""
    if not store.is_sqlite:
        with store.reading() as connection:
            _refuse_unless_empty(connection)
        return
    file = _file_of(store)
    with said_plainly(f"{file} cannot be read"):
        if file.exists():
            with closing(sqlite3.connect(file)) as raw:
                held = {name for name, count in rows_in(raw).items() if count}
                passed = {table.__tablename__ for table in _HOUSEKEEPING}
                if _SEALED in held and raw.execute(_MORE_THAN_KEYS, {"kind": audit_keys.KIND}).fetchone() is None:
                    passed |= _SEALED_TABLES
            if held - passed:
                raise BackupProblem(f"{file} holds data already, and nothing was changed: restore into an empty folder")
        elif file.with_name(file.name + "-wal").exists():  # SQLite would play it into whatever gets this name
            raise BackupProblem(f"{file}-wal belongs to a database that is not there any more: move it away first")


def _refuse_unless_empty(connection: Connection) -> None:
    there = set(inspect(connection).get_table_names())
    revision = schema.revision_of(connection)
    strange = bool(there) if revision is None else not schema.is_known(revision)
    passed = {table.__tablename__ for table in _HOUSEKEEPING}
    if _SEALED in there and connection.execute(text(_MORE_THAN_KEYS), {"kind": audit_keys.KIND}).first() is None:
        passed |= _SEALED_TABLES
    tables = [t for t in models.Base.metadata.sorted_tables if t.name in there - passed]
    if strange or any(connection.execute(select(literal(1)).select_from(table).limit(1)).first() for table in tables):
        raise BackupProblem("the database holds data already, and nothing was changed: restore into an empty one")


def put(copy: Path, store: Store) -> None:
    """Put a copy that was made ready into the empty database: whole, or not at all when this is interrupted.

    Raises BackupProblem when the database is not empty, or, with SQLite, in use.
    """
    if store.is_sqlite:
        _put_sqlite(copy, _file_of(store))
    else:
        _put_postgres(copy, store)


def _put_sqlite(copy: Path, file: Path) -> None:
    with said_plainly(f"{file} cannot be put in place"):
        if file.exists():
            with closing(sqlite3.connect(file, timeout=2)) as raw:
                try:
                    raw.execute("PRAGMA journal_mode = DELETE")  # works for the only one who has the file open
                except sqlite3.OperationalError as error:
                    raise BackupProblem(f"{file} is in use: stop the service, then restore") from error
            file.unlink()
        put_in_place(copy, file)


def _put_postgres(copy: Path, store: Store) -> None:
    refuse_unless_empty(store)
    schema.upgrade(store)
    source = Store(f"sqlite:///{copy}")
    try:
        with source.reading() as rows, store.writing() as target:
            target.exec_driver_sql("SET LOCAL statement_timeout = 0")
            names = ", ".join(table.name for table in models.Base.metadata.sorted_tables)
            target.execute(text(f"LOCK TABLE {names} IN SHARE ROW EXCLUSIVE MODE"))
            _refuse_unless_empty(target)
            for table in (*_HOUSEKEEPING, models.SealedKey, models.SealedDocument):
                target.execute(delete(table))
            copy_rows(rows, target)
    finally:
        source.close()


def counts(connection: Connection) -> dict[str, int]:
    """How many submissions, drafts and accounts there are."""
    tables = {"submissions": models.Submission, "drafts": models.Draft, "staff accounts": models.Staff}
    return {
        name: connection.execute(select(func.count()).select_from(table)).scalar_one() for name, table in tables.items()
    }


def _file_of(store: Store) -> Path:
    if store.file is None:
        raise BackupProblem("DATABASE_URL must name a file plainly, as sqlite:////srv/previsit/previsit.db")
    return store.file
