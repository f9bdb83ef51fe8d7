"""What a one-time link opens: making the first account, taking up an invitation, setting a new password."""

from collections.abc import Mapping

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from .. import codes
from ..forgery import keeps_answers
from ..records import audit, devices, factors, setup_links, staff, staff_sessions
from ..records.acts import Act
from ..records.setup_links import Link
from ..records.store import Connection
from . import cookies, local, signing_in
from .access import anyone
from .context import desk
from .doors import STALE
from .forms import NewPassword, SetUp, problems

blueprint = Blueprint("joining", __name__)

FIRST_ROLES = ("administrator", "specialist")
_ACTS: Mapping[str, Act] = {
    "first": "first account",
    "join": "account made",
    "reset": "password reset",
    "restart": "account restarted",
}


@blueprint.get("/setup/<secret>")
@anyone
def open_link(secret: str) -> ResponseReturnValue:
    """The form that the one-time link opens. Looking at it does not use the link up."""
    link, name = _find(secret)
    return _page(link, name, _form(link, name)) if link else _over()


@blueprint.post("/setup/<secret>")
@anyone
@keeps_answers
def take_link(secret: str) -> ResponseReturnValue:
    """Set the password and use the link up. A new account goes on to its second factor, a reset to the door."""
    link, name = _find(secret)
    if link is None:
        return _over()
    form = _form(link, name)
    if isinstance(form, SetUp) and not local.opens_locally(form.account_name):
        form.validate()
        form.account.errors = [f"Here only the emergency account has a password: {local.emergency_account()}."]
        return _page(link, name, form), 422
    if g.forged:
        return _page(link, name, form, STALE), 400
    if not form.validate():
        return _page(link, name, form), 422
    kept = desk().passwords.keep(form.password.data or "")
    parts, now = desk().parts, desk().parts.now()
    with parts.store.writing() as connection:
        used = setup_links.use_up(connection, parts.server_key, codes.read_secret(secret, codes.LONG) or "", now)
        if used is None:
            return _over()
        staff_id = _take_up(connection, used, name or form.account_name, kept)
        token = "" if used.purpose == "reset" else signing_in.begin_half_way(connection, staff_id)
        audit.note(connection, at=now, room="desk", who=staff_id, act=_ACTS[used.purpose], record=staff_id)
    if not token:
        flash("Your new password is set. Sign in with it.")
        return redirect(url_for("doors.sign_in"), 303)
    response = redirect(url_for("second_step.choose"), 303)
    cookies.let_in(response, token)
    return response


def _take_up(connection: Connection, link: Link, name: str, kept: str) -> str:
    """Do what the link is for; returns the account's id. Whoever was signed in to it before is out."""
    if link.staff is None:
        return staff.create(connection, name, kept, FIRST_ROLES, desk().parts.now())
    staff.set_password(connection, link.staff, kept)
    staff_sessions.end_all(connection, link.staff)
    if link.purpose != "join":
        devices.forget_all(connection, link.staff)
    if link.purpose == "restart":
        factors.forget_all(connection, link.staff)
    return link.staff


def _find(secret: str) -> tuple[Link | None, str]:
    """The link, if it can still be used, and the name of the account it leads into."""
    parts = desk().parts
    with parts.store.reading() as connection:
        link = setup_links.find(connection, parts.server_key, codes.read_secret(secret, codes.LONG) or "", parts.now())
        account = staff.get(connection, link.staff) if link and link.staff else None
    if account is not None and not local.opens_locally(account.name):
        return None, ""  # a link from before single sign-on became the only way in
    return link, account.name if account else ""


def _form(link: Link, name: str) -> SetUp | NewPassword:
    return SetUp(request.form) if link.purpose == "first" else NewPassword(request.form, account_name=name)


def _page(link: Link, name: str, form: SetUp | NewPassword, sentence: str = "") -> str:
    return render_template(
        "desk/set_up.html", link=link, name=name, form=form, problems=problems(form), sentence=sentence
    )


def _over() -> tuple[str, int]:
    return render_template("desk/link_over.html"), 404
