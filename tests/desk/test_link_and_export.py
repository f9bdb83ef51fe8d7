"""The link for patients, and the way out for everything that was sent."""

import io
import zipfile
from datetime import date
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select

from app.desk import export
from app.desk.context import Desk
from app.desk.link import on_paper, qr_code, snippet
from app.desk.passwords import Passwords
from app.parts import Parts
from app.records import models
from tests.cases import BELLS, BILATERAL
from tests.conftest import FakeClock
from tests.desk.factories import send
from tests.desk.people import INSECURE_BUT_FAST, Staff
from tests.desk.test_queue import spoil
from tests.page_checks import Page


def test_the_link_stands_as_a_button_as_text_and_as_a_code(specialist: Staff) -> None:
    specialist.opens("/desk/link").sees("One link serves everybody", "It is not secret", "http://127.0.0.1:8000")
    drawn = [svg for svg in specialist.page.all("{http://www.w3.org/2000/svg}svg") if svg.get("viewBox")]
    assert len(drawn) == 1
    assert drawn[0].get("width") is None
    html = specialist.page.all("textarea")[0].text or ""
    button = Page(f"<!doctype html><title>x</title>{html}").all("a")[0]
    assert button.get("href") == "http://127.0.0.1:8000/"
    assert specialist.page.all("input")[1].get("value") == "http://127.0.0.1:8000/"


def test_an_address_of_this_computer_only_is_called_that(
    environ: dict[str, str], request: pytest.FixtureRequest
) -> None:
    sentence = "This address works on this computer only."
    environ["PUBLIC_URL"] = "https://forms.example.org"
    staff = Staff.of(request.getfixturevalue("parts")).has_an_account().signs_in().opens("/desk/link")
    staff.sees("forms.example.org").does_not_see(sentence)


def test_the_address_on_paper_is_as_short_as_one_types_it() -> None:
    assert on_paper("https://forms.example.org/") == "forms.example.org"
    assert on_paper("http://forms.example.org/") == "http://forms.example.org"


def test_the_code_and_the_button_hold_nothing_that_a_strict_page_refuses() -> None:
    assert "style" not in qr_code("https://forms.example.org/")
    assert "class" not in qr_code("https://forms.example.org/")
    assert '"' not in snippet('https://x.example/"><b>').split('"')[1]


@pytest.mark.parametrize(
    ("button", "kind"), [("For a spreadsheet (Excel)", "spreadsheet"), ("For software (plain CSV)", "software")]
)
def test_an_export_holds_every_form_and_is_on_record_first(
    parts: Parts, specialist: Staff, button: str, kind: str
) -> None:
    sent = [send(parts, case) for case in (BELLS, BILATERAL)]
    specialist.opens("/desk/export").presses(button)
    response = specialist.response
    assert response
    assert response.content_type == "application/zip"
    assert response.headers["Content-Disposition"] == f'attachment; filename="submissions-2026-03-02-{kind}.zip"'
    assert response.headers["Cache-Control"] == "no-store"
    text = unpacked(response.data)["submissions.csv"]
    assert all(row.reference in text for row in sent)
    assert text.startswith("\ufeff") is (kind == "spreadsheet")
    with parts.store.reading() as connection:
        acts = connection.execute(select(models.Audit.act).order_by(models.Audit.id.desc())).scalars().first()
    assert acts == "export"


def test_an_export_of_nothing_is_a_table_without_rows(specialist: Staff) -> None:
    specialist.opens("/desk/export").presses("For software (plain CSV)")
    assert specialist.response
    assert len(unpacked(specialist.response.data)["submissions.csv"].splitlines()) == 1


def test_rows_come_oldest_first_over_batches_each_once(
    parts: Parts, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "BATCH", 3)
    ids: list[str] = []
    for count in range(7):
        ids.append(send(parts, last_name=f"Noise {count}").id)
        clock.passes(minutes=1)
    assert [row.id for row in export.rows(desk_of(parts), parts.now())] == ids


def test_what_is_sent_while_an_export_runs_waits_for_the_next(parts: Parts, clock: FakeClock) -> None:
    first = send(parts)
    until = parts.now()
    clock.passes(seconds=1)
    send(parts, last_name="Late")
    assert [row.id for row in export.rows(desk_of(parts), until)] == [first.id]


def test_a_form_that_does_not_open_is_a_row_that_says_so(parts: Parts, specialist: Staff) -> None:
    closed, fine = send(parts), send(parts, last_name="Fine")
    spoil(parts, closed.id)
    rows = {row.id: row for row in export.rows(desk_of(parts), parts.now())}
    assert rows[closed.id].status == export.DOES_NOT_OPEN
    assert rows[fine.id].status == "received"
    assert rows[fine.id].visit_date == date(2026, 3, 18)
    specialist.opens("/desk/export").presses("For software (plain CSV)")
    assert specialist.response
    text = unpacked(specialist.response.data)["submissions.csv"]
    assert closed.reference in text
    assert fine.reference in text


def test_no_connection_is_held_between_two_batches(parts: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "BATCH", 1)
    send(parts)
    send(parts)
    rows = export.rows(desk_of(parts), parts.now())
    next(rows)
    assert parts.store.engine.pool.checkedout() == 0  # type: ignore[attr-defined]


def test_a_choice_that_is_none_and_a_forged_one_are_refused(parts: Parts, specialist: Staff) -> None:
    specialist.opens("/desk/export")
    token = {"csrf_token": str(specialist.value_of("csrf_token"))}
    assert specialist.posts("/desk/export", {"for": "fun", **token}).status == 400
    assert specialist.posts("/desk/export", {"for": "software"}).status == 400
    specialist.sees("tell whoever runs this service").does_not_see(parts.config.clinic.phone)
    assert urlsplit(specialist.path).path == "/desk/export"


def unpacked(data: bytes) -> dict[str, str]:
    """The files of a zip, as text."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name).decode() for name in archive.namelist()}


def desk_of(parts: Parts) -> Desk:
    """A desk without its pages."""
    return Desk(parts=parts, passwords=Passwords(INSECURE_BUT_FAST))
