"""The call list: who is to be called, what to ask, and what they said, never in place of their own answers."""

from app.parts import Parts
from app.records import models
from app.records.statuses import ATTENTION, IN_REVIEW, NEEDS_INFO, RECEIVED, REVIEWED
from tests.conftest import FakeClock
from tests.desk.factories import send
from tests.desk.people import Staff
from tests.desk.test_work import OTHER, status_of
from tests.page_checks import words


def heads(staff: Staff) -> list[str]:
    return [words(head) for head in staff.opens("/desk/calls").page.all("h3")]


def test_a_question_puts_a_form_on_the_list_and_the_answer_is_written_there(parts: Parts, specialist: Staff) -> None:
    form = send(parts)
    assert heads(specialist) == []
    specialist.sees("Nobody has to be called.")
    specialist.looks_at(form.id).presses("Save the question", {"text": "Which dose last time?"})
    specialist.sees("The question is on the call list.")
    assert status_of(parts, form.id) == NEEDS_INFO
    clerk = specialist.another_browser().has_an_account("staff", name=OTHER).is_inside(OTHER)
    assert heads(clerk) == ["TESTPATIENT-VEGA, Marisol"]
    clerk.sees("212-555-0142", "Which dose last time?", form.reference, "18-Mar-2026")
    clerk.presses("Save the answer", {"text": "25 units, she thinks"})
    assert clerk.path == "/desk/calls"
    clerk.sees("Answered, in staff’s words: 25 units, she thinks", OTHER, "Answered, for a specialist to look at")


def test_what_is_answered_goes_back_to_review_from_the_list(parts: Parts, specialist: Staff) -> None:
    form = send(parts)
    specialist.looks_at(form.id).presses("Save the question", {"text": "Which dose?"})
    specialist.opens("/desk/calls").does_not_see("All is answered, in review")
    specialist.presses("Save the answer", {"text": "25"}).presses(f"All is answered, in review: {form.reference}")
    assert status_of(parts, form.id) == IN_REVIEW
    assert heads(specialist) == []


def test_what_is_not_answered_is_said_on_the_way_to_reviewed(parts: Parts, specialist: Staff) -> None:
    """A reviewed form leaves the list; nobody shall press a question away without knowing."""
    specialist.looks_at(send(parts).id).presses("Save the question", {"text": "Which dose?"})
    specialist.presses("Reviewed (1 not answered)").sees("Now: reviewed.")


def test_who_waits_longest_stands_on_top(parts: Parts, specialist: Staff, clock: FakeClock) -> None:
    for name in ("First", "Second", "Third"):
        form = send(parts, last_name=name)
        clock.passes(minutes=1)
        specialist.looks_at(form.id).presses("Save the question", {"text": "When?"})
    assert heads(specialist) == ["FIRST, Marisol", "SECOND, Marisol", "THIRD, Marisol"]


def test_a_question_leads_no_form_out_of_attention_and_none_back_from_reviewed(parts: Parts, specialist: Staff) -> None:
    urgent, done = send(parts, urgent_now=["speech"]), send(parts)
    specialist.looks_at(done.id).presses("Reviewed")
    for form, status in ((urgent, ATTENTION), (done, REVIEWED)):
        specialist.looks_at(form.id).presses("Save the question", {"text": "When?"}).sees("The question is saved.")
        assert status_of(parts, form.id) == status


def test_a_question_about_an_urgent_form_is_on_the_list_once_the_form_is_acknowledged(
    parts: Parts, specialist: Staff
) -> None:
    asked, answered = send(parts, urgent_now=["speech"]), send(parts, urgent_now=["speech"])
    for form in (asked, answered):
        specialist.looks_at(form.id).presses("Save the question", {"text": "When?"})
    specialist.presses("Save the answer", {"text": "Yesterday."})
    specialist.acknowledges(asked.id).sees("Acknowledged, with what was done. Its question is on the call list.")
    specialist.acknowledges(answered.id).does_not_see("on the call list")
    assert [status_of(parts, form.id) for form in (asked, answered)] == [NEEDS_INFO, RECEIVED]
    assert len(heads(specialist)) == 1


def test_a_form_that_does_not_open_is_on_the_list_by_its_reference(parts: Parts, specialist: Staff) -> None:
    form = send(parts)
    specialist.looks_at(form.id).presses("Save the question", {"text": "When?"})
    with parts.store.writing() as connection:
        table = models.SealedDocument.__table__
        connection.execute(table.update().where(table.c.id == form.id).values(blob=b"changed"))  # type: ignore[attr-defined]
    assert heads(specialist) == [f"{form.reference}: this form does not open with the key this desk holds"]


def test_read_only_eyes_see_the_list_and_write_nothing(parts: Parts, specialist: Staff) -> None:
    form = send(parts)
    specialist.looks_at(form.id).presses("Save the question", {"text": "When?"})
    reader = specialist.another_browser().has_an_account("read-only", name=OTHER).is_inside(OTHER)
    assert heads(reader) == ["TESTPATIENT-VEGA, Marisol"]
    assert [words(button) for button in reader.page.all("button")] == ["Sign out"]
