"""Which requests of the desk are counted together. The numbers stand in `app/floods.py`.

A post to any view that is marked `anyone` or `half_way` is counted as signing in: nobody who adds one has to think
of it. So is the way to the hospital's own sign-in and back, which costs a question to another host.
"""

from flask import current_app, g, request

from .. import floods
from ..floods import Gate
from . import access


def choose() -> Gate | None:
    """The gate of this request; static files pass without one."""
    if request.endpoint == "static":
        return None
    if floods.is_look():
        return floods.SIGNING_IN if request.blueprint == "sso" else floods.WORKING
    if g.forged or request.endpoint is None:
        return floods.STRAY
    need = access.need_of(current_app.view_functions[request.endpoint])
    return floods.SIGNING_IN if need in (access.ANYONE, access.HALF_WAY) else floods.WORKING
