"""Attacks on signing in: planted cookies, replayed codes, many tries at once, asking which accounts there are."""

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

import pytest
from argon2 import PasswordHasher
from sqlalchemy import event, func, select
from werkzeug.test import Client, TestResponse

from app import desk
from app.parts import Parts
from app.records import attempts, factors, models, staff
from app.records.staff_sessions import begin
from tests.attacks.house import HOST, SITE, House, asks, cookies_of, put, token_of, with_cookies
from tests.desk.factories import send
from tests.desk.people import INSECURE_BUT_FAST, NAME, PASSWORD, Staff
from tests.test_storage import rows_of

OTHER = "other@clinic.example"
DOORS = ("/desk/sign-in", "/desk/setup/", "/desk/second-step", "/desk/sso", "/desk/static/", "/desk/passkey-questions")
"""Where somebody goes who is not signed in yet: nothing there shows or changes anything of an account."""


@pytest.fixture
def owner(house: House) -> Staff:
    """Somebody with an account, at their own browser."""
    return Staff.of(house.parts, house.app).has_an_account()


def count(parts: Parts, model: type[models.Base]) -> int:
    with parts.store.reading() as connection:
        return connection.execute(select(func.count()).select_from(model)).scalar_one()


def test_the_token_changes_at_each_step_and_a_planted_one_gives_nothing(owner: Staff, house: House) -> None:
    planted = {"desk-session": "planted" * 6, "desk-device": "planted" * 6, "desk-own": "1"}
    owner.opens("/desk/sign-in")
    for name, value in planted.items():
        owner.client.set_cookie(name, value, domain=HOST)
    owner.presses("Sign in", {"account": NAME, "password": PASSWORD}).sees("Second step")
    half = cookies_of(owner)["desk-session"]
    owner.presses("Go on", {"code": owner.code_of()}).sees("Forms")
    whole = cookies_of(owner)["desk-session"]
    assert len({planted["desk-session"], half, whole}) == 3
    for stale in (planted["desk-session"], half):
        thief = with_cookies(house.app, {"desk-session": stale})
        assert thief.get("/desk/", base_url=SITE).location == "/desk/sign-in"


def test_a_half_way_sign_in_of_an_attacker_becomes_nothing_when_somebody_else_signs_in(owner: Staff) -> None:
    attacker = owner.another_browser().has_an_account(name=OTHER).gives_the_password(OTHER)
    planted = cookies_of(attacker)["desk-session"]
    owner.client.set_cookie("desk-session", planted, domain=HOST)
    owner.signs_in().sees("Forms", NAME)
    attacker.opens("/desk/second-step").sees("Account name")


def test_a_device_cookie_of_an_attackers_making_is_remembered_for_nobody(owner: Staff, house: House) -> None:
    owner.client.set_cookie("desk-device", "known to the attacker", domain=HOST)
    owner.signs_in().sees("Forms")
    assert cookies_of(owner)["desk-device"] != "known to the attacker"


def test_the_device_cookie_of_one_account_is_no_way_around_the_count_of_another(owner: Staff) -> None:
    attacker = owner.another_browser().has_an_account(name=OTHER).signs_in(OTHER)
    attacker.presses("Sign out")
    for _ in range(attempts.FREE_TRIES):
        owner.another_browser().signs_in(password="wrong")
    assert attacker.signs_in(password="wrong").status == 429


def test_the_form_token_from_before_signing_in_is_worth_nothing_after_it(owner: Staff) -> None:
    before = token_of(owner.opens("/desk/sign-in"))
    owner.signs_in()
    assert asks(owner, "POST", "/desk/sign-out", data={"csrf_token": before}).status_code == 400


@pytest.mark.parametrize("written", ["{}", " {} ", "{0[0]}{0[1]}{0[2]} {0[3]}{0[4]}{0[5]}", "{}\n"])
def test_a_code_that_was_used_is_worth_nothing_however_it_is_written(owner: Staff, written: str) -> None:
    code = owner.code_of()
    owner.gives_the_password().presses("Go on", {"code": code}).sees("Forms")
    thief = owner.another_browser().gives_the_password()
    for _ in range(2):
        thief.presses("Go on", {"code": written.format(code)}).sees("was used already")
    assert thief.status == 422


def test_a_code_is_still_good_after_a_wrong_one_and_then_no_more(owner: Staff) -> None:
    code = owner.code_of()
    owner.gives_the_password().presses("Go on", {"code": "000000" if code != "000000" else "111111"})
    owner.presses("Go on", {"code": code}).sees("Forms")
    thief = owner.another_browser().gives_the_password()
    assert thief.presses("Go on", {"code": code}).status == 422


@dataclass
class Try:
    """A browser at one page, ready to post the same form as others at the same moment."""

    client: Client
    path: str
    data: dict[str, str]

    @classmethod
    def of(cls, browser: Staff, path: str, **data: str) -> "Try":
        return cls(browser.client, path, {"csrf_token": token_of(browser), **data})

    def __call__(self) -> TestResponse:
        return self.client.post(self.path, data=self.data, base_url=SITE)


def at_once(tries: list[Try]) -> list[int]:
    """All of them together; the status of each."""
    with ThreadPoolExecutor(len(tries)) as pool:
        return [done.status_code for done in pool.map(lambda one: one(), tries)]


def houses(parts: Parts, number: int) -> list[Any]:
    """As many processes of the service, on one database."""
    return [House.of(parts).app for _ in range(number)]


def test_of_the_same_code_in_several_processes_at_once_one_gets_in(owner: Staff) -> None:
    code = owner.code_of()
    tries = [
        Try.of(Staff.of(owner.parts, app).gives_the_password(), "/desk/second-step", code=code)
        for app in houses(owner.parts, 4)
    ]
    met = at_once(tries)
    assert met.count(303) == 1
    assert set(met) <= {303, 422, 503}


def test_a_recovery_code_works_once_even_at_once(owner: Staff) -> None:
    parts = owner.parts
    with parts.store.writing() as connection:
        account = staff.find(connection, NAME)
        assert account
        code = factors.make_codes(connection, parts.server_key, account.id)[0]
    tries = [
        Try.of(Staff.of(parts, app).gives_the_password(), "/desk/second-step", code=code) for app in houses(parts, 3)
    ]
    assert at_once(tries).count(303) == 1
    late = owner.gives_the_password().presses("Go on", {"code": code.lower()})
    assert late.status == 422
    assert count(parts, models.RecoveryCode) == factors.CODES - 1


def test_of_one_link_posted_at_once_one_makes_an_account(house: House) -> None:
    stranger = Staff.of(house.parts, house.app)
    link = stranger.has_a_link()
    tries = [
        Try.of(Staff.of(house.parts, app).opens(link), link, account=f"{number}@clinic.example", password=PASSWORD)
        for number, app in enumerate(houses(house.parts, 4))
    ]
    assert at_once(tries).count(303) == 1
    assert count(house.parts, models.Staff) == 1


class Counting(PasswordHasher):
    """Counts how many passwords were looked at."""

    looked = 0

    def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:  # noqa: A002 (the library's name)
        type(self).looked += 1
        return super().verify(hash, password)


@pytest.fixture
def counting(house: House) -> tuple[type[Counting], Any]:
    Counting.looked = 0
    made = Counting(time_cost=1, memory_cost=8, parallelism=1)
    return Counting, mounted_with(house.parts, made)


def mounted_with(parts: Parts, hasher: PasswordHasher) -> Any:
    from werkzeug.exceptions import NotFound
    from werkzeug.middleware.dispatcher import DispatcherMiddleware

    return DispatcherMiddleware(NotFound(), {"/desk": desk.create_room(parts, hasher=hasher)})


@pytest.mark.parametrize("name", [NAME, "nobody@clinic.example"])
def test_of_forty_tries_at_once_few_are_looked_at(
    owner: Staff, counting: tuple[type[Counting], Any], name: str
) -> None:
    looked, app = counting
    browsers = [Staff.of(owner.parts, app).opens("/desk/sign-in") for _ in range(40)]
    tries = [Try.of(one, "/desk/sign-in", account=name, password=f"guess {n}") for n, one in enumerate(browsers)]
    met = at_once(tries[:20]) + at_once(tries[20:])
    assert looked.looked <= attempts.FREE_TRIES
    assert met.count(422) <= attempts.FREE_TRIES
    assert set(met) <= {422, 429, 503}
    assert count(owner.parts, models.StaffSession) == 0


def test_of_forty_codes_at_once_few_are_looked_at(owner: Staff) -> None:
    browsers = [owner.another_browser().gives_the_password() for _ in range(8)]
    tries = [Try.of(one, "/desk/second-step", code=f"{n:06}") for n, one in enumerate(browsers * 5)]
    met = at_once(tries[:20]) + at_once(tries[20:])
    assert met.count(422) <= attempts.FREE_TRIES


@dataclass
class Work:
    """What was done to answer: database statements, and passwords looked at."""

    statements: list[str] = field(default_factory=list)


@contextmanager
def watched(parts: Parts) -> Iterator[Work]:
    work = Work()

    def listen(_c: object, _cursor: object, sql: str, *_: object) -> None:
        work.statements.append(sql)

    event.listen(parts.store.engine, "before_cursor_execute", listen)
    try:
        yield work
    finally:
        event.remove(parts.store.engine, "before_cursor_execute", listen)


def test_an_unknown_account_costs_the_same_work_and_hears_the_same(
    house: House, counting: tuple[type[Counting], Any]
) -> None:
    looked, app = counting
    house_staff = Staff.of(house.parts, app).has_an_account()
    kinds: dict[str, Callable[[], object]] = {
        NAME: lambda: None,
        "nobody@clinic.example": lambda: None,
        "disabled@clinic.example": lambda: disabled(house.parts, "disabled@clinic.example"),
        "invited@clinic.example": lambda: invited(house.parts, "invited@clinic.example"),
    }
    met: dict[str, Any] = {}
    for name, prepare in kinds.items():
        prepare()
        browser = house_staff.another_browser().opens("/desk/sign-in")
        before, path = looked.looked, "/desk/sign-in"
        data = {"account": name, "password": "not the one, sorry", "csrf_token": token_of(browser)}
        with watched(house.parts) as work:
            answer = asks(browser, "POST", path, data=data)
        page = answer.get_data(as_text=True).replace(name, "NAME")
        page = re.sub(r'name="csrf_token" value="[^"]+"', "", page)
        headers = sorted((key, value) for key, value in answer.headers if key not in ("Set-Cookie", "Content-Length"))
        met[name] = (answer.status_code, headers, page, looked.looked - before, work.statements)
    assert met[NAME][0] == 422
    assert met[NAME][3] == 1
    for name, found in met.items():
        assert found == met[NAME], name


def disabled(parts: Parts, name: str) -> None:
    with parts.store.writing() as connection:
        staff_id = staff.create(connection, name, INSECURE_BUT_FAST.hash(PASSWORD), ["staff"], parts.now())
        staff.disable(connection, staff_id, by="operator", now=parts.now())


def invited(parts: Parts, name: str) -> None:
    with parts.store.writing() as connection:
        staff.create(connection, name, None, ["staff"], parts.now())


def test_a_half_way_sign_in_opens_nothing_and_changes_nothing(owner: Staff, house: House) -> None:
    form = send(house.parts, urgent_now=["speech"])
    owner.gives_the_password()
    token, before = token_of(owner), rows_of(house.parts.store)
    for method, route in house.routes():
        if not route.startswith("/desk") or any(door in route for door in DOORS):
            continue
        data = {"csrf_token": token, "for": "software"} if method == "POST" else None
        answer = asks(owner, method, put(route, {"submission_id": form.id}), data=data)
        if route == "/desk/new":  # a page asks it by itself, and follows nowhere
            assert answer.status_code == 403
        else:
            assert answer.location == "/desk/second-step", (method, route)
    assert rows_of(house.parts.store) == before


def test_the_secret_of_an_app_that_another_account_was_shown_is_refused(owner: Staff) -> None:
    attacker = owner.another_browser().has_an_account(name=OTHER).signs_in(OTHER).opens("/desk/account/app")
    hidden = str(attacker.value_of("secret"))
    owner.signs_in().opens("/desk/account/app")
    data = {"csrf_token": token_of(owner), "secret": hidden, "code": "123456"}
    assert asks(owner, "POST", "/desk/account/app", data=data).status_code == 422


def test_a_sign_in_stands_in_no_row_as_its_cookie_has_it(owner: Staff) -> None:
    with owner.parts.store.writing() as connection:
        account = staff.find(connection, NAME)
        assert account
        token = begin(connection, owner.parts.server_key, account.id, owner.parts.now())
    assert token not in str(rows_of(owner.parts.store))


@pytest.mark.parametrize("typed", [f"second step {NAME}", f" SECOND STEP {NAME.upper()}", f"proof {NAME}"])
def test_no_name_that_is_typed_at_the_door_uses_up_the_tries_of_another_step(owner: Staff, typed: str) -> None:
    for _ in range(attempts.FREE_TRIES + 1):
        owner.another_browser().gives_the_password(typed, "wrong")
    owner.signs_in().sees("No form has been sent yet")
