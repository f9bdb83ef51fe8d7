"""One form in full: in the words and the order its patient saw, every state told apart."""

from dataclasses import replace
from typing import Any
from xml.etree.ElementTree import Element

import pytest
from sqlalchemy import select

from app.parts import Parts
from app.questionnaire.kinds import Definition, Email, LongText, Question, Repeat, Text
from app.records import models
from tests.cases import BELLS, BILATERAL
from tests.conftest import FakeClock
from tests.desk.factories import send
from tests.desk.people import Staff
from tests.page_checks import words
from tests.statements import statements_of

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{7*7}} =cmd() \u202eevil\u202c 🙂"


def answer(staff: Staff, question: str) -> str:
    """What stands beside a question on the page."""
    return words(line(staff, question)[1])


def line(staff: Staff, question: str) -> tuple[Element, Element]:
    """The dt and dd of a question."""
    for div in staff.page.all("div"):
        children = list(div)
        if len(children) == 2 and children[0].tag == "dt" and words(children[0]) == question:
            return children[0], children[1]
    raise AssertionError(f"{question!r} is not on the page")


def table(staff: Staff, head: str) -> list[list[str]]:
    """The rows, heads first, of the table that has this head."""
    for found in staff.page.all("table"):
        rows = [[words(cell) for cell in row] for row in found.iter("tr")]
        if head in rows[0]:
            return rows
    raise AssertionError(f"no table has the head {head!r}")


def test_the_head_says_who_when_and_which_words(parts: Parts, specialist: Staff) -> None:
    listed = send(parts)
    specialist.looks_at(listed.id).sees(
        "TESTPATIENT-VEGA, Marisol",
        "14-Aug-1969 (56)",
        listed.reference,
        "18-Mar-2026",
        "02-Mar-2026, 10:00 AM EST",
        "I am the patient",
        f"questionnaire version {parts.definition.version}, en-US, wording {listed.wording[:12]}",
    )
    specialist.does_not_see("Sent early", "Needs attention")
    assert specialist.page.title.startswith("TESTPATIENT-VEGA, Marisol")


def test_the_form_reads_in_the_order_its_patient_saw(parts: Parts, specialist: Staff) -> None:
    specialist.looks_at(send(parts).id)
    parts_seen = [words(h) for h in specialist.page.all("h2") if words(h).startswith("Part ")]
    assert parts_seen == [
        f"Part {p.number} of {len(parts.definition.parts)}: {p.title}" for p in parts.definition.parts
    ]
    texts = [question.text for question in parts.definition.questions.values()]
    shown = [words(dt) for dt in specialist.page.all("dt") if words(dt) in texts]
    assert shown == [text for text in texts if text in shown]
    assert len(shown) > 40


def test_the_ways_to_have_no_plain_answer_are_told_apart(parts: Parts, specialist: Staff) -> None:
    listed = send(parts, until="behave", palsy_before="no", sleep="unsure", suppress=None, goals=None, neuro=None)
    specialist.looks_at(listed.id)
    assert (
        answer(specialist, "Before the twitching, was that side of your face ever weak? Bell’s palsy is one example.")
        == "No"
    )
    assert answer(specialist, "Does it happen during sleep?") == "I don’t know Not sure"
    assert answer(specialist, "Can you hold a spasm back on purpose, even for a short time?") == "Not answered"
    assert answer(specialist, "What do you want most from this visit?") == "Not reached"
    specialist.does_not_see("Not asked")
    specialist.follows("Show questions that were not asked")
    assert answer(specialist, "Name you like to be called") == "Not asked"
    specialist.follows("Show only what was asked").does_not_see("Not asked")


def test_a_form_that_was_sent_early_says_so_and_names_the_pages(parts: Parts, specialist: Staff) -> None:
    specialist.looks_at(send(parts, until="medicines").id)
    specialist.sees("Sent early", "More about your health · How spasms affect your days · Driving and work")


def test_a_page_that_was_not_finished_is_not_called_not_reached_above_its_answers(
    parts: Parts, specialist: Staff
) -> None:
    specialist.looks_at(send(parts, until="behave").id)
    heads = [words(h) for h in specialist.page.all("h3")]
    assert "Other signs Not finished" in heads
    assert "How the spasms behave" in heads
    assert answer(specialist, "Have you had any of these in the last year?") == "None of these"


def test_a_helper_is_named_and_reads_the_helpers_words(parts: Parts, specialist: Staff) -> None:
    specialist.looks_at(send(parts, BILATERAL).id)
    specialist.sees("(Husband, wife, or partner): “I am helping the patient”", "Patient’s first name")
    specialist.does_not_see("Which side of your face twitches?")


def test_consents_stand_with_version_and_time(parts: Parts, specialist: Staff) -> None:
    specialist.looks_at(send(parts).id)
    specialist.sees("Consent: store and usestore-and-use-102-Mar-2026, 10:00 AM EST", "Signedtyped-name-2")


def test_lists_are_tables_that_show_what_was_left_out_of_an_entry(parts: Parts, specialist: Staff) -> None:
    rounds = [
        {"_id": "aaaaaaaa", "date": "2025-09", "product": "botox", "units": 20},
        {"_id": "bbbbbbbb", "date": "2025-11", "product": "xeomin"},
    ]
    specialist.looks_at(send(parts, BELLS, toxin_rounds=rounds).id)
    heads, newest, oldest = table(specialist, "When was it?")
    assert heads[:4] == ["Number", "When was it?", "Which brand?", "How many units in total?"]
    assert newest[:4] == ["2.", "November 2025", "Xeomin (incobotulinumtoxinA)", "Not answered"]
    assert oldest[:4] == ["1.", "September 2025", "Botox (onabotulinumtoxinA)", "20"]
    regions = [div for div in specialist.page.all("div") if div.get("role") == "region"]
    assert all(div.get("tabindex") == "0" and div.get("aria-labelledby") for div in regions)


@pytest.mark.parametrize(
    ("confirmed", "said"), [(True, "kept by the patient"), (False, "not confirmed by the patient")]
)
def test_unlikely_values_are_marked_confirmed_or_not(
    parts: Parts, specialist: Staff, confirmed: bool, said: str
) -> None:
    last = {"toxin_last": "2025-12", "toxin_last_product": "botox", "toxin_units": 250}
    specialist.looks_at(send(parts, BELLS, confirmed=confirmed, **last).id)
    beside = answer(specialist, "How many units in total was the last shot, if you know?")
    assert f"Unlikely value, {said}: “That is a high number of units for Botox" in beside


def test_an_unlikely_value_of_an_entry_stands_at_that_entry(parts: Parts, specialist: Staff) -> None:
    rounds = [
        {"_id": "aaaaaaaa", "date": "2025-09", "product": "botox", "units": 20},
        {"_id": "bbbbbbbb", "date": "2025-10", "product": "botox", "units": 900},
    ]
    specialist.looks_at(send(parts, BELLS, toxin_rounds=rounds).id)
    _heads, newest, unlikely, oldest = table(specialist, "When was it?")
    assert (newest[3], oldest[3]) == ("900", "20")
    assert len(unlikely) == 1
    assert unlikely[0].startswith(
        "How many units in total? Unlikely value, not confirmed by the patient: “That is a high"
    )


def test_long_answers_keep_their_lines(parts: Parts, specialist: Staff) -> None:
    specialist.looks_at(send(parts, meds="Lisinopril 20 mg\nAspirin 81 mg").id)
    assert "Lisinopril 20 mg\nAspirin 81 mg</bdi>" in specialist.page.html


def test_an_urgent_form_says_why_on_top_and_can_be_acknowledged_here(parts: Parts, specialist: Staff) -> None:
    listed = send(parts, urgent_now=["speech"])
    specialist.looks_at(listed.id).sees("Needs attention", "Sudden symptoms reported", "draft rules")
    specialist.acknowledges(listed.id).sees("Acknowledged, with what was done.", "Called at 9:40, sent to the ER.")
    specialist.looks_at(listed.id).does_not_see("Needs attention")
    specialist.sees("Urgent answers", "Sudden symptoms reported", "draft rules")


def test_a_form_is_read_in_the_words_of_its_own_time(parts: Parts, specialist: Staff) -> None:
    listed = send(parts)
    later = replace(parts, definition=reworded(parts.definition, "side", "On which side does it twitch now?"))
    new = send(later, last_name="Later")
    then = Staff.of(later).signs_in()
    then.looks_at(listed.id).sees("Which side of your face twitches?").does_not_see("On which side")
    then.looks_at(new.id).sees("On which side does it twitch now?").does_not_see("Which side of your face twitches?")
    then.opens("/desk/")
    assert set(then.names) == {"LATER, Marisol", "TESTPATIENT-VEGA, Marisol"}


def test_hostile_text_is_shown_as_text(parts: Parts, specialist: Staff) -> None:
    answers: dict[str, Any] = {"filled_by": "helper", **BELLS["answers"]}
    for question in parts.definition.questions.values():
        if isinstance(question, Text | LongText):
            answers[question.id] = HOSTILE[: question.max_length]
        if isinstance(question, Email):
            answers[question.id] = '"<script>alert(1)</script>"@example.com'
        if isinstance(question, Repeat):
            answers[question.id] = [hostile_entry(question)]
    listed = send(parts, {**BELLS, "answers": answers}, urgent_now=["speech"], helper_name=HOSTILE)
    for path in ("/desk/", f"/desk/submissions/{listed.id}", f"/desk/submissions/{listed.id}?all=1"):
        specialist.opens(path)
        assert not [script for script in specialist.page.all("script") if not script.get("src") or script.text]
        assert not [e for e in specialist.page.all("img") if e.get("onerror")]
        assert not specialist.page.all("img")
        specialist.sees("alert(1)" if "submissions" in path else "ALERT(1)")
    specialist.sees("{{7*7}} =cmd()", "🙂")


def test_every_look_writes_one_audit_line_and_nothing_else(parts: Parts, specialist: Staff, clock: FakeClock) -> None:
    listed = send(parts)
    send(parts, last_name="Noise")
    clock.passes(seconds=10)
    with statements_of(parts.store) as statements:
        specialist.looks_at(listed.id).looks_at(listed.id)
    written = [one.sql for one in statements if one.verb not in ("SELECT", "PRAGMA", "BEGIN", "SHOW", "SET")]
    assert len(written) == 2
    assert all(sql.startswith("INSERT INTO audit") for sql in written)
    with parts.store.reading() as connection:
        rows = connection.execute(
            select(models.Audit.record, models.Audit.room).where(models.Audit.act == "look")
        ).all()
    assert [tuple(row) for row in rows] == [(listed.id, "desk")] * 2


def test_an_unknown_form_is_not_found(parts: Parts, specialist: Staff) -> None:
    send(parts)
    assert specialist.looks_at("0" * 32).status == 404


def hostile_entry(group: Repeat) -> dict[str, Any]:
    """An entry with hostile words in every text, and whatever else it needs."""
    entry: dict[str, Any] = {"_id": "aaaaaaaa"}
    for item in group.items:
        if isinstance(item, Text | LongText):
            entry[item.id] = HOSTILE[: item.max_length]
        elif item.required:
            entry[item.id] = "2020" if item.id == "date" else item.options[0].code  # type: ignore[union-attr]
    return entry


def reworded(definition: Definition, question_id: str, text: str) -> Definition:
    """The definition with other words for one question."""

    def changed(question: Question) -> Question:
        return replace(question, text=text) if question.id == question_id else question

    return replace(
        definition,
        parts=tuple(
            replace(
                part,
                pages=tuple(
                    replace(page, questions=tuple(changed(question) for question in page.questions))
                    for page in part.pages
                ),
            )
            for part in definition.parts
        ),
    )
