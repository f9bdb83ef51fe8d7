"""Sealed documents on the database: each with a data key of its own, sealed once to every recipient."""

import json
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select

from ..sealing import PrivateKey, PublicKey, SealError, open_sealed, seal
from .models import SealedDocument, SealedKey

ANSWERS = "answers"
"""The kind of document that a patient sends; it has the id of its submission."""

_THESE = (
    select(SealedDocument.id, SealedDocument.kind, SealedDocument.blob, SealedKey.key_id, SealedKey.data)
    .join(SealedKey, SealedKey.document == SealedDocument.id)
    .where(
        SealedDocument.id.in_(bindparam("wanted", expanding=True)),
        SealedKey.key_id.in_(bindparam("held", expanding=True)),
    )
)


def put(
    connection: Connection,
    recipients: Sequence[PublicKey],
    plain: bytes,
    *,
    record: str,
    kind: str,
    submission: str | None,
) -> None:
    """Seal a document to these recipients and store it. Reads nothing: the intake's role could not."""
    sealed = seal(plain, recipients, record=record, kind=kind)
    connection.execute(insert(SealedDocument).values(id=record, kind=kind, submission=submission, blob=sealed.blob))
    keys = [{"document": record, "key_id": k.key_id, "data": k.data} for k in sealed.keys]
    connection.execute(insert(SealedKey), keys)


def open_all(connection: Connection, wanted: Iterable[str], keys: Sequence[PrivateKey]) -> dict[str, bytes]:
    """The documents with these ids, opened, by id; one that does not open with any of these keys is left out."""
    ids = list(wanted)
    if not ids:
        return {}
    held = {key.public.key_id: key for key in keys}
    rows = connection.execute(_THESE, {"wanted": ids, "held": list(held)})
    opened: dict[str, bytes] = {}
    for row in rows:
        if row.id not in opened:
            with suppress(SealError):
                opened[row.id] = open_sealed(row.blob, row.data, held[row.key_id], record=row.id, kind=row.kind)
    return opened


def document_in(plain: bytes) -> Any:
    """The JSON document in these bytes. None when there is none, or one with half a character, which no page can say.

    Whoever has taken the patients' host can seal anything to the clinic's key, and the seal holds.
    """
    try:
        document = json.loads(plain)
        if b"\\u" in plain:  # we write every character as it is; only so could half of one be written
            json.dumps(document, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return None
    return document
