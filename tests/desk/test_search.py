"""Finding a form at the desk: by what the worker indexed, and without leaving who was looked for anywhere."""

import logging

import pytest
from sqlalchemy import func, select, update

from app import jobs, logs
from app.jobs import index
from app.parts import Parts
from app.records import lookups, models
from tests.conftest import FakeClock
from tests.desk.factories import send
from tests.desk.people import Staff


def indexed(parts: Parts) -> str:
    """Let the worker index what waits."""
    return index.index_all(parts)


def looks_for(staff: Staff, typed: str) -> Staff:
    """Type this in the box and press Find."""
    staff.opens("/desk/search").presses("Find", {"q": typed})
    return staff


@pytest.fixture
def ana(parts: Parts) -> str:
    """The id of Ana Núñez's form, indexed, among others."""
    send(parts, first_name="Boris", last_name="Ruiz", email="boris@example.com", phone="646-555-0100")
    listed = send(
        parts,
        first_name="Ana María",
        last_name="Núñez",
        dob="1970-03-28",
        email="ana@example.com",
        phone="917-555-0163",
    )
    indexed(parts)
    return listed.id


@pytest.mark.parametrize(
    "typed", ["nunez", "maria ana", "núñez 3/28/1970", "ANA@example.com", "+1 (917) 555-0163", "Nuñez, Ana"]
)
def test_a_form_is_found_by_what_staff_know(specialist: Staff, ana: str, typed: str) -> None:
    looks_for(specialist, typed).sees("1 form found", "NÚÑEZ, Ana María")
    assert specialist.names == ["NÚÑEZ, Ana María"]
    specialist.follows("NÚÑEZ, Ana María")
    assert specialist.path == f"/desk/submissions/{ana}/brief"


def test_a_form_is_found_by_its_reference_even_before_it_is_indexed(parts: Parts, specialist: Staff) -> None:
    listed = send(parts, first_name="Ana", last_name="Vega")
    looks_for(specialist, "vega").sees(
        "No form found", "1 form received or changed just now cannot be found by name yet"
    )
    looks_for(specialist, listed.reference.lower().replace("-", " ")).sees("1 form found", "VEGA, Ana")


def test_what_finds_nobody_says_what_to_try(specialist: Staff, ana: str) -> None:
    looks_for(specialist, "nun").sees("No form found", "Names are found whole")
    looks_for(specialist, "  ").sees("Type a name, an email address")
    assert specialist.status == 422
    looks_for(specialist, "1/2/1970 ,").sees("Add a name to the date of birth")
    assert specialist.value_of("q") == "1/2/1970 ,"


def test_a_chart_number_given_at_the_desk_finds_the_form(parts: Parts, specialist: Staff, ana: str) -> None:
    specialist.looks_at(ana).presses("Save", {"chart": "MRN-00 417"}).sees("The chart number is saved", "MRN-00 417")
    indexed(parts)
    looks_for(specialist, "mrn00417").sees("1 form found").follows("NÚÑEZ, Ana María")
    specialist.presses("Save", {"chart": "none yet"}).sees("That was not saved", "MRN-00 417")
    specialist.presses("Save", {"chart": ""}).sees("The chart number is taken away").does_not_see("MRN-00 417")
    indexed(parts)
    looks_for(specialist, "mrn00417").sees("No form found")
    looks_for(specialist, "nunez").sees("1 form found")
    with parts.store.reading() as connection:
        assert not connection.execute(select(models.SealedDocument).where(models.SealedDocument.kind == "chart")).all()


def test_a_chart_number_that_another_form_has_is_said_when_it_is_saved(
    parts: Parts, specialist: Staff, ana: str
) -> None:
    other = send(parts, first_name="Ben", last_name="Okoro")
    specialist.looks_at(other.id).presses("Save", {"chart": "MRN-00 417"}).does_not_see("It also stands on")
    specialist.looks_at(ana).presses("Save", {"chart": "mrn 00417"})  # before either can be found by it
    specialist.sees(f"The chart number is saved. It also stands on {other.reference}.")
    specialist.presses("Save", {"chart": ""}).does_not_see("It also stands on")
    indexed(parts)
    specialist.looks_at(ana).presses("Save", {"chart": "MRN-00417"})
    specialist.sees(f"The chart number is saved. It also stands on {other.reference}.")


def test_only_those_who_keep_records_give_chart_numbers(parts: Parts, stranger: Staff, ana: str) -> None:
    reader = stranger.has_an_account("read-only", name="reader@clinic.example").signs_in("reader@clinic.example")
    reader.looks_at(ana).does_not_see("Chart number")
    token = {"csrf_token": str(reader.value_of("csrf_token"))}
    assert reader.posts(f"/desk/submissions/{ana}/chart", {"chart": "MRN 7", **token}).status == 403


def test_searching_needs_the_right_to_see_answers(parts: Parts, stranger: Staff, ana: str) -> None:
    officer = stranger.has_an_account("privacy-officer", name="po@clinic.example").signs_in("po@clinic.example")
    assert officer.opens("/desk/search").status == 403
    stranger.another_browser().opens("/desk/search").sees("Sign in")


def test_who_was_looked_for_stands_in_no_address_no_log_and_no_audit(
    parts: Parts, specialist: Staff, ana: str, caplog: pytest.LogCaptureFixture
) -> None:
    logger = logging.getLogger("previsit")
    logger.addHandler(caplog.handler)
    caplog.set_level(logging.INFO, "previsit")
    looks_for(specialist, "nunez 3/28/1970")
    logger.removeHandler(caplog.handler)
    lines = "\n".join(logs.JsonLines().format(record) for record in caplog.records)
    assert '"route": "/search/<hidden>"' in lines
    with parts.store.reading() as connection:
        audit = [tuple(row) for row in connection.execute(select(models.Audit.act, models.Audit.record))]
    assert ("search", "1 found") in audit
    for place in (lines, specialist.path, repr(audit), repr(specialist.cookies)):
        assert "nunez" not in place.lower()
        assert "1970" not in place


def test_the_address_of_a_search_opens_for_nobody_else_and_not_for_long(
    parts: Parts, specialist: Staff, ana: str, clock: FakeClock
) -> None:
    address = looks_for(specialist, "nunez").path
    other = specialist.another_browser().has_an_account("staff", name="b@clinic.example").signs_in("b@clinic.example")
    assert other.opens(address).status == 404
    assert specialist.opens(address[:-4] + "AAAA").status == 404
    assert specialist.opens("/desk/search/x").status == 404
    clock.passes(hours=13)
    specialist.signs_in()
    assert specialist.opens(address).status == 404


def test_indexing_again_changes_nothing(parts: Parts, ana: str) -> None:
    def rows() -> list[str]:
        with parts.store.reading() as connection:
            return sorted(map(repr, connection.execute(select(models.Lookup.__table__))))

    before = rows()
    with parts.store.writing() as connection:
        assert lookups.enqueue_all(connection) == 2
        assert lookups.enqueue_all(connection) == 0
    assert indexed(parts) == "2 indexed"
    assert rows() == before
    assert indexed(parts) == ""


def test_the_patients_side_writes_no_digest(parts: Parts) -> None:
    send(parts)
    with parts.store.reading() as connection:
        assert connection.execute(select(func.count()).select_from(models.Lookup)).scalar_one() == 0
        assert lookups.count_waiting(connection) == 1
    jobs.do_due(parts)
    with parts.store.reading() as connection:
        assert lookups.count_waiting(connection) == 0


def test_a_form_that_does_not_open_is_left_without_digests_and_said(parts: Parts) -> None:
    listed = send(parts)
    with parts.store.writing() as connection:
        row = models.SealedDocument
        connection.execute(update(row).where(row.id == listed.id).values(blob=b"spoilt"))
    assert indexed(parts) == "0 indexed, 1 open with no key here"


def test_more_than_a_page_of_one_name_says_how_to_narrow_it(
    parts: Parts, specialist: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    from app.desk import search

    monkeypatch.setattr(search, "MOST", 2)
    for first in ("Ana", "Bea", "Cleo"):
        send(parts, first_name=first, last_name="Vega")
    indexed(parts)
    looks_for(specialist, "vega").sees("2 forms found", "There are more than these")
    looks_for(specialist, "vega cleo").sees("1 form found")
