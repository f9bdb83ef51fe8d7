"""The chart number that staff give a submission: sealed like the answers, one for each."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, select

from ..sealing import PrivateKey, PublicKey
from . import audit, lookups, sealed
from .models import SealedDocument, SealedKey

CHART = "chart"
"""The kind of sealed document that holds a chart number."""
LONGEST = 32

_NUMBERS = select(SealedDocument.id, SealedDocument.submission).where(
    SealedDocument.submission.in_(bindparam("forms", expanding=True)), SealedDocument.kind == CHART
)


def numbers(connection: Connection, submission_ids: Sequence[str], keys: Sequence[PrivateKey]) -> Mapping[str, str]:
    """The chart numbers of these submissions, by submission id; those without one are left out."""
    rows = connection.execute(_NUMBERS, {"forms": list(submission_ids)})
    owner = {row.id: row.submission for row in rows}
    opened = sealed.open_all(connection, owner, keys)
    return {owner[key]: plain.decode(errors="replace") for key, plain in opened.items()}


def give(
    connection: Connection,
    recipients: Sequence[PublicKey],
    submission_id: str,
    number: str,
    *,
    who: str,
    now: datetime,
) -> None:
    """Write a submission's chart number in place of the one it had; an empty one takes it away."""
    former = select(SealedDocument.id).where(SealedDocument.submission == submission_id, SealedDocument.kind == CHART)
    ids = list(connection.execute(former).scalars())
    connection.execute(delete(SealedKey).where(SealedKey.document.in_(ids)))
    connection.execute(delete(SealedDocument).where(SealedDocument.id.in_(ids)))
    if number:
        record = uuid.uuid4().hex
        sealed.put(connection, recipients, number.encode(), record=record, kind=CHART, submission=submission_id)
    lookups.enqueue(connection, submission_id)
    audit.note(connection, at=now, room="desk", who=who, act="chart number", record=submission_id)
