"""The queue at 100,000 forms on both databases: reading a page of it alone, and the whole page with rows opened."""

import json
import random
from datetime import date, timedelta
from itertools import count
from typing import Any

from sqlalchemy import insert, select, text
from werkzeug.test import Client

from app.parts import Parts
from app.records import models, queue, sealed
from app.records.queue import EVERY, Place, Row, Wanted
from bench.hello import application as hello
from bench.house import CASES, cpu, document, house, keep_wording, postgres, submission_row, wall
from tests.desk.people import Staff

SIZE = 100_000
ROUNDS = 40
PAGE = 26
DEEP = 1000
"""So many pages down is the deep one."""


def main() -> None:
    """Print milliseconds for the first page, for one far down, and for a narrowed one."""
    with house() as parts:
        _measure(parts, "SQLite")
    with postgres() as url, house(url) as parts:
        _measure(parts, "PostgreSQL")


def _measure(parts: Parts, name: str) -> None:
    _lay_down(parts)
    staff = Staff.of(parts).has_an_account("specialist").signs_in()
    plain = hello()
    floor = min(cpu(lambda: Client(plain).get("/"), 200) for _ in range(5))
    print(f"\n{name}, {SIZE:,} forms; hello {floor * 1e6:.0f} us")
    print(f"{'':34}read ms (slowest), aim <= 15     page ms (slowest)     page CPU, x hello")
    today = parts.today()
    lists = {
        "what waits": (Wanted(), ""),
        "reviewed": (Wanted(statuses=("reviewed",)), "status=reviewed"),
        "every status": (Wanted(statuses=EVERY), "status=all"),
        "newest first": (Wanted(by_received=True), "order=received"),
    }
    for said, (wanted, chosen) in lists.items():
        for depth, after in (("first page", None), ("far down", _far_down(parts, wanted, today))):
            rows = _page(parts, wanted, after)
            _make_open(parts, rows)
            keys = wall(lambda wanted=wanted, after=after: _page(parts, wanted, after), ROUNDS)
            address = f"/desk/?{chosen}" + (f"&after={_written(after)}" if after else "")
            whole = wall(lambda address=address: _get(staff, address), ROUNDS)
            spent = min(cpu(lambda address=address: _get(staff, address), 10) for _ in range(5)) / floor
            print(
                f"{said + ', ' + depth:34}{keys[ROUNDS // 2]:8.2f} ({keys[-1]:6.1f}){whole[ROUNDS // 2]:28.1f} "
                f"({whole[-1]:6.1f}){spent:18.1f}"
            )


def _lay_down(parts: Parts) -> None:
    """Clear columns of so many forms: most of them reviewed long ago, some thousands still waiting."""
    wording, chance, today = keep_wording(parts), random.Random(1), parts.today()  # noqa: S311 (figures, not secrets)
    statuses = ("received", "in_review", "needs_info", "reviewed", "archived")
    numbers = count()
    for _ in range(0, SIZE, 5000):
        rows: list[dict[str, Any]] = []
        for number in (next(numbers) for _ in range(5000)):
            visit = today + timedelta(days=chance.randint(-900, 300)) if chance.random() < 0.8 else None
            (status,) = chance.choices(statuses, (40, 10, 5, 40, 5))
            rows.append({**submission_row(number, wording), "visit_date": visit, "status": status})
        with parts.store.writing() as connection:
            connection.execute(insert(models.Submission), rows)
    if not parts.store.is_sqlite:
        with parts.store.writing() as connection:
            connection.execute(text("ANALYZE submission"))  # as the server does by itself within a minute


def _far_down(parts: Parts, wanted: Wanted, today: date) -> Place:
    after = None
    with parts.store.reading() as connection:
        for _ in range(DEEP // 10):
            after = queue.place_of(*queue.page(connection, wanted, today, limit=250, after=after)[-1])
    assert after
    return after


def _page(parts: Parts, wanted: Wanted, after: Place | None) -> list[Row]:
    with parts.store.reading() as connection:
        return queue.page(connection, wanted, parts.today(), limit=PAGE, after=after)


def _get(staff: Staff, address: str) -> None:
    assert staff.client.get(address, base_url=staff.base_url).status_code == 200, address


def _written(place: Place) -> str:
    from app.desk import queue as desk_queue

    return desk_queue._written(place)


def _make_open(parts: Parts, rows: list[Row]) -> None:
    """Give the forms that will be shown their sealed answers: those of all would only fill the disk."""
    plain = [json.dumps(document(parts, case), ensure_ascii=False).encode() for case in CASES]
    table = models.SealedDocument
    with parts.store.writing() as connection:
        ids = [listed.id for _, listed in rows]
        there = set(connection.execute(select(table.id).where(table.id.in_(ids))).scalars())
        for number, record in enumerate(i for i in ids if i not in there):
            answers = plain[number % len(plain)]
            sealed.put(
                connection, parts.keyring.recipients, answers, record=record, kind=sealed.ANSWERS, submission=record
            )
