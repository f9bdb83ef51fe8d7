"""The doors of the desk: making the first account, signing in, signing out."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from flask import Blueprint, flash, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from .. import codes, logs
from ..forgery import keeps_answers
from ..records import attempts, audit, setup_links, staff, staff_sessions
from ..records.store import Connection
from . import access
from .access import anyone, signed_in
from .context import desk, me
from .forms import SetUp, SignIn, problems

blueprint = Blueprint("doors", __name__)

WRONG = "That account name and password do not belong together. Check both and try again."
STALE = "This page was open for too long. Enter the same again."
NOBODY = "nobody"
"""Who tried, in the audit, when there is no account of that name. What was typed is not kept."""
FIRST_ROLES = ("administrator", "specialist")


@blueprint.get("/sign-in")
@anyone
def sign_in() -> ResponseReturnValue:
    """The sign-in page; somebody who is signed in goes on to the forms."""
    if g.staff is not None:
        return redirect(access.home(g.staff.roles))
    return _sign_in_page(SignIn())


@blueprint.post("/sign-in")
@anyone
@keeps_answers
def enter() -> ResponseReturnValue:
    """Check account name and password, and begin a session under a new token."""
    form = SignIn(request.form)
    if g.forged:
        return _sign_in_page(form, STALE), 400
    if not form.validate():
        return _sign_in_page(form), 422
    parts, now = desk().parts, desk().parts.now()
    tries = parts.server_key.digest("sign-in", staff.normalised(form.account.data or ""))
    with parts.store.writing() as connection:
        wait = attempts.begin(connection, tries, now)
        account = staff.find(connection, form.account.data or "")
    if wait is not None:
        return _sign_in_page(form, wait=wait), 429
    fits = desk().passwords.fits(account.password_hash if account else None, form.password.data or "")
    if account is None or not fits:
        logs.event("sign_in_refused")
        who = account.id if account else NOBODY
        with parts.store.writing() as connection:
            audit.note(connection, at=now, room="desk", who=who, act="sign in refused", record=who)
            wait = attempts.wait_until(connection, tries, now)
        return _sign_in_page(form, WRONG, wait), 422
    with parts.store.writing() as connection:
        attempts.forget(connection, tries)
        fresh = _begin(connection, account.id, now)
    return _inside(fresh, account.roles)


@blueprint.post("/sign-out")
@signed_in
def leave() -> ResponseReturnValue:
    """Sign out: the row goes, so that the cookie is worth nothing even to somebody who copied it."""
    parts = desk().parts
    with parts.store.writing() as connection:
        staff_sessions.end(connection, parts.server_key, access.token())
        audit.note(connection, at=parts.now(), room="desk", who=me().id, act="sign out", record=me().id)
    session.clear()
    flash("You are signed out.")
    response = redirect(url_for("doors.sign_in"), 303)
    access.let_out(response)
    return response


@blueprint.get("/setup/<secret>")
@anyone
def set_up(secret: str) -> ResponseReturnValue:
    """The form that the one-time link opens. Looking at it does not use the link up."""
    parts = desk().parts
    with parts.store.reading() as connection:
        is_open = setup_links.is_open(connection, parts.server_key, codes.read_secret(secret) or "", parts.now())
    return _set_up_page(SetUp()) if is_open else _link_is_over()


@blueprint.post("/setup/<secret>")
@anyone
@keeps_answers
def make_first_account(secret: str) -> ResponseReturnValue:
    """Make the first account, use the link up, and sign its owner in."""
    form = SetUp(request.form)
    if g.forged:
        return _set_up_page(form, STALE), 400
    parts, now = desk().parts, desk().parts.now()
    known = codes.read_secret(secret) or ""
    with parts.store.reading() as connection:
        if not setup_links.is_open(connection, parts.server_key, known, now):
            return _link_is_over()
    if not form.validate():
        return _set_up_page(form), 422
    kept = desk().passwords.keep(form.password.data or "")
    with parts.store.writing() as connection:
        if not setup_links.use_up(connection, parts.server_key, known, now):
            return _link_is_over()
        staff_id = staff.create(connection, form.account.data or "", kept, FIRST_ROLES, now)
        audit.note(connection, at=now, room="desk", who=staff_id, act="first account", record=staff_id)
        fresh = _begin(connection, staff_id, now)
    return _inside(fresh, FIRST_ROLES)


def _begin(connection: Connection, staff_id: str, now: datetime) -> str:
    staff_sessions.purge(connection, now)
    staff_sessions.end(connection, desk().parts.server_key, access.token())
    audit.note(connection, at=now, room="desk", who=staff_id, act="sign in", record=staff_id)
    return staff_sessions.begin(connection, desk().parts.server_key, staff_id, now)


def _inside(fresh: str, roles: Iterable[str]) -> Response:
    session.clear()
    response = redirect(access.home(roles), 303)
    access.let_in(response, fresh)
    return response


def _sign_in_page(form: SignIn, sentence: str = "", wait: datetime | None = None) -> str:
    until = wait + timedelta(seconds=59) if wait else None  # the clock on the page shows whole minutes
    return render_template("desk/sign_in.html", form=form, problems=problems(form), sentence=sentence, until=until)


def _set_up_page(form: SetUp, sentence: str = "") -> str:
    return render_template("desk/set_up.html", form=form, problems=problems(form), sentence=sentence)


def _link_is_over() -> tuple[str, int]:
    return render_template("desk/link_over.html"), 404
