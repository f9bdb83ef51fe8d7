"""How the text of one setting is read. `config.py` alone takes it from the environment."""

from urllib.parse import SplitResult, urlsplit

LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})


class ConfigError(Exception):
    """A setting is missing or wrong; the message names it and says what to write."""


def switch(name: str, text: str) -> bool:
    """On or off. Raises ConfigError."""
    words = {"on": True, "true": True, "1": True, "yes": True, "off": False, "false": False, "0": False, "no": False}
    if text.lower() not in words:
        raise ConfigError(f"{name} must be on or off, not {text!r}")
    return words[text.lower()]


def list_of(text: str) -> tuple[str, ...]:
    """What stands between vertical bars, without what is empty."""
    return tuple(part.strip() for part in text.split("|") if part.strip())


def has_good_port(parts: SplitResult) -> bool:
    """Whether the port of an address is a number that can be one, or is left out."""
    try:
        return parts.port != 0
    except ValueError:
        return False


def is_guarded(address: str) -> bool:
    """Whether what is sent to this address stays secret on the way: https, or this very machine."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    if not parts.hostname or not has_good_port(parts) or parts.username is not None:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOCAL_HOSTS)
