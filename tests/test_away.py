"""A form left alone on a device: what somebody who finds it there, and does not know the birth date, can do."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from app.questionnaire import draft
from tests.cases import BELLS, TYPICAL
from tests.conftest import FakeClock
from tests.people import Patient

ANSWERS = TYPICAL["answers"]
RIGHT = {"dob-month": "8", "dob-day": "14", "dob-year": "1969"}
WRONG = {"dob-month": "1", "dob-day": "1", "dob-year": "1950"}


def test_of_many_wrong_birth_dates_at_once_no_more_are_looked_at_than_one_by_one(
    patient: Patient, clock: FakeClock
) -> None:
    patient.starts().fills_in(ANSWERS, until="side")
    clock.passes(minutes=21)
    patient.opens(patient.path).sees("Is this your form?")
    path = f"/intake/{patient.draft_id}/unlock"
    cookie = "; ".join(f"{c.key}={c.value}" for c in patient.cookies)
    data = {**WRONG, "csrf_token": patient.value_of("csrf_token")}
    together = Barrier(12)

    def tries(_number: int) -> int:
        device = patient.client.application.test_client(use_cookies=False)  # type: ignore[attr-defined]
        together.wait()
        return device.post(path, data=data, base_url=patient.base_url, headers={"Cookie": cookie}).status_code

    with ThreadPoolExecutor(12) as pool:
        statuses = Counter(pool.map(tries, range(12)))
    assert statuses[422] <= 4, "the fifth wrong one begins the wait"
    assert statuses[422] + statuses[429] == 12
    clock.passes(seconds=59)
    patient.presses("Show my form", RIGHT)
    patient.sees("Try again at 10:22 AM")


def test_a_birth_date_posted_late_does_not_open_what_the_stored_one_guards(patient: Patient, clock: FakeClock) -> None:
    patient.starts().fills_in(ANSWERS, until="side")
    patient.at("name_birth")
    clock.passes(minutes=21)
    patient.presses("Continue", WRONG).sees("Is this your form?")
    patient.presses("Show my form", WRONG).sees("This is not the date of birth on this form.")
    patient.presses("Show my form", RIGHT)
    assert patient.page_id == "name_birth"
    assert patient.value_of("dob-year") == "1950", "what was typed late is not lost"
    patient.presses("Continue")
    assert patient.page_id == "side"
    assert patient.at("name_birth").value_of("dob-year") == "1950"


def test_a_late_post_that_would_remove_entries_does_not_name_them(patient: Patient, clock: FakeClock) -> None:
    patient.starts().fills_in(BELLS["answers"], until="sign")
    patient.at("treatments")
    clock.passes(minutes=21)
    patient.presses("Continue", {"drugs": ["none"]}).sees("Is this your form?").does_not_see("Gabapentin")
    year, month, day = BELLS["answers"]["dob"].split("-")
    patient.presses("Show my form", {"dob-month": month, "dob-day": day, "dob-year": year})
    assert patient.page_id == "treatments"
    assert patient.value_of("drugs") == ["none"], "what was ticked late is not lost"
    patient.presses("Continue").sees("You told us about Gabapentin")


def test_the_fingerprint_on_a_refused_late_page_cannot_be_guessed_from(patient: Patient, clock: FakeClock) -> None:
    patient.starts().fills_in(ANSWERS, until="onset")
    patient.at("side")
    path, token = patient.path, patient.value_of("csrf_token")
    clock.passes(minutes=21)
    patient.posts(path, {"csrf_token": token, "side": "neither of these"})
    assert patient.status == 422
    answers = [{"side": option.code} for option in patient.parts.definition.questions["side"].options]  # type: ignore[union-attr]
    assert patient.value_of("base") not in [draft.digest_of(answer, ["side"]) for answer in answers]
