"""Error pages: what happened in plain words, what to do next, how to reach the clinic. No stack trace, no database."""

from http import HTTPStatus
from urllib.parse import urlsplit, urlunsplit

from flask import Flask, abort, redirect, render_template, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.routing import RequestRedirect
from werkzeug.wrappers import Response

from . import logs
from .records.store import StoreUnavailable

_WORDS = {
    400: ("We could not read that", "Go back, open the page again and try once more."),
    403: (
        "This page is not open to you",
        "The roles of your account do not open it. An administrator can change them.",
    ),
    404: ("Page not found", "Check the address, or go back to the start."),
    405: ("This page cannot be opened that way", "Go back to the start and follow the buttons from there."),
    413: ("That is too much to send at once", "Shorten the longest answer and send it again."),
    429: ("Too much came from your network at once", "Wait a few minutes and try again."),
    503: ("We could not reach our records just now", "Nothing you sent before is lost. Wait a minute and try again."),
}
_ELSE = ("Something went wrong on our side", "Nothing you sent before is lost. Wait a minute and try again.")


def page(status: int, template: str, instead: str = "") -> tuple[str, int]:
    """The error page of a room for a status; `instead` of its advice something more exact, when that is known."""
    heading, advice = _WORDS.get(status, _ELSE)
    advice = instead or advice
    return render_template(template, heading=heading, advice=advice), status


def template_of(room: str) -> str:
    """The error page of a room."""
    return "desk/error.html" if room == "desk" else "error.html"


def init_app(app: Flask, room: str) -> None:
    """Answer every error of this room with a page of its own that a person can use."""
    template = template_of(room)

    @app.before_request
    def _as_written_here() -> Response | None:
        """To the address as it is written here, like /desk/ for /desk, without the host that the client claims."""
        wrong = request.routing_exception
        if not isinstance(wrong, RequestRedirect):
            return None
        return redirect(urlunsplit(("", "", *urlsplit(wrong.new_url)[2:])), wrong.code or 308)

    @app.before_request
    def _names_something() -> None:
        """No id has a NUL in it, and PostgreSQL does not even take one to look for."""
        if any("\x00" in str(value) for value in (request.view_args or {}).values()):
            abort(404)

    @app.errorhandler(MethodNotAllowed)
    def _method(error: MethodNotAllowed) -> tuple[str, int, dict[str, str]]:
        return *page(405, template), {"Allow": ", ".join(sorted(error.valid_methods or ()))}

    @app.errorhandler(HTTPException)
    def _http(error: HTTPException) -> tuple[str, int] | HTTPException:
        if error.response is not None or (error.code or 500) < HTTPStatus.BAD_REQUEST:
            return error
        return page(error.code or 500, template)

    @app.errorhandler(StoreUnavailable)
    def _store(error: StoreUnavailable) -> tuple[str, int]:
        logs.event("store_unavailable", room=room, cause=str(error))
        return page(503, template)

    @app.errorhandler(Exception)
    def _any(_error: Exception) -> tuple[str, int]:
        logs.unexpected(room)
        return page(500, template)
