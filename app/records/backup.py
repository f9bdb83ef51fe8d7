"""Backups: one SQLite file with every row at one moment, made beside a running service from either database.

Beside the product's own tables it holds `backup_manifest` (what it is) and `backup_key` (files of the key folder).
Since it is a database like any other, a plain copy of a SQLite database at any known migration restores just as well.
"""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from datetime import datetime
from pathlib import Path

from . import schema
from .backup_file import (
    BackupProblem,
    Manifest,
    private_file,
    prove_sound,
    put_in_place,
    revision_in,
    rows_in,
    said_plainly,
    workshop,
    write,
)
from .copying import copy_rows
from .store import Store


def make(
    store: Store, file: Path, *, keys: Mapping[str, bytes], server_key: str, product: str, now: datetime
) -> Manifest:
    """Write a backup to `file`, which nobody else on this host can read, while the service goes on.

    `keys` are the files of the key folder to put into it, by name; `server_key` is the fingerprint of the server key.
    The file appears whole and on disk, or not at all. Raises BackupProblem, or StoreUnavailable.
    """
    file = file.absolute()
    if file.exists():
        raise BackupProblem(f"{file} is there already: name another file, since no backup is ever overwritten")
    with said_plainly(f"the backup cannot be written to {file.parent}"), workshop(file) as folder:
        copy = private_file(folder / "backup")
        if store.is_sqlite:
            _copy_sqlite(store, copy)
        else:
            _copy_postgres(store, copy)
        with closing(sqlite3.connect(copy, isolation_level=None)) as raw:
            revision = revision_in(raw)
            if revision is None:
                raise BackupProblem("the database holds nothing yet: run `previsit prepare` first, or see DATABASE_URL")
            source = "SQLite" if store.is_sqlite else "PostgreSQL"
            manifest = Manifest(now, product, revision, source, server_key, rows_in(raw))
            write(raw, manifest, keys)
            prove_sound(raw)
        put_in_place(copy, file)
    return manifest


def _copy_sqlite(store: Store, copy: Path) -> None:
    if store.file is not None and not store.file.exists():  # to connect would make it
        raise BackupProblem(f"there is no database at {store.file}: see DATA_DIR and DATABASE_URL")
    with store.reading() as connection:
        raw = connection.connection.driver_connection
        if not isinstance(raw, sqlite3.Connection):
            raise BackupProblem("this is no SQLite database: see DATABASE_URL")
        raw.execute("PRAGMA query_only = OFF")  # which would forbid the new file too
        raw.execute("VACUUM INTO ?", (str(copy),))


def _copy_postgres(store: Store, copy: Path) -> None:
    with store.snapshot() as source:
        if not schema.is_current(source):
            raise BackupProblem("the database is not at the newest migration: run `previsit prepare` first")
        target = Store(f"sqlite:///{copy}")
        try:
            schema.upgrade(target)
            with target.writing() as connection:
                copy_rows(source, connection)
        finally:
            target.close()
