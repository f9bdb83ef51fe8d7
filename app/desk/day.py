"""The briefs of a day of visits, as one PDF to print: tomorrow's unless another day is chosen."""

from collections.abc import Sequence
from datetime import date, timedelta

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ..outputs.brief_pdf import brief_pdf
from ..outputs.brief_sheet import BriefSheet
from ..records import acts, audit, submissions, visits
from ..records.store import Connection
from ..records.submissions import Listed
from . import brief_sheets, words
from .access import needs
from .context import desk, me

blueprint = Blueprint("day", __name__)

MOST = 100
"""Briefs in one PDF."""
AHEAD = timedelta(days=14)
NO_DAY = "Write the day like 2026-03-09."


@blueprint.get("/day")
@needs("answers")
def show() -> ResponseReturnValue:
    """Whose visits a day has, and the days that have any."""
    parts, today, day = desk().parts, desk().parts.today(), _asked_for()
    with parts.store.reading() as connection:
        rows = visits.on_day(connection, day, MOST + 1) if day else []
        coming = visits.days(connection, today, today + AHEAD)
        people = _people(connection, rows[:MOST])
    with parts.store.writing() as connection:
        audit.note(
            connection, at=parts.now(), room="desk", who=me().id, act="list", record=acts.counted(len(people), "form")
        )
    return render_template(
        "desk/day.html", day=day, problem="" if day else NO_DAY, people=people, more=len(rows) > MOST,
        coming=coming,
    ), 200 if day else 422  # fmt: skip


@blueprint.get("/day.pdf")
@needs("answers")
def as_pdf() -> ResponseReturnValue:
    """The briefs of a day as one PDF, in the order of names. One audit line for each form in it."""
    parts, day = desk().parts, _asked_for()
    if day is None:
        abort(404)
    with parts.store.reading() as connection:
        every = brief_sheets.of(connection, visits.on_day(connection, day, MOST))
    if not every:
        return redirect(url_for("day.show", on=day.isoformat()), 303)
    with parts.store.writing() as connection:
        for submission_id in every:
            audit.note(connection, at=parts.now(), room="desk", who=me().id, act="print", record=submission_id)
    by_name = sorted(
        (one.sheet for one in every.values()), key=lambda sheet: (sheet.brief.banner.name.casefold(), sheet.reference)
    )
    return pdf_of(by_name, f"briefs-{day.isoformat()}.pdf")


def pdf_of(sheets: Sequence[BriefSheet], file_name: str) -> Response:
    """These briefs as a PDF to look at and print. No file name ever names a patient."""
    parts = desk().parts
    printed = words.short_moment(parts.local(parts.now()))
    made = brief_pdf(sheets, parts.config.clinic.name, printed)
    response = Response(made, content_type="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="{file_name}"'
    return response


def _people(connection: Connection, rows: list[Listed]) -> list[tuple[Listed, str]]:
    """Each form with the name on it, in the order of names; a form that does not open comes last, without one."""
    opened = submissions.open_what_opens(connection, rows, desk().parts.keyring.private_keys)
    today = desk().parts.today()
    named = [
        (row, words.person(opened[row.id].document["answers"], today).name if row.id in opened else "") for row in rows
    ]
    return sorted(named, key=lambda one: (not one[1], one[1].casefold(), one[0].received_at))


def _asked_for() -> date | None:
    """The day that the address names, tomorrow when it names none; None when it is no day."""
    typed = request.args.get("on", "")
    try:
        return date.fromisoformat(typed) if typed else desk().parts.today() + timedelta(days=1)
    except ValueError:
        return None
