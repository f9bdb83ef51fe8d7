"""Floods: how much may come from one address, or for one form, before it has to wait. Both rooms are furnished here.

Many patients share an address: a family, a waiting room, everybody behind one provider. So what is done in a form that
is open on a device is counted for that form, and never for the address; a form is begun through a gate of its own.
Beyond a limit nothing is lost: a question page comes back as it was filled in, every other page says when to try again.

The numbers hold for thirty people behind one address, each as fast as a hand can be (a page every three seconds, a
hundred in five minutes), with room to spare; the windows are short, so that whoever has to wait waits minutes.
"""

import hmac
import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from ipaddress import ip_address, ip_network
from typing import TypeVar

from flask import Flask, Response, current_app, g, request
from flask_limiter import Limiter
from limits import parse
from limits.strategies import FixedWindowRateLimiter, RateLimiter
from werkzeug.exceptions import HTTPException, TooManyRequests

from . import counters, errors, forgery, logs
from .parts import Clock, Parts

Answer = TypeVar("Answer")

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_IPV6_NETWORK = 64


@dataclass(frozen=True)
class Gate:
    """Requests that are counted together. `form` is the form they are counted for; empty: counted for the address."""

    name: str
    limit: str
    form: str = ""


LOOKING = Gate("look", "15000 per 5 minute")
"""Pages opened: what a processor draws in some seconds, fifty a second. Thirty people need a fifth of it at most, and
their own forms are not even counted here, so that a robot beside them keeps nobody from the start page."""
POSTING = Gate("post", "600 per 5 minute")
"""Posts that change little (light or dark, a form opened before the browser was closed): twenty for each of thirty."""
STRAY = Gate("stray", "150 per 5 minute")
"""Posts without a good token, or to no page: what a simple robot sends, and a person after closing the browser."""
BEGINNING = Gate("begin", "200 per 10 minute")
"""Forms begun: each is a row. Thirty people begin thirty; a waiting room and its families may begin six times that."""
ASKED_FROM = 60
"""Forms begun from one address in ten minutes before everybody there is asked to press Start once more."""
OPENING = Gate("open", "150 per 5 minute")
"""Codes and birth dates tried: five from each of thirty people. A birth date has its own count of tries besides."""
SIGNING_IN = Gate("sign in", "200 per 5 minute")
"""Posts at the desk by somebody who is not signed in: thirty people at eight, each six times. A password costs
an eighth of a second to check: so many take 4 % of two processors. Each account has its own count of tries besides."""
WORKING = Gate("work", "6000 per 5 minute")
"""Everything else at the desk: thirty people with two hundred pages each."""


def filling_in(form: str, *, posts: bool) -> Gate:
    """The gate of one form that is open on a device: two saves, or four looks, a second. No hand is that fast."""
    return Gate("save", "600 per 5 minute", form) if posts else Gate("read", "1200 per 5 minute", form)


class TooMuch(TooManyRequests):
    """More came than may come at once; `g.too_much` is the moment from which on it may again."""


class Counts:
    """Counts in the storage that is set; for a minute after that did not answer, alone in this process."""

    def __init__(self, shared: RateLimiter, alone: RateLimiter, clock: Clock) -> None:
        self.shared, self._alone, self._clock = shared, alone, clock
        self._alone_until = datetime.min.replace(tzinfo=UTC)

    def ask(self, what: Callable[[RateLimiter], Answer]) -> Answer:
        """What the storage answers. Whatever goes wrong with it: nobody is refused for it, and one line tells."""
        if self._clock() >= self._alone_until:
            try:
                return what(self.shared)
            except Exception:
                self._alone_until = self._clock() + _AWAY
                logs.event("rate_limit_storage_unavailable")
        return what(self._alone)


def init_app(app: Flask, parts: Parts, room: str, choose: Callable[[], Gate | None]) -> None:
    """Count every request of this room at the gate that `choose` names for it; None is not counted."""
    key = parts.server_key.derive(f"{room} floods")
    is_shared = parts.config.rate_limit_storage != "memory://"
    limiter = Limiter(
        lambda: request.remote_addr or "",
        storage_uri=parts.config.rate_limit_storage if is_shared else counters.URI,
        storage_options=_PATIENCE if is_shared else {"clock": parts.clock},  # type: ignore[arg-type]
        strategy="fixed-window",
    )
    # Its own hooks cost every request as much as drawing a page, also those that are not counted: we ask it ourselves.
    app.extensions.setdefault("limiter", set()).add(limiter)
    limiter.init_app(app)
    counts = Counts(limiter.limiter, FixedWindowRateLimiter(counters.Counters(clock=parts.clock)), parts.clock)
    app.extensions["floods"] = counts

    @app.before_request
    def _count() -> None:
        g.too_much = None
        g.gate = gate = choose()
        if gate is None:
            return
        item = _item(gate.limit)
        names = (room, gate.name, digest_of(key, gate.form or network_of(request.remote_addr or "")))
        g.counted = (item, names)
        if not counts.ask(lambda limiter: limiter.hit(item, *names)):
            window = counts.ask(lambda limiter: limiter.get_window_stats(item, *names))
            g.too_much = datetime.fromtimestamp(math.ceil(window.reset_time), UTC)
            raise TooMuch

    @app.errorhandler(TooMuch)
    def _wait(_error: TooMuch) -> Response:
        logs.event("too_much", room=room, gate=g.gate.name)
        response = _kept(app, room) or app.make_response(errors.page(429, errors.template_of(room), try_again(parts)))
        response.status_code = 429
        wait = math.ceil((g.too_much - parts.now()).total_seconds())
        response.headers["Retry-After"] = str(max(wait, 1))
        return response


_item = lru_cache(parse)
_AWAY = timedelta(minutes=1)
_PATIENCE = {"socket_connect_timeout": 1, "socket_timeout": 1}
"""Seconds that a request waits for a storage on another host."""


def try_again(parts: Parts) -> str:
    """When what is too much now is not any more, as a sentence: in whole minutes, never too early."""
    local = parts.local(g.too_much + timedelta(seconds=59))
    at = f"{local.hour % 12 or 12}:{local.minute:02} {'AM' if local.hour < 12 else 'PM'}"
    return f"Try again at {at}. Nothing that you saved is lost."


def is_crowded() -> bool:
    """Whether so many forms were begun from this address that a person may be asked whether they are one."""
    if g.gate is not BEGINNING:
        return False
    counts: Counts = current_app.extensions["floods"]
    item, names = g.counted
    window = counts.ask(lambda limiter: limiter.get_window_stats(item, *names))
    return item.amount - window.remaining > ASKED_FROM


def network_of(address: str) -> str:
    """What is counted as one address: an IPv4 address, or the /64 network that one IPv6 customer has to themselves."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if found.version == 4:
        return str(found)
    mapped = found.ipv4_mapped
    return str(mapped or ip_network((found, _IPV6_NETWORK), strict=False))


def digest_of(key: bytes, text: str) -> str:
    """What is counted under: tells nobody an address or a form who has not this room's key."""
    return hmac.digest(key, text.encode(), "sha256").hex()[:32]


def is_look() -> bool:
    """Whether the request only looks."""
    return request.method in _SAFE


def _kept(app: Flask, room: str) -> Response | None:
    """The page as it was filled in, from a patients' view that keeps answers; it sees `g.too_much`."""
    view = app.view_functions.get(request.endpoint or "")
    if room != "intake" or view is None or is_look() or not forgery.keeps(view):
        return None
    try:
        return app.make_response(app.ensure_sync(view)(**(request.view_args or {})))
    except HTTPException as end:
        return app.make_response(app.handle_http_exception(end))
