"""Line ends and claimed hosts in everything that a request carries: nothing of it becomes a header of an answer."""

import secrets
from urllib.parse import quote

import pytest

from tests.attacks.house import SITE, House, asks, put, token_of
from tests.cases import TYPICAL
from tests.desk.factories import send
from tests.desk.people import Staff

CUT = "x\r\nSet-Cookie: planted=1\r\n\r\n<b>"
CLAIMED = {
    "Host": "planted.example",
    "X-Forwarded-Host": "planted.example",
    "X-Forwarded-For": "planted.example",
    "X-Forwarded-Proto": "planted",
    "X-Forwarded-Port": "666",
    "X-Forwarded-Prefix": "/planted",
    "Forwarded": "host=planted.example;proto=planted",
    "X-Original-URL": "/planted",
    "X-Rewrite-URL": "/planted",
    "X-HTTP-Method-Override": "DELETE",
    "Referer": "http://planted.example/",
    "Origin": "http://planted.example",
}
FIELDS = (
    "account", "password", "code", "recovery", "passkey", "label", "back", "action", "for", "q", "chart", "roles",
    "secret", "current", "passkey-id", "trusted", "who", "act", "room", "record", "from", "to", "base", "asked",
    "confirmed", "removal",
)  # fmt: skip


def test_line_ends_in_an_address_or_a_field_become_no_header(house: House) -> None:
    staff, patient = house.everything(), house.patient()
    token = {True: token_of(staff.opens("/desk/link")), False: token_of(patient)}
    for method, route in house.routes():
        at_desk = route.startswith("/desk")
        who = staff if at_desk else patient
        path = put(route, quote(CUT, safe="")) + f"?before={quote(CUT)}&{quote(CUT)}=1"
        data = dict.fromkeys(FIELDS, CUT) | {"csrf_token": token[at_desk]} if method == "POST" else None
        if route == "/desk/sign-out":
            continue
        answer = asks(who, method, path, data=data)
        assert answer.status_code < 500, (method, route)
        assert "planted" not in str(answer.headers.getlist("Set-Cookie")), (method, route)
        assert answer.headers.get("Location", "").isprintable(), (method, route)


@pytest.mark.parametrize("link", ["search/%0d%0aSet-Cookie:%20planted=1", "accounts/x%0ay", "search/x?q=%0d%0ax"])
def test_a_crafted_link_keeps_nobody_from_signing_in(house: House, link: str) -> None:
    staff = Staff.of(house.parts, house.app).has_an_account("administrator", "specialist")
    staff.opens(f"/desk/{link}").signs_in()
    assert staff.status < 500
    assert staff.opens("/desk/").sees("Forms").status == 200


def test_a_very_long_link_keeps_nobody_from_signing_in(house: House) -> None:
    staff = Staff.of(house.parts, house.app).has_an_account()
    staff.opens(f"/desk/search?{secrets.token_hex(4000)}").signs_in().sees("Forms")


def test_line_ends_in_cookies_become_no_header(house: House) -> None:
    names = ["theme", "desk-session", "desk-device", "desk-own", "previsit-desk", "previsit-intake", "draft-x"]
    cookie = "; ".join(f'{name}="x\\015\\012Set-Cookie: planted=1"' for name in names)
    stranger = Staff.of(house.parts, house.app)
    for method, route in house.routes():
        answer = asks(stranger, method, put(route, "x"), headers={"Cookie": cookie})
        assert answer.status_code < 500, (method, route)
        assert "planted" not in str(answer.headers), (method, route)


def test_a_claimed_host_stands_in_no_answer(house: House) -> None:
    staff, patient = house.everything(), house.patient()
    for method, route in house.routes():
        if method != "GET":
            continue
        who = staff if route.startswith("/desk") else patient
        answer = asks(who, method, put(route, "x"), headers=CLAIMED)
        assert "planted" not in str(answer.headers) + answer.get_data(as_text=True), route


def test_a_download_is_named_by_the_house_and_not_by_who_asks(house: House) -> None:
    send(house.parts, TYPICAL, last_name='x"\r\nSet-Cookie: planted=1')
    staff = house.everything()
    data = {"csrf_token": token_of(staff.opens("/desk/export")), "for": "software", "filename": CUT, "name": CUT}
    answer = asks(staff, "POST", f"/desk/export?filename={quote(CUT)}", data=data)
    assert answer.headers["Content-Disposition"] == 'attachment; filename="submissions-2026-03-02-software.zip"'
    answer = asks(staff, "POST", "/desk/export", data={**data, "for": CUT})
    assert answer.status_code == 400
    data["csrf_token"] = token_of(staff.opens("/desk/audit"))
    answer = asks(staff, "POST", "/desk/audit/export", data=data, base_url=SITE)
    assert answer.headers["Content-Disposition"] == 'attachment; filename="audit-2026-03-02.csv"'
