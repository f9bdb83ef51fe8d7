"""The clock is set back or forward, or two hosts disagree: no answer is lost, and the next try works."""

import pytest

from tests.cases import TYPICAL
from tests.conftest import FakeClock
from tests.people import Patient
from tests.test_sending import stored

ANSWERS = TYPICAL["answers"]
BIRTH = {"dob-month": "8", "dob-day": "14", "dob-year": "1969"}
STEPS = {"5 s back": {"seconds": -5}, "1 h back": {"hours": -1}, "2 h on": {"hours": 2}, "25 h on": {"hours": 25}}
steps = pytest.mark.parametrize("step", STEPS.values(), ids=STEPS.keys())


def shows_that_they_are_there(patient: Patient) -> None:
    """Give the birth date, where the clock makes it look as if the patient had been away."""
    if "Before we show them on this device, enter the date of birth" in patient.page.text:
        patient.presses("Show my form", BIRTH)


@steps
def test_a_page_posted_after_the_clock_was_set_is_saved_and_the_form_goes_on(
    patient: Patient, clock: FakeClock, step: dict[str, float]
) -> None:
    patient.starts().fills_in(ANSWERS, until="side")
    clock.passes(**step)
    patient.presses("Continue", {"side": "right"})
    shows_that_they_are_there(patient)
    assert patient.page_id == "onset"
    patient.at("side")
    assert patient.value_of("side") == ["right"]
    patient.presses("Continue").fills_in({**ANSWERS, "side": "right"}).sends(ANSWERS).sees("Your answers were sent")
    (sent,) = stored(patient.parts)
    assert sent.document["answers"] == {**ANSWERS, "side": "right"}


@steps
def test_a_form_sent_after_the_clock_was_set_is_sent_once(
    patient: Patient, clock: FakeClock, step: dict[str, float]
) -> None:
    patient.starts().fills_in(ANSWERS)
    page, path = patient.page, patient.path
    clock.passes(**step)
    patient.sends(ANSWERS).sees("Your answers were sent")
    patient.page, patient.path = page, path
    patient.sends(ANSWERS).sees("Your answers were sent")
    assert len(stored(patient.parts)) == 1


def test_two_hosts_whose_clocks_disagree_by_seconds_never_ask_who_is_there(patient: Patient, clock: FakeClock) -> None:
    patient.starts().fills_in(ANSWERS, until="side")
    for answer in ("left", "right", "left", "unsure"):
        clock.passes(seconds=-5)
        patient.presses("Continue", {"side": answer}).does_not_see("enter the date of birth")
        clock.passes(seconds=5)
        patient.at("side").does_not_see("enter the date of birth")
        assert patient.value_of("side") == [answer]
