"""Submissions: sent once, kept sealed, listed by key."""

import json
import uuid
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Integer, Select, bindparam, insert, select, tuple_
from sqlalchemy.exc import IntegrityError

from .. import codes
from ..keys import ServerKey
from ..questionnaire.documents import is_sent_document
from ..questionnaire.draft import Draft, Sent
from ..questionnaire.kinds import Definition
from ..sealing import PrivateKey, PublicKey, SealError
from . import audit, drafts, models, sealed, wordings
from .drafts import OpenDraft
from .statuses import ATTENTION, RECEIVED


@dataclass(frozen=True)
class Listed:
    """A submission's clear columns."""

    id: str
    reference: str
    wording: str
    received_at: datetime
    visit_date: date | None
    status: str
    owner: str | None
    revision: int


@dataclass(frozen=True)
class Opened:
    """A submission with its sent document, opened, and the wording that its patient saw."""

    listed: Listed
    document: Mapping[str, Any]
    definition: Definition


def listed_columns() -> Select[str, str, str, datetime, date | None, str, str | None, int]:
    """A query of the clear columns, in the order of `Listed`."""
    s = models.Submission
    return select(s.id, s.reference, s.wording, s.received_at, s.visit_date, s.status, s.owner, s.revision)


# Put together once: for a query of a few rows that costs more than to run it.
_S = models.Submission
_ONE = listed_columns().where(_S.id == bindparam("wanted"))
_NEWEST_FIRST = listed_columns().order_by(_S.received_at.desc(), _S.id.desc())
_THESE = _NEWEST_FIRST.where(_S.id.in_(bindparam("wanted", expanding=True)))
_PAGE = _NEWEST_FIRST.limit(bindparam("limit", type_=Integer))
_BELOW = _PAGE.where(
    tuple_(_S.received_at, _S.id)
    < tuple_(bindparam("received_at", type_=_S.received_at.type), bindparam("id", type_=_S.id.type))
)


def send(
    connection: Connection,
    key: ServerKey,
    recipients: Sequence[PublicKey],
    opened: OpenDraft,
    draft: Draft,
    definition: Definition,
    document: Mapping[str, Any],
    now: datetime,
) -> OpenDraft:
    """Store a form that is sent, and close its draft with the patient's own copy, in one transaction.

    `document` is the sent document; `draft` the state it was made from. Raises `drafts.Changed` when the draft is
    not the newest any more, which is also what all but the first of several sends at once are told.
    """
    wording = wordings.keep(connection, definition, now)
    submission_id = uuid.uuid4().hex
    reference = _unused_reference(connection)
    sent = replace(draft, sent=Sent(reference, now, wording, document))
    closed = drafts.save(connection, key, opened, sent, opened.expires_at)
    urgent = {flag.id for flag in definition.flags if flag.level == "urgent"}
    visit = document["answers"].get("visit_date")
    try:
        connection.execute(
            insert(models.Submission).values(
                id=submission_id,
                reference=reference,
                wording=wording,
                received_at=now,
                visit_date=date.fromisoformat(visit) if visit else None,
                status=ATTENTION if urgent & set(document["flags"]["ids"]) else RECEIVED,
                owner=None,
                revision=opened.revision,
                revision_of=None,
                idempotency=key.digest("idempotency", f"{opened.id} {opened.revision}"),
            )
        )
    except IntegrityError as error:
        raise drafts.Changed from error
    plain = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
    sealed.put(connection, recipients, plain, record=submission_id, kind=sealed.ANSWERS, submission=submission_id)
    connection.execute(insert(models.IndexQueue).values(submission=submission_id))
    audit.note(connection, at=now, room="intake", who=audit.PATIENT, act="sent", record=submission_id)
    return closed


def _unused_reference(connection: Connection) -> str:
    while True:
        reference = codes.new_reference()
        taken = select(models.Submission.reference).where(models.Submission.reference == reference)
        if connection.execute(taken).first() is None:
            return reference


def newest(connection: Connection, *, limit: int, before: tuple[datetime, str] | None = None) -> list[Listed]:
    """A page of submissions, newest first, from below the key (received at, id) of the last row shown."""
    if before is None:
        return [Listed(*row) for row in connection.execute(_PAGE, {"limit": limit})]
    received_at, submission_id = before
    given = {"limit": limit, "received_at": received_at, "id": submission_id}
    return [Listed(*row) for row in connection.execute(_BELOW, given)]


def find(connection: Connection, submission_id: str) -> Listed | None:
    """The clear columns of one submission, or None."""
    if not submission_id.isalnum():  # an address may hold anything, and PostgreSQL takes no NUL
        return None
    row = connection.execute(_ONE, {"wanted": submission_id}).first()
    return Listed(*row) if row else None


def these(connection: Connection, submission_ids: Collection[str]) -> list[Listed]:
    """The clear columns of these submissions, newest first; one that is not here any more is left out."""
    if not submission_ids:
        return []
    return [Listed(*row) for row in connection.execute(_THESE, {"wanted": list(submission_ids)})]


def open_answers(connection: Connection, listed: Sequence[Listed], keys: Sequence[PrivateKey]) -> list[Opened]:
    """These submissions with their answers opened, in the same order. Raises SealError when one does not open."""
    opened = open_what_opens(connection, listed, keys)
    if len(opened) < len(listed):
        raise SealError("a submission does not open with the keys that this desk holds")
    return [opened[row.id] for row in listed]


def open_what_opens(connection: Connection, listed: Sequence[Listed], keys: Sequence[PrivateKey]) -> dict[str, Opened]:
    """These submissions with their answers opened, by id; one that does not open with these keys is left out.

    So is one that opens and holds no sent document, or whose wording is none: whoever has taken the patients' host can
    store anything.
    """
    plain = sealed.open_all(connection, (row.id for row in listed), keys)
    known = wordings.those_of(connection, {row.wording for row in listed})
    readable = (row for row in listed if row.id in plain and row.wording in known)
    opened = (Opened(row, sealed.document_in(plain[row.id]), known[row.wording]) for row in readable)
    return {one.listed.id: one for one in opened if is_sent_document(one.definition, one.document)}


def batches(connection: Connection, size: int = 200) -> Iterator[list[Listed]]:
    """Every submission, oldest first, in batches by key: no long transaction is needed between two of them."""
    after: tuple[datetime, str] | None = None
    while rows := batch_after(connection, after, size):
        yield rows
        after = (rows[-1].received_at, rows[-1].id)


def batch_after(connection: Connection, after: tuple[datetime, str] | None, size: int = 200) -> list[Listed]:
    """The next submissions, oldest first, from above the key (received at, id) of the last one taken."""
    query = listed_columns().order_by(models.Submission.received_at, models.Submission.id).limit(size)
    if after is not None:
        query = query.where(tuple_(models.Submission.received_at, models.Submission.id) > after)
    return [Listed(*row) for row in connection.execute(query)]
