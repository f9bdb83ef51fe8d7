"""The settings of single sign-on (OpenID Connect). It is off unless OIDC_ISSUER is set."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

from .settings import ConfigError, is_guarded, list_of, switch

ROLES = ("administrator", "specialist", "staff", "read-only", "privacy-officer")
LIBRARIES = ("joserfc", "requests")

DEFAULTS: Mapping[str, str] = {
    "OIDC_ISSUER": "",
    "OIDC_CLIENT_ID": "",
    "OIDC_CLIENT_SECRET_FILE": "",
    "OIDC_GROUPS": "",
    "OIDC_GROUPS_CLAIM": "groups",
    "OIDC_ACR": "",
    "LOCAL_SIGN_IN": "on",
    "BREAK_GLASS": "",
}


@dataclass(frozen=True, kw_only=True)
class SingleSignOn:
    """The clinic's provider, and who comes in by it. `groups` maps a group to the roles that it gives.

    `acr` is what the provider has to say about the strength of a sign-in, one of these; empty: it is not asked.
    Without `local_sign_in` the account `break_glass` is the only one that signs in with what it holds here.
    """

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    groups: Mapping[str, tuple[str, ...]]
    groups_claim: str
    acr: tuple[str, ...]
    local_sign_in: bool
    break_glass: str

    def roles_of(self, groups: tuple[str, ...]) -> tuple[str, ...]:
        """The roles that these groups give, in their usual order."""
        given = {role for group in groups for role in self.groups.get(group, ())}
        return tuple(role for role in ROLES if role in given)


def read(value: Mapping[str, str]) -> SingleSignOn | None:
    """Single sign-on as these settings want it; None when it is off. Raises ConfigError."""
    local = switch("LOCAL_SIGN_IN", value["LOCAL_SIGN_IN"])
    if not value["OIDC_ISSUER"]:
        if not local:
            raise ConfigError("LOCAL_SIGN_IN can be off only where OIDC_ISSUER is set: nobody could sign in")
        return None
    if not local and not value["BREAK_GLASS"]:
        raise ConfigError("BREAK_GLASS must name the account that still signs in here where LOCAL_SIGN_IN is off")
    _need_libraries()
    return SingleSignOn(
        issuer=_issuer(value["OIDC_ISSUER"]),
        client_id=_given("OIDC_CLIENT_ID", value, "the name that the provider knows this service by"),
        client_secret=_secret(_given("OIDC_CLIENT_SECRET_FILE", value, "the file that the client's secret lies in")),
        groups=_groups(_given("OIDC_GROUPS", value, "group=role, with | between")),
        groups_claim=value["OIDC_GROUPS_CLAIM"],
        acr=list_of(value["OIDC_ACR"]),
        local_sign_in=local,
        break_glass=value["BREAK_GLASS"],
    )


def _need_libraries() -> None:
    missing = [name for name in LIBRARIES if find_spec(name) is None]
    if missing:
        raise ConfigError(
            f"OIDC_ISSUER needs {' and '.join(missing)}, which are not installed: pip install 'previsit[oidc]'"
        )


def _issuer(text: str) -> str:
    """As it is written: a provider names itself the same way, to the letter, a slash at the end included."""
    if not is_guarded(text) or "?" in text or "#" in text:
        raise ConfigError(f"OIDC_ISSUER must be an https address like https://login.example.org, not {text!r}")
    return text


def _given(name: str, value: Mapping[str, str], what: str) -> str:
    if not value[name]:
        raise ConfigError(f"{name} must be set where OIDC_ISSUER is: {what}")
    return value[name]


def _secret(path: str) -> str:
    try:
        secret = Path(path).expanduser().read_text(encoding="utf-8").strip()
    except (OSError, ValueError) as error:
        raise ConfigError(f"OIDC_CLIENT_SECRET_FILE cannot be read: {path}") from error
    if not secret:
        raise ConfigError(f"OIDC_CLIENT_SECRET_FILE is empty: {path}")
    return secret


def _groups(text: str) -> Mapping[str, tuple[str, ...]]:
    """Roles by group. A name may have = in it, as names of directories do: the role stands behind the last."""
    found: dict[str, tuple[str, ...]] = {}
    for part in list_of(text):
        group, _, role = (word.strip() for word in part.rpartition("="))
        if not group or role not in ROLES:
            raise ConfigError(f"OIDC_GROUPS must be group=role, with a role of {', '.join(ROLES)}, not {part!r}")
        found[group] = (*found.get(group, ()), role)
    return found
