"""A name that is posted twice: one rule in both rooms, so that luck does not choose which value counts."""

from typing import Any

import pytest
from werkzeug.datastructures import MultiDict

from app import create_app
from app.intake.forms import TWO_ANSWERS
from app.parts import Parts
from app.questionnaire.kinds import Repeat
from tests.cases import BELLS, TYPICAL
from tests.conftest import FakeClock, LogLines
from tests.desk.people import NAME, PASSWORD, Staff
from tests.people import Patient
from tests.test_storage import only_sqlite, rows_of

ANSWERS = TYPICAL["answers"]
NOT_SURE = "We could not be sure that this came from your page"


@pytest.mark.parametrize(
    ("page_id", "doubled"),
    [
        ("name_birth", {"first_name": ["Ana", "Eve"]}),
        ("name_birth", {"dob-month": "3", "dob-day": "28", "dob-year": ["1970", "1980"]}),
        ("side", {"side": ["right", "left"]}),
        ("goals", {"goals_note": ["One.", "Two."]}),
        ("impact", {"impact_work": ["1", "2"]}),
    ],
)
@only_sqlite
def test_two_different_answers_to_a_question_are_said_beside_it_and_neither_is_stored(
    patient: Patient, page_id: str, doubled: dict[str, Any]
) -> None:
    patient.starts().fills_in(ANSWERS, until=page_id)
    before = rows_of(patient.parts.store)
    patient.continues({**_mine(patient, page_id), **doubled})
    patient.sees("There is a problem", TWO_ANSWERS)
    assert patient.status == 422
    assert rows_of(patient.parts.store) == before
    for name, values in doubled.items():
        shown = patient.value_of(name)
        assert (shown[0] if isinstance(shown, list) else shown) == (values[0] if isinstance(values, list) else values)


@only_sqlite
def test_the_same_answer_twice_is_that_answer_and_of_several_choices_all_count(patient: Patient) -> None:
    patient.starts().fills_in(ANSWERS, until="goals")
    patient.presses("Continue", {"goals": ["second", "diagnosis", "second"], "goals_note": ["One.", "One."]})
    patient.at("goals")
    assert patient.value_of("goals") == ["diagnosis", "second"]
    assert patient.value_of("goals_note") == "One."


@only_sqlite
def test_an_item_of_an_entry_that_has_two_answers_is_not_saved(patient: Patient) -> None:
    patient.starts().fills_in(BELLS["answers"], until="toxin_rounds")
    group = patient.parts.definition.questions["toxin_rounds"]
    assert isinstance(group, Repeat)
    patient.presses_add(group.entry_name)
    name = next(str(i.get("name")) for i in patient.page.all("input") if i.get("type") == "text")
    before = rows_of(patient.parts.store)
    patient.presses("Save", {name: ["2020", "2021"]}).sees(TWO_ANSWERS)
    assert rows_of(patient.parts.store) == before


@only_sqlite
def test_a_button_that_saves_unchecked_leaves_out_what_has_two_answers(patient: Patient) -> None:
    patient.starts().fills_in(ANSWERS, until="goals")
    patient.presses("Stop and come back later", {"goals_note": ["One.", "Two."], "video": "will_try"})
    patient.at("goals")
    assert patient.value_of("goals_note") == ""
    assert patient.value_of("video") == ["will_try"]


@pytest.mark.parametrize(
    "doubled",
    [
        {"action": ["continue", "leave"]},
        {"base": ["", "0"]},
        {"asked": ["goals goals_note", "side"]},
        {"removal": ["keep", "remove"]},
    ],
)
@only_sqlite
def test_two_different_buttons_or_hidden_fields_are_no_page_of_ours(patient: Patient, doubled: dict[str, Any]) -> None:
    patient.starts().fills_in(ANSWERS, until="goals")
    before = rows_of(patient.parts.store)
    token = patient.value_of("csrf_token")
    patient.posts(patient.path, {"csrf_token": token, "action": "continue", "goals_note": "Read a book.", **doubled})
    assert patient.status == 400
    patient.sees(NOT_SURE)
    assert patient.value_of("goals_note") == "Read a book."
    assert rows_of(patient.parts.store) == before


@pytest.mark.parametrize("order", [("wrong", "right"), ("right", "wrong")])
@only_sqlite
def test_two_different_tokens_are_none(patient: Patient, order: tuple[str, str]) -> None:
    patient.starts()
    tokens = {"right": str(patient.value_of("csrf_token")), "wrong": "wrong"}
    before = rows_of(patient.parts.store)
    doubled = [("csrf_token", tokens[which]) for which in order]
    patient.posts(patient.path, MultiDict([*doubled, ("filled_by", "self")]))
    assert patient.status == 400
    assert rows_of(patient.parts.store) == before


@only_sqlite
def test_two_birth_dates_open_nothing(patient: Patient, clock: FakeClock) -> None:
    patient.starts().fills_in(ANSWERS, until="side")
    clock.passes(minutes=30)
    patient.at("side").presses("Show my form", {"dob-month": "8", "dob-day": "14", "dob-year": ["1969", "1970"]})
    assert patient.status == 422
    patient.sees("This is not the date of birth on this form.")


@only_sqlite
def test_a_code_or_a_choice_of_form_that_is_posted_twice_is_refused(patient: Patient) -> None:
    patient.opens("/i/").presses("Open my form", {"code": ["7K2M9QXD4T1B8WZC", "7K2M9QXD4T1B8WZD"]})
    assert patient.status == 400


@only_sqlite
def test_the_desk_takes_no_field_twice(parts: Parts) -> None:
    staff = Staff.of(parts).has_an_account()
    staff.opens("/desk/sign-in").presses("Sign in", {"account": [NAME, "other"], "password": PASSWORD})
    assert staff.status == 400
    assert "desk-session" not in [cookie.decoded_key for cookie in staff.cookies]
    staff.signs_in().opens("/desk/export").presses("For a spreadsheet (Excel)", {"for": ["spreadsheet", "software"]})
    assert staff.status == 400
    staff.opens("/desk/?before=2026-03-02T15:00:00Z~a&before=2026-03-02T16:00:00Z~a")
    assert staff.status == 400
    assert staff.opens("/desk/?before=2026-03-02T15:00:00Z~a").status == 200


@only_sqlite
def test_what_stands_behind_a_patients_address_is_not_read_so_it_breaks_nothing(parts: Parts) -> None:
    visitor = Patient.of(parts, create_app(parts))
    assert visitor.opens("/intake/?utm_source=mail&utm_source=poster").status == 200


@only_sqlite
def test_that_something_came_twice_is_logged_without_a_word_of_it(patient: Patient, log_lines: LogLines) -> None:
    patient.starts().presses("Continue", {"base": ["planted", "twice"]})
    (event,) = log_lines.of("posted_twice")
    assert event["names"] == 1
    assert "planted" not in str(event)


def _mine(patient: Patient, page_id: str) -> dict[str, Any]:
    page = patient.parts.definition.page_by_id[page_id]
    return {question.id: ANSWERS[question.id] for question in page.questions if question.id in ANSWERS}
