"""The envelope: seal a document to public keys, open it with a private one.

A fresh data key encrypts each document (AES-256-GCM, padded); that key is sealed to every recipient with HPKE
(RFC 9180: X25519, HKDF-SHA256, AES-256-GCM). Both are bound to the record they belong to, so that rows cannot be
swapped. Losing the database alone opens nothing.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

VERSION = 1
SUITE_X25519 = 1
"""Suite 1: X25519, HKDF-SHA256, AES-256-GCM. The byte leaves room for P-256 at sites bound to FIPS modules."""

_HEADER = bytes([VERSION, SUITE_X25519])
_NONCE = 12
_BUCKET = 4096
_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


class SealError(Exception):
    """The document does not open: wrong key, changed or swapped data, or a version this program does not know."""


@dataclass(frozen=True)
class Wrapped:
    """A document's data key, sealed to the recipient with this key id."""

    key_id: str
    data: bytes


@dataclass(frozen=True)
class Sealed:
    """A sealed document and its data key, once for every recipient."""

    blob: bytes
    keys: tuple[Wrapped, ...]


@dataclass(frozen=True)
class PublicKey:
    """A recipient of sealed documents."""

    raw: bytes

    @cached_property
    def key_id(self) -> str:
        """16 hex digits of the key's SHA-256: its name in the database and the fingerprint people compare."""
        return sha256(self.raw).hexdigest()[:16]


@dataclass(frozen=True)
class PrivateKey:
    """The key that opens what was sealed to its public half. Never printed: its repr shows the key id only."""

    raw: bytes

    def __repr__(self) -> str:
        return f"PrivateKey({self.public.key_id})"

    @cached_property
    def public(self) -> PublicKey:
        """The public half."""
        return PublicKey(self._loaded.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))

    @cached_property
    def _loaded(self) -> X25519PrivateKey:
        return X25519PrivateKey.from_private_bytes(self.raw)

    def unwrap(self, wrapped: bytes, bound: bytes) -> bytes:
        """The data key that was sealed to this key. Raises InvalidTag or ValueError."""
        return _SUITE.decrypt(wrapped, self._loaded, info=bound)


def new_private_key() -> PrivateKey:
    """A fresh private key."""
    key = X25519PrivateKey.generate()
    return PrivateKey(key.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption()))


def pad(data: bytes, bucket: int = _BUCKET) -> bytes:
    """The data with 0x80 and zeros behind it, up to the next multiple of the bucket, so that length says little."""
    return data + b"\x80" + b"\x00" * (-(len(data) + 1) % bucket)


def unpad(data: bytes) -> bytes:
    """The data without its padding. Raises SealError when there is none."""
    stripped = data.rstrip(b"\x00")
    if not stripped.endswith(b"\x80"):
        raise SealError("the padding of this document is damaged")
    return stripped[:-1]


def seal(document: bytes, recipients: Sequence[PublicKey], *, record: str, kind: str) -> Sealed:
    """Seal a document to every recipient, bound to the record's id and the kind of document (like `answers`)."""
    data_key = secrets.token_bytes(32)
    nonce = secrets.token_bytes(_NONCE)
    bound = _bound(record, kind)
    blob = _HEADER + nonce + AESGCM(data_key).encrypt(nonce, pad(document), bound)
    return Sealed(blob, tuple(_wrap(data_key, key, bound) for key in recipients))


def open_sealed(blob: bytes, wrapped: bytes, key: PrivateKey, *, record: str, kind: str) -> bytes:
    """Open a sealed document with one recipient's private key.

    Raises SealError, and gives nothing, when anything at all does not fit.
    """
    bound = _bound(record, kind)
    data_key = _unwrap(wrapped, key, bound)
    if blob[:2] != _HEADER:
        raise SealError(_UNKNOWN)
    try:
        padded = AESGCM(data_key).decrypt(blob[2 : 2 + _NONCE], blob[2 + _NONCE :], bound)
    except (InvalidTag, ValueError) as error:
        raise SealError(_CLOSED) from error
    return unpad(padded)


def rewrap(wrapped: bytes, key: PrivateKey, recipient: PublicKey, *, record: str, kind: str) -> Wrapped:
    """A document's data key sealed to one more recipient; the document itself is not touched.

    Raises SealError when this private key does not open the data key.
    """
    bound = _bound(record, kind)
    return _wrap(_unwrap(wrapped, key, bound), recipient, bound)


_UNKNOWN = "this document was sealed by a version this program does not know"
_CLOSED = "this document does not open with this key"


def _wrap(data_key: bytes, key: PublicKey, bound: bytes) -> Wrapped:
    sealed = _SUITE.encrypt(data_key, X25519PublicKey.from_public_bytes(key.raw), info=bound)
    return Wrapped(key.key_id, _HEADER + sealed)


def _unwrap(wrapped: bytes, key: PrivateKey, bound: bytes) -> bytes:
    if wrapped[:2] != _HEADER:
        raise SealError(_UNKNOWN)
    try:
        return key.unwrap(wrapped[2:], bound)
    except (InvalidTag, ValueError) as error:
        raise SealError(_CLOSED) from error


def _bound(record: str, kind: str) -> bytes:
    return b"previsit\x00" + b"\x00".join(part.encode() for part in (str(VERSION), kind, record))
