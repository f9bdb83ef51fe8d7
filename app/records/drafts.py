"""Drafts on the database: found by their secret, encrypted under it, changed by compare-and-swap."""

import secrets
import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from ..codes import new_secret
from ..keys import ServerKey
from ..questionnaire import draft as drafting
from ..questionnaire.draft import Draft
from . import audit, models


@dataclass(frozen=True)
class OpenDraft:
    """A draft that was opened with its secret. `version` names its state; `revision` counts its sendings, from 1.

    A version is random: a count would tell whoever has the database how many pages somebody went through.
    """

    id: str
    secret: str
    version: int
    revision: int
    expires_at: datetime
    draft: Draft


_BY_LOOKUP = select(
    models.Draft.id, models.Draft.document, models.Draft.version, models.Draft.revision, models.Draft.expires_at
).where(models.Draft.lookup == bindparam("wanted"))
_SAVE = (
    update(models.Draft)
    .where(models.Draft.id == bindparam("this"), models.Draft.version == bindparam("read"))
    .values(document=bindparam("new"), version=bindparam("fresh"), expires_at=bindparam("later"))
)


class Changed(Exception):
    """Somebody else changed the draft since it was read: read it again and merge."""


def begin(connection: Connection, key: ServerKey, draft: Draft, expires_at: datetime) -> OpenDraft:
    """Lay down a new draft with a fresh id and secret."""
    opened = OpenDraft(uuid.uuid4().hex, new_secret(), _new_version(), 1, expires_at, draft)
    connection.execute(
        insert(models.Draft).values(
            id=opened.id,
            lookup=_lookup(key, opened.secret),
            document=key.encrypt_draft(opened.secret, opened.id, drafting.to_json(draft)),
            version=opened.version,
            revision=opened.revision,
            expires_at=expires_at,
        )
    )
    return opened


def load(connection: Connection, key: ServerKey, draft_id: str, secret: str, now: datetime) -> OpenDraft | None:
    """The draft with this id, if this secret opens it and it has not expired.

    Another draft's secret gets the same answer as an unknown id: None.
    """
    found = by_secret(connection, key, secret, now)
    return found if found is not None and found.id == draft_id else None


def by_secret(connection: Connection, key: ServerKey, secret: str, now: datetime) -> OpenDraft | None:
    """The draft that this secret opens, unless there is none or it has expired."""
    row = connection.execute(_BY_LOOKUP, {"wanted": _lookup(key, secret)}).first()
    if row is None or row.expires_at <= now:
        return None
    plain = key.decrypt_draft(secret, row.id, row.document)
    return OpenDraft(row.id, secret, row.version, row.revision, row.expires_at, drafting.from_json(plain))


def save(connection: Connection, key: ServerKey, opened: OpenDraft, draft: Draft, expires_at: datetime) -> OpenDraft:
    """Write the draft in place of the one that was read. Raises Changed when that is not the newest any more."""
    later = max(expires_at, opened.expires_at)
    document = key.encrypt_draft(opened.secret, opened.id, drafting.to_json(draft))
    fresh = _new_version()
    values = {"this": opened.id, "read": opened.version, "new": document, "fresh": fresh, "later": later}
    result = connection.execute(_SAVE, values)
    if result.rowcount != 1:
        raise Changed
    return OpenDraft(opened.id, opened.secret, fresh, opened.revision, later, draft)


def purge(connection: Connection, now: datetime) -> int:
    """Delete every draft that has expired, with one audit line for each; returns how many."""
    over = delete(models.Draft).where(models.Draft.expires_at <= now).returning(models.Draft.id)
    gone = sorted(connection.execute(over).scalars())
    for draft_id in gone:
        audit.note(connection, at=now, room="work", who=audit.SYSTEM, act="deleted on its day", record=draft_id)
    return len(gone)


def _new_version() -> int:
    return secrets.randbelow(2**31)


def _lookup(key: ServerKey, secret: str) -> bytes:
    return key.digest("draft lookup", secret)
