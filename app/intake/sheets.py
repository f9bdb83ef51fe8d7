"""What a question page shows, worked out before the template draws it: fields, errors, warnings, panels."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

from ..questionnaire import flags
from ..questionnaire.checking import Problem, Raised
from ..questionnaire.conditions import All, Term, blank, terms
from ..questionnaire.draft import Draft
from ..questionnaire.journey import Path
from ..questionnaire.kinds import (
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
    Notice,
    Option,
    Page,
    PartialDate,
    Phone,
    Question,
    Repeat,
    Scale,
    Text,
)
from ..questionnaire.reading import Raw, unread
from ..questionnaire.wording import EntryRow, entry_rows, option_label, question_help, question_text

_KINDS: Mapping[type, str] = {
    Choice: "radios",
    Choices: "checkboxes",
    Text: "line",
    Email: "email",
    Phone: "phone",
    LongText: "lines",
    Date: "date",
    PartialDate: "date",
    Integer: "number",
    Scale: "scale",
    Confirm: "confirm",
    Repeat: "entries",
}


@dataclass(frozen=True)
class Box:
    """One radio or checkbox."""

    id: str
    value: str
    label: str
    checked: bool
    after_or: bool = False


@dataclass(frozen=True, eq=False)
class Field:
    """One question as it is drawn. `focus` is the id of the first thing that can be focused in it.

    `tells_nothing` marks a field whose drawing may be remembered: a list of choices, or an empty box.
    """

    id: str
    kind: str
    text: str
    help: str
    focus: str
    raw: Raw
    optional: bool
    autocomplete: str
    error: str = ""
    boxes: tuple[Box, ...] = ()
    ends: tuple[str, str] = ("", "")
    limit: int = 0
    entries: tuple[EntryRow, ...] = ()
    tells_nothing: bool = False


@dataclass(frozen=True)
class Sheet:
    """One page with its fields. `summary` and `warnings`: (link, sentence) of what is wrong, and what is unlikely."""

    title: str
    intro: str
    fields: tuple[Field, ...]
    summary: tuple[tuple[str, str], ...] = ()
    warnings: tuple[tuple[str, str], ...] = ()
    confirm: tuple[str, ...] = ()
    notices: tuple[Notice, ...] = ()
    notes: tuple[str, ...] = ()
    base: str = ""
    removals: tuple[str, ...] = ()
    theirs: tuple[tuple[str, tuple[str, ...]], ...] = ()
    asked: str = ""
    once_more: bool = False


def page_intro(page: Page, *, helper: bool) -> str:
    """The page's introduction as this reader sees it."""
    return (helper and page.intro_helper) or page.intro


def fields_of(
    questions: Iterable[Question],
    stored: Answers | Entry,
    typed: Mapping[str, Raw] | None,
    problems: Mapping[str, str],
    *,
    helper: bool,
) -> tuple[Field, ...]:
    """The fields of these questions: what was typed if anything was posted, else what is stored."""
    asked = tuple(questions)
    together = _needed_together(asked)
    return tuple(
        _field(q, stored, typed, problems, helper, optional=not q.required and q.id not in together) for q in asked
    )


def _needed_together(questions: Iterable[Question]) -> frozenset[str]:
    """Questions of which one must be answered, though none by itself: it would be wrong to call them optional."""
    return frozenset(
        part.question
        for question in questions
        for check in question.checks
        if isinstance(check.when, All) and all(isinstance(p, Term) and p == blank(p.question) for p in check.when.parts)
        for part in terms(check.when)
    )


def _field(
    question: Question,
    stored: Answers | Entry,
    typed: Mapping[str, Raw] | None,
    problems: Mapping[str, str],
    helper: bool,
    *,
    optional: bool,
) -> Field:
    value = stored.get(question.id)
    error = problems.get(question.id, "")
    if isinstance(question, Repeat):
        return _built(question, (), helper, optional, error, entry_rows(question, value, helper=helper))
    raw = typed.get(question.id, ()) if typed is not None else unread(question, value)
    if error or not (isinstance(question, _LISTS) or not any(raw)):
        return _built(question, raw, helper, optional, error)
    return _remembered(question, raw, helper, optional)


_LISTS = Choice | Choices | Scale | Confirm
_MOST = 5000
_known: dict[tuple[int, Raw, bool, bool], tuple[Question, Field]] = {}


def _remembered(question: Question, raw: Raw, helper: bool, optional: bool) -> Field:
    """A field that is the same for every patient who answered so (or not at all): worked out once."""
    key = (id(question), raw, helper, optional)
    found = _known.get(key)
    if found is None or found[0] is not question:
        if len(_known) >= _MOST:
            _known.clear()
        found = _known[key] = (question, replace(_built(question, raw, helper, optional, ""), tells_nothing=True))
    return found[1]


def _built(
    question: Question, raw: Raw, helper: bool, optional: bool, error: str, entries: tuple[EntryRow, ...] = ()
) -> Field:
    boxes = _boxes(question, raw, helper)
    return Field(
        id=question.id,
        kind=_KINDS[type(question)],
        text=question_text(question, helper=helper),
        help=question_help(question, helper=helper),
        focus=_focus(question, boxes),
        raw=raw,
        optional=optional,
        autocomplete="" if helper and question.text_helper else question.autocomplete,
        error=error,
        boxes=boxes,
        ends=(question.min_label, question.max_label) if isinstance(question, Scale) else ("", ""),
        limit=question.max_length if isinstance(question, LongText) else 0,
        entries=entries,
    )


def _focus(question: Question, boxes: tuple[Box, ...]) -> str:
    if boxes:
        return boxes[0].id
    return f"{question.id}-month" if isinstance(question, Date | PartialDate) else question.id


def _boxes(question: Question, raw: Raw, helper: bool) -> tuple[Box, ...]:
    if isinstance(question, Choice | Choices):
        alone = question.exclusive if isinstance(question, Choices) else ""
        return tuple(_box(question, option, raw, alone, helper) for option in question.options)
    if isinstance(question, Scale):
        numbers = range(question.min, question.max + 1)
        return tuple(Box(f"{question.id}-{n}", str(n), str(n), str(n) in raw) for n in numbers)
    return ()


def _box(question: Item, option: Option, raw: Raw, alone: str, helper: bool) -> Box:
    label = option_label(option, helper=helper)
    return Box(f"{question.id}-{option.code}", option.code, label, option.code in raw, option.code == alone)


def summary_of(fields: Sequence[Field]) -> tuple[tuple[str, str], ...]:
    """The error summary: one link for each field that has something wrong."""
    return tuple((f.focus, f.error) for f in fields if f.error)


def unlikely(raised: Iterable[Raised], fields: Sequence[Field]) -> tuple[tuple[str, str], ...]:
    """What to look at again: one link for each warning, to the box it is about."""
    focus = {f.id: f.focus for f in fields}
    return tuple((focus.get(r.item) or focus.get(r.question, ""), r.warning.text) for r in raised)


def by_question(problems: Iterable[Problem], group: str = "") -> dict[str, str]:
    """Sentences by question id, or by item id when `group` names a repeating group."""
    found: dict[str, str] = {}
    for problem in problems:
        found.setdefault(problem.item if group else problem.question, problem.sentence)
    return found


def confirmations(raised: Iterable[Raised]) -> tuple[str, ...]:
    """What the button "It is right" posts: each warning's id with a fingerprint of the values it saw."""
    return tuple(f"{r.warning.id}:{fingerprint(r)}" for r in raised)


def fingerprint(raised: Raised) -> str:
    """A short digest of the values a warning saw: a confirmation of other values does not count."""
    seen = json.dumps(raised.as_document(), sort_keys=True)
    return sha256(seen.encode()).hexdigest()[:16]


def panels_on(definition: Definition, draft: Draft, path: Path, page: Page) -> tuple[Notice, ...]:
    """The notices that stand on top of this page: those due after the pages since the one before it.

    On the check page every notice stands, also the one that has a page of its own.
    """
    due = flags.notices(definition, path.kept)
    if not due or page.summary:
        return due
    order = [p.id for p in definition.pages]
    stop = path.stop(page.id)
    index = path.stops.index(stop) if stop else 0
    since = order.index(path.stops[index - 1].page.id) if index else 0
    here = order.index(page.id)
    return tuple(n for n in due if not n.stop_page and since <= order.index(n.after_page) < here)
