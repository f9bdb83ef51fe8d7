"""What both rooms have in common: templates, cookies, headers, error pages, logs, the form token, static files."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Literal

from flask import Flask, current_app, request
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import Signer
from jinja2 import StrictUndefined
from markupsafe import Markup
from werkzeug.middleware.proxy_fix import ProxyFix

from . import assets, errors, floods, forgery, headers, logs
from .floods import Gate
from .language import Sentences
from .parts import Parts
from .questionnaire.kinds import N_
from .questionnaire.wording import date_in_words, question_text

Room = Literal["intake", "desk"]

Signer.default_digest_method = staticmethod(sha256)
"""What form tokens are signed with. The library's own default is SHA-1, which is for older systems only."""


class SignedCookies(SecureCookieSessionInterface):
    """The session cookie, signed with HMAC-SHA256."""

    digest_method = staticmethod(sha256)


def furnish(parts: Parts, room: Room, gate: Callable[[], Gate | None]) -> Flask:
    """An empty room: a Flask application with everything both rooms share, and no page yet.

    `gate` says at which gate of `floods` a request is counted. Each room derives its own cookie key, so that a cookie
    of one is worth nothing in the other.
    """
    app = Flask(f"app.{room}", template_folder="../../templates", static_folder=None)
    secure = parts.config.secure
    app.config.update(
        SECRET_KEY=parts.server_key.derive(f"{room} cookies"),
        SESSION_COOKIE_NAME=cookie_name(f"previsit-{room}", secure=secure),
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=secure,
        SESSION_COOKIE_PATH="/",
        APPLICATION_ROOT="/desk" if room == "desk" else "/",
        PROPAGATE_EXCEPTIONS=False,
    )
    app.session_interface = SignedCookies()
    app.extensions["parts"] = parts
    _furnish_templates(app, parts)
    app.context_processor(lambda: {"theme": chosen_theme()})
    logs.init_app(app, room)
    forgery.init_app(app, room, reads_addresses=room == "desk")
    floods.init_app(app, parts, room, gate)
    forgery.refuse_forged(app)
    headers.init_app(app, room, secure=secure)
    errors.init_app(app, room)
    assets.init_app(app)
    if parts.config.trusted_proxies:
        count = parts.config.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)
    return app


def cookie_name(name: str, *, secure: bool) -> str:
    """The name of a cookie: with https the browser itself holds it to this host, this path and https."""
    return f"__Host-{name}" if secure else name


def theme_cookie(*, secure: bool) -> str:
    """The name of the cookie that remembers light or dark."""
    return cookie_name("theme", secure=secure)


def chosen_theme() -> str:
    """Light or dark as this device chose it, or nothing: then the system's setting decides."""
    parts: Parts = current_app.extensions["parts"]
    theme = request.cookies.get(theme_cookie(secure=parts.config.secure), "")
    return theme if theme in ("light", "dark") else ""


def _furnish_templates(app: Flask, parts: Parts) -> None:
    env = app.jinja_env
    env.undefined = StrictUndefined
    env.trim_blocks = True
    env.lstrip_blocks = True
    env.add_extension(Sentences)
    env.globals["_"] = N_  # marks a sentence for translation; there is one language yet
    env.globals.pop("config", None)
    env.globals["clinic"] = parts.config.clinic
    env.globals["question_text"] = lambda question, helper: question_text(question, helper=helper)
    env.globals["texts"] = parts.definition.texts
    env.globals["messages"] = parts.definition.messages
    clinic = parts.config.clinic
    drawn: dict[str, Markup] = {}

    def fixed(name: str) -> Markup:
        """A piece of every page that is the same for everybody: drawn once."""
        if name not in drawn:
            drawn[name] = Markup(env.get_template(name).render())  # noqa: S704 (our own template, autoescaped)
        return drawn[name]

    def filled(sentence: str) -> str:
        """A sentence of the questionnaire with the clinic's name, phone and hours in their places."""
        if "{" not in sentence:
            return sentence
        return (
            sentence.replace("{clinic_name}", clinic.name)
            .replace("{clinic_phone}", clinic.phone)
            .replace("{clinic_hours}", clinic.hours)
        )

    def moment(at: datetime) -> str:
        local = parts.local(at)
        return f"{date_in_words(local.date().isoformat())} at {clock_time(local)}"

    def clock_time(at: datetime) -> str:
        return clock_words(parts.local(at))

    def last_day(end: datetime) -> str:
        return date_in_words(parts.local(end - timedelta(seconds=1)).date().isoformat())

    def day(value: date) -> str:
        return date_in_words(value.isoformat())

    env.globals["fixed"] = fixed
    env.filters.update(filled=filled, moment=moment, clock_time=clock_time, day=day, last_day=last_day, digits=_digits)


def clock_words(local: datetime) -> str:
    """The time of a moment in the clinic's zone: 9:05 AM EST."""
    return f"{local.hour % 12 or 12}:{local.minute:02} {'AM' if local.hour < 12 else 'PM'} {local.tzname()}"


def _digits(phone: str) -> str:
    """A phone number as a `tel:` link wants it: +1 and ten digits; letters in brackets left out."""
    digits = "".join(c for c in phone if c.isdigit())
    return f"+1{digits}" if len(digits) == 10 else f"+{digits}"
