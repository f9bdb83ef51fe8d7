"""A form in progress, as a value: answers, how far the patient came, what they confirmed. Every change is a new value.

What is kept here is everything the patient ever gave; `path` leaves out what the form does not ask any more,
so that changing a filter answer back brings its tail back too.
"""

import hashlib
import json
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any

from . import journey
from .checking import Demand, Problem, Raised, problems_of, warnings_on
from .flags import as_of_day, flags
from .journey import Path, Progress
from .kinds import Answers, Choices, Definition, Entry, Page, Question, Repeat, Value


@dataclass(frozen=True)
class Sent:
    """The patient's own record of what was sent: its reference, the moment (UTC), and the wording it was sent in."""

    reference: str
    at: datetime
    wording: str
    document: Mapping[str, Any]


@dataclass(frozen=True)
class Draft:
    """One form in progress. Times are UTC. `typed` keeps input that was saved unchecked, by page address."""

    settings: Mapping[str, bool]
    language: str
    answers: Answers = field(default_factory=dict)
    continued: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    continued_at: Mapping[str, datetime] = field(default_factory=dict)
    early: bool = False
    confirmed: tuple[Mapping[str, Any], ...] = ()
    typed: Mapping[str, Mapping[str, list[str]]] = field(default_factory=dict)
    sent: Sent | None = None

    @property
    def progress(self) -> Progress:
        """How far the patient came."""
        return Progress(self.continued, self.continued_at, self.early)

    def path(self, definition: Definition, now: datetime) -> Path:
        """The path these answers give now; answers of a page that has lapsed are not kept."""
        return journey.walk(definition, self.lasting(definition, now), self.settings)

    def lasting(self, definition: Definition, now: datetime) -> Answers:
        """The answers that still count: without those of a page that has lapsed."""
        lapsed = {
            question.id
            for page in definition.pages
            if page.fresh_hours and journey.has_lapsed(page, self.progress, now)
            for question in page.questions
        }
        return {key: value for key, value in self.answers.items() if key not in lapsed} if lapsed else self.answers

    def next_page(self, definition: Definition, now: datetime) -> Page:
        """Where the patient goes now: after Continue, after Change, and on coming back.

        On the early way a patient goes back to the check page, and from there on to what follows it.
        """
        path = self.path(definition, now)
        if self.early:
            summary = next(stop for stop in path.stops if stop.page.summary)
            return path.stops[-1].page if journey.counts(summary, self.progress, now) else summary.page
        return journey.next_page(path, self.progress, now)


def digest_of(answers: Mapping[str, Value], question_ids: Iterable[str]) -> str:
    """A short fingerprint of the stored answers to these questions, to notice that they changed meanwhile."""
    stored = {key: answers[key] for key in sorted(question_ids) if key in answers}
    return hashlib.sha256(json.dumps(stored, sort_keys=True).encode()).hexdigest()[:16]


def with_answers(draft: Draft, questions: Iterable[Question], values: Mapping[str, Value]) -> Draft:
    """These questions answered with these values, and left blank where there is none. Groups stay as they are."""
    answers = dict(draft.answers)
    for question in questions:
        if isinstance(question, Repeat):
            continue
        answers.pop(question.id, None)
        if question.id in values:
            answers[question.id] = values[question.id]
    return replace(draft, answers=answers)


def continued_from(draft: Draft, definition: Definition, page: Page, now: datetime) -> Draft:
    """The page joins the pages continued from, with the questions it asks now.

    Whatever comes before the check page takes the check page out, so that the answers are read again.
    """
    stop = draft.path(definition, now).stop(page.id)
    asked = tuple(question.id for question in stop.questions) if stop else ()
    changed = _without_check(draft, definition, page)
    return replace(
        changed,
        continued={**changed.continued, page.id: asked},
        continued_at={**changed.continued_at, page.id: now},
        typed={key: raw for key, raw in changed.typed.items() if key != page.id},
    )


def changed_on(draft: Draft, definition: Definition, page: Page) -> Draft:
    """Something on this page changed without Continue: the check page has to be read again."""
    changed = _without_check(draft, definition, page)
    return replace(changed, typed={key: raw for key, raw in changed.typed.items() if key != page.id})


def _without_check(draft: Draft, definition: Definition, page: Page) -> Draft:
    order = [p.id for p in definition.pages]
    later = {p.id for p in definition.pages if p.summary and order.index(page.id) < order.index(p.id)}
    return replace(draft, continued={key: asked for key, asked in draft.continued.items() if key not in later})


_ENTRY_ID = "bcdfghjkmnpqrstvwxyz23456789"


def new_entry_id() -> str:
    """A random id for an entry: 8 consonants and digits, never used for another."""
    return "".join(secrets.choice(_ENTRY_ID) for _ in range(8))


def is_entry_id(text: str) -> bool:
    """Whether a text has the form of an entry's id; so no word can be smuggled in as one."""
    return len(text) == 8 and set(text) <= set(_ENTRY_ID)


def entries_of(draft: Draft, group: Repeat) -> list[Entry]:
    """The entries of a group, in order of entry."""
    rows = draft.answers.get(group.id)
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def entry(draft: Draft, group: Repeat, row: str) -> Entry | None:
    """The entry with this id, or None."""
    return next((e for e in entries_of(draft, group) if e.get("_id") == row), None)


def with_entry(draft: Draft, group: Repeat, row: str, values: Mapping[str, Value]) -> Draft:
    """The entry with this id holds these values; it is added at the end when there is none yet."""
    changed: Entry = {"_id": row}
    for item, value in values.items():
        changed[item] = [str(code) for code in value] if isinstance(value, list) else value
    rows = entries_of(draft, group)
    known = any(e.get("_id") == row for e in rows)
    kept = [changed if e.get("_id") == row else e for e in rows] if known else [*rows, changed]
    return _with_rows(draft, group, kept)


def without_entry(draft: Draft, group: Repeat, row: str) -> Draft:
    """The entry with this id is gone; removing it twice is no fault."""
    return _with_rows(draft, group, [e for e in entries_of(draft, group) if e.get("_id") != row])


def _with_rows(draft: Draft, group: Repeat, rows: list[Entry]) -> Draft:
    answers = dict(draft.answers)
    answers.pop(group.id, None)
    if rows:
        answers[group.id] = rows
    return replace(draft, answers=answers)


def prefilled_groups(definition: Definition, questions: Iterable[Question]) -> list[Repeat]:
    """The groups that open one entry for each answer given to one of these questions."""
    sources = {question.id for question in questions}
    return [group for group in definition.repeats if group.prefill_from in sources]


def entries_to_remove(draft: Draft, group: Repeat, definition: Definition) -> list[Entry]:
    """Entries whose answer was taken back although they say more than its name: ask before they go."""
    codes = _prefill_codes(draft, group, definition)
    named = {"_id", group.prefill_item}
    return [e for e in entries_of(draft, group) if e.get(group.prefill_item) not in codes and set(e) - named]


def prefill(draft: Draft, group: Repeat, definition: Definition) -> Draft:
    """One entry for every answer given to the question that fills this group; bare entries without one go."""
    codes = _prefill_codes(draft, group, definition)
    rows = [e for e in entries_of(draft, group) if e.get(group.prefill_item) in codes]
    have = {str(e.get(group.prefill_item)) for e in rows}
    added: list[Entry] = [{"_id": new_entry_id(), group.prefill_item: code} for code in codes if code not in have]
    return _with_rows(draft, group, [*rows, *added][: group.max_entries])


def ticked_again(draft: Draft, group: Repeat, definition: Definition) -> Draft:
    """Keep what would have gone: the answers whose entries would have gone are given again, beside the others."""
    source = definition.questions[group.prefill_from]
    if not isinstance(source, Choices):
        return draft
    chosen = {*_prefill_codes(draft, group, definition)}
    chosen |= {str(e[group.prefill_item]) for e in entries_to_remove(draft, group, definition)}
    codes = [option.code for option in source.options if option.code in chosen]
    return replace(draft, answers={**draft.answers, source.id: codes})


def _prefill_codes(draft: Draft, group: Repeat, definition: Definition) -> list[str]:
    source = definition.questions[group.prefill_from]
    codes = draft.answers.get(source.id)
    alone = source.exclusive if isinstance(source, Choices) else ""
    return [str(code) for code in codes if code != alone] if isinstance(codes, list) else []


def unconfirmed(draft: Draft, raised: Iterable[Raised]) -> list[Raised]:
    """The warnings that the patient has not confirmed for just these values."""
    known = [dict(confirmed) for confirmed in draft.confirmed]
    return [warning for warning in raised if warning.as_document() not in known]


def confirm(draft: Draft, raised: Iterable[Raised]) -> Draft:
    """These warnings are confirmed for the values they saw; older confirmations of the same place are replaced."""
    new = [warning.as_document() for warning in raised]
    places = {(str(w["id"]), str(w["row"])) for w in new}
    kept = [w for w in draft.confirmed if (str(w["id"]), str(w["row"])) not in places]
    return replace(draft, confirmed=(*kept, *new))


def problems_on_sending(
    definition: Definition, draft: Draft, now: datetime, today: date
) -> tuple[Page, tuple[Problem, ...]] | None:
    """The first page that keeps this form from being sent, with what is wrong there; None when it can go.

    All that a page asks for is demanded where the patient continued from it, else only what is always demanded.
    A page whose answers lapsed, and which always demands one, counts as wrong.
    """
    path = draft.path(definition, now)
    for stop in path.stops:
        demand = Demand.CONTINUE if journey.counts(stop, draft.progress, now) else Demand.EARLY
        problems = problems_of(definition, stop.questions, path.kept, today, demand)
        if problems:
            return stop.page, problems
    return None


def sent_document(definition: Definition, draft: Draft, draft_id: str, now: datetime, today: date) -> dict[str, Any]:
    """What is sealed and sent: clinical content, section 7. Only answers kept on the path are in it.

    `today` is the clinic's day of sending. The form must have no problems on sending.
    """
    path = draft.path(definition, now)
    left = {page.id for page in journey.not_reached(path, draft.progress, now)}
    raised = warnings_on(definition, (q for stop in path.stops for q in stop.questions), path.kept, today)
    on = [warning.as_document() for warning in raised]
    stamped = now.astimezone(UTC).replace(microsecond=0).isoformat().replace("+00:00", "Z")
    as_of = as_of_day(path.kept, today)
    return {
        "answers": path.kept,
        "continued": [stop.page.id for stop in path.stops if stop.page.id not in left],
        "not_reached": [stop.page.id for stop in path.stops if stop.page.id in left],
        "warnings": [dict(w) for w in draft.confirmed if dict(w) in on],
        "consents": [
            {"id": question.id, "version": question.version, "at": stamped}
            for stop in path.stops
            for question in stop.questions
            if question.version and question.id in path.kept
        ],
        "settings": dict(draft.settings),
        "language": draft.language,
        "draft": draft_id,
        "flags": {
            "version": definition.flags_version,
            "ids": [flag.id for flag in flags(definition, path.kept, as_of, today)],
            "as_of": as_of.isoformat(),
        },
    }


def to_json(draft: Draft) -> bytes:
    """The draft as UTF-8 JSON, to be encrypted."""
    plain = {
        "settings": dict(draft.settings),
        "language": draft.language,
        "answers": draft.answers,
        "continued": {key: list(asked) for key, asked in draft.continued.items()},
        "continued_at": {key: at.isoformat() for key, at in draft.continued_at.items()},
        "early": draft.early,
        "confirmed": [dict(w) for w in draft.confirmed],
        "typed": draft.typed,
    }
    if draft.sent:
        plain["sent"] = {
            "reference": draft.sent.reference,
            "at": draft.sent.at.isoformat(),
            "wording": draft.sent.wording,
            "document": draft.sent.document,
        }
    return json.dumps(plain, ensure_ascii=False, separators=(",", ":")).encode()


def from_json(data: bytes) -> Draft:
    """The draft back from its JSON."""
    plain = json.loads(data)
    sent = plain.get("sent")
    return Draft(
        settings=plain["settings"],
        language=plain["language"],
        answers=plain["answers"],
        continued={key: tuple(asked) for key, asked in plain["continued"].items()},
        continued_at={key: datetime.fromisoformat(at) for key, at in plain["continued_at"].items()},
        early=plain["early"],
        confirmed=tuple(plain["confirmed"]),
        typed=plain["typed"],
        sent=Sent(sent["reference"], datetime.fromisoformat(sent["at"]), sent["wording"], sent["document"])
        if sent
        else None,
    )
