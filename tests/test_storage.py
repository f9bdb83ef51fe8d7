"""What lies on the disk: settings proved, nothing readable, GETs that write nothing, faults that lose nothing."""

import base64
import json
import logging
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, insert, select, text

import config as configuration
from app import create_app, desk, intake, jobs, logs
from app.headers import DESK_HEADERS, HEADERS
from app.parts import Parts, assemble
from app.records import models, schema
from app.records.store import Store, StoreUnavailable
from tests.cases import BELLS, TYPICAL
from tests.conftest import FakeClock
from tests.people import Patient
from tests.statements import statements_of

ANSWERS = TYPICAL["answers"]
only_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def rows_of(store: Store) -> dict[str, list[Any]]:
    """Every row of every table."""
    with store.reading() as connection:
        return {
            table.name: sorted(map(repr, connection.execute(select(table))))
            for table in models.Base.metadata.sorted_tables
        }


def test_every_connection_proves_its_settings(parts: Parts) -> None:
    with parts.store.reading() as connection:
        if parts.store.is_sqlite:
            found = {
                name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
                for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
            }
            assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 2000}
        else:
            assert connection.exec_driver_sql("SHOW synchronous_commit").scalar_one() == "on"
            assert connection.exec_driver_sql("SHOW timezone").scalar_one() == "UTC"


def test_a_new_database_file_is_closed_to_others_on_the_host(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'new.db'}")
    schema.upgrade(store)
    with store.writing() as connection:
        connection.execute(text("DELETE FROM draft"))
        assert {path.stat().st_mode & 0o777 for path in tmp_path.glob("new.db*")} == {0o600}
    store.close()


def test_a_snapshot_sees_one_moment_while_others_write(parts: Parts, clock: FakeClock) -> None:
    jobs_there = select(models.Job.name)
    with parts.store.snapshot() as connection:
        assert connection.execute(jobs_there).all() == []
        with parts.store.writing() as other:
            other.execute(insert(models.Job).values(name="x", due_at=clock()))
        assert connection.execute(jobs_there).all() == []
    with parts.store.snapshot() as connection:
        assert len(connection.execute(jobs_there).all()) == 1
    with pytest.raises(StoreUnavailable), parts.store.snapshot() as connection:
        connection.execute(text("DELETE FROM job"))


def test_a_reading_connection_cannot_write(parts: Parts) -> None:
    with pytest.raises(StoreUnavailable), parts.store.reading() as connection:
        connection.execute(text("DELETE FROM draft"))


def test_migrations_agree_with_the_models_and_go_down_and_up_again_on_rows(parts: Parts, patient: Patient) -> None:
    patient.starts().fills_in(ANSWERS).sends(ANSWERS)
    with parts.store.reading() as connection:
        assert schema.is_current(connection)
        assert schema.differences(connection) == []
    schema.downgrade(parts.store, "base")
    schema.upgrade(parts.store)
    with parts.store.reading() as connection:
        assert schema.differences(connection) == []
        assert connection.execute(select(models.Submission.id)).first() is None


def test_no_get_or_head_of_a_patient_writes_anything(patient: Patient) -> None:
    patient.starts().fills_in(BELLS["answers"], until="sign")
    draft = patient.draft_id
    row = next(a.get("href") for a in patient.at("medicine_details").page.all("a") if "drug_rows" in str(a.get("href")))
    paths = ["/", "/privacy", "/accessibility", "/healthz", "/robots.txt", "/intake/", "/i/", "/i/7K2M-9QXD-4T1B-8WZC"]
    paths += [f"/intake/{draft}/{page.id}" for page in patient.parts.definition.pages]
    paths += [f"/intake/{draft}/", f"/intake/{draft}/pause", f"/intake/{draft}/receipt", str(row), f"{row}/remove"]
    paths += [f"/intake/{draft}/toxin_rounds/bcdfghjk", f"/intake/{draft}/stop/emergency_911", "/intake/unknown/side"]
    before = rows_of(patient.parts.store)
    with statements_of(patient.parts.store) as statements:
        for _ in range(50):
            for path in paths:
                patient.client.get(path, base_url=patient.base_url)
                patient.client.head(path, base_url=patient.base_url)
    assert len(statements) > 1000
    assert {statement.verb for statement in statements} <= {"SELECT", "BEGIN", "PRAGMA", "SHOW"}
    assert rows_of(patient.parts.store) == before


PLANTED = {
    "first_name": "Zyxwvu",
    "last_name": "Quorvath",
    "dob": "1961-07-23",
    "email": "zyx.planted@example.com",
    "phone": "917-555-0163",
    "goals_note": "Plantedgoal syzygy",
    "meds": "Plantedmed 12 mg",
    "signature": "Zyxwvu Quorvath",
}


def encodings(marker: str) -> Iterator[bytes]:
    """A text in the encodings that a careless program would leave it in."""
    plain = marker.encode()
    yield plain
    yield marker.encode("utf-16-le")
    yield marker.upper().encode()
    yield marker.lower().encode()
    yield base64.b64encode(plain)[:-2].rstrip(b"=")
    yield plain.hex().encode()
    yield json.dumps(marker).strip('"').encode()


@only_sqlite
def test_a_stolen_database_file_and_its_wal_hold_nothing_readable(patient: Patient, tmp_path: Path) -> None:
    patient.starts().fills_in({**ANSWERS, **PLANTED}).sends({**ANSWERS, **PLANTED})
    patient.another_device().starts().fills_in({**ANSWERS, **PLANTED}, until="goals")
    dump = b"".join(p.read_bytes() for p in tmp_path.glob("previsit.db*"))
    assert len(dump) > 20_000
    markers = [*PLANTED.values(), "lower_eyelid", "daily_many", "1961", "lisinopril"]
    for marker in markers:
        for encoded in encodings(marker):
            hits = dump.count(encoded)
            wording = json.dumps(marker).strip('"') in _wording_text(patient)
            assert not hits or (wording and marker not in PLANTED.values()), marker


def _wording_text(patient: Patient) -> str:
    with patient.parts.store.reading() as connection:
        return connection.execute(select(models.Wording.document)).scalar_one()


def test_only_the_named_columns_stand_in_clear(patient: Patient) -> None:
    patient.starts().fills_in({**ANSWERS, **PLANTED}).sends({**ANSWERS, **PLANTED})
    with patient.parts.store.reading() as connection:
        (row,) = connection.execute(select(models.Submission.__table__)).mappings()
    assert set(row) == {
        "id", "reference", "wording", "received_at", "visit_date", "status", "owner", "revision", "revision_of",
        "idempotency",
    }  # fmt: skip
    assert row["visit_date"].isoformat() == ANSWERS["visit_date"]


def test_logs_and_addresses_hold_no_answer_no_code_and_no_name(
    patient: Patient, caplog: pytest.LogCaptureFixture
) -> None:
    logger = logging.getLogger("previsit")
    logger.addHandler(caplog.handler)
    caplog.set_level(logging.INFO, "previsit")
    patient.starts().fills_in({**ANSWERS, **PLANTED}, until="goals")
    patient.presses("Stop and come back later")
    code = next(p.text for p in patient.page.all("p") if p.get("class") == "code") or ""
    other = patient.another_device()
    other.opens(f"/i/{code}").presses("Open my form")
    other.opens("/i/").presses("Open my form", {"code": "7K2M-9QXD-4T1B-8WZC"})
    patient.opens(f"/intake/{patient.draft_id}/").fills_in({**ANSWERS, **PLANTED}).sends({**ANSWERS, **PLANTED})
    patient.opens("/no/such/page")
    logger.removeHandler(caplog.handler)
    lines = [logs.JsonLines().format(record) for record in caplog.records]
    assert len(lines) > 30
    everything = "\n".join(lines)
    for line in lines:
        json.loads(line)
    for marker in [*PLANTED.values(), code, "7K2M", patient.draft_id, "no/such", "127.0.0.1"]:
        assert marker not in everything, marker
    for path in patient.seen_paths:
        for marker in PLANTED.values():
            assert marker not in path


def test_an_expired_draft_is_purged_by_the_worker(patient: Patient, clock: FakeClock) -> None:
    patient.starts()
    assert jobs.do_due(patient.parts) == len(jobs.jobs_of(patient.parts.config))
    clock.passes(days=29)
    jobs.do_due(patient.parts)
    assert len(rows_of(patient.parts.store)["draft"]) == 1
    clock.passes(days=2)
    jobs.do_due(patient.parts)
    assert rows_of(patient.parts.store)["draft"] == []
    assert jobs.do_due(patient.parts) == 0


@only_sqlite
def test_a_locked_database_gives_the_page_back_filled_in(patient: Patient, tmp_path: Path) -> None:
    patient.starts().fills_in(ANSWERS, until="name_birth")
    page, path = patient.page, patient.path
    with closing(sqlite3.connect(tmp_path / "previsit.db", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        patient.continues({"first_name": "Ana", "last_name": "Vega", "dob": "1970-03-28"})
        assert patient.status == 503
        patient.sees("We could not save this just now. Nothing you typed is lost.", "(212) 434-4050")
        assert patient.value_of("last_name") == "Vega"
        other.execute("ROLLBACK")
    patient.presses("Continue")
    assert patient.page_id == "contact"
    assert page is not patient.page
    assert path != patient.path


@only_sqlite
def test_a_full_database_refuses_to_send_and_recovers_by_itself(patient: Patient) -> None:
    patient.starts().fills_in(ANSWERS)
    engine = patient.parts.store.engine

    def fill(connection: sqlite3.Connection, *_: object) -> None:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages}")

    engine.dispose()
    event.listen(engine, "connect", fill)
    patient.sends(ANSWERS)
    assert patient.status == 503
    patient.sees("We could not save this just now.")
    assert patient.value_of("signature") == ANSWERS["signature"]
    event.remove(engine, "connect", fill)
    engine.dispose()
    patient.presses("Send my answers to the clinic").sees("Your answers were sent")


def test_a_missing_or_wrong_token_gives_the_page_back_filled_in(patient: Patient, clock: FakeClock) -> None:
    patient.starts().fills_in(ANSWERS, until="name_birth")
    patient.presses("Continue", patient.inputs({"first_name": "Ana", "csrf_token": "wrong", "dob": "1970-03-28"}))
    assert patient.status == 400
    patient.sees("We could not be sure that this came from your page")
    assert patient.value_of("first_name") == "Ana"
    clock.passes(hours=-1)
    patient.presses("Continue", {"last_name": "Vega"})
    clock.passes(hours=26)
    patient.opens(f"/intake/{patient.draft_id}/name_birth").presses(
        "Show my form", {"dob-month": "3", "dob-day": "28", "dob-year": "1970"}
    )
    assert patient.value_of("last_name") == "Vega"


def test_another_sites_form_cannot_post_here(patient: Patient) -> None:
    patient.starts()
    before = rows_of(patient.parts.store)
    data = {"csrf_token": patient.value_of("csrf_token"), "filled_by": "self"}
    patient.posts(patient.path, data, headers={"Sec-Fetch-Site": "cross-site"})
    assert patient.status == 400
    assert rows_of(patient.parts.store) == before


def test_losing_every_cookie_still_gives_back_what_was_typed(patient: Patient) -> None:
    patient.starts().fills_in(ANSWERS, until="goals")
    stranger = patient.another_device()
    stranger.posts(patient.path, {"goals_note": "To read again", "asked": "goals goals_note video"})
    assert stranger.status == 403
    stranger.sees("This form is not open on this device any more")
    assert stranger.value_of("goals_note") == "To read again"


def test_floods_are_refused_clearly(patient: Patient) -> None:
    patient.starts()
    patient.posts(patient.path, {f"field{n}": "x" for n in range(20_000)})
    assert patient.status == 400
    patient.posts(patient.path, {"filled_by": "x" * 5_000_000})
    assert patient.status == 413
    patient.sees("That is too much to send at once", "(212) 434-4050")


def test_an_unexpected_error_shows_a_plain_page_and_logs_no_words(
    parts: Parts, caplog: pytest.LogCaptureFixture
) -> None:
    app = intake.create_room(parts)

    @app.get("/broken")
    def broken() -> str:
        raise RuntimeError("Quorvath has a secret")

    logger = logging.getLogger("previsit")
    logger.addHandler(caplog.handler)
    patient = Patient.of(parts, app)
    patient.opens("/broken")
    logger.removeHandler(caplog.handler)
    assert patient.status == 500
    patient.sees("Something went wrong on our side", "(212) 434-4050").does_not_see("Quorvath", "Traceback")
    lines = "\n".join(logs.JsonLines().format(record) for record in caplog.records)
    assert "RuntimeError" in lines
    assert "Quorvath" not in lines


def test_the_health_check_tells_when_the_database_is_away(environ: dict[str, str], clock: FakeClock) -> None:
    made = assemble(configuration.load(environ), clock=clock)
    visitor = Patient.of(made)
    assert visitor.opens("/healthz").status == 200
    made.store.close()
    away = Store("sqlite:////nonexistent/folder/previsit.db")
    object.__setattr__(made, "store", away)
    assert visitor.opens("/healthz").status == 503


def test_every_patient_page_carries_the_security_headers(patient: Patient) -> None:
    patient.starts().fills_in(ANSWERS, until="side")
    for path in ("/", "/privacy", "/intake/", patient.path, "/i/", "/nowhere", "/healthz"):
        patient.opens(path)
        assert patient.response is not None
        headers = patient.response.headers
        assert headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'self'; script-src 'self'")
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Cross-Origin-Opener-Policy"] == headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert ("no-store" in headers["Cache-Control"]) == (path not in ("/", "/privacy"))


def test_the_overview_sets_no_cookie(patient: Patient) -> None:
    patient.opens("/")
    assert patient.response is not None
    assert "Set-Cookie" not in patient.response.headers


def test_with_https_cookies_are_secure_and_bound_to_the_host(environ: dict[str, str], clock: FakeClock) -> None:
    made = assemble(configuration.load({**environ, "PUBLIC_URL": "https://forms.example.org"}), clock=clock)
    visitor = Patient.of(made)
    visitor.base_url = "https://forms.example.org"
    visitor.starts()
    visitor.opens("/").presses("Dark page")
    assert 'data-theme="dark"' in visitor.page.html
    cookies = visitor.cookies
    assert len(cookies) == 3
    for cookie in cookies:
        assert cookie.key.startswith("__Host-")
        assert cookie.secure
        assert cookie.http_only
        assert cookie.same_site == "Lax"
        assert cookie.path == "/"
    made.store.close()


def test_a_moment_without_a_zone_is_refused(parts: Parts) -> None:
    with pytest.raises(Exception, match="time zone"), parts.store.writing() as connection:
        connection.execute(insert(models.Job).values(name="x", due_at=datetime(2026, 1, 1)))  # noqa: DTZ001


@only_sqlite
def test_a_database_that_became_read_only_gives_the_page_back_filled_in(patient: Patient, tmp_path: Path) -> None:
    patient.starts().fills_in(ANSWERS, until="name_birth")
    writable = patient.parts.store
    read_only = Store(f"sqlite:///file:{tmp_path / 'previsit.db'}?mode=ro&uri=true")
    object.__setattr__(patient.parts, "store", read_only)
    patient.continues({"first_name": "Ana", "last_name": "Vega", "dob": "1970-03-28"})
    assert patient.status == 503
    patient.sees("We could not save this just now.")
    assert patient.value_of("last_name") == "Vega"
    object.__setattr__(patient.parts, "store", writable)
    read_only.close()
    patient.presses("Continue")
    assert patient.page_id == "contact"


def test_every_route_of_both_rooms_carries_the_headers_whatever_it_answers(parts: Parts) -> None:
    visitor = Patient.of(parts, create_app(parts))
    rooms = (("", intake.create_room(parts)), ("/desk", desk.create_room(parts)))
    tried = 0
    for prefix, app in rooms:
        for rule in app.url_map.iter_rules():
            path = prefix + re.sub(r"<[^>]+>", "x1", rule.rule)
            for method in ("GET", "POST", "PUT"):
                response = visitor.client.open(path, method=method, base_url=visitor.base_url)
                wanted = DESK_HEADERS if path.startswith("/desk/") else HEADERS
                for name in wanted:
                    assert response.headers.get(name) == wanted[name], (method, path, name)
                cache = response.headers["Cache-Control"]
                assert "no-store" in cache or path in ("/", "/privacy", "/accessibility"), (method, path, cache)
                tried += 1
    assert tried > 90


def test_what_stands_in_clear_beside_a_draft_tells_neither_the_moment_nor_how_far_somebody_came(
    patient: Patient, clock: FakeClock
) -> None:
    patient.starts().fills_in(ANSWERS, until="goals")
    clock.passes(minutes=7)
    patient.another_device().starts()
    with patient.parts.store.reading() as connection:
        far, fresh = connection.execute(select(models.Draft.expires_at, models.Draft.version)).all()
    assert far.expires_at == fresh.expires_at == datetime(2026, 4, 2, 4, tzinfo=UTC), "the end of a day in New York"
    assert far.version > 1000 or fresh.version > 1000, "no count of saves"
