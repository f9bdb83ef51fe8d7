"""The audit, for the privacy officer: who did what, when, to which record. Looking at it is on record too.

An address holds what was chosen from lists, days, and a reference or an id: nothing about health, and no name.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from flask import Blueprint, Flask, Response, abort, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from .. import codes
from ..outputs.csv_text import BOM, CsvBuffer, guard
from ..parts import Parts
from ..records import acts, audit, audit_lines
from ..records.audit_lines import Entry, Key, Wanted
from ..records.store import Connection
from .access import needs, proved
from .context import desk, me

blueprint = Blueprint("audit", __name__)

PAGE = 50
BATCH = 500
ROOMS = {"intake": "Patients’ room", "desk": "Desk", "work": "Operator or job"}
WORDS = {
    audit.PATIENT: "A patient",
    audit.SYSTEM: "The service itself",
    audit.OPERATOR: "An operator",
    audit.PROVIDER: "The hospital’s sign-in",
    audit.NOBODY: "Nobody known",
}
"""Who acts without an account, in words."""
NO_FORM = "No form that is here has this reference. One that was deleted is found by its id only."
NO_RECORD = "This is neither a reference nor an id: check each letter and number."
NO_DAY = "This is no day. Write it like 2026-03-02."
_COLUMNS = (
    "line", "at", "at_utc", "room", "who", "account", "act", "record", "reference", "chain", "number", "hash",
)  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """What was asked for, as it stands in the form, and what is wrong with it, by the name of its box."""

    typed: dict[str, str]
    wanted: Wanted
    problems: dict[str, str]


@blueprint.get("/audit")
@needs("audit")
def show() -> ResponseReturnValue:
    """One page of lines. Every look writes one line of its own, behind what is shown."""
    parts, before = desk().parts, _key(request.args.get("before", ""))
    with parts.store.reading() as connection:
        accounts = audit_lines.accounts(connection)
        asked = _read(connection, parts, request.args, {staff_id for staff_id, _ in accounts})
        rows = []
        if not asked.problems:
            rows = audit_lines.page(connection, asked.wanted, limit=PAGE + 1, before=before)
    shown = rows[:PAGE]
    if not asked.problems:
        with parts.store.writing() as connection:
            record = acts.counted(len(shown), "line")
            audit.note(connection, at=parts.now(), room="desk", who=me().id, act="audit", record=record)
    page = render_template(
        "desk/audit.html",
        asked=asked,
        lines=shown,
        older=_written(shown[-1]) if len(rows) > PAGE else "",
        is_first=before is None,
        accounts=accounts,
        acts=acts.WORDS,
        rooms=ROOMS,
        people=WORDS,
        chosen={name: text for name, text in asked.typed.items() if text},
    )
    return page, 422 if asked.problems else 200


@blueprint.post("/audit/export")
@needs("audit")
@proved
def download() -> ResponseReturnValue:
    """The chosen lines as CSV, newest first, read while it streams. The line about it is on disk before it begins."""
    parts = desk().parts
    with parts.store.reading() as connection:
        known = {staff_id for staff_id, _ in audit_lines.accounts(connection)}
        asked = _read(connection, parts, request.form, known)
    if asked.problems:
        abort(400)
    with parts.store.writing() as connection:
        audit.note(connection, at=parts.now(), room="desk", who=me().id, act="audit export", record=_said(asked))
    response = Response(_csv(parts, asked.wanted), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="audit-{parts.today().isoformat()}.csv"'
    return response


def init_app(app: Flask) -> None:
    """Give the templates of this room the words for lines."""
    app.jinja_env.filters.update(act=acts.words, who=who, record=record, is_id=is_id)


def who(entry: Entry) -> str:
    """Who acted, by the account's name, or in words."""
    return entry.name or WORDS.get(entry.who, entry.who)


def record(entry: Entry) -> str:
    """What a line is about: a reference, an account, or what stands there."""
    if entry.reference or entry.account:
        return entry.reference or entry.account or ""
    return WORDS.get(entry.record, "") if entry.record in WORDS else entry.record


def is_id(entry: Entry) -> bool:
    """Whether other lines can be about the same record."""
    return bool(entry.reference or entry.account) or _looks_like_id(entry.record)


def _said(asked: Asked) -> str:
    chosen = [name for name, text in asked.typed.items() if text]
    return f"by {', '.join(chosen)}" if chosen else "all lines"


def _read(connection: Connection, parts: Parts, given: MultiDict[str, str], known: set[str]) -> Asked:
    """What is asked for. 404 for what no list of the page offers."""
    typed = {name: _plain(given.get(name, "")) for name in ("who", "act", "room", "record", "from", "to")}
    offered = {"who": known | set(WORDS), "act": set(acts.WORDS), "room": set(ROOMS)}
    if any(typed[name] and typed[name] not in values for name, values in offered.items()):
        abort(404)
    problems: dict[str, str] = {}
    days = {name: _day(typed[name]) for name in ("from", "to")}
    problems |= {name: NO_DAY for name, day in days.items() if typed[name] and day is None}
    about, problem = _record(connection, typed["record"])
    problems |= {"record": problem} if problem else {}
    since, until = days["from"], days["to"]
    wanted = Wanted(
        who=typed["who"],
        act=typed["act"],
        room=typed["room"],
        record=about,
        since=_begin(parts, since) if since else None,
        until=_begin(parts, until + timedelta(days=1)) if until else None,
    )
    return Asked(typed, wanted, problems)


def _plain(text: str) -> str:
    return "".join(c for c in text if c.isprintable()).strip()[:64]


def _record(connection: Connection, typed: str) -> tuple[str, str]:
    """The id that was meant, and what is wrong with it."""
    if not typed:
        return "", ""
    reference = codes.read_reference(typed)
    if reference is not None:
        found = audit_lines.form_of(connection, reference)
        return found or "", "" if found else NO_FORM
    return (typed, "") if _looks_like_id(typed) else ("", NO_RECORD)


def _looks_like_id(text: str) -> bool:
    return len(text) == 32 and all(c in "0123456789abcdef" for c in text)


def _day(typed: str) -> date | None:
    try:
        day = date.fromisoformat(typed)
    except ValueError:
        return None
    return day if 2000 <= day.year < 3000 else None  # what has no next day, or no zone, was never meant


def _begin(parts: Parts, day: date) -> datetime:
    return datetime.combine(day, time(), parts.config.clinic.timezone).astimezone(UTC)


def _csv(parts: Parts, wanted: Wanted) -> Iterator[bytes]:
    """Rows, in batches, each read on a connection of its own."""
    buffer, before = CsvBuffer(), None
    buffer.add(_COLUMNS)
    yield BOM + buffer.take()
    while True:
        with parts.store.reading() as connection:
            batch = audit_lines.page(connection, wanted, limit=BATCH, before=before)
        if not batch:
            return
        for entry in batch:
            buffer.add([guard(cell) for cell in _cells(parts, entry)])
        yield buffer.take()
        before = (batch[-1].at, batch[-1].id)


def _cells(parts: Parts, entry: Entry) -> list[str]:
    hexadecimal = entry.hash.hex() if entry.hash else ""
    return [
        str(entry.id),
        parts.local(entry.at).isoformat(timespec="seconds"),
        entry.at.isoformat(),
        entry.room,
        entry.who,
        entry.name or "",
        entry.act,
        entry.record,
        entry.reference or "",
        entry.chain or "",
        str(entry.seq or ""),
        hexadecimal,
    ]


def _written(entry: Entry) -> str:
    return f"{entry.at.astimezone(UTC).replace(tzinfo=None).isoformat()}Z~{entry.id}"


def _key(text: str) -> Key | None:
    """The key that an address names. 404 when it is none."""
    if not text:
        return None
    moment, _, number = text.partition("~")
    try:
        at = datetime.fromisoformat(moment)
        if at.tzinfo is None or not 0 < int(number) < 2**31:
            abort(404)
        return at.astimezone(UTC), int(number)
    except (ValueError, OverflowError):
        abort(404)
