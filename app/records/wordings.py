"""Wordings: definitions as their patients saw them, kept for ever, loaded back by their hash."""

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime

from sqlalchemy import Connection, insert, select

from ..questionnaire import versions
from ..questionnaire.kinds import Definition
from .models import Wording

_MOST_LOADED = 32
_LOADED: dict[str, Definition] = {}


def keep(connection: Connection, definition: Definition, now: datetime) -> str:
    """Store a wording once; returns its digest. Call inside the transaction that points at it."""
    digest = versions.digest_of(definition)
    if connection.execute(select(Wording.digest).where(Wording.digest == digest)).first() is None:
        row = {
            "digest": digest,
            "language": definition.language,
            "document": versions.canonical_json(definition),
            "first_used_at": now,
        }
        statement = insert(Wording).values(row)
        if connection.dialect.name == "postgresql":
            from sqlalchemy.dialects.postgresql import insert as upsert

            statement = upsert(Wording).values(row).on_conflict_do_nothing()
        connection.execute(statement)
    return digest


def load(connection: Connection, digest: str) -> Definition:
    """The definition with this digest. Raises LookupError when it was never kept, or what is kept is not it.

    A digest means the same for ever, so what was loaded once is not read again.
    """
    known = _LOADED.get(digest)
    if known is None:
        document = connection.execute(select(Wording.document).where(Wording.digest == digest)).scalar_one_or_none()
        known = _remembered(digest, document) if document is not None else None
    if known is None:
        raise LookupError(f"no wording {digest}")
    return known


def those_of(connection: Connection, digests: Iterable[str]) -> dict[str, Definition]:
    """The definitions with these digests; one that is not here, or is not what its digest says, is left out."""
    found: dict[str, Definition] = {}
    for digest in digests:
        with suppress(LookupError):
            found[digest] = load(connection, digest)
    return found


def all_of(connection: Connection) -> list[tuple[str, Definition]]:
    """Every wording ever sent, as (digest, definition), newest first; what is not what its digest says is left out."""
    rows = connection.execute(select(Wording.digest, Wording.document).order_by(Wording.first_used_at.desc()))
    every = ((row.digest, _LOADED.get(row.digest) or _remembered(row.digest, row.document)) for row in rows)
    return [(digest, definition) for digest, definition in every if definition is not None]


def _remembered(digest: str, document: str) -> Definition | None:
    """The definition of this document, kept in memory with others asked for.

    None when its content has another digest, or is no definition: a taken patients' host can store anything here.
    """
    if versions.digest(document) != digest:
        return None
    try:
        loaded = versions.load(document)
    except (ValueError, TypeError, RecursionError):
        return None
    if len(_LOADED) >= _MOST_LOADED:  # more than a clinic ever has; emptied at once, since threads share it
        _LOADED.clear()
    return _LOADED.setdefault(digest, loaded)
