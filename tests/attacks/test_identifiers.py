"""Ids of others, and ids that are none: in every place of every address, and in fields that name something."""

import re
from urllib.parse import quote

from app.desk import passkeys
from app.questionnaire.kinds import Repeat
from app.records import factors, staff, staff_sessions
from tests.attacks.house import House, asks, put, token_of
from tests.cases import BELLS
from tests.desk.factories import send
from tests.desk.people import Staff
from tests.people import Patient
from tests.test_storage import rows_of

ODD = (
    "\x00", "0" * 32 + "\x00", "x" * 3000, "' OR '1'='1", "\"; DROP TABLE staff; --", "..", "%2e%2e%2f", "٣" * 32,
    "\u202e\ufffe", "-1", "9" * 400, "{{7*7}}", "*", "%", "_" * 32, "null", "[]",
)  # fmt: skip

BOXES = (
    ("/desk/", "before"), ("/desk/", "attention"), ("/desk/audit", "before"), ("/desk/audit", "who"),
    ("/desk/audit", "act"), ("/desk/audit", "room"), ("/desk/audit", "record"), ("/desk/audit", "from"),
    ("/desk/search", "q"), ("/i/", "code"),
)  # fmt: skip


def test_an_id_that_is_none_is_not_found_and_breaks_nothing(house: House) -> None:
    staff_member, patient = house.everything(), house.patient()
    token = {True: token_of(staff_member.opens("/desk/link")), False: token_of(patient)}
    before = rows_of(house.parts.store)
    for odd in ODD:
        for method, route in house.routes():
            at_desk = route.startswith("/desk")
            if "<" not in route or "/search/" in route:
                continue
            who = staff_member if at_desk else patient
            data = {"csrf_token": token[at_desk]} if method == "POST" else None
            answer = asks(who, method, put(route, quote(odd, safe="")), data=data)
            assert answer.status_code in (200, 302, 303, 308, 403, 404, 405, 422), (method, route, odd)
            if at_desk:
                assert answer.status_code in (403, 404, 405, 308), (method, route, odd)
    after = rows_of(house.parts.store)
    for rows in (before, after):
        rows.pop("audit")
        rows.pop("audit_head", None)
    assert after == before


def test_odd_words_in_every_box_of_an_address_break_nothing(house: House) -> None:
    staff_member = house.everything()
    for odd in (*ODD, "0001-01-01T00:00:00+14:00~x", "9999-12-31T23:59:59-12:00~x", "2026-03-02T15:00Z~\x00"):
        for path, name in BOXES:
            answer = asks(staff_member, "GET", f"{path}?{name}={quote(odd)}")
            assert answer.status_code in (200, 404, 422), (path, name, odd)


def test_a_sign_in_or_a_passkey_of_somebody_else_cannot_be_taken_away(house: House) -> None:
    mine, theirs = house.everything(), house.everything("other@clinic.example")
    parts = house.parts
    with parts.store.writing() as connection:
        other = staff.find(connection, "other@clinic.example")
        assert other
        factors.add_passkey(connection, factors.Key(b"theirs", other.id, b"key", 0, "Their key", parts.now()))
    with parts.store.reading() as connection:
        idle = house.desk.extensions["desk"].idle
        (session,) = staff_sessions.of(connection, other.id, parts.now(), idle)
    data = {"csrf_token": token_of(mine.opens("/desk/account")), "passkey-id": passkeys.written(b"theirs")}
    mine.does_not_see(session.id, "Their key", "other@clinic.example")
    before = rows_of(parts.store)
    for path in ("/desk/account/passkeys/remove", f"/desk/account/sign-ins/{session.id}/end"):
        assert asks(mine, "POST", path, data=data).status_code in (303, 404), path
    assert rows_of(parts.store) == before
    theirs.opens("/desk/account").sees("Their key")


def test_the_search_of_somebody_else_does_not_open(house: House) -> None:
    send(house.parts)
    mine, theirs = house.everything(), house.everything("other@clinic.example")
    mine.opens("/desk/search").presses("Find", {"q": "vega 8/14/1969"})
    assert mine.status == 200
    assert theirs.opens(mine.path).does_not_see("VEGA").status == 404


def test_an_entry_of_another_form_cannot_be_seen_changed_or_removed(house: House) -> None:
    mine, theirs = (Patient.of(house.parts, house.app) for _ in range(2))
    for patient in (mine, theirs):
        patient.starts().fills_in(BELLS["answers"], until="toxin_rounds")
    group = house.parts.definition.questions["toxin_rounds"]
    assert isinstance(group, Repeat)
    theirs.lists(group, [{"date": "2025-09", "product": "botox", "clinic": "Theirs alone"}])
    row = re.findall(r"/toxin_rounds/(\w+)/remove", theirs.page.html)[0]
    before = rows_of(house.parts.store)["draft"]
    data = {"csrf_token": token_of(mine), "clinic": "Mine", "action": "remove"}
    for path in (f"toxin_rounds/{row}", f"toxin_rounds/{row}/remove"):
        for method in ("GET", "POST"):
            answer = asks(mine, method, f"/intake/{theirs.draft_id}/{path}", data=data if method == "POST" else None)
            assert answer.status_code in (403, 404), (method, path)
            assert "Theirs alone" not in answer.get_data(as_text=True)
    assert rows_of(house.parts.store)["draft"] == before
    answer = asks(mine, "GET", f"/intake/{mine.draft_id}/toxin_rounds/{row}")
    assert "Theirs alone" not in answer.get_data(as_text=True)


def test_a_form_opens_only_with_its_own_secret_whatever_names_it(house: House) -> None:
    mine, theirs = house.patient(), house.patient()
    secret = mine.client.get_cookie(f"draft-{mine.draft_id}", domain="127.0.0.1")
    assert secret
    thief = Staff.of(house.parts, house.app)
    thief.client.set_cookie(f"draft-{theirs.draft_id}", secret.value, domain="127.0.0.1")
    assert asks(thief, "GET", f"/intake/{theirs.draft_id}/goals").status_code == 404
    assert asks(thief, "GET", f"/intake/{mine.draft_id}/goals").status_code == 404
