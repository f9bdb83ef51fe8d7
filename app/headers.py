"""Security headers, in one place, on every response of both rooms.

No inline script or style exists, so the policy needs no nonce. Anything personal is `no-store`; a view that may be
cached sets its own Cache-Control.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Literal, TypeVar

from flask import Flask, Response
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as BaseResponse

_POLICY = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "script-src 'self'",
        "img-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "object-src 'none'",
    )
)
_CLOSED = (
    "accelerometer", "autoplay", "browsing-topics", "camera", "display-capture", "geolocation", "gyroscope", "hid",
    "magnetometer", "microphone", "midi", "payment", "screen-wake-lock", "serial", "usb",
)  # fmt: skip
_PASSKEYS = ("publickey-credentials-create", "publickey-credentials-get")

HEADERS = {
    "Content-Security-Policy": _POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": ", ".join(f"{name}=()" for name in (*_CLOSED, *_PASSKEYS)),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex",
}


DESK_HEADERS = {
    **HEADERS,
    # Passkeys belong to the desk: its one script asks this host, and no other, what to ask the browser.
    "Content-Security-Policy": f"{_POLICY}; connect-src 'self'",
    "Permissions-Policy": ", ".join((*(f"{name}=()" for name in _CLOSED), *(f"{name}=(self)" for name in _PASSKEYS))),
}
_HSTS = {"Strict-Transport-Security": "max-age=63072000; includeSubDomains"}

Start = Callable[..., object]
Some = TypeVar("Some", bound=BaseResponse)


def init_app(app: Flask, room: Literal["intake", "desk"], *, secure: bool) -> None:
    """Put the headers on every response of this room; with https, HSTS for two years as well."""
    always = DESK_HEADERS if room == "desk" else HEADERS

    @app.after_request
    def _add_headers(response: Response) -> Response:
        return _furnished(response, always, secure=secure)


def nobody_home(*, secure: bool) -> Callable[[dict[str, object], Start], Iterable[bytes]]:
    """What answers in place of a room that is not served here: not found, with the same headers."""

    def answer(environ: dict[str, object], start_response: Start) -> Iterable[bytes]:
        return _furnished(NotFound().get_response(), HEADERS, secure=secure)(environ, start_response)  # type: ignore[arg-type]

    return answer


def _furnished(response: Some, always: Mapping[str, str], *, secure: bool) -> Some:
    response.headers.extend({**always, **_HSTS} if secure else always)
    response.headers.setdefault("Cache-Control", "no-store")
    return response
