"""Audit lines: who did what to which record, when, from which room. Appended in the transaction of the act.

Each line hangs on a chain (app/ledger.py). Which one, and its key, is told by the ledgers that the store was given.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from itertools import islice

from sqlalchemy import Connection, bindparam, insert, select, text

from ..ledger import START, Chain, Head, Ledgers, Line, Room
from .acts import Act
from .models import Audit

PATIENT = "patient"
SYSTEM = "system"
"""Who does what is due by itself."""
OPERATOR = "operator"
"""Who acts at the command line."""
PROVIDER = "provider"
"""Who gives accounts and roles by single sign-on: the clinic's own sign-in service."""
NOBODY = "nobody"
"""Who tried to sign in when there is no account of that name. What was typed is not kept."""

_HEAD_DIGITS = 24
_MOST_CHAINS = 100

# A line without a number is none of ours; and what is empty would come first on PostgreSQL.
_NEWEST = (
    select(Audit.seq, Audit.hash)
    .where(Audit.chain == bindparam("chain"), Audit.seq.is_not(None))
    .order_by(Audit.seq.desc())
    .limit(1)
)
# Inline: the number that the line gets is not asked for, since the intake's role may not read this table.
_APPEND = insert(Audit).inline()


class NoLedger(Exception):
    """A line was to be noted on a store that was given no ledgers: whoever made the store has to hand them in."""


@dataclass
class Notes:
    """What one transaction has noted, and the chains it writes. The heads are read once in a transaction."""

    ledgers: Ledgers | None
    lines: list[Line] = field(default_factory=list)
    heads: dict[str, Head] = field(default_factory=dict)

    def chain(self, room: Room) -> Chain:
        """The chain of lines that are noted from this room. Raises NoLedger."""
        if self.ledgers is None:
            raise NoLedger(f"no ledger for lines from the room {room}")
        return self.ledgers.by_room[room]


def note(connection: Connection, *, at: datetime, room: Room, who: str, act: Act, record: str) -> None:
    """Append one line. `who` is a staff id, `patient` or `system`; `record` an id, never a name.

    Note last in a transaction, behind every change of a row: from here to its end nobody else can append to the chain,
    and two that wait for each other's rows meanwhile would hold each other up. Not inside a savepoint that may be
    rolled back. Raises NoLedger when the store of this connection was given none.
    """
    notes = _notes(connection)
    _append(connection, notes, notes.chain(room), at=at, room=room, who=who, act=act, record=record)


def room_of(by: str) -> Room:
    """Where somebody acts who may act in two places: an operator at the command line, everybody else at the desk."""
    return "work" if by == OPERATOR else "desk"


def note_heads(connection: Connection, chain: Chain, at: datetime) -> list[Head]:
    """Note, on this chain, the head of every other chain, and return those heads.

    From then on this chain tells when the end of another was cut off. Last in a transaction, as with `note`.
    """
    others = [head for head in islice(heads(connection), _MOST_CHAINS) if head.chain != chain.id]
    for head in others:
        record = f"{head.chain}:{head.seq}:{head.hash.hex()[:_HEAD_DIGITS]}"
        notes = _notes(connection)
        _append(connection, notes, chain, at=at, room="work", who=SYSTEM, act="head", record=record)
    return others


def heads(connection: Connection) -> Iterator[Head]:
    """The newest line of each chain there is, by chain; needs nothing but what the intake's role may read."""
    last = ""
    while True:
        query = select(Audit.chain).where(Audit.chain > last).order_by(Audit.chain).limit(1)
        name = connection.execute(query).scalar()
        if name is None:
            return
        head = newest(connection, name)
        if head is not None:
            yield head
        last = name


def read_head(written: str) -> Head | None:
    """A head as it stands in an audit line or as an operator types it, `chain:number:hash`; None when it is none."""
    chain, _, rest = written.strip().partition(":")
    number, _, digits = rest.partition(":")
    try:
        head = Head(chain, int(number), bytes.fromhex(digits))
    except ValueError:
        return None
    return head if chain and head.seq > 0 and len(head.hash) >= _HEAD_DIGITS // 2 else None


def _notes(connection: Connection) -> Notes:
    notes = connection.get_execution_options().get("notes")
    if not isinstance(notes, Notes):
        raise NoLedger("a line can only be noted in a writing transaction of a store")
    return notes


def _append(
    connection: Connection, notes: Notes, chain: Chain, *, at: datetime, room: Room, who: str, act: Act, record: str
) -> None:
    head = notes.heads.get(chain.id) or _locked_head(connection, chain)
    seq = head.seq + 1
    fresh = chain.hash(head.hash, seq=seq, at=at, room=room, who=who, act=act, record=record)
    row = {"at": at, "room": room, "who": who, "act": act, "record": record}
    connection.execute(_APPEND, {**row, "chain": chain.id, "seq": seq, "hash": fresh})
    notes.heads[chain.id] = Head(chain.id, seq, fresh)
    notes.lines.append(Line(at, room, who, act, record, chain.id, seq, fresh))


def _locked_head(connection: Connection, chain: Chain) -> Head:
    """The head of a chain that nobody else can append to before this transaction ends."""
    if connection.dialect.name == "postgresql":  # a writing transaction on SQLite has the database to itself anyway
        number = int.from_bytes(sha256(chain.id.encode()).digest()[:8], signed=True)
        # A statement of its own: the next one must see what the former holder of the lock has committed.
        connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": number})
    return newest(connection, chain.id) or Head(chain.id, 0, START)


def newest(connection: Connection, chain: str) -> Head | None:
    """The newest line of a chain; None when it has none."""
    row = connection.execute(_NEWEST, {"chain": chain}).first()
    return Head(chain, row.seq or 0, row.hash or START) if row else None


def chains_of(connection: Connection) -> Sequence[Chain]:
    """The chains that the store of this connection writes. Raises NoLedger."""
    notes = _notes(connection)
    if notes.ledgers is None:
        raise NoLedger("this store was given no ledgers")
    return notes.ledgers.chains
