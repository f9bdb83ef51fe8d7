"""Secret keys that are no key pairs, each 32 random bytes in a file of its own.

The server key belongs to the patients' host: drafts and cookies. The index key belongs to the desk alone: whoever
holds it and the database can test guesses of names. Key pairs are in `keyring.py`.
"""

import hmac
import os
import secrets
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from .sealing import SealError, pad, unpad

INDEX_NAME = "index.key"
_DRAFT_VERSION = b"\x01"
_NONCE = 12
_DRAFT_BUCKET = 2048
_DIGEST = 16


class KeyProblem(Exception):
    """A key file is missing, damaged or where it must not be; the message says which and what to do."""


@dataclass(frozen=True)
class ServerKey:
    """32 random bytes outside the database, from which every key of the patients' host is derived."""

    raw: bytes

    def __repr__(self) -> str:
        return "ServerKey(...)"

    @property
    def fingerprint(self) -> str:
        """16 hex digits that tell two server keys apart, and nothing else about them."""
        return self.derive("fingerprint").hex()[:16]

    def derive(self, purpose: str) -> bytes:
        """32 bytes for one purpose; one purpose says nothing about another."""
        return _derived(self.raw, purpose)

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


@dataclass(frozen=True)
class IndexKey:
    """32 random bytes that only the desk's side holds: digests by which people are found."""

    raw: bytes
    _by_kind: dict[str, bytes] = field(default_factory=dict, compare=False)

    def __repr__(self) -> str:
        return "IndexKey(...)"

    def digest(self, kind: str, text: str) -> bytes:
        """16 bytes that stand for a normalised text of this kind, and tell nothing without this key.

        Each kind has a key of its own, so that equal texts of two kinds do not show as equal.
        """
        if kind not in self._by_kind:
            self._by_kind[kind] = _derived(self.raw, f"index {kind}")
        return hmac.digest(self._by_kind[kind], text.encode(), sha256)[:_DIGEST]


def _derived(raw: bytes, purpose: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=b"previsit " + purpose.encode()).derive(raw)


def _bound(draft_id: str) -> bytes:
    return b"previsit draft" + _DRAFT_VERSION + draft_id.encode()


def load_server_key(path: Path) -> ServerKey:
    """The server key from its file (64 hex digits). Raises KeyProblem with what to do."""
    return ServerKey(read_key(path, "SECRET_KEY_FILE"))


def load_index_key(folder: Path) -> IndexKey:
    """The index key from the key folder. Raises KeyProblem with what to do."""
    return IndexKey(read_key(folder / INDEX_NAME, "KEY_DIR"))


def make_missing(path: Path) -> list[Path]:
    """Make a key file of 32 random bytes unless it is there; returns the files made."""
    if path.exists():
        return []
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    return [write_key(path, secrets.token_bytes(32))]


def write_key(path: Path, raw: bytes) -> Path:
    """Write a new key file, readable by this user only, and have it on disk. Raises FileExistsError."""
    return write_file(path, (raw.hex() + "\n").encode())


def write_file(path: Path, data: bytes) -> Path:
    """Write any new file of the key folder so. Raises FileExistsError."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    sync_folder(path.parent)
    return path


def sync_folder(folder: Path) -> None:
    """Have the names in a folder on disk: a file that is written and synced may still lose its name without this."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def read_key(path: Path, setting: str) -> bytes:
    """The 32 bytes of a key file. Raises KeyProblem naming the file and the setting that leads to it."""
    try:
        raw = bytes.fromhex(path.read_text().strip())
    except FileNotFoundError as error:
        raise KeyProblem(
            f"{path} is missing: put it back from the copy of the key folder, or on a new host run `previsit prepare`; "
            f"see {setting}"
        ) from error
    except OSError as error:
        raise KeyProblem(f"{path} cannot be read ({error.strerror}): see who owns it, or set {setting}") from error
    except ValueError as error:
        raise KeyProblem(f"{path} is damaged: it must hold 64 hex digits ({setting})") from error
    if len(raw) != 32:
        raise KeyProblem(f"{path} is damaged: it must hold 64 hex digits ({setting})")
    return raw
