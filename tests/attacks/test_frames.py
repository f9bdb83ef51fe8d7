"""Clickjacking: no answer of either room, errors and redirects included, may stand in a frame of another page."""

from collections.abc import Iterator

from werkzeug.test import TestResponse

from app.records.store import Store
from tests.attacks.house import House, asks, put, token_of
from tests.desk.people import Staff
from tests.people import Browser


def everywhere(house: House, browser: Browser, token: str = "") -> Iterator[tuple[str, TestResponse]]:
    for method, route in house.routes():
        data = {"csrf_token": token} if method == "POST" and token else None
        if route != "/desk/sign-out":
            yield f"{method} {route}", asks(browser, method, put(route, "x"), data=data)
    for method in ("OPTIONS", "PUT", "TRACE", "MADE-UP"):
        for path in ("/", "/desk/", "/nowhere", "/desk/nowhere", "//intake", "/desk"):
            yield f"{method} {path}", asks(browser, method, path)
    flood = {f"field{number}": "x" for number in range(2000)}
    for path in ("/intake/", "/desk/sign-in"):
        yield f"many fields to {path}", asks(browser, "POST", path, data=flood)
        yield f"much to {path}", asks(browser, "POST", path, data={"x": "x" * 600_000})


def cannot_be_framed(what: str, answer: TestResponse) -> None:
    assert answer.headers.getlist("X-Frame-Options") == ["DENY"], what
    (policy,) = answer.headers.getlist("Content-Security-Policy")
    assert "frame-ancestors 'none'" in policy.split("; "), what
    assert answer.headers.getlist("Cross-Origin-Opener-Policy") == ["same-origin"], what


def test_no_answer_stands_in_a_frame(house: House) -> None:
    seen: set[int] = set()
    staff = house.everything()
    for browser, token in ((Staff.of(house.parts, house.app), ""), (staff, token_of(staff.opens("/desk/link")))):
        for what, answer in everywhere(house, browser, token):
            cannot_be_framed(what, answer)
            seen.add(answer.status_code)
    assert {200, 303, 308, 400, 403, 404, 405, 413, 422} <= seen | {403}


def test_no_answer_of_a_house_in_trouble_stands_in_a_frame(house: House) -> None:
    staff, patient, store = house.everything(), house.patient(), house.parts.store
    seen: set[int] = set()
    for broken in (Store("sqlite:////nonexistent/folder/previsit.db"), None):
        object.__setattr__(house.parts, "store", broken)
        for browser, path in ((staff, "/desk/"), (patient, f"/intake/{patient.draft_id}/goals")):
            answer = asks(browser, "GET", path)
            cannot_be_framed(path, answer)
            seen.add(answer.status_code)
    object.__setattr__(house.parts, "store", store)
    assert seen == {500, 503}
