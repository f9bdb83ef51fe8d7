"""The columns of the exported tables, worked out from definitions: their names, what they hold, where they come from.

A value is encoded here too, so that a new kind of question is taught to the tables in one `match`.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, assert_never

from ..questionnaire import dates
from ..questionnaire.kinds import (
    Choice,
    Choices,
    Confirm,
    Date,
    Definition,
    Deidentify,
    Email,
    Integer,
    Item,
    LongText,
    Option,
    PartialDate,
    Phone,
    Question,
    Repeat,
    Scale,
    Score,
    Text,
)

Holds = Literal[
    "text", "code", "0 or 1", "whole number", "date", "partial date", "precision", "date and time", "id", "ids"
]  # fmt: skip
NUMBERS: frozenset[Holds] = frozenset({"whole number", "0 or 1"})

_NAME = re.compile(r"[a-z][a-z0-9_]*", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column: its name, what it holds, and the question (or item, score, option) that it says.

    `source` is the permanent id of what it says; a column without a `question` is our own and says in `note` what
    it is. `answer` marks the columns that hold the answer itself, not something about it (its precision, its count).
    """

    name: str
    holds: Holds
    source: str = ""
    question: Question | Score | None = None
    option: Option | None = None
    answer: bool = False
    note: str = ""
    identifier: bool = False
    deidentify: Deidentify = ""


LEADING = (
    Column(name="submission_id", holds="id", note="Names the submission in every file.", identifier=True,
           deidentify="drop"),
    Column(name="reference", holds="id", note="The reference on the patient’s receipt.", identifier=True,
           deidentify="drop"),
    Column(name="received_at", holds="date and time", note="When the form was sent, with the offset from UTC.",
           identifier=True, deidentify="year"),
    Column(name="status", holds="code", note="Where the clinic is with it, at the time of export."),
    Column(name="revision", holds="whole number", note="1 for a form as first sent; a correction has the next."),
    Column(name="wording", holds="id", note="The exact words this patient saw: see `wordings` in codebook.csv."),
    Column(name="questionnaire_version", holds="id", note="The version of the form that this patient saw."),
    Column(name="language", holds="code", note="The language that this patient saw."),
    Column(name="sent_early", holds="0 or 1", note="1: pages of the form were not reached. 0: sent whole."),
)  # fmt: skip

TRAILING = (
    Column(name="flags", holds="ids", note="Why a specialist should look, as worked out on sending. Ids, in order."),
    Column(name="flags_version", holds="id", note="The version of the flag rules."),
    Column(name="flags_as_of", holds="date", note="The day the flags were worked out for: the visit, or the sending.",
           identifier=True, deidentify="year"),
    Column(name="warnings", holds="ids", note="Unlikely values that the patient confirmed. Ids, each once."),
    Column(name="not_asked", holds="ids", note="Question ids that this patient’s path or the settings left out."),
    Column(name="not_reached", holds="ids", note="Question ids left blank on unfinished pages: it was sent early."),
    Column(name="skipped", holds="ids", note="Question ids left blank on pages that the patient finished."),
)  # fmt: skip

ENTRY_LEADING = (
    LEADING[0],
    LEADING[1],
    Column(name="number", holds="whole number", note="The order of entry within this submission, from 1."),
    Column(name="entry_id", holds="id", note="Names the entry for ever.", identifier=True, deidentify="drop"),
)


@dataclass(frozen=True)
class Written:
    """How the answer to one question is written: its columns, and the cells that a stored value gives."""

    columns: tuple[Column, ...]
    cells: Callable[[Any], Sequence[str]]


def written(question: Question, source: str) -> Written:
    """How answers to this question are written. `source` is its permanent id, like `toxin_rounds.date` for an item.

    A value that this kind of question cannot have gets a question mark in front, so that it is seen and does no harm.
    """
    first = Column(name=question.column, holds="text", source=source, question=question, answer=True)
    match question:
        case Choice():
            known = {option.code: (option.code,) for option in question.options}
            return Written((replace(first, holds="code"),), lambda value: known.get(str(value)) or (f"?{value}",))
        case Choices():
            return _ticks(question, first)
        case Text() | LongText() | Email() | Phone():
            return Written((first,), lambda value: (str(value),))
        case Integer() | Scale():
            return Written((replace(first, holds="whole number"),), lambda value: (_digits(value),))
        case Date():
            return Written((replace(first, holds="date"),), lambda value: (str(value),))
        case PartialDate():
            exact = _beside(first, "precision", "precision", f"How exact {question.column} is.")
            columns = (replace(first, holds="partial date"), exact)
            return Written(columns, lambda value: (str(value), dates.precision(str(value))))
        case Confirm():
            return Written((replace(first, holds="0 or 1"),), lambda value: ("1" if value is True else "",))
        case Repeat():
            note = f"How many entries {question.column}.csv holds for this submission."
            columns = (replace(_beside(first, "count", "whole number", note), answer=True),)
            return Written(columns, lambda value: (str(len(entries_in(value))),))
        case _:
            assert_never(question)


def entries_in(value: object) -> list[dict[str, Any]]:
    """The entries of a repeating group, in order of entry."""
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def consent_columns(question: Question) -> tuple[Column, ...]:
    """For a question whose words have a version of their own: the version agreed to, and when."""
    if not question.version:
        return ()
    first = Column(name=question.column, holds="text", source=question.id, question=question)
    at = _beside(first, "at", "date and time", "When it was agreed to, in UTC.")
    return (
        _beside(first, "version", "id", "The version of the words that were agreed to."),
        replace(at, identifier=True, deidentify="year"),
    )


def score_column(score: Score) -> Column:
    """The column of a number worked out from other answers."""
    return Column(name=score.column, holds="whole number", source=score.id, question=score, answer=True)


def answer_columns(definition: Definition) -> list[Column]:
    """The columns of the main table that hold answers, in the order of the definition, then the scores."""
    columns: list[Column] = []
    for question in definition.questions.values():
        columns += written(question, question.id).columns
        columns += consent_columns(question)
    return [*columns, *(score_column(score) for score in definition.scores)]


def item_source(group: Repeat, item: Item) -> str:
    """The permanent id of an item of a repeating group."""
    return f"{group.id}.{item.id}"


def item_columns(group: Repeat) -> list[Column]:
    """The columns of a repeating group's own table that hold answers, in order."""
    return [column for item in group.items for column in written(item, item_source(group, item)).columns]


def union(parts: Iterable[Sequence[Column]]) -> tuple[Column, ...]:
    """All columns of these parts, each once, in order of first appearance.

    Raises ValueError when a name is not lower case ASCII, stands twice in one part, or says two different things.
    """
    found: dict[str, Column] = {}
    for part in parts:
        names = Counter(column.name for column in part)
        for column in part:
            if not _NAME.fullmatch(column.name):
                raise ValueError(f"{column.name!r} is no column name: lower case letters, digits and _ only")
            known = found.setdefault(column.name, column)
            if names[column.name] > 1 or known.source != column.source:
                raise ValueError(f"the column {column.name} would hold two different things")
            if column.holds == "text":
                found[column.name] = replace(known, holds="text")
    return tuple(found.values())


def _ticks(question: Choices, first: Column) -> Written:
    codes = tuple(option.code for option in question.options)
    columns = tuple(
        replace(first, name=f"{question.column}___{option.code}", holds="0 or 1", option=option)
        for option in question.options
    )

    def cells(value: Any) -> list[str]:
        return ["1" if code in value else "0" for code in codes] if value else [""] * len(codes)

    return Written(columns, cells)


def _digits(value: object) -> str:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else f"?{value}"


def _beside(first: Column, ending: str, holds: Holds, note: str) -> Column:
    name = f"{first.name}_{ending}"
    return Column(name=name, holds=holds, source=f"{first.source} {ending}", question=first.question, note=note)
