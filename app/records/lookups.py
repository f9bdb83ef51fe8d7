"""Finding a submission by digests that only the desk's side can make: written by `previsit work`, read by a search.

A digest tells nothing without the index key, but equal digests show as equal: see docs/threat-model.md.
"""

from collections.abc import Mapping, Sequence

from sqlalchemy import ColumnElement, Connection, Select, and_, delete, exists, func, insert, select, union

from ..finding import Search, Term
from ..keys import IndexKey
from .models import IndexQueue, Lookup, Submission
from .submissions import Listed, listed_columns


def enqueue(connection: Connection, submission_id: str) -> None:
    """Have the digests of a submission written anew. Doing it twice is no fault."""
    if connection.execute(select(IndexQueue).where(IndexQueue.submission == submission_id)).first() is None:
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
    rows = [
        {"kind": term.kind, "digest": _digest(key, term), "submission": submission_id}
        for submission_id, found in terms.items()
        for term in found
    ]
    if rows:
        connection.execute(insert(Lookup), rows)
    connection.execute(delete(IndexQueue).where(IndexQueue.submission.in_(done)))


def find(connection: Connection, key: IndexKey, search: Search, limit: int) -> list[Listed]:
    """The submissions that a search means, newest first, at most so many."""
    ways = [_all_of(key, terms) for terms in search.ways]
    if search.reference:
        ways.append(select(Submission.id).where(Submission.reference == search.reference))
    if not ways:
        return []
    found = union(*ways).subquery()
    query = listed_columns().where(Submission.id.in_(select(found.c[0])))
    query = query.order_by(Submission.received_at.desc(), Submission.id.desc()).limit(limit)
    return [Listed(*row) for row in connection.execute(query)]


def _all_of(key: IndexKey, terms: frozenset[Term]) -> Select[str]:
    """The submissions that have all these digests."""
    first, *others = sorted(terms)
    query = select(Lookup.submission).where(Lookup.kind == first.kind, Lookup.digest == _digest(key, first))
    return query.where(*(_has_too(key, term) for term in others))


def _has_too(key: IndexKey, term: Term) -> ColumnElement[bool]:
    other = Lookup.__table__.alias()
    same = and_(other.c.kind == term.kind, other.c.digest == _digest(key, term))
    return exists().where(same, other.c.submission == Lookup.submission)


def _digest(key: IndexKey, term: Term) -> bytes:
    return key.digest(term.kind, term.text)
