"""A provider of OpenID Connect, run on a free port while a test needs it. It signs the chosen person in at once,
checks what a client has to send, and can be told to get one thing wrong."""

import hmac
import json
import threading
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode

from flask import Flask, jsonify, redirect, request
from flask.typing import ResponseReturnValue
from joserfc import jwt
from joserfc.jwk import RSAKey
from werkzeug.serving import make_server

from app.parts import Clock
from tests.browsing import ASKED_TO_END

CLIENT, SECRET = "previsit desk", "s3cret/with:signs"
VERA = {
    "sub": "248289761001",
    "preferred_username": "Vera.Moss@hospital.example",
    "email": "vera.moss@mail.example",
    "groups": ["everybody", "hfs-specialists"],
    "acr": "mfa",
}
"""A specialist, as the hospital knows her."""


@cache
def key(kid: str) -> RSAKey:
    """A key of the provider, or, by another name, of somebody who would like to be it."""
    return RSAKey.generate_key(2048, {"kid": kid, "use": "sig", "alg": "RS256"})


@dataclass
class Hospital:
    """What the provider is to do, and what it was asked."""

    clock: Clock
    issuer: str = ""
    person: dict[str, Any] = field(default_factory=lambda: dict(VERA))
    changed: dict[str, Any] = field(default_factory=dict)
    """Claims of the next ID tokens as they should not be; None leaves one out."""
    metadata: dict[str, Any] = field(default_factory=dict)
    signs: Callable[[dict[str, Any]], str] | None = None
    """How ID tokens are signed, where not rightly."""
    token_answer: ResponseReturnValue | None = None
    """What the token endpoint answers instead."""
    asked: dict[str, str] = field(default_factory=dict)
    """The last request for a sign-in."""
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    given: list[str] = field(default_factory=list)
    """Every secret that was handed out: codes and tokens."""

    def metadata_now(self) -> dict[str, Any]:
        """The description that clients read."""
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            **self.metadata,
        }

    def keys(self) -> dict[str, Any]:
        """The public halves, among one that no client here can use."""
        other = {"kty": "OKP", "crv": "X25519", "use": "enc", "kid": "other", "x": "AA"}
        return {"keys": [other, key("ours").as_dict(private=False)]}

    def authorize(self) -> ResponseReturnValue:
        """Sign the chosen person in, at once."""
        asked = self.asked = request.args.to_dict()
        assert asked["client_id"] == CLIENT
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        assert "openid" in asked["scope"].split()
        code = f"code-{len(self.given)}"
        self.given.append(code)
        self.codes[code] = asked
        answer = {"code": code, "state": asked["state"], "iss": self.issuer}
        return redirect(f"{asked['redirect_uri']}?{urlencode(answer)}")

    def token(self) -> ResponseReturnValue:
        """Exchange a code, once, for a client that proves to be itself and to have begun."""
        if self.token_answer is not None:
            return self.token_answer
        asked = self.codes.pop(request.form["code"], None)
        challenge = _written(sha256(request.form["code_verifier"].encode()).digest())
        if not self._is_the_client() or request.form["grant_type"] != "authorization_code":
            return jsonify(error="invalid_client"), 401
        if asked is None or challenge != asked["code_challenge"]:
            return jsonify(error="invalid_grant"), 400
        if request.form["redirect_uri"] != asked["redirect_uri"]:
            return jsonify(error="invalid_grant"), 400
        made = self._id_token(asked)
        self.given += [made, "access-token-of-nobody"]
        return jsonify(id_token=made, access_token="access-token-of-nobody", token_type="Bearer")

    def _id_token(self, asked: dict[str, str]) -> str:
        now = int(self.clock().timestamp())
        claims = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": asked["nonce"]}
        if "max_age" in asked:
            claims["auth_time"] = now
        claims |= self.person | self.changed
        claims = {name: value for name, value in claims.items() if value is not None}
        return self.signs(claims) if self.signs else signed(claims)

    def _is_the_client(self) -> bool:
        if "client_secret_post" in self.metadata.get("token_endpoint_auth_methods_supported", ()):
            return (request.form["client_id"], request.form["client_secret"]) == (CLIENT, SECRET)
        kind, _, given = request.headers.get("Authorization", "").partition(" ")
        return kind == "Basic" and b64decode(given).decode() == "previsit%20desk:s3cret%2Fwith%3Asigns"


def signed(claims: dict[str, Any], kid: str = "ours", **header: Any) -> str:
    """An ID token, signed by RS256."""
    return jwt.encode({"alg": "RS256", "kid": kid, **header}, claims, key(kid))


def signed_by_another(claims: dict[str, Any]) -> str:
    """By a key that calls itself the provider's."""
    return jwt.encode({"alg": "RS256", "kid": "ours"}, claims, key("another"))


def signed_with_its_own_key(claims: dict[str, Any]) -> str:
    """By a key that the token brings along."""
    return signed(claims, "another", jwk=key("another").as_dict(private=False))


def signed_by_nobody(claims: dict[str, Any]) -> str:
    """With the algorithm "none"."""
    return f"{_unsigned({'alg': 'none'}, claims)}."


def signed_by_the_public_half(claims: dict[str, Any]) -> str:
    """By HMAC, with what everybody knows for its secret."""
    text = _unsigned({"alg": "HS256", "kid": "ours"}, claims)
    return f"{text}.{_written(hmac.digest(key('ours').as_pem(private=False), text.encode(), 'sha256'))}"


def _unsigned(header: dict[str, Any], claims: dict[str, Any]) -> str:
    return f"{_written(json.dumps(header).encode())}.{_written(json.dumps(claims).encode())}"


def _written(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


@contextmanager
def running(clock: Clock) -> Iterator[Hospital]:
    """A provider on a free port of this machine."""
    hospital, app = Hospital(clock), Flask("hospital")
    key("ours")  # made before two threads could make two of it
    app.get("/.well-known/openid-configuration")(hospital.metadata_now)
    app.get("/keys")(hospital.keys)
    app.route("/moved/<name>", methods=["GET", "POST"])(lambda name: redirect(f"/{name}", 307))
    app.get("/authorize")(hospital.authorize)
    app.post("/token")(hospital.token)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    hospital.issuer = f"http://127.0.0.1:{server.port}"
    thread = threading.Thread(target=server.serve_forever, args=(ASKED_TO_END,), daemon=True)
    thread.start()
    try:
        yield hospital
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
