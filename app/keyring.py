"""The key pairs that sent answers are sealed to: a list of public keys that is no secret, and private keys beside it.

The list (a file named `recipients`) says who can open what is sent from now on: the clinic's key, which the desk
holds, and a recovery key, which lies offline. Losing one of the two loses nothing. The list stands in a file and not
in the database, so that whoever can write to the database cannot add a reader.
"""

import logging
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Literal

from .keys import INDEX_NAME, KeyProblem, read_key, sync_folder, write_key
from .sealing import PrivateKey, PublicKey, SealError, new_private_key, open_sealed, seal

_log = logging.getLogger("previsit")

Role = Literal["clinic", "recovery"]
State = Literal["trial", "active", "old"]
ROLES: tuple[Role, ...] = ("clinic", "recovery")

LIST_NAME = "recipients"
_HEAD = """\
# Public keys that answers are sealed to. Not secret; whoever can change this file can add a reader.
# Written by `previsit keys`. Each line: role, key id, public key, day made, state (trial, active or old).
"""


@dataclass(frozen=True)
class Recipient:
    """One key pair by its public half. What is sent is sealed to those that are not old.

    `trial` keys were made by `make run` without being asked for: good for trying, refused in production.
    """

    role: Role
    key: PublicKey
    made_on: date
    state: State

    @property
    def fingerprint(self) -> str:
        """32 hex digits in groups of four, for people to compare on two screens; the first 16 are the key id."""
        digits = sha256(self.key.raw).hexdigest()[:32]
        return " ".join(digits[i : i + 4] for i in range(0, 32, 4))

    @property
    def private_name(self) -> str:
        """The name of the file of its private half."""
        return f"{self.role}-{self.key.key_id}.private"


class Keyring:
    """The keys of one folder. Read again when the list changes, so that a rotation needs no restart."""

    def __init__(self, folder: Path, *, opens: bool) -> None:
        """`opens` says whether this process may hold private keys; without it none is ever read."""
        self.folder = folder
        self._opens = opens
        self._read_at: tuple[int, int, int] = (0, 0, 0)
        self._listed: tuple[Recipient, ...] = ()
        self._private: tuple[PrivateKey, ...] = ()

    @property
    def listed(self) -> tuple[Recipient, ...]:
        """Every key pair that is known here, old ones too. Raises KeyProblem."""
        self._refresh()
        return self._listed

    @property
    def recipients(self) -> tuple[PublicKey, ...]:
        """The public keys that a document is sealed to now."""
        return tuple(r.key for r in self.listed if r.state != "old")

    @property
    def private_keys(self) -> tuple[PrivateKey, ...]:
        """The clinic's private keys that are here, the newest first; none in a process that must not open answers."""
        self._refresh()
        return self._private

    def _refresh(self) -> None:
        now = _stamp(self.folder / LIST_NAME)
        if now == self._read_at and self._listed:
            return
        try:
            listed = read_list(self.folder)
            private = self._read_private(listed) if self._opens else ()
        except KeyProblem:
            if not self._listed:
                raise
            _log.exception("key_list_unreadable")  # what was read before still serves: no patient is turned away
            return
        self._listed, self._private, self._read_at = listed, private, now

    def _read_private(self, listed: Sequence[Recipient]) -> tuple[PrivateKey, ...]:
        return tuple(
            PrivateKey(read_key(self.folder / r.private_name, "KEY_DIR"))
            for r in sorted(listed, key=lambda r: r.state == "old")
            if r.role == "clinic" and (self.folder / r.private_name).exists()
        )

    def prove(self, *, production: bool) -> None:
        """Refuse to start with keys that are missing, of a trial, or where they must not be. Raises KeyProblem.

        A process that may open answers opens a canary with each key of the clinic that answers are sealed to.
        """
        current = [r for r in self.listed if r.state != "old"]
        for role in ROLES:
            if not any(r.role == role for r in current):
                raise KeyProblem(f"{self.folder / LIST_NAME} names no {role} key: run `previsit keys rotate {role}`")
        if production and any(r.state == "trial" for r in current):
            raise KeyProblem(
                "PUBLIC_URL is https, but the keys were made by `make run` for trying things out: "
                "run `previsit keys make --recovery-file FILE` once; nothing sent so far is lost"
            )
        if not self._opens:
            self._prove_that_nothing_opens()
            return
        for recipient in current:
            if recipient.role == "clinic":
                open_canary(recipient, self.folder)

    def _prove_that_nothing_opens(self) -> None:
        reach = desk_keys_in(self.folder)
        if reach:
            raise KeyProblem(
                f"ROOMS=intake must not have the desk's keys in reach, but {self.folder} holds {', '.join(reach)}: "
                f"give this host only {LIST_NAME} and its own server key"
            )


def _stamp(path: Path) -> tuple[int, int, int]:
    try:
        found = path.stat()
    except OSError:
        return (0, 0, 0)
    return found.st_mtime_ns, found.st_size, found.st_ino


def desk_keys_in(folder: Path) -> list[str]:
    """The names of the files in a key folder that a process which serves patients alone must not have in reach."""
    return [path.name for path in (*sorted(folder.glob("*.private")), folder / INDEX_NAME) if path.exists()]


def open_canary(recipient: Recipient, folder: Path) -> None:
    """Seal something to this key pair and open it with the private half here. Raises KeyProblem."""
    path = folder / recipient.private_name
    if not path.exists():
        raise KeyProblem(
            f"{path} is missing: put it back from the copy of the key folder, "
            "or if it is lost, run `previsit keys recover` with the file of the recovery key"
        )
    key = PrivateKey(read_key(path, "KEY_DIR"))
    canary = seal(b"canary", [recipient.key], record="start", kind="canary")
    try:
        open_sealed(canary.blob, canary.keys[0].data, key, record="start", kind="canary")
    except SealError as error:
        raise KeyProblem(f"{recipient.private_name} in {folder} does not open what is sealed to it") from error


def read_list(folder: Path) -> tuple[Recipient, ...]:
    """The key pairs named in a key folder. Raises KeyProblem when there is no list or it is damaged."""
    path = folder / LIST_NAME
    try:
        lines = [line for line in path.read_text().splitlines() if line.strip() and not line.startswith("#")]
    except FileNotFoundError as error:
        raise KeyProblem(
            f"{path} is missing: put it back from the copy of the key folder, copy it from the desk's host, "
            "or for the first keys run `previsit keys make`"
        ) from error
    except (OSError, ValueError) as error:
        raise KeyProblem(f"{path} cannot be read: see who owns it, or set KEY_DIR") from error
    return tuple(_recipient(line, path) for line in lines)


def _recipient(line: str, path: Path) -> Recipient:
    try:
        role, key_id, raw, made, state = line.split()
        key = PublicKey(bytes.fromhex(raw))
        known: dict[str, State] = {"trial": "trial", "active": "active", "old": "old"}
        roles: dict[str, Role] = {"clinic": "clinic", "recovery": "recovery"}
        if key.key_id != key_id or len(key.raw) != 32:
            raise ValueError
        return Recipient(roles[role], key, date.fromisoformat(made), known[state])
    except (ValueError, KeyError) as error:
        raise KeyProblem(f"{path} is damaged in the line that begins {line[:24]!r}") from error


def write_list(folder: Path, recipients: Iterable[Recipient]) -> None:
    """Put a new list in place of the old one, at once or not at all."""
    lines = (f"{r.role} {r.key.key_id} {r.key.raw.hex()} {r.made_on} {r.state}\n" for r in recipients)
    fresh = folder / f"{LIST_NAME}.new"
    with fresh.open("w") as file:
        file.write(_HEAD + "".join(lines))
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(folder / LIST_NAME)
    sync_folder(folder)


def renew(
    folder: Path, roles: Sequence[Role], today: date, *, state: State = "active", recovery_file: Path | None = None
) -> list[Path]:
    """Make a fresh key pair for each of these roles; what is sent from now on is sealed to them.

    The key pairs they replace become old: they still open what was sealed to them. The private half of a recovery key
    goes to `recovery_file`, or without one into the folder. Returns the files made. Raises FileExistsError when
    `recovery_file` is there already, and then changes nothing.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    before = read_list(folder) if (folder / LIST_NAME).exists() else ()
    made: list[Path] = []
    fresh: list[Recipient] = []
    for role in sorted(roles, reverse=True):  # the recovery key first: it is the one whose file may be refused
        private = new_private_key()
        recipient = Recipient(role, private.public, today, state)
        path = recovery_file if role == "recovery" and recovery_file else folder / recipient.private_name
        made.append(write_key(path, private.raw))
        fresh.append(recipient)
    replaced = [replace(r, state="old") if r.role in roles else r for r in before]
    write_list(folder, [*sorted(fresh, key=lambda r: r.role), *replaced])
    return made


def forget(folder: Path, key_id: str) -> None:
    """Take an old key pair off the list. Its private file is left where it is."""
    write_list(folder, [r for r in read_list(folder) if r.key.key_id != key_id])


def make_trial_keys(folder: Path, today: date) -> list[Path]:
    """Make both key pairs, for trying things out, unless the folder has a list; returns the files made."""
    if (folder / LIST_NAME).exists():
        return []
    return adopt(folder, today) or renew(folder, ROLES, today, state="trial")


def adopt(folder: Path, today: date) -> list[Path]:
    """Take over the single key pair of the first release, which had no list, and add a recovery key beside it.

    Returns the files made; none when there is a list already, or no such pair. What was sent then still opens.
    """
    first = folder / "clinic.private"
    if (folder / LIST_NAME).exists() or not first.exists():
        return []
    recipient = Recipient("clinic", PrivateKey(read_key(first, "KEY_DIR")).public, today, "trial")
    if not (folder / recipient.private_name).exists():
        os.link(first, folder / recipient.private_name)
    write_list(folder, [recipient])
    made = renew(folder, ["recovery"], today, state="trial")
    first.unlink()
    (folder / "clinic.public").unlink(missing_ok=True)
    return made
