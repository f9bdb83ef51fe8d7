"""Every route x every role x (own, other's, missing object), signed out, half signed in, disabled.

The input is the table in docs/security-review/routes.md. A route without a row fails, and a row without a route.
"""

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.test import Client, TestResponse

from app import desk, intake
from app.desk import access, search
from app.desk.access import RIGHTS
from app.parts import Parts
from app.records import setup_links, staff, staff_sessions, work
from tests.cases import TYPICAL
from tests.desk.factories import send
from tests.desk.people import INSECURE_BUT_FAST, PASSWORD
from tests.people import Patient

TABLE = Path(__file__).parents[2] / "docs" / "security-review" / "routes.md"
ROLES = ("administrator", "specialist", "staff", "read-only", "privacy-officer")
OUTSIDERS = ("signed out", "half", "disabled")
OBJECTS = ("own", "other's", "missing")
MINUTES = timedelta(minutes=1)
SITE = "http://127.0.0.1:8000"
POSTED = {
    "for": "software",
    "expected": "received",
    "to": "in_review",
    "measure": "smc",
    "done": "x",
    "text": "x",
    "same": "no",
}
"""What the forms of some pages carry at least."""


def rows(heading: str) -> list[dict[str, str]]:
    """One table of the page, a row by its column names."""
    part = TABLE.read_text().split(f"## {heading}\n")[1].split("\n## ")[0]
    lines = [[cell.strip(" `") for cell in line.strip("|").split("|")] for line in part.splitlines() if line[:1] == "|"]
    return [dict(zip(lines[0], line, strict=True)) for line in lines[2:]]


def routes(app: Flask, prefix: str = "") -> set[tuple[str, str]]:
    """Every method and address there is."""
    return {
        (method, prefix + rule.rule)
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }


@dataclass
class World:
    """The desk, a form that was sent, a colleague, and a form token that any browser of this world can use."""

    parts: Parts
    app: DispatcherMiddleware
    room: Flask
    submission: str
    other: str
    question: str
    token: str
    cookie: str

    @classmethod
    def of(cls, parts: Parts) -> "World":
        room = desk.create_room(parts, hasher=INSECURE_BUT_FAST)
        app = DispatcherMiddleware(Flask("nothing"), {"/desk": room})
        client = Client(app)
        page = client.get("/desk/sign-in", base_url=SITE).get_data(as_text=True)
        token = re.search(r'name="csrf_token" value="([^"]+)"', page)
        cookie = client.get_cookie("previsit-desk", domain="127.0.0.1")
        assert token
        assert cookie
        form = send(parts, urgent_now=["speech"]).id
        with parts.store.writing() as connection:
            words = {"text": "Which dose?"}
            question = work.write(
                connection, parts.keyring.recipients, form, "question", words, who="operator", now=parts.now()
            )
        return cls(parts, app, room, form, send(parts).id, question, token[1], cookie.value)

    def somebody(self, *roles: str, half: bool = False, disabled: bool = False, old: bool = False) -> "Somebody":
        """A fresh account with a fresh sign-in, eleven minutes old when asked for."""
        at = self.parts.now() - (11 * MINUTES if old else 0 * MINUTES)
        with self.parts.store.writing() as connection:
            staff_id = staff.create(connection, f"{uuid.uuid4().hex}@clinic.example", kept_password(), roles, at)
            token = staff_sessions.begin(
                connection, self.parts.server_key, staff_id, at, stage="password" if half else "full"
            )
            found = staff_sessions.find(connection, self.parts.server_key, token, self.parts.now(), self.idle)
            assert found
            if disabled:
                staff.disable(connection, staff_id, by="operator", now=at)
        return Somebody(self, staff_id, found.session, token, roles)

    @property
    def idle(self) -> staff_sessions.Idle:
        return staff_sessions.Idle(15 * MINUTES, 240 * MINUTES)

    def hidden(self, staff_id: str) -> str:
        """The address of a search that this account made."""
        with self.room.test_request_context():
            from flask import g

            g.staff = type("Me", (), {"id": staff_id})
            return search._hide("vega")

    def visits(self, who: "Somebody | None", method: str, path: str) -> TestResponse:
        client = Client(self.app)
        client.set_cookie("previsit-desk", self.cookie, domain="127.0.0.1")
        if who:
            client.set_cookie("desk-session", who.token, domain="127.0.0.1")
        posted = {} if path.endswith("/audit/export") else POSTED
        data = {"csrf_token": self.token, **posted} if method == "POST" else None
        return client.open(path, method=method, data=data, base_url=SITE)


@dataclass
class Somebody:
    """An account and its sign-in."""

    world: World
    id: str
    session: str
    token: str
    roles: tuple[str, ...]

    def names(self, path: str, whose: str = "own") -> str:
        """The address with an object in it: one's own, another's, or one that is not there."""
        other = self.world.somebody("staff") if whose == "other's" else self
        missing = whose == "missing"
        made: Mapping[str, str] = {
            "submission_id": "0" * 32 if missing else self.world.submission,
            "other_id": "0" * 32 if missing else self.world.other,
            "staff_id": "0" * 32 if missing else other.id,
            "session_id": "0" * 32 if missing else other.session,
            "secret": "-".join(["0000"] * 7) if missing else self._secret,
            "question_id": "0" * 32 if missing else self.world.question,
            "hidden": "A" * 80 if missing else self.world.hidden(other.id),
            "role": "nonsense" if missing else self._role,
            "name": "nothing.css" if missing else self._asset,
        }
        return re.sub(r"<(\w+)>", lambda found: made[found[1]], path)

    @property
    def _role(self) -> str:
        return next((role for role in self.roles if role in ("administrator", "specialist")), "specialist")

    @property
    def _secret(self) -> str:
        parts = self.world.parts
        with parts.store.writing() as connection:
            waiting = uuid.uuid4().hex
            return setup_links.invite(connection, parts.server_key, waiting, ["staff"], by="operator", now=parts.now())

    @property
    def _asset(self) -> str:
        return str(self.world.room.jinja_env.globals["asset"]("desk.css")).rsplit("/", 1)[-1]


@cache
def kept_password() -> str:
    return INSECURE_BUT_FAST.hash(PASSWORD)


def said(response: TestResponse) -> str:
    """What an answer says, in the words of the table."""
    place = response.location or ""
    if response.status_code == 403:
        page = response.get_data(as_text=True)
        return "again" if "Is it still you?" in page else "door" if "You were signed out" in page else "no"
    if response.status_code == 404:
        return "404"
    if place.endswith("/desk/sign-in"):
        return "door"
    assert response.status_code in (200, 302, 303, 422), (response.request.path, response.status_code)
    return f"to {place}" if place else "yes"


@pytest.fixture
def world(parts: Parts) -> World:
    return World.of(parts)


def test_every_route_has_its_row_and_every_row_its_route(world: World) -> None:
    for heading, there in (
        ("The desk", routes(world.room, "/desk")),
        ("The patients' room", routes(intake.create_room(world.parts))),
    ):
        listed = [(row["method"], row["path"]) for row in rows(heading)]
        assert len(listed) == len(set(listed))
        assert set(listed) == there, f"rows to add or to take out: {sorted(set(listed) ^ there)}"


def test_a_row_tells_what_the_one_place_asks_for(world: World) -> None:
    for row in rows("The desk"):
        adapter = world.room.url_map.bind("")
        path = re.sub(r"<\w+>", "x", row["path"].removeprefix("/desk"))
        endpoint, _ = adapter.match(path, row["method"])
        view = world.room.view_functions[endpoint]
        if endpoint != "static":
            assert row["needs"] == access.need_of(view), row
        assert (row["proof"] == "again") is access.asks_again(view), row
        for role in ROLES:
            if row["needs"] not in (access.ANYONE, access.SIGNED_IN, access.HALF_WAY):
                assert (row[role] == "yes") is (row["needs"] in RIGHTS[role]), row


def test_every_role_meets_what_the_table_says(world: World) -> None:
    wrong: list[str] = []
    for row in rows("The desk"):
        for role in ROLES:
            person = world.somebody(role, "read-only") if "<role>" in row["path"] else world.somebody(role)
            whose = "other's" if "<staff_id>" in row["path"] else "own"
            found = said(world.visits(person, row["method"], person.names(row["path"], whose)))
            if (row["path"] == "/desk/sign-in" and row["method"] == "GET") or row[role] == "home":
                expected = (f"to {said_home(world, role)}",)
            elif row["path"] == "/desk/sign-out":
                expected = ("door",)  # done: signing out leads there
            elif row["path"].endswith("/give-up") and role not in ("administrator", "specialist"):
                expected = ("404",)
            else:
                expected = (row[role],)
            fits = found in expected or (row[role] == "yes" and expected == ("yes",) and found.startswith("to "))
            if not fits:
                wrong.append(f"{row['method']} {row['path']} as {role}: {found}, not {expected[0]}")
    assert wrong == []


def said_home(world: World, role: str) -> str:
    with world.room.test_request_context(base_url=SITE + "/desk"):
        return access.home([role])


def test_outsiders_meet_what_the_table_says(world: World) -> None:
    wrong: list[str] = []
    for row in rows("The desk"):
        people = {
            "signed out": None,
            "half": world.somebody(*ROLES, half=True),
            "disabled": world.somebody(*ROLES, disabled=True),
        }
        for name in OUTSIDERS:
            person = people[name]
            path = (person or world.somebody("staff")).names(row["path"])
            found = said(world.visits(person, row["method"], path))
            expected = {"step": "to /desk/second-step"}.get(row[name], row[name])
            if found != expected and not (expected == "yes" and found.startswith("to ")):
                wrong.append(f"{row['method']} {row['path']} as {name}: {found}, not {expected}")
    assert wrong == []


def test_an_act_of_harm_asks_again_when_the_sign_in_is_old(world: World) -> None:
    for row in rows("The desk"):
        opens_to = next((role for role in ROLES if row[role] == "yes"), None)
        if opens_to is None or row["needs"] == access.ANYONE:
            continue
        person = world.somebody(opens_to, "specialist", old=True)
        whose = "other's" if "<staff_id>" in row["path"] else "own"
        found = said(world.visits(person, row["method"], person.names(row["path"], whose)))
        assert (found == "again") is (row["proof"] == "again"), (row["method"], row["path"], found)


def test_objects_of_others_and_missing_ones_meet_what_the_table_says(world: World) -> None:
    wrong: list[str] = []
    for row in rows("The desk"):
        opens_to = next((role for role in ROLES if row[role] == "yes"), None)
        for whose in OBJECTS:
            if row[whose] == "-" or opens_to is None:
                continue
            person = world.somebody(opens_to, "read-only")
            found = said(world.visits(person, row["method"], person.names(row["path"], whose)))
            expected = {"403": "no"}.get(row[whose], row[whose])
            if found != expected and not (expected == "yes" and found.startswith("to ")):
                wrong.append(f"{row['method']} {row['path']} {whose}: {found}, not {expected}")
    assert wrong == []


def test_no_route_of_the_patients_room_opens_another_form_with_ones_own_cookie(parts: Parts) -> None:
    mine, theirs = (Patient.of(parts, intake.create_room(parts)) for _ in range(2))
    for patient in (mine, theirs):
        patient.starts().fills_in(TYPICAL["answers"], until="goals")
    ids = {"other's": theirs.draft_id, "missing": uuid.uuid4().hex, "own": mine.draft_id}
    token = str(mine.value_of("csrf_token"))
    for row in rows("The patients' room"):
        if row["own"] == "-":
            continue
        met: dict[str, tuple[int, str]] = {}
        for whose, draft_id in ids.items():
            path = row["path"].replace("<draft_id>", draft_id).replace("<page_id>", "onset")
            path = path.replace("<group_id>", "toxin_rounds").replace("<row>", "new").replace("<notice_id>", "urgent")
            data = {"csrf_token": token} if row["method"] == "POST" else None
            answer = mine.client.open(path, method=row["method"], data=data, base_url=mine.base_url)
            text = answer.get_data(as_text=True).replace(draft_id, "ID").replace(token, "TOKEN")
            met[whose] = (answer.status_code, re.sub(r'value="[^"]{60,}"', "", text))
        assert met["other's"] == met["missing"], row
        assert "VEGA" not in met["other's"][1].upper()
