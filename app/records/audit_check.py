"""Verifying the audit: every line of every chain is computed again, in batches, and heads that had left are looked up.

What is found is told in sentences. A line that was changed spoils nothing behind it: each is held against the hash that
stands in front of it, so that the one line is named.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import func, or_, select

from ..ledger import START, Chain, Head, Line
from ..sealing import PrivateKey
from . import audit, audit_keys
from .models import Audit
from .store import Connection, Store

BATCH = 1000
_CLOCKS = timedelta(minutes=5)
"""How far clocks of two hosts, or the beginning and the end of a slow request, may be apart."""

Level = Literal["wrong", "warning"]


@dataclass(frozen=True)
class Found:
    """What is wrong, or only odd, in a sentence that names the lines by their id."""

    level: Level
    what: str


@dataclass(frozen=True)
class Checked:
    """A chain, how many of its lines were read, and whether there was a key to compute them with."""

    chain: str
    lines: int
    has_key: bool


@dataclass
class Report:
    """What verifying found. `before` counts lines from before there were chains."""

    before: int = 0
    checked: list[Checked] = field(default_factory=list)
    found: list[Found] = field(default_factory=list)

    @property
    def is_well(self) -> bool:
        """Whether nothing is wrong; warnings alone are no wrong."""
        return not any(one.level == "wrong" for one in self.found)


@dataclass(frozen=True)
class Stored:
    """A line as it lies in the table, by the table's id."""

    id: int
    line: Line


@dataclass
class Walk:
    """A way along a chain, from one line to the next. `heads` are those of other chains that it notes on the way."""

    name: str
    chain: Chain | None
    before: Head
    lines: int = 0
    id: int = 0
    at: datetime | None = None
    heads: list[Head] = field(default_factory=list)

    def take(self, stored: Sequence[Stored]) -> Iterator[Found]:
        """Go on along these lines, which stand in the order of their numbers; says what does not fit."""
        for one in stored:
            self.lines += 1
            yield from self._fits(one)
            self.before = Head(self.name, one.line.seq, one.line.hash)
            self.id, self.at = one.id, one.line.at

    def _fits(self, one: Stored) -> Iterator[Found]:
        line, expected = one.line, self.before.seq + 1
        where = f"line {one.id} ({self.name}, number {line.seq})"
        if line.seq < 1:
            yield Found("wrong", f"{where} was put in: no line has such a number")
        elif line.seq != expected:
            missing = f"{expected} to {line.seq - 1}" if line.seq - 1 > expected else f"{expected}"
            yield Found("wrong", f"{self.name}: number {missing} missing in front of {where}")
        elif self.chain is not None and not self.chain.holds(self.before.hash, line):
            yield Found("wrong", f"{where} was changed, or put in: it is not what was written there")
        elif line.act == "head" and self.chain is not None:
            head = audit.read_head(line.record)
            self.heads += [head] if head else []
        if one.id <= self.id:
            yield Found("wrong", f"{where} was moved: it lies in front of the line that was written before it")
        if self.at is not None and line.at < self.at - _CLOCKS:
            yield Found("warning", f"{where} is {self.at - line.at} earlier than the line before it: see the clocks")


def verify(
    store: Store, own: Iterable[Chain], private: Sequence[PrivateKey], shipped: Sequence[Head], *, newest: int = 0
) -> Report:
    """Everything that is wrong with the audit. `own` are the chains of this host; others need a key that opens here.

    `shipped` are heads that had left for the log: their lines must still be there. With `newest`, only so many lines
    of each chain are computed, the newest. Raises StoreUnavailable.
    """
    report = Report()
    with store.reading() as connection:
        _outside(connection, report)
        heads = list(audit.heads(connection))
        others = audit_keys.opened(connection, [head.chain for head in heads], private)
    keys = {**others, **{chain.id: chain for chain in own}}
    noted: list[Head] = []
    for head in heads:
        walk = _walked(store, head, keys, report, newest)
        noted += walk.heads
    report.found += _held_against(store, noted, "another chain noted")
    report.found += _held_against(store, shipped, "the log had")
    return report


def _walked(store: Store, head: Head, keys: Mapping[str, Chain], report: Report, newest: int) -> Walk:
    first = max(head.seq - newest, 0) if newest else 0
    with store.reading() as connection:
        before = _head_at(connection, head.chain, first) if first else None
    walk = Walk(head.chain, keys.get(head.chain), before or Head(head.chain, 0, START))
    last = walk.before.seq if newest else None
    while True:
        with store.reading() as connection:
            batch = _batch(connection, head.chain, last)
        if not batch:
            break
        report.found += walk.take(batch)
        last = batch[-1].line.seq
    report.checked.append(Checked(walk.name, walk.lines, walk.chain is not None))
    if walk.chain is None:
        report.found.append(
            Found("wrong", f"{walk.name}: its {walk.lines} lines cannot be computed here, since no key for them opens")
        )
    return walk


def _held_against(store: Store, heads: Sequence[Head], who: str) -> Iterator[Found]:
    for head in heads:
        with store.reading() as connection:
            here = _head_at(connection, head.chain, head.seq)
            end = audit.newest(connection, head.chain)
        if here is None:
            ends = f"it ends with number {end.seq}" if end else "there is no such chain any more"
            yield Found("wrong", f"{head.chain}: number {head.seq}, which {who}, is gone: {ends}")
        elif not here.hash.startswith(head.hash):
            yield Found("wrong", f"{head.chain}: number {head.seq} is not the line that {who}")


def _outside(connection: Connection, report: Report) -> None:
    """Lines on no chain: from before there were any, or put in later."""
    outside = or_(Audit.chain.is_(None), Audit.seq.is_(None))
    first = connection.execute(select(func.min(Audit.id)).where(~outside)).scalar()
    earlier = select(func.count()).select_from(Audit).where(outside)
    report.before = connection.execute(earlier.where(Audit.id < first) if first else earlier).scalar_one()
    if first is not None:
        later = select(Audit.id).where(outside, Audit.id > first).order_by(Audit.id)
        report.found += [
            Found("wrong", f"line {row} hangs on no chain, though it was written after the chains began")
            for row in connection.execute(later.limit(BATCH)).scalars()
        ]


def _batch(connection: Connection, chain: str, after: int | None) -> list[Stored]:
    query = select(Audit).where(Audit.chain == chain, Audit.seq.is_not(None)).order_by(Audit.seq).limit(BATCH)
    rows = connection.execute(query.where(Audit.seq > after) if after is not None else query)
    return [Stored(r.id, Line(r.at, r.room, r.who, r.act, r.record, chain, r.seq, r.hash or START)) for r in rows.all()]


def _head_at(connection: Connection, chain: str, seq: int) -> Head | None:
    found = connection.execute(select(Audit.hash).where(Audit.chain == chain, Audit.seq == seq)).first()
    return Head(chain, seq, found.hash or START) if found else None
