"""What the views of this room work with."""

from dataclasses import dataclass

from flask import current_app, g

from ..parts import Parts
from ..records.staff_sessions import SignedIn
from .passwords import Passwords


@dataclass(frozen=True)
class Desk:
    """The parts both rooms share, and what only this one has."""

    parts: Parts
    passwords: Passwords


def desk() -> Desk:
    """The desk of the current request."""
    return current_app.extensions["desk"]


def me() -> SignedIn:
    """Who is signed in. Only for views that need it: `access` has made sure that somebody is."""
    return g.staff
