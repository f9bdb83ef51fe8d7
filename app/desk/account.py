"""My account: password, second factors, sign-ins, roles. Everybody who is signed in looks after their own."""

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ..forgery import keeps_answers
from ..records import audit, devices, factors, staff, staff_sessions
from ..records.acts import Act
from ..records.staff import Account, LastAdministrator
from ..records.store import Connection
from . import passkeys
from .access import proved, signed_in
from .context import desk, me
from .doors import STALE, minute_after
from .enrolling import App, codes_page, set_up_app, set_up_passkey
from .forms import ChangePassword, problems
from .proof import look_at_password

blueprint = Blueprint("account", __name__, url_prefix="/account")

WRONG = "That is not the password you use now."
SAME = "That is the password you have now. Choose another."
LAST_FACTOR = "That is your only second factor. Set up another one first."
LAST_ADMINISTRATOR = "Nobody else could look after accounts then. Give another account the role of administrator first."
GIVEN_UP = ("administrator", "specialist")
"""The roles that their holders can give up by themselves."""


@blueprint.get("")
@signed_in
def show() -> ResponseReturnValue:
    """One's own account."""
    return _page()


@blueprint.post("/password")
@signed_in
@keeps_answers
def change_password() -> ResponseReturnValue:
    """A new password, with the one of now. Every other sign-in ends, and no browser is known any more."""
    form = ChangePassword(request.form, account_name=me().name)
    if g.forged:
        return _page(form, STALE), 400
    if not form.validate():
        return _page(form), 422
    fits, wait = look_at_password(form.current.data or "")
    if wait is not None:
        return _page(form, until=minute_after(wait)), 429
    if not fits:
        form.current.errors = [WRONG]
        return _page(form), 422
    if form.password.data == form.current.data:
        form.password.errors = [SAME]
        return _page(form), 422
    kept = desk().passwords.keep(form.password.data or "")
    parts, now = desk().parts, desk().parts.now()
    with parts.store.writing() as connection:
        staff.set_password(connection, me().id, kept)
        devices.forget_all(connection, me().id)
        ended = staff_sessions.end_all(connection, me().id, but=me().session)
        staff_sessions.prove(connection, me().session, now)
        audit.note(connection, at=now, room="desk", who=me().id, act="password changed", record=me().id)
    return _back(f"Your new password is set.{_ended(ended)}")


@blueprint.get("/app")
@signed_in
def show_app() -> ResponseReturnValue:
    """Set up an authenticator app, or another in place of the one there is."""
    return _app_page(App.fresh(me().id))


@blueprint.post("/app")
@signed_in
@proved
@keeps_answers
def add_app() -> ResponseReturnValue:
    """The app's first code proves that it was set up. From then on codes of an earlier app are worth nothing."""
    app = App.posted(me().id)
    if g.forged or app.secret is None:
        return _app_page(App.fresh(me().id), STALE), 400 if g.forged else 422
    with desk().parts.store.writing() as connection:
        problem = set_up_app(connection, me().id, app)
        if not problem:
            _note_in(connection, "app set up")
    if problem:
        return _app_page(app, problem), 422
    return _back("Your authenticator app is set up.")


@blueprint.post("/app/remove")
@signed_in
@proved
def remove_app() -> ResponseReturnValue:
    """Take the app away, unless it is the only second factor."""
    with desk().parts.store.writing() as connection:
        if not factors.of(connection, me().id).passkeys:
            return _back(LAST_FACTOR)
        staff.set_totp(connection, me().id, None)
        _note_in(connection, "app removed")
    return _back("The authenticator app is taken away.")


@blueprint.get("/passkey-questions")
@signed_in
def passkey_questions() -> ResponseReturnValue:
    """What this browser is to be asked to make a passkey. Nothing is stored."""
    parts = desk().parts
    with parts.store.reading() as connection:
        known = factors.of(connection, me().id).passkeys
    return dict(passkeys.questions_to_add(parts.server_key, desk().place, parts.now(), me().id, me().name, known))


@blueprint.post("/passkeys")
@signed_in
@proved
def add_passkey() -> ResponseReturnValue:
    """Keep the passkey that this browser made."""
    with desk().parts.store.writing() as connection:
        problem = set_up_passkey(connection, me().id)
        by_sso = _by_sso(staff.get(connection, me().id))
        if not problem:
            _note_in(connection, "passkey added")
    use = "shows that it is you where a step asks again." if by_sso else "signs you in with one touch."
    return _back(problem or f"Your passkey is added. From now on it {use}")


@blueprint.post("/passkeys/remove")
@signed_in
@proved
def remove_passkey() -> ResponseReturnValue:
    """Take a passkey away, unless it is the only second factor."""
    with desk().parts.store.writing() as connection:
        held = factors.of(connection, me().id)
        if held.totp is None and len(held.passkeys) == 1:
            return _back(LAST_FACTOR)
        if not factors.remove_passkey(connection, me().id, passkeys.read_id(request.form.get("passkey-id", ""))):
            return _back("That passkey was taken away before.")
        _note_in(connection, "passkey removed")
    return _back("The passkey is taken away.")


@blueprint.post("/recovery-codes")
@signed_in
@proved
def make_codes() -> ResponseReturnValue:
    """Ten fresh recovery codes, shown once; those made before stop working."""
    with desk().parts.store.writing() as connection:
        made = factors.make_codes(connection, desk().parts.server_key, me().id)
        _note_in(connection, "recovery codes made")
    return codes_page(made, me().roles)


@blueprint.post("/sign-ins/<session_id>/end")
@signed_in
def end_sign_in(session_id: str) -> ResponseReturnValue:
    """End one of one's own sign-ins, on a computer left behind."""
    with desk().parts.store.writing() as connection:
        if not staff_sessions.end_one(connection, me().id, session_id):
            abort(404)
        _note_in(connection, "sign-in ended")
    return _back("That sign-in is ended.")


@blueprint.post("/sign-ins/end-others")
@signed_in
def end_others() -> ResponseReturnValue:
    """End every other sign-in of one's own, and know no other browser any more."""
    with desk().parts.store.writing() as connection:
        ended = staff_sessions.end_all(connection, me().id, but=me().session)
        devices.forget_all(connection, me().id)
        _note_in(connection, "sign-ins ended")
    return _back(_ended(ended).strip() or "There was no other sign-in.")


@blueprint.post("/roles/<role>/give-up")
@signed_in
@proved
def give_up(role: str) -> ResponseReturnValue:
    """Give up a role: the administrator of a larger clinic need not read answers, nor a specialist keep accounts."""
    left = [held for held in me().roles if held != role]
    with desk().parts.store.reading() as connection:
        by_sso = _by_sso(staff.get(connection, me().id))  # then roles follow groups: this one would come back
    if by_sso or role not in GIVEN_UP or role not in me().roles or not left:
        abort(404)
    try:
        with desk().parts.store.writing() as connection:
            staff.set_roles(connection, me().id, left, by=me().id, now=desk().parts.now())
    except LastAdministrator:
        return _back(LAST_ADMINISTRATOR)
    return _back("You gave that role up.")


def _page(form: ChangePassword | None = None, sentence: str = "", until: object = None) -> str:
    parts = desk().parts
    with parts.store.reading() as connection:
        account = staff.get(connection, me().id)
        held = factors.of(connection, me().id)
        sign_ins = staff_sessions.of(connection, me().id, parts.now(), desk().idle)
    shown = form or ChangePassword(account_name=me().name)
    return render_template(
        "desk/account.html",
        account=account,
        held=held,
        sign_ins=sign_ins,
        form=shown,
        problems=problems(shown),
        sentence=sentence,
        until=until,
        given_up=[role for role in GIVEN_UP if role in me().roles and len(me().roles) > 1 and not _by_sso(account)],
        written=passkeys.written,
    )


def _by_sso(account: Account | None) -> bool:
    return account is not None and account.subject is not None


def _app_page(app: App, sentence: str = "") -> str:
    return render_template("desk/app.html", app=app, drawn=app.drawn(me().name), sentence=sentence)


def _back(sentence: str) -> ResponseReturnValue:
    flash(sentence)
    return redirect(url_for("account.show"), 303)


def _ended(count: int) -> str:
    if not count:
        return ""
    return " One other sign-in was ended." if count == 1 else f" {count} other sign-ins were ended."


def _note(act: Act) -> None:
    with desk().parts.store.writing() as connection:
        _note_in(connection, act)


def _note_in(connection: Connection, act: Act) -> None:
    audit.note(connection, at=desk().parts.now(), room="desk", who=me().id, act=act, record=me().id)
