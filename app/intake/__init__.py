"""The patients' room: a Flask application of its own. Nothing here can open an answer that was sent."""

from flask import Flask

from ..overview import views as overview
from ..parts import Parts
from ..room import furnish
from . import coming, drawing, entries, pages, receipt, sending
from .cookies import DraftCookies
from .forms import Forms
from .visit import Room


def create_room(parts: Parts) -> Flask:
    """The patients' application: overview, start, question pages, sending, receipt."""
    app = furnish(parts, "intake")
    app.extensions["intake"] = Room(
        parts=parts,
        cookies=DraftCookies(secure=parts.config.secure),
        forms=Forms(parts.definition.messages),
    )
    overview.stock(app, parts)
    drawing.init_app(app)
    for part in (overview, coming, receipt, sending, entries, pages):
        app.register_blueprint(part.blueprint)
    return app
