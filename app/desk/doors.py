"""The doors of the desk: signing in with a password or a passkey, and signing out."""

from datetime import datetime, timedelta

from flask import Blueprint, flash, g, jsonify, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from ..forgery import keeps_answers
from ..records import attempts, audit, staff, staff_sessions
from ..records.staff import Account
from . import access, cookies, local, passkeys, signing_in
from .access import anyone, signed_in
from .checks import passkey_fits
from .context import desk, me
from .forms import SignIn, problems
from .passkeys import NotProved
from .signing_in import NOBODY

blueprint = Blueprint("doors", __name__)

WRONG = "That account name and password do not belong together. Check both and try again."
PASSKEY_WRONG = "That passkey was not accepted here. Try again, or sign in with your password."
STALE = "This page was open for too long. Enter the same again."


@blueprint.get("/sign-in")
@anyone
def sign_in() -> ResponseReturnValue:
    """The sign-in page; somebody who is signed in goes on to where they begin."""
    if g.staff is not None:
        return redirect(access.home(g.staff.roles))
    return _sign_in_page(SignIn())


@blueprint.post("/sign-in")
@anyone
@keeps_answers
def enter() -> ResponseReturnValue:
    """Check account name and password; what comes next is the second step, under a new token."""
    form = SignIn(request.form)
    if g.forged:
        return _sign_in_page(form, STALE), 400
    if not form.validate():
        return _sign_in_page(form), 422
    parts, now, name = desk().parts, desk().parts.now(), form.account.data or ""
    with parts.store.writing() as connection:
        # Who may not sign in here is nobody: the same words, the same work, the same waiting.
        account = staff.find(connection, name) if local.opens_locally(name) else None
        tries = signing_in.tries_of(connection, "sign-in", name, account)
        wait = attempts.begin(connection, tries, now)
    if wait is not None:
        return _sign_in_page(form, wait=wait), 429
    fits = desk().passwords.fits(account.password_hash if account else None, form.password.data or "")
    if account is None or not fits:
        wait = signing_in.refused(account.id if account else NOBODY, "sign in refused", tries)
        return _sign_in_page(form, WRONG, wait), 422
    _renew_hash(account, form.password.data or "")
    with parts.store.writing() as connection:
        attempts.forget(connection, tries)
        token = signing_in.begin_half_way(connection, account.id)
    response = redirect(url_for("second_step.ask"), 303)
    cookies.let_in(response, token)
    return response


@blueprint.post("/sign-in/passkey")
@anyone
@keeps_answers
def enter_with_passkey() -> ResponseReturnValue:
    """A passkey whose owner was checked by the authenticator is both factors in one touch. No tries are counted:
    a signature cannot be guessed, so nobody who guesses at an account keeps its owner from this door."""
    if g.forged:
        return _sign_in_page(SignIn(), STALE), 400
    try:
        with desk().parts.store.writing() as connection:
            known = passkey_fits(connection, request.form.get("passkey", ""))
            account = staff.get(connection, known.staff)
            if account is None or account.disabled_at is not None or not _holds_a_way_in(account):
                raise NotProved
            fresh = signing_in.begin(connection, account, "passkey", trusted="trusted" in request.form)
    except NotProved:
        signing_in.refused(NOBODY, "sign in refused", b"")
        return _sign_in_page(SignIn(), PASSKEY_WRONG), 422
    return signing_in.inside(fresh)


@blueprint.get("/passkey-questions")
@anyone
def passkey_questions() -> ResponseReturnValue:
    """What a browser is to be asked for a passkey, fresh each time. Nothing is stored."""
    parts = desk().parts
    return jsonify(passkeys.questions_to_sign_in(parts.server_key, desk().place, parts.now()))


@blueprint.post("/sign-out")
@signed_in
def leave() -> ResponseReturnValue:
    """Sign out: the row goes, so that the cookie is worth nothing even to somebody who copied it."""
    parts = desk().parts
    with parts.store.writing() as connection:
        staff_sessions.end(connection, parts.server_key, cookies.token())
        audit.note(connection, at=parts.now(), room="desk", who=me().id, act="sign out", record=me().id)
    session.clear()
    flash("You are signed out.")
    response = redirect(url_for("doors.sign_in"), 303)
    cookies.let_out(response)
    return response


def _holds_a_way_in(account: Account) -> bool:
    """Whether this account signs in by itself. One of the clinic's provider does not, so that it ends when it ends
    there: its passkeys only prove again who is signed in."""
    return account.subject is None and local.opens_locally(account.name)


def _renew_hash(account: Account, password: str) -> None:
    """A password hashed with the costs of an earlier release is hashed anew, now that it is here."""
    if account.password_hash and desk().passwords.is_dated(account.password_hash):
        with desk().parts.store.writing() as connection:
            staff.set_password(connection, account.id, desk().passwords.keep(password))


def _sign_in_page(form: SignIn, sentence: str = "", wait: datetime | None = None) -> str:
    return render_template(
        "desk/sign_in.html",
        form=form,
        problems=problems(form),
        sentence=sentence,
        until=minute_after(wait),
        has_sso=desk().provider is not None,
        local=local.local_sign_in(),
    )


def minute_after(wait: datetime | None) -> datetime | None:
    """The end of a wait as the page shows it: in whole minutes, never too early."""
    return wait + timedelta(seconds=59) if wait else None
