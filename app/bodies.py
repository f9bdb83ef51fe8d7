"""Bodies of requests: read whole before a request takes one of the few places where work is done.

Somebody whose phone sends slowly, or never to the end, waits in a thread that costs next to nothing, and keeps nobody
else from being served. A body that is too large is read to its end and thrown away, so that the page that says so
arrives: a browser whose sending is cut off shows an error of its own.
"""

import threading
from collections.abc import Callable, Iterable
from io import BytesIO
from typing import Any

from .forgery import MOST_BYTES

THREADS = 160
"""Threads of a worker process: so many bodies may be on their way to it at once."""

_PLACES = 4
_MOST_READ = 32 * 1024 * 1024
_PIECE = 64 * 1024

Application = Callable[[dict[str, Any], Any], Iterable[bytes]]


def read_first(application: Application) -> Application:
    """The application, called only with a whole body, and by no more threads at once than there are places."""
    places = threading.BoundedSemaphore(_PLACES)

    def called(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if environ.get("CONTENT_LENGTH") or environ.get("HTTP_TRANSFER_ENCODING"):
            _read(environ)
        with places:
            return application(environ, start_response)

    return called


def _read(environ: dict[str, Any]) -> None:
    """Put the body into the environment as bytes that are there; one that is too large only as its length."""
    sent = environ["wsgi.input"]
    kept = bytearray()
    length = 0
    while length < _MOST_READ and (piece := sent.read(_PIECE)):
        length += len(piece)
        if length <= MOST_BYTES:
            kept += piece
    whole = length <= MOST_BYTES
    environ["wsgi.input"] = BytesIO(kept if whole else b"")
    environ["CONTENT_LENGTH"] = str(length)
    environ.pop("HTTP_TRANSFER_ENCODING", None)
