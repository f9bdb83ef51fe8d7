"""The keys in the key folder: the server key, and the clinic's key pair that answers are sealed to.

`make run` makes them on first start. Whoever holds the private key can read everything that was sent; whoever
loses it loses everything that was sent. It belongs outside the database and its backups.
"""

import hmac
import os
import secrets
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from .sealing import PrivateKey, PublicKey, SealError, new_private_key, open_sealed, pad, seal, unpad

PUBLIC_NAME = "clinic.public"
PRIVATE_NAME = "clinic.private"
_DRAFT_VERSION = b"\x01"
_NONCE = 12
_DRAFT_BUCKET = 2048


class KeyProblem(Exception):
    """A key file is missing, damaged or readable by others; the message says which and what to do."""


@dataclass(frozen=True)
class ServerKey:
    """32 random bytes outside the database, from which every key that is not a key pair is derived."""

    raw: bytes

    def __repr__(self) -> str:
        return "ServerKey(...)"

    def derive(self, purpose: str) -> bytes:
        """32 bytes for one purpose; one purpose says nothing about another."""
        return HKDF(algorithm=SHA256(), length=32, salt=None, info=b"previsit " + purpose.encode()).derive(self.raw)

    def digest(self, purpose: str, text: str) -> bytes:
        """A keyed digest (HMAC-SHA256) of a text, for looking things up without storing them."""
        return hmac.digest(self.raw, f"{purpose}\x00{text}".encode(), sha256)

    def draft_key(self, secret: str) -> bytes:
        """The key of one draft: needs both the patient's secret and this server key."""
        return HKDF(SHA256(), 32, salt=self.raw, info=b"previsit draft").derive(secret.encode())

    def encrypt_draft(self, secret: str, draft_id: str, document: bytes) -> bytes:
        """A draft's document, padded and encrypted under its patient's secret and this key, bound to its id."""
        nonce = secrets.token_bytes(_NONCE)
        cipher = AESGCM(self.draft_key(secret))
        return _DRAFT_VERSION + nonce + cipher.encrypt(nonce, pad(document, _DRAFT_BUCKET), _bound(draft_id))

    def decrypt_draft(self, secret: str, draft_id: str, blob: bytes) -> bytes:
        """The document back. Raises SealError when anything does not fit."""
        if blob[:1] != _DRAFT_VERSION:
            raise SealError("this draft was written by a version this program does not know")
        cipher = AESGCM(self.draft_key(secret))
        try:
            return unpad(cipher.decrypt(blob[1 : 1 + _NONCE], blob[1 + _NONCE :], _bound(draft_id)))
        except (InvalidTag, ValueError) as error:
            raise SealError("this draft does not open with this secret") from error


def _bound(draft_id: str) -> bytes:
    return b"previsit draft" + _DRAFT_VERSION + draft_id.encode()


def load_server_key(path: Path) -> ServerKey:
    """The server key from its file (64 hex digits). Raises KeyProblem with what to do."""
    raw = _read(path, "SECRET_KEY_FILE")
    return ServerKey(raw)


def load_public_key(folder: Path) -> PublicKey:
    """The clinic's public key, to which answers are sealed. Raises KeyProblem."""
    return PublicKey(_read(folder / PUBLIC_NAME, "KEY_DIR"))


def load_private_key(folder: Path) -> PrivateKey:
    """The clinic's private key, proved to fit the public one by a canary. Raises KeyProblem."""
    key = PrivateKey(_read(folder / PRIVATE_NAME, "KEY_DIR"))
    public = load_public_key(folder)
    canary = seal(b"canary", [public], record="start", kind="canary")
    try:
        open_sealed(canary.blob, canary.keys[0].data, key, record="start", kind="canary")
    except SealError as error:
        raise KeyProblem(f"{PRIVATE_NAME} and {PUBLIC_NAME} in {folder} do not belong together") from error
    return key


def make_missing_keys(key_dir: Path, server_key_file: Path) -> list[Path]:
    """Make whatever key is not there yet, readable by this user only. Returns the files made."""
    made: list[Path] = []
    key_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not server_key_file.exists():
        server_key_file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        made.append(_write(server_key_file, secrets.token_bytes(32)))
    if not (key_dir / PUBLIC_NAME).exists():
        private = new_private_key()
        made.append(_write(key_dir / PRIVATE_NAME, private.raw))
        made.append(_write(key_dir / PUBLIC_NAME, private.public.raw))
    return made


def _write(path: Path, raw: bytes) -> Path:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(raw.hex() + "\n")
        file.flush()
        os.fsync(file.fileno())
    return path


def _read(path: Path, setting: str) -> bytes:
    try:
        raw = bytes.fromhex(path.read_text().strip())
    except FileNotFoundError as error:
        raise KeyProblem(f"{path} is missing: run `make run`, or `previsit prepare`, or set {setting}") from error
    except ValueError as error:
        raise KeyProblem(f"{path} is damaged: it must hold 64 hex digits ({setting})") from error
    if len(raw) != 32:
        raise KeyProblem(f"{path} is damaged: it must hold 64 hex digits ({setting})")
    return raw
