"""A thief with more and more of the service, and how much opens: the figures of docs/threat-model.md."""

import itertools
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import LargeBinary, delete, select, update

from app import codes, keys
from app.finding import EMAIL, NAME, NAME_AND_BIRTH, PHONE, Term, terms_of
from app.jobs import index
from app.keys import IndexKey, ServerKey
from app.parts import Parts
from app.records import models, staff, submissions
from app.sealing import PrivateKey, SealError, new_private_key, open_sealed
from tests.cases import TYPICAL
from tests.desk.factories import send
from tests.desk.people import NAME as ACCOUNT
from tests.desk.people import Staff
from tests.operator import Operator
from tests.people import Patient

PEOPLE = [
    {"first_name": first, "last_name": last, "preferred_name": None, "dob": f"19{60 + n}-03-{n + 10}",
     "email": f"{first.lower()}@example.com", "phone": f"917-555-01{n:02}"}
    for n, (first, last) in enumerate([("Ana", "Vega"), ("Boris", "Smith"), ("Chloe", "Smith"), ("Dag", "Øster")])
]  # fmt: skip
PHONE_BOOK = ["Smith", "Vega", "Jones", "Garcia", "Ana", "Boris", "John", "Maria"]
"""Names that a thief would try; two of the eight people's names here are in none."""


@dataclass(frozen=True)
class Loot:
    """What was taken: every row of the database, and whatever keys came with it."""

    rows: dict[str, list[dict[str, Any]]]
    server_key: ServerKey | None = None
    index_key: IndexKey | None = None
    private: tuple[PrivateKey, ...] = ()

    @property
    def every_secret_shape(self) -> Iterator[bytes]:
        """Every piece of bytes in the loot that could be a key: whole or its ends."""
        for row in itertools.chain(*self.rows.values()):
            for value in row.values():
                if isinstance(value, bytes) and len(value) >= 32:
                    yield from {value[:32], value[-32:], value[2:34]}
                elif isinstance(value, str) and len(value) in (32, 64):
                    yield value.encode()[:32]


def taken(parts: Parts, **with_keys: Any) -> Loot:
    """The database as a thief reads it."""
    with parts.store.reading() as connection:
        rows = {
            table.name: [dict(row) for row in connection.execute(select(table)).mappings()]
            for table in models.Base.metadata.sorted_tables
        }
    return Loot(rows, **with_keys)


def sent_answers_opened(loot: Loot) -> int:
    """How many sealed documents open with the keys of the loot, or with anything in it that could be one."""
    private = [*loot.private, *(PrivateKey(shape) for shape in set(loot.every_secret_shape))]
    wrapped = {(row["document"], row["data"]) for row in loot.rows["sealed_key"]}
    opened: set[str] = set()
    for row in loot.rows["sealed_document"]:
        for key in private:
            for document, data in wrapped:
                if document == row["id"] and _opens(row, data, key):
                    opened.add(row["id"])
            if _opens_as_data_key(row, key.raw):
                opened.add(row["id"])
    return len(opened)


def _opens(row: dict[str, Any], data: bytes, key: PrivateKey) -> bool:
    try:
        open_sealed(row["blob"], data, key, record=row["id"], kind=row["kind"])
    except SealError:
        return False
    return True


def _opens_as_data_key(row: dict[str, Any], raw: bytes) -> bool:
    bound = b"previsit\x001\x00" + row["kind"].encode() + b"\x00" + row["id"].encode()
    try:
        AESGCM(raw).decrypt(row["blob"][2:14], row["blob"][14:], bound)
    except Exception:  # whatever it says: it did not open
        return False
    return True


def drafts_opened(loot: Loot, secrets: Iterable[str]) -> int:
    """How many drafts open with these codes, under the server key of the loot or anything that could be one."""
    servers = [loot.server_key] if loot.server_key else [ServerKey(shape) for shape in set(loot.every_secret_shape)]
    opened: set[str] = set()
    for row, server, secret in itertools.product(loot.rows["draft"], servers, secrets):
        try:
            server.decrypt_draft(secret, row["id"], row["document"])
            opened.add(row["id"])
        except SealError:
            continue
    return len(opened)


@pytest.fixture
def clinic(parts: Parts) -> Parts:
    """A clinic with four forms sent and indexed, a chart number, a form in progress, and an account."""
    rows = [send(parts, **person) for person in PEOPLE]
    index.index_all(parts)
    Staff.of(parts).has_an_account().signs_in().looks_at(rows[0].id).presses("Save", {"chart": "MRN 7"})
    index.index_all(parts)
    Patient.of(parts).starts().fills_in(TYPICAL["answers"], until="goals")
    return parts


CODES = [codes.new_secret() for _ in range(20)]


def test_the_database_its_log_and_a_backup_open_nothing(clinic: Parts, tmp_path: Path) -> None:
    loot = taken(clinic)
    assert len(loot.rows["sealed_document"]) == 5
    assert len(loot.rows["draft"]) == 5
    assert sent_answers_opened(loot) == 0
    assert drafts_opened(loot, CODES[:2]) == 0
    operator = Operator(
        {
            "DATABASE_URL": clinic.config.database_url,
            "DATA_DIR": str(clinic.config.data_dir),
            "KEY_DIR": str(clinic.config.key_dir),
        }
    )
    operator.runs("backup", tmp_path / "stolen.backup")
    files = [*tmp_path.glob("previsit.db*"), tmp_path / "stolen.backup"]
    everything = b"".join(file.read_bytes() for file in files)
    assert len(everything) > 100_000
    for person in PEOPLE:
        for key in ("last_name", "dob", "email", "phone"):
            assert str(person[key]).encode() not in everything
    for raw in (clinic.server_key.raw, *(key.raw for key in clinic.keyring.private_keys)):
        assert raw not in everything
        assert raw.hex().encode() not in everything


def test_with_the_patients_hosts_files_still_no_answer_opens_but_copies_can_be_told_apart(clinic: Parts) -> None:
    """The public list, the server key: what was sent stays shut, and so do drafts without their codes."""
    loot = taken(clinic, server_key=clinic.server_key)
    assert sent_answers_opened(loot) == 0
    assert drafts_opened(loot, CODES) == 0
    sent_from = {
        (draft["id"], submission["id"])
        for draft, submission in itertools.product(loot.rows["draft"], loot.rows["submission"])
        if clinic.server_key.digest("idempotency", f"{draft['id']} 1") == submission["idempotency"]
    }
    assert len(sent_from) == len(PEOPLE), "which copy belongs to which submission is seen: ids, not words"


def test_somebody_who_has_a_code_too_opens_that_one_draft_and_no_other(clinic: Parts) -> None:
    """A stolen letter beside a stolen patients' host: one form."""
    patient = Patient.of(clinic).starts().fills_in(TYPICAL["answers"], until="goals")
    patient.presses("Stop and come back later")
    code = next(p.text for p in patient.page.all("p") if p.get("class") == "code") or ""
    loot = taken(clinic, server_key=clinic.server_key)
    assert drafts_opened(loot, [code]) == 1
    assert drafts_opened(taken(clinic), [code]) == 0


def guessed(loot: Loot, guesses: Iterable[Term]) -> int:
    """How many guesses the digests confirm."""
    assert loot.index_key
    stored = {(row["kind"], bytes(row["digest"])) for row in loot.rows["lookup"]}
    return sum((term.kind, loot.index_key.digest(term.kind, term.text)) in stored for term in set(guesses))


def test_with_the_desks_index_key_guesses_are_confirmed_and_answers_stay_shut(clinic: Parts) -> None:
    loot = taken(clinic, server_key=clinic.server_key, index_key=clinic.index_key)
    assert sent_answers_opened(loot) == 0
    names = [Term(NAME, name.casefold()) for name in PHONE_BOOK]
    assert guessed(loot, names) == 4, "Smith, Vega, Ana, Boris: whoever is in the phone book is confirmed"
    years = [f"{year}-{month:02}-{day:02}" for year in range(1955, 1970) for month in (3,) for day in range(1, 29)]
    births = [Term(NAME_AND_BIRTH, f"{name.casefold()} {day}") for name in ("Smith", "Vega") for day in years]
    assert guessed(loot, births) == 3, "a confirmed name gives its birth dates by trying every day"
    phones = [Term(PHONE, f"917555{number:04}") for number in range(10_000)]
    assert guessed(loot, phones) == len(PEOPLE), "every phone number of an exchange can be tried"
    assert guessed(loot, [Term(EMAIL, "ana@example.com"), Term(EMAIL, "nobody@example.com")]) == 1
    kinds = {row["kind"] for row in loot.rows["lookup"]}
    assert kinds == {NAME, NAME_AND_BIRTH, EMAIL, PHONE, "chart"}, "nothing about health can be guessed at"


def test_without_the_index_key_no_guess_is_confirmed_but_equal_names_show_as_equal(clinic: Parts) -> None:
    loot = taken(clinic)
    stored = {bytes(row["digest"]) for row in loot.rows["lookup"]}
    wrong = [IndexKey(shape) for shape in set(loot.every_secret_shape)][:200]
    for term in terms_of(PEOPLE[0]):
        assert not {key.digest(term.kind, term.text) for key in wrong} & stored
    counts = Counter(bytes(row["digest"]) for row in loot.rows["lookup"])
    assert max(counts.values()) == 2, "that two people share a part of a name is seen, not which"


def test_either_private_key_opens_all_and_that_is_why_it_lies_elsewhere(clinic: Parts, recovery_key: Path) -> None:
    desk = taken(clinic, private=clinic.keyring.private_keys)
    offline = taken(clinic, private=(PrivateKey(keys.read_key(recovery_key, "test")),))
    stranger = taken(clinic, private=(new_private_key(),))
    assert [sent_answers_opened(loot) for loot in (desk, offline, stranger)] == [5, 5, 0]
    assert drafts_opened(desk, CODES[:2]) == 0, "the desk's keys open no form that was not sent"


def test_account_names_are_in_clear_and_passwords_are_not(clinic: Parts) -> None:
    (row,) = taken(clinic).rows["staff"]
    assert row["name"] == staff.normalised(ACCOUNT)
    assert row["password_hash"].startswith("$argon2id$")


def test_the_clear_columns_tell_when_and_for_which_day_and_no_more(clinic: Parts) -> None:
    for row in taken(clinic).rows["submission"]:
        assert set(row) == {
            "id", "reference", "wording", "received_at", "visit_date", "status", "owner", "revision", "revision_of",
            "idempotency",
        }  # fmt: skip
    sizes = {len(row["blob"]) for row in taken(clinic).rows["sealed_document"] if row["kind"] == "answers"}
    assert len(sizes) == 1, "lengths come in steps of 4 KiB"


@pytest.mark.parametrize("damage", ["a flipped bit", "swapped rows", "cut short", "another's data key", "no key"])
def test_damaged_or_swapped_rows_are_refused_whole_and_said(clinic: Parts, damage: str) -> None:
    """SEC: a clear refusal, never half an answer; the other forms still open."""
    document, key = models.SealedDocument, models.SealedKey
    with clinic.store.reading() as connection:
        first, second, *_ = submissions.newest(connection, limit=10)
        blobs = {row.id: row.blob for row in connection.execute(select(document.id, document.blob))}
        wrapped = connection.execute(select(key.data).where(key.document == second.id, _clinics(clinic))).scalar_one()
    with clinic.store.writing() as connection:
        match damage:
            case "a flipped bit":
                flipped = blobs[first.id][:-9] + bytes([blobs[first.id][-9] ^ 1]) + blobs[first.id][-8:]
                connection.execute(update(document).where(document.id == first.id).values(blob=flipped))
            case "swapped rows":
                connection.execute(update(document).where(document.id == first.id).values(blob=blobs[second.id]))
                connection.execute(update(document).where(document.id == second.id).values(blob=blobs[first.id]))
            case "cut short":
                connection.execute(update(document).where(document.id == first.id).values(blob=blobs[first.id][:999]))
            case "another's data key":
                theirs = (key.document == first.id) & _clinics(clinic)
                connection.execute(update(key).where(theirs).values(data=wrapped))
            case _:
                connection.execute(delete(key).where(key.document == first.id))
    shut = {first.id, second.id} if damage == "swapped rows" else {first.id}
    with clinic.store.reading() as connection:
        rows = submissions.newest(connection, limit=10)
        opened = submissions.open_what_opens(connection, rows, clinic.keyring.private_keys)
    assert set(opened) == {row.id for row in rows} - shut
    assert all(json.dumps(one.document) for one in opened.values())
    doctor = Staff.of(clinic).signs_in()
    doctor.sees("This form does not open with the key this desk holds")
    doctor.looks_at(first.id).sees("This form does not open", first.reference).does_not_see("lower_eyelid")


def _clinics(parts: Parts) -> Any:
    return models.SealedKey.key_id == parts.keyring.private_keys[0].public.key_id


def test_every_column_of_bytes_is_sealed_keyed_or_public(clinic: Parts) -> None:
    """A new column of bytes has to be thought about here."""
    found = {
        f"{table.name}.{column.name}"
        for table in models.Base.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, LargeBinary)
    }
    assert found == {
        "attempt.key", "audit.hash", "device.digest", "draft.document", "draft.lookup", "lookup.digest", "passkey.id",
        "passkey.public_key", "recovery_code.digest", "sealed_document.blob", "sealed_key.data", "setup_link.digest",
        "spent.digest", "staff.totp", "staff_session.digest", "submission.idempotency",
    }  # fmt: skip
