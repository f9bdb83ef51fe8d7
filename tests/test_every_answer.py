"""What holds for every answer of the server: its type, its headers, what it believes, and whom it is meant for."""

import json
import logging
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import request
from sqlalchemy import select
from werkzeug.test import Client, TestResponse

import config as configuration
from app import create_app, desk, forgery, intake, logs
from app.headers import HEADERS
from app.intake import sheets
from app.intake.coming import local_path
from app.parts import Parts, assemble
from app.records import models
from tests.cases import TYPICAL
from tests.conftest import FakeClock
from tests.desk.people import Staff
from tests.people import Browser, Patient

only_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
SECURE = "https://forms.example.org"
ROOT = Path(__file__).parent.parent


def answers(parts: Parts) -> Iterator[tuple[str, TestResponse]]:
    """Every address of both rooms, asked from another site, by three methods."""
    client = Client(create_app(parts))
    for prefix, app in (("", intake.create_room(parts)), ("/desk", desk.create_room(parts))):
        for rule in app.url_map.iter_rules():
            path = prefix + re.sub(r"<[^>]+>", "x1", rule.rule)
            for method in ("GET", "POST", "OPTIONS"):
                headers = {"Origin": "https://elsewhere.example"}
                yield f"{method} {path}", client.open(path, method=method, headers=headers)


@only_sqlite
def test_every_answer_names_its_type_and_text_its_alphabet(parts: Parts) -> None:
    count = 0
    for what, response in answers(parts):
        if response.data:
            kind = response.headers["Content-Type"]
            assert kind.startswith("application/json") or "charset=utf-8" in kind, (what, kind)
            count += 1
    assert count > 60


@only_sqlite
def test_no_answer_opens_itself_to_another_origin_or_tells_what_it_runs_on(parts: Parts) -> None:
    for what, response in answers(parts):
        names = {name.lower() for name in response.headers.keys()}  # noqa: SIM118 (pairs otherwise)
        assert not [name for name in names if name.startswith("access-control-")], what
        assert not names & {"server", "x-powered-by", "via"}, what


@only_sqlite
def test_where_the_patients_room_is_not_served_the_answer_carries_the_headers(
    environ: dict[str, str], clock: FakeClock
) -> None:
    made = assemble(configuration.load({**environ, "ROOMS": "desk", "PUBLIC_URL": SECURE}), clock=clock)
    response = Client(create_app(made)).get("/", base_url=SECURE)
    assert response.status_code == 404
    for name, value in HEADERS.items():
        assert response.headers[name] == value
    assert response.headers["Cache-Control"] == "no-store"
    assert int(re.findall(r"max-age=(\d+)", response.headers["Strict-Transport-Security"])[0]) >= 365 * 24 * 3600
    assert "includeSubDomains" in response.headers["Strict-Transport-Security"]
    made.store.close()


@only_sqlite
def test_with_https_every_answer_demands_https(environ: dict[str, str], clock: FakeClock) -> None:
    made = assemble(configuration.load({**environ, "PUBLIC_URL": SECURE}), clock=clock)
    for what, response in answers(made):
        assert "includeSubDomains" in response.headers.get("Strict-Transport-Security", ""), what
    made.store.close()


@only_sqlite
def test_a_folder_or_a_file_of_the_checkout_is_never_served(parts: Parts) -> None:
    client = Client(create_app(parts))
    for room in ("", "/desk"):
        for path in ("static/", "static/previsit.css", ".git/config", "static/../../config.py", "config.py",
                     "static/..%2f..%2fconfig.py", "requirements.txt", "data/keys/server.key", "docs/"):  # fmt: skip
            assert client.get(f"{room}/{path}").status_code in (303, 404), path


@pytest.mark.parametrize("address", ["//evil.example", "/\\evil.example", "https://evil.example", "/a\\b", "/\t/x", ""])
def test_a_way_back_never_leads_to_another_site(address: str) -> None:
    assert local_path(address, "/here") == "/here"
    assert local_path("/intake/x", "/here") == "/intake/x"


@only_sqlite
def test_forwarded_headers_are_believed_only_from_as_many_proxies_as_were_named(
    environ: dict[str, str], clock: FakeClock
) -> None:
    """Whoever writes their own header is believed nothing: the last hop counts, and without a proxy none does."""
    seen: list[tuple[str | None, str]] = []
    for count, expected in (("0", ("127.0.0.1", "http")), ("1", ("203.0.113.9", "https"))):
        made = assemble(configuration.load({**environ, "TRUSTED_PROXIES": count}), clock=clock)
        app = intake.create_room(made)

        @app.get("/who")
        def who() -> str:
            seen.append((request.remote_addr, request.scheme))
            return ""

        headers = {"X-Forwarded-For": "198.51.100.1, 203.0.113.9", "X-Forwarded-Proto": "http, https"}
        Client(app).get("/who", headers=headers, environ_base={"REMOTE_ADDR": "127.0.0.1"})
        assert seen.pop() == expected
        made.store.close()


@only_sqlite
def test_the_desk_works_under_a_host_name_of_its_own(environ: dict[str, str], clock: FakeClock) -> None:
    """The proxy may give the staff another name than the patients: nothing at the desk insists on PUBLIC_URL."""
    made = assemble(configuration.load({**environ, "PUBLIC_URL": SECURE}), clock=clock)
    staff = Staff.of(made)
    staff.base_url = "https://staff.example.org"
    staff.has_an_account().signs_in().opens("/desk/")
    assert staff.path == "/desk/"
    assert {str(cookie.domain) for cookie in staff.cookies} == {"staff.example.org"}
    made.store.close()


@only_sqlite
def test_with_two_host_names_each_room_answers_at_its_own(environ: dict[str, str], clock: FakeClock) -> None:
    settings = {**environ, "PUBLIC_URL": SECURE, "DESK_URL": "https://staff.example.org", "TRUSTED_PROXIES": "1"}
    made = assemble(configuration.load(settings), clock=clock)
    visitor = Browser(create_app(made), SECURE)
    for host, path, status in (
        ("forms.example.org", "/", 200), ("forms.example.org", "/desk/sign-in", 404), ("127.0.0.1:80", "/healthz", 200),
        ("staff.example.org", "/desk/sign-in", 200), ("STAFF.example.org:443", "/desk/sign-in", 200),
        ("staff.example.org", "/", 404), ("staff.example.org", "/intake/", 404), ("[::1]", "/desk/sign-in", 404),
    ):  # fmt: skip
        answer = visitor.client.get(path, base_url=SECURE, headers={"Host": "inner", "X-Forwarded-Host": host})
        assert answer.status_code == status, (host, path)
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    made.store.close()


@only_sqlite
def test_a_forged_post_is_logged_by_its_route_and_without_a_word_of_it(
    patient: Patient, caplog: pytest.LogCaptureFixture
) -> None:
    logger = logging.getLogger("previsit")
    logger.addHandler(caplog.handler)
    caplog.set_level(logging.INFO, "previsit")
    patient.starts()
    patient.posts(f"{patient.path}", {"first_name": "Quorvath", "csrf_token": "wrong"})
    patient.posts("/intake/", {"csrf_token": "wrong"}, headers={"Sec-Fetch-Site": "cross-site"})
    logger.removeHandler(caplog.handler)
    lines = [json.loads(logs.JsonLines().format(record)) for record in caplog.records]
    forged = [line for line in lines if line["event"] == "forged"]
    assert list(dict.fromkeys(line["cause"] for line in forged)) == ["token", "other site"]
    assert all("<" in line["route"] or line["route"] == "/intake/" for line in forged)
    assert "Quorvath" not in json.dumps(lines)


def test_a_log_line_stays_one_line_whatever_is_in_it() -> None:
    record = logging.LogRecord("previsit", logging.INFO, "x", 1, "a\r\nb\u2028", None, None)
    record.facts = {"method": 'GET\n{"event": "sign in"}\x1b[2J'}
    line = logs.JsonLines().format(record)
    assert line.isascii()
    assert line.isprintable()
    assert json.loads(line)["method"].startswith("GET\n")


@only_sqlite
def test_cookies_and_tokens_are_signed_with_sha_256(parts: Parts) -> None:
    app = intake.create_room(parts)
    serializer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    signed = serializer.dumps({"seen": {}})
    assert len(signed.rsplit(".", 1)[1]) == 43, "256 bits in base64"
    with app.test_request_context("/"):
        token = forgery.generate_csrf()
    assert len(token.rsplit(".", 1)[1]) == 43
    content, signature = signed.rsplit(".", 1)  # of its last letter two bits stand for nothing
    changed = f"{content}.{'A' if signature[0] != 'A' else 'B'}{signature[1:]}"
    with pytest.raises(Exception, match="does not match"):
        serializer.loads(changed)
    other = desk.create_room(parts)
    with pytest.raises(Exception, match="does not match"):
        other.session_interface.get_signing_serializer(other).loads(signed)  # type: ignore[attr-defined]


@only_sqlite
def test_the_password_box_is_masked_and_a_manager_may_fill_it(parts: Parts) -> None:
    boxes = [e for e in Staff.of(parts).opens("/desk/sign-in").page.all("input") if e.get("name") == "password"]
    assert [box.get("type") for box in boxes] == ["password"]
    assert [box.get("autocomplete") for box in boxes] == ["current-password"]
    assert [box.get("maxlength") for box in boxes] == [None]


@only_sqlite
def test_every_page_of_the_desk_shows_the_way_out(parts: Parts) -> None:
    """Whoever is signed in can sign out from wherever they are; an error page leads back to such a page."""
    staff = Staff.of(parts).has_an_account("administrator", "specialist", "privacy-officer").signs_in()
    seen = 0
    for rule in desk.create_room(parts).url_map.iter_rules():
        if "GET" in (rule.methods or ()) and not rule.rule.startswith(("/static", "/setup")):
            staff.opens("/desk" + re.sub(r"<[^>]+>", "x1", rule.rule))
            if staff.response and staff.status == 200:
                assert "Sign out" in staff.page.text, rule.rule
                seen += 1
    assert seen >= 5


@only_sqlite
def test_a_password_costs_what_is_recommended(parts: Parts) -> None:
    kept = desk.create_room(parts).extensions["desk"].passwords.keep("x")
    kind, version, cost = re.findall(r"^\$(argon2id)\$v=(\d+)\$m=(\d+),t=3,p=\d+\$", kept)[0]
    assert (kind, version) == ("argon2id", "19")
    assert int(cost) >= 12288, "12 MiB at three passes is what ASVS asks at least"


@only_sqlite
def test_the_request_log_tells_a_refusal(parts: Parts, caplog: pytest.LogCaptureFixture) -> None:
    """Somebody who is signed in and may not: the line names the route and 403, and nobody's name."""
    logger = logging.getLogger("previsit")
    logger.addHandler(caplog.handler)
    caplog.set_level(logging.INFO, "previsit")
    officer = Staff.of(parts).has_an_account("privacy-officer", name="po@clinic.example").signs_in("po@clinic.example")
    assert officer.opens("/desk/export").status == 403
    logger.removeHandler(caplog.handler)
    lines = [json.loads(logs.JsonLines().format(record)) for record in caplog.records]
    refused = [line for line in lines if line.get("status") == 403]
    assert {(line["room"], line["method"], line["route"]) for line in refused} == {("desk", "GET", "/export")}
    assert "po@clinic" not in json.dumps(lines)


@only_sqlite
def test_a_token_of_a_sign_in_has_256_bits_and_stands_in_no_row(parts: Parts) -> None:
    staff = Staff.of(parts).has_an_account().signs_in()
    (token,) = [cookie.value for cookie in staff.cookies if cookie.key.endswith("desk-session")]
    assert len(token) >= 43, "six bits a character"
    with parts.store.reading() as connection:
        stored = [repr(tuple(row)) for row in connection.execute(select(models.StaffSession.__table__))]
    assert stored
    assert token not in "".join(stored)


@only_sqlite
def test_what_is_remembered_of_drawn_questions_holds_nothing_that_was_typed(patient: Patient) -> None:
    """Drawings are kept for all patients when they tell nothing; what is typed, right or wrong, is not among them."""
    patient.starts().fills_in(TYPICAL["answers"], until="name_birth")
    patient.continues({"first_name": "Quorvath", "last_name": "Zebulun", "dob": "1970-03-28"})
    patient.at("name_birth")
    assert patient.value_of("last_name") == "Zebulun"
    patient.presses("Continue", {"last_name": "", "dob-year": "187077"})
    remembered = repr(sheets._known)
    assert len(sheets._known) > 3
    for typed in ("Quorvath", "Zebulun", "187077"):
        assert typed not in remembered
