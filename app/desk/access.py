"""Who may open what at the desk. Every view says here what it needs; a view that says nothing opens to nobody."""

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import Any, Literal, TypeVar

from flask import (
    Flask,
    abort,
    current_app,
    flash,
    g,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from .. import logs
from ..records import audit, staff_sessions
from ..records.staff_sessions import SignedIn
from ..records.store import StoreUnavailable
from . import cookies, local, proof, return_to, unsaved
from .context import BACK as _BACK
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

ANYONE = "anyone"
HALF_WAY = "half signed in"
SIGNED_IN = "signed in"
_LONGEST_BACK = 1000
_needs: dict[Callable[..., Any], str] = {}
_proved: set[Callable[..., Any]] = set()
_by_itself: set[Callable[..., Any]] = set()


def anyone(view: View) -> View:
    """Mark a view that opens without signing in."""
    _needs[view] = ANYONE
    return view


def half_way(view: View) -> View:
    """Mark a view for those who gave their password, and not yet the second factor."""
    _needs[view] = HALF_WAY
    return view


def signed_in(view: View) -> View:
    """Mark a view that opens to everybody who is signed in, whatever their roles."""
    _needs[view] = SIGNED_IN
    return view


def needs(right: Right) -> Callable[[View], View]:
    """Mark a view that opens to those whose roles carry this right."""

    def mark(view: View) -> View:
        _needs[view] = right
        return view

    return mark


def proved(view: View) -> View:
    """Mark a view whose POST asks for the password or a passkey again, unless that was given minutes ago."""
    _proved.add(view)
    return view


def by_itself(view: View) -> View:
    """Mark a view that an open page asks without its reader: no use of the sign-in, so it does not keep one alive.

    Where nobody is signed in, it is refused and says no more: the reader did not ask to go anywhere.
    """
    _by_itself.add(view)
    return view


def need_of(view: Callable[..., Any]) -> str | None:
    """What a view needs: one of the words above, a right, or nothing that it ever said."""
    return _needs.get(view)


def asks_again(view: Callable[..., Any]) -> bool:
    """Whether a view asks for the password or a passkey again."""
    return view in _proved


def may(roles: Iterable[str], right: str) -> bool:
    """Whether one of these roles carries a right."""
    return any(right in RIGHTS.get(role, frozenset()) for role in roles)


def home(roles: Iterable[str]) -> str:
    """The address where somebody with these roles begins: the forms, if they may see them."""
    held = tuple(roles)
    starts = (("answers", "queue.show"), ("accounts", "accounts.show"), ("audit", "audit.show"))
    return url_for(next((endpoint for right, endpoint in starts if may(held, right)), "account.show"))


def init_app(app: Flask) -> None:
    """Ask, before every view of this room, who is there and whether they may."""
    app.before_request(_guard)
    app.context_processor(
        lambda: {
            "staff": g.get("staff"),
            "may": may,
            "home": home,
            "theme": "",
            "called_own": cookies.called_own(),
            "browser": cookies.browser_in_words(),
            "unsaved": unsaved.words,
            "signed_out": False,
        }
    )


def _guard() -> Response | tuple[str, int] | None:
    if request.endpoint is None or request.endpoint == "static":
        return None
    view = current_app.view_functions[request.endpoint]
    need = need_of(view)
    found = _who_is_there(in_use=view not in _by_itself)
    g.staff = found if found and found.stage == "full" else None
    g.half = found if found and found.stage != "full" else None
    if need == ANYONE:
        return None
    if need is None:
        logs.event("view_without_declaration", endpoint=request.endpoint)
        abort(403)
    if need == HALF_WAY:
        return None if g.half else _to_the_door()
    if g.staff is None and view in _by_itself:
        abort(403)
    if g.staff is None:
        return redirect(url_for("second_step.ask"), 303) if g.half else _to_the_door()
    if need != SIGNED_IN and not may(g.staff.roles, need):
        _note_refusal(request.endpoint)
        abort(403)
    if asks_again(view) and request.method == "POST" and not g.forged:
        return proof.ask()
    return None


def _note_refusal(endpoint: str) -> None:
    """Who tried to open what is not theirs. A database that is away keeps nobody from being refused."""
    parts = desk().parts
    with suppress(StoreUnavailable), parts.store.writing() as connection:
        audit.note(connection, at=parts.now(), room="desk", who=g.staff.id, act="refused", record=endpoint)


def _to_the_door() -> Response:
    """Where a sign-in that is over leads: to the door, with a word about why. `way_back` leads on from there.

    Whoever wrote something meanwhile gets a page with their words on it first.
    """
    if g.staff:
        return redirect(home(g.staff.roles), 303)
    _remember(request.full_path.rstrip("?") if request.method == "GET" else _page_before())
    idle = desk().parts.config.idle_minutes
    why = (
        f"That happens after {idle} minutes without use, at the end of a working day, and when somebody ends the "
        "sign-in."
    )
    if unsaved.words():
        page = render_template("desk/error.html", heading="You were signed out", advice=why, signed_out=True)
        response = make_response(page, 403)
    else:
        if cookies.token():
            flash(f"You were signed out. {why}")
        response = redirect(url_for("doors.sign_in"), 303)
    cookies.let_out(response)
    return response


def _page_before() -> str:
    """The page that something was posted from, as an address of this room."""
    form = (request.view_args or {}).get("submission_id")
    return return_to.page_before(form).removeprefix(request.script_root) if form else proof.page_before()


def forget_way_back() -> None:
    """The page that was asked for is reached."""
    session.pop(_BACK, None)


def _remember(back: str) -> None:
    """Keep the page somebody wanted, unless it is no address of ours: too long for a cookie, or with line ends in it,
    which would break the redirect that leads back and so keep its reader from signing in."""
    if back.isprintable() and len(back) <= _LONGEST_BACK:
        session[_BACK] = back


def way_back(roles: Iterable[str]) -> str:
    """Where somebody with these roles goes on after signing in: to the page they came from, if it opens to them.

    The page is remembered in the signed session cookie, and is one of this room, so no link can lead elsewhere.
    """
    held, back = tuple(roles), str(session.get(_BACK, ""))
    with suppress(HTTPException):
        endpoint, _ = current_app.url_map.bind("desk").match(back.partition("?")[0], "GET")
        need = need_of(current_app.view_functions[endpoint])
        if need == SIGNED_IN or (need is not None and may(held, need)):
            return request.script_root + back
    return home(held)


def _who_is_there(*, in_use: bool) -> SignedIn | None:
    if not cookies.token():
        return None
    parts, now = desk().parts, desk().parts.now()
    with parts.store.reading() as connection:
        found = staff_sessions.find(connection, parts.server_key, cookies.token(), now, desk().idle)
    if found is not None and found.way != "sso" and not local.opens_locally(found.name):
        return None  # from before single sign-on became the only way in
    if in_use and found is not None and found.is_due(now):
        with suppress(StoreUnavailable), parts.store.writing() as connection:
            staff_sessions.touch(connection, parts.server_key, cookies.token(), now)
    return found
