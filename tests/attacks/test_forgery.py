"""Posts that another site makes a browser send: refused at every route of both rooms, and nothing changes."""

from collections.abc import Iterator

import pytest

from app.questionnaire.draft import new_entry_id
from app.records import setup_links, staff, staff_sessions
from tests.attacks.house import House, asks, put, token_of
from tests.desk.factories import send
from tests.desk.people import Staff
from tests.people import Browser
from tests.test_storage import rows_of

FIELDS = {
    "account": "new@clinic.example", "roles": "staff", "for": "software", "chart": "A1", "action": "remove",
    "q": "vega", "code": "123456", "goals_note": "Forged.",
}  # fmt: skip
OTHER = "b@clinic.example"
HARMLESS = "/theme"
"""Light or dark: the one post that needs no token, since it changes nothing but that."""
FORGED: dict[str, tuple[str | None, str]] = {
    "without a token": (None, "same-origin"),
    "with a token of another sign-in": ("theirs", "same-origin"),
    "from another site, with the right token": ("mine", "cross-site"),
    "from a neighbour, with the right token": ("mine", "same-site"),
    "with a made-up token": ("IjEi.aaaaaa.bbbbbb", "same-origin"),
}


def objects(house: House) -> dict[str, str]:
    """Something that is there for every place of an address at the desk: a form, a colleague, their sign-in, a link."""
    parts = house.parts
    with parts.store.writing() as connection:
        other = staff.find(connection, OTHER)
        assert other
        (session, *_) = staff_sessions.of(connection, other.id, parts.now(), house.desk.extensions["desk"].idle)
        link = setup_links.invite(connection, parts.server_key, "new", ["staff"], by=other.id, now=parts.now())
    form = send(parts, urgent_now=["speech"])
    return {
        "submission_id": form.id, "staff_id": other.id, "session_id": session.id, "secret": link, "role": "specialist",
    }  # fmt: skip


def posts(house: House, mine: Browser, at_desk: bool, ids: dict[str, str]) -> Iterator[tuple[Browser, str]]:
    for method, route in house.routes():
        if method == "POST" and route.startswith("/desk") is at_desk and route != HARMLESS:
            yield mine, put(route, ids)


@pytest.mark.parametrize("kind", FORGED)
@pytest.mark.parametrize("room", ["desk", "patients"])
def test_a_forged_post_is_refused_and_changes_nothing(house: House, room: str, kind: str) -> None:
    at_desk = room == "desk"
    if at_desk:
        mine, theirs = house.everything().opens("/desk/link"), house.everything(OTHER).opens("/desk/link")
        ids = objects(house)
    else:
        mine, theirs = house.patient(), house.patient()
        ids = {"draft_id": mine.draft_id, "page_id": "goals", "group_id": "toxin_rounds", "row": new_entry_id()}
    token, site = FORGED[kind]
    token = {"mine": token_of(mine), "theirs": token_of(theirs)}.get(token or "", token)
    before = rows_of(house.parts.store)
    count = 0
    for who, path in posts(house, mine, at_desk, ids):
        data = FIELDS | ({"csrf_token": token} if token else {})
        answer = asks(who, "POST", path, data=data, headers={"Sec-Fetch-Site": site})
        led_on = "/second-step" in path  # whoever is signed in has nothing to do there
        assert answer.status_code == (303 if led_on and answer.status_code == 303 else 400), path
        count += 1
    assert count > (25 if at_desk else 10)
    assert rows_of(house.parts.store) == before


def test_light_or_dark_changes_nothing_but_that(house: House) -> None:
    patient = house.patient()
    before = rows_of(house.parts.store)
    answer = asks(
        patient, "POST", HARMLESS, data={"action": "dark", **FIELDS}, headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert answer.status_code == 302
    assert rows_of(house.parts.store) == before


def test_nothing_but_a_post_changes_anything_for_a_patient(house: House) -> None:
    patient = house.patient()
    ids = {"draft_id": patient.draft_id, "page_id": "goals", "group_id": "toxin_rounds", "row": new_entry_id()}
    before = rows_of(house.parts.store)
    for method, route in house.routes():
        if method in ("GET", "HEAD") and not route.startswith("/desk"):
            asks(patient, method, put(route, ids))
    assert rows_of(house.parts.store) == before


def test_signing_in_cannot_be_forged(house: House) -> None:
    victim = Staff.of(house.parts, house.app).has_an_account()
    attacker = victim.another_browser().has_an_account(name="mallory@clinic.example").opens("/desk/sign-in")
    victim.opens("/desk/sign-in")
    data = {"account": "mallory@clinic.example", "password": "four quiet herons wade", "csrf_token": token_of(attacker)}
    assert asks(victim, "POST", "/desk/sign-in", data=data).status_code == 400
    assert not victim.client.get_cookie("desk-session", domain="127.0.0.1")
