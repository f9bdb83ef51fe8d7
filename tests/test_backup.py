"""Backups: made beside a running service, without a secret key unless asked for, and proved by restoring them."""

import base64
import shutil
import sqlite3
import threading
import uuid
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, select, update

from app import create_app, jobs, keys
from app.keyring import LIST_NAME
from app.parts import Parts
from app.records import models, receipts, schema, staff_sessions
from app.records.staff_sessions import Idle
from tests.cases import TYPICAL
from tests.conftest import FakeClock
from tests.desk.factories import send
from tests.desk.people import Staff
from tests.hosts import count, documents, running
from tests.operator import Operator
from tests.people import Patient

ANSWERS = TYPICAL["answers"]
IDLE = Idle(timedelta(minutes=15), timedelta(hours=4))

only_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
to_both = pytest.mark.parametrize("other_url", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where the backup goes: another disk, as it were."""
    (tmp_path / "vault").mkdir()
    return tmp_path / "vault" / "monday.backup"


def code_of(patient: Patient) -> str:
    """The code that the patient writes down before they stop."""
    patient.presses("Stop and come back later")
    return next(p.text for p in patient.page.all("p") if p.get("class") == "code") or ""


# A rehearsal


@to_both
def test_a_rehearsed_restore_on_a_fresh_host_brings_everything_back(
    parts: Parts, operator: Operator, other: Operator, file: Path, clock: FakeClock
) -> None:
    Staff.of(parts).has_an_account().signs_in()
    for _ in range(3):
        send(parts)
    patient = Patient.of(parts).starts().fills_in(ANSWERS, until="goals")
    code = code_of(patient)
    jobs.do_due(parts)

    said = operator.runs("backup", file, "--with-keys")
    assert "3 in submission" in said
    assert "EVERY SECRET KEY OF THIS HOST IS IN IT" in said
    assert file.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in file.parent.iterdir()] == [file.name]

    said = other.runs("restore", file)
    assert "3 submissions, 4 drafts, 1 staff accounts" in said
    assert "The newest sent form opens with the keys that are here" in said
    assert "patients' codes open their forms" in said
    with running(other, clock) as restored:
        assert documents(restored) == documents(parts)
        with restored.store.reading() as connection:
            assert schema.is_current(connection)
            assert schema.differences(connection) == []
        back = Patient.of(restored, create_app(restored)).opens("/i/").presses("Open my form", {"code": code})
        year, month, day = ANSWERS["dob"].split("-")
        back.presses("Show my form", {"dob-month": month, "dob-day": day, "dob-year": year})
        back.opens(f"/intake/{patient.draft_id}/name_birth")
        assert back.value_of("last_name") == ANSWERS["last_name"]
        desk = Staff.of(restored).signs_in().sees("VEGA")
        desk.looks_at(next(row.id for row, _ in documents(restored).values())).sees("VEGA")
        send(restored)  # numbering and references go on
        assert len(documents(restored)) == 4


def test_what_is_restored_on_sqlite_is_closed_to_others_and_keeps_no_key_in_the_database(
    parts: Parts, operator: Operator, other: Operator, file: Path, tmp_path: Path
) -> None:
    send(parts)
    operator.runs("backup", file, "--with-keys")
    other.runs("restore", file)
    database, folder = tmp_path / "other" / "previsit.db", tmp_path / "other" / "keys"
    for path in (database, *folder.iterdir()):
        assert path.stat().st_mode & 0o077 == 0, path
    assert database.parent.stat().st_mode & 0o077 == 0
    assert sorted(p.name for p in database.parent.iterdir()) == ["keys", "previsit.db"]
    for secret in secrets_in(folder):
        assert secret not in database.read_bytes()
    assert {p.name: p.read_bytes() for p in folder.iterdir()} == {
        p.name: p.read_bytes() for p in parts.config.key_dir.iterdir()
    }


# What a backup holds


def secrets_in(folder: Path) -> Iterator[bytes]:
    """Every secret key of a folder, in the ways it might be written down."""
    for path in folder.iterdir():
        if path.name != LIST_NAME:
            raw = keys.read_key(path, "test")
            yield from (raw, raw.hex().encode(), raw.hex().upper().encode(), base64.b64encode(raw)[:-4])


def test_no_secret_key_is_in_a_backup_unless_asked_for(
    parts: Parts, operator: Operator, other: Operator, file: Path, key_dir: Path, tmp_path: Path
) -> None:
    send(parts)
    said = operator.runs("backup", file)
    assert "no secret key" in said
    assert "forms not sent yet the server key" in said
    content = file.read_bytes()
    assert len(list(secrets_in(key_dir))) == 12
    for secret in secrets_in(key_dir):
        assert secret not in content
    assert (key_dir / LIST_NAME).read_bytes() in content

    said = other.runs("restore", file)
    assert "SENT ANSWERS DO NOT OPEN HERE" in said
    assert "FORMS NOT SENT YET DO NOT OPEN HERE" in said
    shutil.rmtree(tmp_path / "other")
    shutil.copytree(key_dir, tmp_path / "other" / "keys")  # the copy of the key folder that was kept apart
    said = other.runs("restore", file)
    assert "The newest sent form opens" in said
    assert "patients' codes open their forms" in said


def test_a_backup_made_while_patients_send_holds_every_form_acknowledged_before_it(
    parts: Parts, operator: Operator, file: Path
) -> None:
    acknowledged: list[str] = []
    enough, stop = threading.Event(), threading.Event()

    def patients() -> None:
        while not stop.is_set():
            acknowledged.append(send(parts).reference)
            if len(acknowledged) == 5:
                enough.set()

    sending = threading.Thread(target=patients)
    sending.start()
    assert enough.wait(60)
    before: list[str] = []
    for number in range(3):
        before = list(acknowledged)
        copy = file.with_name(f"{number}.backup")
        operator.runs("backup", copy)
        with closing(sqlite3.connect(copy)) as raw:
            kept = {reference for (reference,) in raw.execute("SELECT reference FROM submission")}
            assert set(before) <= kept
            assert raw.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            assert raw.execute("PRAGMA foreign_key_check").fetchall() == []
            whole = raw.execute("SELECT count(*) FROM submission JOIN sealed_document USING (id)").fetchone()
            assert whole == (len(kept),)
    stop.set()
    sending.join()
    assert len(acknowledged) >= len(before)


def test_a_signed_out_session_and_an_unused_link_do_not_come_back(
    parts: Parts, operator: Operator, other: Operator, file: Path, clock: FakeClock
) -> None:
    link = Staff.of(parts).has_a_link()
    Staff.of(parts).has_an_account()
    with parts.store.writing() as connection:
        staff_id = connection.execute(select(models.Staff.id)).scalar_one()
        token = staff_sessions.begin(connection, parts.server_key, staff_id, clock())
        connection.execute(insert(models.Attempt).values(key=b"k", failures=9, next_try_at=clock()))
        connection.execute(insert(models.Job).values(name="rewrap", due_at=clock(), claimed_until=clock()))
    operator.runs("backup", file, "--with-keys")
    with parts.store.writing() as connection:
        staff_sessions.end(connection, parts.server_key, token)
    other.runs("restore", file)
    with running(other, clock) as restored:
        with restored.store.reading() as connection:
            assert staff_sessions.find(connection, restored.server_key, token, clock(), IDLE) is None
            assert connection.execute(select(models.Job.claimed_until)).scalar_one() is None
        assert Staff.of(restored).opens(link).status in (404, 410)
        assert [count(restored.store, t) for t in (models.StaffSession, models.SetupLink, models.Attempt)] == [0, 0, 0]


@to_both
def test_what_was_erased_after_the_backup_stays_erased(
    parts: Parts, operator: Operator, other: Operator, file: Path, tmp_path: Path, clock: FakeClock
) -> None:
    stays, goes = send(parts), send(parts)
    Patient.of(parts).starts()
    with parts.store.writing() as connection:
        later = models.Submission.id == stays.id
        connection.execute(update(models.Submission).where(later).values(revision=2, revision_of=goes.id))
        connection.execute(insert(models.LegalHold).values(submission=goes.id, placed_at=clock()))
        connection.execute(
            insert(models.Lookup).values(kind="name", digest=b"d", received_at=clock(), submission=goes.id)
        )
        for read in (stays, goes):
            receipts.mark_read(connection, read.id, parts.today())
        draft = connection.execute(select(models.Draft.id).order_by(models.Draft.expires_at)).scalars().first()
    operator.runs("backup", file, "--with-keys")
    (tmp_path / "other").mkdir(mode=0o700)
    erased = tmp_path / "other" / "erased"
    erased.write_text(f"2026-03-02T15:00:00Z {goes.id} {draft}\n\n2026-03-02T15:00:00Z {uuid.uuid4().hex} -\n")
    assert "was erased again" in other.runs("restore", file)
    with running(other, clock) as restored:
        assert set(documents(restored)) == {stays.reference}
        assert count(restored.store, models.Draft) == 2
        assert count(restored.store, models.SealedKey) == 2
        assert count(restored.store, models.Lookup) == 0
        with restored.store.reading() as connection:
            assert connection.execute(select(models.Submission.revision_of)).scalars().all() == [None]
            assert connection.execute(select(models.ReadByTeam.reference)).scalars().all() == [stays.reference]


def test_a_list_of_the_erased_that_cannot_be_read_stops_the_restore(
    parts: Parts, operator: Operator, other: Operator, file: Path, tmp_path: Path
) -> None:
    send(parts)
    operator.runs("backup", file)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "erased").write_text("2026-03-02T15:00:00Z somebody\n")
    assert "line 1 of" in other.is_refused("restore", file)
    assert not (tmp_path / "other" / "previsit.db").exists()


def test_a_correction_is_copied_after_what_it_corrects(
    parts: Parts, operator: Operator, other: Operator, file: Path, clock: FakeClock
) -> None:
    first, second = sorted((send(parts), send(parts)), key=lambda row: row.id, reverse=True)
    with parts.store.writing() as connection:  # the correction has the smaller id
        later = models.Submission.id == second.id
        connection.execute(update(models.Submission).where(later).values(revision=2, revision_of=first.id))
    operator.runs("backup", file, "--with-keys")
    other.runs("restore", file)
    with running(other, clock) as restored:
        assert len(documents(restored)) == 2
