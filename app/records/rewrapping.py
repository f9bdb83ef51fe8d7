"""Sealing documents to new keys: only their data keys are touched, a batch in a transaction, from where it stopped.

Safe to kill at any point: a document keeps every key it had until it is sealed to all keys of today.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, and_, delete, exists, func, insert, not_, or_, select

from ..sealing import PrivateKey, PublicKey, SealError, rewrap
from .models import SealedDocument, SealedKey


@dataclass(frozen=True)
class Rewrapped:
    """What a batch did. `last` is the id to go on behind, or None when the end was reached."""

    last: str | None
    done: int
    closed: int
    """Documents that no key here opens: they were left as they are."""


def documents_by_key(connection: Connection) -> Mapping[str, int]:
    """How many documents are sealed to each key, by key id."""
    rows = connection.execute(select(SealedKey.key_id, func.count().label("documents")).group_by(SealedKey.key_id))
    return {row.key_id: row.documents for row in rows}


def is_used(connection: Connection, key_id: str) -> bool:
    """Whether any document is still sealed to this key."""
    return connection.execute(select(SealedKey.document).where(SealedKey.key_id == key_id).limit(1)).first() is not None


def closed_to(connection: Connection, key_ids: Sequence[str]) -> int:
    """How many documents are sealed to none of these keys."""
    query = select(func.count()).select_from(SealedDocument).where(not_(_has(*key_ids)))
    return connection.execute(query).scalar_one()


def rewrap_batch(
    connection: Connection,
    *,
    current: Sequence[PublicKey],
    old: Sequence[str],
    keys: Sequence[PrivateKey],
    after: str,
    limit: int = 200,
) -> Rewrapped:
    """Seal documents to every current key that they lack, and take old keys off them.

    Looks at `limit` documents behind the id `after` that need it. `old` are ids of keys that were replaced.
    """
    rows = connection.execute(
        select(SealedDocument.id, SealedDocument.kind)
        .where(SealedDocument.id > after, _needs_it(current, old))
        .order_by(SealedDocument.id)
        .limit(limit)
    ).all()
    wrapped = _wrapped(connection, [row.id for row in rows])
    held = {key.public.key_id: key for key in keys}
    done = 0
    for row in rows:
        has = wrapped.get(row.id, {})
        opener = next((key_id for key_id in has if key_id in held), None)
        if opener is None:
            continue
        lacking = [key for key in current if key.key_id not in has]
        try:
            fresh = [rewrap(has[opener], held[opener], key, record=row.id, kind=row.kind) for key in lacking]
        except SealError:
            continue
        if fresh:
            values = [{"document": row.id, "key_id": one.key_id, "data": one.data} for one in fresh]
            connection.execute(insert(SealedKey), values)
        connection.execute(delete(SealedKey).where(SealedKey.document == row.id, SealedKey.key_id.in_(old)))
        done += 1
    return Rewrapped(rows[-1].id if len(rows) == limit else None, done, len(rows) - done)


def _needs_it(current: Sequence[PublicKey], old: Sequence[str]) -> ColumnElement[bool]:
    lacks = [not_(_has(key.key_id)) for key in current]
    return or_(*lacks, _has(*old)) if old else or_(*lacks)


def _has(*key_ids: str) -> ColumnElement[bool]:
    return exists().where(and_(SealedKey.document == SealedDocument.id, SealedKey.key_id.in_(key_ids)))


def _wrapped(connection: Connection, documents: Sequence[str]) -> dict[str, dict[str, bytes]]:
    found: dict[str, dict[str, bytes]] = {}
    query = select(SealedKey.document, SealedKey.key_id, SealedKey.data).where(SealedKey.document.in_(documents))
    for row in connection.execute(query):
        found.setdefault(row.document, {})[row.key_id] = row.data
    return found
