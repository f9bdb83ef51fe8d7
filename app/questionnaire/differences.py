"""What differs between two sent forms of one person: each question with its old and its new words."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from . import journey, wording
from .kinds import Answers, Definition, Question, Repeat
from .wording import State, state_of


@dataclass(frozen=True)
class Side:
    """One question in one form: its state, and its answer, one line a choice or an entry; empty without an answer."""

    state: State
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class Difference:
    """One question in both forms. `changed` compares what was stored, so that a translation changes nothing."""

    question: Question
    earlier: Side
    later: Side
    changed: bool


@dataclass(frozen=True)
class _Form:
    kept: Answers
    asked: frozenset[str]
    reached: frozenset[str]
    helper: bool


def differences(definition: Definition, earlier: Mapping[str, Any], later: Mapping[str, Any]) -> tuple[Difference, ...]:
    """Every question that at least one of two sent documents asked, in the order of the form, both sides in words.

    Both are read in one definition; a code that it does not know is said as it is. Consents and the signature are
    left out, since they belong to each sending. A question that was never reached or asked in one of the forms
    counts as changed only when it is answered in the other.
    """
    old, new = _form(definition, earlier), _form(definition, later)
    return tuple(
        _difference(definition, question, old, new)
        for question in definition.questions.values()
        if not question.version and (question.id in old.asked or question.id in new.asked)
    )


def changes(found: tuple[Difference, ...]) -> tuple[Difference, ...]:
    """Those that changed, in the order of the form."""
    return tuple(difference for difference in found if difference.changed)


def _form(definition: Definition, document: Mapping[str, Any]) -> _Form:
    path = journey.walk(definition, document["answers"], document["settings"])
    return _Form(path.kept, path.asked, frozenset(document["continued"]), wording.is_helper(path.kept))


def _difference(definition: Definition, question: Question, old: _Form, new: _Form) -> Difference:
    page = definition.page_of_question[question.id].id
    earlier, later = (_side(question, form, page) for form in (old, new))
    return Difference(question, earlier, later, _stored(question, old.kept) != _stored(question, new.kept))


def _side(question: Question, form: _Form, page: str) -> Side:
    state = state_of(question, form.kept, question.id in form.asked, page in form.reached)
    value = form.kept.get(question.id)
    if value is None:
        return Side(state)
    if isinstance(question, Repeat):
        return Side(state, tuple(_entries(question, value, form.helper)))
    return Side(state, wording.say(question, value, helper=form.helper))


def _entries(group: Repeat, value: Any, helper: bool) -> Iterator[str]:
    for row in wording.entry_rows(group, value, helper=helper):
        yield "; ".join(words for _item, words in row.lines)


def _stored(question: Question, kept: Answers) -> object:
    """What is compared: choices without their order, entries without their ids and their order of entry."""
    value = kept.get(question.id)
    if not isinstance(value, list):
        return value
    if isinstance(question, Repeat):
        return sorted(_without_id(entry) for entry in value if isinstance(entry, dict))
    return sorted(str(code) for code in value)


def _without_id(entry: Mapping[str, Any]) -> str:
    return repr(sorted((key, value) for key, value in entry.items() if key != "_id"))
