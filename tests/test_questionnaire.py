"""The questionnaire as such: it holds together, its path is honest, its flags have exact edges."""

import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.questionnaire import dates, flags, journey, versions
from app.questionnaire.checking import Demand, problems_of
from app.questionnaire.conditions import terms
from app.questionnaire.hemifacial_spasm import DEFINITION
from app.questionnaire.holding import Facts, holds
from app.questionnaire.kinds import Choice, Choices, Date, Integer, PartialDate, Question, Repeat, Scale, columns_of
from app.questionnaire.reading import clean, read, unread
from app.questionnaire.wording import State, state_of
from tests.cases import BELLS, CASES, TYPICAL

NOW = datetime(2026, 3, 2, 15, tzinfo=UTC)
TODAY = date(2026, 3, 2)
MESSAGES = DEFINITION.messages


def test_ids_and_columns_are_unique_and_fit_every_tool() -> None:
    ids = [q.id for p in DEFINITION.pages for q in p.questions]
    assert len(ids) == len(set(ids)) == 106
    columns = [name for name, _ in columns_of(DEFINITION)]
    assert len(columns) == len(set(columns))
    assert all(c == c.lower() and c.isascii() and c[0].isalpha() and len(c) <= 26 for c in columns)
    pages = [p.id for p in DEFINITION.pages]
    assert len(pages) == len(set(pages)) == 36
    assert len({p.title for p in DEFINITION.pages}) == 36
    assert not set(pages) & {"receipt", "unlock", "pause", "leave", "stop"}


def test_a_condition_asks_only_about_earlier_pages_and_in_terms_that_fhir_knows() -> None:
    order = [p.id for p in DEFINITION.pages]
    for page in DEFINITION.pages:
        for question in page.questions:
            for term in terms(question.show_if):
                assert order.index(DEFINITION.page_of_question[term.question].id) < order.index(page.id)
                assert term.op in ("=", "!=", "contains", "not-contains", "exists")
                assert question.tier == "extra" or DEFINITION.questions[term.question].tier == "core"


def test_every_condition_names_questions_items_and_codes_that_exist() -> None:
    scores = {score.id for score in DEFINITION.scores}
    conditions = [f.when for f in DEFINITION.flags] + [n.when for n in DEFINITION.notices]
    for question in DEFINITION.questions.values():
        conditions += [question.show_if, *(c.when for c in question.checks), *(w.when for w in question.warnings)]
    for term in (t for c in conditions for t in terms(c)):
        if term.question in scores or not term.question:
            continue
        question = DEFINITION.questions[term.question]
        holder: Any = question
        if isinstance(question, Repeat):
            holder = next(i for i in question.items if i.id == term.item)
        if isinstance(holder, Choice | Choices) and term.value not in (None, True, False):
            codes = {o.code for o in holder.options}
            wanted = set(term.value) if isinstance(term.value, tuple) else {term.value}
            assert wanted <= codes, (question.id, wanted - codes)
    for flag in DEFINITION.flags:
        assert (flag.when is None) == (flag.id in flags.COMPUTED)


def test_the_exclusive_answer_stands_last() -> None:
    for question in DEFINITION.questions.values():
        for kind in (question, *(question.items if isinstance(question, Repeat) else ())):
            if isinstance(kind, Choices) and kind.exclusive:
                assert kind.options[-1].code == kind.exclusive


def test_sentences_blame_nobody() -> None:
    banned = ("please", "sorry", "invalid", "valid", "required", "forgot", "oops", "!")
    for question in DEFINITION.questions.values():
        sentences = [question.required, *(c.error for c in question.checks), *(w.text for w in question.warnings)]
        for sentence in sentences:
            assert not [word for word in banned if word in sentence.lower().split()], sentence
    for sentence in vars(MESSAGES).values():
        assert not [word for word in banned if word in sentence.lower().split()], sentence


def test_a_wording_loads_back_equal_and_its_digest_is_a_snapshot() -> None:
    document = versions.canonical_json(DEFINITION)
    assert versions.load(document) == DEFINITION
    assert versions.digest_of(DEFINITION) == versions.digest(document)


@pytest.mark.parametrize("case", CASES, ids=lambda c: c["id"])
def test_the_example_patients_have_their_path_flags_notices_and_states(case: dict[str, Any]) -> None:
    path = journey.walk(DEFINITION, case["answers"], case["settings"])
    expect = case["expect"]
    assert [s.page.id for s in path.stops] == expect["pages_visited"]
    assert path.kept == case["answers"]
    sent_on = date.fromisoformat(case["submitted"])
    for wanted in expect["flags"]:
        found = flags.flags(DEFINITION, path.kept, date.fromisoformat(wanted["as_of"]), sent_on)
        assert [f.id for f in found] == wanted["ids"]
    assert [n.id for n in flags.notices(DEFINITION, path.kept)] == expect["notices"]
    for key, state in expect.get("states", {}).items():
        question = DEFINITION.questions[key]
        assert state_of(question, path.kept, key in path.asked, True).value == state, key
    assert not problems_of(
        DEFINITION, [q for s in path.stops for q in s.questions], path.kept, sent_on, Demand.CONTINUE
    )


def test_five_ways_to_have_no_plain_answer_are_five_states() -> None:
    question = DEFINITION.questions["toxin_ever"]
    assert state_of(question, {"toxin_ever": "unsure"}, True, True) is State.NOT_SURE
    assert state_of(question, {"toxin_ever": "no"}, True, True) is State.NO
    assert state_of(question, {}, True, True) is State.SKIPPED
    assert state_of(question, {}, True, False) is State.NOT_REACHED
    assert state_of(question, {}, False, False) is State.NOT_ASKED


def raised(answers: dict[str, Any], as_of: date, sent_on: date) -> set[str]:
    return {f.id for f in flags.flags(DEFINITION, answers, as_of, sent_on)}


@pytest.mark.parametrize(("days", "fires"), [(83, True), (84, False)])
def test_toxin_less_than_twelve_weeks_ago(days: int, fires: bool) -> None:
    answers = {"toxin_ever": "yes", "toxin_last": (TODAY - timedelta(days=days)).isoformat()}
    assert ("toxin_lt12w" in raised(answers, TODAY, TODAY)) is fires


@pytest.mark.parametrize(("days", "fires"), [(111, True), (112, False)])
def test_spread_signs_are_urgent_within_sixteen_weeks_of_the_day_of_sending(days: int, fires: bool) -> None:
    shot = (TODAY - timedelta(days=days)).isoformat()
    answers = {"toxin_ever": "yes", "toxin_last": shot, "toxin_se": ["swallow"]}
    for as_of in (TODAY, TODAY + timedelta(days=300)):
        found = raised(answers, as_of, TODAY)
        assert ("toxin_spread" in found) is fires
        assert ("toxin_spread_past" in found) is not fires


def test_a_spread_sign_with_no_date_at_all_is_urgent() -> None:
    assert "toxin_spread" in raised({"toxin_se": ["breath"]}, TODAY, TODAY)
    rows = [{"_id": "a", "side_effects": ["speech"]}]
    assert "toxin_spread" in raised({"toxin_last": "2019", "toxin_rounds": rows}, TODAY, TODAY)


@pytest.mark.parametrize(("onset", "fires"), [("2010-03-01", True), ("2010-03-02", False), ("2010", True)])
def test_young_onset_ends_on_the_fortieth_birthday(onset: str, fires: bool) -> None:
    assert ("young_onset" in raised({"dob": "1970-03-02", "onset_date": onset}, TODAY, TODAY)) is fires


@pytest.mark.parametrize(("day", "fires"), [("2025-03-03", True), ("2025-03-02", False)])
def test_a_recent_decompression_ends_on_its_anniversary(day: str, fires: bool) -> None:
    answers = {"mvd_ever": "yes", "mvd_rows": [{"_id": "a", "date": day}]}
    assert ("mvd_lt12m" in raised(answers, TODAY, TODAY)) is fires


def test_no_flag_fires_on_silence() -> None:
    assert raised({}, TODAY, TODAY) == set()


def test_a_birthday_on_29_february_falls_on_1_march() -> None:
    assert dates.completed_years(date(2008, 2, 29), date(2026, 2, 28)) == 17
    assert dates.completed_years(date(2008, 2, 29), date(2026, 3, 1)) == 18


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        (("2020", "6", "31"), MESSAGES.date),
        (("2020", "13", "1"), MESSAGES.date),
        (("2020", "13", ""), MESSAGES.partial_date),
        (("20", "6", "30"), MESSAGES.partial_date),
    ],
)
def test_a_partial_date_with_a_day_that_does_not_exist_is_not_told_to_enter_a_year(
    typed: tuple[str, str, str], sentence: str
) -> None:
    question = DEFINITION.questions["onset_date"]
    assert isinstance(question, PartialDate)
    assert read(question, typed, MESSAGES).problem == sentence


@given(st.integers(1900, 2100), st.one_of(st.none(), st.integers(1, 12)), st.one_of(st.none(), st.integers(1, 31)))
def test_a_partial_date_lies_within_its_bounds_and_is_never_completed(
    year: int, month: int | None, day: int | None
) -> None:
    question = DEFINITION.questions["onset_date"]
    assert isinstance(question, PartialDate)
    result = read(question, (str(year), str(month or ""), str(day or "")), MESSAGES)
    if day and not month:
        assert result.problem
        return
    if result.problem:
        assert day
        assert month
        with pytest.raises(ValueError, match="day"):
            date(year, month, day)
        return
    assert isinstance(result.value, str)
    assert dates.precision(result.value) == ("day" if day else "month" if month else "year")
    assert dates.earliest(result.value) <= dates.latest(result.value)
    assert read(question, unread(question, result.value), MESSAGES) == result


CODES = {q.id: [o.code for o in q.options] for q in DEFINITION.questions.values() if isinstance(q, Choice | Choices)}


@st.composite
def any_answers(draw: st.DrawFn) -> dict[str, Any]:
    """Answers as a restless patient might leave them: any code anywhere, with stale tails."""
    answers: dict[str, Any] = {}
    for key in draw(st.sets(st.sampled_from(sorted(CODES)), max_size=40)):
        question = DEFINITION.questions[key]
        code = draw(st.sampled_from(CODES[key]))
        answers[key] = [code] if isinstance(question, Choices) else code
    return answers


@settings(max_examples=150, deadline=None)
@given(any_answers(), st.booleans(), st.booleans())
def test_no_answer_off_the_path_is_ever_kept(answers: dict[str, Any], extra: bool, phq2: bool) -> None:
    chosen = {"extra_questions": extra, "phq2": phq2}
    path = journey.walk(DEFINITION, answers, chosen)
    assert set(path.kept) <= path.asked
    again = journey.walk(DEFINITION, path.kept, chosen)
    assert again == path, "dropping what was not asked changes nothing"
    for stop in path.stops:
        for question in stop.questions:
            assert journey.is_on(question, chosen)


def test_every_page_is_reached_by_some_patient() -> None:
    everything = {"extra_questions": True, "phq2": True}
    reached: set[str] = set()
    trials = [c["answers"] for c in CASES] + [
        {**BELLS["answers"], "side": "both", "mvd_ever": "yes", "assoc": ["pain"], "filled_by": "guardian"},
    ]
    for answers in trials:
        reached |= {s.page.id for s in journey.walk(DEFINITION, answers, everything).stops}
    assert reached == {p.id for p in DEFINITION.pages}


def kinds(*wanted: type) -> list[Question]:
    return [q for q in DEFINITION.questions.values() if isinstance(q, wanted)]


def test_a_typed_text_keeps_its_letters_and_loses_marks_that_would_turn_what_stands_beside_it() -> None:
    typed = "\u202a\u202b\u202c\u202d\u202eזהב\u2066\u2067\u2068\u2069 \u202e"
    assert clean(typed) == "זהב"
    assert clean("می\u200cروم\u200f") == "می\u200cروم\u200f", "marks that belong to how a language is written stay"


@pytest.mark.parametrize(
    ("typed", "value"),
    [("35", 35), (" 1,200 ", 1200), ("１２", 12), ("12.", 12), ("\u200b40", 40), ("", None), ("0035", 35)],
)
def test_whole_numbers_are_read_as_people_type_them(typed: str, value: int | None) -> None:
    question = DEFINITION.questions["toxin_units"]
    assert isinstance(question, Integer)
    assert read(question, (typed,), MESSAGES).value == value


@pytest.mark.parametrize("typed", ["12.5", "twelve", "1e3", "12-14", "--3"])
def test_what_is_no_whole_number_says_so(typed: str) -> None:
    question = DEFINITION.questions["toxin_units"]
    assert isinstance(question, Integer)
    assert read(question, (typed,), MESSAGES).problem == MESSAGES.whole_number


def test_zero_is_an_answer_and_a_range_is_kept() -> None:
    severity = DEFINITION.questions["severity"]
    assert isinstance(severity, Scale)
    assert read(severity, ("0",), MESSAGES).value == 0
    assert read(severity, ("11",), MESSAGES).problem == "Enter a number from 0 to 10."


def test_a_question_added_to_a_page_is_asked_there() -> None:
    new = Date(id="new_date", text="When?", brief="When", column="new_date")
    page = DEFINITION.page_by_id["goals"]
    part = DEFINITION.part_of_page["goals"]
    parts = tuple(
        replace(p, pages=(replace(page, questions=(*page.questions, new)),)) if p is part else p
        for p in DEFINITION.parts
    )
    changed = replace(DEFINITION, parts=parts)
    assert "new_date" in journey.walk(changed, TYPICAL["answers"], TYPICAL["settings"]).asked


def test_conditions_made_ready_to_run_mean_what_they_say() -> None:
    """The walk runs conditions as functions; each must agree with the plain reading of it, whatever was answered."""
    conditions = {id(q.show_if): q.show_if for q in DEFINITION.questions.values() if q.show_if}
    assert len(conditions) > 20
    chance = random.Random(7)  # noqa: S311 (the same answers in every run)
    codes = {
        q.id: [o.code for o in q.options] for q in DEFINITION.questions.values() if isinstance(q, Choice | Choices)
    }
    for _ in range(400):
        kept: dict[str, Any] = {}
        for key, options in codes.items():
            several = isinstance(DEFINITION.questions[key], Choices)
            given = chance.sample(options, chance.randint(0, 2)) if several else chance.choice([*options, None])
            if chance.random() < 0.7:
                kept[key] = given
        for condition in conditions.values():
            ready = journey._ready(condition)
            assert ready is not None
            assert ready(kept) == holds(condition, Facts(kept)), (condition, kept)
