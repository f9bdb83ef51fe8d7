"""Audit lines to a syslog elsewhere, each as one line of JSON, once they are on disk here.

A collector that is down holds nobody up for longer than a second and fails nothing: it is logged once and tried again
after a while. What it missed stays in the database, and the next lines tell the collector by their numbers.
"""

import json
import socket
import threading
import time
from collections.abc import Callable, Sequence
from datetime import UTC

from config import Syslog

from . import logs
from .ledger import Line

_LONGEST = 1.0
_PAUSE = 30.0
_PRIORITY = 10 * 8 + 6
"""Facility authpriv, severity info, as syslog counts them."""


def as_json(line: Line) -> str:
    """A line as the collector gets it."""
    return json.dumps(
        {
            "at": line.at.astimezone(UTC).isoformat(timespec="microseconds"),
            "room": line.room,
            "who": line.who,
            "act": line.act,
            "record": line.record,
            "chain": line.chain,
            "seq": line.seq,
            "hash": line.hash.hex(),
        }
    )


def connected(place: Syslog) -> socket.socket:
    """A connection to a collector. Raises OSError.

    Not the standard library's handler: that one passes over a socket that nobody listens on, and waits without a limit.
    """
    if place.kind == "tcp":
        return socket.create_connection((place.host, place.port), _LONGEST)
    if place.kind == "path":
        family, address = socket.AF_UNIX, place.path
    else:
        family, _, _, _, address = socket.getaddrinfo(place.host, place.port, type=socket.SOCK_DGRAM)[0]
    made = socket.socket(family, socket.SOCK_DGRAM)
    try:
        made.settimeout(_LONGEST)
        made.connect(address)
    except OSError:
        made.close()
        raise
    return made


def message(place: Syslog, line: Line) -> bytes:
    """What is sent for a line. In a stream it ends with the line's end; a datagram ends by itself."""
    return f"<{_PRIORITY}>previsit: {as_json(line)}".encode() + (b"\n" if place.kind == "tcp" else b"")


class Shipper:
    """Sends lines to one collector. Never raises for what the network or the collector does."""

    def __init__(self, place: Syslog, *, pause: float = _PAUSE, clock: Callable[[], float] = time.monotonic) -> None:
        """`pause` is how many seconds a collector that is down is left alone, by `clock`."""
        self._place = place
        self._pause = pause
        self._clock = clock
        self._socket: socket.socket | None = None
        self._missed = 0
        self._again_at = 0.0
        self._lock = threading.Lock()

    def __call__(self, lines: Sequence[Line]) -> None:
        """Send these lines, in order; count those that cannot be sent."""
        with self._lock:
            for line in lines:
                self._send(line)

    def _send(self, line: Line) -> None:
        if self._missed and self._clock() < self._again_at:
            self._missed += 1
            return
        try:
            if self._socket is None:
                self._socket = connected(self._place)
            self._socket.sendall(message(self._place, line))
        except OSError as error:
            self._down(error)
        else:
            if self._missed:
                logs.event("audit_syslog_back", missed=self._missed)
                self._missed = 0

    def _down(self, error: OSError) -> None:
        if not self._missed:
            logs.event("audit_syslog_down", cause=type(error).__name__)
        self._missed += 1
        self._again_at = self._clock() + self._pause
        self.close()

    def close(self) -> None:
        """Let go of the connection."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None


def problem_with(place: Syslog) -> str:
    """Why nothing can be sent to a collector, as far as that shows from here; nothing when it looks well."""
    try:
        connected(place).close()
    except OSError as error:
        return error.strerror or type(error).__name__
    return ""
