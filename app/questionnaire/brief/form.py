"""A sent form as a brief reads it: answers in staff's short words, each a statement with where it stands."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any, cast

from .. import dates, journey, wording
from ..direction import unturned
from ..kinds import (
    Answers,
    Choice,
    Choices,
    Date,
    Definition,
    Entry,
    Integer,
    Item,
    Option,
    PartialDate,
    Repeat,
    Value,
)
from ..wording import State, state_of
from .model import Line, Role, Said

_PROPER = ("Botox", "Dysport", "Xeomin", "Daxxify", "Myobloc", "Lambert-Eaton", "Eliquis,", "Plavix,", "Bell’s")


@dataclass(frozen=True)
class Form:
    """One sent document on its own path: answers kept, what was asked and reached, and the two days.

    No text in `kept` turns the order of what a brief says beside it.
    """

    definition: Definition
    document: Mapping[str, Any]
    kept: Answers
    asked: frozenset[str]
    reached: frozenset[str]
    as_of: date
    sent_on: date

    @property
    def helper(self) -> bool:
        """Whether somebody filled it in for the patient."""
        return wording.is_helper(self.kept)

    def state(self, key: str) -> State:
        """The state of a question; one that the definition does not know was not asked."""
        return self._states.get(key, State.NOT_ASKED)

    @cached_property
    def _states(self) -> Mapping[str, State]:
        return {
            question.id: state_of(question, self.kept, question.id in self.asked, page.id in self.reached)
            for page in self.definition.pages
            for question in page.questions
        }

    def text(self, key: str) -> str:
        """A stored text or code as it is; empty when there is none."""
        value = self.kept.get(key)
        return value if isinstance(value, str) else ""

    def number(self, key: str) -> int | None:
        """A stored whole number."""
        value = self.kept.get(key)
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    def codes(self, key: str) -> list[str]:
        """The codes of a multiple answer."""
        value = self.kept.get(key)
        return [str(code) for code in value] if isinstance(value, list) else []

    def entries(self, key: str) -> list[Entry]:
        """The entries of a repeating group, in order of entry."""
        value = self.kept.get(key)
        return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []

    def items(self, key: str) -> dict[str, Item]:
        """Item id -> item, of a repeating group."""
        group = self.definition.questions.get(key)
        return {item.id: item for item in group.items} if isinstance(group, Repeat) else {}

    def told(self, key: str, before: str = "", after: str = "") -> tuple[Said, ...]:
        """An answer in short words, with words of ours before and after it; nothing unless it is a plain answer.

        A plain no stands among the negatives, and "not sure" among what is not sure.
        """
        return self.any(key, before, after) if self.state(key) is State.ANSWERED else ()

    def any(self, key: str, before: str = "", after: str = "") -> tuple[Said, ...]:
        """As `told`, with a plain no and "not sure" too."""
        question, value = self.definition.questions.get(key), self.kept.get(key)
        if question is None or value is None or isinstance(question, Repeat):
            return ()
        return (self.said(question, value, (key,), before, after),)

    def gap(self, key: str, before: str = "") -> tuple[Said, ...]:
        """The word for a question that has no plain answer, but for a plain no; after words of ours, if any."""
        words = {
            State.NOT_SURE: self.definition.states.not_sure,
            State.SKIPPED: self.definition.states.skipped,
            State.NOT_REACHED: self.definition.states.not_reached,
            State.NOT_ASKED: self.definition.states.not_asked,
        }
        word = words.get(self.state(key))
        return (derived(f"{before}{word.lower()}" if before else word, "gaps", (key,)),) if word else ()

    def said(self, question: Item, value: Value, keys: tuple[str, ...], before: str = "", after: str = "") -> Said:
        """A stored value as one statement of the patient."""
        role: Role = "quote" if question.free_text else ""
        words = quoted(str(value)) if question.free_text else staff_words(question, value, helper=self.helper)
        return Said(text=f"{before}{words}{after}", role=role, questions=keys)

    def item(self, group: str, entry: Entry, key: str, before: str = "", after: str = "") -> tuple[Said, ...]:
        """One item of an entry as a statement; nothing when its patient left it out."""
        question = self.items(group).get(key)
        if question is None or key not in entry:
            return ()
        return (self.said(question, cast("Value", entry[key]), (group,), before, after),)


def read(definition: Definition, document: Mapping[str, Any], as_of: date, sent_on: date) -> Form:
    """The form of a sent document, on the path that its answers give."""
    path = journey.walk(definition, document["answers"], document["settings"])
    kept = {key: _unturned(value) for key, value in path.kept.items()}
    return Form(definition, document, kept, path.asked, frozenset(document["continued"]), as_of, sent_on)


def _unturned(value: Any) -> Any:
    """A stored value, its texts without marks of direction that reach beyond them."""
    match value:
        case str():
            return unturned(value)
        case list():
            return [_unturned(one) for one in cast("list[Any]", value)]
        case dict():
            return {key: _unturned(one) for key, one in cast("dict[str, Any]", value).items()}
        case _:
            return value


def derived(text: str, rule: str, questions: Iterable[str] = ()) -> Said:
    """A statement that a named rule makes."""
    return Said(text=text, kind="derived", rule=rule, questions=tuple(questions))


def line(key: str, label: str, *said: tuple[Said, ...], join: str = "; ") -> list[Line]:
    """One line of all these statements; none when there are none."""
    every = tuple(part for parts in said for part in parts)
    return [Line(id=key, label=label, said=every, join=join)] if every else []


def quoted(text: str) -> str:
    """The patient's own words on one line, in quotation marks."""
    return f"“{' '.join(text.split())}”"


def staff_words(question: Item, value: Value, *, helper: bool = False) -> str:
    """A stored value as staff read it: short forms of choices, 14-Aug-1969, 5,000."""
    match question:
        case Choice() | Choices():
            codes = value if isinstance(value, list) else [value]
            return ", ".join(option_words(question.options, code, helper=helper) for code in codes)
        case Date() | PartialDate():
            return wording.staff_date(str(value))
        case Integer():
            return f"{value:,}" if isinstance(value, int) else str(value)
        case _:
            return ", ".join(wording.say(question, value, helper=helper))


def option_words(options: Iterable[Option], code: object, *, helper: bool = False) -> str:
    """An option in staff's words, else in the patient's with a small first letter; an unknown code as it is."""
    option = next((o for o in options if o.code == code), None)
    if option is None:
        return str(code)
    return option.brief or small(wording.option_label(option, helper=helper))


def small(label: str) -> str:
    """A label within a sentence: its first letter small, unless its first word is a name or an abbreviation."""
    first = label.split(" ", 1)[0]
    keeps = first in _PROPER or first == "I" or any(c.isupper() or c.isdigit() for c in first[1:])
    return label if keeps else label[:1].lower() + label[1:]


def since(form: Form, partial: str, keys: tuple[str, ...], after: str = "", in_weeks: int = 13) -> Said:
    """How long before the day looked at a date lies, in parentheses behind the date."""
    words = dates.how_long(partial, form.as_of, in_weeks=in_weeks)
    return replace(derived(f"({words}{after})", "time_since", keys), joined=" ")
