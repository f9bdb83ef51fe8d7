"""The staff room: a Flask application of its own, mounted at /desk. It holds the key that opens sent answers."""

from typing import TYPE_CHECKING

from argon2 import PasswordHasher
from flask import Flask

from ..keys import KeyProblem
from ..parts import Parts
from ..room import furnish
from . import (
    access,
    account,
    accounts,
    audit,
    beside,
    brief,
    calls,
    day,
    doors,
    export,
    gates,
    joining,
    link,
    people,
    queue,
    search,
    second_step,
    sheet,
    sso,
    words,
    work,
)
from .context import Desk
from .passwords import Passwords

if TYPE_CHECKING:
    from .oidc import Provider


def create_room(parts: Parts, *, hasher: PasswordHasher | None = None) -> Flask:
    """The staff's application: sign-in, the list of forms, one form, the link for patients, the export.

    `hasher` is for tests, which want it fast; without one, argon2's own defaults hold.
    """
    if not parts.keyring.private_keys:
        raise KeyProblem("the desk cannot run without the clinic's private key: set KEY_DIR")
    app = furnish(parts, "desk", gates.choose)
    app.extensions["desk"] = Desk(
        parts=parts,
        passwords=Passwords(hasher or PasswordHasher()),
        provider=_provider(parts),
    )
    words.init_app(app, parts)
    audit.init_app(app)
    access.init_app(app)
    for part in (
        doors,
        sso,
        second_step,
        joining,
        queue,
        search,
        brief,
        calls,
        day,
        sheet,
        people,
        beside,
        link,
        export,
        account,
        accounts,
        audit,
        work,
    ):
        app.register_blueprint(part.blueprint)
    return app


def _provider(parts: Parts) -> "Provider | None":
    """The provider of single sign-on; its libraries are loaded only where it is on."""
    settings = parts.config.single_sign_on
    if settings is None:
        return None
    from .oidc import Provider

    return Provider(settings, f"{parts.config.desk_url}/desk/sso/back")
