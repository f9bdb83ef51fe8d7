"""The brief of a form at the desk: who sees what in it, where its links lead, and what is on record afterwards."""

from typing import Any
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select

from app.parts import Parts
from app.questionnaire.brief import all_rules
from app.records import models
from tests.briefs import ALL_ON, long_treated
from tests.cases import TYPICAL
from tests.desk.factories import send
from tests.desk.people import NAME, Staff
from tests.page_checks import words

HOSTILE = "</textarea><script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{7*7}} \u202eevil\u202c"


def long_case() -> dict[str, Any]:
    return {**TYPICAL, "answers": long_treated(), "settings": ALL_ON}


def opens_brief(staff: Staff, submission_id: str, page: str = "brief") -> Staff:
    staff.opens(f"/desk/submissions/{submission_id}/{page}")
    return staff


def acts(parts: Parts) -> list[tuple[str, str]]:
    with parts.store.reading() as connection:
        rows = connection.execute(select(models.Audit.act, models.Audit.record).order_by(models.Audit.id))
        return [(row.act, row.record) for row in rows]


def test_the_first_block_stands_on_top_and_the_rest_below_it(parts: Parts, specialist: Staff) -> None:
    form = send(parts, long_case())
    opens_brief(specialist, form.id).sees(
        "TESTPATIENT-ADLER, Ruth", "02-Jul-1951 (74)", form.reference, "02-Apr-2026", "Received",
        "get better results from shots", "XEOMIN 120 units", "Eye closure and driving",
        "Told by the patient, not a diagnosis", "not yet reviewed by a physician", "flags 1.1.0",
    )  # fmt: skip
    heads = [words(head) for head in specialist.page.all("h2")]
    assert heads[:4] == ["Flags", "Story", "Negatives", "Toxin"]
    assert "Appendix: what the page had no room for" in heads
    assert ("look", form.id) in acts(parts)


def test_every_link_of_the_brief_leads_to_an_answer_or_a_rule_that_is_there(parts: Parts, specialist: Staff) -> None:
    """A flag without its answer and its rule would have to be believed."""
    form = send(parts, long_case())
    opens_brief(specialist, form.id)
    links = [str(link.get("href")) for link in specialist.page.all("a") if "#" in str(link.get("href"))]
    answers = {urlsplit(link).fragment for link in links if f"{form.id}#q-" in link}
    rules = {urlsplit(link).fragment for link in links if "/rules#" in link}
    assert {"q-eye_closes", "q-driving", "q-toxin_last", "q-goals"} <= answers
    assert {"rule-driving", "rule-toxin_lt12w"} <= rules
    specialist.opens("/desk/rules")
    assert rules <= {str(one.get("id")) for one in specialist.page.all("div")}
    specialist.looks_at(form.id)
    assert answers <= {str(one.get("id")) for one in specialist.page.all("dt")}


def test_what_rules_say_names_its_rule_and_what_staff_wrote_stands_apart(parts: Parts, specialist: Staff) -> None:
    form = send(parts, long_case())
    specialist.looks_at(form.id).presses("Save the note", {"text": "Records come by mail."})
    specialist.presses("Save the question", {"text": "Which dose in June?"})
    specialist.presses("Save the answer", {"text": "He thinks 25 units."})
    specialist.presses("Save the number", {"measure": "smc", "value": "3", "on": "2026-03-01"})
    opens_brief(specialist, form.id)
    derived = [one for one in specialist.page.all("i") if one.get("class") == "derived"]
    named = [one for one in derived if list(one.iter("sup"))]
    assert named
    assert len(derived) - len(named) == 1, "only the words that explain it name no rule"
    (staff,) = (one for one in specialist.page.all("section") if one.get("class") == "staff")
    for text in ("Records come by mail.", "Which dose in June?", "He thinks 25 units.", "3 on 01-Mar-2026", NAME):
        assert text in words(staff)


def test_the_number_of_a_rule_stands_off_from_what_the_rule_says(parts: Parts, specialist: Staff) -> None:
    """Set close behind "+4 more" it would read as a power of four."""
    opens_brief(specialist, send(parts, long_case()).id)
    derived = [one for one in specialist.page.all("i") if one.get("class") == "derived" and list(one.iter("sup"))]
    assert any((one.text or "").startswith("+") for one in derived)
    assert all((one.text or "").endswith("\u202f") for one in derived)


def test_an_urgent_form_is_acknowledged_from_its_brief_and_stays_there(parts: Parts, specialist: Staff) -> None:
    form = send(parts, urgent_now=["speech"])
    opens_brief(specialist, form.id).sees("URGENT", "Needs attention", "212-555-0142")
    specialist.presses("Acknowledge", {"done": "Called at 9:40, sent to the ER."})
    assert specialist.path == f"/desk/submissions/{form.id}/brief"
    specialist.sees("Acknowledged, with what was done.", "Called at 9:40, sent to the ER.", "URGENT")


def test_read_only_eyes_see_the_brief_and_no_button(parts: Parts, specialist: Staff) -> None:
    form = send(parts, urgent_now=["speech"])
    reader = specialist.another_browser().has_an_account("read-only", name="r.ivanov@clinic.example")
    reader.signs_in("r.ivanov@clinic.example")
    opens_brief(reader, form.id).sees("URGENT").does_not_see("What was done")
    assert [words(button) for button in reader.page.all("button")] == ["Sign out"]


def test_a_brief_is_copied_as_text_and_that_is_on_record(parts: Parts, specialist: Staff) -> None:
    form = send(parts, long_case(), urgent_now=["speech"])
    specialist.looks_at(form.id).presses("Save the note", {"text": "Records come by mail."})
    opens_brief(specialist, form.id, "text")
    (box,) = specialist.page.all("textarea")
    text = "".join(box.itertext()).lstrip("\n")
    assert text.startswith(f"Patient: TESTPATIENT-ADLER, Ruth\nBorn: 02-Jul-1951 (74)\nReference: {form.reference}\n")
    assert "Attention: nobody has acknowledged the urgent flags" in text
    assert "Staff, Note: Records come by mail." in text
    assert len(text) <= 2000
    assert ("text", form.id) in acts(parts)


@pytest.mark.parametrize("page", ["brief", "text"])
def test_what_a_patient_typed_stays_words(parts: Parts, specialist: Staff, page: str) -> None:
    form = send(parts, goals_note=HOSTILE, last_name=HOSTILE[:60])
    opens_brief(specialist, form.id, page)
    assert "<script" not in specialist.page.html.replace('<script src="', "")
    assert "<img" not in specialist.page.html
    assert "{{7*7}}" in specialist.page.html


@pytest.mark.parametrize("turning", ["\u202e", "\u202b", "\u2067"])
def test_a_mark_that_turns_words_around_is_on_no_page_of_a_form_that_was_stored_with_it(
    parts: Parts, specialist: Staff, turning: str
) -> None:
    """Never closed, it would draw the date of birth beside a name backwards, and be copied into the chart."""
    name, phone = f"Vega{turning}", f"{turning}212-555-0142"
    form = send(parts, last_name=name, phone=phone, goals_note=f"Smile {turning}", visit_date="2026-03-03")
    twin = send(parts, last_name=name, phone=phone)
    specialist.looks_at(form.id).presses("Save the question", {"text": "Which dose?"})
    of_form = f"/desk/submissions/{form.id}"
    for path in (
        "/desk/", "/desk/day?on=2026-03-03", "/desk/calls", of_form, f"{of_form}/brief", f"{of_form}/text",
        f"{of_form}/beside/{twin.id}?all=1",
    ):  # fmt: skip
        specialist.opens(path).sees("VEGA, Marisol")
        assert turning not in specialist.page.html, path


def test_what_patients_say_leaves_the_order_of_the_words_beside_it_alone(parts: Parts, specialist: Staff) -> None:
    """Letters written from right to left would pull a dose or a day over to their other side."""
    form = send(parts, last_name="الأحمد", goals_note="جفني")
    for path in ("/desk/", f"/desk/submissions/{form.id}/brief"):
        specialist.opens(path)
        assert "الأحمد, Marisol" in {words(one) for one in specialist.page.all("bdi")}, path
    assert "“جفني”" in {words(one) for one in specialist.page.all("bdi")}


@pytest.mark.parametrize("page", ["brief", "text"])
def test_a_form_that_does_not_open_says_so(parts: Parts, specialist: Staff, page: str) -> None:
    form = send(parts)
    with parts.store.writing() as connection:
        connection.execute(models.SealedDocument.__table__.update().values(blob=b"changed"))  # type: ignore[attr-defined]
    opens_brief(specialist, form.id, page).sees("This form does not open", form.reference)


def test_the_rules_page_says_every_rule_and_that_it_is_a_draft(parts: Parts, specialist: Staff) -> None:
    specialist.opens("/desk/rules")
    specialist.sees("Draft, not yet reviewed by a physician.", "never a diagnosis")
    shown = {str(one.get("id")) for one in specialist.page.all("div")}
    every = all_rules(parts.definition)
    assert shown >= {f"rule-{rule.id}" for rule in every}
    for rule in every:
        specialist.sees(rule.id, rule.words, rule.version)
