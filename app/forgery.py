"""Cross-site request forgery: every POST of both rooms is checked here, before its view.

The token lives in the session cookie and has no clock in it, so a page left open for a day still posts. A POST that
fails, or contradicts itself (`doubled.py`), is refused, except at views marked `keeps_answers`: those are called with
`g.forged` set, and show the page again as it was filled in, with a fresh token, having stored nothing.
"""

from collections.abc import Callable
from typing import TypeVar

from flask import Flask, g, request
from flask_wtf.csrf import generate_csrf, validate_csrf
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge
from wtforms import ValidationError

from . import doubled, logs

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
    _keeping.add(_name(view))
    return view


def needs_no_token(view: View) -> View:
    """Mark a view whose POST changes nothing but a harmless preference (light or dark)."""
    _open.add(_name(view))
    return view


def keeps(view: Callable[..., object] | None) -> bool:
    """Whether a view shows its page again, filled in, when what was posted cannot be taken."""
    return view is not None and _name(view) in _keeping


def init_app(app: Flask, room: str, *, reads_addresses: bool) -> None:
    """Judge every POST of this room; refuse bodies too large or of too many fields before they are parsed.

    `reads_addresses` is for a room whose views read what stands behind the question mark of an address.
    """
    app.config["WTF_CSRF_TIME_LIMIT"] = None
    app.config["MAX_CONTENT_LENGTH"] = MOST_BYTES
    app.config["MAX_FORM_MEMORY_SIZE"] = MOST_BYTES
    app.config["MAX_FORM_PARTS"] = _MOST_FIELDS
    app.jinja_env.globals["csrf_token"] = generate_csrf

    @app.before_request
    def _judge() -> None:
        g.forged = False
        view = app.view_functions.get(request.endpoint or "")
        if reads_addresses and _is_unclear(app, view, request.args):
            raise BadRequest
        if request.method in _SAFE:
            return
        _refuse_floods()
        if view is None:
            return  # no such page, or not by this method: there is nothing to protect, and the answer says which
        cause = "" if _name(view) in _open else _what_is_forged(request.form)
        if cause:
            logs.event("forged", room=room, route=str(request.url_rule), cause=cause)
        g.forged = bool(cause) or _is_unclear(app, view, request.form)


def refuse_forged(app: Flask) -> None:
    """Refuse what was judged to be forged, once it was counted: forged posts are what floods are made of."""

    @app.before_request
    def _refuse() -> None:
        if g.forged and not keeps(app.view_functions.get(request.endpoint or "")):
            raise BadRequest


def _name(view: Callable[..., object]) -> str:
    return f"{view.__module__}.{view.__name__}"


def _is_unclear(app: Flask, view: Callable[..., object] | None, posted: MultiDict[str, str]) -> bool:
    names = doubled.unclear_names(app, view, posted)
    if names:
        logs.event("posted_twice", names=len(names), endpoint=request.endpoint)
    return bool(names)


def _refuse_floods() -> None:
    if (request.content_length or 0) > MOST_BYTES:
        raise RequestEntityTooLarge
    if request.mimetype == "application/x-www-form-urlencoded" and request.get_data().count(b"&") >= _MOST_FIELDS:
        raise BadRequest


def comes_from_here() -> bool:
    """Whether this request was begun at this site or typed by the person, as far as the browser tells."""
    return request.headers.get("Sec-Fetch-Site", "same-origin") in _OWN_PAGES


def _what_is_forged(form: MultiDict[str, str]) -> str:
    if not comes_from_here():
        return "other site"
    try:
        validate_csrf(form.get(FIELD))
    except ValidationError:
        return "token"
    return ""
