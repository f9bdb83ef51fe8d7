"""The queue: order, pages, filters, what needs attention, what is new, what does not open."""

import re
from typing import Any

from sqlalchemy import event, select, update

from app.desk import queue
from app.parts import Parts
from app.records import models
from app.records.statuses import IN_REVIEW, NEEDS_INFO, REVIEWED
from app.records.submissions import Listed
from tests.cases import BILATERAL
from tests.conftest import FakeClock
from tests.desk.factories import send
from tests.desk.people import NAME, PASSWORD, Staff
from tests.page_checks import words
from tests.test_storage import rows_of


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
    assert specialist.path == f"/desk/submissions/{listed.id}/brief"


def test_the_times_are_those_of_the_clinic_in_summer_too(parts: Parts, specialist: Staff, clock: FakeClock) -> None:
    clock.passes(minutes=30, hours=13)
    clock.at = clock.at.replace(month=7, day=4)
    send(parts, visit_date=None)
    specialist.signs_in().opens("/desk/").sees("04-Jul-2026, 12:30 AM EDT")


def pages(staff: Staff, path: str = "/desk/") -> list[str]:
    """The names on every page of a list, in order."""
    staff.opens(path)
    seen = staff.names
    while "Next page" in staff.page.text:
        staff.follows("Next page")
        assert "offset" not in str(staff.response and staff.response.request.url).lower()
        seen += staff.names
    return seen


def test_the_list_pages_by_key_in_its_order(parts: Parts, specialist: Staff, clock: FakeClock) -> None:
    send_many(parts, clock, 2 * queue.PAGE + 3)
    assert pages(specialist) == [f"NOISE, {count}" for count in range(1, 2 * queue.PAGE + 4)]
    newest_first = [f"NOISE, {count}" for count in range(2 * queue.PAGE + 3, 0, -1)]
    specialist.opens("/desk/").follows("Received")
    assert pages(specialist, "/desk/?order=received") == newest_first
    specialist.follows("First page")
    assert specialist.names == newest_first[: queue.PAGE]


def test_forms_of_the_same_moment_are_neither_lost_nor_doubled(parts: Parts, specialist: Staff) -> None:
    for count in range(queue.PAGE + 5):
        send(parts, first_name=str(count), last_name="Twin")
    assert sorted(pages(specialist)) == sorted(f"TWIN, {count}" for count in range(queue.PAGE + 5))


def test_a_form_sent_or_reviewed_meanwhile_moves_no_later_page(
    parts: Parts, specialist: Staff, clock: FakeClock
) -> None:
    first = send(parts, first_name="0", last_name="Noise")
    send_many(parts, clock, queue.PAGE + 1)
    specialist.opens("/desk/")
    after = next(str(a.get("href")) for a in specialist.page.all("a") if a.text == "Next page")
    clock.passes(seconds=1)
    send(parts, last_name="Early", visit_date="2026-03-03")
    specialist.looks_at(first.id).presses("Reviewed")
    specialist.opens(after).sees("1 new, show")
    assert specialist.names == [f"NOISE, {queue.PAGE}", f"NOISE, {queue.PAGE + 1}"]
    specialist.follows("1 new, show")
    assert specialist.names[0] == "EARLY, Marisol"


def test_an_address_that_is_no_key_is_refused(specialist: Staff) -> None:
    moment = "2026-03-02T10:00:00Z"
    wrong = (
        "x", "visits", "~~~", f"visits~~{moment}~1", f"visits~2026-02-30~{moment}~1", f"undated~2026-03-02~{moment}~1",
        f"nowhere~~{moment}~1", f"undated~~{moment}~", f"undated~~{moment}~'--", f"undated~~{moment}~%00",
        "undated~~2026-03-02~1", "undated~~0001-01-01T00:00:00%2B23:00~1",
    )  # fmt: skip
    for key in wrong:
        assert specialist.opens(f"/desk/?after={key}").status == 404, key
    for moment in ("x", "2026-03-02", "0001-01-01T00:00:00%2B23:00"):
        assert specialist.opens(f"/desk/?since={moment}").status == 404, moment
        assert specialist.opens(f"/desk/new?since={moment}").status == 404, moment
    assert specialist.opens("/desk/submissions/%00").status == 404
    assert specialist.opens("/desk/?after=visits~9999-12-31~2026-03-02T10:00:00Z~1").status == 200


def test_an_empty_list_says_what_to_do(specialist: Staff) -> None:
    specialist.opens("/desk/").sees("No form has been sent yet.")
    specialist.follows("Get the link for patients").sees("Link for patients")


def test_what_needs_attention_stands_above_all_whatever_was_chosen_until_it_is_acknowledged(
    parts: Parts, specialist: Staff, clock: FakeClock
) -> None:
    urgent = send(parts, last_name="Urgent", urgent_now=["speech", "arm_leg"], visit_date="2025-01-02")
    clock.passes(minutes=1)
    send(parts, last_name="Later", urgent_now=["speech"], visit_date=None)
    send_many(parts, clock, 2)
    specialist.opens("/desk/").sees(
        "Needs attention", "URGENT Sudden symptoms reported", "draft rules, not yet reviewed by a physician"
    )
    both = ["URGENT, Marisol", "LATER, Marisol"]
    assert specialist.names == [*both, "NOISE, 1", "NOISE, 2"], "the longest waiting first"
    assert specialist.opens("/desk/?order=received").names == [*both, "NOISE, 2", "NOISE, 1"]
    for chosen in ("status=archived", "owner=me", "visit_from=2026-05-01", "status=attention"):
        assert specialist.opens(f"/desk/?{chosen}").names == both, chosen
    specialist.acknowledges(urgent.id).opens("/desk/")
    assert specialist.names == ["LATER, Marisol", "NOISE, 1", "NOISE, 2", "URGENT, Marisol"]


def test_more_calls_than_a_page_holds_can_all_be_reached(parts: Parts, specialist: Staff, clock: FakeClock) -> None:
    send_many(parts, clock, queue.PAGE + 2, urgent_now=["speech"])
    send(parts, last_name="Calm")
    assert pages(specialist) == [*(f"NOISE, {count}" for count in range(1, queue.PAGE + 3)), "CALM, Marisol"]


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
    assert specialist.names == [sentence, "NOISE, 1", "NOISE, 2"]
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
        send_many(parts, clock, queue.PAGE + 1)
        said: list[str] = []

        def listen(_c: object, _cursor: object, sql: str, *_: object, said: list[str] = said) -> None:
            said.append(sql)

        event.listen(parts.store.engine, "before_cursor_execute", listen)
        clock.passes(seconds=1)
        specialist.opens("/desk/")
        specialist.opens("/desk/")
        event.remove(parts.store.engine, "before_cursor_execute", listen)
        counted = [sql for sql in said if "count(" in sql.lower()]
        assert all("LIMIT" in sql for sql in counted), "nothing is counted to its end"
        counts.append(len(said))
    assert counts[0] == counts[1]


def moved(parts: Parts, form: Listed, status: str, owner: str | None = None) -> None:
    with parts.store.writing() as connection:
        row = models.Submission
        connection.execute(update(row).where(row.id == form.id).values(status=status, owner=owner))


def test_visits_from_today_on_then_past_then_none_and_what_is_reviewed_is_not_in_the_way(
    parts: Parts, specialist: Staff
) -> None:
    days = {"Soon": "2026-03-03", "Now": "2026-03-02", "Gone": "2026-02-27", "Old": "2026-01-05", "Far": "2026-04-01"}
    for name, day in days.items():
        send(parts, last_name=name, visit_date=day)
    moved(parts, send(parts, last_name="Asked", visit_date="2026-03-02"), NEEDS_INFO)
    moved(parts, send(parts, last_name="Done", visit_date="2026-03-02"), REVIEWED)
    send(parts, last_name="Undated", visit_date=None)
    specialist.opens("/desk/").sees("7 forms wait for review.", "02-Mar-2026 today", "03-Mar-2026 tomorrow")
    now = sorted(["NOW, Marisol", "ASKED, Marisol"], key=specialist.names.index)
    rest = ["SOON", "FAR", "GONE", "OLD", "UNDATED"]
    assert specialist.names == [*now, *(f"{name}, Marisol" for name in rest)]
    specialist.sees("Visits from today on", "Past visits, latest first", "No visit date, newest first", "No date")


def test_filters_narrow_the_list_and_each_can_be_taken_away(parts: Parts, specialist: Staff) -> None:
    for name, day in (("Now", "2026-03-02"), ("Week", "2026-03-08"), ("Far", "2026-03-09"), ("Gone", "2026-03-01")):
        send(parts, last_name=name, visit_date=day)
    moved(parts, send(parts, last_name="Done", visit_date="2026-03-02"), REVIEWED)
    shown = {
        "Today": ["NOW"], "Next 7 days": ["NOW", "WEEK"], "Past": ["GONE"],
    }  # fmt: skip
    for link, names in shown.items():
        specialist.opens("/desk/").follows(link)
        assert [name.split(",")[0] for name in specialist.names] == names, link
    specialist.opens("/desk/").presses("Show", {"status": "reviewed", "visit_from": "2026-03-01", "visit_to": ""})
    assert specialist.names == ["DONE, Marisol"]
    specialist.sees("Take away: Reviewed", "Take away: Visits from 01-Mar-2026").follows("Take away: Reviewed ×")
    assert specialist.names == ["NOW, Marisol", "WEEK, Marisol", "FAR, Marisol", "GONE, Marisol"]
    specialist.follows("Take away: Visits from 01-Mar-2026 ×").does_not_see("Take away")
    specialist.presses("Show", {"visit_from": "2026-08-01"}).sees("No form fits all that was chosen.")


def test_one_s_own_forms(parts: Parts, specialist: Staff) -> None:
    send(parts, last_name="Other")
    mine = send(parts, last_name="Mine")
    specialist.looks_at(mine.id).presses("I look after it").opens("/desk/").sees("Owner", NAME.split("@")[0])
    specialist.presses("Show", {"owner": "me"})
    assert specialist.names == ["MINE, Marisol"]


def test_filters_that_make_no_sense_are_told_or_left_aside(parts: Parts, specialist: Staff) -> None:
    send(parts)
    assert specialist.opens("/desk/?visit_from=tomorrow").status == 422
    specialist.sees("This is no day. Write it like 2026-03-02.", "TESTPATIENT-VEGA")
    specialist.opens("/desk/?visit_from=2026-03-09&visit_to=2026-03-02").sees("The last day comes before the first.")
    for odd in (
        "status=x",
        "owner=somebody",
        "order=name",
        "status=%00",
        "visit_to=0001-01-01",
        "visit_from=9999-12-31",
    ):
        assert specialist.opens(f"/desk/?{odd}").status == 200, odd


def test_paging_keeps_what_was_chosen_and_a_row_leads_back_to_it(
    parts: Parts, specialist: Staff, clock: FakeClock
) -> None:
    send_many(parts, clock, queue.PAGE + 1, visit_date="2026-03-02")
    send(parts, last_name="Far", visit_date="2026-04-02")
    specialist.opens("/desk/").follows("Today").follows("Next page").sees("Visits from 02-Mar-2026")
    assert specialist.names == [f"NOISE, {queue.PAGE + 1}"]
    specialist.follows(f"NOISE, {queue.PAGE + 1}").follows("Back to forms").sees("Visits up to 02-Mar-2026")


def test_a_row_says_flags_in_words_the_most_pressing_first_and_counts_the_rest(parts: Parts, specialist: Staff) -> None:
    send(parts, BILATERAL, last_name="Many")
    specialist.opens("/desk/")
    row = next(words(tr) for tr in specialist.page.all("tr") if "MANY" in words(tr))
    assert "Safety Eye closure and driving Review" in row
    assert re.search(r"\+\d more", row)
    assert "High blood pressure" not in row, "what is only good to know waits on the form's page"


def test_what_nobody_has_begun_on_is_told_by_weight_and_word(parts: Parts, specialist: Staff) -> None:
    send(parts, last_name="New")
    moved(parts, send(parts, last_name="Begun"), IN_REVIEW)
    specialist.opens("/desk/")
    bold = {words(tr)[12:17].strip(", "): "unread" in str(tr.get("class")) for tr in specialist.page.all("tr")[2:]}
    assert bold == {"NEW": True, "BEGUN": False}
    assert [words(b) for b in specialist.page.all("b") if words(b) in ("Received", "In review")] == ["Received"]


def test_how_many_are_new_is_asked_without_a_form_without_a_line_and_without_staying_signed_in(
    parts: Parts, specialist: Staff, clock: FakeClock
) -> None:
    send(parts)
    specialist.opens("/desk/")
    asks = next(str(p.get("data-new")) for p in specialist.page.all("p") if p.get("data-new"))
    before = rows_of(parts.store)
    assert specialist.client.get(asks, base_url=specialist.base_url).get_json() == {"new": ""}
    clock.passes(minutes=14)
    for _ in range(queue.MOST_NEW):
        clock.passes(seconds=1)
        send(parts)
    assert specialist.client.get(asks, base_url=specialist.base_url).get_json() == {
        "new": f"{queue.MOST_NEW} new, show"
    }
    clock.passes(seconds=1)
    send(parts)
    more = specialist.client.get(asks, base_url=specialist.base_url)
    assert more.get_json() == {"new": f"More than {queue.MOST_NEW} new, show"}
    after = rows_of(parts.store)
    assert after["staff_session"] == before["staff_session"]
    assert len(_not_of_patients(after["audit"])) == len(_not_of_patients(before["audit"]))
    clock.passes(minutes=1)
    gone = specialist.client.get(asks, base_url=specialist.base_url)
    assert (gone.status_code, "Set-Cookie" in gone.headers) == (403, False)
    specialist.opens("/desk/").sees("You were signed out.")
    specialist.presses("Sign in", {"account": NAME, "password": PASSWORD})
    assert "/new" not in specialist.path


def _not_of_patients(lines: list[str]) -> list[str]:
    return [line for line in lines if "'patient'" not in line]


def spoil(parts: Parts, submission_id: str) -> None:
    """Change a sealed form behind its back."""
    with parts.store.writing() as connection:
        row = models.SealedDocument
        blob = connection.execute(select(row.blob).where(row.id == submission_id)).scalar_one()
        flipped = bytes([*blob[:-1], blob[-1] ^ 1])
        connection.execute(update(row).where(row.id == submission_id).values(blob=flipped))
