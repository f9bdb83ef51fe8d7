"""The intake service: two rooms, for patients and for staff, built from one set of parts."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from werkzeug.middleware.dispatcher import DispatcherMiddleware

    from .parts import Parts


def create_app(parts: "Parts") -> "DispatcherMiddleware":
    """The WSGI application for the rooms that the configuration names, joined by path: the desk under /desk.

    A room is imported only where it is served: an intake process never loads the desk, and the pure parts of this
    package load without any web framework.
    """
    from werkzeug.middleware.dispatcher import DispatcherMiddleware

    if parts.config.rooms == "intake":
        from . import intake

        return DispatcherMiddleware(intake.create_room(parts))
    from . import desk

    staff = {"/desk": desk.create_room(parts)}
    if parts.config.rooms == "desk":
        from . import headers

        return DispatcherMiddleware(headers.nobody_home(secure=parts.config.secure), staff)
    from . import intake

    if parts.config.has_two_hosts:
        from .hosts import by_host

        return by_host(parts, intake.create_room(parts), staff["/desk"])
    return DispatcherMiddleware(intake.create_room(parts), staff)
