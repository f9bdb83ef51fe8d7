"""The codebook: what every column of every exported file means, worked out from the definitions."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import assert_never

from ..questionnaire import versions
from ..questionnaire.kinds import (
    Choice,
    Choices,
    Confirm,
    Date,
    Definition,
    Email,
    Integer,
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
from . import columns as cols
from .columns import Column
from .condition_words import in_words
from .table import MAIN, WORDING_LETTERS, Tables

NAME = "codebook"
FIELDS: Mapping[str, str] = {
    "file": "The file that the column stands in.",
    "column": "The name of the column.",
    "kind": "What its cells hold.",
    "question_id": "The permanent id of the question (of an item: group.item). Empty for a column of our own.",
    "question": "The question in the patient’s own words.",
    "brief": "The clinic’s short name for it.",
    "option_code": "The code of an option: in the cell, or, for a column of its own, in the column’s name.",
    "option_label": "The option in the patient’s words.",
    "limits": "What a cell can hold.",
    "precision": "How exact dates are.",
    "identifier": "yes: a HIPAA identifier (Safe Harbor).",
    "free_text": "yes: may hold anything, so identifiers too.",
    "deidentify": "What a de-identified export does with it: drop, year (keep the year only), age.",
    "asked_when": "The condition on earlier answers and settings; empty: always asked.",
    "required": "always; yes: to continue from its page (of an item: in every entry); no.",
    "wordings": "The wordings that have this row, by the first letters of their digest.",
    "versions": "The versions of the form that have this row.",
    "notes": "What the cells mean, and what blank means.",
}
"""The codebook's own columns, and what each means."""

_BLANK = "Blank: not_asked, not_reached or skipped; the columns of these names say which."
_BLANK_ITEM = "Blank: left empty in this entry."
_MEANS = {"": "", "no": "This answer is a plain no.", "not_sure": "This answer is “not sure”."}


@dataclass(frozen=True)
class Row:
    """One column, or one option of a column, and the wordings it appears in."""

    file: str
    column: Column
    option: Option | None
    definition: Definition
    wordings: tuple[str, ...] = ()
    versions: tuple[str, ...] = ()

    def cells(self) -> list[str]:
        """The cells, in the order of `FIELDS`."""
        column, option = self.column, self.option
        question = column.question
        asked = question if not isinstance(question, Score) else None
        own_answer = column.answer and asked is not None
        return [
            f"{self.file}.csv",
            column.name,
            column.holds,
            column.source.split(" ")[0],
            asked.text if asked else "",
            question.brief if question else "",
            option.code if option else "",
            option.label if option else "",
            _limits(column),
            _precision(column),
            _yes(column.identifier or (own_answer and asked is not None and asked.identifier)),
            _yes(own_answer and asked is not None and asked.free_text),
            (asked.deidentify if own_answer and asked else column.deidentify),
            _asked_when(question, self.definition),
            _required(asked),
            " ".join(self.wordings),
            " ".join(self.versions),
            _notes(column, option, in_entry=self.file != MAIN),
        ]


def rows(tables: Tables, wordings: Sequence[tuple[str, Definition]], current: Definition) -> Iterator[list[str]]:
    """The codebook's rows, in the order of the files and their columns; its own columns come last.

    A question is said in the current definition's words, a retired one in those of the first wording that has it.
    """
    found: dict[tuple[str, str, str], Row] = {}
    for digest, definition in _with_current(wordings, current):
        short = digest[:WORDING_LETTERS]
        for file, column, option in _columns(definition):
            key = (file, column.name, option.code if option else "")
            row = found.setdefault(key, Row(file, column, option, definition))
            versions_ = dict.fromkeys([*row.versions, definition.version])
            found[key] = replace(row, wordings=(*row.wordings, short), versions=tuple(versions_))
    by_column: dict[tuple[str, str], list[Row]] = {}
    for (file, name, _), row in found.items():
        by_column.setdefault((file, name), []).append(row)
    for sheet in tables.sheets:
        for column in sheet.columns:
            for row in by_column[sheet.name, column.name]:
                yield replace(row, column=replace(row.column, holds=column.holds)).cells()
    for name, meaning in FIELDS.items():
        yield Row(NAME, Column(name=name, holds="text", note=meaning), None, current).cells()


def _with_current(wordings: Sequence[tuple[str, Definition]], current: Definition) -> Iterator[tuple[str, Definition]]:
    digest = versions.digest_of(current)
    yield digest, current
    yield from ((other, definition) for other, definition in wordings if other != digest)


def _columns(definition: Definition) -> Iterator[tuple[str, Column, Option | None]]:
    main = [*cols.LEADING, *cols.answer_columns(definition), *cols.TRAILING]
    for column in main:
        yield from ((MAIN, column, option) for option in _options(column))
    for group in definition.repeats:
        for column in [*cols.ENTRY_LEADING, *cols.item_columns(group)]:
            yield from ((group.column, column, option) for option in _options(column))


def _options(column: Column) -> Sequence[Option | None]:
    """The options that a row each is for: those of a code column; the one that a column of its own stands for."""
    if column.answer and isinstance(column.question, Choice):
        return column.question.options
    return (column.option,)


def _limits(column: Column) -> str:
    if column.holds == "precision":
        return "year, month or day"
    if not column.answer or column.question is None or isinstance(column.question, Score):
        return ""
    return limits(column.question)


def limits(question: Question) -> str:
    """What a question takes as an answer, in a few words."""
    match question:
        case Choice():
            return "one code"
        case Choices():
            most = f"at most {question.max_selected} chosen" if question.max_selected is not None else ""
            alone = f"{question.exclusive} stands alone" if question.exclusive else ""
            return "; ".join(part for part in (most, alone) if part)
        case Text() | LongText() | Email():
            return f"at most {question.max_length:,} characters"
        case Phone():
            digits = f"{question.min_digits} to {question.max_digits} digits"
            return f"{digits}, at most {question.max_length:,} characters, as typed"
        case Integer():
            return f"{question.min} to {question.max}"
        case Scale():
            ends = f"{question.min} = {question.min_label}, {question.max} = {question.max_label}"
            return f"{question.min} to {question.max} ({ends})"
        case Date():
            return "YYYY-MM-DD"
        case PartialDate():
            return "YYYY, YYYY-MM or YYYY-MM-DD"
        case Confirm():
            return "1 or blank"
        case Repeat():
            return f"at most {question.max_entries} entries"
        case _:
            assert_never(question)


def _precision(column: Column) -> str:
    if column.holds != "partial date":
        return "exact to the day" if column.holds == "date" else ""
    return f"As exact as the patient knew it, never completed: see {column.name}_precision. Read this column as text."


def _asked_when(question: Question | Score | None, definition: Definition) -> str:
    if question is None:
        return ""
    if isinstance(question, Score):
        return " and ".join(f"{_name(part, definition)} is answered" for part in question.of)
    extra = "the setting extra_questions is on" if question.tier == "extra" else ""
    setting = f"the setting {question.setting} is on" if question.setting else ""
    shown = ""
    if question.show_if is not None:
        shown = in_words(question.show_if, lambda key: _name(key, definition), inside=bool(extra or setting))
    return " and ".join(part for part in (extra, setting, shown) if part)


def _name(question: str, definition: Definition) -> str:
    return definition.questions[question].column


def _required(asked: Question | None) -> str:
    if asked is None:
        return ""
    return "always" if asked.always else "yes" if asked.required else "no"


def _notes(column: Column, option: Option | None, *, in_entry: bool) -> str:
    if column.question is None:
        return column.note
    if isinstance(column.question, Score):
        return f"{column.question.rule} Blank: not all of them answered."
    ticked = "1: chosen. 0: answered without it." if column.option else ""
    means = _MEANS[option.means] if option else ""
    blank = _BLANK_ITEM if in_entry else _BLANK
    return " ".join(part for part in (column.note, ticked, means, blank) if part)


def _yes(truth: bool) -> str:
    return "yes" if truth else "no"
