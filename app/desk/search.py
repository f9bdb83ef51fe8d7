"""Finding a person's forms. What is looked for never stands in an address, a log or the audit.

The search is posted; its results have an address of their own, so that Back works from a form. In that address stands
the search encrypted under this desk's key, and it opens for the person who searched, for a working day.
"""

import base64
import json
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ..finding import Search, read_search
from ..records import audit, lookups
from ..records.staff_sessions import LONGEST as WORKING_DAY
from .access import needs
from .context import desk, me
from .rows import entries_of

blueprint = Blueprint("search", __name__)

MOST = 50
_NONCE = 12
_LONGEST = 200
NOTHING_TYPED = "Type a name, an email address, a phone number, a reference or a chart number."
ONLY_A_DATE = "Add a name to the date of birth: many people share a date."


@blueprint.get("/search")
@needs("answers")
def ask() -> ResponseReturnValue:
    """The empty box."""
    return render_template("desk/search.html", typed="", problem="", found=None)


@blueprint.post("/search")
@needs("answers")
def take() -> ResponseReturnValue:
    """Go to the results of what was typed, or say what more is needed."""
    typed = " ".join("".join(c if c.isprintable() else " " for c in request.form.get("q", "")).split())[:_LONGEST]
    if read_search(typed).is_empty:
        problem = ONLY_A_DATE if any(c.isdigit() for c in typed) else NOTHING_TYPED
        return render_template("desk/search.html", typed=typed, problem=problem, found=None), 422
    return redirect(url_for("search.show", hidden=_hide(typed)), 303)


@blueprint.get("/search/<hidden>")
@needs("answers")
def show(hidden: str) -> ResponseReturnValue:
    """What was found, newest first. Every look writes one audit line, which does not say who was looked for."""
    parts, typed = desk().parts, _reveal(hidden)
    if parts.index_key is None:
        abort(404)
    with parts.store.reading() as connection:
        rows = lookups.find(connection, parts.index_key, _search(typed), MOST + 1)
        entries = entries_of(connection, rows[:MOST])
        waiting = lookups.count_waiting(connection)
    with parts.store.writing() as connection:
        audit.note(connection, at=parts.now(), room="desk", who=me().id, act="search", record=f"{len(entries)} found")
    return render_template(
        "desk/search.html", typed=typed, problem="", found=entries, more=len(rows) > MOST, waiting=waiting
    )


def _search(typed: str) -> Search:
    search = read_search(typed)
    if search.is_empty:
        abort(404)
    return search


def _hide(typed: str) -> str:
    document = json.dumps([_now(), typed]).encode()
    nonce = secrets.token_bytes(_NONCE)
    return base64.urlsafe_b64encode(nonce + _cipher().encrypt(nonce, document, me().id.encode())).decode().rstrip("=")


def _reveal(hidden: str) -> str:
    """What was typed. 404 when this is no search of this person, or an old one."""
    try:
        sealed = base64.urlsafe_b64decode(hidden + "=" * (-len(hidden) % 4))
        at, typed = json.loads(_cipher().decrypt(sealed[:_NONCE], sealed[_NONCE:], me().id.encode()))
    except (InvalidTag, ValueError):
        abort(404)
    if abs(_now() - at) > WORKING_DAY.total_seconds():
        abort(404)
    return typed


def _now() -> int:
    return int(desk().parts.now().timestamp())


def _cipher() -> AESGCM:
    return AESGCM(desk().parts.server_key.derive("desk search"))
