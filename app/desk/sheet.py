"""One form in full, in the words and the order its patient saw. Every look writes one audit line."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from ..finding import chart_form
from ..likeness import Known
from ..records import audit, audit_lines, charts, submissions, work
from ..records.audit_lines import Wanted
from ..records.store import Connection
from ..records.submissions import Opened
from . import filters, people, words, work_page
from .access import needs
from .context import desk, me
from .reading import read
from .return_to import form_page
from .rows import urgent_flags

blueprint = Blueprint("sheet", __name__)

MOST_LINES = 20


@blueprint.get("/submissions/<submission_id>")
@needs("answers")
def show(submission_id: str) -> ResponseReturnValue:
    """The whole form; with `?all=1` also the questions that were not asked."""
    parts = desk().parts
    keys = parts.keyring.private_keys
    with parts.store.reading() as connection:
        listed = submissions.find(connection, submission_id)
        if listed is None:
            abort(404)
        opened = submissions.open_what_opens(connection, [listed], keys).get(listed.id)
        chart = charts.numbers(connection, [listed.id], keys).get(listed.id, "")
    with parts.store.writing() as connection:
        audit.note(connection, at=parts.now(), room="desk", who=me().id, act="look", record=listed.id)
    with parts.store.reading() as connection:  # behind the line of this look, which is one of them
        history = audit_lines.page(connection, Wanted(record=listed.id), limit=MOST_LINES + 1)
        around = _around(connection, opened, chart) if opened else {}
    chosen = filters.read(request.values, me().id).chosen
    if opened is None:
        return render_template("desk/closed.html", listed=listed, history=history, most=MOST_LINES, chosen=chosen)
    definition, everything = opened.definition, request.args.get("all") == "1"
    sent_on = parts.local(listed.received_at).date()
    return render_template(
        "desk/sheet.html",
        listed=listed,
        definition=definition,
        person=words.person(opened.document["answers"], parts.today()),
        reading=read(definition, opened.document, sent_on, everything=everything),
        everything=everything,
        urgent=urgent_flags(definition, opened),
        rules=words.flag_rules(definition),
        chart=chart,
        history=history,
        most=MOST_LINES,
        chosen=chosen,
        **around,
    )


def _around(connection: Connection, opened: Opened, chart: str) -> dict[str, Any]:
    """What stands beside the answers: the work on the form, and other forms of its person."""
    listed, answers = opened.listed, opened.document["answers"]
    written = work.written(connection, [listed.id], desk().parts.keyring.private_keys)[listed.id]
    names = dict(audit_lines.accounts(connection))
    return {
        **work_page.shown(connection, listed, words.phone(answers), written, names),
        **people.shown(connection, listed, Known(answers, chart), people.said_of(connection, listed)),
    }


@blueprint.post("/submissions/<submission_id>/chart")
@needs("chart")
def give_chart_number(submission_id: str) -> ResponseReturnValue:
    """Write the clinic's chart number beside a form; it is then found by it. An empty box takes it away."""
    parts = desk().parts
    number = "".join(c if c.isprintable() else " " for c in request.form.get("chart", "")).strip()
    with parts.store.writing() as connection:
        listed = submissions.find(connection, submission_id)
        if listed is None:
            abort(404)
        if number and not (chart_form(number) and len(number) <= charts.LONGEST):
            flash(f"That was not saved: a chart number has a digit in it and at most {charts.LONGEST} characters.")
        else:
            charts.give(connection, parts.keyring.recipients, listed.id, number, who=me().id, now=parts.now())
            others = people.of_chart(connection, listed, number)
            also = f" It also stands on {' and '.join(one.reference for one in others)}." if others else ""
            flash(f"The chart number is saved.{also}" if number else "The chart number is taken away.")
    return redirect(form_page(listed.id), 303)
