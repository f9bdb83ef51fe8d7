"""What opens and is no sent document, or no note: a taken patients' host can seal anything to the clinic's key."""

import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import insert, update

from app import jobs
from app.desk.words import DOES_NOT_OPEN
from app.parts import Parts
from app.questionnaire import versions
from app.questionnaire.documents import is_sent_document
from app.questionnaire.hemifacial_spasm import DEFINITION
from app.records import lookups, models, sealed
from app.records.submissions import Listed
from app.sealing import seal
from tests.cases import BELLS, BILATERAL, TYPICAL
from tests.desk.factories import send
from tests.desk.people import Staff
from tests.outputs.documents import case_document

Spoil = Callable[[dict[str, Any]], Any]


def within(*path: str, value: object) -> Spoil:
    """Put a value in a place of the document; without a value for `...`, take the place out."""

    def spoil(document: dict[str, Any]) -> dict[str, Any]:
        *way, last = path
        place = document
        for name in way:
            place = place[name]
        if value is ...:
            del place[last]
        else:
            place[last] = value
        return document

    return spoil


MALFORMED: dict[str, Spoil] = {
    "a list": lambda _: [],
    "a number": lambda _: 7,
    "nothing": lambda _: None,
    "no answers": within("answers", value=...),
    "answers in a list": within("answers", value=[]),
    "a birth date that is no date": within("answers", "dob", value="banana"),
    "a birth date that there is not": within("answers", "dob", value="2023-02-30"),
    "a birth date by the week": within("answers", "dob", value="1969-W33-4"),
    "a birth date without a day": within("answers", "dob", value="1969-08"),
    "a birth date in a list": within("answers", "dob", value=["1969-08-14"]),
    "a visit in the year 0": within("answers", "visit_date", value="0000-01-01"),
    "a visit at the end of all days": within("answers", "visit_date", value="9999-12-31"),
    "a name that is a list": within("answers", "last_name", value=[]),
    "half a character in a name": within("answers", "last_name", value="\ud800"),
    "half a character in a draft": within("draft", value="\udfff"),
    "a side in a list": within("answers", "side", value=["left"]),
    "choices in a word": within("answers", "urgent_now", value="speech"),
    "choices of numbers": within("answers", "urgent_now", value=[1]),
    "a number in words": within("answers", "severity", value="three"),
    "a scale that is true": within("answers", "severity", value=True),
    "entries that are words": within("answers", "toxin_rounds", value=["botox"]),
    "an entry with a date that is none": within("answers", "toxin_rounds", value=[{"_id": "a", "date": "soon"}]),
    "no settings": within("settings", value=...),
    "settings in words": within("settings", "phq2", value="yes"),
    "no flags": within("flags", value=...),
    "flags without ids": within("flags", "ids", value=...),
    "flags that are numbers": within("flags", "ids", value=[1]),
    "flags for no day": within("flags", "as_of", value="x"),
    "a page that is none": within("not_reached", value=["nowhere"]),
    "pages in a word": within("continued", value="onset"),
    "a warning that is a word": within("warnings", value=["x"]),
    "a consent at no time": within("consents", value=[{"id": "consent_use", "version": "1", "at": "noon"}]),
    "a consent before all time": within(
        "consents", value=[{"id": "consent_use", "version": "1", "at": "0001-01-01T00:00:00+14:00"}]
    ),
    "no language": within("language", value=None),
}
RAW = {
    "no JSON": b"{", "no UTF-8": b'{"answers": "\xff"}', "very deep": b"[" * 100_000, "nothing at all": b"",
    "a number that is too long": b"9" * 5000,
}  # fmt: skip


def seal_anew(parts: Parts, record: str, kind: str, plain: bytes) -> None:
    """Seal these bytes in place of a document, as whoever holds the public keys can."""
    made = seal(plain, parts.keyring.recipients, record=record, kind=kind)
    with parts.store.writing() as connection:
        row, keys = models.SealedDocument, models.SealedKey
        connection.execute(update(row).where(row.id == record).values(blob=made.blob))
        for key in made.keys:
            mine = (keys.document == record, keys.key_id == key.key_id)
            connection.execute(update(keys).where(*mine).values(data=key.data))


def spoilt(parts: Parts, form: Listed, spoil: Spoil) -> None:
    with parts.store.reading() as connection:
        plain = sealed.open_all(connection, [form.id], parts.keyring.private_keys)[form.id]
    seal_anew(parts, form.id, sealed.ANSWERS, json.dumps(spoil(json.loads(plain))).encode())


def stays_calm(parts: Parts, staff: Staff, form: Listed) -> None:
    """The list, the form's page, a search, the index and the export say that it does not open, and work."""
    calm = send(parts, last_name="Calm")
    assert staff.opens("/desk/").status == 200
    assert set(staff.names) == {DOES_NOT_OPEN, "CALM, Marisol"}
    staff.looks_at(form.id).sees("This form does not open", form.reference)
    jobs.do_due(parts)
    with parts.store.reading() as connection:
        assert lookups.count_waiting(connection) == 0
    staff.opens("/desk/search").presses("Find", {"q": form.reference}).sees(DOES_NOT_OPEN)
    staff.opens("/desk/search").presses("Find", {"q": "calm"}).sees("1 form found", calm.reference)
    staff.opens("/desk/export").presses("For a spreadsheet (Excel)")
    assert staff.response
    rows = zipfile.ZipFile(io.BytesIO(staff.response.data)).read("submissions.csv").decode("utf-8-sig").splitlines()
    assert sorted("does_not_open" in row for row in rows[1:]) == [False, True]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("how", MALFORMED)
def test_a_document_that_no_patient_can_have_sent_does_not_open(parts: Parts, specialist: Staff, how: str) -> None:
    form = send(parts)
    spoilt(parts, form, MALFORMED[how])
    stays_calm(parts, specialist, form)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("how", RAW)
def test_bytes_that_are_no_document_do_not_open(parts: Parts, specialist: Staff, how: str) -> None:
    form = send(parts)
    seal_anew(parts, form.id, sealed.ANSWERS, RAW[how])
    stays_calm(parts, specialist, form)


def test_what_patients_send_is_always_a_document() -> None:
    for case in (TYPICAL, BELLS, BILATERAL):
        document = json.loads(json.dumps(case_document(case)))
        assert is_sent_document(DEFINITION, document)
        assert is_sent_document(DEFINITION, {**document, "answers": {**document["answers"], "unknown": 7}})


@pytest.mark.parametrize(
    "plain",
    [
        b"", b"[]", b"{}", b'{"at": "2026-03-02T10:00:00+00:00", "who": "x", "words": {}}',
        b'{"at": "2026-03-02T10:00:00", "who": "x", "words": {"text": "Forged"}}',
        b'{"at": "2026-03-02T10:00:00+00:00", "who": ["x"], "words": {"text": "Forged"}}',
        b'{"at": "2026-03-02T10:00:00+00:00", "who": "x", "words": {"text": "Forged \\ud800"}}',
        b'{"at": "2026-03-02T10:00:00+00:00", "who": "x", "words": {"text": "Forged", "value": 1, "on": "soon"}}',
    ],
)  # fmt: skip
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_note_that_staff_cannot_have_written_is_left_out(parts: Parts, specialist: Staff, plain: bytes) -> None:
    form = send(parts)
    with parts.store.writing() as connection:
        recipients = parts.keyring.recipients
        for kind in ("measure", "reply"):
            sealed.put(connection, recipients, plain, record=f"a forged {kind}", kind=kind, submission=form.id)
        sealed.put(connection, recipients, b"\xff\xfe", record="c" * 32, kind="chart", submission=form.id)
    assert specialist.looks_at(form.id).status == 200
    specialist.sees("Who opened this form")


@pytest.mark.parametrize(
    "stored",
    ['{"_":"Definition"}', "[]", "no JSON", '{"_":"Nothing"}', '{"_":"Definition","parts":7}'],
)
@pytest.mark.parametrize("honest", [True, False], ids=["its own digest", "another digest"])
def test_a_form_whose_wording_is_no_questionnaire_does_not_open_and_no_other_is_in_its_way(
    parts: Parts, specialist: Staff, stored: str, honest: bool
) -> None:
    """A taken patients' host can store a wording too, under a digest that is its own or not."""
    good, bad = send(parts, last_name="Good"), send(parts, last_name="Bad")
    digest = versions.digest(stored) if honest else "f" * 64
    with parts.store.writing() as connection:
        row = {"digest": digest, "language": "en", "document": stored, "first_used_at": parts.now()}
        connection.execute(insert(models.Wording).values(row))
        connection.execute(update(models.Submission).where(models.Submission.id == bad.id).values(wording=digest))
    specialist.opens("/desk/").sees(DOES_NOT_OPEN, "GOOD, Marisol").does_not_see("BAD")
    for path in (f"/desk/submissions/{bad.id}", f"/desk/submissions/{bad.id}/brief"):
        specialist.opens(path).sees("This form does not open", bad.reference)
    specialist.opens(f"/desk/submissions/{good.id}/beside/{bad.id}")
    assert specialist.status == 200
    specialist.opens("/desk/export").presses("For a spreadsheet (Excel)")
    assert specialist.response
    rows = zipfile.ZipFile(io.BytesIO(specialist.response.data)).read("submissions.csv").decode("utf-8-sig")
    assert good.reference in rows
    assert bad.reference in rows
