"""Signing in, whichever door somebody came through: counting tries, beginning the sign-in."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from flask import redirect, session
from werkzeug.wrappers import Response

from .. import logs
from ..records import attempts, audit, devices, staff, staff_sessions
from ..records.acts import Act
from ..records.staff import Account
from ..records.staff_sessions import Stage, Way
from ..records.store import Connection
from . import access, cookies, local
from .context import desk

NOBODY = audit.NOBODY
Step = Literal["sign-in", "second step"]


@dataclass(frozen=True)
class Fresh:
    """A sign-in that has just begun: the tokens for this browser's cookies."""

    token: str
    device: str
    trusted: bool
    roles: tuple[str, ...]


def tries_of(connection: Connection, step: Step, name: str, account: Account | None) -> bytes:
    """What tries at this account are counted under: apart for a browser that its owner has signed in on before.

    Apart for each step too, whatever name is typed: nobody without the password uses up the tries at the second step.
    """
    parts, now = desk().parts, desk().parts.now()
    whose = account.id if account else NOBODY
    known = devices.is_known(connection, parts.server_key, cookies.device(), whose, now)
    apart = f"\x00{cookies.device()}" if known else ""
    return parts.server_key.digest(step, staff.normalised(name) + apart)


def refused(staff_id: str, act: Act, tries: bytes) -> datetime | None:
    """Note that a try was refused; returns the moment from which the next one is allowed, if that is not now."""
    parts, now = desk().parts, desk().parts.now()
    logs.event("sign_in_refused")
    with parts.store.writing() as connection:
        wait = attempts.wait_until(connection, tries, now)
        audit.note(connection, at=now, room="desk", who=staff_id, act=act, record=staff_id)
    return wait


def begin(connection: Connection, account: Account, way: Way, *, trusted: bool) -> Fresh:
    """Sign somebody in who proved who they are, under a fresh token. The browser is known from now on."""
    parts, now = desk().parts, desk().parts.now()
    own = trusted and parts.config.trusted_idle_minutes > 0
    staff_sessions.purge(connection, now, desk().idle)
    staff_sessions.end(connection, parts.server_key, cookies.token())
    token = _begin(connection, account.id, "full", way, trusted=own)
    device = devices.remember(connection, parts.server_key, cookies.device(), account.id, now)
    audit.note(connection, at=now, room="desk", who=account.id, act="sign in", record=account.id)
    if way != "sso" and not local.local_sign_in():
        logs.event("break_glass")
        audit.note(connection, at=now, room="desk", who=account.id, act="break glass", record=account.id)
    return Fresh(token, device, own, account.roles)


def begin_half_way(connection: Connection, staff_id: str) -> str:
    """The password was right: a token that opens the second step and nothing else."""
    staff_sessions.end(connection, desk().parts.server_key, cookies.token())
    return _begin(connection, staff_id, "password", "password", trusted=False)


def inside(fresh: Fresh) -> Response:
    """Go in: to the page that was asked for, or to where people with these roles begin."""
    return furnish(redirect(access.way_back(fresh.roles), 303), fresh)


def furnish(response: Response, fresh: Fresh) -> Response:
    """Give this browser what a sign-in gives it; what the cookie held before it is gone."""
    session.clear()
    cookies.let_in(response, fresh.token)
    cookies.know(response, fresh.device, own=fresh.trusted)
    return response


def _begin(connection: Connection, staff_id: str, stage: Stage, way: Way, *, trusted: bool) -> str:
    parts = desk().parts
    return staff_sessions.begin(
        connection,
        parts.server_key,
        staff_id,
        parts.now(),
        stage=stage,
        way=way,
        browser=cookies.browser_in_words(),
        trusted=trusted,
    )
