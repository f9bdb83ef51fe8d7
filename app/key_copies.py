"""The files of the key folder as a backup carries them, by name; the server key always under one name."""

from collections.abc import Mapping
from pathlib import Path

from .keyring import LIST_NAME
from .keys import KeyProblem, write_file

SERVER_NAME = "server.key"


def collect(folder: Path, server_key_file: Path, *, secret: bool) -> dict[str, bytes]:
    """The list of public keys; if `secret` is asked for, every private key, the index key and the server key too.

    Raises KeyProblem when a file cannot be read.
    """
    files = {path.name: path for path in sorted(folder.glob("*")) if path.is_file() and not path.name.startswith(".")}
    files[SERVER_NAME] = server_key_file  # wherever SECRET_KEY_FILE has it
    if not secret:
        files = {LIST_NAME: files[LIST_NAME]} if LIST_NAME in files else {}
    try:
        return {name: path.read_bytes() for name, path in files.items()}
    except OSError as error:
        raise KeyProblem(f"{error.filename} cannot be read ({error.strerror}): see KEY_DIR and who owns it") from error


def differing(folder: Path, server_key_file: Path, copies: Mapping[str, bytes]) -> list[Path]:
    """The files here that have the name of a copy and hold something else. Raises KeyProblem."""
    paths = {name: _place(folder, server_key_file, name) for name in copies}
    try:
        return [path for name, path in paths.items() if path.exists() and path.read_bytes() != copies[name]]
    except OSError as error:
        raise KeyProblem(f"{error.filename} cannot be read ({error.strerror}): see KEY_DIR and who owns it") from error


def put_back(folder: Path, server_key_file: Path, copies: Mapping[str, bytes]) -> list[Path]:
    """Write the copies that are missing here, readable by this user only; returns the files written.

    Nothing that is here is ever overwritten. Raises KeyProblem when one cannot be written.
    """
    written: list[Path] = []
    try:
        for name, data in copies.items():
            path = _place(folder, server_key_file, name)
            if not path.exists():
                path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                written.append(write_file(path, data))
    except OSError as error:
        raise KeyProblem(f"{error.filename} cannot be written ({error.strerror}): see KEY_DIR") from error
    return written


def _place(folder: Path, server_key_file: Path, name: str) -> Path:
    return server_key_file if name == SERVER_NAME else folder / name
