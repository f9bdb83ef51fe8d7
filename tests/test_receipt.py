"""The receipt tells when a form came and on which day the team had read it, and nothing else about the review."""

from typing import Any

import pytest
from sqlalchemy import func, select, text

from app.parts import Parts
from app.records import audit_lines, erasing, models, receipts, schema, submissions
from app.records.submissions import Listed
from tests.cases import TYPICAL
from tests.conftest import FakeClock
from tests.desk.factories import send
from tests.desk.people import NAME, Staff
from tests.people import Patient

ANSWERS: dict[str, Any] = TYPICAL["answers"]
READ = "Read by the team on"


def sends(patient: Patient, **answers: Any) -> str:
    """A patient sends a form; returns its id at the desk."""
    patient.starts().fills_in({**ANSWERS, **answers}).sends({**ANSWERS, **answers})
    reference = next(str(one.text) for one in patient.page.all("span") if one.get("class") == "code")
    with patient.parts.store.reading() as connection:
        found = audit_lines.form_of(connection, reference)
    assert found
    return found


def test_a_receipt_says_received_and_once_it_is_reviewed_also_read(
    patient: Patient, parts: Parts, clock: FakeClock
) -> None:
    form = sends(patient)
    patient.sees("Received on March 2, 2026 at 10:0").does_not_see(READ)
    specialist = Staff.of(parts).has_an_account().is_inside()
    clock.passes(days=1, hours=9)  # past midnight in UTC, and still Tuesday at the clinic
    specialist.signs_in().looks_at(form).presses("In review")
    patient.opens(patient.path).does_not_see(READ)
    specialist.presses("Reviewed")
    patient.opens(patient.path).sees("Received on March 2, 2026", f"{READ} March 3, 2026.")
    specialist.presses("Archive")
    patient.opens(patient.path).sees(f"{READ} March 3, 2026.")


def test_the_first_day_stays_when_a_form_is_put_back_and_reviewed_again(
    patient: Patient, parts: Parts, clock: FakeClock
) -> None:
    form = sends(patient)
    specialist = Staff.of(parts).has_an_account().is_inside().looks_at(form).presses("Reviewed").presses("In review")
    patient.opens(patient.path).sees(f"{READ} March 2, 2026.")
    clock.passes(days=1)
    specialist.signs_in().looks_at(form).presses("Reviewed")
    patient.opens(patient.path).sees(f"{READ} March 2, 2026.").does_not_see("March 3, 2026.")


def test_reviewed_by_mistake_is_told_to_nobody_and_what_was_read_before_stays_told(
    patient: Patient, parts: Parts
) -> None:
    form, other = sends(patient), send(parts)
    specialist = Staff.of(parts).has_an_account().is_inside().looks_at(form).presses("Reviewed, next")
    specialist.presses(f"Undo: form {_reference(parts, form)}")
    patient.opens(patient.path).does_not_see(READ)
    specialist.looks_at(form).presses("Reviewed").presses("In review").presses("Reviewed, next")
    specialist.presses(f"Undo: form {_reference(parts, form)}")
    patient.opens(patient.path).sees(READ)
    assert other.reference not in patient.page.text


def _reference(parts: Parts, submission_id: str) -> str:
    with parts.store.reading() as connection:
        listed = submissions.find(connection, submission_id)
    assert listed
    return listed.reference


def test_nothing_else_about_the_review_reaches_the_patient(patient: Patient, parts: Parts) -> None:
    form = sends(patient, urgent_now=["speech"])
    before = patient.opens(patient.path).page.text
    specialist = Staff.of(parts).has_an_account().is_inside().acknowledges(form, "Called, Quorvath answered")
    specialist.presses("Save the note", {"text": "Quorvath will come"}).presses("Let it go")
    specialist.presses("Needs information")
    assert patient.opens(patient.path).page.text == before
    specialist.presses("Reviewed")
    patient.opens(patient.path).does_not_see("Quorvath", NAME, "eviewed", "Needs information")
    assert patient.page.text.replace(f"{READ} March 2, 2026. ", "") == before


def test_each_receipt_tells_its_own_form(patient: Patient, parts: Parts) -> None:
    other = patient.another_device()
    read, _unread = sends(patient), sends(other)
    Staff.of(parts).has_an_account().is_inside().looks_at(read).presses("Reviewed")
    patient.opens(patient.path).sees(READ)
    other.opens(other.path).does_not_see(READ)


def test_the_birth_date_that_is_asked_after_a_while_hides_no_more_than_the_answers(
    patient: Patient, parts: Parts, clock: FakeClock
) -> None:
    Staff.of(parts).has_an_account().is_inside().looks_at(sends(patient)).presses("Reviewed")
    clock.passes(minutes=30)
    patient.opens(patient.path).sees("enter the date of birth", f"{READ} March 2, 2026.").does_not_see("Marisol")


def test_a_receipt_that_cannot_ask_is_still_a_receipt(patient: Patient, parts: Parts) -> None:
    sends(patient)
    with parts.store.writing() as connection:
        connection.execute(text("ALTER TABLE read_by_team RENAME TO away"))
    assert patient.opens(patient.path).status == 200
    patient.sees("Received on March 2, 2026").does_not_see(READ)
    with parts.store.writing() as connection:
        connection.execute(text("ALTER TABLE away RENAME TO read_by_team"))


@pytest.fixture
def read(parts: Parts) -> Listed:
    """A form that was read."""
    listed = send(parts)
    with parts.store.writing() as connection:
        receipts.mark_read(connection, listed.id, parts.today())
        receipts.mark_read(connection, listed.id, parts.today().replace(year=2030))
    return listed


def test_the_day_goes_with_its_form(parts: Parts, read: Listed) -> None:
    kept = send(parts, last_name="Kept")
    with parts.store.writing() as connection:
        receipts.mark_read(connection, kept.id, parts.today())
        assert receipts.read_on(connection, read.reference) == parts.today()
        assert erasing.delete_submissions(connection, [read.id]) == [read.id]
        assert receipts.read_on(connection, read.reference) is None
        assert receipts.read_on(connection, kept.reference) == parts.today()


def test_the_migration_goes_down_and_up_again_and_keeps_every_form(parts: Parts, read: Listed) -> None:
    schema.downgrade(parts.store, "0004")
    schema.upgrade(parts.store)
    with parts.store.reading() as connection:
        assert schema.differences(connection) == []
        assert connection.execute(select(models.Submission.id)).scalars().all() == [read.id]
        assert connection.execute(select(func.count()).select_from(models.ReadByTeam)).scalar_one() == 0
