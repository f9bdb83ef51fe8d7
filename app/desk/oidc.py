"""Speaking OpenID Connect to the provider of the settings: its addresses, the exchange of a code, the ID token.

Loaded only where single sign-on is on. No token and no code is kept, logged or shown. Every request goes to an address
that the issuer's own metadata names, over https (or on this machine), ends after seconds and follows no redirect.
"""

import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from time import perf_counter
from typing import Any
from urllib.parse import quote, urlencode

import requests
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from requests.auth import HTTPBasicAuth

from ..settings import is_guarded
from ..sign_on_settings import SingleSignOn
from .told import NotAccepted, Told

ALGORITHMS = ("RS256", "ES256")
SECONDS = 5
MOST_BYTES = 256 * 1024
LEEWAY = timedelta(minutes=1)
"""How far the provider's clock may be from ours."""
REREAD = timedelta(minutes=5)
"""How long the provider's own description holds here. Its keys are read at every sign-in."""
_LONGEST_SUB = 255
_WELL_KNOWN = "/.well-known/openid-configuration"


class Provider:
    """The provider of one set of settings."""

    def __init__(self, settings: SingleSignOn, way_back: str) -> None:
        self._settings, self._way_back = settings, way_back
        self._metadata: Mapping[str, Any] = {}
        self._read_at: datetime | None = None

    def address(self, now: datetime, *, state: str, nonce: str, verifier: str, again: bool) -> str:
        """Where a browser is sent to sign in; `again` asks for proof although they are signed in there.

        Raises NotAccepted when the provider cannot be reached.
        """
        asked = {
            "response_type": "code",
            "client_id": self._settings.client_id,
            "redirect_uri": self._way_back,
            "scope": "openid profile email",
            "state": state,
            "nonce": nonce,
            "code_challenge": urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        if self._settings.acr:
            asked["acr_values"] = " ".join(self._settings.acr)
        if again:
            asked |= {"prompt": "login", "max_age": "0"}
        place = self._place(now, "authorization_endpoint")
        return f"{place}{'&' if '?' in place else '?'}{urlencode(asked)}"

    def told(self, now: datetime, *, code: str, verifier: str, nonce: str) -> Told:
        """Exchange a code, and check the ID token that comes for it. Raises NotAccepted."""
        claims = self._checked(now, self._exchange(now, code, verifier), nonce)
        if self._settings.acr and claims.get("acr") not in self._settings.acr:
            raise NotAccepted("strength")
        at = claims.get("auth_time")
        return Told(
            subject=f"{self._settings.issuer}|{claims['sub']}",
            names=tuple(name for key in ("preferred_username", "email") if isinstance(name := claims.get(key), str)),
            groups=_words(claims.get(self._settings.groups_claim)),
            signed_in_at=_moment(at) if at is not None else None,
        )

    def _exchange(self, now: datetime, code: str, verifier: str) -> str:
        """The ID token for a code. The access token that comes with it is dropped: nothing is asked with it."""
        fields = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._way_back,
            "code_verifier": verifier,
        }
        place = self._place(now, "token_endpoint")
        known, secret = self._settings.client_id, self._settings.client_secret
        if "client_secret_basic" in self._metadata.get("token_endpoint_auth_methods_supported", "client_secret_basic"):
            auth = HTTPBasicAuth(quote(known, safe=""), quote(secret, safe=""))  # encoded first, as OAuth asks
            answer = _read("POST", place, data=fields, auth=auth)
        else:
            answer = _read("POST", place, data=fields | {"client_id": known, "client_secret": secret})
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise NotAccepted("answer")
        return token

    def _checked(self, now: datetime, token: str, nonce: str) -> Mapping[str, Any]:
        """The claims of an ID token that the issuer signed, for this service, for this very request, and lately."""
        keys = _read("GET", self._place(now, "jwks_uri"))
        rules = jwt.JWTClaimsRegistry(
            now=int(now.timestamp()),
            leeway=int(LEEWAY.total_seconds()),
            iss={"essential": True, "value": self._settings.issuer},
            sub={"essential": True},
            aud={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
            nonce={"essential": True, "value": nonce},
        )
        try:
            claims = jwt.decode(token, KeySet.import_key_set(_signing(keys)), algorithms=ALGORITHMS).claims
            rules.validate(claims)
        except (JoseError, ValueError, TypeError, KeyError, AttributeError) as error:
            raise NotAccepted("token") from error
        if not self._is_for_us(claims) or not 0 < len(claims["sub"]) <= _LONGEST_SUB:
            raise NotAccepted("token")
        return claims

    def _is_for_us(self, claims: Mapping[str, Any]) -> bool:
        """Whether the token was made for this service, and for no other beside it."""
        own, party = self._settings.client_id, claims.get("azp")
        if claims["aud"] == own or claims["aud"] == [own]:
            return party is None or party == own
        return own in _words(claims["aud"]) and party == own

    def _place(self, now: datetime, name: str) -> str:
        """An address out of the provider's metadata. Raises NotAccepted when it has none that is guarded."""
        if self._read_at is None or not timedelta() <= now - self._read_at < REREAD:
            metadata = _read("GET", self._settings.issuer.rstrip("/") + _WELL_KNOWN)
            if metadata.get("issuer") != self._settings.issuer:
                raise NotAccepted("answer")
            self._metadata, self._read_at = metadata, now
        place = self._metadata.get(name)
        if not isinstance(place, str) or not is_guarded(place):
            raise NotAccepted("answer")
        return place


def _read(method: str, address: str, **given: Any) -> Mapping[str, Any]:
    """The JSON object that an address answers with. Raises NotAccepted."""
    ends = perf_counter() + 2 * SECONDS
    try:
        with requests.request(
            method, address, timeout=SECONDS, allow_redirects=False, stream=True, **given
        ) as response:
            status, body = response.status_code, b""
            for part in response.iter_content(8192):
                body += part
                if len(body) > MOST_BYTES:
                    raise NotAccepted("answer")
                if perf_counter() > ends:  # the time limit above holds for each piece, not for all of them
                    raise NotAccepted("away")
    except (requests.RequestException, OSError, ValueError) as error:
        raise NotAccepted("away") from error
    if status >= 500:
        raise NotAccepted("away")
    if status != 200:
        raise NotAccepted("answer")
    try:
        found = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise NotAccepted("answer") from error
    if not isinstance(found, dict):
        raise NotAccepted("answer")
    return found


def _signing(keys: Mapping[str, Any]) -> Any:
    """The keys of a set that sign by an algorithm taken here; others are none of our business."""
    listed = keys.get("keys")
    if not isinstance(listed, list):
        raise ValueError("no keys")
    kinds = ("RSA", "EC")
    return {"keys": [k for k in listed if isinstance(k, dict) and k.get("kty") in kinds and k.get("use") != "enc"]}


def _words(given: object) -> tuple[str, ...]:
    """A list of words, or a single one, as providers write either."""
    if isinstance(given, str):
        return (given,)
    return tuple(word for word in given if isinstance(word, str)) if isinstance(given, list) else ()


def _moment(given: object) -> datetime:
    if isinstance(given, bool) or not isinstance(given, int | float):
        raise NotAccepted("token")
    try:
        return datetime.fromtimestamp(given, UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise NotAccepted("token") from error
