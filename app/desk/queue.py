"""The queue: what calls for a look, in that order. Rows stand still until their reader asks for others."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any, get_args

from flask import Blueprint, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ..records import acts, audit, queue, submissions
from ..records.queue import Place, Row, SectionName
from ..records.store import Connection
from . import filters
from .access import by_itself, needs
from .context import desk, me
from .filters import Filters
from .rows import Entry, entries_of

blueprint = Blueprint("queue", __name__)

PAGE = 25
MOST_COUNTED = 500
MOST_NEW = 20
TITLES: Mapping[SectionName, str] = {
    "attention": "Needs attention, longest waiting first",
    "visits": "Visits from today on",
    "past": "Past visits, latest first",
    "undated": "No visit date, newest first",
    "received": "Newest first",
}


@blueprint.get("/")
@needs("answers")
def show() -> ResponseReturnValue:
    """One page of the queue. An address holds what was chosen and keys: a section, a day, a time, a random id.

    Every look writes one audit line, which tells how many were shown and not whose.
    """
    parts, chosen, after = desk().parts, filters.read(request.args, me().id), _place(request.args.get("after", ""))
    with parts.store.reading() as connection:
        rows = queue.page(connection, chosen.wanted, parts.today(), limit=PAGE + 1, after=after)
        entries = entries_of(connection, [listed for _, listed in rows[:PAGE]])
        since = _moment(request.args.get("since", "")) or _newest(connection)
        waiting = queue.count_waiting(connection, MOST_COUNTED)
        new = _new(connection, since) if since else ""
    with parts.store.writing() as connection:
        record = acts.counted(len(entries), "form")
        audit.note(connection, at=parts.now(), room="desk", who=me().id, act="list", record=record)
    page = render_template(
        "desk/list.html",
        sections=_sections(rows, entries),
        filters=chosen,
        choices=filters.CHOICES,
        windows=filters.windows(parts.today()),
        older=_written(queue.place_of(*rows[PAGE - 1])) if len(rows) > PAGE else "",
        is_first=after is None,
        waiting=_counted(waiting),
        since=_said(since) if since else "",
        new=new,
        now=parts.now(),
    )
    return page, 422 if chosen.problems else 200


@blueprint.get("/new")
@needs("answers")
@by_itself
def count_new() -> ResponseReturnValue:
    """How many forms came since a moment, in words, for a page that stays open. It shows no form and writes nothing."""
    since = _moment(request.args.get("since", ""))
    with desk().parts.store.reading() as connection:
        return {"new": _new(connection, since) if since else ""}


def next_page(connection: Connection, chosen: Filters, done: submissions.Listed) -> str:
    """Where somebody goes on who is done with a form: to the heading of the next one, or of the list."""
    found = queue.next_after(connection, chosen.wanted, done, desk().parts.today())
    values: dict[str, Any] = {**chosen.chosen, "_anchor": "top"}
    return url_for("brief.show", submission_id=found.id, **values) if found else url_for("queue.show", **values)


def _sections(rows: Sequence[Row], entries: Sequence[Entry]) -> list[tuple[str, list[Entry]]]:
    """What is shown, under the titles of the sections that it stands in."""
    found: dict[str, list[Entry]] = {}
    for (section, _), entry in zip(rows, entries, strict=False):
        found.setdefault(TITLES[section], []).append(entry)
    return list(found.items())


def _newest(connection: Connection) -> datetime | None:
    rows = submissions.newest(connection, limit=1)
    return rows[0].received_at if rows else None


def _new(connection: Connection, since: datetime) -> str:
    count = queue.count_since(connection, since, MOST_NEW + 1)
    if not count:
        return ""
    return f"More than {MOST_NEW} new, show" if count > MOST_NEW else f"{count} new, show"


def _counted(waiting: int) -> str:
    if not waiting:
        return "No form waits for review."
    count = f"{MOST_COUNTED} or more" if waiting == MOST_COUNTED else waiting
    return "1 form waits for review." if waiting == 1 else f"{count} forms wait for review."


def _said(at: datetime) -> str:
    return f"{at.astimezone(UTC).replace(tzinfo=None).isoformat()}Z"


def _written(place: Place) -> str:
    visit = place.visit.isoformat() if place.visit else ""
    return "~".join((place.section, visit, _said(place.received_at), place.id))


def _moment(text: str) -> datetime | None:
    """The moment that an address names. 404 when it is none."""
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text)
        return at.astimezone(UTC) if at.tzinfo is not None else abort(404)
    except (ValueError, OverflowError):
        abort(404)


def _place(text: str) -> Place | None:
    """The place in the queue that an address names. 404 when it is none."""
    if not text:
        return None
    section, _, rest = text.partition("~")
    visit, _, rest = rest.partition("~")
    at, _, submission_id = rest.partition("~")
    moment = _moment(at)
    name = next((name for name in get_args(SectionName) if name == section), None)
    if name is None or moment is None or not submission_id.isalnum() or bool(visit) != (name in ("visits", "past")):
        abort(404)
    try:
        return Place(name, date.fromisoformat(visit) if visit else None, moment, submission_id)
    except ValueError:
        abort(404)
