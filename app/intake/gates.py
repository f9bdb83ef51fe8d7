"""Which requests of the patients' room are counted together. The numbers stand in `app/floods.py`."""

from flask import g, request

from .. import floods
from ..floods import Gate
from . import cookies, traps

_OPENING = frozenset({"coming.take_code", "coming.open_link", "coming.unlock"})


def choose() -> Gate | None:
    """The gate of this request. What everybody may read, and static files, pass without one."""
    if request.blueprint == "overview" or request.endpoint == "static":
        return None
    if not floods.is_look() and (g.forged or request.endpoint is None):
        return floods.STRAY
    form = (request.view_args or {}).get("draft_id", "")
    if form and cookies.was_ever_here(form):
        return floods.filling_in(form, posts=not floods.is_look())
    if floods.is_look():
        return floods.LOOKING
    if request.endpoint == "coming.begin":
        # What is only asked once more begins no form: a robot that presses on does not use up what people need.
        return floods.LOOKING if traps.is_tripped() else floods.BEGINNING
    return floods.OPENING if request.endpoint in _OPENING else floods.POSTING
