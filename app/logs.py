"""Logs: one JSON line a request, and one for anything unexpected. Ids and outcomes only.

A line names the route's pattern, never the address, so that no draft id, secret, name or answer gets into it.
"""

import json
import logging
import sys
import time
from collections.abc import Mapping
from datetime import UTC, datetime

from flask import Flask, Response, g, request

_log = logging.getLogger("previsit")


class JsonLines(logging.Formatter):
    """Formats a record as one JSON line. Of an exception it tells the kind and the place, never its message."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
        }
        facts = getattr(record, "facts", None)
        if isinstance(facts, Mapping):
            line |= facts
        if record.exc_info and record.exc_info[0]:
            line["error"] = record.exc_info[0].__name__
            line["place"] = _place(record)
        return json.dumps(line)


def _place(record: logging.LogRecord) -> list[str]:
    trace = record.exc_info[2] if record.exc_info else None
    places: list[str] = []
    while trace is not None:
        places.append(f"{trace.tb_frame.f_globals.get('__name__')}:{trace.tb_lineno}")
        trace = trace.tb_next
    return places[-8:]


def start() -> None:
    """Send the product's log lines to standard error, once."""
    if not _log.handlers:
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(JsonLines())
        _log.addHandler(handler)
        _log.setLevel(logging.INFO)
        _log.propagate = False


def event(name: str, **facts: object) -> None:
    """Log that something happened: facts are ids, counts and outcomes, never words of a patient."""
    _log.info(name, extra={"facts": facts})


def unexpected(room: str) -> None:
    """Log the exception being handled: its kind and place."""
    _log.error("unexpected", exc_info=True, extra={"facts": {"room": room}})


def init_app(app: Flask, room: str) -> None:
    """Log every request of this room when it is answered."""

    @app.before_request
    def _start() -> None:
        g.started = time.perf_counter()

    @app.after_request
    def _log_request(response: Response) -> Response:
        facts = {
            "room": room,
            "method": request.method,
            "route": request.url_rule.rule if request.url_rule else None,
            "status": response.status_code,
            "ms": round((time.perf_counter() - g.get("started", time.perf_counter())) * 1000, 1),
        }
        _log.info("request", extra={"facts": facts})
        return response
