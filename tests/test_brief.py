"""The brief reads well for the example patients, says who says what, keeps states apart, and cuts nothing."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.questionnaire.brief import RULES, VERSION, Brief, all_rules, as_text, brief
from app.questionnaire.brief.medicines import safely_written
from app.questionnaire.brief.model import Line
from app.questionnaire.hemifacial_spasm import DEFINITION
from app.questionnaire.kinds import Text
from tests.briefs import ALL_ON, SENT, answers_up_to, brief_of, drawn, long_treated, whole_examples
from tests.cases import BELLS, BILATERAL, TYPICAL
from tests.outputs.documents import answers_of, document, with_page
from tests.snapshots import same_as_kept

GOLDEN = Path(__file__).parent / "data" / "briefs"
EXAMPLES = whole_examples()
EVERYTHING = {**answers_of(BELLS), **long_treated(2), **answers_of(BILATERAL), "toxin_ever": "yes", "mvd_ever": "yes"}


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_briefs_of_the_examples_are_a_snapshot(name: str) -> None:
    assert same_as_kept(GOLDEN / f"{name}.txt", drawn(EXAMPLES[name])), "make snapshot writes it anew; read it"


def said_in(shown: Brief, line_id: str) -> str:
    """The text of a line, on the page or in the appendix."""
    return line_of(shown, line_id).text


def line_of(shown: Brief, line_id: str) -> Line:
    lines = [ln for s in (*shown.sections, *shown.appendix, shown.first) for ln in s.lines if ln.id == line_id]
    return lines[-1] if lines else Line(id="", label="", said=())


def of(base: dict[str, Any] = TYPICAL, **changes: Any) -> Brief:
    """The brief of an example patient with some answers changed; None takes one away."""
    answers = {**answers_of(base), **changes}
    return brief_of(
        document({key: value for key, value in answers.items() if value is not None}, settings=base["settings"])
    )


def test_the_first_block_says_side_time_site_reason_words_flags_and_toxin() -> None:
    first = {line.id: line.text for line in EXAMPLES["post_bells_lookalike"].first.lines}
    assert first["spasm"].startswith("right side; since Mar-2025 (11 to 12 months); began: corner of the mouth")
    assert first["goals_note"] == "“Smile without my eye closing.”"
    assert first["toxin"] == "BOTOX 20 units, Dec-2025 (8 to 13 weeks before), 5 weeks of benefit"
    assert first["flags"].startswith("Looks like synkinesis after palsy; ")
    assert first["goals"]


@pytest.mark.parametrize("name", ["long_treated", "sent_early", "post_bells_lookalike"])
def test_the_second_of_two_goals_is_not_counted_away_where_it_has_room(name: str) -> None:
    reason = next(line for line in EXAMPLES[name].first.lines if line.id == "goals")
    assert ", " in reason.text
    assert "more" not in reason.text


def test_the_first_block_keeps_no_room_for_a_pointer_that_it_does_not_have() -> None:
    """Its room goes to one more flag by name."""
    first = {line.id: line.text for line in EXAMPLES["red_flag_young_bilateral"].first.lines}
    assert first["flags"].endswith("Onset before age 40; Fast onset; +8 more")


def test_what_a_scan_showed_stays_on_a_full_page_when_where_it_was_made_gives_way() -> None:
    shown = EXAMPLES["long_treated"]
    on_page = next(line for section in shown.sections for line in section.lines if line.id == "imaging")
    assert on_page.text == "MRI, MRA (blood vessels); 2025; told: a blood vessel touches the nerve"
    assert said_in(shown, "imaging") == f"{on_page.text}; “Sample Imaging, Albany”; will bring it"


def test_patients_words_and_rules_are_told_apart() -> None:
    shown = EXAMPLES["long_treated"]
    kinds = {said.kind for line in shown.first.lines for said in line.said}
    assert kinds == {"patient", "derived"}
    age = next(said for said in line_of(shown, "onset").said if said.kind == "derived")
    assert (age.text, age.rule, age.questions) == ("at age 57 to 58", "age_at_onset", ("onset_date", "dob"))
    assert {"age_at_onset", "time_since", "toxin_lt12w"} <= {rule.id for rule in shown.rules}
    assert all(rule.version and rule.words for rule in shown.rules)
    assert shown.versions == {"brief": VERSION, "flags": DEFINITION.flags_version}


def test_no_mark_of_direction_in_an_answer_reaches_what_a_brief_says_beside_it() -> None:
    """A form of long ago may hold one that is never closed: the dose behind it would be drawn backwards."""
    rows = [{"_id": "drugaaaa", "name": "Tegretol\u202e", "dose": "120 mg\u2067", "still": "yes"}]
    turned = of(last_name="Vega\u202e", drugs=["carbamazepine"], drug_rows=rows, goals_note="Smile\u202b again\u200f")
    everything = drawn(turned)
    assert "VEGA, Marisol" in everything
    assert "120 mg" in everything
    assert not re.findall("[\u202a-\u202e\u2066-\u2069]", everything)
    assert "“Smile again”" in as_text(turned)


def test_rules_are_called_a_draft_until_a_physician_has_reviewed_them() -> None:
    assert of().draft == "draft rules, not yet reviewed by a physician"
    approved = replace(DEFINITION, review=replace(DEFINITION.review, reviewed_by="Dr. Sample"))
    sent = document(answers_of(TYPICAL))
    assert brief(approved, sent, SENT, SENT).draft == ""
    listed = {rule.id for rule in all_rules(DEFINITION)}
    assert listed == {*RULES, *(flag.id for flag in DEFINITION.flags)}


def test_a_date_known_to_the_year_or_month_never_gains_a_month_or_a_day() -> None:
    shown = of(onset_date="2019", palsy_before="yes", palsy_date="2018-04")
    text = drawn(shown)
    assert "since 2019 " in text
    assert not re.findall(r"\w+-2019|\d+-Apr-2018|about 2019", text.split("TIMELINE")[0])
    assert said_in(shown, "palsy_before") == "face weak on that side; Apr-2018"


def test_five_ways_to_have_no_plain_answer_stay_apart() -> None:
    answers = {**answers_up_to("treatments", answers_of(TYPICAL)), "suppress": "unsure"}
    del answers["course"]
    shown = brief_of(document(answers, stopped_at="treatments"))
    assert said_in(shown, "not_sure") == "Suppressible"
    assert "Course" in said_in(shown, "skipped")
    assert "Tests and scans" in said_in(shown, "not_reached")
    assert said_in(shown, "not_asked").startswith("25 switched off by the clinic; ")
    assert "linked movements" in said_in(shown, "negatives")
    assert said_in(shown, "imaging") == "Not reached"


@pytest.mark.parametrize(("answer", "words"), [("no", "never"), ("unsure", "Not sure"), (None, "Not answered")])
def test_whether_there_were_shots_is_told_by_its_state(answer: str | None, words: str) -> None:
    assert said_in(of(toxin_ever=answer), "toxin") == words


def test_only_a_plain_no_is_a_negative() -> None:
    shown = of(assoc=["pain"], neuro=["none"], palsy_before="unsure", allergies=["latex"])
    negatives = said_in(shown, "negatives")
    assert "other neurologic signs" in negatives
    for word in ("numb", "palsy", "allerg", "same-side"):
        assert word not in negatives


def test_an_unlikely_value_is_shown_with_whether_it_was_kept() -> None:
    answers = {**long_treated(1), "toxin_rounds": [{"_id": "a", "date": "2025-06", "product": "botox", "units": 300}]}
    sent = document(answers)
    assert said_in(brief_of(sent), "unlikely") == (
        "Last total units 120 (not confirmed); Earlier toxin sessions 1, units 300 (not confirmed)"
    )
    values = {"toxin_last_product": "xeomin", "toxin_units": 120}
    kept = {**sent, "warnings": [{"id": "toxin_units_xeomin", "row": None, "values": values}]}
    assert said_in(brief_of(kept), "unlikely").startswith("Last total units 120 (kept by the patient); ")


def test_what_changed_since_the_last_form_is_told_with_old_and_new_words() -> None:
    before = {**long_treated(1), "meds": "Lisinopril"}
    after = {**long_treated(2), "severity": 8, "onset_date": "2009-05", "drive_eye": None, "meds": "Lisinopril, Keppra"}
    sent = document({key: value for key, value in after.items() if value is not None})
    shown = brief_of(sent, previous=document(before))
    assert said_in(shown, "changed_severity") == "was 6; now 8"
    assert said_in(shown, "changed_onset_date") == "was 2009; now May-2009"
    assert said_in(shown, "changed_drive_eye") == "was not sure; now Not answered"
    assert said_in(shown, "changed_meds") == "was “Lisinopril”; now “Lisinopril, Keppra”"
    assert said_in(shown, "changed_toxin_rounds").startswith("new: Sep-2025, Botox (onabotulinumtoxinA), 26, ")
    assert "no longer" not in said_in(shown, "changed_toxin_rounds")
    assert said_in(brief_of(sent, previous=sent), "unchanged") == "nothing"
    assert not line_of(brief_of(sent), "unchanged").said


def test_the_newest_shot_is_the_last_one_wherever_it_was_told() -> None:
    listed = [{"_id": "a", "date": "2026-01", "product": "botox", "units": 40, "duration_weeks": 10}]
    later = of({**TYPICAL, "answers": long_treated(0)}, toxin_last="2025-06-01", toxin_rounds=listed)
    assert said_in(later, "toxin") == "BOTOX 40 units, Jan-2026 (8 to 13 weeks before visit), 10 weeks of benefit"
    assert "listed as earlier shot 1" in said_in(later, "toxin_last")
    assert said_in(later, "told_as_last").startswith("incobotulinumtoxinA — XEOMIN — 120 units — around the eye, cheek")
    same_year = of({**TYPICAL, "answers": long_treated(0)}, toxin_last="2026", toxin_rounds=listed)
    assert said_in(same_year, "toxin").startswith("XEOMIN 120 units, 2026 ")
    assert not line_of(same_year, "told_as_last").said


def test_prior_authorization_says_what_is_told_and_what_is_not_and_claims_nothing() -> None:
    shown = of({**TYPICAL, "answers": long_treated(1)}, toxin_units=None, toxin_interval=None, toxin_sites=["unsure"])
    assert said_in(shown, "payer") == (
        "told: product, last date, number of sessions, response, duration, side effects, medicines tried; "
        "units not answered; sites not sure; interval not answered"
    )
    assert said_in(EXAMPLES["long_treated"], "payer") == "all told here; earlier shots in the timeline"
    for example in EXAMPLES.values():
        mine = " ".join(s.text for sec in example.sections for ln in sec.lines for s in ln.said if s.rule in RULES)
        assert "diagnos" not in mine


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        (".5 mg", "0.5 mg"),
        ("0.50 mg", "0.5 mg"),
        ("5000 units", "5,000 units"),
        ("1.0 mg", "1 mg"),
        ("10U", "10 units"),
        ("12500 mcg", "12,500 mcg"),
        ("300 mg at night", "300 mg at night"),
        ("since 2019, 200 mg", "since 2019, 200 mg"),
        ("0.125 mg x2", "0.125 mg x2"),
    ],
)
def test_a_dose_is_written_so_that_it_cannot_be_misread(typed: str, written: str) -> None:
    assert safely_written(typed) == written
    row = [{"_id": "a", "name": "clonazepam", "dose": typed, "still": "yes", "helped": "most"}]
    line = line_of(of(drugs=["clonazepam"], drug_rows=row), "drug_1")
    assert [(said.role, said.text) for said in line.said][:2] == [("generic", "clonazepam"), ("brand", "KLONOPIN")]
    assert line.join == " — "
    assert f"“{typed}”" in line.text, "what was typed is never replaced"
    assert written in line.text


def test_anticoagulants_come_first_among_medicines() -> None:
    shown = of(blood_thinner=["aspirin", "warfarin"], drugs=["baclofen"])
    lines = next(section for section in shown.sections if section.id == "treatments").lines
    assert [line.text for line in lines][:3] == ["warfarin — COUMADIN", "aspirin", "baclofen"]


def test_the_impact_profile_has_a_bar_a_question_and_no_total() -> None:
    shown = of(impact_mood="0", impact_avoid=None)
    assert shown.impact
    assert [(bar.label, bar.value, bar.words) for bar in shown.impact.bars] == [
        ("Work, chores", 2, "sometimes"),
        ("Driving, streets", 2, "sometimes"),
        ("Avoids people", None, "Not answered"),
        ("Mood", 0, "never"),
    ]
    assert "not a validated score" in shown.impact.note
    assert "total" not in said_in(shown, "impact")


def test_text_for_the_chart_has_a_fixed_order_and_says_what_was_left() -> None:
    for example in EXAMPLES.values():
        labels = [line.split(":")[0] for line in as_text(example).splitlines() if not line.startswith("  ")]
        order = ["Patient", "Born", "Form", "As of", "Rules", "Reason", "Wants", "Spasm", "Toxin"]
        assert [label for label in labels if label in order] == order
        assert "Left to the full form, in whole or in part" in labels[-1:]
        assert len(as_text(example)) <= 2000


def test_a_question_added_to_the_form_is_in_the_brief_without_another_line_of_code() -> None:
    new = Text(id="light", text="Does bright light bring it on?", brief="Light", column="light", max_length=40)
    definition = with_page(DEFINITION, "how_often", (*DEFINITION.page_by_id["how_often"].questions, new))
    sent = document({**answers_of(TYPICAL), "light": "Headlights."}, definition=definition)
    shown = brief(definition, sent, SENT, SENT)
    assert said_in(shown, "light") == "Headlights."
    assert "Light" in said_in(brief(definition, document(answers_of(TYPICAL)), SENT, SENT), "skipped")


@pytest.mark.parametrize("key", DEFINITION.questions)
def test_a_wording_from_before_a_question_was_asked_gives_a_brief(key: str) -> None:
    page = DEFINITION.page_of_question[key]
    older = with_page(DEFINITION, page.id, [question for question in page.questions if question.id != key])
    answers = {name: value for name, value in EVERYTHING.items() if name != key}
    sent = document(answers, settings=ALL_ON, definition=older)
    assert as_text(brief(older, sent, SENT, SENT, previous=sent))
