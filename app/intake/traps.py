"""Two traps for robots: a box that people do not see, and a form that comes back faster than a hand. Neither refuses.

Browsers fill in boxes by themselves, and some people press fast. So when a trap trips, the person is asked once to
press the button again; that press goes through, whatever the traps say. What a page carries for this is bound to the
browser's form token and has no end: a page left open for days works.
"""

import hmac
from datetime import UTC, datetime, timedelta

from flask import Flask, current_app, request, session
from flask_wtf.csrf import generate_csrf

from .. import logs
from ..parts import Parts
from ..questionnaire.kinds import N_

BOX = "website"
"""The name of the hidden box: one that robots like, and no question has."""
DRAWN = "drawn"
PRESSED = "once_more"
FASTEST = timedelta(seconds=2)
"""Nobody opens the start page or the last page, finds its button and presses it faster."""
ASK = N_(
    "Press the button once more. You did nothing wrong: we ask this when a page comes back to us very fast, or when a "
    "browser filled in a hidden box. What you typed is below."
)


def init_app(app: Flask) -> None:
    """Let the templates of this room say `trap_mark('drawn')` and `was_asked()`."""
    app.jinja_env.globals["trap_mark"] = mark
    app.jinja_env.globals["was_asked"] = was_asked


def asks(*, crowded: bool = False) -> bool:
    """Whether to ask once more, before anything is done. Not of somebody who was asked already."""
    if is_tripped() or (crowded and not was_asked()):
        logs.event("asked_once_more", endpoint=request.endpoint, filled=_is_filled(), fast=_is_fast(), crowded=crowded)
        return True
    return False


def is_tripped() -> bool:
    """Whether a trap tripped, and nobody was asked for it yet."""
    return (_is_filled() or _is_fast()) and not was_asked()


def was_asked() -> bool:
    """Whether the page that was posted is one that asked to press once more."""
    return _moment(PRESSED) is not None


def _is_filled() -> bool:
    return bool(request.form.get(BOX))


def _is_fast() -> bool:
    drawn = _moment(DRAWN)
    age = _parts().now() - drawn if drawn else timedelta()
    return timedelta() <= age < FASTEST  # a clock that was set back since makes nobody fast


def mark(kind: str) -> str:
    """This moment, signed for this browser and for one purpose; on a page that is shown again, the moment it had."""
    if _moment(kind) is not None:
        return request.form[kind]
    moment = str(int(_parts().now().timestamp() * 1000))
    return f"{moment}.{_signature(kind, moment)}"


def _moment(kind: str) -> datetime | None:
    """The moment in a mark that was posted; None when there is none of ours."""
    moment, _, signature = request.form.get(kind, "").partition(".")
    if not hmac.compare_digest(signature.encode(), _signature(kind, moment).encode()):
        return None
    return datetime.fromtimestamp(int(moment) / 1000, UTC)


def _signature(kind: str, moment: str) -> str:
    generate_csrf()  # lays down what a form token is bound to, if this browser has none yet
    bound_to = session["csrf_token"]
    return _parts().server_key.digest(f"trap {kind}", f"{bound_to} {moment}").hex()[:32]


def _parts() -> Parts:
    return current_app.extensions["parts"]
