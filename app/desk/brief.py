"""The one-page brief of a form: on screen and paper, as text for the chart. Every look writes one audit line."""

from typing import Any

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from ..likeness import Known
from ..outputs import timeline_figure
from ..outputs.brief_text import sheet_as_text
from ..questionnaire.brief import all_rules
from ..questionnaire.brief.concerns import LEVEL_WORDS
from ..records import audit, submissions
from ..records.acts import Act
from ..records.store import Connection
from ..records.submissions import Listed
from . import brief_sheets, filters, people, words, work_page
from .access import needs
from .brief_sheets import Ready
from .context import desk, me
from .day import pdf_of

blueprint = Blueprint("brief", __name__)


@blueprint.get("/submissions/<submission_id>/brief")
@needs("answers")
def show(submission_id: str) -> ResponseReturnValue:
    """The brief, with the work on the form below it."""
    with desk().parts.store.reading() as connection:
        listed, ready = _found(connection, submission_id)
        around = _around(connection, listed, ready) if ready else {}
    _note(listed, "look")
    if ready is None:
        return _closed(listed)
    sheet, shown = ready.sheet, ready.sheet.brief
    return render_template(
        "desk/brief.html",
        listed=listed,
        sheet=sheet,
        brief=shown,
        figure=Markup(timeline_figure.svg(shown.timeline) if shown.timeline else ""),  # noqa: S704 (escaped there)
        legend=timeline_figure.LEGEND,
        chart=sheet.chart,
        chosen=filters.read(request.values, me().id).chosen,
        urgent=(),  # the first block and the list of flags name them
        rules=shown.draft,
        numbers={rule.id: number for number, rule in enumerate(shown.rules, start=1)},
        **around,
    )


@blueprint.get("/submissions/<submission_id>/brief.pdf")
@needs("answers")
def as_pdf(submission_id: str) -> ResponseReturnValue:
    """The brief as a PDF of one page, and its appendix."""
    listed, ready = _opened(submission_id, "print")
    return pdf_of([ready.sheet], f"brief-{listed.reference}.pdf") if ready else _closed(listed)


@blueprint.get("/submissions/<submission_id>/text")
@needs("answers")
def show_text(submission_id: str) -> ResponseReturnValue:
    """The brief as `label: value` lines to copy into a chart."""
    listed, ready = _opened(submission_id, "text")
    if ready is None:
        return _closed(listed)
    text = sheet_as_text(ready.sheet)
    return render_template(
        "desk/brief_text.html",
        listed=listed,
        sheet=ready.sheet,
        text=text,
        chosen=filters.read(request.args, me().id).chosen,
    )


@blueprint.get("/rules")
@needs("answers")
def show_rules() -> ResponseReturnValue:
    """Every rule behind a flag or a derived statement, in words. It shows nothing of anybody."""
    definition = desk().parts.definition
    flags = {flag.id: flag for flag in definition.flags}
    every = all_rules(definition)
    return render_template(
        "desk/rules.html",
        flags=[(rule, flags[rule.id]) for rule in every if rule.id in flags],
        levels=definition.levels,
        others=[rule for rule in every if rule.id not in flags],
        level_words=LEVEL_WORDS,
        draft=words.flag_rules(definition),
    )


def _opened(submission_id: str, act: Act) -> tuple[Listed, Ready | None]:
    """A form and its brief, with the look on record; 404 when there is no such form."""
    with desk().parts.store.reading() as connection:
        listed, ready = _found(connection, submission_id)
    _note(listed, act)
    return listed, ready


def _found(connection: Connection, submission_id: str) -> tuple[Listed, Ready | None]:
    listed = submissions.find(connection, submission_id)
    if listed is None:
        abort(404)
    return listed, brief_sheets.of(connection, [listed]).get(listed.id)


def _around(connection: Connection, listed: Listed, ready: Ready) -> dict[str, Any]:
    """What stands below the brief: the work on the form, and other forms of its person."""
    known = Known(ready.answers, ready.sheet.chart)
    return {
        **work_page.shown(connection, listed, ready.sheet.phone, ready.written, ready.names),
        **people.shown(connection, listed, known, ready.said),
    }


def _note(listed: Listed, act: Act) -> None:
    parts = desk().parts
    with parts.store.writing() as connection:
        audit.note(connection, at=parts.now(), room="desk", who=me().id, act=act, record=listed.id)


def _closed(listed: Listed) -> ResponseReturnValue:
    return render_template("desk/closed.html", listed=listed, history=(), most=0, chosen={})
