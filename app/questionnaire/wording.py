"""Answers in words, and the five ways to have none: for the check page, the receipt, the desk and paper."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import assert_never

from . import dates
from .direction import unturned
from .kinds import (
    Answers,
    Choice,
    Choices,
    Confirm,
    Date,
    Definition,
    Email,
    Entry,
    Integer,
    Item,
    LongText,
    Option,
    Page,
    Part,
    PartialDate,
    Phone,
    Question,
    Repeat,
    Scale,
    Text,
    Value,
)

MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


class State(Enum):
    """What stands where an answer could stand. The last five are never confused with each other."""

    ANSWERED = "answered"
    NO = "no"
    NOT_SURE = "not_sure"
    SKIPPED = "skipped"
    NOT_REACHED = "not_reached"
    NOT_ASKED = "not_asked"


@dataclass(frozen=True)
class EntryRow:
    """One entry of a repeating group in words; `number` is its order of entry, counted from 1."""

    id: str
    number: int
    title: str
    lines: tuple[tuple[Item, str], ...]


@dataclass(frozen=True)
class Row:
    """One question read back: its state, its answer in words (one line a choice), its entries."""

    question: Question
    page: Page
    state: State
    words: tuple[str, ...] = ()
    entries: tuple[EntryRow, ...] = ()


@dataclass(frozen=True)
class Section:
    """One part of the form read back, with the pages the patient did not come to."""

    part: Part
    rows: tuple[Row, ...]
    not_reached: tuple[Page, ...] = ()


def question_text(question: Question, *, helper: bool) -> str:
    """The question as this reader saw it: the helper's wording when somebody fills in for the patient."""
    return (helper and question.text_helper) or question.text


def question_help(question: Question, *, helper: bool) -> str:
    """The hint as this reader saw it."""
    return (helper and question.help_helper) or question.help


def option_label(option: Option, *, helper: bool) -> str:
    """An option's label as this reader saw it."""
    return (helper and option.label_helper) or option.label


def is_helper(answers: Mapping[str, Value]) -> bool:
    """Whether somebody else fills in the form for the patient, so that the helper's wording is used."""
    return answers.get("filled_by") in ("helper", "guardian")


def date_in_words(partial: str) -> str:
    """A stored partial date as patients read it: 2024, March 2024 or March 28, 2024."""
    year, month, day = (*partial.split("-"), "", "")[:3]
    if not month:
        return year
    name = MONTHS[int(month) - 1]
    return f"{name} {int(day)}, {year}" if day else f"{name} {year}"


def staff_date(partial: str) -> str:
    """A stored partial date as staff read it, as exact as it was told: 2024, May-2024 or 14-Aug-1969."""
    year, month, day = (*partial.split("-"), "", "")[:3]
    if not month:
        return year
    name = MONTHS[int(month) - 1][:3]
    return f"{int(day):02}-{name}-{year}" if day else f"{name}-{year}"


def day_in_words(day: date) -> str:
    """A day as patients read it: March 28, 1970."""
    return date_in_words(day.isoformat())


def say(question: Item, value: Value, *, helper: bool = False) -> tuple[str, ...]:
    """A stored value in the words of its question, one line a choice. An unknown code is said as it is."""
    match question:
        case Choice():
            return (_label_of(question.options, value, helper),)
        case Choices():
            codes = value if isinstance(value, list) else [value]
            return tuple(_label_of(question.options, code, helper) for code in codes)
        case Date() | PartialDate():
            return (date_in_words(str(value)),)
        case Confirm():
            return ("Yes",)
        case Integer():
            return (f"{value:,}" if isinstance(value, int) else str(value),)
        case Text() | LongText() | Email() | Phone() | Scale():
            return (unturned(str(value)),)
        case _:
            assert_never(question)


def _label_of(options: tuple[Option, ...], code: object, helper: bool) -> str:
    option = next((o for o in options if o.code == code), None)
    return option_label(option, helper=helper) if option else str(code)


def state_of(question: Question, kept: Answers, asked: bool, reached: bool) -> State:
    """The state of one question, given whether it is on the path and whether its page was continued from."""
    if not asked:
        return State.NOT_ASKED
    value = kept.get(question.id)
    if value is None or value == []:
        return State.SKIPPED if reached else State.NOT_REACHED
    if isinstance(question, Choice | Choices):
        chosen = value if isinstance(value, list) else [value]
        means = {option.means for option in question.options if option.code in chosen}
        if means == {"no"}:
            return State.NO
        if means == {"not_sure"}:
            return State.NOT_SURE
    return State.ANSWERED


def entry_rows(group: Repeat, entries: Value | None, *, helper: bool = False) -> tuple[EntryRow, ...]:
    """The entries in words, numbered in order of entry, shown newest first where the group says so."""
    rows = [entry for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []
    numbered = list(enumerate(rows, start=1))
    if group.newest_first:
        numbered.sort(key=lambda pair: _entry_day(group, pair[1]), reverse=True)
    return tuple(
        EntryRow(
            id=str(entry.get("_id", "")),
            number=number,
            title=entry_title(group, entry, helper=helper),
            lines=tuple(
                (item, ", ".join(say(item, entry[item.id], helper=helper))) for item in group.items if item.id in entry
            ),
        )
        for number, entry in numbered
    )


def entry_title(group: Repeat, entry: Entry, *, helper: bool = False) -> str:
    """What names an entry to its patient: its first item that has an answer, or the name of the thing."""
    for item in group.items:
        if item.id in entry:
            return ", ".join(say(item, entry[item.id], helper=helper))
    return group.entry_name


def _entry_day(group: Repeat, entry: Entry) -> date:
    for item in group.items:
        value = entry.get(item.id)
        if isinstance(item, Date | PartialDate) and isinstance(value, str):
            return dates.earliest(value)
    return date.min


def read_back(
    definition: Definition, kept: Answers, asked: frozenset[str], reached: frozenset[str], *, everything: bool = False
) -> Iterator[Section]:
    """The form by section, in order: what was asked, with its state and words.

    `asked` holds question ids, `reached` page ids. With `everything`, questions that were not asked come too.
    """
    helper = is_helper(kept)
    for part in definition.parts:
        rows: list[Row] = []
        skipped_pages: list[Page] = []
        for page in part.pages:
            page_rows = [
                _row(question, page, kept, question.id in asked, page.id in reached, helper)
                for question in page.questions
                if everything or question.id in asked
            ]
            rows += page_rows
            on_path = any(question.id in asked for question in page.questions)
            if on_path and page.id not in reached:
                skipped_pages.append(page)
        if rows:
            yield Section(part, tuple(rows), tuple(skipped_pages))


def _row(question: Question, page: Page, kept: Answers, asked: bool, reached: bool, helper: bool) -> Row:
    state = state_of(question, kept, asked, reached)
    value = kept.get(question.id)
    if value is None or not asked:
        return Row(question, page, state)
    if isinstance(question, Repeat):
        return Row(question, page, state, entries=entry_rows(question, value, helper=helper))
    return Row(question, page, state, words=say(question, value, helper=helper))
