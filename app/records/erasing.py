"""The end of a record: on its promised day, or when a person asks. Each deletion leaves one audit line, by id alone.

What is deleted with a submission: its sealed answers, notes and chart number with their data keys, its digests, its
place in the index queue, the day it was read, and, when a person asks, the patient's own copy. The audit keeps that it
was there, and when.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, and_, delete, exists, insert, or_, select, update

from ..keys import ServerKey
from ..sealing import PrivateKey
from . import audit, sealed
from .acts import Act
from .models import Draft, IndexQueue, LegalHold, Lookup, ReadByTeam, SealedDocument, SealedKey, Submission
from .statuses import ATTENTION
from .submissions import Listed, listed_columns


@dataclass(frozen=True)
class Keeping:
    """How long sent forms are kept: days by status, from the later of receipt and visit; 0 keeps for ever."""

    days: Mapping[str, int]
    zone: ZoneInfo


def due(
    connection: Connection, keeping: Keeping, today: date, *, limit: int, status: str | None = None
) -> list[Listed]:
    """Submissions whose promised day has come, the oldest first; those under a legal hold are never among them."""
    ends = [
        _over(kept, days, keeping.zone, today)
        for kept, days in keeping.days.items()
        if days and kept != ATTENTION and status in (None, kept)
    ]
    if not ends:
        return []
    held = exists().where(LegalHold.submission == Submission.id)
    query = listed_columns().where(or_(*ends), ~held).order_by(Submission.received_at, Submission.id).limit(limit)
    return [Listed(*row) for row in connection.execute(query)]


def _over(status: str, days: int, zone: ZoneInfo, today: date) -> ColumnElement[bool]:
    last = today - timedelta(days=days)
    received_before = datetime.combine(last + timedelta(days=1), time(), zone).astimezone(UTC)
    visited = or_(Submission.visit_date.is_(None), Submission.visit_date <= last)
    return and_(Submission.status == status, Submission.received_at < received_before, visited)


def delete_submissions(connection: Connection, ids: Sequence[str]) -> list[str]:
    """Delete these submissions and all that belongs to them; returns those that were there, for `note_gone`."""
    documents = select(SealedDocument.id).where(SealedDocument.submission.in_(ids))
    connection.execute(delete(SealedKey).where(SealedKey.document.in_(documents)))
    connection.execute(delete(SealedDocument).where(SealedDocument.submission.in_(ids)))
    for table in (Lookup, IndexQueue, LegalHold):
        connection.execute(delete(table).where(table.submission.in_(ids)))
    references = select(Submission.reference).where(Submission.id.in_(ids))
    connection.execute(delete(ReadByTeam).where(ReadByTeam.reference.in_(references)))
    connection.execute(update(Submission).where(Submission.revision_of.in_(ids)).values(revision_of=None))
    gone = connection.execute(delete(Submission).where(Submission.id.in_(ids)).returning(Submission.id)).scalars()
    return sorted(gone)


def delete_drafts(connection: Connection, ids: Sequence[str]) -> list[str]:
    """Delete these drafts; returns those that were there, for `note_gone`."""
    return sorted(connection.execute(delete(Draft).where(Draft.id.in_(ids)).returning(Draft.id)).scalars())


def note_gone(connection: Connection, ids: Iterable[str], *, who: str, act: Act, now: datetime) -> None:
    """One audit line for each record that was deleted; last in the transaction, like every line."""
    for gone in ids:
        audit.note(connection, at=now, room="work", who=who, act=act, record=gone)


def revisions(connection: Connection, reference: str) -> list[Listed]:
    """The submission with this reference and all others of the same form, corrected later or before; oldest first."""
    found: dict[str, Listed] = {}
    wanted: ColumnElement[bool] = Submission.reference == reference
    while True:
        rows = [Listed(*row) for row in connection.execute(listed_columns().where(wanted))]
        fresh = [row for row in rows if row.id not in found]
        if not fresh:
            return sorted(found.values(), key=lambda row: (row.received_at, row.id))
        found |= {row.id: row for row in fresh}
        before = select(Submission.revision_of).where(Submission.id.in_(found), Submission.revision_of.is_not(None))
        wanted = or_(Submission.revision_of.in_(found), Submission.id.in_(before))


def drafts_of(
    connection: Connection, key: ServerKey, private: Sequence[PrivateKey], rows: Sequence[Listed]
) -> frozenset[str]:
    """The ids of the drafts that these submissions were sent from: their patients' own copies.

    The sent document names its draft; of one that does not open, the draft is found by the key of its sending.
    """
    opened = sealed.open_all(connection, (row.id for row in rows), private)
    named = {str(json.loads(plain)["draft"]) for plain in opened.values()}
    closed = [row.id for row in rows if row.id not in opened]
    if not closed:
        return frozenset(named)
    sent = connection.execute(
        select(Submission.idempotency, Submission.revision).where(Submission.id.in_(closed))
    ).all()
    drafts = connection.execute(select(Draft.id)).scalars()
    return frozenset(named) | {
        draft_id
        for draft_id in drafts
        for row in sent
        if key.digest("idempotency", f"{draft_id} {row.revision}") == row.idempotency
    }


def hold(connection: Connection, rows: Sequence[Listed], who: str, now: datetime) -> None:
    """Place submissions under a legal hold: nothing deletes them until it is lifted."""
    kept = set(held(connection))
    fresh = [row.id for row in rows if row.id not in kept]
    for submission_id in fresh:
        connection.execute(insert(LegalHold).values(submission=submission_id, placed_at=now))
    for submission_id in fresh:
        audit.note(connection, at=now, room="work", who=who, act="hold", record=submission_id)


def lift(connection: Connection, rows: Sequence[Listed], who: str, now: datetime) -> None:
    """Lift a legal hold."""
    lifted = delete(LegalHold).where(LegalHold.submission.in_([row.id for row in rows])).returning(LegalHold.submission)
    for submission_id in sorted(connection.execute(lifted).scalars()):
        audit.note(connection, at=now, room="work", who=who, act="hold lifted", record=submission_id)


def held(connection: Connection) -> list[str]:
    """The ids of all submissions under a legal hold."""
    return list(connection.execute(select(LegalHold.submission).order_by(LegalHold.placed_at)).scalars())


def held_references(connection: Connection) -> list[str]:
    """The references of all submissions under a legal hold, the longest held first."""
    query = select(Submission.reference).join(LegalHold, LegalHold.submission == Submission.id)
    return list(connection.execute(query.order_by(LegalHold.placed_at, Submission.reference)).scalars())
