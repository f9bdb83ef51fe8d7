"""The list of forms: order, pages, what needs attention, what does not open."""

import re
from typing import Any

from sqlalchemy import event, select, update

from app.desk import queue
from app.parts import Parts
from app.records import models
from tests.conftest import FakeClock
from tests.desk.factories import send
from tests.desk.people import Staff


def send_many(parts: Parts, clock: FakeClock, number: int, **answers: Any) -> None:
    """Forms of patients called Noise 1, Noise 2 ..., ten seconds apart."""
    for count in range(1, number + 1):
        clock.passes(seconds=10)
        send(parts, first_name=str(count), last_name="Noise", **answers)


def test_a_row_tells_who_when_and_which_side(parts: Parts, specialist: Staff) -> None:
    listed = send(parts)
    specialist.opens("/desk/").sees(
        "TESTPATIENT-VEGA, Marisol",
        "14-Aug-1969 (56)",
        "Left",
        "18-Mar-2026",
        "02-Mar-2026, 10:00 AM EST",
        listed.reference,
        "Received",
    )
    specialist.follows("TESTPATIENT-VEGA, Marisol").sees(listed.reference)
    assert specialist.path == f"/desk/submissions/{listed.id}"


def test_the_times_are_those_of_the_clinic_in_summer_too(parts: Parts, specialist: Staff, clock: FakeClock) -> None:
    clock.passes(minutes=30, hours=13)
    clock.at = clock.at.replace(month=7, day=4)
    send(parts, visit_date=None)
    specialist.signs_in().opens("/desk/").sees("04-Jul-2026, 12:30 AM EDT")


def test_the_newest_stand_first_and_older_ones_page_by_key(parts: Parts, specialist: Staff, clock: FakeClock) -> None:
    send_many(parts, clock, 2 * queue.PAGE + 3)
    specialist.opens("/desk/")
    seen = specialist.names
    while "Older" in specialist.page.text:
        specialist.follows("Older")
        assert "offset" not in str(specialist.response and specialist.response.request.url).lower()
        seen += specialist.names
    assert seen == [f"NOISE, {count}" for count in range(2 * queue.PAGE + 3, 0, -1)]
    specialist.follows("Newest").sees("Sent, newest first")


def test_forms_of_the_same_moment_are_neither_lost_nor_doubled(parts: Parts, specialist: Staff) -> None:
    for count in range(queue.PAGE + 5):
        send(parts, first_name=str(count), last_name="Twin")
    specialist.opens("/desk/")
    seen = specialist.names
    specialist.follows("Older")
    seen += specialist.names
    assert sorted(seen) == sorted(f"TWIN, {count}" for count in range(queue.PAGE + 5))


def test_a_form_sent_meanwhile_does_not_move_the_older_page(parts: Parts, specialist: Staff, clock: FakeClock) -> None:
    send_many(parts, clock, queue.PAGE + 2)
    specialist.opens("/desk/")
    send(parts, last_name="Late")
    specialist.follows("Older")
    assert specialist.names == ["NOISE, 2", "NOISE, 1"]


def test_an_address_that_is_no_key_is_refused(specialist: Staff) -> None:
    for key in ("x", "2026-03-02~1", "2026-03-02T10:00:00Z~", "2026-03-02T10:00:00Z~'--", "2026-03-02T10:00:00Z~%00"):
        assert specialist.opens(f"/desk/?before={key}").status == 404, key
    assert specialist.opens("/desk/?before=0001-01-01T00:00:00%2B23:00~1").status == 404
    assert specialist.opens("/desk/submissions/%00").status == 404


def test_an_empty_list_says_what_to_do(specialist: Staff) -> None:
    specialist.opens("/desk/").sees("No form has been sent yet.")
    specialist.follows("Get the link for patients").sees("Link for patients")


def test_what_needs_attention_stands_above_once_and_until_it_is_seen(
    parts: Parts, specialist: Staff, clock: FakeClock
) -> None:
    urgent = send(parts, last_name="Urgent", urgent_now=["speech", "arm_leg"])
    send_many(parts, clock, 3)
    specialist.opens("/desk/").sees(
        "Needs attention", "Sudden symptoms reported", "draft rules, not yet reviewed by a clinician"
    )
    assert specialist.names == ["URGENT, Marisol", "NOISE, 3", "NOISE, 2", "NOISE, 1"]
    specialist.acknowledges(urgent.id).opens("/desk/").does_not_see("Needs attention", "draft rules")
    assert specialist.names == ["NOISE, 3", "NOISE, 2", "NOISE, 1", "URGENT, Marisol"]


def test_more_calls_than_a_page_holds_can_all_be_reached(parts: Parts, specialist: Staff, clock: FakeClock) -> None:
    send_many(parts, clock, queue.PAGE + 2, urgent_now=["speech"])
    specialist.opens("/desk/")
    seen = specialist.names
    specialist.follows("Older forms that need attention")
    assert [*seen, *specialist.names] == [f"NOISE, {count}" for count in range(queue.PAGE + 2, 0, -1)]


def test_an_urgent_flag_that_was_raised_on_sending_never_fades(parts: Parts, specialist: Staff) -> None:
    send(parts, raised=["urgent_now"])
    specialist.opens("/desk/").sees("Needs attention", "TESTPATIENT-VEGA, Marisol", "Sudden symptoms reported")


def test_a_form_that_does_not_open_says_so_and_breaks_nothing(
    parts: Parts, specialist: Staff, clock: FakeClock
) -> None:
    closed = send(parts, last_name="Closed")
    send_many(parts, clock, 2)
    spoil(parts, closed.id)
    sentence = "This form does not open with the key this desk holds"
    specialist.opens("/desk/")
    assert specialist.names == ["NOISE, 2", "NOISE, 1", sentence]
    specialist.sees(closed.reference).follows(sentence).sees("This form does not open", closed.reference)


def test_only_the_rows_that_are_shown_are_read(parts: Parts, specialist: Staff, clock: FakeClock) -> None:
    send_many(parts, clock, queue.PAGE + 10)
    bound: list[tuple[object, ...]] = []

    def listen(_c: object, _cursor: object, sql: str, parameters: object, *_: object) -> None:
        if "sealed_document" in sql:
            assert isinstance(parameters, tuple | dict)
            values = parameters.values() if isinstance(parameters, dict) else parameters
            bound.append(tuple(v for v in values if isinstance(v, str) and len(v) == 32))

    event.listen(parts.store.engine, "before_cursor_execute", listen)
    specialist.opens("/desk/").does_not_see("does not open")
    event.remove(parts.store.engine, "before_cursor_execute", listen)
    shown = set(re.findall(r"/submissions/(\w{32})", specialist.page.html))
    assert len(shown) == queue.PAGE
    assert {key for row in bound for key in row} == shown


def test_a_page_of_the_list_takes_the_same_few_statements_however_many_there_are(
    parts: Parts, specialist: Staff, clock: FakeClock
) -> None:
    counts: list[int] = []
    for _ in range(2):
        send_many(parts, clock, queue.PAGE)
        said: list[str] = []

        def listen(_c: object, _cursor: object, sql: str, *_: object, said: list[str] = said) -> None:
            said.append(sql)

        event.listen(parts.store.engine, "before_cursor_execute", listen)
        clock.passes(seconds=1)
        specialist.opens("/desk/")
        specialist.opens("/desk/")
        event.remove(parts.store.engine, "before_cursor_execute", listen)
        assert not [sql for sql in said if "count(" in sql.lower()]
        counts.append(len(said))
    assert counts[0] == counts[1]


def spoil(parts: Parts, submission_id: str) -> None:
    """Change a sealed form behind its back."""
    with parts.store.writing() as connection:
        row = models.SealedDocument
        blob = connection.execute(select(row.blob).where(row.id == submission_id)).scalar_one()
        flipped = bytes([*blob[:-1], blob[-1] ^ 1])
        connection.execute(update(row).where(row.id == submission_id).values(blob=flipped))
