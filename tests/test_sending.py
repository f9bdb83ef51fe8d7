"""Sending: once, whatever is pressed how often; early; and what is stored."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from app import intake
from app.parts import Parts
from app.records import statuses, submissions
from app.records.submissions import Opened
from tests.cases import BILATERAL, TYPICAL
from tests.conftest import FakeClock
from tests.people import Patient

ANSWERS = TYPICAL["answers"]
BIRTH = {"dob-month": "8", "dob-day": "14", "dob-year": "1969"}


def stored(parts: Parts) -> list[Opened]:
    """Every submission, opened as the desk would."""
    with parts.store.reading() as connection:
        listed = submissions.newest(connection, limit=100)
        return submissions.open_answers(connection, listed, parts.keyring.private_keys)


def signs(patient: Patient, **changes: Any) -> Patient:
    return patient.sends({**ANSWERS, **changes})


def test_what_is_sent_is_what_was_answered_and_nothing_else(patient: Patient) -> None:
    patient.starts().fills_in(ANSWERS)
    patient.at("side").continues({"side": "both"}).continues({"both_pattern": "same_time"})
    patient.presses("Continue")
    patient.at("side").continues({"side": "left"})
    patient.presses("Continue")
    signs(patient).sees("Your answers were sent")
    (sent,) = stored(patient.parts)
    assert sent.document["answers"] == ANSWERS
    assert sent.document["not_reached"] == []
    assert sent.document["continued"] == TYPICAL["expect"]["pages_visited"]
    assert sent.document["flags"]["ids"] == TYPICAL["expect"]["flags"][0]["ids"]
    assert {c["id"]: c["version"] for c in sent.document["consents"]} == {
        "consent_truth": "best-answers-2",
        "consent_store": "store-and-use-1",
        "consent_no_emergency": "not-monitored-1",
        "signature": "typed-name-2",
    }


def test_reload_back_and_sending_again_give_the_same_receipt_and_one_submission(patient: Patient) -> None:
    patient.starts().fills_in(ANSWERS)
    sign = patient.path
    page = patient.page
    signs(patient)
    reference = _reference(patient)
    for path in (sign, sign.replace("/sign", "/check"), sign.replace("/sign", "/side"), sign.replace("/sign", "/")):
        patient.opens(path)
        assert _reference(patient) == reference
    patient.page, patient.path = page, sign
    signs(patient)
    assert _reference(patient) == reference
    assert [s.listed.reference for s in stored(patient.parts)] == [reference]


def test_eight_sends_at_once_are_one_submission(patient: Patient) -> None:
    patient.starts().fills_in(ANSWERS)
    data = patient.inputs(
        {k: ANSWERS[k] for k in ("consent_truth", "consent_store", "consent_no_emergency", "signature")}
    )
    data |= {name: patient.value_of(name) for name in ("csrf_token", "base", "drawn")} | {"action": "continue"}
    patient.reads()
    cookies = "; ".join(f"{c.decoded_key}={c.value}" for c in patient.cookies)
    app = intake.create_room(patient.parts)

    def send(_: int) -> str:
        response = app.test_client(use_cookies=False).post(patient.path, data=data, headers={"Cookie": cookies})
        return f"{response.status_code} {response.headers.get('Location')}"

    with ThreadPoolExecutor(8) as pool:
        answers = set(pool.map(send, range(8)))
    assert answers == {f"302 /intake/{patient.draft_id}/receipt"}
    assert len(stored(patient.parts)) == 1


def test_a_late_post_shows_what_was_typed_and_when_the_form_was_sent(patient: Patient) -> None:
    patient.starts().fills_in(ANSWERS)
    patient.at("goals")
    goals = patient.page, patient.path
    patient.opens(f"/intake/{patient.draft_id}/check").presses("Continue")
    signs(patient)
    patient.page, patient.path = goals
    patient.presses("Continue", {"goals_note": "Read a whole book again."})
    assert patient.status == 409
    patient.sees("This form was already sent", "Read a whole book again.", "(212) 434-4050")


def test_a_form_can_be_sent_early_and_says_what_was_not_reached(patient: Patient) -> None:
    patient.starts().fills_in(ANSWERS, until="goals")
    patient.presses("Check and send what I have", {"goals_note": "See well."})
    patient.sees("You have not come to every part yet.", "You have not come to this part")
    patient.presses("Go on and sign")
    signs(patient).sees("Your answers were sent", "See well.", "Not reached")
    (sent,) = stored(patient.parts)
    assert sent.document["answers"]["goals_note"] == "See well."
    assert sent.document["not_reached"][0] == "goals"
    assert "toxin_ever" not in sent.document["answers"]
    assert sent.document["continued"][-2:] == ["check", "sign"]


def test_the_early_way_refuses_wrong_values_but_not_missing_ones(patient: Patient) -> None:
    patient.starts().fills_in(ANSWERS, until="onset")
    patient.presses("Check and send what I have", {"onset_date-year": "20x"})
    patient.sees("Enter a year with 4 numbers, like 2019.").does_not_see("Choose where it started")
    patient.presses("Check and send what I have", {"onset_date-year": ""})
    assert patient.page_id == "check"
    patient.presses("Go on with the form")
    assert patient.page_id == "onset"


def test_before_the_contact_page_nothing_can_be_sent_early(patient: Patient) -> None:
    patient.starts().fills_in(ANSWERS, until="contact").does_not_see("Check and send what I have")
    patient.opens(f"/intake/{patient.draft_id}/check")
    assert patient.page_id == "contact"


def test_consents_and_signature_are_demanded(patient: Patient) -> None:
    patient.starts().fills_in(ANSWERS).presses("Send my answers to the clinic")
    assert patient.status == 422
    patient.sees("Check the box to let the clinic store and use this form.", "Type your full name to sign this form.")
    assert stored(patient.parts) == []


def test_a_lapsed_safety_check_is_asked_again_before_sending(patient: Patient, clock: FakeClock) -> None:
    patient.starts().fills_in(ANSWERS)
    clock.passes(hours=49)
    patient.presses(
        "Send my answers to the clinic",
        patient.inputs(
            {k: ANSWERS[k] for k in ("consent_truth", "consent_store", "consent_no_emergency", "signature")}
        ),
    )
    patient.presses("Show my form", BIRTH)
    assert patient.page_id == "safety_check"
    assert stored(patient.parts) == []


def test_an_answer_that_became_impossible_is_shown_again_with_its_error(patient: Patient) -> None:
    patient.starts().fills_in(ANSWERS)
    patient.at("name_birth").continues({"dob": "2000-01-01"})
    patient.presses("Continue")
    patient.at("onset").continues({"onset_date": "2001"})
    patient.presses("Continue")
    patient.at("name_birth").continues({"dob": "2003-01-01"})
    patient.presses("Continue")
    signs(patient)
    assert patient.page_id == "onset"
    patient.sees("Enter a date that is not before the date of birth.")


def test_an_urgent_answer_is_sent_with_status_attention(patient: Patient) -> None:
    patient.starts().fills_in({**ANSWERS, "urgent_now": ["speech"]})
    signs(patient).sees("Call 911 now")
    (sent,) = stored(patient.parts)
    assert sent.listed.status == statuses.ATTENTION


def test_the_receipt_reads_everything_back_and_locks_after_twenty_minutes(patient: Patient, clock: FakeClock) -> None:
    patient.starts().fills_in(BILATERAL["answers"])
    patient.sends(BILATERAL["answers"]).sees("Which side of the patient’s face twitches?", "Both sides", "Not answered")
    reference = _reference(patient)
    clock.passes(minutes=30)
    patient.opens(patient.path).sees("Your answers were sent", reference, "When to call 911")
    patient.does_not_see("Priya", "Both sides")
    patient.presses("Show my answers", {"dob-month": "11", "dob-day": "5", "dob-year": "1998"}).sees(
        "Priya", "Both sides"
    )


def test_the_receipt_keeps_its_words_after_the_definition_changed(patient: Patient) -> None:
    patient.starts().fills_in(ANSWERS)
    signs(patient)
    definition = patient.parts.definition
    part = replace(definition.parts[1], title="Other words now")
    changed = replace(definition, parts=(definition.parts[0], part, *definition.parts[2:]))
    patient.client.application = intake.create_room(replace(patient.parts, definition=changed))
    patient.opens(patient.path).sees("How it began").does_not_see("Other words now")


@pytest.mark.parametrize("field", ["first_name", "goals_note"])
def test_cleaned_text_is_stored_exactly(patient: Patient, field: str) -> None:
    text = "  O’Neil <b>“ é 😀 \r\n=cmd()|' \x00 "
    patient.starts().fills_in({**ANSWERS, field: text})
    signs(patient)
    (sent,) = stored(patient.parts)
    wanted = "O’Neil <b>“ é 😀 \n=cmd()|'" if field == "goals_note" else "O’Neil <b>“ é 😀  =cmd()|'"
    assert sent.document["answers"][field] == wanted


def _reference(patient: Patient) -> str:
    spans = [e for e in patient.page.all("span") if e.get("class") == "code"]
    assert len(spans) == 1, patient.page.text[:500]
    return spans[0].text or ""
