"""More fields than a form has, fields twice, bodies of other kinds: nothing is taken that was not asked for."""

import json
from typing import Any

import pytest
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from app.desk.access import RIGHTS
from app.parts import Parts
from app.records import models, staff
from app.records.staff import Account
from tests.attacks.house import House, asks, put, token_of
from tests.desk.factories import send
from tests.desk.people import NAME, Staff
from tests.test_storage import rows_of

EXTRA = {
    "roles": "administrator", "role": "administrator", "is_admin": "1", "id": "0" * 32, "staff": "0" * 32,
    "staff_id": "0" * 32, "status": "archived", "stage": "full", "trusted": "1", "disabled_at": "", "subject": "x",
    "name": "mallory", "password_hash": "x", "totp": "x", "created_at": "1970-01-01", "received_at": "1970-01-01",
    "visit_date": "1970-01-01", "expires_at": "2999-01-01", "sent": "1", "revision": "9", "version": "9",
}  # fmt: skip
OTHER = "other@clinic.example"
NESTED = "[" * 50_000 + "]" * 50_000


def account(parts: Parts, name: str = NAME) -> Account:
    with parts.store.reading() as connection:
        found = staff.find(connection, name)
    assert found
    return found


@pytest.fixture
def officer(house: House) -> Staff:
    """An administrator and nothing else, beside a colleague who is another."""
    colleague = Staff.of(house.parts, house.app).has_an_account("administrator", name=OTHER)
    return colleague.another_browser().has_an_account("administrator").signs_in()


def test_extra_fields_of_any_post_change_no_account_and_no_form(house: House) -> None:
    listed = send(house.parts)
    for role in ("specialist", "staff", "read-only", "privacy-officer"):
        name = f"{role}@clinic.example"
        who = Staff.of(house.parts, house.app).has_an_account(role, "read-only", name=name).signs_in(name)
        before, forms = account(house.parts, name), rows_of(house.parts.store)["submission"]
        token = token_of(who.opens("/desk/link"))
        ids = {"submission_id": listed.id, "staff_id": before.id, "role": "administrator"}
        for method, route in house.routes():
            if method == "POST" and route.startswith("/desk/") and route not in ("/desk/sign-out",):
                answer = asks(who, method, put(route, ids), data={**EXTRA, "csrf_token": token})
                assert answer.status_code < 500, route
        after = account(house.parts, name)
        assert (after.id, after.roles, after.subject, after.created_at) == (
            before.id, before.roles, before.subject, before.created_at,
        )  # fmt: skip
        assert rows_of(house.parts.store)["submission"] == forms


def test_an_administrator_gives_themself_a_role_by_no_route(house: House, officer: Staff) -> None:
    mine = account(house.parts)
    token = token_of(officer.opens("/desk/accounts"))
    for method, route in house.routes():
        if method != "POST" or not route.startswith("/desk/account"):
            continue
        for role in RIGHTS:
            data = {"csrf_token": token, "roles": [role, "specialist"], "account": NAME}
            answer = asks(officer, method, put(route, {"staff_id": mine.id, "role": role}), data=data)
            assert answer.status_code < 500, route
    assert account(house.parts).roles == ("administrator",)


def test_only_roles_of_the_list_are_given_each_once_and_in_its_order(house: House, officer: Staff) -> None:
    token, other = token_of(officer.opens("/desk/accounts")), account(house.parts, OTHER)
    many = ["read-only", "staff"] * 200
    for wrong in ("root", "administrator specialist", "staff\x00", "STAFF", ""):
        for path in ("/desk/accounts", f"/desk/accounts/{other.id}/roles"):
            data = {"csrf_token": token, "account": "new@clinic.example", "roles": ["staff", wrong]}
            assert asks(officer, "POST", path, data=data).status_code == 422, (path, wrong)
    for path in ("/desk/accounts", f"/desk/accounts/{other.id}/roles"):
        data = {"csrf_token": token, "account": "new@clinic.example", "roles": many}
        assert asks(officer, "POST", path, data=data).status_code in (200, 303)
    assert account(house.parts, "new@clinic.example").roles == ("staff", "read-only")
    assert account(house.parts, OTHER).roles == ("staff", "read-only")


@pytest.mark.parametrize("doubled", ["csrf_token", "account"])
def test_a_field_that_comes_twice_or_in_the_address_as_well_makes_no_account(
    house: House, officer: Staff, doubled: str
) -> None:
    right = {"csrf_token": token_of(officer.opens("/desk/accounts")), "account": "a@clinic.example", "roles": "staff"}
    data = MultiDict[str, str](right)
    data.add(doubled, "b@clinic.example")
    before = rows_of(house.parts.store)
    assert asks(officer, "POST", "/desk/accounts", data=data).status_code == 400
    assert rows_of(house.parts.store) == before
    answer = asks(officer, "POST", "/desk/accounts?account=c@clinic.example&roles=administrator", data=right)
    assert answer.status_code == 200
    assert account(house.parts, "a@clinic.example").roles == ("staff",)
    with house.parts.store.reading() as connection:
        assert not staff.is_taken(connection, "c@clinic.example")


@pytest.mark.parametrize("kind", ["application/json", "text/plain", "application/xml", "multipart/form-data"])
def test_a_body_of_another_kind_does_nothing(house: House, officer: Staff, kind: str) -> None:
    token = token_of(officer.opens("/desk/accounts"))
    body = json.dumps({"csrf_token": token, "account": "new@clinic.example", "roles": ["administrator"]})
    before = rows_of(house.parts.store)
    for method, route in house.routes():
        if method == "POST" and "theme" not in route:
            for said in (body, NESTED):
                answer = asks(officer, method, put(route, "x"), data=said, content_type=kind)
                assert answer.status_code in (400, 403, 404, 303), (route, answer.status_code)
    assert rows_of(house.parts.store) == before


def test_no_header_or_field_changes_the_method(house: House, officer: Staff) -> None:
    other = account(house.parts, OTHER)
    before = rows_of(house.parts.store)
    for name in ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"):
        path = f"/desk/accounts/{other.id}/disable?_method=POST"
        assert asks(officer, "GET", path, headers={name: "POST"}).status_code == 405
    assert rows_of(house.parts.store) == before


def test_very_deep_nesting_in_place_of_a_passkey_is_refused_in_words(house: House, officer: Staff) -> None:
    token = token_of(officer.opens("/desk/account"))
    deep: Any = f'{{"rawId": {"[" * 9000}{"]" * 9000}}}'
    for path in ("/desk/account/passkeys", "/desk/sign-in/passkey"):
        for said in (
            deep,
            "[" * 9000,
            '{"rawId": "\\ud800"}',
            '{"response": {"clientDataJSON": "\\ud800"}}',
            "{}",
            "7",
        ):
            answer = asks(officer, "POST", path, data={"csrf_token": token, "passkey": said, "a[b][c][d]": "x"})
            assert answer.status_code in (303, 422), (path, said[:20])


def test_names_that_are_dotted_or_bracketed_mean_nothing(house: House) -> None:
    patient = house.patient()
    draft = patient.draft_id
    fields = {"goals[]": "second", "goals[0]": "second", "goals.0": "second", "__proto__": "x", "answers.side": "left"}
    patient.presses("Continue", {"goals": "diagnosis", **fields})
    patient.opens(f"/intake/{draft}/goals")
    assert patient.value_of("goals") == ["diagnosis"]


def test_an_account_is_laid_down_with_nothing_but_a_name_and_roles(house: House, officer: Staff) -> None:
    token = token_of(officer.opens("/desk/accounts"))
    data = {**EXTRA, "csrf_token": token, "account": "new@clinic.example", "roles": "staff", "password": "x" * 20}
    assert asks(officer, "POST", "/desk/accounts", data=data).status_code == 200
    with house.parts.store.reading() as connection:
        row = connection.execute(select(models.Staff).where(models.Staff.name == "new@clinic.example")).one()
    assert (row.password_hash, row.totp, row.subject, row.disabled_at) == (None, None, None, None)
    assert (row.roles, row.created_at) == ("staff", house.parts.now())
