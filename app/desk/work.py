"""Working on a form: acknowledge, move on, take, write beside it. What staff write is sealed, and stays as written."""

from datetime import date

from flask import Blueprint, abort, flash, g, make_response, redirect, request
from flask.typing import ResponseReturnValue

from ..records import submissions, work
from ..records.statuses import NEEDS_INFO, RECEIVED, REVIEWED
from ..records.store import Connection
from ..records.submissions import Listed
from . import brief, filters, queue, sheet
from .access import needs
from .context import desk, me
from .return_to import page_before
from .words import STATUSES
from .work_page import MEASURES, calls_of

blueprint = Blueprint("work", __name__, url_prefix="/submissions/<submission_id>")

LONGEST = 2000
"""Characters of a note."""
NOTHING_WRITTEN = "That was not saved: write something first."
ACKNOWLEDGED_BEFORE = "Somebody else was quicker and acknowledged it. What you wrote is kept as a note."
QUICKER = "Somebody else was quicker. Look at where this form stands now, and do it again if it is still needed."


@blueprint.before_request
def _is_there() -> None:
    """A form that is not here is not found, whatever else is wrong with what was posted."""
    with desk().parts.store.reading() as connection:
        _look_for(connection, (request.view_args or {})["submission_id"])


@blueprint.post("/acknowledge")
@needs("review")
def acknowledge(submission_id: str) -> ResponseReturnValue:
    """Take an urgent form upon oneself, with what was done. The only way out of "Needs attention"."""
    parts, done = desk().parts, _typed("done")
    if not done:
        said = "That was not saved: write what was done, like “Called, sent to the ER”."
        return _back(submission_id, said, to="attention")
    with parts.store.writing() as connection:
        asks = _has_open_question(connection, submission_id)
        first = work.acknowledge(
            connection, parts.keyring.recipients, submission_id, done, who=me().id, now=parts.now()
        )  # fmt: skip
        if first and asks:
            work.move(
                connection,
                submission_id,
                expected=RECEIVED,
                to=NEEDS_INFO,
                who=me().id,
                now=parts.now(),
                today=parts.today(),
            )
        if not first:
            _look_for(connection, submission_id)
            work.write(
                connection,
                parts.keyring.recipients,
                submission_id,
                "note",
                {"text": done},
                who=me().id,
                now=parts.now(),
            )
    said = f"Acknowledged, with what was done.{' Its question is on the call list.' if asks else ''}"
    return _back(submission_id, said if first else ACKNOWLEDGED_BEFORE)


@blueprint.post("/status")
@needs("review")
def move(submission_id: str) -> ResponseReturnValue:
    """Move a form on from where its page showed it; somebody who was quicker is told of."""
    parts, expected, to = desk().parts, request.form.get("expected", ""), request.form.get("to", "")
    if to not in work.STEPS.get(expected, ()):
        abort(400)
    with parts.store.writing() as connection:
        moved = work.move(
            connection, submission_id, expected=expected, to=to, who=me().id, now=parts.now(), today=parts.today()
        )
    return _back(submission_id, f"Now: {STATUSES[to].lower()}." if moved else QUICKER)


@blueprint.post("/reviewed")
@needs("review")
def review(submission_id: str) -> ResponseReturnValue:
    """Mark a form reviewed, and go on to the next one of the list that its reader came from."""
    parts, expected = desk().parts, request.form.get("expected", "")
    if REVIEWED not in work.STEPS.get(expected, ()):
        abort(400)
    chosen = filters.read(request.form, me().id)
    with parts.store.writing() as connection:
        done = _look_for(connection, submission_id)
        onward = queue.next_page(connection, chosen, done)
        moved = work.move(
            connection, submission_id, expected=expected, to=REVIEWED, who=me().id, now=parts.now(), today=parts.today()
        )
    if not moved:
        return _back(submission_id, QUICKER)
    flash(f"{done.id} {done.reference} {expected}", "reviewed")
    return redirect(onward, 303)


@blueprint.post("/undo")
@needs("review")
def undo(submission_id: str) -> ResponseReturnValue:
    """Take "reviewed" back, to where the form stood before."""
    parts, to = desk().parts, request.form.get("to", "")
    if REVIEWED not in work.STEPS.get(to, ()):
        abort(400)
    with parts.store.writing() as connection:
        undone = work.take_back(connection, submission_id, to=to, who=me().id, now=parts.now(), today=parts.today())
    return _back(submission_id, f"Undone. Now: {STATUSES[to].lower()}." if undone else QUICKER)


@blueprint.post("/owner")
@needs("chart")
def take(submission_id: str) -> ResponseReturnValue:
    """Look after a form oneself, or let it go."""
    parts, mine = desk().parts, request.form.get("who") == "me"
    with parts.store.writing() as connection:
        _look_for(connection, submission_id)
        work.take(connection, submission_id, me().id if mine else None, who=me().id, now=parts.now())
    return _back(submission_id, "You look after this form." if mine else "Nobody looks after this form now.")


@blueprint.post("/note")
@needs("chart")
def write_note(submission_id: str) -> ResponseReturnValue:
    """A note for colleagues."""
    return _write(submission_id, "note", {"text": _typed("text")}, "The note is saved.")


@blueprint.post("/question")
@needs("chart")
def ask_patient(submission_id: str) -> ResponseReturnValue:
    """Something to ask the patient on the phone: with it, a form that waits for review needs information."""
    parts, text = desk().parts, _typed("text")
    if not text:
        return _back(submission_id, NOTHING_WRITTEN)
    with parts.store.writing() as connection:
        listed = _look_for(connection, submission_id)
        on_list = work.ask(
            connection, parts.keyring.recipients, listed, text, who=me().id, now=parts.now(), today=parts.today()
        )
    return _back(submission_id, "The question is on the call list." if on_list else "The question is saved.")


@blueprint.post("/question/<question_id>/answer")
@needs("chart")
def write_answer(submission_id: str, question_id: str) -> ResponseReturnValue:
    """What the patient said on the phone: staff's words, beside the patient's own answers and never over them."""
    with desk().parts.store.reading() as connection:
        if not work.is_question(connection, submission_id, question_id):
            abort(404)
    return _write(submission_id, "reply", {"question": question_id, "text": _typed("text")}, "The answer is saved.")


@blueprint.post("/measure")
@needs("review")
def write_measure(submission_id: str) -> ResponseReturnValue:
    """A grade or score that a clinician found, with its day."""
    kind, typed, day = request.form.get("measure", ""), _typed("value"), _typed("on")
    if kind not in MEASURES:
        abort(400)
    label, least, most = MEASURES[kind]
    today = desk().parts.today()
    on = _day(day) if day else today
    if not (typed.isascii() and typed.isdigit()) or not least <= int(typed) <= most:
        return _refused(submission_id, f"That was not saved: {label} is a whole number from {least} to {most}.")
    if on is None or on > today:
        return _refused(submission_id, "That was not saved: write the day like 2026-03-09, and not one in the future.")
    words = {"measure": kind, "value": int(typed), "on": on.isoformat(), "text": label}
    return _write(submission_id, "measure", words, f"{label} is saved.")


def _write(submission_id: str, kind: work.Kind, words: dict[str, object], said: str) -> ResponseReturnValue:
    parts = desk().parts
    if not words["text"]:
        return _back(submission_id, NOTHING_WRITTEN)
    with parts.store.writing() as connection:
        _look_for(connection, submission_id)
        work.write(connection, parts.keyring.recipients, submission_id, kind, words, who=me().id, now=parts.now())
    return _back(submission_id, said)


def _has_open_question(connection: Connection, submission_id: str) -> bool:
    written = work.written(connection, [submission_id], desk().parts.keyring.private_keys)[submission_id]
    return any(not call.replies for call in calls_of(written))


def _typed(name: str) -> str:
    kept = (c if c.isprintable() or c == "\n" else " " for c in request.form.get(name, "").replace("\r\n", "\n"))
    return "".join(kept).strip()[:LONGEST]


def _day(typed: str) -> date | None:
    try:
        return date.fromisoformat(typed)
    except ValueError:
        return None


def _look_for(connection: Connection, submission_id: str) -> Listed:
    return submissions.find(connection, submission_id) or abort(404)


def _back(submission_id: str, said: str, *, to: str = "work") -> ResponseReturnValue:
    """To where the work was done: the brief, the call list, or the page with all answers, within the same list."""
    flash(said)
    return redirect(page_before(submission_id, to), 303)


def _refused(submission_id: str, said: str) -> ResponseReturnValue:
    """The page that it was typed on, with the reason on top and with what was typed."""
    flash(said)
    g.typed = request.form
    view = brief.show if request.form.get("page") == "brief" else sheet.show
    return make_response(view(submission_id), 422)
