"""The briefs of a day: whose visits it has, as one PDF, and what is on record afterwards."""

from io import BytesIO

import pytest
from pypdf import PdfReader

from app.parts import Parts
from app.records.submissions import Listed
from tests.briefs import ALL_ON, long_treated
from tests.cases import TYPICAL
from tests.conftest import FakeClock
from tests.desk.factories import send
from tests.desk.people import Staff
from tests.desk.test_brief_page import acts
from tests.page_checks import words

TOMORROW, LATER = "2026-03-03", "2026-03-06"


@pytest.fixture
def forms(parts: Parts) -> dict[str, Listed]:
    case = {**TYPICAL, "answers": long_treated(), "settings": ALL_ON}
    return {
        "vega": send(parts, visit_date=TOMORROW),
        "adler": send(parts, case, visit_date=TOMORROW),
        "later": send(parts, last_name="Later", visit_date=LATER),
        "undated": send(parts, last_name="Undated", visit_date=None),
    }


def pdf_of(staff: Staff, path: str) -> PdfReader:
    response = staff.client.get(path, base_url=staff.base_url)
    assert response.status_code == 200
    assert response.content_type == "application/pdf"
    assert response.headers["Cache-Control"] == "no-store"
    return PdfReader(BytesIO(response.data))


def test_tomorrow_is_offered_first_and_other_days_are_one_click_away(
    parts: Parts, specialist: Staff, forms: dict[str, Listed]
) -> None:
    specialist.opens("/desk/day").sees("Tuesday, 03-Mar-2026: 2 forms")
    links = [words(link) for link in specialist.page.all("a")]
    assert links.index("TESTPATIENT-ADLER, Ruth") < links.index("TESTPATIENT-VEGA, Marisol")
    specialist.does_not_see("LATER", "UNDATED").sees("Fri 06-Mar-2026", "(1)")
    specialist.opens(f"/desk/day?on={LATER}").sees("Friday, 06-Mar-2026: 1 form", "LATER, Marisol")
    specialist.opens("/desk/day?on=2026-05-01").sees("No form names this day as its visit.")


@pytest.mark.parametrize("typed", ["tomorrow", "2026-02-30", "\x00", "9" * 500])
def test_a_day_that_is_none_is_said(parts: Parts, specialist: Staff, typed: str) -> None:
    specialist.opens("/desk/day", query_string={"on": typed}).sees("Write the day like 2026-03-09.")
    assert specialist.status == 422


def test_a_day_is_one_pdf_in_the_order_of_names_and_each_form_in_it_is_on_record(
    parts: Parts, specialist: Staff, forms: dict[str, Listed]
) -> None:
    pdf = pdf_of(specialist, f"/desk/day.pdf?on={TOMORROW}")
    text = "\n".join(page.extract_text() for page in pdf.pages)
    assert text.index("TESTPATIENT-ADLER") < text.index("TESTPATIENT-VEGA")
    assert "LATER" not in text
    printed = {record for act, record in acts(parts) if act == "print"}
    assert printed == {forms["adler"].id, forms["vega"].id}


def test_one_brief_is_a_pdf_whose_name_says_nothing_about_anybody(
    parts: Parts, specialist: Staff, forms: dict[str, Listed]
) -> None:
    form = forms["vega"]
    path = f"/desk/submissions/{form.id}/brief.pdf"
    assert "TESTPATIENT-VEGA, Marisol" in pdf_of(specialist, path).pages[0].extract_text()
    response = specialist.client.get(path, base_url=specialist.base_url)
    assert response.headers["Content-Disposition"] == f'inline; filename="brief-{form.reference}.pdf"'
    assert ("print", form.id) in acts(parts)


def test_a_day_without_forms_leads_back_to_the_days(parts: Parts, specialist: Staff, clock: FakeClock) -> None:
    specialist.opens("/desk/day.pdf?on=2026-05-01").sees("No form names this day as its visit.")
    assert specialist.path == "/desk/day"


def test_an_archived_form_is_not_printed_again(parts: Parts, specialist: Staff, forms: dict[str, Listed]) -> None:
    specialist.looks_at(forms["vega"].id).presses("Reviewed").presses("Archive")
    specialist.opens("/desk/day").sees("1 form").does_not_see("VEGA")
