"""The patients' room: a Flask application of its own. Nothing here can open an answer that was sent."""

from flask import Flask, request
from werkzeug.wrappers import Response as BaseResponse

from ..doubled import leave_to_questions
from ..overview import views as overview
from ..parts import Parts
from ..room import furnish
from . import coming, drawing, entries, gates, pages, receipt, sending, traps
from .cookies import DraftCookies
from .forms import Forms, all_input_names
from .visit import Room


def create_room(parts: Parts) -> Flask:
    """The patients' application: overview, start, question pages, sending, receipt."""
    app = furnish(parts, "intake", gates.choose)
    app.extensions["intake"] = Room(
        parts=parts,
        cookies=DraftCookies(secure=parts.config.secure),
        forms=Forms(parts.definition.messages),
    )
    leave_to_questions(app, {*all_input_names(parts.definition), "confirmed"})
    overview.stock(app, parts)
    drawing.init_app(app)
    traps.init_app(app)
    for part in (overview, coming, receipt, sending, entries, pages):
        app.register_blueprint(part.blueprint)
    app.register_error_handler(pages.AlreadySent, _to_receipt)
    return app


def _to_receipt(_sent: Exception) -> BaseResponse:
    """Whatever a form that was sent meanwhile is asked to do leads to its receipt."""
    return coming.to_receipt((request.view_args or {})["draft_id"])
