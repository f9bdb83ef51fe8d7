"""The list of forms: those that need attention above, the rest below, newest first, opening only what is shown."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue

from ..questionnaire import journey
from ..questionnaire.flags import as_of_day, flags
from ..questionnaire.kinds import Definition, Flag
from ..records import acts, audit, submissions, wordings
from ..records.store import Connection
from ..records.submissions import ATTENTION, Listed, Opened
from . import words
from .access import needs
from .context import desk, me
from .words import Person

blueprint = Blueprint("queue", __name__)

PAGE = 25
Key = tuple[datetime, str]


@dataclass(frozen=True)
class Entry:
    """One form of the list. `person` is None when it does not open with the key of this desk."""

    listed: Listed
    person: Person | None = None
    side: str = ""
    urgent: tuple[Flag, ...] = ()
    rules: str = ""


@dataclass(frozen=True)
class Section:
    """The forms of one part of the list, and the key of the last one when there are older ones."""

    entries: tuple[Entry, ...]
    older: str

    @property
    def rules(self) -> str:
        """What must be said of the rules behind the flags shown here."""
        return next((entry.rules for entry in self.entries if entry.rules), "")


@blueprint.get("/")
@needs("answers")
def show() -> ResponseReturnValue:
    """One page of the list. An address holds only keys: a received time and a random id.

    Every look writes one audit line, which tells how many were shown and not whose.
    """
    parts, before, attention_before = desk().parts, _key("before"), _key("attention")
    with parts.store.reading() as connection:
        rows = submissions.newest(connection, limit=PAGE + 1, before=before, besides=ATTENTION)
        calls: list[Listed] = []
        if before is None:
            calls = submissions.newest(connection, limit=PAGE + 1, before=attention_before, status=ATTENTION)
        attention, rest = _section(connection, calls), _section(connection, rows)
    with parts.store.writing() as connection:
        record = acts.counted(len(attention.entries) + len(rest.entries), "form")
        audit.note(connection, at=parts.now(), room="desk", who=me().id, act="list", record=record)
    return render_template(
        "desk/list.html", attention=attention, rest=rest, is_first=before is None and attention_before is None
    )


def urgent_flags(definition: Definition, opened: Opened) -> tuple[Flag, ...]:
    """The urgent flags of a form, worked out again; one that was raised on sending never fades."""
    document = opened.document
    kept = journey.walk(definition, document["answers"], document["settings"]).kept
    sent_on = desk().parts.local(opened.listed.received_at).date()
    raised = {flag.id for flag in flags(definition, kept, as_of_day(kept, sent_on), sent_on)}
    raised |= set(document["flags"]["ids"])
    return tuple(flag for flag in definition.flags if flag.level == "urgent" and flag.id in raised)


def _section(connection: Connection, rows: Sequence[Listed]) -> Section:
    return Section(entries_of(connection, rows[:PAGE]), _written(rows[PAGE - 1]) if len(rows) > PAGE else "")


def entries_of(connection: Connection, rows: Sequence[Listed]) -> tuple[Entry, ...]:
    """These submissions, opened, as a list shows them, in the same order."""
    opened = submissions.open_what_opens(connection, rows, desk().parts.keyring.private_keys)
    known = {digest: wordings.load(connection, digest) for digest in {row.wording for row in rows}}
    return tuple(_entry(known[row.wording], row, opened.get(row.id)) for row in rows)


def _entry(definition: Definition, listed: Listed, opened: Opened | None) -> Entry:
    if opened is None:
        return Entry(listed)
    answers = opened.document["answers"]
    return Entry(
        listed,
        words.person(answers, desk().parts.today()),
        words.side(definition, answers),
        urgent_flags(definition, opened) if listed.status == ATTENTION else (),
        words.flag_rules(definition),
    )


def _written(row: Listed) -> str:
    return f"{row.received_at.astimezone(UTC).replace(tzinfo=None).isoformat()}Z~{row.id}"


def _key(name: str) -> Key | None:
    """The key that an address names. 404 when it is none."""
    text = request.args.get(name, "")
    if not text:
        return None
    moment, _, submission_id = text.partition("~")
    try:
        at = datetime.fromisoformat(moment)
        if at.tzinfo is None or not submission_id.isalnum():
            abort(404)
        return at.astimezone(UTC), submission_id
    except (ValueError, OverflowError):
        abort(404)
