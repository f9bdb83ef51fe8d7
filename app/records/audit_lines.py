"""Audit lines as people read them: newest first, a page at a time, with names of accounts and references of forms."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Select, select, tuple_
from sqlalchemy.orm import aliased

from .models import Audit, Staff, Submission

Key = tuple[datetime, int]

_ACCOUNTS = select(Staff.id, Staff.name).order_by(Staff.name)


@dataclass(frozen=True)
class Entry:
    """A line, with what its ids stand for: `name` of who, `account` or `reference` of the record; or nothing."""

    id: int
    at: datetime
    room: str
    who: str
    act: str
    record: str
    chain: str | None
    seq: int | None
    hash: bytes | None
    name: str | None
    account: str | None
    reference: str | None


@dataclass(frozen=True)
class Wanted:
    """Which lines are wanted; what is empty holds for all. Times: from `since` on, and before `until`."""

    who: str = ""
    act: str = ""
    room: str = ""
    record: str = ""
    since: datetime | None = None
    until: datetime | None = None


def page(connection: Connection, wanted: Wanted, *, limit: int, before: Key | None = None) -> list[Entry]:
    """Lines, newest first, from below the key (time, id) of the last one shown."""
    query = _entries().order_by(Audit.at.desc(), Audit.id.desc()).limit(limit)
    for column in ("who", "act", "room", "record"):
        value = getattr(wanted, column)
        if value:
            query = query.where(getattr(Audit, column) == value)
    if wanted.since is not None:
        query = query.where(Audit.at >= wanted.since)
    if wanted.until is not None:
        query = query.where(Audit.at < wanted.until)
    if before is not None:
        query = query.where(tuple_(Audit.at, Audit.id) < before)
    return [Entry(*row) for row in connection.execute(query)]


def accounts(connection: Connection) -> Sequence[tuple[str, str]]:
    """Every account there ever was, as (id, name), by name."""
    return [(row.id, row.name) for row in connection.execute(_ACCOUNTS)]


def form_of(connection: Connection, reference: str) -> str | None:
    """The id of the form with this reference, while it is here."""
    return connection.execute(select(Submission.id).where(Submission.reference == reference)).scalar()


def _entries() -> Select:
    account = aliased(Staff)
    a = Audit
    return (
        select(
            a.id, a.at, a.room, a.who, a.act, a.record, a.chain, a.seq, a.hash,
            Staff.name, account.name, Submission.reference,
        )
        .outerjoin(Staff, Staff.id == a.who)
        .outerjoin(account, account.id == a.record)
        .outerjoin(Submission, Submission.id == a.record)
    )  # fmt: skip
