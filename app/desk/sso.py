"""Single sign-on: to the clinic's own provider and back. Without OIDC_ISSUER these addresses do not exist.

What was begun is remembered in the signed session cookie only, so an answer counts in the browser that asked for it;
its state is spent, so it counts once. Who somebody is, is told by issuer and `sub`; an account is never found by name.
"""

import secrets
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from hmac import compare_digest
from typing import TYPE_CHECKING

from flask import Blueprint, abort, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from .. import logs
from ..forgery import comes_from_here
from ..records import audit, spent, staff, staff_sessions
from ..records.staff import Account
from ..records.store import Connection
from ..sign_on_settings import SingleSignOn
from . import access, local, signing_in
from .access import anyone
from .context import desk, me
from .forms import name_problem
from .signing_in import NOBODY, Fresh
from .told import NotAccepted, Told

if TYPE_CHECKING:
    from .oidc import Provider

blueprint = Blueprint("sso", __name__)

LASTS = timedelta(minutes=10)
"""How long somebody may take at the provider."""
CLOCKS_DIFFER = timedelta(minutes=1)
"""How far the provider's clock may be behind, where it tells when somebody gave proof anew."""
_BEGUN = "sso"

CAUSES = {
    "state": (400, "This sign-in was not begun in this browser, or it was used already, or it took too long."),
    "declined": (403, "The hospital’s sign-in did not let you through."),
    "away": (503, "The hospital’s sign-in cannot be reached at the moment."),
    "answer": (503, "The hospital’s sign-in answered with something that this service cannot take."),
    "token": (403, "What the hospital’s sign-in said about you could not be accepted."),
    "strength": (403, "You signed in at the hospital without the second step that is needed here."),
    "group": (403, "Your hospital account is in no group that opens this service."),
    "disabled": (403, "Your account for this service is disabled."),
    "name": (403, "There is another account of your name here, and accounts are never joined by their names."),
    "no name": (403, "The hospital’s sign-in gave no name that this service can use for your account."),
    "somebody else": (403, "You signed in at the hospital as somebody else, or without entering anything again."),
}
"""Why nobody was signed in: the status of the page, and what it says."""


class _Refused(Exception):
    def __init__(self, cause: str, staff_id: str = NOBODY) -> None:
        super().__init__(cause)
        self.cause, self.staff_id = cause, staff_id


@dataclass(frozen=True)
class Begun:
    """What was asked of the provider: kept in the session cookie until the answer comes. `at` is in seconds."""

    state: str
    nonce: str
    verifier: str
    at: int
    again: bool

    @classmethod
    def taken(cls) -> "Begun | None":
        """What this browser has begun. It is forgotten, so that its cookie holds it once."""
        kept = session.pop(_BEGUN, None)
        return cls(**kept) if isinstance(kept, dict) else None


@blueprint.get("/sso")
@anyone
def begin() -> ResponseReturnValue:
    """To the provider. Only from this site's own pages, or typed: another site's link leads to the sign-in page."""
    provider, now = _provider(), desk().parts.now()
    again = "again" in request.args and g.staff is not None
    if not comes_from_here():
        return redirect(url_for("doors.sign_in"), 303)
    if g.staff is not None and not again:
        return redirect(access.home(g.staff.roles), 303)
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    try:
        address = provider.address(now, state=state, nonce=nonce, verifier=verifier, again=again)
    except NotAccepted as error:
        return _refusal(_Refused(error.cause))
    session[_BEGUN] = asdict(Begun(state, nonce, verifier, int(now.timestamp()), again))
    return redirect(address, 303)


@blueprint.get("/sso/back")
@anyone
def back() -> ResponseReturnValue:
    """From the provider, with a code or with a refusal."""
    provider, begun = _provider(), Begun.taken()
    try:
        _spend(begun)
        if begun is None or "code" not in request.args:
            raise _Refused("declined")
        code, now = request.args["code"], desk().parts.now()
        told = provider.told(now, code=code, verifier=begun.verifier, nonce=begun.nonce)
        return _prove(told, begun) if begun.again else signing_in.inside(_enter(told))
    except NotAccepted as error:
        return _refusal(_Refused(error.cause))
    except _Refused as refused:
        return _refusal(refused, noted=begun is not None)


def _spend(begun: Begun | None) -> None:
    """Use up what was begun. Raises _Refused when this answer belongs to nothing that this browser still waits for."""
    parts, now = desk().parts, desk().parts.now()
    if begun is None or not compare_digest(begun.state.encode(), request.args.get("state", "").encode()):
        raise _Refused("state")
    if request.args.get("iss", _settings().issuer) != _settings().issuer:
        raise _Refused("state")
    begun_at = datetime.fromtimestamp(begun.at, UTC)
    with parts.store.writing() as connection:
        first = spent.spend(connection, parts.server_key.digest("sso state", begun.state), begun_at + 2 * LASTS)
    if not first or now - begun_at > LASTS:
        raise _Refused("state")


def _enter(told: Told) -> Fresh:
    """Sign somebody in whom the provider vouches for; the first time, with a fresh account. Raises _Refused."""
    try:
        return _entered(told)
    except staff.Taken:  # two first sign-ins in the same moment: this one now finds the account of the other
        return _entered(told)


def _entered(told: Told) -> Fresh:
    roles, parts = _settings().roles_of(told.groups), desk().parts
    with parts.store.writing() as connection:
        # In this order: an account that is made in this very moment is then found as one's own, not as another's.
        free = _is_free(connection, _name(told))
        account = staff.find_subject(connection, told.subject)
        cause = _what_keeps_out(account, roles, _name(told), free=free)
        if cause:
            if account is not None and not roles:
                _take_everything(connection, account)
        else:
            return _signed_in(connection, account, told, roles)
    raise _Refused(cause, account.id if account else NOBODY)


def _is_free(connection: Connection, name: str) -> bool:
    """Whether a fresh account can have this name. That of the emergency account is kept for it."""
    return not staff.is_taken(connection, name) and name != local.emergency_account()


def _what_keeps_out(account: Account | None, roles: tuple[str, ...], name: str, *, free: bool) -> str:
    """Why somebody does not get in, one of the causes above; nothing when they do."""
    if account is not None and account.disabled_at is not None:
        return "disabled"
    if not roles:
        return "group"
    if account is None:
        return "" if name and free else "name" if name else "no name"
    return ""


def _signed_in(connection: Connection, account: Account | None, told: Told, roles: tuple[str, ...]) -> Fresh:
    """Begin the sign-in, with an account and the roles of now. What is noted comes last."""
    now, is_new = desk().parts.now(), account is None
    staff_id = account.id if account else staff.create(connection, _name(told), None, roles, now, subject=told.subject)
    changed = account is not None and account.roles != roles
    if changed:
        staff.follow_groups(connection, staff_id, roles)
    found = staff.get(connection, staff_id)
    if found is None:
        raise _Refused("token")
    fresh = signing_in.begin(connection, found, "sso", trusted=False)
    if is_new:
        audit.note(connection, at=now, room="desk", who=audit.PROVIDER, act="account by sign-on", record=staff_id)
    if changed:
        _note_roles(connection, staff_id)
    return fresh


def _take_everything(connection: Connection, account: Account) -> None:
    """Somebody is in no group any more: no role is left, and no sign-in on another computer."""
    staff_sessions.end_all(connection, account.id)
    if account.roles:
        staff.follow_groups(connection, account.id, ())
        _note_roles(connection, account.id)


def _note_roles(connection: Connection, staff_id: str) -> None:
    at = desk().parts.now()
    audit.note(connection, at=at, room="desk", who=audit.PROVIDER, act="roles changed", record=staff_id)


def _prove(told: Told, begun: Begun) -> ResponseReturnValue:
    """The same person gave proof again: on to the page they came from. Raises _Refused."""
    parts, now = desk().parts, desk().parts.now()
    if g.staff is None:
        return redirect(url_for("doors.sign_in"), 303)
    with parts.store.writing() as connection:
        account = staff.get(connection, me().id)
        is_same = account is not None and account.subject == told.subject
        asked_at = datetime.fromtimestamp(begun.at, UTC)
        # OpenID Connect Core asks for auth_time wherever max_age was sent. Without it nobody says that anything was
        # proved anew, and whoever sits at a computer left open could cut the question out of the address.
        is_fresh = told.signed_in_at is not None and told.signed_in_at >= asked_at - CLOCKS_DIFFER
        if is_same and is_fresh:
            staff_sessions.prove(connection, me().session, now)
        act = "proved again" if is_same and is_fresh else "proof refused"
        audit.note(connection, at=now, room="desk", who=me().id, act=act, record=me().id)
    if act == "proof refused":
        raise _Refused("somebody else", me().id)
    response = redirect(access.way_back(me().roles), 303)
    access.forget_way_back()
    return response


def _name(told: Told) -> str:
    """The account name that the provider's names give: the first that can be one."""
    return next((staff.normalised(name) for name in told.names if not name_problem(name)), "")


def _refusal(refused: _Refused, *, noted: bool = True) -> tuple[str, int]:
    """The page that says why, and what to do. What answers nothing that was begun is no line: anybody can send it."""
    status, sentence = CAUSES[refused.cause]
    logs.event("sso_refused", cause=refused.cause)
    if noted and refused.cause != "somebody else":  # which has a line of its own
        signing_in.refused(refused.staff_id, "sign in refused", b"")
    page = render_template("desk/sso_refused.html", cause=refused.cause, sentence=sentence, settings=_settings())
    return page, status


def _provider() -> "Provider":
    provider = desk().provider
    if provider is None:
        abort(404)
    return provider


def _settings() -> SingleSignOn:
    settings = desk().parts.config.single_sign_on
    if settings is None:
        abort(404)
    return settings
