"""Accounts, for administrators: inviting, roles, disabling, resets. Nobody changes their own account here, and nobody
ever sets or sees another person's password."""

from collections.abc import Callable

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ..doubled import takes_several
from ..forgery import keeps_answers
from ..records import audit, factors, setup_links, staff, staff_sessions
from ..records.staff import Account, LastAdministrator
from ..records.store import Connection
from . import local
from .access import needs, proved
from .account import LAST_ADMINISTRATOR
from .context import desk, me
from .doors import STALE
from .forms import Invite, Roles, problems

blueprint = Blueprint("accounts", __name__, url_prefix="/accounts")

BY_GROUPS = "The roles of this account follow its groups at the hospital. They are changed there."
NOT_HERE = "People get their account at their first sign-in with the hospital account. Nobody signs in by a link here."
TAKEN = "There is an account of this name: open it in the list above. There you can make a new link as well."


@blueprint.get("")
@needs("accounts")
def show() -> ResponseReturnValue:
    """All accounts, and the form that invites somebody."""
    return _list_page(Invite())


@blueprint.post("")
@needs("accounts")
@proved
@keeps_answers
@takes_several("roles")
def invite() -> ResponseReturnValue:
    """Lay an account down for somebody, and show the link that leads into it, once."""
    form = Invite(request.form)
    if g.forged:
        return _list_page(form, STALE), 400
    if not form.validate():
        return _list_page(form), 422
    if not local.opens_locally(form.account.data or ""):
        form.account.errors = [NOT_HERE]
        return _list_page(form), 422
    parts, now, name = desk().parts, desk().parts.now(), form.account.data or ""
    with parts.store.writing() as connection:
        taken = staff.is_taken(connection, name)
        secret = "" if taken else setup_links.invite(
            connection, parts.server_key, name, form.wanted, by=me().id, now=now
        )  # fmt: skip
    if taken:
        form.account.errors = [TAKEN]
        return _list_page(form), 422
    return _link_page("join", secret, staff.normalised(name))


@blueprint.get("/<staff_id>")
@needs("accounts")
def look(staff_id: str) -> ResponseReturnValue:
    """One account: what it opens, where it stands, what can be done."""
    return _account_page(staff_id)


@blueprint.post("/<staff_id>/roles")
@needs("accounts")
@proved
@keeps_answers
@takes_several("roles")
def set_roles(staff_id: str) -> ResponseReturnValue:
    """Other roles, from this moment on."""
    form = Roles(request.form)
    with desk().parts.store.reading() as connection:
        by_groups = _theirs(connection, staff_id).subject is not None
    if by_groups:
        return _account_page(staff_id, sentence=BY_GROUPS), 422
    if g.forged:
        return _account_page(staff_id, form, STALE), 400
    if not form.validate():
        return _account_page(staff_id, form), 422
    return _change(
        staff_id,
        lambda connection, account: staff.set_roles(
            connection, account.id, form.wanted, by=me().id, now=desk().parts.now()
        ),
        "The roles are changed. They hold from now on.",
    )


@blueprint.post("/<staff_id>/disable")
@needs("accounts")
@proved
def disable(staff_id: str) -> ResponseReturnValue:
    """Shut an account: every sign-in of it ends at once."""
    return _change(
        staff_id,
        lambda connection, account: staff.disable(connection, account.id, by=me().id, now=desk().parts.now()),
        "The account is disabled, and every sign-in of it is ended.",
    )


@blueprint.post("/<staff_id>/enable")
@needs("accounts")
@proved
def enable(staff_id: str) -> ResponseReturnValue:
    """Open an account that was shut."""
    return _change(
        staff_id,
        lambda connection, account: staff.enable(connection, account.id, by=me().id, now=desk().parts.now()),
        "The account is open again.",
    )


@blueprint.post("/<staff_id>/end-sign-ins")
@needs("accounts")
@proved
def end_sign_ins(staff_id: str) -> ResponseReturnValue:
    """End every sign-in of an account; its owner can sign in again."""

    def end(connection: Connection, account: Account) -> None:
        staff_sessions.end_all(connection, account.id)
        audit.note(connection, at=desk().parts.now(), room="desk", who=me().id, act="sign-ins ended", record=account.id)

    return _change(staff_id, end, "Every sign-in of this account is ended.")


@blueprint.post("/<staff_id>/withdraw")
@needs("accounts")
@proved
def withdraw(staff_id: str) -> ResponseReturnValue:
    """Take an invitation back that nobody has taken up."""
    with desk().parts.store.writing() as connection:
        _theirs(connection, staff_id)
        gone = setup_links.withdraw(connection, staff_id, by=me().id, now=desk().parts.now())
    flash("The invitation is taken back." if gone else "The invitation was taken up by now. You can disable it.")
    return redirect(url_for("accounts.show") if gone else url_for("accounts.look", staff_id=staff_id), 303)


@blueprint.post("/<staff_id>/link")
@needs("accounts")
@proved
def renew_link(staff_id: str) -> ResponseReturnValue:
    """A fresh link for whoever has not joined yet; for everybody else, one that sets a new password."""
    with desk().parts.store.writing() as connection:
        account = _theirs(connection, staff_id)
        if account.disabled_at is not None or account.subject is not None or not local.opens_locally(account.name):
            abort(404)
        purpose = "reset" if account.has_joined else "join"
        secret = setup_links.renew(
            connection, desk().parts.server_key, account.id, purpose, by=me().id, now=desk().parts.now()
        )
    return _link_page(purpose, secret, account.name)


@blueprint.post("/<staff_id>/restart")
@needs("accounts")
@proved
def restart(staff_id: str) -> ResponseReturnValue:
    """Somebody lost the second factor and the recovery codes: one administrator asks, another agrees."""
    parts, now = desk().parts, desk().parts.now()
    with parts.store.writing() as connection:
        account = _theirs(connection, staff_id)
        if account.disabled_at is not None or account.password_hash is None:
            abort(404)
        if not local.opens_locally(account.name):
            abort(404)
        secret = setup_links.agree_to_restart(connection, parts.server_key, account.id, by=me().id, now=now)
        if secret is None:
            setup_links.ask_restart(connection, account.id, by=me().id, now=now)
    if secret is not None:
        return _link_page("restart", secret, account.name)
    flash("Asked. Another administrator has to agree within a day, on this same page.")
    return redirect(url_for("accounts.look", staff_id=staff_id), 303)


def _change(staff_id: str, change: Callable[[Connection, Account], None], said: str) -> ResponseReturnValue:
    try:
        with desk().parts.store.writing() as connection:
            change(connection, _theirs(connection, staff_id))
    except LastAdministrator:
        said = LAST_ADMINISTRATOR
    flash(said)
    return redirect(url_for("accounts.look", staff_id=staff_id), 303)


def _theirs(connection: Connection, staff_id: str) -> Account:
    """Somebody else's account. One's own is changed under My account, so that nobody gives themselves a role."""
    account = staff.get(connection, staff_id)
    if account is None:
        abort(404)
    if account.id == me().id:
        abort(403)
    return account


def _list_page(form: Invite, sentence: str = "") -> str:
    parts = desk().parts
    with parts.store.reading() as connection:
        everybody = staff.everybody(connection)
        guarded = factors.with_second(connection)
        waiting = setup_links.waiting(connection, parts.now())
        asked = setup_links.asked_restarts(connection, parts.now())
    return render_template(
        "desk/accounts.html",
        everybody=everybody,
        guarded=guarded,
        waiting=waiting,
        asked=asked,
        form=form,
        problems=problems(form),
        sentence=sentence,
        local=local.local_sign_in(),
        emergency=local.emergency_account(),
    )


def _account_page(staff_id: str, form: Roles | None = None, sentence: str = "") -> str:
    parts = desk().parts
    with parts.store.reading() as connection:
        account = staff.get(connection, staff_id)
        if account is None:
            abort(404)
        held = factors.of(connection, staff_id)
        sign_ins = staff_sessions.of(connection, staff_id, parts.now(), desk().idle)
        waiting = setup_links.waiting(connection, parts.now()).get(staff_id)
        asked_by = setup_links.asked_restarts(connection, parts.now()).get(staff_id, "")
        asker = staff.get(connection, asked_by)
    return render_template(
        "desk/account_of.html",
        account=account,
        held=held,
        sign_ins=sign_ins,
        waiting=waiting,
        asked_by=asked_by,
        asker=asker.name if asker else "",
        chosen=(form.roles.data or []) if form else account.roles,
        problems=problems(form) if form else {},
        sentence=sentence,
        opens_locally=local.opens_locally(account.name),
    )


def _link_page(purpose: str, secret: str, name: str) -> str:
    address = f"{desk().parts.config.desk_url}/desk/setup/{secret}"
    hours = int(setup_links.LASTS[purpose].total_seconds()) // 3600  # type: ignore[index]
    return render_template("desk/account_link.html", purpose=purpose, address=address, name=name, hours=hours)
