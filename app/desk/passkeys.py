"""Passkeys (WebAuthn): what the browser is asked, and whether its answer holds.

A challenge carries its own time and purpose under the server key, so that asking for one stores nothing; once it was
answered rightly it is spent, and the same answer is worth nothing again. The authenticator must have checked its owner
(finger, face or PIN): a passkey is then both factors in one touch.
"""

import hmac
import json
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

import webauthn
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, options_to_json_dict
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from ..keys import ServerKey
from ..records.factors import Key

LASTS = timedelta(minutes=5)
SIGN_IN = "sign in"
_NONCE, _TIME, _SEAL = 16, 8, 16
_LONGEST_ANSWER = 20_000


class NotProved(Exception):
    """The answer of the browser does not hold: forged, too old, for somebody else, or without the owner's check."""


@dataclass(frozen=True)
class Place:
    """Where passkeys of this desk belong: the address that staff use, and the clinic's name as the browser shows it."""

    origin: str
    clinic: str

    @property
    def host(self) -> str:
        """What passkeys are bound to."""
        return urlsplit(self.origin).hostname or ""


@dataclass(frozen=True)
class Answer:
    """What a browser posted: the passkey it used or made, and the challenge it answered."""

    raw: dict[str, Any]
    credential: bytes
    challenge: bytes


def questions_to_sign_in(key: ServerKey, place: Place, now: datetime) -> dict[str, Any]:
    """What a browser is asked, to sign in with any passkey it holds for this desk."""
    return options_to_json_dict(
        webauthn.generate_authentication_options(
            rp_id=place.host,
            challenge=_challenge(key, SIGN_IN, now),
            user_verification=UserVerificationRequirement.REQUIRED,
        )
    )


def questions_to_add(
    key: ServerKey, place: Place, now: datetime, staff_id: str, name: str, known: tuple[Key, ...]
) -> dict[str, Any]:
    """What a browser is asked, to make a passkey for this account; an authenticator that holds one says so."""
    return options_to_json_dict(
        webauthn.generate_registration_options(
            rp_id=place.host,
            rp_name=place.clinic,
            user_id=bytes.fromhex(staff_id),
            user_name=name,
            challenge=_challenge(key, f"add {staff_id}", now),
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED,
                require_resident_key=True,
                user_verification=UserVerificationRequirement.REQUIRED,
            ),
            exclude_credentials=[PublicKeyCredentialDescriptor(id=one.id) for one in known],
        )
    )


def read_answer(text: str) -> Answer:
    """The posted answer, not checked yet. Raises NotProved when it cannot be one."""
    if len(text) > _LONGEST_ANSWER:
        raise NotProved
    try:
        raw = json.loads(text)
        said = json.loads(base64url_to_bytes(raw["response"]["clientDataJSON"]))
        return Answer(raw, base64url_to_bytes(raw["rawId"]), base64url_to_bytes(said["challenge"]))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise NotProved from error


def check_sign_in(key: ServerKey, place: Place, now: datetime, answer: Answer, passkey: Key) -> int:
    """How often the authenticator says it was used by now. Raises NotProved."""
    _check_challenge(key, SIGN_IN, answer.challenge, now)
    try:
        checked = webauthn.verify_authentication_response(
            credential=answer.raw,
            expected_challenge=answer.challenge,
            expected_rp_id=place.host,
            expected_origin=place.origin,
            credential_public_key=passkey.public_key,
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=True,
        )
    except _BROKEN as error:
        raise NotProved from error
    return checked.new_sign_count


def check_new(key: ServerKey, place: Place, now: datetime, answer: Answer, staff_id: str, label: str) -> Key:
    """The passkey that was made. Raises NotProved."""
    _check_challenge(key, f"add {staff_id}", answer.challenge, now)
    try:
        made = webauthn.verify_registration_response(
            credential=answer.raw,
            expected_challenge=answer.challenge,
            expected_rp_id=place.host,
            expected_origin=place.origin,
            require_user_verification=True,
        )
    except _BROKEN as error:
        raise NotProved from error
    return Key(made.credential_id, staff_id, made.credential_public_key, made.sign_count, label, now)


def spent_digest(key: ServerKey, challenge: bytes) -> bytes:
    """What stands for a challenge that was answered."""
    return key.digest("passkey challenge", bytes_to_base64url(challenge))


def written(credential: bytes) -> str:
    """A credential id as forms carry it."""
    return bytes_to_base64url(credential)


def read_id(text: str) -> bytes:
    """A credential id that a form carried; empty when it is none."""
    try:
        return base64url_to_bytes(text)
    except ValueError:
        return b""


_BROKEN = (WebAuthnException, ValueError, TypeError, KeyError, AttributeError)
"""What the library raises on answers that are no answers; it trusts their shape here and there."""


def _challenge(key: ServerKey, purpose: str, now: datetime) -> bytes:
    carried = secrets.token_bytes(_NONCE) + int(now.timestamp()).to_bytes(_TIME)
    return carried + _seal(key, purpose, carried)


def _check_challenge(key: ServerKey, purpose: str, challenge: bytes, now: datetime) -> None:
    carried, seal = challenge[: _NONCE + _TIME], challenge[_NONCE + _TIME :]
    if not hmac.compare_digest(seal, _seal(key, purpose, carried)):
        raise NotProved
    asked_at = datetime.fromtimestamp(int.from_bytes(carried[_NONCE:]), UTC)
    if abs(now - asked_at) > LASTS:
        raise NotProved


def _seal(key: ServerKey, purpose: str, carried: bytes) -> bytes:
    return hmac.digest(key.derive("passkey challenges"), purpose.encode() + b"\x00" + carried, sha256)[:_SEAL]
