"""Asking again who is there: acts that could do much harm want the password or a passkey anew, unless one was given
within the last minutes. The act is kept: its page carries what was posted, and goes on with it."""

from datetime import datetime, timedelta

from flask import abort, current_app, render_template, request, session
from werkzeug.exceptions import HTTPException

from ..forgery import FIELD
from ..records import attempts, audit, factors, staff, staff_sessions
from ..records.acts import Act
from .checks import passkey_fits
from .context import BACK, desk, me
from .passkeys import NotProved

YOUNG = timedelta(minutes=10)
"""A sign-in younger than this needs no second look."""
PASSWORD, PASSKEY = "proof-password", "proof-passkey"
_OWN_FIELDS = frozenset({FIELD, PASSWORD, PASSKEY})
WRONG = "That is not the password of your account."
NOT_PROVED = "Your passkey was not accepted. Try again, or use your password."


def ask() -> tuple[str, int] | None:
    """The page that asks again, or None when the act may go on."""
    now = desk().parts.now()
    if now - me().proved_at < YOUNG:
        return None
    if PASSKEY in request.form:
        return _look_at_passkey()
    if PASSWORD in request.form:
        return _look_at_password(request.form[PASSWORD])
    return _page(403)


def look_at_password(typed: str) -> tuple[bool, datetime | None]:
    """Whether this is the password of whoever is signed in; or, when no try is allowed, until when. Tries are counted,
    and a wrong one is on record."""
    parts, now = desk().parts, desk().parts.now()
    tries = parts.server_key.digest("proof", me().id)
    with parts.store.writing() as connection:
        wait = attempts.begin(connection, tries, now)
        account = staff.get(connection, me().id)
    if wait is not None:
        return False, wait
    if account is None or not desk().passwords.fits(account.password_hash, typed):
        _note("proof refused")
        return False, None
    with parts.store.writing() as connection:
        attempts.forget(connection, tries)
    return True, None


def _look_at_password(typed: str) -> tuple[str, int] | None:
    fits, wait = look_at_password(typed)
    if wait is not None:
        return _page(429, until=wait)
    if not fits:
        return _page(422, WRONG)
    _prove()
    return None


def _look_at_passkey() -> tuple[str, int] | None:
    try:
        with desk().parts.store.writing() as connection:
            if passkey_fits(connection, request.form[PASSKEY]).staff != me().id:
                raise NotProved
    except NotProved:
        _note("proof refused")
        return _page(422, NOT_PROVED)
    _prove()
    return None


def _prove() -> None:
    parts, now = desk().parts, desk().parts.now()
    with parts.store.writing() as connection:
        staff_sessions.prove(connection, me().session, now)
        audit.note(connection, at=now, room="desk", who=me().id, act="proved again", record=me().id)


def _note(act: Act) -> None:
    parts = desk().parts
    with parts.store.writing() as connection:
        audit.note(connection, at=parts.now(), room="desk", who=me().id, act=act, record=me().id)


def _page(status: int, sentence: str = "", until: datetime | None = None) -> tuple[str, int]:
    with desk().parts.store.reading() as connection:
        account = staff.get(connection, me().id)
        has_passkey = bool(factors.of(connection, me().id).passkeys)
    if account is None:
        abort(403)
    by_sso = account.subject is not None and account.password_hash is None and desk().provider is not None
    if by_sso:
        session[BACK] = page_before()
    page = render_template(
        "desk/proof.html",
        sentence=sentence,
        until=until,
        kept=[(name, value) for name, value in request.form.items(multi=True) if name not in _OWN_FIELDS],
        has_password=account.password_hash is not None,
        has_passkey=has_passkey,
        by_sso=by_sso,
    )
    return page, status


def page_before() -> str:
    """The page that an act is on: the nearest one above its address that can be looked at."""
    adapter, path = current_app.url_map.bind("desk"), request.path
    while path.strip("/"):
        try:
            adapter.match(path, "GET")
            return path
        except HTTPException:
            path = path.rpartition("/")[0]
    return "/"
