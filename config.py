"""Configuration: the environment turned, once, into one frozen value. Nothing else reads the environment.

Whatever is missing or wrong stops the start with the name of the variable and what to write instead.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from ipaddress import ip_address
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from app import sign_on_settings
from app.settings import ConfigError, has_good_port, list_of, switch
from app.sign_on_settings import SingleSignOn

Rooms = Literal["both", "intake", "desk"]


@dataclass(frozen=True, kw_only=True)
class Clinic:
    """How the clinic is named and reached: shown on every patient page."""

    name: str
    place: str
    address: tuple[str, ...]
    phones: tuple[str, ...]
    hours: str
    timezone: ZoneInfo

    @property
    def phone(self) -> str:
        """The first phone number, the one to call."""
        return self.phones[0]


@dataclass(frozen=True, kw_only=True)
class Syslog:
    """Where audit lines are sent to: a socket of this host by its path, or a host and its port."""

    kind: Literal["path", "udp", "tcp"]
    path: str = ""
    host: str = ""
    port: int = 0


@dataclass(frozen=True, kw_only=True)
class Config:
    """Everything that can be set. Days are days, times of the clinic are in `clinic.timezone`."""

    host: str
    port: int
    workers: int
    data_dir: Path
    key_dir: Path
    secret_key_file: Path
    database_url: str
    rooms: Rooms
    public_url: str
    desk_url: str
    trusted_proxies: int
    idle_minutes: int
    trusted_idle_minutes: int
    audit_syslog: Syslog | None
    rate_limit_storage: str
    draft_days: int
    keep_days: Mapping[str, int]
    extra_questions: bool
    phq2: bool
    language: str
    clinic: Clinic
    single_sign_on: SingleSignOn | None

    @property
    def secure(self) -> bool:
        """Whether patients (and then staff) come by https: cookies are then Secure and carry the `__Host-` prefix."""
        return self.public_url.startswith("https://")

    @property
    def has_two_hosts(self) -> bool:
        """Whether patients and staff come to two host names; this machine's own two names are one."""
        local = ("127.0.0.1", "localhost")
        names = {urlsplit(self.public_url).hostname, urlsplit(self.desk_url).hostname}
        return len(names) == 2 and not names <= set(local)

    @property
    def questionnaire_settings(self) -> dict[str, bool]:
        """The settings of the questionnaire that a new draft is begun with."""
        return {"extra_questions": self.extra_questions, "phq2": self.phq2}


KEPT_STATUSES = ("received", "in_review", "needs_info", "reviewed", "archived")
"""The statuses that a form is deleted from on its day. A form that needs attention is never deleted."""

DEFAULTS: Mapping[str, str] = {
    "HOST": "127.0.0.1",
    "PORT": "8000",
    "WORKERS": "2",
    "DATA_DIR": "data",
    "KEY_DIR": "",
    "SECRET_KEY_FILE": "",
    "DATABASE_URL": "",
    "ROOMS": "both",
    "PUBLIC_URL": "",
    "DESK_URL": "",
    "TRUSTED_PROXIES": "0",
    "IDLE_MINUTES": "15",
    "TRUSTED_IDLE_MINUTES": "240",
    "AUDIT_SYSLOG": "",
    "RATE_LIMIT_STORAGE": "memory://",
    "DRAFT_DAYS": "30",
    "KEEP_DAYS": "2190",
    "EXTRA_QUESTIONS": "off",
    "PHQ2": "off",
    "LANGUAGES": "en",
    "CLINIC_NAME": "New York Facial Paralysis",
    "CLINIC_PLACE": "At Manhattan Eye, Ear, and Throat Hospital",
    "CLINIC_ADDRESS": "Grand Park Building, 110 East 40 Street, Suite 501 | New York, NY 10016",
    "CLINIC_PHONES": "(212) 434-4050 | (212) 371-3223 (FACE)",
    "CLINIC_HOURS": "Monday to Friday, 8:30 AM to 5:00 PM",
    "CLINIC_TIMEZONE": "America/New_York",
    **sign_on_settings.DEFAULTS,
}
"""Every setting there is, with its default: this clinic, on this machine. Lists are written with | between."""


def from_environment() -> Config:
    """The configuration of this process. Raises ConfigError with the name of what is wrong."""
    return load(os.environ)


def load(environ: Mapping[str, str]) -> Config:
    """Read the configuration from an environment. Raises ConfigError with the name of what is wrong."""
    value = {name: environ.get(name, "").strip() or default for name, default in DEFAULTS.items()}
    data_dir = Path(value["DATA_DIR"]).expanduser().absolute()
    key_dir = Path(value["KEY_DIR"]).expanduser().absolute() if value["KEY_DIR"] else data_dir / "keys"
    port = _whole("PORT", value["PORT"], 1, 65535)
    public_url = _url("PUBLIC_URL", value["PUBLIC_URL"]) or f"http://127.0.0.1:{port}"
    return Config(
        host=_address("HOST", value["HOST"]),
        port=port,
        workers=_whole("WORKERS", value["WORKERS"], 1, 64),
        data_dir=data_dir,
        key_dir=key_dir,
        secret_key_file=Path(value["SECRET_KEY_FILE"]).expanduser().absolute()
        if value["SECRET_KEY_FILE"]
        else key_dir / "server.key",
        database_url=_database_url(value["DATABASE_URL"], data_dir),
        rooms=_rooms(value["ROOMS"]),
        public_url=public_url,
        desk_url=_desk_url(value["DESK_URL"], public_url),
        trusted_proxies=_whole("TRUSTED_PROXIES", value["TRUSTED_PROXIES"], 0, 5),
        idle_minutes=_whole("IDLE_MINUTES", value["IDLE_MINUTES"], 1, 720),
        trusted_idle_minutes=_whole("TRUSTED_IDLE_MINUTES", value["TRUSTED_IDLE_MINUTES"], 0, 720),
        audit_syslog=_syslog(value["AUDIT_SYSLOG"]) if value["AUDIT_SYSLOG"] else None,
        rate_limit_storage=_rate_limit_storage(value["RATE_LIMIT_STORAGE"]),
        draft_days=_whole("DRAFT_DAYS", value["DRAFT_DAYS"], 1, 365),
        keep_days=_keep_days(value["KEEP_DAYS"]),
        extra_questions=switch("EXTRA_QUESTIONS", value["EXTRA_QUESTIONS"]),
        phq2=switch("PHQ2", value["PHQ2"]),
        language=_language(value["LANGUAGES"]),
        clinic=Clinic(
            name=value["CLINIC_NAME"],
            place=value["CLINIC_PLACE"],
            address=list_of(value["CLINIC_ADDRESS"]),
            phones=_some("CLINIC_PHONES", value["CLINIC_PHONES"]),
            hours=value["CLINIC_HOURS"],
            timezone=_timezone(value["CLINIC_TIMEZONE"]),
        ),
        # The patients' host never signs anybody in, and need not hold the secret for it.
        single_sign_on=sign_on_settings.read(value) if value["ROOMS"] != "intake" else None,
    )


def _whole(name: str, text: str, least: int, most: int) -> int:
    try:
        number = int(text)
    except ValueError:
        number = least - 1
    if not least <= number <= most:
        raise ConfigError(f"{name} must be a whole number from {least} to {most}, not {text!r}")
    return number


def _keep_days(text: str) -> Mapping[str, int]:
    """Days by status: one number for all, and others by name, like `2190 | archived=365`. 0 keeps for ever."""
    kept: dict[str, int] = {}
    for part in list_of(text):
        status, equals, days = (word.strip() for word in part.partition("="))
        if not equals:
            kept = dict.fromkeys(KEPT_STATUSES, _whole("KEEP_DAYS", status, 0, 40_000)) | kept
        elif status in KEPT_STATUSES:
            kept[status] = _whole("KEEP_DAYS", days, 0, 40_000)
        else:
            raise ConfigError(f"KEEP_DAYS names {status!r}: it can name {', '.join(KEPT_STATUSES)}")
    return {status: kept.get(status, 0) for status in KEPT_STATUSES}


def _address(name: str, text: str) -> str:
    try:
        return str(ip_address(text))
    except ValueError as error:
        raise ConfigError(f"{name} must be an address like 127.0.0.1 or 0.0.0.0, not {text!r}") from error


def _some(name: str, text: str) -> tuple[str, ...]:
    if not list_of(text):
        raise ConfigError(f"{name} must name at least one, not {text!r}")
    return list_of(text)


def _rooms(text: str) -> Rooms:
    if text == "both" or text == "intake" or text == "desk":
        return text
    raise ConfigError(f"ROOMS must be both, intake or desk, not {text!r}")


def _url(name: str, text: str) -> str:
    if not text:
        return ""
    parts = urlsplit(text)
    is_place = parts.scheme in ("http", "https") and parts.hostname and has_good_port(parts)
    if not is_place or parts.path.strip("/") or parts.query or parts.fragment or parts.username:
        raise ConfigError(f"{name} must be a scheme and a host like https://forms.example.org, not {text!r}")
    return f"{parts.scheme}://{parts.netloc}"


def _desk_url(text: str, public_url: str) -> str:
    """Passkeys are bound to a name, and work at localhost, but not at 127.0.0.1."""
    given = _url("DESK_URL", text)
    if given and public_url.startswith("https:") and not given.startswith("https:"):
        raise ConfigError("DESK_URL must be https where PUBLIC_URL is")
    return given or public_url.replace("//127.0.0.1", "//localhost")


def _syslog(text: str) -> Syslog:
    if text.startswith("/"):
        return Syslog(kind="path", path=text)
    parts = urlsplit(text)
    if parts.hostname and has_good_port(parts) and not parts.path and not parts.query and not parts.username:
        if parts.scheme == "udp":
            return Syslog(kind="udp", host=parts.hostname, port=parts.port or 514)
        if parts.scheme == "tcp":
            return Syslog(kind="tcp", host=parts.hostname, port=parts.port or 514)
    raise ConfigError(f"AUDIT_SYSLOG must be a path, udp://host:514 or tcp://host:514, not {text!r}")


def _database_url(text: str, data_dir: Path) -> str:
    if not text:
        return f"sqlite:///{data_dir / 'previsit.db'}"
    if text.startswith("sqlite:///") and text != "sqlite:///":
        return text
    for scheme in ("postgresql://", "postgres://", "postgresql+psycopg://"):
        if text.startswith(scheme):
            return _proved("postgresql+psycopg://" + text.removeprefix(scheme))
    raise ConfigError("DATABASE_URL must begin with postgresql:// or sqlite:/// (leave it out for SQLite in DATA_DIR)")


def _proved(url: str) -> str:
    try:
        make_url(url)
    except (ArgumentError, ValueError) as error:  # which may quote the password: it is not repeated
        raise ConfigError(
            "DATABASE_URL must be like postgresql://user:password@host:5432/database, with a number for the port"
        ) from error
    return url


def _rate_limit_storage(text: str) -> str:
    if text == "memory://":
        return text
    parts = urlsplit(text)
    if parts.scheme not in ("redis", "rediss") or not parts.hostname or not has_good_port(parts):
        raise ConfigError(  # which may hold a password: it is not repeated
            "RATE_LIMIT_STORAGE must be memory:// or like redis://user:password@host:6379/0"
        )
    if find_spec("redis") is None:
        raise ConfigError(
            "RATE_LIMIT_STORAGE names a Redis server, but its client is missing: run `.venv/bin/pip install redis`"
        )
    return text


def _language(text: str) -> str:
    if text != "en":
        raise ConfigError(f"LANGUAGES can only be en for now, not {text!r}")
    return "en-US"


def _timezone(text: str) -> ZoneInfo:
    try:
        return ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:  # a folder of zones, like America, is an OSError
        raise ConfigError(f"CLINIC_TIMEZONE must be a zone like America/New_York, not {text!r}") from error
