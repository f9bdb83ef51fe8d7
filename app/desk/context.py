"""What the views of this room work with."""

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from flask import current_app, g

from ..parts import Parts
from ..records.staff_sessions import Idle, SignedIn
from .passkeys import Place
from .passwords import Passwords

if TYPE_CHECKING:  # its libraries are loaded only where single sign-on is on
    from .oidc import Provider


BACK = "back"
"""Where the session cookie holds the page that somebody goes on to."""


@dataclass(frozen=True)
class Desk:
    """The parts both rooms share, and what only this one has."""

    parts: Parts
    passwords: Passwords
    provider: "Provider | None" = None

    @property
    def idle(self) -> Idle:
        """How long a sign-in lasts without use."""
        config = self.parts.config
        return Idle(timedelta(minutes=config.idle_minutes), timedelta(minutes=config.trusted_idle_minutes))

    @property
    def place(self) -> Place:
        """Where passkeys belong."""
        return Place(self.parts.config.desk_url, self.parts.config.clinic.name)


def desk() -> Desk:
    """The desk of the current request."""
    return current_app.extensions["desk"]


def me() -> SignedIn:
    """Who is signed in. Only for views that need it: `access` has made sure that somebody is."""
    return g.staff


def half() -> SignedIn:
    """Who gave their password and not yet the second factor. Only for views that are marked for them."""
    return g.half
