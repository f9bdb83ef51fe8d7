"""A passkey authenticator in software: makes and uses keys as a phone would, and misbehaves when told to."""

import json
import secrets
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url

_PRESENT, _VERIFIED, _ATTESTED = 0x01, 0x04, 0x40


@dataclass
class Authenticator:
    """One key for one desk. `verified` is whether it checked its owner, by finger, face or PIN."""

    origin: str = "http://localhost:8000"
    host: str = "localhost"
    verified: bool = True
    count: int = 0
    credential: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def makes(self, questions: dict[str, Any]) -> str:
        """The answer to a question to make a passkey."""
        said = self._said("webauthn.create", questions)
        data = self._data(_ATTESTED) + bytes(16) + len(self.credential).to_bytes(2) + self.credential + self._public()
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        return self._answer({"clientDataJSON": said, "attestationObject": attestation})

    def signs(self, questions: dict[str, Any]) -> str:
        """The answer to a question to sign in."""
        self.count += 1
        said, data = self._said("webauthn.get", questions), self._data()
        signature = self.key.sign(data + sha256(said).digest(), ec.ECDSA(SHA256()))
        return self._answer({"clientDataJSON": said, "authenticatorData": data, "signature": signature})

    def _said(self, kind: str, questions: dict[str, Any]) -> bytes:
        base64url_to_bytes(questions["challenge"])
        return json.dumps(
            {"type": kind, "challenge": questions["challenge"], "origin": self.origin, "crossOrigin": False}
        ).encode()

    def _data(self, more: int = 0) -> bytes:
        flags = _PRESENT | (_VERIFIED if self.verified else 0) | more
        return sha256(self.host.encode()).digest() + bytes([flags]) + self.count.to_bytes(4)

    def _public(self) -> bytes:
        numbers = self.key.public_key().public_numbers()
        return cbor2.dumps({1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32), -3: numbers.y.to_bytes(32)})

    def _answer(self, response: dict[str, bytes]) -> str:
        name = bytes_to_base64url(self.credential)
        written = {key: bytes_to_base64url(value) for key, value in response.items()}
        answer = {"id": name, "rawId": name, "type": "public-key", "clientExtensionResults": {}, "response": written}
        return json.dumps(answer)
