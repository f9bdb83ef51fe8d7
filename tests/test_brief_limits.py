"""Whatever was answered, the brief is whole: sixty words, one page, two thousand characters, and nothing cut."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from app.questionnaire import journey
from app.questionnaire.brief import FIRST_LIMIT, PAGE_LIMIT, RULES, Brief, as_text
from app.questionnaire.brief.text import CHARACTERS, COLUMNS, columns
from app.questionnaire.hemifacial_spasm import DEFINITION
from app.questionnaire.kinds import Repeat
from app.questionnaire.wording import State, state_of
from tests.any_answers import any_answers
from tests.briefs import ALL_ON, brief_of, long_treated, whole_examples
from tests.cases import TYPICAL
from tests.outputs.documents import answers_of, document

BANNER = {"filled_by", "helper_name", "helper_relation", "first_name", "last_name", "preferred_name", "dob"}
NOT_CLINICAL = {"email", "phone", "contact_pref", "visit_date"}
STOPS = ("", "onset", "goals", "toxin_last_shot", "treatments", "impact")


def assert_whole(shown: Brief, sent: Mapping[str, Any]) -> None:
    assert words_of(shown.first.lines) <= FIRST_LIMIT
    page = sum(len(section.title.split()) + words_of(section.lines) for section in shown.sections)
    assert page <= PAGE_LIMIT
    wants = {"goals_note"} if "goals_note" in sent["answers"] else set()
    assert {"spasm", "toxin", "flags", *wants} <= {line.id for line in shown.first.lines}
    text = as_text(shown)
    assert len(text) <= CHARACTERS
    assert all(columns(line) <= COLUMNS for line in text.split("\n"))
    assert text.startswith("Patient:")
    bars = any(line.id == "impact" for section in shown.sections for line in section.lines)
    assert shown.impact is None or shown.impact.on_page is bars, "the bars stand for that line, and for no other"
    assert_nothing_is_cut(shown, sent)
    assert_every_statement_has_its_kind(shown)


def words_of(lines: Any) -> int:
    return sum(len(f"{line.label} {line.text}".split()) for line in lines)


def every_line(shown: Brief) -> list[Any]:
    return [*shown.first.lines, *(line for s in (*shown.sections, *shown.appendix) for line in s.lines)]


def assert_nothing_is_cut(shown: Brief, sent: Mapping[str, Any]) -> None:
    """Every answer that is not contact data is linked from somewhere, and every free text stands there whole."""
    lines = every_line(shown)
    telling = [line for line in lines if line.id != "payer"]  # it says only that an answer is there
    linked = {key for line in telling for said in line.said for key in said.questions}
    everything = " ".join((shown.banner.name, shown.banner.filled_in_by, *(line.text for line in lines))).casefold()
    path = journey.walk(DEFINITION, sent["answers"], sent["settings"])
    for key, value in path.kept.items():
        question = DEFINITION.questions[key]
        if question.version or key in NOT_CLINICAL | BANNER:
            continue
        state = state_of(question, path.kept, asked=True, reached=True)
        assert key in linked or state is State.NO, key
        assert not [section for section in (*shown.sections, *shown.appendix) if section.id == "others"]
        if question.free_text:
            assert " ".join(str(value).split()).casefold() in everything, key
        if isinstance(question, Repeat) and isinstance(value, list):
            for row in value:
                for item in question.items:
                    if item.free_text and isinstance(row, dict) and item.id in row:
                        assert " ".join(str(row[item.id]).split()).casefold() in everything, (key, item.id)


def assert_every_statement_has_its_kind(shown: Brief) -> None:
    known = {*RULES, *(flag.id for flag in DEFINITION.flags)}
    used = {rule.id for rule in shown.rules}
    for line in every_line(shown):
        assert line.said
        for said in line.said:
            assert said.text.strip()
            assert said.kind in ("patient", "derived")
            assert (said.rule in known and said.rule in used) if said.kind == "derived" else not said.rule, said
            assert set(said.questions) <= set(DEFINITION.questions)


FUZZ: Any = settings(
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # one failing form says enough; a smaller one takes minutes
)


@settings(FUZZ, max_examples=80)
@given(any_answers(), st.booleans(), st.booleans(), st.sampled_from(STOPS))
def test_any_kept_answers_give_a_whole_brief(answers: dict[str, Any], extra: bool, phq2: bool, stop: str) -> None:
    on = {"extra_questions": extra, "phq2": phq2}
    pages = {page.page.id for page in journey.walk(DEFINITION, answers, on).stops}
    sent = document(answers, settings=on, stopped_at=stop if stop in pages else "")
    assert_whole(brief_of(sent), sent)


@settings(FUZZ, max_examples=25)
@given(any_answers(), any_answers())
def test_any_two_forms_of_a_person_give_a_whole_brief(first: dict[str, Any], second: dict[str, Any]) -> None:
    sent = document(second, settings=ALL_ON)
    assert_whole(brief_of(sent, previous=document(first, settings=ALL_ON)), sent)


@pytest.mark.parametrize("name", whole_examples())
def test_the_examples_are_whole(name: str) -> None:
    shown = whole_examples()[name]
    assert words_of(shown.first.lines) <= FIRST_LIMIT
    assert_every_statement_has_its_kind(shown)


LONG = "The lid closes when I read and I lose the line. " * 83
CHINESE, ARABIC = "左侧面部抽搐影响我的工作和生活。" * 200, "جفني الأيسر يرتعش طوال اليوم ولا أستطيع القراءة. " * 70


@pytest.mark.parametrize("words", [LONG, CHINESE, ARABIC, "W" * 4000], ids=["english", "chinese", "arabic", "no-space"])
def test_an_answer_of_four_thousand_characters_is_shown_by_its_beginning_and_kept_whole(words: str) -> None:
    answers = {**answers_of(TYPICAL), "goals_note": words[:4000].strip(), "meds": words[:4000].strip()}
    sent = document(answers)
    shown = brief_of(sent)
    assert_whole(shown, sent)
    wants = next(line for line in shown.first.lines if line.id == "goals_note")
    assert wants.text.endswith("… [appendix]")
    assert len(wants.text) < 400
    assert any(section.id == "appendix" for section in shown.sections)
    assert "appendix" not in as_text(shown)
    assert "… [full form]" in " ".join(as_text(shown).split())


@pytest.mark.parametrize(
    ("first", "last"), [("明美", "佐藤"), ("محمد", "الأحمد"), ("Ana\u202e", "D’Abc"), ("F" * 100, "L" * 100)]
)
def test_a_name_in_any_script_heads_the_brief(first: str, last: str) -> None:
    sent = document({**answers_of(TYPICAL), "first_name": first, "last_name": last})
    shown = brief_of(sent)
    assert shown.banner.name == f"{last.upper()}, {first}".replace("\u202e", "")
    assert_whole(shown, sent)


def test_forty_shots_fit_a_page_and_all_of_them_are_in_the_timeline() -> None:
    sent = document(long_treated(40))
    shown = brief_of(sent)
    assert_whole(shown, sent)
    assert shown.timeline
    assert len([event for event in shown.timeline.events if event.lane == "toxin"]) == 42
    on_page = [row for row in shown.timeline.rows if row.on_page]
    assert 1 <= len(on_page) < 10
    assert on_page == list(shown.timeline.rows[: len(on_page)]), "the newest rows are those on the page"
    kept = next(section for section in shown.appendix if section.id == "timeline")
    assert len(kept.lines) == len(shown.timeline.rows) - len(on_page)


def test_no_answers_at_all_and_only_the_demanded_ones_give_a_brief_that_says_so() -> None:
    empty = document({}, stopped_at="who")
    shown = brief_of(empty)
    assert_whole(shown, empty)
    assert shown.banner.name == shown.banner.born == "Not known"
    assert [line.text for line in shown.first.lines if line.id in ("toxin", "flags")] == [
        "Not reached",
        "none raised by the rules",
    ]
    demanded = {
        key: value
        for key, value in answers_of(TYPICAL).items()
        if DEFINITION.questions[key].required or key in ("email",)
    }
    sent = document(demanded)
    assert_whole(brief_of(sent), sent)


def test_urgent_flags_stand_on_the_page_however_much_else_there_is() -> None:
    answers = {**long_treated(40), "urgent_now": ["speech", "vision_loss"], "toxin_se": ["swallow", "breath"]}
    answers |= dict.fromkeys(("goals_note", "meds", "access_needs", "toxin_se_note"), LONG)
    shown = brief_of(document(answers))
    flags = next(section for section in shown.sections if section.id == "flags")
    assert [line.level for line in flags.lines][:2] == ["urgent", "urgent"]
    assert shown.first.lines[0].id == "flags"
    assert shown.first.lines[0].text.count("URGENT") == 2
    assert as_text(shown).count("Sudden symptoms reported") == 1


def test_every_flag_stands_on_the_page_and_in_the_text_by_its_name() -> None:
    answers = {**long_treated(40), "urgent_now": ["speech"], "conditions": ["mg", "ms", "htn", "eye_surgery", "lung"]}
    answers |= {
        "assoc": ["pain", "numb", "weak", "hearing_loss", "lump"],
        "allergies": ["toxin", "milk"],
        "side": "both",
    }
    answers |= {"suppress": "yes", "linked_move": "every_time", "impact_mood": "4", "pregnancy": "trying"}
    sent = document(answers)
    shown = brief_of(sent)
    flags = next(section for section in shown.sections if section.id == "flags")
    raised = sent["flags"]["ids"]
    assert len(raised) > 20
    assert {line.id for line in flags.lines} == set(raised)
    text = " ".join(as_text(shown).split())
    assert all(flag.brief in text for flag in DEFINITION.flags if flag.id in raised)
