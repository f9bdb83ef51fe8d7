"""Whether a condition holds on given answers. What an operator means with no answer stands beside it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import assert_never

from . import dates
from .conditions import All, Condition, Term
from .kinds import Answers, Definition, Entry, Value


@dataclass(frozen=True)
class Facts:
    """What a condition may look at: kept answers (scores included), the clinic's day, and the entry at hand."""

    answers: Mapping[str, Value]
    today: date = date.min
    group: str = ""
    entry: Entry | None = None


def with_scores(definition: Definition, answers: Answers) -> Answers:
    """The answers plus every score whose questions are all answered (their codes added up as numbers)."""
    scores: Answers = {}
    for score in definition.scores:
        codes = [answers.get(question) for question in score.of]
        if all(isinstance(code, str) and code.isdigit() for code in codes):
            scores[score.id] = sum(int(str(code)) for code in codes)
    return {**answers, **scores} if scores else answers


def holds(condition: Condition | None, facts: Facts) -> bool:
    """Whether the condition holds on these facts; no condition always holds."""
    if condition is None:
        return True
    if isinstance(condition, Term):
        return _term_holds(condition, facts)
    if isinstance(condition, All):
        return all(holds(part, facts) for part in condition.parts)
    return any(holds(part, facts) for part in condition.parts)


def _term_holds(term: Term, facts: Facts) -> bool:
    if term.question and term.item:
        entries = facts.answers.get(term.question)
        return isinstance(entries, list) and any(
            _compare(term, entry.get(term.item), facts) for entry in entries if isinstance(entry, dict)
        )
    if term.item:
        return _compare(term, (facts.entry or {}).get(term.item), facts)
    return _compare(term, facts.answers.get(term.question), facts)


def _compare(term: Term, answer: Value | None, facts: Facts) -> bool:
    wanted = term.value
    match term.op:
        case "=":
            return answer == wanted
        case "!=":
            return answer != wanted
        case "contains":
            return isinstance(answer, list) and wanted in answer
        case "not-contains":
            return not (isinstance(answer, list) and wanted in answer)
        case "exists":
            return (answer is not None) is wanted
        case "in":
            return isinstance(wanted, tuple) and answer in wanted
        case "contains-any":
            return isinstance(answer, list) and isinstance(wanted, tuple) and any(v in answer for v in wanted)
        case ">":
            return isinstance(answer, int) and isinstance(wanted, int) and answer > wanted
        case ">=":
            return isinstance(answer, int) and isinstance(wanted, int) and answer >= wanted
        case "certainly-before":
            other = _other_date(term.other, facts)
            return isinstance(answer, str) and other is not None and dates.latest(answer) < other[0]
        case "certainly-after":
            other = _other_date(term.other, facts)
            return isinstance(answer, str) and other is not None and dates.earliest(answer) > other[1]
        case "older-than":
            return isinstance(answer, str) and _age(answer, facts) > _number(wanted)
        case "younger-than":
            return isinstance(answer, str) and _age(answer, facts) < _number(wanted)
        case "months-ahead-over":
            limit = dates.months_after(facts.today, _number(wanted))
            return isinstance(answer, str) and dates.earliest(answer) > limit
        case "domain-in":
            return (
                isinstance(answer, str)
                and isinstance(wanted, tuple)
                and "@" in answer
                and answer.rsplit("@", 1)[1].lower() in wanted
            )
        case "same-as-other-entry":
            return answer is not None and _in_another_entry(term.item, answer, facts)
        case "same-as":
            return answer is not None and answer == facts.answers.get(term.other)
        case _:
            assert_never(term.op)


def _number(value: object) -> int:
    if not isinstance(value, int):
        raise TypeError(f"this operator compares with a number, not {value!r}")
    return value


def _age(born: str, facts: Facts) -> int:
    return dates.completed_years(dates.earliest(born), facts.today)


def _other_date(other: str, facts: Facts) -> tuple[date, date] | None:
    if other == "today":
        return facts.today, facts.today
    if other.isdigit():
        return dates.earliest(other), dates.latest(other)
    answer = facts.answers.get(other)
    return (dates.earliest(answer), dates.latest(answer)) if isinstance(answer, str) else None


def _in_another_entry(item: str, answer: Value, facts: Facts) -> bool:
    entries = facts.answers.get(facts.group)
    mine = (facts.entry or {}).get("_id")
    return isinstance(entries, list) and any(
        isinstance(entry, dict) and entry.get("_id") != mine and entry.get(item) == answer for entry in entries
    )
