"""What the desk knows of a browser: the cookies of its sign-in, whether it is known, what people call it."""

from collections.abc import Iterable

from flask import request
from werkzeug.wrappers import Response

from ..records.devices import LASTS
from ..room import cookie_name
from .context import desk

_BROWSERS = (
    ("Edg/", "Edge"),
    ("Firefox/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("Windows", "Windows"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Mac OS X", "Mac"),
    ("Linux", "Linux"),
)  # fmt: skip


def token() -> str:
    """The token of this browser's sign-in, or nothing."""
    return request.cookies.get(_session(), "")


def let_in(response: Response, fresh: str) -> None:
    """Give this browser the token of a fresh sign-in, in a cookie that ends with the browser."""
    response.set_cookie(_session(), fresh, httponly=True, samesite="Lax", secure=_secure(), path="/")


def let_out(response: Response) -> None:
    """Take the sign-in away. The browser stays known."""
    response.delete_cookie(_session(), httponly=True, samesite="Lax", secure=_secure(), path="/")


def device() -> str:
    """The token of a browser that somebody has signed in on before, or nothing."""
    return request.cookies.get(_device(), "")


def know(response: Response, device_token: str, *, own: bool) -> None:
    """Let this browser be known again; `own` is whether it was called a computer of the clinic."""
    longest = int(LASTS.total_seconds())
    for name, value in ((_device(), device_token), (_own(), "1" if own else "0")):
        response.set_cookie(name, value, max_age=longest, httponly=True, samesite="Lax", secure=_secure(), path="/")


def called_own() -> bool:
    """Whether this browser was called a computer of the clinic at the last sign-in. A preference, and no proof."""
    return request.cookies.get(_own()) == "1"


def browser_in_words() -> str:
    """The browser of this request as people call it: no more of it is kept."""
    agent = request.headers.get("User-Agent", "")
    browser, system = _first(_BROWSERS, agent), _first(_SYSTEMS, agent)
    return f"{browser or 'A browser'} on {system or 'a computer'}"


def _session() -> str:
    return cookie_name("desk-session", secure=_secure())


def _device() -> str:
    return cookie_name("desk-device", secure=_secure())


def _own() -> str:
    return cookie_name("desk-own", secure=_secure())


def _secure() -> bool:
    return desk().parts.config.secure


def _first(known: Iterable[tuple[str, str]], agent: str) -> str:
    return next((words for mark, words in known if mark in agent), "")
