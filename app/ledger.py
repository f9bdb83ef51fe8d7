"""The chains that audit lines hang on: each line's hash holds the hash of the line before it, under a key.

A chain belongs to one server key and one room, so that a new server key begins a new one. Whoever has the database but
no key cannot change, take out, put in or move a line without its being found; what a chain does not show stands in
docs/threat-model.md.
"""

import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Literal

from .keys import ServerKey

Room = Literal["intake", "desk", "work"]
Rooms = Literal["both", "intake", "desk"]

START = b""
"""What the first line of a chain has before it."""
_VERSION = "previsit audit 1"
_ID_DIGITS = 16


@dataclass(frozen=True)
class Line:
    """One audit line where it hangs: `who` is a staff id or a word like `patient`, `record` an id, never a name."""

    at: datetime
    room: str
    who: str
    act: str
    record: str
    chain: str
    seq: int
    hash: bytes


@dataclass(frozen=True)
class Head:
    """The newest line of a chain, or any line that a chain is held against: its number and its hash, or part of it."""

    chain: str
    seq: int
    hash: bytes


@dataclass(frozen=True)
class Chain:
    """One chain with its key. The id holds a fingerprint of the key: another key is another chain."""

    id: str
    key: bytes

    def __repr__(self) -> str:
        return f"Chain({self.id})"

    @classmethod
    def of(cls, room: str, key: bytes) -> "Chain":
        """The chain of this room with this key."""
        return cls(f"{room}-{hmac.digest(key, b'chain id', sha256).hex()[:_ID_DIGITS]}", key)

    def is_named_rightly(self) -> bool:
        """Whether the id is the one of this key."""
        return self.of(self.id.rpartition("-")[0], self.key).id == self.id

    def hash(self, before: bytes, *, seq: int, at: datetime, room: str, who: str, act: str, record: str) -> bytes:
        """The hash of a line that has this number in the chain, behind a line with the hash `before`."""
        moment = at.astimezone(UTC).isoformat(timespec="microseconds")
        plain = json.dumps([_VERSION, before.hex(), self.id, seq, moment, room, who, act, record])
        return hmac.digest(self.key, plain.encode(), sha256)

    def holds(self, before: bytes, line: Line) -> bool:
        """Whether this line is the one that was written behind a line with the hash `before`."""
        wanted = self.hash(
            before, seq=line.seq, at=line.at, room=line.room, who=line.who, act=line.act, record=line.record
        )
        return hmac.compare_digest(wanted, line.hash)


@dataclass(frozen=True)
class Ledgers:
    """The chains that a process writes, by the room that a line is noted from."""

    by_room: Mapping[Room, Chain]

    @classmethod
    def of(cls, key: ServerKey, rooms: Rooms) -> "Ledgers":
        """The chains of a process that serves these rooms. What `work` notes goes to the desk's where there is one."""
        intake = Chain.of("intake", key.derive("audit intake"))
        desk = Chain.of("desk", key.derive("audit desk"))
        if rooms == "intake":
            return cls({"intake": intake, "desk": intake, "work": intake})
        return cls({"intake": intake if rooms == "both" else desk, "desk": desk, "work": desk})

    @property
    def chains(self) -> Sequence[Chain]:
        """Every chain that this process writes, once, by id."""
        return sorted(set(self.by_room.values()), key=lambda chain: chain.id)
