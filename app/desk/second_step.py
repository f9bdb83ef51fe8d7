"""The second step of signing in with a password: a code, a recovery code, or a touch; or setting one up, once."""

from datetime import datetime

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ..forgery import keeps_answers
from ..records import attempts, audit, factors, staff
from ..records.acts import Act
from ..records.factors import Factors
from ..records.staff import Account
from ..records.staff_sessions import Way
from ..records.store import Connection
from . import passkeys, signing_in
from .access import half_way
from .checks import code_fits, passkey_fits
from .context import desk, half
from .doors import STALE, minute_after
from .enrolling import App, codes_page, set_up_app, set_up_passkey
from .passkeys import NotProved

blueprint = Blueprint("second_step", __name__, url_prefix="/second-step")

WRONG = "That code is not right, or it was used already. Wait for the next one in your app, and enter that."
RECOVERY_WRONG = "That is not one of your recovery codes, or it was used already. Each works once: take another."
PASSKEY_WRONG = "That passkey was not accepted. Try again."


@blueprint.get("")
@half_way
def ask() -> ResponseReturnValue:
    """Ask for the second factor; somebody who has none yet goes on to set one up."""
    if not _held().are_there:
        return redirect(url_for("second_step.choose"), 303)
    return _page()


@blueprint.post("")
@half_way
@keeps_answers
def take() -> ResponseReturnValue:
    """A code from the app, or a recovery code."""
    if g.forged:
        return _page(STALE), 400
    parts, now = desk().parts, desk().parts.now()
    with parts.store.writing() as connection:
        account = _account(connection)
        tries = signing_in.tries_of(connection, "second step", account.name, account)
        wait = attempts.begin(connection, tries, now)
    if wait is not None:
        return _page(wait=wait), 429
    with parts.store.writing() as connection:
        way = code_fits(connection, account, request.form.get("recovery") or request.form.get("code", ""))
        if way is not None:
            return _inside(connection, account, way, tries)
    said = RECOVERY_WRONG if request.form.get("recovery") else WRONG
    return _page(said, signing_in.refused(account.id, "second step refused", tries)), 422


def _inside(connection: Connection, account: Account, way: Way, tries: bytes) -> ResponseReturnValue:
    attempts.forget(connection, tries)
    left = factors.of(connection, account.id).codes
    response = signing_in.inside(signing_in.begin(connection, account, way, trusted="trusted" in request.form))
    if way == "recovery":
        _note(connection, account.id, "recovery code used")
        flash(f"You used a recovery code; {left} are left. Under My account you can make new ones.")
    return response


@blueprint.post("/passkey")
@half_way
@keeps_answers
def take_passkey() -> ResponseReturnValue:
    """A touch in place of a code."""
    if g.forged:
        return _page(STALE), 400
    try:
        with desk().parts.store.writing() as connection:
            account = _account(connection)
            if passkey_fits(connection, request.form.get("passkey", "")).staff != account.id:
                raise NotProved
            fresh = signing_in.begin(connection, account, "passkey", trusted="trusted" in request.form)
    except NotProved:
        return _page(PASSKEY_WRONG, signing_in.refused(half().id, "second step refused", b"")), 422
    return signing_in.inside(fresh)


@blueprint.get("/set-up")
@half_way
def choose() -> ResponseReturnValue:
    """Set up a second factor, the first time."""
    return _set_up_page()


@blueprint.get("/passkey-questions")
@half_way
def passkey_questions() -> ResponseReturnValue:
    """What this browser is to be asked to make the first passkey. Nothing is stored."""
    parts = desk().parts
    return dict(passkeys.questions_to_add(parts.server_key, desk().place, parts.now(), half().id, half().name, ()))


@blueprint.post("/set-up/app")
@half_way
@keeps_answers
def add_app() -> ResponseReturnValue:
    """The first code of a new app proves that it was set up; then the recovery codes are shown, once."""
    app = App.posted(half().id)
    if g.forged:
        return _set_up_page(app, STALE), 400
    with desk().parts.store.writing() as connection:
        _only_without_factors(connection)
        problem = set_up_app(connection, half().id, app)
        if not problem:
            return _enrolled(connection, "app", "app set up")
    return _set_up_page(app, problem), 422


@blueprint.post("/set-up/passkey")
@half_way
@keeps_answers
def add_passkey() -> ResponseReturnValue:
    """A passkey as the first second factor."""
    if g.forged:
        return _set_up_page(sentence=STALE), 400
    with desk().parts.store.writing() as connection:
        _only_without_factors(connection)
        problem = set_up_passkey(connection, half().id)
        if not problem:
            return _enrolled(connection, "passkey", "passkey added")
    return _set_up_page(sentence=problem), 422


def _enrolled(connection: Connection, way: Way, act: Act) -> ResponseReturnValue:
    made = factors.make_codes(connection, desk().parts.server_key, half().id)
    fresh = signing_in.begin(connection, _account(connection), way, trusted="trusted" in request.form)
    _note(connection, half().id, act)
    return signing_in.furnish(codes_page(made, fresh.roles), fresh)


def _note(connection: Connection, staff_id: str, act: Act) -> None:
    audit.note(connection, at=desk().parts.now(), room="desk", who=staff_id, act=act, record=staff_id)


def _only_without_factors(connection: Connection) -> None:
    """Whoever knows only the password must not add a factor of their own to an account that has one."""
    if factors.of(connection, half().id).are_there:
        abort(403)


def _held() -> Factors:
    with desk().parts.store.reading() as connection:
        return factors.of(connection, half().id)


def _account(connection: Connection) -> Account:
    account = staff.get(connection, half().id)
    if account is None:
        abort(403)
    return account


def _page(sentence: str = "", wait: datetime | None = None) -> str:
    return render_template(
        "desk/second_step.html",
        held=_held(),
        name=half().name,
        sentence=sentence,
        until=minute_after(wait),
        recovering=bool(request.form.get("recovery")),
    )


def _set_up_page(app: App | None = None, sentence: str = "") -> str:
    if _held().are_there:
        abort(403)
    shown = app if app and app.secret else App.fresh(half().id)
    return render_template(
        "desk/set_up_factor.html", app=shown, name=half().name, drawn=shown.drawn(half().name), sentence=sentence
    )
