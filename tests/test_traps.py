"""The two traps for robots: neither refuses anybody. Whoever trips one is asked once; the second press goes through."""

from collections.abc import Callable
from typing import Any

import pytest

from app import intake
from app.intake import forms, traps
from app.parts import Parts
from app.records import models
from tests.cases import TYPICAL
from tests.conftest import FakeClock, LogLines
from tests.hosts import count
from tests.people import Patient
from tests.test_storage import rows_of

ANSWERS = TYPICAL["answers"]
ASKED = "Press the button once more"
SEND = "Send my answers to the clinic"
CONSENTS = {key: ANSWERS[key] for key in ("consent_truth", "consent_store", "consent_no_emergency", "signature")}

only_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def fast(_patient: Patient) -> dict[str, Any]:
    """Presses in the same moment."""
    return {}


def filled(patient: Patient) -> dict[str, Any]:
    """Takes the time, and has the hidden box filled in: a robot, or a browser that means well."""
    patient.reads()
    return {traps.BOX: "https://example.com"}


def without_mark(patient: Patient) -> dict[str, Any]:
    """Posts without having opened the page, or from a page of an older release."""
    patient.reads()
    return {traps.DRAWN: None}


def with_made_up_mark(patient: Patient) -> dict[str, Any]:
    """Posts a moment long ago that nobody signed."""
    patient.reads()
    return {traps.DRAWN: f"1000.{'0' * 32}"}


every_way = pytest.mark.parametrize("way", [fast, filled, without_mark, with_made_up_mark])
Way = Callable[[Patient], dict[str, Any]]


@only_sqlite
@every_way
def test_start_asks_once_more_lays_down_nothing_and_then_goes_through(patient: Patient, way: Way) -> None:
    patient.opens("/intake/").presses("Start", way(patient))
    assert patient.status == 200
    patient.sees(ASKED, "You did nothing wrong.")
    assert count(patient.parts.store, models.Draft) == 0
    patient.presses("Start", {traps.BOX: "https://example.com"})
    assert patient.page_id == "who"
    assert count(patient.parts.store, models.Draft) == 1


@only_sqlite
@every_way
def test_send_asks_once_more_with_everything_kept_and_then_goes_through(patient: Patient, way: Way) -> None:
    patient.starts().fills_in(ANSWERS, until="sign")
    before = rows_of(patient.parts.store)
    patient.continues({**CONSENTS, **way(patient)}, SEND)
    assert patient.status == 200
    patient.sees(ASKED)
    assert rows_of(patient.parts.store) == before
    assert {key: patient.value_of(key) for key in CONSENTS} == {
        key: ["yes"] if value is True else value for key, value in CONSENTS.items()
    }
    patient.presses(SEND, {traps.BOX: "https://example.com"})
    assert patient.path.endswith("/receipt")
    assert count(patient.parts.store, models.Submission) == 1


@only_sqlite
def test_a_patient_who_reads_never_meets_a_trap(patient: Patient, log_lines: LogLines) -> None:
    patient.starts().fills_in(ANSWERS).sends(ANSWERS).sees("Your answers were sent")
    assert not log_lines.of("asked_once_more")


@only_sqlite
def test_starting_for_another_person_is_kept_while_asking(patient: Patient) -> None:
    patient.starts().opens("/intake/").presses("Start for another person")
    patient.sees(ASKED).presses("Start for another person")
    assert patient.page_id == "who"
    assert count(patient.parts.store, models.Draft) == 2


@only_sqlite
def test_a_page_that_was_open_for_days_or_while_the_clock_was_set_back_asks_nothing(
    patient: Patient, clock: FakeClock
) -> None:
    patient.opens("/intake/")
    clock.passes(days=9)
    patient.presses("Start")
    assert patient.page_id == "who"
    other = patient.another_device().opens("/intake/")
    clock.passes(hours=-2)
    other.presses("Start")
    assert other.page_id == "who"


@only_sqlite
def test_what_is_wrong_is_said_before_anybody_is_asked_once_more(patient: Patient) -> None:
    patient.starts().fills_in(ANSWERS, until="sign")
    patient.continues({**CONSENTS, "signature": ""}, SEND)
    assert patient.status == 422
    patient.sees("There is a problem").does_not_see(ASKED)


@only_sqlite
def test_a_mistake_that_is_mended_at_once_is_not_taken_for_a_robots_press(patient: Patient) -> None:
    patient.starts().fills_in(ANSWERS, until="sign").reads()
    patient.continues({**CONSENTS, "signature": ""}, SEND).sees("There is a problem")
    patient.presses(SEND, {"signature": CONSENTS["signature"]}).sees("Your answers were sent")


@only_sqlite
def test_nobody_is_asked_twice_even_if_something_goes_wrong_between(patient: Patient) -> None:
    patient.starts().fills_in(ANSWERS, until="sign").continues(CONSENTS, SEND).sees(ASKED)
    patient.presses(SEND, {"signature": "", traps.BOX: "x"}).sees("There is a problem")
    patient.presses(SEND, {"signature": CONSENTS["signature"], traps.BOX: "x"}).sees("Your answers were sent")


@only_sqlite
def test_a_mark_of_another_browser_is_none(patient: Patient) -> None:
    patient.opens("/intake/").presses("Start").sees(ASKED)
    mark = patient.value_of(traps.PRESSED)
    other = patient.another_device()
    other.opens("/intake/").presses("Start", {traps.PRESSED: mark}).sees(ASKED)


@only_sqlite
def test_where_many_forms_are_begun_start_asks_before_it_refuses(parts: Parts) -> None:
    room = intake.create_room(parts)
    for _ in range(60):
        Patient.of(parts, room).starts()
        parts.clock.passes(seconds=-3)  # type: ignore[attr-defined]
    patient = Patient.of(parts, room).opens("/intake/").reads().presses("Start").sees(ASKED).presses("Start")
    assert patient.page_id == "who"
    statuses = [Patient.of(parts, room).opens("/intake/").reads().presses("Start").status for _ in range(3)]
    assert statuses == [200] * 3


@only_sqlite
def test_a_robot_that_presses_start_without_end_begins_nothing_and_keeps_nobody_from_it(parts: Parts) -> None:
    room = intake.create_room(parts)
    robot = Patient.of(parts, room).opens("/intake/")
    for _ in range(400):
        data = {"csrf_token": robot.value_of("csrf_token"), traps.BOX: "https://example.com"}
        assert robot.client.post("/intake/", data=data, base_url=robot.base_url).status_code == 200
    assert count(parts.store, models.Draft) == 0
    assert Patient.of(parts, room).starts().page_id == "who"


@only_sqlite
def test_only_start_and_send_carry_the_hidden_box_and_nobody_reaches_it(patient: Patient) -> None:
    patient.starts().fills_in(ANSWERS, until="goals").does_not_see(f'name="{traps.BOX}"')
    draft = patient.path.rsplit("/", 1)[0]
    patient.opens("/i/").does_not_see(f'name="{traps.BOX}"')
    patient.opens("/intake/")
    assert f'name="{traps.BOX}"' in patient.page.html
    patient.opens(f"{draft}/goals").fills_in(ANSWERS)
    (box,) = [i for i in patient.page.all("input") if i.get("name") == traps.BOX]
    assert (box.get("tabindex"), box.get("autocomplete")) == ("-1", "off")
    (around,) = [d for d in patient.page.all("div") if box in list(d)]
    assert (around.get("aria-hidden"), around.get("class")) == ("true", "sr")


@only_sqlite
def test_the_names_of_the_traps_are_no_question(parts: Parts) -> None:
    names = {traps.BOX, traps.DRAWN, traps.PRESSED}
    assert not names & (forms.all_input_names(parts.definition) | set(parts.definition.questions))
