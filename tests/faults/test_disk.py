"""The disk goes wrong under the real server: the power fails, it is full, it reports errors, it is slow."""

import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from tests.faults.conftest import Disk
from tests.faults.sending import Form, Rush, kill_rounds, prepared
from tests.faults.serving import Server

ROUNDS = 8
FORMS = 24
EARLY = 12

A_FEW_SECONDS = 5

pytestmark = [pytest.mark.faults, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]


def test_every_acknowledged_form_is_there_after_the_power_failed(disk: Disk, tmp_path: Path) -> None:
    """What was never synced is gone, eight times; every form that was acknowledged before is there whole."""
    with Server(disk.environ, tmp_path) as server:
        rush = Rush(server)

        def power_fails() -> None:
            server.is_killed()
            disk.loses_power()

        counts = kill_rounds(server, rush, power_fails, rounds=ROUNDS, forms=FORMS, early=EARLY)
        server.is_killed()
        disk.loses_power()
        server.starts()
        print(f"\n{rush.proves(disk.url)}; {counts}; {disk.cuts_that_lost} of {disk.cuts} cuts lost something")
        assert server.logged("unexpected") == []
    assert disk.check() == "ok"


def _writes_rows(disk: Disk, synchronous: str, count: int) -> None:
    """A process that commits one row after the other, and is killed right after the last commit."""
    program = """if True:
        import os, signal, sqlite3, sys
        connection = sqlite3.connect(sys.argv[1], isolation_level=None)
        connection.execute("PRAGMA journal_mode = wal")
        connection.execute("CREATE TABLE IF NOT EXISTS row (number INTEGER)")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.execute("PRAGMA synchronous = " + sys.argv[2])
        for number in range(int(sys.argv[3])):
            connection.execute("INSERT INTO row VALUES (?)", (number,))
        os.kill(os.getpid(), signal.SIGKILL)
    """
    command = [sys.executable, "-c", program, str(disk.folder / "rows.db"), synchronous, str(count)]
    subprocess.run(command, env={**os.environ, **disk.environ})


@pytest.mark.parametrize(("synchronous", "kept"), [("FULL", 50), ("NORMAL", 0)])
def test_the_simulated_power_cut_loses_what_was_not_synced(disk: Disk, synchronous: str, kept: int) -> None:
    """The simulation has teeth: with synchronous=NORMAL the same cut loses every row that it keeps with FULL."""
    _writes_rows(disk, synchronous, 50)
    disk.loses_power()
    with closing(sqlite3.connect(disk.folder / "rows.db")) as connection:
        assert connection.execute("SELECT count(*) FROM row").fetchone() == (kept,)


@pytest.mark.parametrize("fault", ["fsync EIO", "write ENOSPC"])
def test_a_disk_that_fails_gives_the_page_back_and_nothing_is_acknowledged(
    disk: Disk, tmp_path: Path, fault: str
) -> None:
    """503 with what was typed; when the disk works again, so does the form, without a restart."""
    with Server(disk.environ, tmp_path) as server:
        rush = Rush(server)
        waiting = prepared(server.port, 8)
        with rush.of(FORMS):
            rush.wait_for(EARLY)
            disk.does(fault)
            for form in waiting:
                gets_the_page_back(form)
            disk.does("")
        assert [form.sends() for form in waiting] == [302] * len(waiting)
        rush.includes(*waiting)
        server.is_killed()
        disk.loses_power()
        server.starts()
        print(f"\n{fault}: {rush.proves(disk.url)}")
        assert server.logged("unexpected") == []
    assert disk.check() == "ok"


def test_a_slow_disk_makes_patients_wait_and_loses_nothing(disk: Disk, tmp_path: Path) -> None:
    """With 300 ms for every fsync a form is sent within a few seconds, and eight at once all get through."""
    with Server(disk.environ, tmp_path) as server:
        rush = Rush(server)
        (alone, *others) = prepared(server.port, 9)
        disk.does("fsync slow 300")
        started = time.monotonic()
        assert alone.sends() == 302
        took = time.monotonic() - started
        rush.includes(alone)
        started = time.monotonic()
        with rush.presses(others):
            pass
        all_took = time.monotonic() - started
        disk.does("")
        print(f"\none took {took:.1f} s, eight at once {all_took:.1f} s; {rush.proves(disk.url)}")
    assert took < A_FEW_SECONDS
    assert all_took < 4 * A_FEW_SECONDS


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own with 8 MB."""
    place = tmp_path / "small"
    place.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(place)], capture_output=True)
    if mounted.returncode:
        pytest.skip("NOT RUN: a really full disk, since only root may mount a small one.")
    yield place
    subprocess.run(["umount", "--lazy", str(place)], check=True)


def test_a_really_full_disk_refuses_and_recovers_when_there_is_space_again(
    small_disk: Path, environ: dict[str, str], tmp_path: Path
) -> None:
    """A file system without a free byte; 503 with what was typed; then space, and the form goes through."""
    database, ballast = small_disk / "previsit.db", small_disk / "ballast"
    shutil.copy(tmp_path / "previsit.db", database)
    url = f"sqlite:///{database}"
    with Server({**environ, "DATABASE_URL": url}, tmp_path) as server:
        rush = Rush(server)
        waiting = prepared(server.port, 8)
        with closing(sqlite3.connect(database)) as connection:  # so that no room is left in SQLite's own files
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        fill(ballast)
        for form in waiting:
            gets_the_page_back(form)
        ballast.unlink()
        assert [form.sends() for form in waiting] == [302] * len(waiting)
        rush.includes(*waiting)
        print(f"\nfull disk: {rush.proves(url)}")
        assert server.logged("unexpected") == []


def fill(file: Path) -> None:
    """Write until the disk takes not one byte more."""
    with file.open("ab", buffering=0) as ballast:
        for size in (65536, 4096, 1):
            with suppress(OSError):
                while True:
                    ballast.write(b"x" * size)


def gets_the_page_back(form: Form) -> None:
    """A press that is refused, with everything that was typed."""
    assert form.sends() == 503
    assert "We could not save this just now. Nothing you typed is lost." in form.walker.body
    assert f'value="{form.data["signature"]}"' in form.walker.body
