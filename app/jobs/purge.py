"""Deleting on the promised day: drafts, counts of tries, and sent forms by their status."""

from datetime import timedelta

from ..parts import Parts
from ..records import attempts, audit, devices, drafts, erasing, spent, staff_sessions
from ..records.erasing import Keeping
from ..records.staff_sessions import Idle

SUBMISSIONS = "purge_submissions"
_BATCH = 100


def purge_drafts(parts: Parts) -> str:
    """Delete the drafts whose promised day has come."""
    with parts.store.writing() as connection:
        return _said(drafts.purge(connection, parts.now()))


def purge_attempts(parts: Parts) -> str:
    """Forget failed tries whose wait is long over."""
    with parts.store.writing() as connection:
        return _said(attempts.purge(connection, parts.now()))


def purge_sign_ins(parts: Parts) -> str:
    """Delete sign-ins that open nothing any more."""
    with parts.store.writing() as connection:
        idle = Idle(timedelta(minutes=parts.config.idle_minutes), timedelta(minutes=parts.config.trusted_idle_minutes))
        spent.purge(connection, parts.now())
        devices.purge(connection, parts.now())
        return _said(staff_sessions.purge(connection, parts.now(), idle))


def purge_submissions(parts: Parts) -> str:
    """Delete sent forms whose promised day has come, in short transactions, and then their remains."""
    keeping = keeping_of(parts)
    count = 0
    while True:
        with parts.store.writing() as connection:
            rows = erasing.due(connection, keeping, parts.today(), limit=_BATCH)
            ids = [row.id for row in rows]
            if not ids:
                break
            gone = erasing.delete_submissions(connection, ids)
            erasing.note_gone(connection, gone, who=audit.SYSTEM, act="deleted on its day", now=parts.now())
            count += len(ids)
    left = parts.store.scrub() if count else ""
    return _said(count) + (f"; not finished: {left}" if left else "")


def keeping_of(parts: Parts) -> Keeping:
    """How long this clinic keeps what was sent."""
    return Keeping(parts.config.keep_days, parts.config.clinic.timezone)


def _said(count: int) -> str:
    return f"{count} deleted" if count else ""
