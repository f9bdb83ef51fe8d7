"""From the patient's phone to the specialist's screen and the clerk's file, through the whole product."""

from dataclasses import replace
from datetime import UTC, datetime, time
from typing import Any

import pytest

from app.parts import Parts
from app.questionnaire.kinds import Choices, Integer, LongText, PartialDate, Repeat, Scale, Text
from app.questionnaire.wording import say
from tests.cases import BELLS, BILATERAL, CASES, TYPICAL
from tests.conftest import FakeClock
from tests.desk.people import Staff
from tests.outputs.unpack import members, table
from tests.people import Patient


@pytest.fixture(params=CASES, ids=lambda case: case["id"])
def case(request: pytest.FixtureRequest) -> dict[str, Any]:
    return request.param


@pytest.fixture
def environ(environ: dict[str, str], request: pytest.FixtureRequest) -> dict[str, str]:
    settings = request.getfixturevalue("case")["settings"] if "case" in request.fixturenames else {}
    environ["EXTRA_QUESTIONS"] = "on" if settings.get("extra_questions") else "off"
    return environ


def exports(staff: Staff, button: str = "For software (plain CSV)") -> dict[str, list[dict[str, str]]]:
    """The files of an export, by name, as rows."""
    staff.opens("/desk/export").presses(button)
    assert staff.response is not None
    assert staff.response.status_code == 200
    guarded = "spreadsheet" in button
    files = members(staff.response.data)
    return {name: table(data, guarded=guarded) for name, data in files.items() if name.endswith(".csv")}


def a_specialist(parts: Parts) -> Staff:
    return Staff.of(parts).has_an_account().is_inside()


def cells(question: Any, value: Any) -> dict[str, str]:
    """What an answer must be in the file."""
    column = question.column
    match question:
        case Choices():
            return {f"{column}___{o.code}": str(int(o.code in value)) for o in question.options}
        case Repeat():
            return {f"{column}_count": str(len(value))}
        case PartialDate():
            return {column: value, f"{column}_precision": ("year", "month", "day")[value.count("-")]}
        case _:
            return {column: "1" if value is True else str(value)}


def test_an_example_patient_comes_out_equal_at_the_desk_and_in_the_csv(
    case: dict[str, Any], clock: FakeClock, patient: Patient
) -> None:
    clock.at = datetime.combine(datetime.fromisoformat(case["submitted"]).date(), time(15), UTC)
    answers = case["answers"]
    patient.starts().fills_in(answers).sends(answers)
    staff = a_specialist(patient.parts)
    staff.opens("/desk/").sees(answers["last_name"].upper())
    staff.follows(staff.names[0]).follows("All answers")
    definition = patient.parts.definition
    for key, value in answers.items():
        question = definition.questions[key]
        if not isinstance(question, Repeat):
            helper = answers["filled_by"] != "self"
            staff.sees(*(" ".join(w.split()) for w in say(question, value, helper=helper)))
    files = exports(staff)
    (row,) = files["submissions.csv"]
    for key, value in answers.items():
        expected = cells(definition.questions[key], value)
        assert {name: row[name] for name in expected} == expected
    assert row["flags"].split() == case["expect"]["flags"][0]["ids"]
    for group in definition.repeats:
        rows = files[f"{group.column}.csv"]
        wanted = answers.get(group.id, [])
        assert len(rows) == len(wanted)
        for found, entry in zip(rows, wanted, strict=True):
            for item in group.items:
                if item.id in entry:
                    expected = cells(item, entry[item.id])
                    assert {name: found[name] for name in expected} == expected


HOSTILE = [
    "“quotes” 'single' \"double\" `back` <script>alert(1)</script>",
    "{{ 7*7 }} {% raw %} {clinic_name} %s \\n ${x}",
    "שלום \u202eevil\u202c العربية",
    "😀👩🏽‍⚕️ é ñ ö",
    "=cmd()|'/C calc'!A0",
    "+1-1@x",
    "a\x00b\x1bc",
    "'leading apostrophe",
    "x" * 4000,
]


def test_hostile_text_goes_through_every_text_question_to_every_output(
    environ: dict[str, str], patient: Patient
) -> None:
    assert environ["EXTRA_QUESTIONS"] == "off"
    definition = patient.parts.definition
    texts = [q for q in definition.questions.values() if isinstance(q, Text | LongText) and q.tier == "core"]
    answers = {
        **BILATERAL["answers"],
        **{k: v for k, v in BELLS["answers"].items() if k.startswith(("toxin", "imaging"))},
    }
    answers |= {"other_tx": ["pt"], "toxin_ever": "yes", "imaging": ["ct"], "visit_date": None, "toxin_rounds": []}
    expected: dict[str, str] = {}
    for number, question in enumerate(texts):
        text = HOSTILE[number % len(HOSTILE)][: question.max_length]
        answers[question.id] = text
        dropped = "\x00\x1b\u202e\u202c"  # what steers a program, and what turns the words beside it around
        expected[question.id] = "".join(sign for sign in text if sign not in dropped).strip()
    answers = {key: value for key, value in answers.items() if value is not None}
    patient.starts().fills_in(answers)
    patient.sends(answers).sees("Your answers were sent")
    staff = a_specialist(patient.parts)
    staff.opens("/desk/")
    staff.follows(staff.names[0]).follows("All answers")
    assert staff.page.all("script") == []
    for button in ("For software (plain CSV)", "For a spreadsheet (Excel)"):
        (row,) = exports(staff, button)["submissions.csv"]
        for question in texts:
            found = row[question.column]
            if "spreadsheet" in button:
                assert not found.startswith(("=", "+", "-", "@"))
                found = found.removeprefix("'")
            assert found == expected[question.id], question.id


def test_a_question_added_to_the_definition_appears_everywhere_with_no_other_edit(
    parts: Parts, clock: FakeClock
) -> None:
    assert clock.at
    new = Integer(id="new_number", text="How many cups of coffee?", brief="Coffee", column="new_number", min=0, max=9)
    scale = Scale(
        id="new_scale", text="How bad?", brief="Bad", column="new_scale", min=0, max=3, min_label="0", max_label="3"
    )
    definition = parts.definition
    page = definition.page_by_id["goals"]
    part = definition.part_of_page["goals"]
    wider = replace(part, pages=(replace(page, questions=(*page.questions, new, scale)),))
    changed = replace(definition, parts=tuple(wider if p is part else p for p in definition.parts))
    patient = Patient.of(replace(parts, definition=changed))
    answers = {**TYPICAL["answers"], "new_number": 7, "new_scale": 0}
    patient.starts().fills_in(answers, until="check").sees("How many cups of coffee?", "7")
    patient.presses("Continue")
    patient.sends(answers).sees("How many cups of coffee?")
    staff = a_specialist(patient.parts)
    staff.opens("/desk/")
    staff.follows(staff.names[0]).follows("All answers").sees("How many cups of coffee?")
    files = exports(staff)
    (row,) = files["submissions.csv"]
    assert (row["new_number"], row["new_scale"]) == ("7", "0")
    assert {"new_number", "new_scale"} <= {r["column"] for r in files["codebook.csv"]}


def test_the_five_states_are_told_apart_from_the_draft_to_the_csv(patient: Patient) -> None:
    answers = {**TYPICAL["answers"], "suppress": "unsure", "access_needs": None}
    answers = {key: value for key, value in answers.items() if value is not None}
    patient.starts().fills_in(answers, until="treatments")
    patient.presses("Check and send what I have").presses("Go on and sign")
    patient.sends(answers).sees("I’m not sure", "Not answered", "Not reached")
    staff = a_specialist(patient.parts)
    staff.opens("/desk/")
    staff.follows(staff.names[0]).follows("All answers").sees("Not sure", "Not answered", "Not reached")
    (row,) = exports(staff)["submissions.csv"]
    assert row["suppress"] == "unsure"
    assert row["toxin_ever"] == "no"
    assert "access_needs" in row["skipped"].split()
    assert "imaging" in row["not_reached"].split()
    assert {"toxin_last", "preferred_name"} <= set(row["not_asked"].split())
    assert row["sent_early"] == "1"
