"""A sent document read back for staff: each question with its state, its answer, and what is unlikely about it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any

from ..questionnaire import journey, wording
from ..questionnaire.checking import Raised, warnings_on
from ..questionnaire.kinds import Answers, Definition, Page, Part, Question, Repeat, Scale
from ..questionnaire.wording import EntryRow, Row, Section, State

KEPT = "Unlikely value, kept by the patient:"
NOT_CONFIRMED = "Unlikely value, not confirmed by the patient:"


@dataclass(frozen=True)
class Entry:
    """One entry of a repeating group, numbered in order of entry.

    `cells` has a word for every head of the table, empty where its patient left one out; `warnings` say what is
    unlikely, each with the head it belongs to.
    """

    number: int
    cells: tuple[str, ...]
    warnings: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Table:
    """The entries of a repeating group, under the questions that each of them was asked."""

    heads: tuple[str, ...]
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class Line:
    """One question. `state` is the word for it when there is no plain answer; `ends` explains a scale.

    A plain no has no such word: the patient's own ("None of these", "I do not drive") says it.
    """

    text: str
    row: Row
    state: str
    ends: str
    table: Table | None
    warnings: tuple[str, ...]


@dataclass(frozen=True)
class Block:
    """One page of the form. `reached` is false when the patient did not continue from it."""

    page: Page
    intro: str
    reached: bool
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Chapter:
    """One part of the form."""

    part: Part
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Consent:
    """Something the patient agreed to: the version of its words, and when."""

    label: str
    version: str
    at: datetime


@dataclass(frozen=True)
class Reading:
    """A whole form. `not_reached` lists the pages not finished by a patient who sent it early."""

    filled_in_by: str
    chapters: tuple[Chapter, ...]
    not_reached: tuple[Page, ...]
    consents: tuple[Consent, ...]


@dataclass(frozen=True)
class _Form:
    definition: Definition
    kept: Answers
    helper: bool
    reached: frozenset[str]
    warnings: tuple[Raised, ...]
    confirmed: tuple[Mapping[str, Any], ...]


def read(definition: Definition, document: Mapping[str, Any], sent_on: date, *, everything: bool) -> Reading:
    """The form in the wording that its patient saw; with `everything`, questions that were not asked come too."""
    path = journey.walk(definition, document["answers"], document["settings"])
    form = _Form(
        definition=definition,
        kept=path.kept,
        helper=wording.is_helper(path.kept),
        reached=frozenset(document["continued"]),
        warnings=warnings_on(definition, (q for stop in path.stops for q in stop.questions), path.kept, sent_on),
        confirmed=tuple(document["warnings"]),
    )
    sections = wording.read_back(definition, path.kept, path.asked, form.reached, everything=everything)
    return Reading(
        filled_in_by=_filled_in_by(form),
        chapters=tuple(_chapter(form, section) for section in sections),
        not_reached=tuple(definition.page_by_id[key] for key in document["not_reached"]),
        consents=tuple(_consents(definition, document)),
    )


def _filled_in_by(form: _Form) -> str:
    """Like: Raj Nair (Husband, wife, or partner), I am helping the patient. Nothing when nobody said."""
    said = {key: _said(form, key) for key in ("filled_by", "helper_name", "helper_relation")}
    if not form.helper:
        return said["filled_by"]
    who = said["helper_name"] or "Name not given"
    relation = f" ({said['helper_relation']})" if said["helper_relation"] else ""
    return f"{who}{relation}: “{said['filled_by']}”"


def _said(form: _Form, key: str) -> str:
    question, value = form.definition.questions.get(key), form.kept.get(key)
    if question is None or isinstance(question, Repeat) or value is None:
        return ""
    return ", ".join(wording.say(question, value, helper=form.helper))


def _chapter(form: _Form, section: Section) -> Chapter:
    by_page = groupby(section.rows, key=lambda row: row.page)
    return Chapter(section.part, tuple(_block(form, page, tuple(rows)) for page, rows in by_page))


def _block(form: _Form, page: Page, rows: tuple[Row, ...]) -> Block:
    on_path = any(row.state is not State.NOT_ASKED for row in rows)
    return Block(
        page=page,
        intro=(form.helper and page.intro_helper) or page.intro,
        reached=page.id in form.reached or not on_path,
        lines=tuple(_line(form, row) for row in rows),
    )


def _line(form: _Form, row: Row) -> Line:
    question = row.question
    return Line(
        text=wording.question_text(question, helper=form.helper),
        row=row,
        state=state_word(form.definition, row.state),
        ends=_ends(question) if row.words else "",
        table=_table(form, question, row.entries) if isinstance(question, Repeat) and row.entries else None,
        warnings=_warnings(form, question.id),
    )


def state_word(definition: Definition, state: State) -> str:
    """The word for a state in which there is no plain answer; nothing for the others."""
    words = definition.states
    return {
        State.NOT_SURE: words.not_sure,
        State.SKIPPED: words.skipped,
        State.NOT_REACHED: words.not_reached,
        State.NOT_ASKED: words.not_asked,
    }.get(state, "")


def _ends(question: Question) -> str:
    if not isinstance(question, Scale):
        return ""
    return f"from “{question.min_label}” to “{question.max_label}”"


def _table(form: _Form, group: Repeat, rows: tuple[EntryRow, ...]) -> Table:
    return Table(
        heads=tuple(wording.question_text(item, helper=form.helper) for item in group.items),
        entries=tuple(_entry(form, group, row) for row in rows),
    )


def _entry(form: _Form, group: Repeat, row: EntryRow) -> Entry:
    said = {item.id: words for item, words in row.lines}
    return Entry(
        number=row.number,
        cells=tuple(said.get(item.id, "") for item in group.items),
        warnings=tuple(
            (wording.question_text(item, helper=form.helper), warning)
            for item in group.items
            for warning in _warnings(form, group.id, row.id, item.id)
        ),
    )


def _warnings(form: _Form, question: str, row: str | None = None, item: str = "") -> tuple[str, ...]:
    return tuple(
        f"{KEPT if raised.as_document() in form.confirmed else NOT_CONFIRMED} “{raised.warning.text}”"
        for raised in form.warnings
        if (raised.question, raised.row, raised.item) == (question, row, item)
    )


def _consents(definition: Definition, document: Mapping[str, Any]) -> Iterator[Consent]:
    for consent in document["consents"]:
        question = definition.questions.get(consent["id"])
        label = question.brief if question else consent["id"]
        yield Consent(label, consent["version"], datetime.fromisoformat(consent["at"]))
