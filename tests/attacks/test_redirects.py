"""Open redirects: whatever an address, a field or a cookie says, no answer leads to another site."""

from urllib.parse import quote, urljoin, urlsplit

import pytest

from tests.attacks.house import HOST, SITE, House, asks, put, token_of
from tests.desk.people import Staff

ELSEWHERE = (
    "http://evil.example/", "https://evil.example", "//evil.example", "///evil.example", "/\\evil.example",
    "\\\\evil.example", "/\t/evil.example", "/%09/evil.example", "/%2f/evil.example", "https:evil.example",
    "javascript:alert(1)", "data:text/html,x", "/..//evil.example", "/.//evil.example", "@evil.example",
    "/intake/..//evil.example", " //evil.example", "\u2028//evil.example", "/\u0000/evil.example", "//evil.example@x",
)  # fmt: skip


only_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def leads_away(location: str) -> bool:
    """Whether a browser that stands at our site would leave it."""
    target = urlsplit(urljoin(f"{SITE}/intake/", location.strip().replace("\\", "/").replace("\t", "")))
    return (target.scheme, target.netloc) != ("http", urlsplit(SITE).netloc)


@only_sqlite
def test_no_field_that_names_a_way_leads_to_another_site(house: House) -> None:
    staff, patient = house.everything(), house.patient()
    token = {True: token_of(staff.opens("/desk/link")), False: token_of(patient)}
    born = {"dob-year": "1969", "dob-month": "8", "dob-day": "14"}
    ids = {"draft_id": patient.draft_id, "page_id": "goals"}
    led: set[str] = set()
    for place in ELSEWHERE:
        named = dict.fromkeys(("back", "next", "url", "to", "return_to", "redirect", "redirect_uri"), place)
        for method, route in house.routes():
            if method not in ("GET", "POST") or route.endswith(("/sign-out", "/leave", "/setup/<secret>")):
                continue
            at_desk = route.startswith("/desk")
            data = {**born, **named, "csrf_token": token[at_desk]} if method == "POST" else None
            path = f"{put(route, ids)}?next={quote(place)}&back={quote(place)}"
            answer = asks(staff if at_desk else patient, method, path, data=data)
            assert not leads_away(answer.headers.get("Location", "")), (method, route, place)
            led |= {route} if answer.location else set()
    assert {"/intake/<draft_id>/unlock", "/theme"} <= led


@only_sqlite
def test_no_address_leads_to_another_site_by_itself(house: House) -> None:
    stranger = Staff.of(house.parts, house.app)
    for place in ELSEWHERE:
        for start in ("", "/desk", "/desk/", "/intake/", "/i/"):
            for path in (f"{start}/{place}", f"{start}{place}/", f"/{place}/..", f"{start}{quote(place, safe='/')}"):
                raw = {"PATH_INFO": path.encode().decode("latin-1")}
                answer = stranger.client.get("/", base_url=SITE, environ_overrides=raw)
                assert not leads_away(answer.headers.get("Location", "")), path


@only_sqlite
def test_the_way_back_after_signing_in_is_a_page_of_the_desk(house: House) -> None:
    for number, place in enumerate(ELSEWHERE):
        staff = Staff.of(house.parts, house.app).has_an_account("specialist", name=f"{number}@clinic.example")
        asks(staff, "GET", f"/desk/link?next={quote(place)}")
        asks(staff, "GET", f"/desk/{quote(place, safe='/')}")
        staff.signs_in(f"{number}@clinic.example")
        assert staff.path.startswith("/desk/")
        assert staff.status == 200


def test_a_way_back_that_was_made_up_is_not_believed(house: House) -> None:
    staff = Staff.of(house.parts, house.app).has_an_account()
    staff.client.set_cookie("previsit-desk", "eyJiYWNrIjoiLy9ldmlsLmV4YW1wbGUifQ.aaaaaa.bbbb", domain=HOST)
    staff.signs_in().sees("Forms")
    assert staff.path == "/desk/"
