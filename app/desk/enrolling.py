"""Setting up second factors: an authenticator app by its QR code, a passkey by a touch, and the recovery codes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self

from flask import current_app, render_template, request
from markupsafe import Markup
from werkzeug.wrappers import Response

from ..records import factors, spent, staff
from ..records.store import Connection
from . import access, apps, checks, passkeys
from .context import desk
from .link import draw_qr
from .passkeys import NotProved

LONGEST_LABEL = 40
CODE_WRONG = "That is not the code your app shows now. Check that the phone’s clock is right, and enter the next one."
NOT_MADE = "No passkey was made. Try again, or use an authenticator app."


@dataclass(frozen=True)
class App:
    """An authenticator app that is being set up: its secret, and the same as the form carries it."""

    secret: str | None
    hidden: str
    code: str = ""

    @classmethod
    def fresh(cls, staff_id: str) -> Self:
        """A secret nobody has seen yet. It is stored only once a code of it was entered."""
        secret = apps.new_secret()
        return cls(secret, apps.hide(desk().parts.server_key, staff_id, secret))

    @classmethod
    def posted(cls, staff_id: str) -> Self:
        """The secret that the page showed, and the code that was entered."""
        hidden = request.form.get("secret", "")
        return cls(apps.reveal(desk().parts.server_key, staff_id, hidden), hidden, request.form.get("code", ""))

    def drawn(self, name: str) -> Markup:
        """The QR code that the app photographs."""
        return draw_qr(
            apps.address(self.secret or "", name, desk().parts.config.clinic.name), "QR code for an authenticator app"
        )

    @property
    def typed(self) -> str:
        """The secret in groups of four, for somebody who types it."""
        secret = self.secret or ""
        return " ".join(secret[i : i + 4] for i in range(0, len(secret), 4))


def set_up_app(connection: Connection, staff_id: str, app: App) -> str:
    """Keep the app's secret once its code fits; returns what is wrong, or nothing."""
    parts, now = desk().parts, desk().parts.now()
    step = apps.step_of(app.secret, app.code, now) if app.secret else None
    if app.secret is None or step is None or not checks.spend_step(connection, staff_id, app.secret, step):
        return CODE_WRONG
    staff.set_totp(connection, staff_id, apps.seal(parts.server_key, staff_id, app.secret))
    return ""


def set_up_passkey(connection: Connection, staff_id: str) -> str:
    """Keep the passkey that the browser made; returns what is wrong, or nothing."""
    parts, now = desk().parts, desk().parts.now()
    readable = "".join(c if c.isprintable() else " " for c in request.form.get("label", ""))
    label = " ".join(readable.split())[:LONGEST_LABEL]
    try:
        answer = passkeys.read_answer(request.form.get("passkey", ""))
        key = passkeys.check_new(parts.server_key, desk().place, now, answer, staff_id, label or "Passkey")
    except NotProved:
        return NOT_MADE
    digest = passkeys.spent_digest(parts.server_key, answer.challenge)
    if factors.find_passkey(connection, key.id) or not spent.spend(connection, digest, now + 2 * passkeys.LASTS):
        return NOT_MADE
    factors.add_passkey(connection, key)
    return ""


def codes_page(made: Sequence[str], roles: Iterable[str]) -> Response:
    """The page that shows fresh recovery codes, once."""
    page = render_template("desk/recovery_codes.html", codes=made, onward=access.way_back(roles))
    return current_app.make_response(page)
