"""Flags: each has answer sets that raise it and near misses that do not, and no rule can change unseen."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from app.questionnaire import dates, flags
from app.questionnaire.conditions import All, Condition, Term
from app.questionnaire.conditions import Any as AnyOf
from app.questionnaire.evidence import RaisedFlag, raised
from app.questionnaire.hemifacial_spasm import DEFINITION
from app.questionnaire.kinds import Definition
from tests.cases import BELLS, BILATERAL
from tests.flag_table import ROWS, SENT, VISIT, Row, before, shots

FLAG_IDS = [flag.id for flag in DEFINITION.flags]


def is_right(row: Row, definition: Definition = DEFINITION) -> bool:
    ids = [flag.id for flag in flags.flags(definition, row.answers, row.as_of, row.sent_on)]
    return (row.flag in ids) is row.fires


def the_table_notices(flag_id: str, definition: Definition = DEFINITION) -> bool:
    return not all(is_right(row, definition) for row in ROWS if row.flag == flag_id)


def name(row: Row) -> str:
    return f"{row.flag}-{'fires' if row.fires else 'silent'}"


@pytest.mark.parametrize("row", ROWS, ids=name)
def test_a_flag_fires_on_its_answers_and_on_no_near_miss(row: Row) -> None:
    assert is_right(row), row


def test_every_flag_has_two_answer_sets_that_fire_and_two_near_misses() -> None:
    counted = Counter((row.flag, row.fires) for row in ROWS)
    assert {key[0] for key in counted} == set(FLAG_IDS)
    assert not [key for flag in FLAG_IDS for key in ((flag, True), (flag, False)) if counted[key] < 2]


def with_condition(flag_id: str, condition: Condition) -> Definition:
    changed = tuple(replace(f, when=condition) if f.id == flag_id else f for f in DEFINITION.flags)
    return replace(DEFINITION, flags=changed)


def mutations(condition: Condition) -> Iterator[Condition]:
    """The condition with one thing changed: a part left out, all and any swapped, a code out, a number off by one."""
    match condition:
        case All(parts) | AnyOf(parts):
            for index, part in enumerate(parts):
                rest = (*parts[:index], *parts[index + 1 :])
                if rest:
                    yield type(condition)(rest)
                for changed in mutations(part):
                    yield type(condition)((*parts[:index], changed, *parts[index + 1 :]))
            if len(parts) > 1:
                yield AnyOf(parts) if isinstance(condition, All) else All(parts)
        case Term():
            yield from mutated_terms(condition)


NEGATED: dict[str, Any] = {"=": "!=", "!=": "=", "contains": "not-contains", "not-contains": "contains"}


def mutated_terms(term: Term) -> Iterator[Term]:
    if term.op in NEGATED:
        yield replace(term, op=NEGATED[term.op])
    if term.op == "exists":
        yield replace(term, value=not term.value)
    if isinstance(term.value, tuple):
        for index in range(len(term.value)):
            yield replace(term, value=(*term.value[:index], *term.value[index + 1 :]))
        yield from (replace(term, value=(*term.value, code)) for code in other_codes(term))
    if isinstance(term.value, str):
        yield from (replace(term, value=code) for code in other_codes(term))
    if isinstance(term.value, int) and not isinstance(term.value, bool):
        yield replace(term, value=term.value + 1)
        yield replace(term, value=term.value - 1)
        yield replace(term, op=">")


def other_codes(term: Term) -> list[str]:
    """The codes of the question that the comparison does not name, but for those that mean "none" or "not sure"."""
    holder: Any = DEFINITION.questions[term.question]
    if term.item:
        holder = next(item for item in holder.items if item.id == term.item)
    named = term.value if isinstance(term.value, tuple) else (term.value,)
    return [o.code for o in holder.options if o.code not in named and not o.means]


ALWAYS: Condition = All(())
NEVER: Condition = AnyOf(())


@pytest.mark.parametrize("flag", [f for f in DEFINITION.flags if f.when], ids=lambda f: f.id)
def test_no_condition_of_a_flag_can_be_changed_unseen(flag: Any) -> None:
    changed = [ALWAYS, NEVER, *mutations(flag.when)]
    assert len(changed) > 2
    unseen = [condition for condition in changed if not the_table_notices(flag.id, with_condition(flag.id, condition))]
    assert not unseen


@pytest.mark.parametrize("flag_id", sorted(flags.COMPUTED))
def test_no_computed_rule_can_be_always_or_never_unseen(flag_id: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for places in ((), (flags.Place("dob"),)):
        monkeypatch.setitem(flags.COMPUTED, flag_id, lambda _case, places=places: places)
        assert the_table_notices(flag_id)


@pytest.mark.parametrize(
    ("constant", "values", "noticed_by"),
    [
        ("TOXIN_INTERVAL", [timedelta(days=83), timedelta(days=85)], ["toxin_lt12w"]),
        ("SPREAD_WINDOW", [timedelta(days=111), timedelta(days=113)], ["toxin_spread", "toxin_spread_past"]),
        ("YOUNG_ONSET", [39, 41], ["young_onset"]),
        ("ADULT", [17, 19], ["minor"]),
        ("EARLY_AFTER_SURGERY", [0, 2], ["mvd_lt12m"]),
        (
            "SPREAD_SIGNS",
            [flags.SPREAD_SIGNS - {code} for code in flags.SPREAD_SIGNS]
            + [
                flags.SPREAD_SIGNS | {code}
                for code in ("drool", "face_weak", "ptosis", "double", "allergy", "no_close")
            ],
            ["toxin_spread"],
        ),
    ],
)
def test_no_threshold_of_a_computed_rule_can_move_unseen(
    constant: str, values: list[Any], noticed_by: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for value in values:
        monkeypatch.setattr(flags, constant, value)
        assert any(the_table_notices(flag_id) for flag_id in noticed_by), value


def other_day(case: flags.Case) -> flags.Case:
    return flags.Case(case.answers, as_of=case.sent_on, sent_on=case.as_of)


@pytest.mark.parametrize("flag_id", ["toxin_spread", "toxin_lt12w", "minor", "mvd_lt12m"])
def test_no_rule_can_count_to_the_other_day_unseen(flag_id: str, monkeypatch: pytest.MonkeyPatch) -> None:
    rule = flags.COMPUTED[flag_id]
    monkeypatch.setitem(flags.COMPUTED, flag_id, lambda case: rule(other_day(case)))
    assert the_table_notices(flag_id)


@pytest.mark.parametrize(
    ("end", "noticed_by"),
    [("latest", ["toxin_spread", "toxin_lt12w", "mvd_lt12m"]), ("earliest", ["young_onset"])],
)
def test_no_rule_can_use_the_other_end_of_a_partial_date_unseen(
    end: str, noticed_by: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    other: Callable[[str], date] = dates.earliest if end == "latest" else dates.latest
    monkeypatch.setattr(dates, end, other)
    for flag_id in noticed_by:
        assert the_table_notices(flag_id), flag_id


def flag_of(answers: dict[str, Any], flag_id: str, as_of: date = SENT, stored: tuple[str, ...] = ()) -> RaisedFlag:
    return next(r for r in raised(DEFINITION, answers, as_of, SENT, stored) if r.flag.id == flag_id)


@pytest.mark.parametrize("row", [row for row in ROWS if row.fires], ids=name)
def test_a_raised_flag_shows_the_answers_that_raised_it_in_their_words(row: Row) -> None:
    found = next(r for r in raised(DEFINITION, row.answers, row.as_of, row.sent_on) if r.flag.id == row.flag)
    assert found.flag.level
    assert found.flag.reason
    assert found.answers
    for shown in found.answers:
        assert shown.place.question in row.answers
        assert shown.words
        assert shown.label


@pytest.mark.parametrize("case", [BELLS, BILATERAL], ids=lambda c: c["id"])
def test_flags_with_their_answers_are_the_same_flags(case: dict[str, Any]) -> None:
    sent_on = date.fromisoformat(case["submitted"])
    for wanted in case["expect"]["flags"]:
        as_of = date.fromisoformat(wanted["as_of"])
        assert [r.flag.id for r in raised(DEFINITION, case["answers"], as_of, sent_on)] == wanted["ids"]


def test_only_the_part_of_an_answer_that_matters_is_shown() -> None:
    found = flag_of({"assoc": ["tearing", "pain", "clicks"]}, "pain")
    assert [(s.place.question, s.label, s.words) for s in found.answers] == [
        ("assoc", "Same-side symptoms", ("Face pain",))
    ]
    driving = flag_of({"driving": "daily", "eye_closes": "long", "drive_eye": "no"}, "driving")
    assert [s.place.question for s in driving.answers] == ["driving", "eye_closes"]


def test_a_score_is_shown_by_the_two_answers_it_is_made_of() -> None:
    found = flag_of({"phq_interest": "2", "phq_down": "1"}, "low_mood")
    assert [s.place.question for s in found.answers] == ["phq_interest", "phq_down"]


def test_an_entry_is_named_by_its_order() -> None:
    found = flag_of({**shots(date="2026-02", side_effects=["bruise", "speech"]), "toxin_last": "2019"}, "toxin_spread")
    assert [(s.place.number, s.place.item, s.words) for s in found.answers] == [
        (1, "side_effects", ("Change in voice or speech",)),
        (1, "date", ("Feb-2026",)),
    ]
    assert found.answers[0].label == "Earlier toxin sessions 1: Side effects"


@pytest.mark.parametrize(("said", "exact"), [("2026-02-10", True), ("2026-02", False), ("2026", False)])
def test_a_date_that_was_not_told_to_the_day_is_said_to_be_not_exact(said: str, exact: bool) -> None:
    answers = {"toxin_ever": "yes", "toxin_last": said, "visit_date": VISIT.isoformat()}
    found = flag_of(answers, "toxin_lt12w", VISIT)
    assert found.exact is exact
    assert [s.place.question for s in found.answers] == ["toxin_last", "visit_date"]
    rows = {"mvd_rows": [{"_id": "a", "date": said}]}
    assert flag_of(rows, "mvd_lt12m").exact is exact


def test_of_two_dates_that_end_on_one_day_the_exact_one_is_used() -> None:
    answers = {**shots(date="2026-02"), "toxin_last": "2026-02-28"}
    found = flag_of(answers, "toxin_lt12w")
    assert [s.place.question for s in found.answers] == ["toxin_last"]
    assert found.exact


def test_an_urgent_flag_raised_on_sending_never_fades_and_no_other_is_kept() -> None:
    answers = {"toxin_se": ["swallow"], "toxin_last": before(400)}
    found = flag_of(answers, "toxin_spread", stored=("toxin_spread", "pain"))
    assert found.only_on_sending
    assert [s.place.question for s in found.answers] == ["toxin_se", "toxin_last"]
    assert "pain" not in {r.flag.id for r in raised(DEFINITION, answers, SENT, SENT, ("toxin_spread", "pain"))}
    assert not flag_of({"urgent_now": ["speech"]}, "urgent_now", stored=("urgent_now",)).only_on_sending


def test_urgent_flags_look_at_the_day_of_sending_whatever_day_is_looked_at() -> None:
    answers = {"toxin_se": ["swallow"], "toxin_last": before(100)}
    for days in range(0, 1000, 200):
        assert flag_of(answers, "toxin_spread", SENT + timedelta(days=days))
