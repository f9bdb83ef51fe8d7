"""The order of the queue, held against a plain sort; and that no page costs more than a page."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, event, insert, update

from app.parts import Parts
from app.records import models, queue, wordings
from app.records.queue import EVERY, OPEN, Wanted
from app.records.statuses import ATTENTION, RECEIVED, REVIEWED, STATUSES
from app.records.submissions import Listed

TODAY = date(2026, 3, 2)
NOON = datetime(2026, 3, 2, 17, 0, tzinfo=UTC)
ME = "1" * 32


@dataclass(frozen=True)
class Form:
    """What a form is sorted and chosen by."""

    visit: int | None
    minute: int
    status: str
    owner: str | None

    def row(self, wording: str) -> dict[str, Any]:
        fresh = uuid.uuid4()
        return {
            "id": fresh.hex, "reference": fresh.hex[:9], "wording": wording, "status": self.status,
            "received_at": NOON + timedelta(minutes=self.minute), "owner": self.owner, "revision": 1,
            "visit_date": None if self.visit is None else TODAY + timedelta(days=self.visit),
            "revision_of": None, "idempotency": fresh.bytes,
        }  # fmt: skip


FORMS = st.builds(
    Form,
    visit=st.one_of(st.none(), st.integers(-3, 3)),
    minute=st.integers(0, 3),
    status=st.sampled_from(STATUSES),
    owner=st.sampled_from([None, ME, "2" * 32]),
)
DAYS = st.one_of(st.none(), st.integers(-4, 4).map(lambda days: TODAY + timedelta(days=days)))
WANTED = st.builds(
    Wanted,
    statuses=st.sampled_from([OPEN, EVERY, (RECEIVED,), (REVIEWED,), ()]),
    visit_from=DAYS,
    visit_to=DAYS,
    owner=st.sampled_from([None, ME]),
) | st.builds(Wanted, statuses=st.sampled_from([OPEN, EVERY]), by_received=st.just(True))


def lay_down(parts: Parts, forms: list[Form]) -> list[Listed]:
    """These forms and no others."""
    with parts.store.writing() as connection:
        connection.execute(delete(models.Submission))
        wording = wordings.keep(connection, parts.definition, NOON)
        rows = [form.row(wording) for form in forms]
        if rows:
            connection.execute(insert(models.Submission), rows)
    names = ("id", "reference", "wording", "received_at", "visit_date", "status", "owner", "revision")
    return [Listed(*(row[name] for name in names)) for row in rows]


def sorted_plainly(forms: list[Listed], wanted: Wanted) -> list[str]:
    """What the queue promises, by Python's own sort of all there is."""

    def fits(form: Listed) -> bool:
        if form.status not in wanted.statuses or (wanted.owner and form.owner != wanted.owner):
            return False
        day = form.visit_date
        if day is None:
            return not (wanted.visit_from or wanted.visit_to)
        return (wanted.visit_from or date.min) <= day <= (wanted.visit_to or date.max)

    def rising(form: Listed) -> tuple[Any, ...]:
        return (form.visit_date or TODAY, form.received_at, form.id)

    urgent = sorted((f for f in forms if f.status == ATTENTION), key=lambda f: (f.received_at, f.id))
    rest = [f for f in forms if f.status != ATTENTION and fits(f)]
    if wanted.by_received:
        parts = [sorted(rest, key=lambda f: (f.received_at, f.id), reverse=True)]
    else:
        dated = [f for f in rest if f.visit_date]
        parts = [
            sorted((f for f in dated if (f.visit_date or TODAY) >= TODAY), key=rising),
            sorted((f for f in dated if (f.visit_date or TODAY) < TODAY), key=rising, reverse=True),
            sorted((f for f in rest if not f.visit_date), key=rising, reverse=True),
        ]
    return [f.id for part in (urgent, *parts) for f in part]


def walk(parts: Parts, wanted: Wanted, size: int) -> Iterator[list[queue.Row]]:
    """Every page, each read behind the last row of the one before."""
    after = None
    while True:
        with parts.store.reading() as connection:
            rows = queue.page(connection, wanted, TODAY, limit=size, after=after)
        if not rows:
            return
        yield rows
        after = queue.place_of(*rows[-1])


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(forms=st.lists(FORMS, max_size=30), wanted=WANTED, size=st.integers(1, 9))
def test_page_by_page_the_queue_is_the_plain_sort_of_all_there_is(
    parts: Parts, forms: list[Form], wanted: Wanted, size: int
) -> None:
    there = lay_down(parts, forms)
    found = [listed.id for rows in walk(parts, wanted, size) for _, listed in rows]
    assert found == sorted_plainly(there, wanted)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(forms=st.lists(FORMS, min_size=2, max_size=20), wanted=WANTED, number=st.integers(0, 19))
def test_the_next_form_is_the_one_behind_and_after_the_last_the_first(
    parts: Parts, forms: list[Form], wanted: Wanted, number: int
) -> None:
    there = lay_down(parts, forms)
    working = Wanted(
        tuple(s for s in wanted.statuses if s in OPEN) or OPEN,
        wanted.visit_from, wanted.visit_to, wanted.owner, wanted.by_received,
    )  # fmt: skip
    order = sorted_plainly(there, working)
    if not order:
        return
    at = number % len(order)
    done = next(form for form in there if form.id == order[at])
    others = [*order[at + 1 :], *order[:at]]
    with parts.store.reading() as connection:
        found = queue.next_after(connection, wanted, done, TODAY)
    assert (found.id if found else None) == (others[0] if others else None)


def test_rows_that_come_go_or_change_meanwhile_double_and_lose_no_other(parts: Parts) -> None:
    there = lay_down(parts, [Form(day, minute, RECEIVED, None) for day in range(-5, 6) for minute in range(4)])
    first = sorted_plainly(there, Wanted())
    seen: list[str] = []
    for rows in walk(parts, Wanted(), 5):
        seen += [listed.id for _, listed in rows]
        with parts.store.writing() as connection:
            rest = [i for i in first if i not in seen]
            if len(rest) > 6:
                connection.execute(
                    update(models.Submission).where(models.Submission.id == seen[-1]).values(status=REVIEWED)
                )
                connection.execute(insert(models.Submission), [Form(-9, 1, RECEIVED, None).row(there[0].wording)])
    assert len(seen) == len(set(seen))
    assert [i for i in seen if i in first] == first


def test_the_day_turns_between_two_pages_and_nothing_is_listed_twice(parts: Parts) -> None:
    lay_down(parts, [Form(day, minute, RECEIVED, None) for day in (0, 1) for minute in range(3)])
    with parts.store.reading() as connection:
        before = queue.page(connection, Wanted(), TODAY, limit=2)
        after = queue.place_of(*before[-1])
        rest = queue.page(connection, Wanted(), TODAY + timedelta(days=1), limit=9, after=after)
    assert [section for section, _ in rest] == ["visits"] * 3 + ["past"] * 3


def test_counts_end_where_they_are_told_to(parts: Parts) -> None:
    lay_down(parts, [*[Form(1, 1, RECEIVED, None)] * 5, Form(1, 2, ATTENTION, None), Form(1, 3, REVIEWED, None)])
    with parts.store.reading() as connection:
        assert (queue.count_waiting(connection, 9), queue.count_waiting(connection, 3)) == (6, 3)
        assert queue.count_since(connection, NOON + timedelta(minutes=1), 9) == 2


@pytest.mark.parametrize("section", ["attention", "visits", "past", "undated", "received"])
@pytest.mark.parametrize("owner", [None, ME])
def test_every_page_is_read_in_the_order_of_an_index(
    parts: Parts, section: queue.SectionName, owner: str | None
) -> None:
    """No database sorts, or looks through, more rows than a page has."""
    lay_down(parts, [Form(day, 1, RECEIVED, ME) for day in range(-9, 9)])
    if not parts.store.is_sqlite:
        with parts.store.writing() as connection:
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")  # of twenty rows it would read all
            connection.exec_driver_sql("SET LOCAL enable_bitmapscan = off")
            connection.exec_driver_sql("SET LOCAL enable_sort = off")  # where an index can have the order, it has
            plans = list(_plans(parts, connection, section, owner))
    else:
        with parts.store.reading() as connection:
            plans = list(_plans(parts, connection, section, owner))
    by_owner = owner and section in ("visits", "past", "undated") and parts.store.is_sqlite  # PostgreSQL weighs costs
    index = "ix_submission_owner" if by_owner else "ix_submission_"
    for plan in plans:
        assert "USING INDEX" in plan or "Index Scan" in plan, plan
        assert index in plan, plan
        assert "Seq Scan" not in plan, plan
        assert "SCAN submission" not in plan, plan
        assert not _sorts_rows(plan), plan


def _sorts_rows(plan: str) -> bool:
    """Whether more than the few rows of each status that were read are sorted."""
    if "Sort Key" in plan:
        return "Merge Append" not in plan
    return "USE TEMP B-TREE" in plan and "CO-ROUTINE" not in plan


def _plans(parts: Parts, connection: Any, section: queue.SectionName, owner: str | None) -> Iterator[str]:
    """How the database would read the first page of a section, and one behind a key."""
    said: list[tuple[str, Any]] = []

    def hear(_c: object, _cursor: object, sql: str, parameters: object, *_: object) -> None:
        said.append((sql, parameters))

    day = {"visits": TODAY + timedelta(days=2), "past": TODAY - timedelta(days=2)}.get(section)
    event.listen(parts.store.engine, "before_cursor_execute", hear)
    for key in (None, queue.Place(section, day, NOON, "0" * 32)):
        queue._read(connection, section, Wanted(owner=owner), TODAY, 26, key)
    event.remove(parts.store.engine, "before_cursor_execute", hear)
    explain = "EXPLAIN QUERY PLAN" if parts.store.is_sqlite else "EXPLAIN"
    for sql, parameters in said:
        yield "\n".join(str(row[-1]) for row in connection.exec_driver_sql(f"{explain} {sql}", parameters))
