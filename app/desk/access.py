"""Who may open what at the desk. Every view says here what it needs; a view that says nothing opens to nobody."""

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import Any, Literal, TypeVar

from flask import Flask, abort, current_app, flash, g, redirect, request, url_for
from werkzeug.wrappers import Response

from .. import logs
from ..records import staff_sessions
from ..records.staff_sessions import SignedIn
from ..records.store import StoreUnavailable
from ..room import cookie_name
from .context import desk

Right = Literal["answers", "chart", "review", "export", "invitations", "accounts", "keys", "settings", "audit"]
View = TypeVar("View", bound=Callable[..., Any])

RIGHTS: Mapping[str, frozenset[Right]] = {
    "administrator": frozenset({"accounts", "keys", "settings"}),
    "specialist": frozenset({"answers", "chart", "review", "export", "invitations"}),
    "staff": frozenset({"answers", "chart", "export", "invitations"}),
    "read-only": frozenset({"answers"}),
    "privacy-officer": frozenset({"audit"}),
}
"""Roles and what they open. An account may hold several; a role that is not listed opens nothing."""

OVER = "You were signed out. That happens after an hour without use, and at the end of a working day."
_ANYONE = "anyone"
_SIGNED_IN = "signed in"
_needs: dict[Callable[..., Any], str] = {}


def anyone(view: View) -> View:
    """Mark a view that opens without signing in."""
    _needs[view] = _ANYONE
    return view


def signed_in(view: View) -> View:
    """Mark a view that opens to everybody who is signed in, whatever their roles."""
    _needs[view] = _SIGNED_IN
    return view


def needs(right: Right) -> Callable[[View], View]:
    """Mark a view that opens to those whose roles carry this right."""

    def mark(view: View) -> View:
        _needs[view] = right
        return view

    return mark


def may(roles: Iterable[str], right: str) -> bool:
    """Whether one of these roles carries a right."""
    return any(right in RIGHTS.get(role, frozenset()) for role in roles)


def home(roles: Iterable[str]) -> str:
    """The address where somebody with these roles begins: the forms, if they may see them."""
    return url_for("queue.show" if may(roles, "answers") else "link.show")


def init_app(app: Flask) -> None:
    """Ask, before every view of this room, who is there and whether they may."""
    app.before_request(_guard)
    app.context_processor(lambda: {"staff": g.get("staff"), "may": may, "home": home, "theme": ""})


def _guard() -> Response | None:
    if request.endpoint is None or request.endpoint == "static":
        return None
    g.staff = _who_is_there()
    need = _needs.get(current_app.view_functions[request.endpoint])
    if need == _ANYONE:
        return None
    if need is None:
        logs.event("view_without_declaration", endpoint=request.endpoint)
        abort(403)
    if g.staff is None:
        response = redirect(url_for("doors.sign_in"), 303)
        if token():
            flash(OVER)
            let_out(response)
        return response
    if need != _SIGNED_IN and not may(g.staff.roles, need):
        abort(403)
    return None


def _who_is_there() -> SignedIn | None:
    if not token():
        return None
    parts, now = desk().parts, desk().parts.now()
    with parts.store.reading() as connection:
        found = staff_sessions.find(connection, parts.server_key, token(), now)
    if found is not None and found.is_due(now):
        with suppress(StoreUnavailable), parts.store.writing() as connection:
            staff_sessions.touch(connection, parts.server_key, token(), now)
    return found


def token() -> str:
    """The token of this browser's sign-in, or nothing."""
    return request.cookies.get(_cookie(), "")


def let_in(response: Response, fresh: str) -> None:
    """Give this browser the token of a fresh sign-in, in a cookie that ends with the browser."""
    secure = desk().parts.config.secure
    response.set_cookie(_cookie(), fresh, httponly=True, samesite="Lax", secure=secure, path="/")


def let_out(response: Response) -> None:
    """Take the cookie away."""
    secure = desk().parts.config.secure
    response.delete_cookie(_cookie(), httponly=True, samesite="Lax", secure=secure, path="/")


def _cookie() -> str:
    return cookie_name("desk-session", secure=desk().parts.config.secure)
