"""What is wrong, and what is unlikely, about stored answers. Errors block; warnings are asked once, never block.

Everything is checked on Continue and again on sending, with the day of sending as today.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum

from .conditions import Term, terms
from .holding import Facts, holds, with_scores
from .kinds import Answers, Definition, Entry, Item, Question, Repeat, Value, Warn
from .limits import limit_problem


class Demand(Enum):
    """What must be there: all that a page asks for, or only what is asked of every form that is sent."""

    CONTINUE = "continue"
    EARLY = "early"


@dataclass(frozen=True)
class Problem:
    """A sentence about one question, or about one item of an entry (`row` is the entry's `_id`)."""

    question: str
    sentence: str
    item: str = ""
    row: str = ""


@dataclass(frozen=True)
class Raised:
    """A warning that is on, with the values it saw. A confirmation binds to those."""

    warning: Warn
    question: str
    item: str
    row: str | None
    values: Mapping[str, Value]

    def as_document(self) -> dict[str, object]:
        """As it is stored in the sent document."""
        return {"id": self.warning.id, "row": self.row, "values": dict(self.values)}


def problems_of(
    definition: Definition,
    questions: Iterable[Question],
    answers: Answers,
    today: date,
    demand: Demand,
    *,
    stored: bool = False,
) -> tuple[Problem, ...]:
    """Everything that blocks these questions, in their order, at most one sentence a question or item.

    With `stored`, lengths, ranges and syntax are not looked at again: they were when the answers were stored, and
    only what an answer rests on (another answer, the day) can have changed since.
    """
    facts = Facts(with_scores(definition, answers), today)
    return tuple(
        problem for question in questions for problem in _problems(definition, question, facts, demand, stored)
    )


def _problems(
    definition: Definition, question: Question, facts: Facts, demand: Demand, stored: bool
) -> Iterator[Problem]:
    value = facts.answers.get(question.id)
    if value is None:
        demanded = question.required and (question.always or demand is Demand.CONTINUE)
        if demanded:
            yield Problem(question.id, question.required)
            return
    elif not stored:
        sentence = limit_problem(question, value, definition.messages)
        if sentence:
            yield Problem(question.id, sentence)
            return
    for check in question.checks:
        if holds(check.when, facts):
            yield Problem(question.id, check.error)
            return
    if isinstance(question, Repeat) and isinstance(value, list):
        for entry in value:
            if isinstance(entry, dict):
                yield from entry_problems(definition, question, entry, facts.answers, facts.today)


def entry_problems(
    definition: Definition, group: Repeat, entry: Entry, answers: Mapping[str, Value], today: date
) -> Iterator[Problem]:
    """Everything that blocks one entry of a repeating group, at most one sentence an item."""
    facts = Facts(answers, today, group.id, entry)
    row = str(entry.get("_id", ""))
    for item in group.items:
        sentence = _item_sentence(definition, item, entry.get(item.id), facts)
        if sentence:
            yield Problem(group.id, sentence, item.id, row)


def _item_sentence(definition: Definition, item: Item, value: Value | None, facts: Facts) -> str:
    if value is None:
        return item.required
    sentence = limit_problem(item, value, definition.messages)
    return sentence or next((check.error for check in item.checks if holds(check.when, facts)), "")


def warnings_on(
    definition: Definition, questions: Iterable[Question], answers: Answers, today: date
) -> tuple[Raised, ...]:
    """Every warning that is on for these questions and their entries, confirmed or not, in order."""
    facts = Facts(with_scores(definition, answers), today)
    return tuple(raised for question in questions for raised in _warnings(question, facts))


def _warnings(question: Question, facts: Facts) -> Iterator[Raised]:
    for warning in question.warnings:
        if holds(warning.when, facts):
            yield Raised(warning, question.id, "", None, _seen(warning, facts))
    entries = facts.answers.get(question.id)
    if isinstance(question, Repeat) and isinstance(entries, list):
        for entry in entries:
            if isinstance(entry, dict):
                yield from entry_warnings(question, entry, facts.answers, facts.today)


def entry_warnings(group: Repeat, entry: Entry, answers: Mapping[str, Value], today: date) -> Iterator[Raised]:
    """Every warning that is on for one entry."""
    facts = Facts(answers, today, group.id, entry)
    for item in group.items:
        for warning in item.warnings:
            if holds(warning.when, facts):
                yield Raised(warning, group.id, item.id, str(entry.get("_id", "")), _seen(warning, facts))


def _seen(warning: Warn, facts: Facts) -> dict[str, Value]:
    """The values a warning looked at. Items stand under their own id, a question of the same id under `question.id`."""
    seen: dict[str, Value] = {}
    parts = list(terms(warning.when))
    for term in parts:
        if term.item and not term.question:
            _put(seen, term.item, (facts.entry or {}).get(term.item))
    for term in parts:
        for question in _questions_of(term):
            name = f"question.{question}" if any(t.item == question for t in parts) else question
            _put(seen, name, facts.answers.get(question))
    return seen


def _questions_of(term: Term) -> Iterator[str]:
    if term.question:
        yield term.question
    if term.other and term.other != "today" and not term.other.isdigit():
        yield term.other


def _put(seen: dict[str, Value], name: str, value: Value | None) -> None:
    if value is not None:
        seen[name] = value
