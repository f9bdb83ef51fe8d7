"""`previsit prepare` dies half-way: the next one completes, and what was stored before is still there."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from app.records import schema
from app.records.store import Store
from tests.faults.conftest import Disk, Postgres
from tests.faults.sending import Rush, prepared
from tests.faults.serving import ROOT, Server, wait_until

KILLS = 12

pytestmark = pytest.mark.faults


def begins_to_prepare(environ: Mapping[str, str]) -> "subprocess.Popen[bytes]":
    """`previsit prepare` as an operator runs it."""
    command = [sys.executable, "-m", "app.commands", "prepare"]
    return subprocess.Popen(command, env={**os.environ, **environ}, cwd=ROOT, stdout=subprocess.DEVNULL)


def dies(process: "subprocess.Popen[bytes]") -> bool:
    """kill -9, if it still runs; whether it did."""
    process.send_signal(signal.SIGKILL)
    return process.wait(60) == -signal.SIGKILL


def prepares(environ: Mapping[str, str]) -> None:
    """`previsit prepare` to its end."""
    assert begins_to_prepare(environ).wait(60) == 0


def is_complete(url: str) -> bool:
    """Whether the schema is the newest one, whole."""
    store = Store(url)
    with store.reading() as connection:
        complete = schema.is_current(connection) and schema.differences(connection) == []
    store.close()
    return complete


def takes_a_form(environ: Mapping[str, str], folder: Path) -> None:
    """A server on what was prepared serves a patient from the start to the receipt."""
    with Server(environ, folder) as server:
        rush = Rush(server)
        (form,) = prepared(server.port, 1)
        assert form.sends() == 302
        rush.includes(form)
        rush.proves(environ["DATABASE_URL"])


def test_killed_at_any_moment_the_next_one_completes(tmp_path: Path) -> None:
    """From nothing at all: keys half made, database half made; moments all over the run."""
    url = f"sqlite:///{tmp_path / 'whole' / 'previsit.db'}"
    started = time.monotonic()
    prepares({"DATA_DIR": str(tmp_path / "whole"), "DATABASE_URL": url})
    whole = time.monotonic() - started
    environ: dict[str, str] = {}
    killed = tried = 0
    while killed < KILLS:
        folder = tmp_path / f"run{tried}"
        tried += 1
        environ = {"DATA_DIR": str(folder), "DATABASE_URL": f"sqlite:///{folder / 'previsit.db'}"}
        process = begins_to_prepare(environ)
        time.sleep(whole * (1 - 0.6 * killed / KILLS))
        if not dies(process):
            whole *= 0.9  # the machine is faster now
            continue
        killed += 1
        prepares(environ)
        assert is_complete(environ["DATABASE_URL"])
    takes_a_form(environ, tmp_path)
    print(f"\nkilled {killed} times before its end ({whole:.1f} s); each next run completed")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_killed_while_sqlite_writes_the_migration_the_next_one_completes(disk: Disk, tmp_path: Path) -> None:
    """A disk that takes its time, so that the kill falls into the commit."""
    store = Store(disk.url)
    schema.downgrade(store, "base")
    store.close()
    disk.does("write slow 50")
    process = begins_to_prepare(disk.environ)
    log = disk.folder / "previsit.db-wal"
    wait_until(lambda: log.exists() and log.stat().st_size > 5 * 4096, "the migration to be written")
    assert dies(process)
    disk.does("")
    assert not is_complete(disk.url)
    prepares(disk.environ)
    assert is_complete(disk.url)
    assert disk.check() == "ok"
    takes_a_form(disk.environ, tmp_path)


def test_killed_in_the_middle_of_the_migration_on_postgresql_the_next_one_completes(
    postgres: Postgres, key_dir: Path, tmp_path: Path
) -> None:
    """Another session holds the name of a table in the middle, so that the kill falls between two statements."""
    environ = {"DATABASE_URL": postgres.url, "KEY_DIR": str(key_dir), "DATA_DIR": str(tmp_path)}
    store = Store(postgres.url)
    schema.downgrade(store, "base")
    store.close()
    engine = create_engine(postgres.url)
    with engine.connect() as holder, engine.connect() as watcher:
        holder.execute(text("CREATE TABLE staff_session (held int)"))
        process = begins_to_prepare(environ)
        waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
        wait_until(lambda: watcher.execute(waiting).scalar_one(), "the migration to come to the table that is held")
        assert dies(process)
        holder.rollback()
    engine.dispose()
    assert not is_complete(postgres.url)
    prepares(environ)
    assert is_complete(postgres.url)
    takes_a_form(environ, tmp_path)
