"""What a receipt tells of the review: the day on which the team had first read the form, and nothing else."""

from datetime import date

from sqlalchemy import Connection, delete, exists, insert, literal, select

from .models import ReadByTeam, Submission


def mark_read(connection: Connection, submission_id: str, day: date) -> None:
    """Keep the day on which a form was read. The first one holds: what was read does not become unread."""
    known = exists().where(ReadByTeam.reference == Submission.reference)
    first = select(Submission.reference, literal(day)).where(Submission.id == submission_id, ~known)
    connection.execute(insert(ReadByTeam).from_select(["reference", "day"], first))


def mark_unread(connection: Connection, submission_id: str, day: date) -> None:
    """Take back that a form was read on a day, where that was a mistake; an earlier day stays."""
    reference = select(Submission.reference).where(Submission.id == submission_id).scalar_subquery()
    connection.execute(delete(ReadByTeam).where(ReadByTeam.reference == reference, ReadByTeam.day == day))


def read_on(connection: Connection, reference: str) -> date | None:
    """The day on which the form with this reference was read; None while nobody has read it."""
    return connection.execute(select(ReadByTeam.day).where(ReadByTeam.reference == reference)).scalar()
