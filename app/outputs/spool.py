"""A temporary file that holds answers while an export streams, and shows nothing to whoever reads the disk."""

import tempfile
from collections.abc import Iterator
from os import SEEK_END
from types import TracebackType
from typing import Self

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_LENGTH = 4
_NONCE = 12


class Spool:
    """Chunks of bytes kept in order in an unnamed file, encrypted under a key that lives in this object only.

    The nonce is the chunk's number: never used twice under one key, and a chunk moved elsewhere does not open.
    """

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 (closed by close)
        self._cipher: AESGCM | None = AESGCM(AESGCM.generate_key(256))
        self._chunks = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def add(self, chunk: bytes) -> None:
        """Put a chunk behind the others."""
        sealed = self._open().encrypt(_nonce(self._chunks), chunk, None)
        self._file.seek(0, SEEK_END)
        self._file.write(len(sealed).to_bytes(_LENGTH) + sealed)
        self._chunks += 1

    def __iter__(self) -> Iterator[bytes]:
        """The chunks added so far, in order; the first reading is not the only one."""
        place = 0
        for number in range(self._chunks):
            cipher = self._open()
            self._file.seek(place)
            length = int.from_bytes(self._file.read(_LENGTH))
            sealed = self._file.read(length)
            place += _LENGTH + length
            yield cipher.decrypt(_nonce(number), sealed, None)

    def close(self) -> None:
        """Forget the key and empty the file. What a disk may still hold of it opens for nobody."""
        if self._cipher is not None:
            self._cipher = None
            self._file.truncate(0)
            self._file.close()

    def _open(self) -> AESGCM:
        if self._cipher is None:
            raise ValueError("this spool is closed")
        return self._cipher


def _nonce(number: int) -> bytes:
    return number.to_bytes(_NONCE)
