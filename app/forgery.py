"""Cross-site request forgery: every POST of both rooms is checked here, before its view.

The token lives in the session cookie and has no clock in it, so a page left open for a day still posts. A POST that
fails is refused, except at views marked `keeps_answers`: those are called with `g.forged` set, and show the page again
as it was filled in, with a fresh token, having stored nothing.
"""

from collections.abc import Callable
from typing import TypeVar

from flask import Flask, g, request
from flask_wtf.csrf import generate_csrf, validate_csrf
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge
from wtforms import ValidationError

from . import logs

View = TypeVar("View", bound=Callable[..., object])

FIELD = "csrf_token"
_MOST_FIELDS = 1000
MOST_BYTES = 512 * 1024
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_OWN_PAGES = frozenset({"same-origin", "none"})
_keeping: set[str] = set()
_open: set[str] = set()


def keeps_answers(view: View) -> View:
    """Mark a view that shows its page again, filled in, when the token is missing or stale (`g.forged`)."""
    _keeping.add(f"{view.__module__}.{view.__name__}")
    return view


def needs_no_token(view: View) -> View:
    """Mark a view whose POST changes nothing but a harmless preference (light or dark)."""
    _open.add(f"{view.__module__}.{view.__name__}")
    return view


def init_app(app: Flask, room: str) -> None:
    """Check every POST of this room; refuse bodies too large or of too many fields before they are parsed."""
    app.config["WTF_CSRF_TIME_LIMIT"] = None
    app.config["MAX_CONTENT_LENGTH"] = MOST_BYTES
    app.config["MAX_FORM_MEMORY_SIZE"] = MOST_BYTES
    app.config["MAX_FORM_PARTS"] = _MOST_FIELDS
    app.jinja_env.globals["csrf_token"] = generate_csrf

    @app.before_request
    def _check() -> None:
        g.forged = False
        if request.method in _SAFE:
            return
        _refuse_floods()
        if request.endpoint is None:
            return  # no such page, or not by this method: there is nothing to protect, and the answer says which
        view = app.view_functions.get(request.endpoint or "")
        name = f"{view.__module__}.{view.__name__}" if view else ""
        cause = _what_is_forged(request.form)
        if cause and name not in _open:
            g.forged = True
            logs.event("forged", room=room, route=str(request.url_rule), cause=cause)
            if name not in _keeping:
                raise BadRequest


def _refuse_floods() -> None:
    if (request.content_length or 0) > MOST_BYTES:
        raise RequestEntityTooLarge
    if request.mimetype == "application/x-www-form-urlencoded" and request.get_data().count(b"&") >= _MOST_FIELDS:
        raise BadRequest


def _what_is_forged(form: MultiDict[str, str]) -> str:
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in _OWN_PAGES:
        return "other site"
    try:
        validate_csrf(form.get(FIELD))
    except ValidationError:
        return "token"
    return ""
