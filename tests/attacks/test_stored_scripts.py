"""Stored scripts: payloads in everything that anybody can type, read on every page that shows it."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import update

from app.parts import Parts
from app.records import factors, models, staff
from tests.attacks.house import House
from tests.attacks.payloads import MARK, PAYLOADS, came_alive, hostile
from tests.cases import BELLS, BILATERAL
from tests.desk.factories import send
from tests.desk.people import Staff
from tests.people import Browser, Patient

only_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
pytestmark = only_sqlite


def stays_words(browser: Browser, shows: bool = True) -> None:
    """Assert that nothing of this page came alive, and that the payload is on it, as words."""
    assert browser.status < 500
    assert came_alive(browser.page) == [], browser.path
    assert (MARK in browser.page.html.casefold()) or not shows, f"{browser.path} does not show what was typed"
    assert "49xqz" not in browser.page.text


def account_named(parts: Parts, number: int) -> str:
    """An account whose name is a payload, as far as a name can be one."""
    name = "".join(c for c in PAYLOADS[number] if c.isprintable() and not c.isspace()).casefold()
    Staff.of(parts).has_an_account("administrator", "specialist", "privacy-officer", name=name)
    with parts.store.writing() as connection:
        found = staff.find(connection, name)
        assert found
        for at, payload in enumerate(PAYLOADS):
            label = payload[:40]
            factors.add_passkey(connection, factors.Key(bytes([number, at]), found.id, b"", 0, label, parts.now()))
    return name


@pytest.mark.parametrize("number", range(0, len(PAYLOADS), 3))
def test_what_patients_typed_stays_words_on_every_page_of_the_desk(house: House, number: int) -> None:
    parts = house.parts
    case = BILATERAL if number % 2 else BELLS
    answers: dict[str, Any] = hostile(parts, {"filled_by": "helper", **case["answers"]}, number)
    calm, urgent = send(parts, case, **answers), send(parts, case, **{**answers, "urgent_now": ["speech"]})
    reader = house.everything()
    for form in (calm, urgent):
        for query in ("", "?all=1"):
            stays_words(reader.looks_at(form.id, query))
    stays_words(reader.opens("/desk/"))
    reader.acknowledges(urgent.id)
    stays_words(reader.opens("/desk/"))
    for payload in PAYLOADS:
        reader.opens("/desk/search").presses("Find", {"q": f"{payload} name"})
        stays_words(reader)
    for path in ("/desk/export", "/desk/audit", "/desk/account", "/desk/accounts", "/desk/link"):
        stays_words(reader.opens(path), shows=False)


@pytest.mark.parametrize("number", range(len(PAYLOADS)))
def test_an_account_name_and_the_names_of_passkeys_stay_words(house: House, number: int) -> None:
    name = account_named(house.parts, number)
    reader = Staff.of(house.parts, house.app)
    reader.agent = f"Mozilla/5.0 {PAYLOADS[number].encode('ascii', 'ignore').decode()} Chrome/1 Windows"
    stays_words(reader.gives_the_password(name))
    stays_words(reader.presses("Go on", {"code": reader.code_of(name)}), shows=False)
    for path in ("/desk/account", "/desk/account/app", "/desk/accounts", "/desk/audit", "/desk/link"):
        stays_words(reader.opens(path))
    with house.parts.store.reading() as connection:
        found = staff.find(connection, name)
    assert found
    stays_words(reader.opens(f"/desk/accounts/{found.id}"))
    assert "Chrome on Windows" in reader.opens("/desk/account").page.text


def test_what_is_typed_at_the_desk_stays_words(house: House) -> None:
    form = send(house.parts)
    reader = house.everything()
    for payload in PAYLOADS:
        reader.looks_at(form.id).presses("Save", {"chart": f"{payload}1"[:32]})
        stays_words(reader, shows=False)
        reader.opens("/desk/accounts").presses("Make the link", {"account": payload, "roles": ["staff"]})
        stays_words(reader, shows=False)
        reader.opens(f"/desk/audit?record={'x'}").presses("Show", {"record": payload, "from": payload})
        stays_words(reader, shows=False)
        guest = reader.another_browser().opens("/desk/sign-in")
        stays_words(guest.presses("Sign in", {"account": payload, "password": payload}))
    with house.parts.store.writing() as connection:
        connection.execute(update(models.StaffSession).values(browser=PAYLOADS[0]))
    stays_words(reader.opens("/desk/account"))


def shown_to(patient: Patient) -> Iterator[str]:
    """The pages on which a patient reads back what was typed."""
    draft = f"/intake/{patient.draft_id}"
    yield from (f"{draft}/{page}" for page in ("name_birth", "contact", "medicines", "goals", "check", "sign"))


@pytest.mark.parametrize("number", range(0, len(PAYLOADS), 4))
def test_what_a_patient_typed_stays_words_on_their_own_pages(house: House, number: int) -> None:
    answers: dict[str, Any] = hostile(house.parts, BELLS["answers"], number) | {"toxin_rounds": [], "drug_rows": []}
    answers |= {"email": "ana@example.com", "phone": "917-555-0163", "mvd_rows": []}
    patient = Patient.of(house.parts, house.app).starts().fills_in(answers)
    for path in shown_to(patient):
        stays_words(patient.opens(path), shows=path.endswith(("name_birth", "check")))
    patient.opens(f"/intake/{patient.draft_id}/sign")
    patient.sends({**BELLS["answers"], "signature": answers["signature"]})
    assert patient.path.endswith("/receipt")
    stays_words(patient)
    stays_words(patient.presses("I share this device: leave"), shows=False)


def test_what_is_typed_into_boxes_that_refuse_it_stays_words(house: House) -> None:
    patient = Patient.of(house.parts, house.app)
    for payload in PAYLOADS:
        stays_words(patient.opens("/i/").presses("Open my form", {"code": payload}))
    patient.starts().fills_in(BELLS["answers"], until="contact")
    for payload in PAYLOADS:
        stays_words(patient.presses("Continue", {"email": payload, "phone": payload}))
        patient.opens(f"/intake/{patient.draft_id}/contact")
