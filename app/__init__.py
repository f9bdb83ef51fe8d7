"""The intake service: two rooms, for patients and for staff, built from one set of parts."""

from werkzeug.exceptions import NotFound
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from . import desk, intake
from .parts import Parts


def create_app(parts: Parts) -> DispatcherMiddleware:
    """The WSGI application for the rooms that the configuration names, joined by path: the desk under /desk."""
    rooms = parts.config.rooms
    outside = NotFound() if rooms == "desk" else intake.create_room(parts)
    inside = {} if rooms == "intake" else {"/desk": desk.create_room(parts)}
    return DispatcherMiddleware(outside, inside)
