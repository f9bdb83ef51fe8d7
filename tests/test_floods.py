"""Floods: whoever sends too much waits, and nobody else does. The clock stands still: no count runs out by itself.

Thirty patients who fill in the whole form in one instant are faster than any thirty people.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from limits.storage import Storage
from werkzeug.test import Client

from app import create_app, floods, intake
from app.counters import Counters
from app.parts import Parts
from bench.patients import Walker
from tests.cases import BELLS, TYPICAL
from tests.conftest import FakeClock, LogLines
from tests.desk.people import NAME, PASSWORD, Staff
from tests.desk.people import mounted as desk_of
from tests.people import Patient

SHARED = "203.0.113.7"
OTHER = "198.51.100.9"
ANSWERS = TYPICAL["answers"]
CODE = "7K2M-9QXD-4T1B-8WZC"

only_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


class Quick(Walker):
    """A patient at an address, who fills in the form without looking at it twice."""

    def __init__(self, app: Any, address: str) -> None:
        self.client = Client(app, use_cookies=False)
        self.address = address
        self.cookies: dict[str, str] = {}
        self.path = self.body = self.location = ""

    def asks(self, method: str, path: str, data: dict[str, Any] | None = None) -> int:
        """One request; follows no redirect."""
        answer = self.client.open(
            path,
            method=method,
            data=data,
            headers={"Cookie": self.cookie},
            environ_overrides={"REMOTE_ADDR": self.address},
        )
        for line in answer.headers.getlist("Set-Cookie"):
            key, _, rest = line.partition("=")
            self.cookies[key] = rest.split(";")[0]
        self.body = answer.get_data(as_text=True)
        self.location = answer.headers.get("Location", "")
        self.answer = answer
        return answer.status_code

    @property
    def token(self) -> str:
        """The form token of this browser."""
        self.opens("/i/")
        return self.body.split('name="csrf_token" value="')[1].split('"')[0]


def flood(app: Any, address: str) -> Iterator[int]:
    """A robot that goes on for ever: guesses and posts of every kind, with a token and without; gives each status."""
    robot = Quick(app, address)
    token = robot.token
    while True:
        for path in ("/i/", f"/i/{CODE}", "/intake/none/unlock", "/intake/none/who", "/intake/none/sign", "/theme"):
            yield robot.asks("POST", path, {"csrf_token": token, "code": CODE})
            yield robot.asks("POST", path, {"code": CODE})
        yield robot.asks("POST", "/intake/", {})
        yield robot.asks("POST", "/wp-login.php", {})
        yield robot.asks("GET", "/i/")


@pytest.mark.parametrize("address", [SHARED, OTHER])
@only_sqlite
def test_thirty_patients_behind_one_address_all_finish_while_a_robot_floods_from_there_or_elsewhere(
    parts: Parts, address: str
) -> None:
    app = intake.create_room(parts)
    robot = flood(app, address)
    statuses = [next(robot) for _ in range(1500)]
    patients = [Quick(app, SHARED) for _ in range(30)]
    for patient in patients:
        patient.starts(ANSWERS, until="name_birth")
        statuses += [next(robot) for _ in range(20)]
    references = {patient.walks_on(ANSWERS) for patient in patients if [next(robot) for _ in range(20)]}
    assert len(references) == 30
    assert statuses[-15:].count(429) == 10, "of each round: what has no token, and what guesses"


@only_sqlite
def test_a_save_beyond_the_limit_comes_back_as_it_was_filled_in_and_goes_through_when_it_says(
    patient: Patient, clock: FakeClock
) -> None:
    patient.starts().fills_in(ANSWERS, until="goals")
    page, path = patient.page, patient.path
    token = str(patient.value_of("csrf_token"))
    for _ in range(700):
        wrong = {"csrf_token": token, "goals": "none of these"}
        if patient.client.post(path, data=wrong, base_url=patient.base_url).status_code == 429:
            break
    patient.page, patient.path = page, path
    patient.presses("Continue", {"goals_note": "Read a book.", "goals": ["diagnosis"]})
    assert patient.status == 429
    assert patient.response is not None
    assert patient.response.headers["Retry-After"] == "300"
    patient.sees("this page is not saved yet", "Try again at 10:06 AM.", "(212) 434-4050")
    assert patient.value_of("goals_note") == "Read a book."
    assert patient.value_of("goals") == ["diagnosis"]
    clock.passes(minutes=5)
    patient.presses("Continue")
    assert patient.page_id != "goals"
    assert patient.at("goals").value_of("goals_note") == "Read a book."


@pytest.mark.parametrize("page_id", ["goals", "sign", "check", "toxin_rounds"])
@only_sqlite
def test_every_page_of_a_form_comes_back_when_too_many_posts_without_a_token_came_from_its_address(
    patient: Patient, page_id: str
) -> None:
    answers = BELLS["answers"] if page_id == "toxin_rounds" else ANSWERS
    patient.starts().fills_in(answers, until=page_id)
    if page_id == "toxin_rounds":
        group: Any = patient.parts.definition.questions[page_id]
        patient.presses_add(group.entry_name)
    stray = [patient.client.post("/i/", data={}).status_code for _ in range(160)]
    assert stray.count(400) == 150
    typed = {"goals": {"goals_note": "Read."}, "sign": {"signature": "Ana V."}, "toxin_rounds": {"units": "12.5"}}
    button = {"sign": "Send my answers to the clinic", "toxin_rounds": "Save"}.get(page_id, "Continue")
    patient.presses(button, {**typed.get(page_id, {}), "csrf_token": "stale"})
    assert patient.status == 429
    patient.sees("this page is not saved yet. What you typed is below. Try again at")
    for name, value in typed.get(page_id, {}).items():
        assert patient.value_of(name) == value
    patient.presses(button, {"csrf_token": patient.value_of("csrf_token")})
    assert patient.status in (200, 422), "with the fresh token of that page it is this patient's form that is counted"


@only_sqlite
def test_a_page_that_keeps_nothing_says_when_to_try_again_and_whom_to_phone(patient: Patient) -> None:
    patient.opens("/i/")
    for _ in range(151):
        patient.presses("Open my form", {"code": CODE})
        if patient.status == 429:
            break
    patient.sees("Too much came from your network at once", "Try again at 10:05 AM.", "(212) 434-4050")
    assert patient.response is not None
    assert patient.response.headers["Retry-After"] == "300"
    assert patient.response.headers["Cache-Control"] == "no-store"


@only_sqlite
def test_no_address_stands_in_a_key_or_a_log_line(parts: Parts, log_lines: LogLines) -> None:
    app = create_app(parts)
    robot = flood(app, SHARED)
    assert 429 in [next(robot) for _ in range(3000)]
    Quick(app, SHARED).asks("POST", "/desk/sign-in", {})
    assert log_lines.of("too_much")[0]["gate"] in ("stray", "open")
    keys = counted(app.app).keys | counted(app.mounts["/desk"]).keys
    assert len(keys) > 3
    for written in [*keys, *log_lines.written]:
        assert SHARED not in written
        assert SHARED.encode().hex() not in written


@pytest.mark.parametrize(("proxies", "counted_apart"), [("0", False), ("1", True)])
@only_sqlite
def test_a_forwarded_address_is_believed_only_from_a_trusted_proxy(
    environ: dict[str, str], request: pytest.FixtureRequest, proxies: str, counted_apart: bool
) -> None:
    environ["TRUSTED_PROXIES"] = proxies
    app = intake.create_room(request.getfixturevalue("parts"))
    client = Client(app)

    def posts(forwarded: str) -> int:
        return client.post("/i/", data={}, headers={"X-Forwarded-For": forwarded}).status_code

    first = [posts(f"6.6.6.{n}, {SHARED}" if counted_apart else f"6.6.6.{n}") for n in range(151)]
    assert first == [400] * 150 + [429], "what the client itself wrote in front of it changes nothing"
    assert posts(OTHER) == (400 if counted_apart else 429)


@only_sqlite
def test_the_rooms_count_apart(parts: Parts) -> None:
    visitor = Quick(create_app(parts), SHARED)
    assert [visitor.asks("POST", "/i/", {}) for _ in range(151)][-1] == 429
    assert visitor.asks("POST", "/desk/sign-in", {}) == 400


@only_sqlite
def test_thirty_people_sign_in_at_eight_from_one_address_with_a_mistake_each(parts: Parts) -> None:
    app = desk_of(parts)
    Staff.of(parts, app).has_an_account()
    for n in range(30):  # three posts each: a wrong password, the right one, a code
        name = f"person{n}@clinic.example"
        staff = Staff.of(parts, app).has_an_account(name=name).signs_in(name, "four quiet herons run").signs_in(name)
        assert staff.path == "/desk/"
    staff = Staff.of(parts, app)
    for n in range(111):
        staff.signs_in(name=f"guess{n}@example.com", password=PASSWORD)
    assert staff.status == 429
    staff.sees("Too much came from your network at once", "Try again at 10:05 AM.")
    signed_in_elsewhere = Quick(app, OTHER)
    signed_in_elsewhere.opens("/desk/sign-in")
    assert signed_in_elsewhere.posts({"account": NAME, "password": PASSWORD}) == 303


@only_sqlite
def test_what_everybody_may_read_is_never_counted(parts: Parts) -> None:
    app = intake.create_room(parts)
    visitor = Quick(app, SHARED)
    for path in ("/", "/privacy", "/accessibility", "/robots.txt", "/healthz"):
        assert visitor.asks("GET", path) == 200
    assert visitor.asks("GET", visitor_style(visitor)) == 200
    assert not counted(app).keys


def visitor_style(visitor: Quick) -> str:
    visitor.asks("GET", "/")
    return visitor.body.split('rel="stylesheet" href="')[1].split('"')[0]


class SilentStorage(Storage):
    """A storage on another host that does not answer."""

    STORAGE_SCHEME = ["silent"]  # noqa: RUF012

    @property
    def base_exceptions(self) -> type[Exception]:
        return ConnectionError

    def _silent(self, *_: object, **__: object) -> Any:
        raise ConnectionError

    incr = get = get_expiry = check = reset = clear = _silent


@only_sqlite
def test_when_the_storage_does_not_answer_patients_go_on_and_one_line_says_so(
    parts: Parts, log_lines: LogLines
) -> None:
    silent = replace(parts, config=replace(parts.config, rate_limit_storage="silent://"))
    patient = Quick(intake.create_room(silent), SHARED)
    assert patient.walks(ANSWERS)
    assert len(log_lines.of("rate_limit_storage_unavailable")) == 1
    strays = [patient.asks("POST", "/i/", {}) for _ in range(151)]
    assert strays[-1] == 429, "this process counts by itself meanwhile"


def test_an_ipv6_network_of_one_customer_is_one_address() -> None:
    assert floods.network_of("2001:db8:1:2:aaaa::1") == floods.network_of("2001:db8:1:2:bbbb::2")
    assert floods.network_of("2001:db8:1:3::1") != floods.network_of("2001:db8:1:2::1")
    assert floods.network_of("::ffff:203.0.113.7") == SHARED
    assert floods.network_of("unknown") == "unknown"


def test_counters_end_with_their_window_are_forgotten_and_outlive_no_clock_that_is_set_back(clock: FakeClock) -> None:
    counters = Counters(clock=clock)
    assert [counters.incr("a", 300) for _ in range(3)] == [1, 2, 3]
    clock.passes(seconds=299)
    assert counters.get("a") == 3
    clock.passes(seconds=1)
    assert counters.get("a") == 0
    counters.incr("b", 300)
    assert counters.keys == {"b"}
    clock.passes(days=-1)
    assert counters.get("b") == 0
    assert counters.incr("b", 300) == 1
    assert counters.get_expiry("b") == clock().timestamp() + 300


def counted(app: Any) -> Counters:
    """What a room counts."""
    storage = app.extensions["floods"].shared.storage
    assert isinstance(storage, Counters)
    return storage
