"""`previsit doctor`: a healthy service has no problem; every fault that can be made is found, with what to do."""

import json
import os
import shutil
import socket
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, and_, delete, event, insert, text, update

import config as configuration
from app import doctor, jobs, keyring, keys
from app.doctor import database, machine, printing
from app.doctor.finding import Finding, Level
from app.jobs import Job
from app.keyring import LIST_NAME
from app.parts import Parts, utc_now
from app.records import audit, models, schema
from app.records.store import Store
from app.sealing import new_private_key
from tests.conftest import FakeClock
from tests.desk.factories import send
from tests.desk.people import NAME, Staff
from tests.operator import Operator
from tests.people import Patient

only_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
only_postgres = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
only_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files to somebody else")
HTTPS = "https://forms.example.org"


@pytest.fixture
def clock() -> FakeClock:
    """The time it is: the clock of the database's host is real too."""
    return FakeClock(utc_now())


@pytest.fixture
def environ(environ: dict[str, str], key_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """A data folder closed to others, with nothing else in it, and a key folder beside it which a test may change.

    How full the disk is that the tests run on says nothing about the service, nor do its fonts.
    """
    monkeypatch.setattr(printing, "SCRIPTS", {})
    for limit in ("LEAST_FREE", "FEW_FREE", "LEAST_SHARE"):
        monkeypatch.setattr(machine, limit, 0)
    shutil.copytree(key_dir, tmp_path / "keys")
    (tmp_path / "data").mkdir(mode=0o700)
    url = environ["DATABASE_URL"]
    if url.startswith("sqlite"):
        (tmp_path / "previsit.db").rename(tmp_path / "data" / "previsit.db")
        url = f"sqlite:///{tmp_path / 'data' / 'previsit.db'}"
    return {"DATABASE_URL": url, "KEY_DIR": str(tmp_path / "keys"), "DATA_DIR": str(tmp_path / "data")}


@pytest.fixture
def folder(environ: dict[str, str]) -> Path:
    return Path(environ["KEY_DIR"])


@pytest.fixture
def served(parts: Parts) -> Parts:
    """A service that has been used: one form sent, every job done; the keys of two audit chains lie there too."""
    send(parts)
    jobs.do_due(parts)
    return parts


class Examination:
    """What the doctor found, and questions about it."""

    def __init__(self, environ: dict[str, str], clock: FakeClock, **settings: str) -> None:
        self.findings = doctor.examine(configuration.load({**environ, **settings}), clock())

    def of(self, check: str) -> Finding:
        """The gravest finding of this check."""
        found = [f for f in self.findings if f.check == check]
        assert found, [f.check for f in self.findings]
        return max(found, key=lambda f: ("ok", "warning", "problem").index(f.level))

    def at(self, level: Level) -> set[str]:
        """The checks that have a finding of this level."""
        return {f.check for f in self.findings if f.level == level}


def test_a_healthy_service_has_no_problem_and_no_warning(
    served: Parts, environ: dict[str, str], clock: FakeClock
) -> None:
    for rooms in ("both", "desk"):
        found = Examination(environ, clock, PUBLIC_URL=HTTPS, ROOMS=rooms)
        assert [f for f in found.findings if f.level != "ok"] == []
    assert {"settings", "keys.opens", "database.write", "disk", "permissions", "clock", "jobs.worker"} <= found.at("ok")


def test_the_examination_changes_nothing(served: Parts, environ: dict[str, str], clock: FakeClock) -> None:
    def everything() -> list[str]:
        with served.store.reading() as connection:
            return [repr(row) for t in models.Base.metadata.sorted_tables for row in connection.execute(t.select())]

    before = everything()
    Examination(environ, clock)
    assert everything() == before


def test_every_finding_that_is_not_ok_says_what_to_do_in_a_sentence(tmp_path: Path, clock: FakeClock) -> None:
    findings = Examination({"DATA_DIR": str(tmp_path / "none")}, clock).findings
    assert len(findings) > 6
    for finding in findings:
        assert finding.what[0].isupper() or finding.what[0] in "/`", finding
        assert finding.what.endswith("."), finding
        assert bool(finding.advice) == (finding.level != "ok"), finding
        assert finding.advice.endswith(".") or finding.level == "ok", finding
    assert not (tmp_path / "none").exists()


# For monitoring


def test_monitoring_reads_json_and_the_exit_code(served: Parts, environ: dict[str, str], folder: Path) -> None:
    operator = Operator({**environ, "PUBLIC_URL": HTTPS})
    whole = json.loads(operator.runs("doctor", "--json", "--strict"))
    assert whole["level"] == "ok"
    assert {"level", "check", "what", "advice"} == set(whole["findings"][0])
    assert "0 problems, 0 warnings." in operator.runs("doctor")
    with served.store.writing() as connection:
        connection.execute(delete(models.Job).where(models.Job.name == "purge_attempts"))
    assert json.loads(operator.runs("doctor", "--json"))["level"] == "warning"
    assert json.loads(operator.is_refused("doctor", "--json", "--strict"))["level"] == "warning"
    (folder / "server.key").unlink()
    assert json.loads(operator.is_refused("doctor", "--json"))["level"] == "problem"
    assert "PROBLEM  keys.server" in operator.is_refused("doctor")


def test_a_wrong_setting_is_named(environ: dict[str, str]) -> None:
    said = Operator(environ).is_refused("doctor", PORT="many")
    assert "PROBLEM  settings" in said
    assert "PORT must be a whole number" in said


def test_no_secret_and_no_name_is_told(served: Parts, environ: dict[str, str], folder: Path) -> None:
    Staff.of(served).has_an_account()
    operator = Operator(environ)
    said = operator.runs("doctor") + operator.runs("doctor", "--json")
    said += operator.is_refused("doctor", DATABASE_URL="postgresql://somebody:hunter2@127.0.0.1:1/previsit")
    for secret in ("hunter2", "somebody", NAME, "Vega", *(p.read_text().strip() for p in folder.glob("*.private"))):
        assert secret not in said
    assert (folder / "server.key").read_text().strip() not in said


# Keys


def test_keys_for_trying_things_out_are_a_warning_and_in_production_a_problem(tmp_path: Path, clock: FakeClock) -> None:
    environ = {"DATA_DIR": str(tmp_path / "trial")}
    Operator(environ).runs("prepare")
    found = Examination(environ, clock)
    assert found.at("problem") == set()
    assert {"keys.trial", "keys.recovery", "keys.place"} <= found.at("warning")
    found = Examination(environ, clock, PUBLIC_URL=HTTPS)
    assert {"keys.trial", "keys.recovery"} <= found.at("problem")
    assert "previsit keys make --recovery-file" in found.of("keys.trial").advice


def test_missing_and_damaged_key_files_are_found(
    served: Parts, environ: dict[str, str], folder: Path, clock: FakeClock
) -> None:
    (private,) = folder.glob("clinic-*.private")
    private.write_text(new_private_key().raw.hex())
    assert "does not open what is sealed to it" in Examination(environ, clock).of("keys.opens").what
    private.unlink()
    (folder / keys.INDEX_NAME).write_text("not hex")
    found = Examination(environ, clock)
    assert found.at("problem") == {"keys.opens", "keys.index"}
    (folder / LIST_NAME).write_text("clinic what is this\n")
    assert Examination(environ, clock).of("keys.list").level == "problem"


def test_a_retired_recovery_key_that_still_lies_here_is_found(
    served: Parts, environ: dict[str, str], folder: Path, clock: FakeClock
) -> None:
    (folder / "recovery-00112233445566aa.private").write_text(new_private_key().raw.hex())
    found = Examination(environ, clock, PUBLIC_URL=HTTPS).of("keys.recovery")
    assert found.level == "problem"
    assert "recovery-00112233445566aa.private" in found.what


def test_a_role_without_a_key_is_found(served: Parts, environ: dict[str, str], folder: Path, clock: FakeClock) -> None:
    listed = keyring.read_list(folder)
    keyring.write_list(folder, [r for r in listed if r.role != "recovery"])
    found = Examination(environ, clock).of("keys.roles")
    assert found.level == "problem"
    assert "previsit keys rotate recovery" in found.advice


def test_the_desks_keys_on_the_patients_host_are_a_problem(
    served: Parts, environ: dict[str, str], folder: Path, clock: FakeClock
) -> None:
    found = Examination(environ, clock, ROOMS="intake").of("keys.reach")
    assert found.level == "problem"
    assert keys.INDEX_NAME in found.what
    for path in (*folder.glob("*.private"), folder / keys.INDEX_NAME):
        path.unlink()
    found = Examination(environ, clock, ROOMS="intake")
    assert found.of("keys.reach").level == "ok"
    assert found.at("problem") == set()


def test_old_keys_tell_what_still_needs_them(
    served: Parts, environ: dict[str, str], folder: Path, clock: FakeClock
) -> None:
    (before,) = (r for r in keyring.read_list(folder) if r.role == "clinic")
    Operator(environ).runs("keys", "rotate", "clinic")
    found = Examination(environ, clock).of("keys.old")
    assert "3 documents need it" in found.what
    assert "previsit work" in found.advice
    clock.passes(seconds=1)
    jobs.do_due(served)
    assert f"previsit keys retire {before.key.key_id}" in Examination(environ, clock).of("keys.old").advice


def test_documents_that_nobody_can_open_are_a_problem(
    served: Parts, environ: dict[str, str], folder: Path, clock: FakeClock
) -> None:
    keyring.forget(folder, next(r.key.key_id for r in keyring.read_list(folder) if r.role == "recovery"))
    found = Examination(environ, clock)
    assert found.of("keys.unlisted").level == "warning"
    assert "keys.closed" not in found.at("problem")
    shutil.rmtree(folder)
    Operator(environ).runs("prepare")
    assert "3 documents are sealed to no key on the list" in Examination(environ, clock).of("keys.closed").what


# The audit


def test_an_audit_that_was_changed_is_a_problem(served: Parts, environ: dict[str, str], clock: FakeClock) -> None:
    assert Examination(environ, clock).of("audit.lines").level == "ok"
    with served.store.writing() as connection:
        connection.execute(update(models.Audit).values(who="nobody"))
    found = Examination(environ, clock).of("audit.lines")
    assert found.level == "problem"
    assert "previsit audit verify" in found.advice
    assert "audit.lines" not in {f.check for f in Examination(environ, clock, ROOMS="intake").findings}


def test_only_the_newest_lines_are_computed(
    served: Parts, environ: dict[str, str], clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    with served.store.writing() as connection:
        for _ in range(5):
            audit.note(connection, at=clock(), room="desk", who="somebody", act="look", record="-")
    second = and_(models.Audit.chain.like("desk-%"), models.Audit.seq == 2)
    with served.store.writing() as connection:
        connection.execute(update(models.Audit).where(second).values(who="nobody"))
    assert Examination(environ, clock).of("audit.lines").level == "problem"
    monkeypatch.setattr(doctor.audit, "NEWEST", 3)
    assert Examination(environ, clock).of("audit.lines").level == "ok"


def test_a_collector_that_cannot_be_reached_is_told(
    served: Parts, environ: dict[str, str], clock: FakeClock, tmp_path: Path
) -> None:
    assert "audit.syslog" not in {f.check for f in Examination(environ, clock).findings}
    there = tmp_path / "socket"
    assert Examination(environ, clock, AUDIT_SYSLOG=str(there)).of("audit.syslog").level == "warning"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(there))
        assert Examination(environ, clock, AUDIT_SYSLOG=str(there)).of("audit.syslog").level == "ok"


# The database


@only_sqlite
def test_a_database_that_is_not_there_is_found_and_not_made(
    served: Parts, environ: dict[str, str], clock: FakeClock, tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path / 'data' / 'other.db'}"
    assert "There is no database" in Examination(environ, clock, DATABASE_URL=url).of("database.reach").what
    assert not (tmp_path / "data" / "other.db").exists()


@only_sqlite
def test_a_file_that_is_no_database_is_found(environ: dict[str, str], clock: FakeClock, tmp_path: Path) -> None:
    (tmp_path / "data" / "previsit.db").write_text("Minutes of the meeting. " * 1000)
    found = Examination(environ, clock).of("database.reach")
    assert found.level == "problem"
    assert "restore the newest backup" in found.advice


@only_postgres
def test_a_database_server_that_is_away_is_found(environ: dict[str, str], clock: FakeClock) -> None:
    found = Examination(environ, clock, DATABASE_URL="postgresql://nobody@127.0.0.1:1/none")
    assert "The PostgreSQL database does not answer" in found.of("database.reach").what


@pytest.mark.parametrize(
    ("address", "level"),
    [
        ("db.clinic.example/previsit", "problem"),
        ("db.clinic.example/previsit?sslmode=prefer", "problem"),
        ("/previsit?host=192.0.2.7", "problem"),
        ("db.clinic.example/previsit?sslmode=require", "warning"),
        ("db.clinic.example/previsit?sslmode=verify-full", "ok"),
    ],
)
def test_a_way_to_the_database_that_others_could_read_is_found(address: str, level: Level) -> None:
    store = Store(f"postgresql+psycopg://previsit_desk@{address}")
    assert [finding.level for finding in database.transport(store)] == [level]


@pytest.mark.parametrize(
    "address", ["/previsit", "/previsit?host=/run/postgresql", "127.0.0.1/p", "localhost/p", "[::1]/p"]
)
def test_a_database_on_the_same_machine_needs_no_encryption_on_the_way(address: str) -> None:
    assert list(database.transport(Store(f"postgresql+psycopg://previsit_desk@{address}"))) == []


def test_a_database_that_another_program_holds_is_found(
    served: Parts, environ: dict[str, str], clock: FakeClock
) -> None:
    with served.store.writing() as other:
        if not served.store.is_sqlite:
            other.execute(text("LOCK TABLE attempt IN EXCLUSIVE MODE"))
        found = Examination(environ, clock)
    assert found.at("problem") == {"database.write"}


@only_sqlite
def test_a_full_database_is_found(served: Parts, environ: dict[str, str], clock: FakeClock) -> None:
    def fill(connection: sqlite3.Connection, _: object) -> None:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages}")

    event.listen(Engine, "connect", fill)
    found = Examination(environ, clock)
    event.remove(Engine, "connect", fill)
    assert found.at("problem") == {"database.write"}
    assert "disk is full" in found.of("database.write").advice


@only_postgres
def test_a_server_that_may_lose_acknowledged_answers_is_found(
    served: Parts, environ: dict[str, str], clock: FakeClock
) -> None:
    with without_fsync(served.store):
        found = Examination(environ, clock).of("database.settings")
    assert found.level == "problem"
    assert "fsync = 'off'" in found.what


@contextmanager
def without_fsync(store: Store) -> Iterator[None]:
    """The operator of the database server makes it faster than it should be."""
    with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:

        def change(order: str, wanted: str) -> None:
            connection.exec_driver_sql(f"ALTER SYSTEM {order}")
            connection.exec_driver_sql("SELECT pg_reload_conf()")
            while connection.exec_driver_sql("SHOW fsync").scalar_one() != wanted:
                pass  # the server reads its settings when it gets to it

        change("SET fsync = off", "off")
        try:
            yield
        finally:
            change("RESET fsync", "on")


def test_an_older_and_a_newer_database_are_told_apart(served: Parts, environ: dict[str, str], clock: FakeClock) -> None:
    schema.downgrade(served.store, "0001")
    found = Examination(environ, clock).of("database.migration")
    assert "older migration 0001" in found.what
    assert "run `previsit prepare`" in found.advice
    schema.downgrade(served.store, "base")
    assert "no tables yet" in Examination(environ, clock).of("database.migration").what
    schema.upgrade(served.store)
    stamp(served.store, "9999")
    assert "Install that release again" in Examination(environ, clock).of("database.migration").advice
    with served.store.reading() as connection:
        assert not schema.is_current(connection)
    stamp(served.store, str(schema.newest()))


def stamp(store: Store, revision: str) -> None:
    with store.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :revision"), {"revision": revision})


@only_sqlite
def test_room_that_deleted_rows_left_behind_is_told(served: Parts, environ: dict[str, str], clock: FakeClock) -> None:
    with served.store.writing() as connection:
        big = {"id": "big", "lookup": b"x", "document": bytes(80 * 1024 * 1024), "version": 1, "revision": 1}
        connection.execute(insert(models.Draft).values(**big, expires_at=clock()))
    with served.store.writing() as connection:
        connection.execute(delete(models.Draft).where(models.Draft.id == "big"))
    found = Examination(environ, clock).of("database.size")
    assert found.level == "warning"
    assert "VACUUM" in found.advice


# The host


def test_a_clock_that_was_set_back_is_found(served: Parts, environ: dict[str, str], clock: FakeClock) -> None:
    clock.passes(minutes=-3)
    assert Examination(environ, clock).of("clock").level == "ok"
    clock.passes(hours=-1)
    assert "before something stored at" in Examination(environ, clock).of("clock").what
    clock.passes(days=-3650)
    found = Examination(environ, clock).of("clock")
    assert found.level == "problem"
    assert "set-ntp" in found.advice


@only_postgres
def test_clocks_of_two_hosts_that_disagree_are_found(served: Parts, environ: dict[str, str], clock: FakeClock) -> None:
    clock.passes(minutes=2)
    assert Examination(environ, clock).of("clock.database").level == "warning"
    clock.passes(minutes=30)
    assert Examination(environ, clock).of("clock.database").level == "problem"


@pytest.mark.parametrize(
    ("free", "size", "level"),
    [
        (50_000_000_000, 100_000_000_000, "ok"),
        (900_000_000, 10_000_000_000, "warning"),
        (100_000_000, 1_000_000_000, "problem"),
        (1_500_000_000, 100_000_000_000, "problem"),
        (0, 0, "problem"),
    ],
)
def test_room_on_a_disk_is_judged_in_bytes_and_in_share(free: int, size: int, level: str) -> None:
    assert machine.room(Path("/srv"), free, size).level == level


def test_a_disk_that_fills_up_is_found(
    served: Parts, environ: dict[str, str], clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine, "LEAST_FREE", 10**18)
    assert Examination(environ, clock).at("problem") == {"disk"}
    monkeypatch.setattr(machine, "LEAST_SHARE", 2.0)
    assert Examination(environ, clock).at("problem") >= {"disk"}


def test_files_that_others_can_read_are_found(
    served: Parts, environ: dict[str, str], folder: Path, clock: FakeClock, tmp_path: Path
) -> None:
    (folder / "server.key").chmod(0o640)
    (folder / LIST_NAME).chmod(0o646)
    found = Examination(environ, clock)
    assert found.at("problem") == {"permissions.keys"}
    assert sum(f.check == "permissions.keys" for f in found.findings) == 2
    assert f"chmod 600 {folder}" in found.of("permissions.keys").advice
    (folder / "server.key").chmod(0o600)
    (folder / LIST_NAME).chmod(0o644)  # no secret
    (tmp_path / "data").chmod(0o755)
    found = Examination(environ, clock)
    assert found.at("problem") == set()
    assert f"chmod 700 {tmp_path / 'data'}" in found.of("permissions.data").advice


@only_sqlite
def test_a_database_file_that_others_can_read_is_found_unless_its_folder_is_closed(
    served: Parts, environ: dict[str, str], clock: FakeClock, tmp_path: Path
) -> None:
    (tmp_path / "data" / "previsit.db").chmod(0o644)
    assert Examination(environ, clock).of("permissions").level == "ok"
    (tmp_path / "data").chmod(0o755)
    assert Examination(environ, clock).of("permissions.database").level == "problem"


@only_root
def test_a_file_of_another_owner_is_found(
    served: Parts, environ: dict[str, str], folder: Path, clock: FakeClock
) -> None:
    os.chown(folder / "server.key", 12345, 12345)
    found = Examination(environ, clock).of("permissions.owner")
    assert found.level == "problem"
    assert str(folder / "server.key") in found.what


def test_fonts_that_a_pdf_needs_for_names_are_missed_where_staff_print(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(printing, "SCRIPTS", {"Chinese": "佐", "Latin": "a"})
    (found,) = printing.fonts(system_fonts=False)
    assert (found.level, found.check) == ("warning", "fonts")
    assert "No font here draws Chinese:" in found.what
    assert "fonts-noto-cjk" in found.advice
    monkeypatch.setattr(printing, "SCRIPTS", {"Latin": "a"})
    assert [one.level for one in printing.fonts(system_fonts=False)] == ["ok"]


def test_fonts_are_looked_at_where_the_desk_is(environ: dict[str, str], clock: FakeClock) -> None:
    assert "fonts" in Examination(environ, clock, ROOMS="desk").at("ok")
    assert "fonts" not in Examination(environ, clock, ROOMS="intake").at("ok")


# The recurring work


def test_work_that_never_ran_is_told(parts: Parts, environ: dict[str, str], clock: FakeClock) -> None:
    found = Examination(environ, clock)
    assert found.at("warning") == {f"jobs.{name}" for name in jobs.jobs_of(parts.config)} | {"jobs.worker"}
    intake = Examination(environ, clock, ROOMS="intake")
    assert "jobs.rewrap" not in intake.at("warning")


def test_work_that_stopped_is_told_first_and_then_is_a_problem(
    served: Parts, environ: dict[str, str], clock: FakeClock
) -> None:
    with served.store.writing() as connection:
        connection.execute(update(models.Job).values(last_done_at=clock() - timedelta(minutes=29)))
    assert Examination(environ, clock).of("jobs.worker").level == "ok"
    with served.store.writing() as connection:
        connection.execute(update(models.Job).values(last_done_at=clock() - timedelta(hours=3)))
    found = Examination(environ, clock)
    assert found.at("problem") == {"jobs.index"}
    assert found.of("jobs.worker").level == "warning"
    with served.store.writing() as connection:
        connection.execute(update(models.Job).values(last_done_at=clock() - timedelta(hours=5)))
    assert Examination(environ, clock).at("problem") == {
        "jobs.index",
        "jobs.purge_drafts",
        "jobs.purge_sign_ins",
        "jobs.rewrap",
    }


def test_a_job_that_failed_is_a_problem(
    served: Parts, environ: dict[str, str], clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(_: Parts) -> str:
        raise RuntimeError("Quorvath")

    failing = Job(timedelta(hours=1), fails)
    monkeypatch.setattr(jobs, "JOBS", {**jobs.JOBS, "purge_drafts": failing})
    with served.store.writing() as connection:
        connection.execute(update(models.Job).values(due_at=clock()))
    jobs.do_due(served)
    found = Examination(environ, clock).of("jobs.purge_drafts")
    assert found.level == "problem"
    assert "failed" in found.what
    assert "Quorvath" not in found.what


def test_what_waits_too_long_is_found(parts: Parts, environ: dict[str, str], clock: FakeClock) -> None:
    now = clock()
    clock.at = now - timedelta(hours=2)
    send(parts)
    clock.at = now - timedelta(days=32)
    Patient.of(parts).starts()
    clock.at = now
    found = Examination(environ, clock)
    assert "1 sent forms" in found.of("waiting.digests").what
    assert "1 forms that were not sent" in found.of("waiting.drafts").what
    assert found.of("waiting.drafts").level == "problem"
