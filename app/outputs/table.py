"""The exported tables: one row a submission, and for each repeating group a table with one row an entry.

Columns: our own, every question of the current definition in its order, its scores, then what only older wordings
asked in their old order, then flags, warnings and states. A value of an old wording goes to its own column.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from ..questionnaire.holding import with_scores
from ..questionnaire.kinds import Definition, Question, Repeat
from . import columns as cols
from .columns import Column
from .states import States

WORDING_LETTERS = 12
"""So much of a wording's digest stands in tables and codebook: enough to tell any two apart."""
MAIN = "submissions"
RESERVED = frozenset({MAIN, "codebook"})


@dataclass(frozen=True)
class ExportRow:
    """One submission as it is exported: its clear columns and its sent document (clinical content, section 7).

    `received_at` is in the clinic's zone. `visit_date` is the clear column; the tables take it from the answers.
    Without a document (it did not open) the row says so by having our own first columns only, and no states.
    """

    id: str
    reference: str
    received_at: datetime
    status: str
    visit_date: date | None
    revision: int
    wording: str
    document: Mapping[str, Any] | None


@dataclass(frozen=True)
class Sheet:
    """One table: its name (the file is called after it) and its columns."""

    name: str
    columns: tuple[Column, ...]

    @property
    def header(self) -> tuple[str, ...]:
        """The names of the columns, in order."""
        return tuple(column.name for column in self.columns)


@dataclass(frozen=True)
class Rows:
    """What one submission gives: a row for the main table, and rows by the name of the group's table."""

    main: list[str]
    entries: Sequence[tuple[str, list[str]]]


Fill = Callable[[list[str], Any], None]


class Tables:
    """The tables of one export. Raises ValueError when two columns or files would share a name."""

    def __init__(self, wordings: Sequence[tuple[str, Definition]], current: Definition) -> None:
        definitions = [current, *(definition for _, definition in wordings)]
        answers = cols.union([cols.answer_columns(definition) for definition in definitions])
        self.main = Sheet(MAIN, cols.union([[*cols.LEADING, *answers, *cols.TRAILING]]))
        self.groups = _group_sheets(definitions)
        self._definitions = dict(wordings)
        self._unknown = replace(current, version="")
        self._encoders: dict[str, _Encoder] = {}

    @property
    def sheets(self) -> tuple[Sheet, ...]:
        """The main table, then one for each repeating group."""
        return (self.main, *self.groups)

    def rows(self, submission: ExportRow) -> Rows:
        """The cells of one submission. Raises LookupError when its wording was not given.

        One without a document has no answers to put in its wording: its row then names no version.
        """
        encoder = self._encoders.get(submission.wording)
        if encoder is None:
            definition = self._definitions.get(submission.wording)
            if definition is None and submission.document is None:
                definition = self._unknown
            if definition is None:
                raise LookupError(f"submission {submission.id} points at an unknown wording, {submission.wording}")
            encoder = _Encoder(definition, self.main, self.groups)
            self._encoders[submission.wording] = encoder
        return encoder.rows(submission)


def _group_sheets(definitions: Sequence[Definition]) -> tuple[Sheet, ...]:
    parts: dict[str, list[list[Column]]] = {}
    ids: dict[str, str] = {}
    for definition in definitions:
        for group in definition.repeats:
            if group.column in RESERVED or ids.setdefault(group.column, group.id) != group.id:
                raise ValueError(f"the file {group.column}.csv would hold two different things")
            parts.setdefault(group.column, []).append(cols.item_columns(group))
    return tuple(
        Sheet(name, cols.union([[*cols.ENTRY_LEADING, *cols.union(columns)]])) for name, columns in parts.items()
    )


def _fill(question: Question, source: str, places: Mapping[str, int]) -> Fill:
    """A closure that writes a stored value into a row."""
    written = cols.written(question, source)
    cells = written.cells
    at = [places[column.name] for column in written.columns]
    if len(at) == 1:
        place = at[0]

        def fill_one(row: list[str], value: Any) -> None:
            row[place] = cells(value)[0]

        return fill_one
    if at == list(range(at[0], at[0] + len(at))):
        run = slice(at[0], at[0] + len(at))

        def fill_run(row: list[str], value: Any) -> None:
            row[run] = cells(value)

        return fill_run

    def fill(row: list[str], value: Any) -> None:
        for place, cell in zip(at, cells(value), strict=True):
            row[place] = cell

    return fill


class _Encoder:
    """Everything about one wording that does not change from row to row."""

    def __init__(self, definition: Definition, main: Sheet, groups: Sequence[Sheet]) -> None:
        places = {name: place for place, name in enumerate(main.header)}
        questions = definition.questions
        self._definition = definition
        self._states = States(definition)
        self._blank = [""] * len(main.columns)
        self._tail = places[cols.TRAILING[0].name]
        self._fills = {key: _fill(question, key, places) for key, question in questions.items()}
        self._consents = {
            key: tuple(places[column.name] for column in cols.consent_columns(question))
            for key, question in questions.items()
            if question.version
        }
        self._scores = [(score.id, places[score.column]) for score in definition.scores]
        sheets = {sheet.name: sheet for sheet in groups}
        self._groups = [_GroupEncoder(group, sheets[group.column]) for group in definition.repeats]

    def rows(self, submission: ExportRow) -> Rows:
        document = submission.document
        row = self._blank.copy()
        row[: len(cols.LEADING)] = self._leading(submission, document)
        if document is None:
            return Rows(row, ())
        told = self._states.told(document)
        fills = self._fills
        for key, value in told.kept.items():
            fills[key](row, value)
        for consent in document["consents"]:
            for place, said in zip(self._consents.get(consent["id"], ()), ("version", "at"), strict=False):
                row[place] = consent[said]
        self._fill_scores(row, told.kept)
        flags = document["flags"]
        row[self._tail :] = (
            " ".join(flags["ids"]),
            flags["version"],
            flags["as_of"],
            " ".join(dict.fromkeys(warning["id"] for warning in document["warnings"])),
            " ".join(told.not_asked),
            " ".join(told.not_reached),
            " ".join(told.skipped),
        )
        entries = [pair for group in self._groups for pair in group.rows(submission, told.kept)]
        return Rows(row, entries)

    def _leading(self, submission: ExportRow, document: Mapping[str, Any] | None) -> tuple[str, ...]:
        opened = (document["language"], "1" if document["not_reached"] else "0") if document is not None else ("", "")
        return (
            submission.id,
            submission.reference,
            submission.received_at.isoformat(timespec="seconds"),
            submission.status,
            str(submission.revision),
            submission.wording[:WORDING_LETTERS],
            self._definition.version,
            *opened,
        )

    def _fill_scores(self, row: list[str], kept: dict[str, Any]) -> None:
        scored = with_scores(self._definition, kept)
        for key, place in self._scores:
            if key in scored:
                row[place] = str(scored[key])


class _GroupEncoder:
    """One repeating group of one wording."""

    def __init__(self, group: Repeat, sheet: Sheet) -> None:
        places = {name: place for place, name in enumerate(sheet.header)}
        self._id = group.id
        self._name = sheet.name
        self._blank = [""] * len(sheet.columns)
        self._fills = {item.id: _fill(item, cols.item_source(group, item), places) for item in group.items}

    def rows(self, submission: ExportRow, kept: Mapping[str, Any]) -> list[tuple[str, list[str]]]:
        found: list[tuple[str, list[str]]] = []
        for number, entry in enumerate(cols.entries_in(kept.get(self._id)), start=1):
            row = self._blank.copy()
            row[: len(cols.ENTRY_LEADING)] = (
                submission.id,
                submission.reference,
                str(number),
                str(entry.get("_id", "")),
            )
            for key, value in entry.items():
                if key in self._fills:
                    self._fills[key](row, value)
            found.append((self._name, row))
        return found
