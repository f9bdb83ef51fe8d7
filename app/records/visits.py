"""Forms by the day of their visit: whose briefs are wanted for a day, and which days have any."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Connection, func, select

from .models import Submission
from .statuses import ARCHIVED, STATUSES
from .submissions import Listed, listed_columns

_WANTED = [status for status in STATUSES if status != ARCHIVED]


def on_day(connection: Connection, day: date, limit: int) -> list[Listed]:
    """The forms of visits on a day, archived ones left out, the one received first on top, at most so many."""
    query = listed_columns().where(Submission.status.in_(_WANTED), Submission.visit_date == day)
    query = query.order_by(Submission.received_at, Submission.id).limit(limit)
    return [Listed(*row) for row in connection.execute(query)]


def days(connection: Connection, first: date, last: date) -> Sequence[tuple[date, int]]:
    """The days from the first to the last that have forms, each with how many, archived ones left out."""
    query = (
        select(Submission.visit_date, func.count())
        .where(Submission.status.in_(_WANTED), Submission.visit_date.between(first, last))
        .group_by(Submission.visit_date)
        .order_by(Submission.visit_date)
    )
    return [(day, count) for day, count in connection.execute(query) if day is not None]
