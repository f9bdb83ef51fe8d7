"""The order in which forms are worked on, read a page at a time by key, whatever their number.

Urgent and not acknowledged stands above everything, whatever its date and whatever else was asked for: the longest
waiting first, so that nobody is pushed down by those who came later. Then visits from today on, the soonest first;
past visits, the latest first; forms without a date, the newest first.
"""

from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any, Literal

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    Select,
    bindparam,
    func,
    inspect,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from .models import Submission
from .statuses import ARCHIVED, ATTENTION, IN_REVIEW, NEEDS_INFO, RECEIVED, REVIEWED
from .submissions import Listed, listed_columns

SectionName = Literal["attention", "visits", "past", "undated", "received"]

OPEN = (RECEIVED, IN_REVIEW, NEEDS_INFO)
"""What waits for review, beside what needs attention."""
EVERY = (*OPEN, REVIEWED, ARCHIVED)
"""All that does not need attention."""

_RISING = ("attention", "visits")
"""The sections that begin with the earliest."""
_DATED = ("visits", "past")
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Wanted:
    """Which forms are wanted beside those that need attention, which always are.

    `visit_from` and `visit_to` are the first and the last day of visits; with either, a form without a date is none of
    them. `by_received` lists by the time of receipt, the newest first, whatever the visit.
    """

    statuses: tuple[str, ...] = OPEN
    visit_from: date | None = None
    visit_to: date | None = None
    owner: str | None = None
    by_received: bool = False


@dataclass(frozen=True)
class Place:
    """Where a form stands in the queue: its section, and what it is sorted by there."""

    section: SectionName
    visit: date | None
    received_at: datetime
    id: str


Row = tuple[SectionName, Listed]
"""A form of the queue, and the section it stands in."""


def page(connection: Connection, wanted: Wanted, today: date, *, limit: int, after: Place | None = None) -> list[Row]:
    """The next forms of the queue behind a place, each with its section; a page runs over the borders of sections."""
    sections = sections_of(wanted)
    begun = after.section if after and after.section in sections else sections[0]
    rows: list[Row] = []
    for section in sections[sections.index(begun) :]:
        if len(rows) < limit:
            key = after if after and after.section == section else None
            found = _read(connection, section, wanted, today, limit - len(rows), key)
            rows.extend((section, listed) for listed in found)
    return rows


def sections_of(wanted: Wanted) -> tuple[SectionName, ...]:
    """The sections of a list, in order."""
    if wanted.by_received:
        return ("attention", "received")
    dated = wanted.visit_from or wanted.visit_to
    return ("attention", "visits", "past") if dated else ("attention", "visits", "past", "undated")


def place_of(section: SectionName, listed: Listed) -> Place:
    """Where a form stands that was read in this section."""
    visit = listed.visit_date if section in ("visits", "past") else None
    return Place(section, visit, listed.received_at, listed.id)


def next_after(connection: Connection, wanted: Wanted, listed: Listed, today: date) -> Listed | None:
    """The form to go on with after this one: the next of what waits, or the first of all; None when nothing is left."""
    wanted = replace(wanted, statuses=tuple(status for status in wanted.statuses if status in OPEN) or OPEN)
    place = place_of(_section_of(listed, wanted, today), listed)
    for after in (place, None):
        rows = page(connection, wanted, today, limit=2, after=after)
        other = next((row for _, row in rows if row.id != listed.id), None)
        if other is not None:
            return other
    return None


def count_waiting(connection: Connection, most: int) -> int:
    """How many forms wait for review or need attention, counted up to so many."""
    return _count(connection, select(Submission.id).where(Submission.status.in_((ATTENTION, *OPEN))), most)


def count_since(connection: Connection, moment: datetime, most: int) -> int:
    """How many forms were received after a moment, counted up to so many."""
    return _count(connection, select(Submission.id).where(Submission.received_at > moment), most)


def _count(connection: Connection, query: Select[str], most: int) -> int:
    return connection.execute(select(func.count()).select_from(query.limit(most).subquery())).scalar_one()


def _section_of(listed: Listed, wanted: Wanted, today: date) -> SectionName:
    if listed.status == ATTENTION:
        return "attention"
    if wanted.by_received:
        return "received"
    if listed.visit_date is None:
        return "undated"
    return "visits" if listed.visit_date >= today else "past"


def _read(
    connection: Connection, section: SectionName, wanted: Wanted, today: date, limit: int, key: Place | None
) -> list[Listed]:
    """The forms of one section behind a key. Of each status only so many are read, in the order of an index."""
    statuses = (ATTENTION,) if section == "attention" else wanted.statuses
    if not statuses:
        return []
    first, last = _days(section, wanted, today)
    if key and section in _DATED and not (key.visit and first <= key.visit <= last):
        key = None
    owner = wanted.owner if section != "attention" else None
    given: dict[str, Any] = {
        "limit": limit,
        "first": first,
        "last": last,
        "owner": owner,
        **(asdict(key) if key else {}),
    }
    statement = _statement(section, statuses, owned=owner is not None, keyed=key is not None)
    return [Listed(*row) for row in connection.execute(statement, given)]


@lru_cache
def _statement(section: SectionName, statuses: tuple[str, ...], *, owned: bool, keyed: bool) -> Select:
    """How a section is read; put together once, since that costs more than to run it."""
    most = bindparam("limit", type_=Integer)
    order = _order(section, inspect(Submission).columns)
    each = [
        listed_columns().where(Submission.status == status, *_conditions(section, owned=owned, keyed=keyed))
        for status in statuses
    ]
    each = [query.order_by(*order).limit(most) for query in each]
    if len(each) == 1:
        return each[0]
    together = union_all(*(select(query.subquery()) for query in each)).subquery()
    return select(together).order_by(*_order(section, together.columns)).limit(most)


def _order(section: SectionName, columns: ReadOnlyColumnCollection[str, Any]) -> list[ColumnElement[Any]]:
    """What a section is sorted by: the end of an index, from one end or the other.

    The date stands in the order of the undated too, or PostgreSQL would not see that the index has that order.
    """
    names = ("received_at", "id") if section in ("attention", "received") else ("visit_date", "received_at", "id")
    return [columns[name] if section in _RISING else columns[name].desc() for name in names]


def _conditions(section: SectionName, *, owned: bool, keyed: bool) -> list[ColumnElement[bool]]:
    """What holds for the forms of a section behind a key.

    A key takes the place of the day that its section begins at: SQLite looks rows up by one of the two only.
    """
    s = Submission
    found = [s.owner == _given("owner", s.owner)] if owned else []
    found += [s.visit_date.is_(None)] if section == "undated" else []
    moment, name = _given("received_at", s.received_at), _given("id", s.id)
    behind = tuple_(s.received_at, s.id), tuple_(moment, name)
    if section in _DATED:
        first, last = s.visit_date >= _given("first", s.visit_date), s.visit_date <= _given("last", s.visit_date)
        found += ([last] if section == "visits" else [first]) if keyed else [first, last]
        behind = tuple_(s.visit_date, s.received_at, s.id), tuple_(_given("visit", s.visit_date), moment, name)
    if keyed:
        found.append(behind[0] > behind[1] if section in _RISING else behind[0] < behind[1])
    return found


def _given(name: str, column: Any) -> Any:
    return bindparam(name, type_=column.type)


def _days(section: SectionName, wanted: Wanted, today: date) -> tuple[date, date]:
    """The first and the last day of the visits in a section."""
    first, last = wanted.visit_from or date.min, wanted.visit_to or date.max
    return (max(first, today), last) if section == "visits" else (first, min(last, today - _DAY))
