"""What staff do with a form: where it stands, and what they write beside it, sealed like the answers.

Nothing written is ever changed: a reply stands beside its question, a correction is another note. `who` is a staff id.
"""

import json
import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import Connection, bindparam, select, update

from ..sealing import PrivateKey, PublicKey
from . import audit, receipts, sealed
from .acts import Act
from .models import Audit, SealedDocument, Submission
from .statuses import ARCHIVED, ATTENTION, IN_REVIEW, NEEDS_INFO, RECEIVED, REVIEWED
from .submissions import Listed, listed_columns

Kind = Literal["note", "acknowledged", "question", "reply", "measure"]

STEPS: Mapping[str, tuple[str, ...]] = {
    ATTENTION: (),
    RECEIVED: (IN_REVIEW, NEEDS_INFO, REVIEWED),
    IN_REVIEW: (NEEDS_INFO, REVIEWED, RECEIVED),
    NEEDS_INFO: (IN_REVIEW, REVIEWED),
    REVIEWED: (ARCHIVED, IN_REVIEW),
    ARCHIVED: (REVIEWED,),
}
"""Where a form can go from where it stands. From `attention` nothing leads but an acknowledgement."""
_MOVED: Mapping[str, Act] = {
    RECEIVED: "back to received",
    IN_REVIEW: "in review",
    NEEDS_INFO: "needs information",
    REVIEWED: "reviewed",
    ARCHIVED: "archived",
}
_WRITTEN: Mapping[Kind, Act] = {
    "note": "note",
    "acknowledged": "acknowledged",
    "question": "question asked",
    "reply": "question answered",
    "measure": "measure",
}

_BESIDE = select(SealedDocument.id, SealedDocument.submission, SealedDocument.kind).where(
    SealedDocument.submission.in_(bindparam("forms", expanding=True)),
    SealedDocument.kind.in_(bindparam("kinds", expanding=True)),
)
_STEPS = (
    select(Audit.act, Audit.who, Audit.at)
    .where(Audit.record == bindparam("form"), Audit.act.in_(("acknowledged", "seen", *_MOVED.values())))
    .order_by(Audit.at.desc(), Audit.id.desc())
    .limit(20)
)
_LOOKS = (
    select(Audit.who)
    .where(
        Audit.record == bindparam("form"),
        Audit.act == "look",
        Audit.who != bindparam("who"),
        Audit.at >= bindparam("since"),
    )
    .distinct()
)

PERSON = "person"
"""What was said about two forms (app/records/persons.py): written like a note, and no note."""


@dataclass(frozen=True)
class Written:
    """Something that staff wrote beside a form: its words by name, as `text` of a note."""

    id: str
    kind: str
    at: datetime
    who: str
    words: Mapping[str, Any]


@dataclass(frozen=True)
class Step:
    """A form was moved on by somebody: `act` as the audit says it."""

    act: str
    who: str
    at: datetime


def move(
    connection: Connection, submission_id: str, *, expected: str, to: str, who: str, now: datetime, today: date
) -> bool:
    """Move a form on from where its reader saw it; False when that is no step, or somebody else was quicker.

    `today` is the clinic's day: its patient's receipt tells the one on which the form was first reviewed.
    """
    if to not in STEPS.get(expected, ()) or not _stands_now(connection, submission_id, expected, to):
        return False
    if to == REVIEWED:
        receipts.mark_read(connection, submission_id, today)
    audit.note(connection, at=now, room="desk", who=who, act=_MOVED[to], record=submission_id)
    return True


def take_back(connection: Connection, submission_id: str, *, to: str, who: str, now: datetime, today: date) -> bool:
    """Undo "reviewed": the form stands again where it stood before. False when it was moved on meanwhile.

    The receipt of its patient no longer tells that it was read, unless it had been reviewed before.
    """
    if REVIEWED not in STEPS.get(to, ()) or not _stands_now(connection, submission_id, REVIEWED, to):
        return False
    if not _reviewed_before(connection, submission_id):
        receipts.mark_unread(connection, submission_id, today)
    audit.note(connection, at=now, room="desk", who=who, act=_MOVED[to], record=submission_id)
    return True


def _stands_now(connection: Connection, submission_id: str, expected: str, to: str) -> bool:
    """Whether the form stood where it was expected to, and stands there no more."""
    moved = update(Submission).where(Submission.id == submission_id, Submission.status == expected).values(status=to)
    return connection.execute(moved).rowcount == 1


def _reviewed_before(connection: Connection, submission_id: str) -> bool:
    """Whether a form was marked reviewed more than once."""
    lines = select(Audit.id).where(Audit.record == submission_id, Audit.act == _MOVED[REVIEWED]).limit(2)
    return len(connection.execute(lines).all()) > 1


def acknowledge(
    connection: Connection, recipients: Sequence[PublicKey], submission_id: str, done: str, *, who: str, now: datetime
) -> bool:
    """Somebody took an urgent form upon themselves, and wrote what was done. False when somebody had done so before.

    The only way out of `attention`.
    """
    seen = (
        update(Submission)
        .where(Submission.id == submission_id, Submission.status == ATTENTION)
        .values(status=RECEIVED, owner=who)
    )
    if connection.execute(seen).rowcount != 1:
        return False
    write(connection, recipients, submission_id, "acknowledged", {"text": done}, who=who, now=now)
    return True


def take(connection: Connection, submission_id: str, owner: str | None, *, who: str, now: datetime) -> None:
    """Make somebody the owner of a form, or nobody."""
    connection.execute(update(Submission).where(Submission.id == submission_id).values(owner=owner))
    audit.note(connection, at=now, room="desk", who=who, act="owner", record=submission_id)


def write(
    connection: Connection,
    recipients: Sequence[PublicKey],
    submission_id: str,
    kind: Kind,
    words: Mapping[str, Any],
    *,
    who: str,
    now: datetime,
) -> str:
    """Write something beside a form, sealed; returns its id."""
    record = put(connection, recipients, submission_id, kind, words, who=who, now=now)
    audit.note(connection, at=now, room="desk", who=who, act=_WRITTEN[kind], record=submission_id)
    return record


def put(
    connection: Connection,
    recipients: Sequence[PublicKey],
    submission_id: str,
    kind: str,
    words: Mapping[str, Any],
    *,
    who: str,
    now: datetime,
) -> str:
    """Seal words beside a form, for somebody who notes it in the audit; returns their id."""
    record = uuid.uuid4().hex
    plain = {"at": now.isoformat(), "who": who, "words": dict(words)}
    sealed.put(
        connection,
        recipients,
        json.dumps(plain, ensure_ascii=False).encode(),
        record=record,
        kind=kind,
        submission=submission_id,
    )
    return record


def ask(
    connection: Connection,
    recipients: Sequence[PublicKey],
    listed: Listed,
    text: str,
    *,
    who: str,
    now: datetime,
    today: date,
) -> bool:
    """Write a question for the patient; True when the form is on the call list with it.

    A form that waits for review needs information from then on. One that needs attention stays where it is.
    """
    write(connection, recipients, listed.id, "question", {"text": text}, who=who, now=now)
    if NEEDS_INFO in STEPS[listed.status]:
        return move(connection, listed.id, expected=listed.status, to=NEEDS_INFO, who=who, now=now, today=today)
    return listed.status == NEEDS_INFO


def to_call(connection: Connection, limit: int) -> list[Listed]:
    """Forms that need information, the one received first on top, at most so many."""
    query = listed_columns().where(Submission.status == NEEDS_INFO)
    query = query.order_by(Submission.received_at, Submission.id).limit(limit)
    return [Listed(*row) for row in connection.execute(query)]


def written(
    connection: Connection,
    submission_ids: Sequence[str],
    keys: Sequence[PrivateKey],
    *,
    kinds: Collection[str] = tuple(_WRITTEN),
) -> dict[str, list[Written]]:
    """What staff wrote beside these forms, the oldest first, by submission id; what does not open is left out."""
    rows = connection.execute(_BESIDE, {"forms": list(submission_ids), "kinds": list(kinds)}).all()
    opened = sealed.open_all(connection, [row.id for row in rows], keys)
    found: dict[str, list[Written]] = {submission_id: [] for submission_id in submission_ids}
    for row in rows:
        note = _read(row.id, row.kind, opened[row.id]) if row.id in opened else None
        if note is not None:
            found[row.submission].append(note)
    return {key: sorted(notes, key=lambda note: (note.at, note.id)) for key, notes in found.items()}


def _read(record: str, kind: str, plain: bytes) -> Written | None:
    """What these bytes say; None when it is nothing that staff can have written."""
    document = sealed.document_in(plain)
    try:
        at, who, words = datetime.fromisoformat(document["at"]), document["who"], document["words"]
        is_whole = at.tzinfo is not None and isinstance(who, str)
        if kind == PERSON:
            is_whole &= isinstance(words["form"], str) and isinstance(words["same"], bool | None)
        else:
            is_whole &= isinstance(words["text"], str)
        if kind == "measure":
            is_whole &= isinstance(words["value"], int) and isinstance(date.fromisoformat(words["on"]), date)
    except (ValueError, TypeError, LookupError):
        return None
    return Written(record, kind, at, who, words) if is_whole else None


def is_question(connection: Connection, submission_id: str, record: str) -> bool:
    """Whether this is a question that staff wrote for the patient of this form."""
    found = select(SealedDocument.id).where(
        SealedDocument.id == record, SealedDocument.submission == submission_id, SealedDocument.kind == "question"
    )
    return connection.execute(found).first() is not None


def steps(connection: Connection, submission_id: str) -> list[Step]:
    """Who moved a form on, and when, the newest first."""
    return [Step(*row) for row in connection.execute(_STEPS, {"form": submission_id})]


def others_looking(connection: Connection, submission_id: str, who: str, since: datetime) -> list[str]:
    """The ids of other members of staff who opened this form since a moment."""
    given = {"form": submission_id, "who": who, "since": since}
    return list(connection.execute(_LOOKS, given).scalars())
