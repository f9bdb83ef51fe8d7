"""Two host names for two rooms: where DESK_URL names another host than PUBLIC_URL, each answers at its own only."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.wsgi import get_host

from .headers import nobody_home
from .parts import Parts


class ByHost:
    """The desk at the host of DESK_URL, under /desk; the patients' room at every other name."""

    def __init__(self, host: str, intake: Any, desk: Any) -> None:
        self._host, self._intake, self._desk = host, intake, desk

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        host = urlsplit(f"//{get_host(environ)}").hostname
        return (self._desk if host == self._host else self._intake)(environ, start_response)


def by_host(parts: Parts, intake: Any, desk: Any) -> Any:
    """Both rooms, told apart by the name a request came to; a proxy is believed as far as the settings say."""
    nobody = nobody_home(secure=parts.config.secure)
    rooms = ByHost(
        urlsplit(parts.config.desk_url).hostname or "",
        DispatcherMiddleware(intake, {"/desk": nobody}),
        DispatcherMiddleware(nobody, {"/desk": desk}),
    )
    count = parts.config.trusted_proxies
    return ProxyFix(rooms, x_for=0, x_proto=0, x_host=count) if count else rooms
