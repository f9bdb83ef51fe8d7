"""What a member of staff wrote that could not be saved: the page that says so holds it, to be copied."""

from contextlib import suppress

from flask import g, request
from werkzeug.exceptions import HTTPException

_NAMES = ("text", "done", "chart")
"""The boxes of the desk in which something is written that is nowhere else yet."""


def words() -> str:
    """What this request would have saved; nothing when that is nothing, or may come from another site.

    A form token is stale as soon as somebody signs in or out in another tab; then the browser itself has to say that
    the page was one of ours.
    """
    if request.method != "POST" or (g.get("forged", True) and request.headers.get("Sec-Fetch-Site") != "same-origin"):
        return ""
    with suppress(HTTPException):  # too large to be read
        return "\n\n".join(filter(None, (request.form.get(name, "").strip() for name in _NAMES)))
    return ""
