"""What a restore refuses, what it survives, and what the release before left behind."""

import gzip
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event, func, select

from app import jobs, keys
from app.parts import Parts
from app.records import audit, models, schema
from app.records.backup_file import put_in_place
from app.records.store import Store
from tests.conftest import FakeClock
from tests.desk.factories import send
from tests.desk.people import Staff
from tests.hosts import documents, is_empty, running
from tests.operator import Operator
from tests.people import Patient

FIRST_RELEASE = Path(__file__).parent / "data" / "first_release"
only_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
to_both = pytest.mark.parametrize("other_url", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where the backup goes: another disk, as it were."""
    (tmp_path / "vault").mkdir()
    return tmp_path / "vault" / "monday.backup"


# What is refused


def test_a_backup_never_overwrites_anything(parts: Parts, operator: Operator, file: Path) -> None:
    file.write_text("the only photograph of my grandmother")
    assert "is there already" in operator.is_refused("backup", file)
    assert file.read_text() == "the only photograph of my grandmother"
    assert "cannot be written" in operator.is_refused("backup", file.parent / "no folder" / "x.backup")


def test_a_name_that_is_taken_while_a_file_is_being_made_is_left_alone(tmp_path: Path) -> None:
    made, taken = tmp_path / "made", tmp_path / "taken"
    made.write_text("new")
    taken.write_text("old")
    with pytest.raises(FileExistsError):
        put_in_place(made, taken)
    assert taken.read_text() == "old"


def test_a_database_that_was_never_prepared_is_not_backed_up(other: Operator, file: Path, key_dir: Path) -> None:
    other.environ["KEY_DIR"] = str(key_dir)
    assert "there is no database" in other.is_refused("backup", file)
    assert list(file.parent.iterdir()) == []


@pytest.mark.parametrize("other_url", ["postgresql"], indirect=True)
def test_a_postgresql_database_is_backed_up_at_the_newest_migration_only(
    other: Operator, other_url: str, file: Path, key_dir: Path
) -> None:
    other.environ["KEY_DIR"] = str(key_dir)
    assert "run `previsit prepare` first" in other.is_refused("backup", file)
    store = Store(other_url)
    schema.upgrade(store, "0001")
    store.close()
    assert "run `previsit prepare` first" in other.is_refused("backup", file)
    assert list(file.parent.iterdir()) == []


def test_nothing_is_restored_over_data(parts: Parts, operator: Operator, file: Path) -> None:
    send(parts)
    operator.runs("backup", file)
    before = documents(parts)
    assert "holds data already, and nothing was changed" in operator.is_refused("restore", file)
    assert documents(parts) == before


@to_both
def test_a_database_that_was_only_prepared_counts_as_empty(
    parts: Parts, operator: Operator, other: Operator, file: Path, key_dir: Path, tmp_path: Path, clock: FakeClock
) -> None:
    send(parts)
    operator.runs("backup", file)
    shutil.copytree(key_dir, tmp_path / "other" / "keys")
    other.runs("prepare")
    with running(other, clock) as idle:
        jobs.do_due(idle)
    other.runs("restore", file)
    with running(other, clock) as restored:
        assert documents(restored) == documents(parts)


@only_sqlite
def test_a_database_in_use_is_not_replaced_under_the_running_service(
    parts: Parts, operator: Operator, other: Operator, file: Path, key_dir: Path, tmp_path: Path, clock: FakeClock
) -> None:
    operator.runs("backup", file)
    shutil.copytree(key_dir, tmp_path / "other" / "keys")
    other.runs("prepare")
    with running(other, clock) as service:
        service.store.ping()
        assert "stop the service" in other.is_refused("restore", file)
        send(service)
        assert len(documents(service)) == 1


@only_sqlite
def test_a_log_left_by_a_deleted_database_is_not_played_into_the_restored_one(
    parts: Parts, operator: Operator, other: Operator, file: Path, tmp_path: Path
) -> None:
    operator.runs("backup", file)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "previsit.db-wal").write_bytes(b"stale")
    assert "move it away first" in other.is_refused("restore", file)
    assert not (tmp_path / "other" / "previsit.db").exists()


def damaged(file: Path) -> None:
    content = bytearray(file.read_bytes())
    middle = len(content) // 2 // 4096 * 4096
    content[middle : middle + 8192] = b"\xff" * 8192
    file.write_bytes(content)


def truncated(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-9000])


def missing_rows(file: Path) -> None:
    with closing(sqlite3.connect(file)) as raw, raw:
        raw.execute("DELETE FROM sealed_key")


def dangling(file: Path) -> None:
    with closing(sqlite3.connect(file)) as raw, raw:
        raw.execute("DELETE FROM submission")


def from_the_future(file: Path) -> None:
    with closing(sqlite3.connect(file)) as raw, raw:
        raw.execute("UPDATE alembic_version SET version_num = '9999'")


def text_file(file: Path) -> None:
    file.write_text("Minutes of the meeting. " * 1000)


def empty_file(file: Path) -> None:
    file.write_bytes(b"")


def other_database(file: Path) -> None:
    file.unlink()
    with closing(sqlite3.connect(file)) as raw, raw:
        raw.execute("CREATE TABLE recipe (name TEXT)")


def climbing_key(file: Path) -> None:
    with closing(sqlite3.connect(file)) as raw, raw:
        raw.execute("INSERT INTO backup_key VALUES ('../../authorized_keys', x'00')")


def no_manifest(file: Path) -> None:
    with closing(sqlite3.connect(file)) as raw, raw:
        raw.execute("DELETE FROM backup_manifest WHERE what = 'made at'")


@only_sqlite
@to_both
@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (damaged, "damaged"),
        (truncated, "damaged"),
        (missing_rows, "does not hold what its manifest says"),
        (dangling, "damaged"),
        (from_the_future, "install that release"),
        (text_file, "is no backup"),
        (empty_file, "is no backup"),
        (other_database, "is no backup"),
        (climbing_key, "key file without a proper name"),
        (no_manifest, "manifest cannot be read"),
    ],
)
def test_a_file_that_cannot_be_trusted_is_refused_and_changes_nothing(
    parts: Parts, operator: Operator, other: Operator, other_url: str, file: Path, fault: Any, said: str, tmp_path: Path
) -> None:
    for _ in range(8):
        send(parts)
    operator.runs("backup", file, "--with-keys")
    fault(file)
    assert said in other.is_refused("restore", file)
    assert is_empty(other_url)
    assert list((tmp_path / "other").iterdir()) == []


def test_keys_that_are_here_are_never_overwritten(
    parts: Parts, operator: Operator, other: Operator, other_url: str, file: Path, tmp_path: Path
) -> None:
    send(parts)
    operator.runs("backup", file, "--with-keys")
    folder = tmp_path / "other" / "keys"
    (mine,) = keys.make_missing(folder / "server.key")
    before = mine.read_text()
    assert "differs from the backup, and nothing was changed" in other.is_refused("restore", file)
    assert is_empty(other_url)
    assert "another server key" in other.runs("restore", file, "--without-keys")
    assert mine.read_text() == before
    assert [path.name for path in folder.iterdir()] == ["server.key"]


# Killed half-way


class KilledError(BaseException):
    """Stands for the end of the process: nothing after this statement happens."""


@contextmanager
def dying_after(statements: int) -> Iterator[None]:
    """The process ends at its nth statement on any database."""
    left = statements

    def hear(*_: object) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise KilledError

    event.listen(Engine, "before_cursor_execute", hear)
    try:
        yield
    finally:
        event.remove(Engine, "before_cursor_execute", hear)


@only_sqlite
@to_both
def test_a_restore_that_ends_at_any_statement_leaves_the_target_empty(
    parts: Parts, operator: Operator, other: Operator, other_url: str, file: Path, clock: FakeClock
) -> None:
    for _ in range(2):
        send(parts)
    operator.runs("backup", file, "--with-keys")
    killed = 0
    for fatal in range(0, 1000, 1 if other_url.startswith("sqlite") else 5):
        try:
            with dying_after(fatal):
                other.runs("restore", file)
        except KilledError:
            killed += 1
        if not is_empty(other_url):  # also when it ended while telling what it had done
            break
    assert killed > 5
    with running(other, clock) as restored:
        assert documents(restored) == documents(parts)


def test_a_backup_killed_at_any_moment_leaves_no_half_file_under_its_name(
    parts: Parts, operator: Operator, file: Path
) -> None:
    for _ in range(30):
        send(parts)
    command = [sys.executable, "-m", "app.commands", "backup", str(file)]
    for grown in (0, 1, 20_000, 200_000):
        process = subprocess.Popen(command, env={"PATH": "", **operator.environ}, stdout=subprocess.DEVNULL)
        while process.poll() is None and not file.exists():
            unfinished = list(file.parent.glob(".*.unfinished-*/backup"))
            if unfinished and _size(unfinished[0]) >= grown:
                break
        process.send_signal(signal.SIGKILL)
        process.wait()
        if file.exists():
            with closing(sqlite3.connect(file)) as raw:
                assert raw.execute("SELECT count(*) FROM submission").fetchone() == (30,)
            file.unlink()
        for folder in file.parent.glob(".*.unfinished-*"):
            assert folder.stat().st_mode & 0o077 == 0
            shutil.rmtree(folder)
    operator.runs("backup", file)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


# From the release before


@to_both
def test_a_database_of_the_first_release_restores_into_this_one(
    other: Operator, tmp_path: Path, clock: FakeClock
) -> None:
    plain = tmp_path / "copied.db"
    plain.write_bytes(gzip.decompress((FIRST_RELEASE / "previsit.db.gz").read_bytes()))
    shutil.copytree(FIRST_RELEASE / "keys", tmp_path / "other" / "keys")
    said = other.runs("restore", plain)
    assert "a copy of a database: 2 submissions, 3 drafts, 1 staff accounts" in said
    other.runs("prepare")
    clock.passes(minutes=5)
    with running(other, clock) as restored:
        assert len(documents(restored)) == 2
        Patient.of(restored).opens("/i/WM8M-VPFV-4JF1-DPSN").presses("Open my form").sees("date of birth")
        Staff.of(restored).signs_in().sets_up_an_app().follows("I have kept them. Go on").sees("VEGA")
        newest = select(func.max(models.Audit.id))
        with restored.store.writing() as connection:
            before = connection.execute(newest).scalar_one()
            audit.note(connection, at=clock(), room="work", who="system", act="list", record="-")
            assert connection.execute(newest).scalar_one() == before + 1 > 3


@only_sqlite
def test_a_plain_copy_with_its_log_beside_it_restores_too(
    parts: Parts, other: Operator, tmp_path: Path, key_dir: Path, clock: FakeClock
) -> None:
    send(parts)
    with parts.store.reading():  # in use: the newest rows stand in the log only
        for name in ("previsit.db", "previsit.db-wal"):
            shutil.copy(tmp_path / name, tmp_path / name.replace("previsit", "copied"))
    shutil.copytree(key_dir, tmp_path / "other" / "keys")
    other.runs("restore", tmp_path / "copied.db")
    with running(other, clock) as restored:
        assert documents(restored) == documents(parts)


@only_sqlite
def test_a_database_is_backed_up_before_it_is_brought_up_to_date(
    operator: Operator, other: Operator, tmp_path: Path, file: Path
) -> None:
    (tmp_path / "previsit.db").write_bytes(gzip.decompress((FIRST_RELEASE / "previsit.db.gz").read_bytes()))
    assert "SQLite at migration 0001" in operator.runs("backup", file)
    assert "2 submissions" in other.runs("restore", file)
