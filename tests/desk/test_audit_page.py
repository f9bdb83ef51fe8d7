"""The audit as people read it: the privacy officer's page and file, and who opened a form."""

import csv
import io
import logging
import shutil
from pathlib import Path
from typing import Any, get_args

import pytest
from sqlalchemy import func, insert, select

from app import jobs, logs
from app.desk import audit as page
from app.parts import Parts
from app.records import acts, audit, audit_check, models
from app.records.acts import Act
from tests.cases import BELLS
from tests.conftest import FakeClock
from tests.desk.factories import send
from tests.desk.people import PASSWORD, Staff
from tests.operator import Operator
from tests.page_checks import words

OFFICER = "privacy@clinic.example"
ROW = models.Audit


@pytest.fixture
def officer(specialist: Staff) -> Staff:
    """The privacy officer, who may see the audit and nothing else, beside a specialist."""
    return specialist.another_browser().has_an_account("privacy-officer", name=OFFICER).signs_in(OFFICER)


def rows(staff: Staff) -> list[list[str]]:
    """The lines on the page, by cells."""
    bodies = [table.find("tbody") for table in staff.page.all("table") if table.get("class") == "log"]
    return [[words(cell) for cell in row] for body in bodies if body is not None for row in body]


def acts_of(parts: Parts) -> list[str]:
    with parts.store.reading() as connection:
        return list(connection.execute(select(ROW.act).order_by(ROW.id)).scalars())


def id_of(parts: Parts, name: str) -> str:
    with parts.store.reading() as connection:
        return connection.execute(select(models.Staff.id).where(models.Staff.name == name)).scalar_one()


# What is on record


def test_every_act_has_words_and_nothing_else_has() -> None:
    assert set(acts.WORDS) == set(get_args(Act))
    assert all(len(act) <= 32 for act in acts.WORDS)
    assert acts.words("of a newer release") == "of a newer release"


def test_every_act_at_the_desk_writes_its_line(parts: Parts, stranger: Staff, clock: FakeClock) -> None:
    specialist = stranger.has_an_account().signs_in()
    listed = send(parts, urgent_now=["speech"])
    jobs.do_due(parts)
    specialist.opens("/desk/").acknowledges(listed.id)
    specialist.looks_at(listed.id).presses("Save", {"chart": "MRN 7"})
    specialist.opens("/desk/search").presses("Find", {"q": "MRN 7"})
    specialist.opens("/desk/export").presses("For software (plain CSV)")
    specialist.opens("/desk/").presses("Sign out")
    assert set(acts_of(parts)) == {
        "sign in", "list", "sent", "head", "acknowledged", "look", "chart number", "search", "export", "sign out"
    }  # fmt: skip
    with parts.store.reading() as connection:
        lists = connection.execute(select(ROW.record).where(ROW.act == "list").order_by(ROW.id)).scalars().all()
    assert lists == ["0 forms", "1 form", "1 form"]


def test_every_act_at_the_command_line_writes_its_line(
    parts: Parts, environ: dict[str, str], operator: Operator, other: Operator, tmp_path: Path
) -> None:
    folder = tmp_path
    shutil.copytree(environ["KEY_DIR"], folder / "own-keys")
    own = {"KEY_DIR": str(folder / "own-keys")}
    one, another = send(parts), send(parts)
    operator.runs("hold", one.reference)
    operator.runs("hold", one.reference, "--lift")
    operator.runs("erase", another.reference, "--yes")
    operator.runs("keys", "rotate", "recovery", "--recovery-file", folder / "stick", **own)
    operator.runs("work", "--once", **own)
    fingerprint = operator.runs("keys", "show", **own).split(" old ")[1].split("made")[0]
    operator.runs("keys", "retire", "".join(fingerprint.split()), **own)
    operator.runs("keys", "rehearse", folder / "stick", **own)
    for path in (folder / "own-keys").glob("clinic-*.private"):
        path.unlink()
    operator.runs("keys", "recover", folder / "stick", **own)
    operator.runs("backup", folder / "one.backup", **own)
    operator.runs("backup", folder / "two.backup", "--with-keys", **own)
    with parts.store.reading() as connection:
        found = connection.execute(select(ROW.act, ROW.record, ROW.who).where(ROW.room == "work").order_by(ROW.id))
        noted = [tuple(row) for row in found if row.act != "head"]
    assert [act for act, _, _ in noted] == [
        "hold", "hold lifted", "erased", "erased", "key replaced", "key retired", "key tried", "key replaced",
        "key recovered", "backup", "backup",
    ]  # fmt: skip
    assert {who for _, _, who in noted} == {audit.OPERATOR}
    assert noted[4][1].startswith("recovery ")
    assert [record for act, record, _ in noted if act == "backup"] == ["without keys", "with keys"]
    other.runs("restore", folder / "two.backup")
    assert "The audit is as it was written" in other.runs("audit", "verify")


MARKERS: dict[str, Any] = {
    "first_name": "Zyxwvu", "last_name": "Quorvath", "email": "quorvath@example.org", "phone": "(917) 555-0168",
    "dob": "1961-07-23", "sleep": "unsure",
}  # fmt: skip


def test_no_word_that_a_patient_or_a_searcher_typed_gets_into_the_audit_or_the_log(
    parts: Parts, specialist: Staff, officer: Staff, operator: Operator, caplog: pytest.LogCaptureFixture
) -> None:
    logger = logging.getLogger("previsit")
    logger.addHandler(caplog.handler)
    caplog.set_level(logging.INFO, "previsit")
    listed = send(parts, BELLS, **MARKERS, urgent_now=["speech"])
    jobs.do_due(parts)
    specialist.opens("/desk/").acknowledges(listed.id).looks_at(listed.id).looks_at(listed.id, "?all=1")
    specialist.presses("Save", {"chart": "MRN Quorvath 77"})
    for sought in ("Quorvath 7/23/1961", "quorvath@example.org", "Sought-for", "7/23/1961"):
        specialist.opens("/desk/search").presses("Find", {"q": sought})
    for button in ("For a spreadsheet (Excel)", "For software (plain CSV)"):
        specialist.opens("/desk/export").presses(button)
    specialist.another_browser().signs_in("Quorvath", "Zyxwvu is no password")
    officer.opens("/desk/audit").presses("Show", {"record": "Quorvath"}).sees(page.NO_RECORD)
    officer.opens("/desk/audit").presses("Download all lines (CSV)")
    assert officer.response is not None
    file = officer.response.get_data(as_text=True)
    operator.runs("erase", listed.reference, "--yes")
    logger.removeHandler(caplog.handler)
    lines = "\n".join(logs.JsonLines().format(record) for record in caplog.records)
    with parts.store.reading() as connection:
        everything = repr(connection.execute(select(ROW)).all())
    assert len(everything) > 3000
    assert "Zyxwvu" not in officer.page.html
    planted = {*MARKERS.values(), "7/23/1961", "Sought-for", "MRN", "speech", "lower_eyelid", "is no password"}
    for place in (lines, everything, file):
        for marker in planted - {"unsure"}:
            assert marker.lower() not in place.lower(), marker
    assert audit_check.verify(parts.store, (), parts.keyring.private_keys, ()).is_well


# Who opened this


def test_a_form_tells_who_opened_it_newest_first_and_this_look_among_them(
    parts: Parts, specialist: Staff, clock: FakeClock
) -> None:
    listed, other = send(parts), send(parts)
    reader = specialist.another_browser().has_an_account("read-only", name="reader@clinic.example")
    reader.signs_in("reader@clinic.example").looks_at(other.id)
    clock.passes(minutes=1)
    reader.looks_at(listed.id)
    assert [row[1:] for row in rows(reader)] == [
        ["reader@clinic.example", "Opened a form"],
        ["A patient", "Sent a form"],
    ]
    clock.passes(minutes=1)
    specialist.looks_at(listed.id).sees("Who opened this form")
    assert [row[1] for row in rows(specialist)][1:] == ["reader@clinic.example", "A patient"]
    assert not specialist.page.all("details")[0].get("open")


def test_a_form_opened_often_tells_the_newest_twenty(parts: Parts, specialist: Staff) -> None:
    listed = send(parts)
    for _ in range(18):
        specialist.looks_at(listed.id)
    specialist.looks_at(listed.id).does_not_see("And older ones")
    assert len(rows(specialist)) == 20
    specialist.looks_at(listed.id).sees("And older ones: the privacy officer finds them")
    assert len(rows(specialist)) == 20


# The privacy officer's page


def test_the_privacy_officer_begins_at_the_audit_and_sees_no_patient(
    parts: Parts, specialist: Staff, officer: Staff
) -> None:
    listed = send(parts)
    specialist.looks_at(listed.id)
    name = specialist.page.heading
    officer.opens("/desk/audit").sees("Opened a form", listed.reference).does_not_see(name, listed.id + "<")
    assert officer.path == "/desk/audit"
    officer.opens("/desk/sign-in")
    assert officer.path == "/desk/audit"
    assert officer.opens("/desk/").status == 403
    assert specialist.opens("/desk/audit").status == 403
    assert "Audit" not in [words(a) for a in specialist.opens("/desk/").page.all("a")]


def test_the_page_is_filtered_by_who_what_where_record_and_day(
    parts: Parts, specialist: Staff, officer: Staff, clock: FakeClock
) -> None:
    first = send(parts)
    specialist.looks_at(first.id)
    clock.passes(days=1)
    second = send(parts)
    specialist.signs_in().looks_at(second.id)
    officer.signs_in(OFFICER)
    me = id_of(parts, "dr.rivera@clinic.example")

    def found(query: str) -> list[list[str]]:
        assert officer.opens(f"/desk/audit?{query}").status == 200
        return [row[1:4] for row in rows(officer)]

    assert {row[0] for row in found(f"who={me}")} == {"dr.rivera@clinic.example"}
    assert len(found("who=patient")) == len(found("room=intake")) == len(found("act=sent")) == 2
    assert [row[2] for row in found("act=look")] == [second.reference, first.reference]
    assert [row[1] for row in found(f"record={first.reference.lower()}")] == ["Opened a form", "Sent a form"]
    assert found(f"record={first.id}") == found(f"record={first.reference}")
    assert [row[2] for row in found("act=look&from=2026-03-03")] == [second.reference]
    assert [row[2] for row in found("act=look&to=2026-03-02")] == [first.reference]
    assert found("act=look&from=2026-03-02&to=2026-03-03") == found("act=look")
    assert found("act=look&who=patient") == []
    officer.sees("No line found")


def test_days_are_the_clinics_days(parts: Parts, officer: Staff, clock: FakeClock) -> None:
    clock.at = clock.at.replace(day=5, hour=4, minute=30)  # half past eleven at night on the fourth, in New York
    late = send(parts)
    clock.at = clock.at.replace(hour=5)
    early = send(parts)
    officer.signs_in(OFFICER)
    officer.opens("/desk/audit?act=sent&to=2026-03-04").sees(late.reference).does_not_see(early.reference)
    officer.opens("/desk/audit?act=sent&from=2026-03-05").sees(early.reference).does_not_see(late.reference)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("record=Rivera", page.NO_RECORD), ("record=7K2M-9QXD", page.NO_RECORD), ("from=yesterday", page.NO_DAY),
        ("to=9999-12-31", page.NO_DAY), ("from=0001-01-01", page.NO_DAY), ("record=%00x", page.NO_RECORD),
    ],
)  # fmt: skip
def test_what_cannot_be_looked_for_is_said_beside_its_box(officer: Staff, query: str, said: str) -> None:
    officer.opens(f"/desk/audit?{query}").sees(said)
    assert officer.status == 422
    assert "Error: " in officer.page.title
    assert rows(officer) == []


def test_a_reference_of_no_form_is_told(parts: Parts, officer: Staff, operator: Operator) -> None:
    listed = send(parts)
    operator.runs("erase", listed.reference, "--yes")
    officer.opens(f"/desk/audit?record={listed.reference}").sees(page.NO_FORM)
    officer.opens(f"/desk/audit?record={listed.id}").sees("Erased for good", "An operator", listed.id)


@pytest.mark.parametrize("query", ["who=stranger", "act=flew", "room=kitchen", "before=x", "before=2026-03-02~1"])
def test_what_the_page_never_offered_is_not_found(officer: Staff, query: str) -> None:
    assert officer.opens(f"/desk/audit?{query}").status == 404


def test_the_page_goes_on_by_key_and_keeps_the_filter(
    parts: Parts, officer: Staff, monkeypatch: pytest.MonkeyPatch, clock: FakeClock
) -> None:
    monkeypatch.setattr(page, "PAGE", 4)
    for number in range(10):
        with parts.store.writing() as connection:  # several at the same moment
            record = f"{number:032x}"
            audit.note(connection, at=parts.now(), room="work", who="system", act="deleted on its day", record=record)
        clock.passes(seconds=number % 2)
    seen: list[str] = []
    officer.opens("/desk/audit").presses("Show", {"act": "deleted on its day"})
    while True:
        seen += [row[3] for row in rows(officer)]
        if not [a for a in officer.page.all("a") if words(a) == "Older"]:
            break
        href = next(str(a.get("href")) for a in officer.page.all("a") if words(a) == "Older")
        officer.opens(href)
    assert [int(record, 16) for record in seen] == list(range(9, -1, -1))
    officer.sees("Earlier lines")


def test_looking_at_the_audit_is_on_record_and_writes_nothing_else(parts: Parts, officer: Staff) -> None:
    before = acts_of(parts)
    officer.opens("/desk/audit").opens("/desk/audit?act=look").opens("/desk/audit?from=nonsense")
    assert acts_of(parts)[len(before) :] == ["audit", "audit"]
    officer.opens("/desk/audit").sees("Looked at the audit")


# The file


def table_of(staff: Staff) -> list[dict[str, str]]:
    assert staff.response is not None
    text = staff.response.get_data(as_text=True)
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


def test_the_file_holds_what_was_chosen_and_is_on_record(
    parts: Parts, specialist: Staff, officer: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page, "BATCH", 3)
    listed = send(parts)
    for _ in range(7):
        specialist.looks_at(listed.id)
    officer.opens("/desk/audit").presses("Show", {"act": "look"}).presses("Download these lines (CSV)")
    assert officer.response is not None
    assert officer.response.headers["Content-Disposition"] == 'attachment; filename="audit-2026-03-02.csv"'
    lines = table_of(officer)
    assert len(lines) == 7
    assert {line["reference"] for line in lines} == {listed.reference}
    assert {line["account"] for line in lines} == {"dr.rivera@clinic.example"}
    assert lines[0]["at"] == "2026-03-02T10:00:00-05:00"
    assert [int(line["number"]) for line in lines] == sorted((int(line["number"]) for line in lines), reverse=True)
    assert all(len(line["hash"]) == 64 for line in lines)
    with parts.store.reading() as connection:
        noted = connection.execute(select(ROW.record).where(ROW.act == "audit export")).scalar_one()
    assert noted == "by act"
    officer.opens("/desk/audit").presses("Download all lines (CSV)")
    with parts.store.reading() as connection:
        assert len(table_of(officer)) == connection.execute(select(func.count()).select_from(ROW)).scalar_one()


def test_no_cell_of_the_file_is_a_formula(parts: Parts, officer: Staff) -> None:
    with parts.store.writing() as connection:
        connection.execute(
            insert(ROW).values(at=parts.now(), room="=1+1", who="@x", act="+cmd", record='=HYPERLINK("x")')
        )
    officer.opens("/desk/audit").presses("Download all lines (CSV)")
    (line,) = (line for line in table_of(officer) if line["act"].endswith("cmd"))
    assert [line["room"], line["who"], line["act"], line["record"]] == ["'=1+1", "'@x", "'+cmd", '\'=HYPERLINK("x")']


def test_only_the_privacy_officer_gets_the_file_and_only_with_the_pages_token(
    specialist: Staff, officer: Staff
) -> None:
    token = {"csrf_token": str(specialist.opens("/desk/").value_of("csrf_token"))}
    assert specialist.posts("/desk/audit/export", token).status == 403
    assert officer.posts("/desk/audit/export", {}).status == 400
    token = {"csrf_token": str(officer.opens("/desk/audit").value_of("csrf_token"))}
    assert officer.posts("/desk/audit/export", {**token, "from": "nonsense"}).status == 400
    assert officer.posts("/desk/audit/export", {**token, "act": "flew"}).status == 404


def test_an_account_of_both_roles_begins_at_the_forms_and_finds_both(parts: Parts, stranger: Staff) -> None:
    stranger.has_an_account("staff", "privacy-officer").signs_in(password=PASSWORD)
    assert stranger.path == "/desk/"
    stranger.follows("Audit").sees("Who did what")
