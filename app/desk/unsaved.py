"""What a member of staff wrote that could not be saved: the page that says so holds it, to be copied."""

from contextlib import suppress

from flask import g, request
from werkzeug.exceptions import HTTPException

_NAMES = ("text", "done")
"""The boxes of the desk in which sentences are written."""


def words() -> str:
    """The sentences of this request; nothing when it holds none, or may come from another site."""
    if request.method != "POST" or g.get("forged", True):
        return ""
    with suppress(HTTPException):  # too large to be read
        return "\n\n".join(filter(None, (request.form.get(name, "").strip() for name in _NAMES)))
    return ""
