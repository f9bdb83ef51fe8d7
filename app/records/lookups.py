"""Finding a submission by digests that only the desk's side can make: written by `previsit work`, read by a search.

A digest tells nothing without the index key, but equal digests show as equal: see docs/threat-model.md.
"""

from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    CompoundSelect,
    Connection,
    Integer,
    and_,
    bindparam,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import aliased

from ..finding import Search, Term
from ..keys import IndexKey
from .models import IndexQueue, Lookup, Submission
from .submissions import Listed, listed_columns, these


def enqueue(connection: Connection, submission_id: str) -> None:
    """Have the digests of a submission written anew. Doing it twice is no fault.

    The row is always a new one: a worker that indexes this submission just now may take only the one it saw.
    """
    connection.execute(delete(IndexQueue).where(IndexQueue.submission == submission_id))
    connection.execute(insert(IndexQueue).values(submission=submission_id))


def enqueue_all(connection: Connection) -> int:
    """Have the digests of every submission written anew, as after a change of the index key; returns how many."""
    before = count_waiting(connection)
    missing = select(Submission.id).where(~exists().where(IndexQueue.submission == Submission.id))
    connection.execute(insert(IndexQueue).from_select(["submission"], missing))
    return count_waiting(connection) - before


def waiting(connection: Connection, limit: int) -> list[str]:
    """The ids of submissions that cannot be found by their answers yet, at most so many."""
    return list(connection.execute(select(IndexQueue.submission).limit(limit)).scalars())


def count_waiting(connection: Connection) -> int:
    """How many submissions cannot be found by their answers yet."""
    return connection.execute(select(func.count()).select_from(IndexQueue)).scalar_one()


def write(connection: Connection, key: IndexKey, terms: Mapping[str, frozenset[Term]], done: Sequence[str]) -> None:
    """Put these digests, by submission id, in place of what the submissions in `done` had; take those off the queue."""
    connection.execute(delete(Lookup).where(Lookup.submission.in_(done)))
    received = select(Submission.id, Submission.received_at).where(Submission.id.in_(terms))
    rows = [
        {"kind": term.kind, "digest": _digest(key, term), "received_at": row.received_at, "submission": row.id}
        for row in connection.execute(received)
        for term in terms[row.id]
    ]
    if rows:
        connection.execute(insert(Lookup), rows)
    connection.execute(delete(IndexQueue).where(IndexQueue.submission.in_(done)))


def find(connection: Connection, key: IndexKey, search: Search, limit: int) -> list[Listed]:
    """The submissions that a search means, newest first, at most so many."""
    found: set[str] = set()
    for terms in search.ways:
        found |= _newest_with_all(connection, key, terms, limit)
    wanted = Submission.id.in_(found)
    if search.reference:
        wanted = or_(wanted, Submission.reference == search.reference)
    elif not found:
        return []
    query = listed_columns().where(wanted).order_by(Submission.received_at.desc(), Submission.id.desc()).limit(limit)
    return [Listed(*row) for row in connection.execute(query)]


def sharing(
    connection: Connection, key: IndexKey, terms: Collection[Term], *, besides: Collection[str], limit: int
) -> list[Listed]:
    """The submissions that share a term with these, newest first, at most so many for each term; but not `besides`.

    So many for each: a phone that many gave does not keep out somebody of the same name and birth date.
    """
    if not terms:
        return []
    given: dict[str, Any] = {"besides": list(besides), "limit": limit}
    for number, term in enumerate(terms):
        given |= {f"kind_{number}": term.kind, f"digest_{number}": _digest(key, term)}
    return these(connection, set(connection.execute(_sharing(len(terms)), given).scalars()))


@lru_cache
def _sharing(terms: int) -> CompoundSelect[str]:
    """The query for so many terms; put together once, since that costs more than to run it."""
    ways = [
        select(Lookup.submission)
        .where(
            Lookup.kind == bindparam(f"kind_{number}"),
            Lookup.digest == bindparam(f"digest_{number}"),
            Lookup.submission.not_in(bindparam("besides", expanding=True)),
        )
        .order_by(Lookup.received_at.desc(), Lookup.submission.desc())
        .limit(bindparam("limit", type_=Integer))
        .subquery()
        for number in range(terms)
    ]
    return union_all(*(select(way) for way in ways))


def _newest_with_all(connection: Connection, key: IndexKey, terms: frozenset[Term], limit: int) -> set[str]:
    """The newest submissions that have all these digests. The rarest is walked, from its newest, until enough fit."""
    digests = [(term.kind, _digest(key, term)) for term in terms]
    rarest, *others = sorted(digests, key=lambda one: _rows_up_to(connection, *one)) if len(digests) > 1 else digests
    query = select(Lookup.submission).where(Lookup.kind == rarest[0], Lookup.digest == rarest[1])
    for kind, digest in others:
        other = aliased(Lookup)
        same = and_(other.kind == kind, other.digest == digest, other.received_at == Lookup.received_at)
        query = query.where(exists().where(same, other.submission == Lookup.submission))
    query = query.order_by(Lookup.received_at.desc(), Lookup.submission.desc()).limit(limit)
    return set(connection.execute(query).scalars())


def _rows_up_to(connection: Connection, kind: str, digest: bytes, most: int = 1000) -> int:
    rows = select(Lookup.submission).where(Lookup.kind == kind, Lookup.digest == digest).limit(most).subquery()
    return connection.execute(select(func.count()).select_from(rows)).scalar_one()


def _digest(key: IndexKey, term: Term) -> bytes:
    return key.digest(term.kind, term.text)
