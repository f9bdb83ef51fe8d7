"""The end of a record: on its promised day and never before, on request at once, and then nothing of it is left."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, text, update

import config as configuration
from app import erased, jobs
from app.erased import Erased
from app.jobs import index, purge
from app.parts import Parts, assemble
from app.records import audit, charts, erasing, models, schema, statuses
from app.records.store import Store
from app.records.submissions import Listed
from tests.cases import TYPICAL
from tests.conftest import FakeClock
from tests.desk.factories import send
from tests.desk.people import Staff
from tests.operator import Operator
from tests.people import Patient

ANSWERS = TYPICAL["answers"]
YEARS = 2190
RECEIPT_CODE = 'class="code">'


def count(parts: Parts, model: type[models.Base]) -> int:
    with parts.store.reading() as connection:
        return connection.execute(select(func.count()).select_from(model)).scalar_one()


def becomes(parts: Parts, listed: Listed, status: str) -> None:
    """Staff move a form on."""
    with parts.store.writing() as connection:
        row = models.Submission
        connection.execute(update(row).where(row.id == listed.id).values(status=status))


def acts(parts: Parts) -> list[tuple[str, str, str]]:
    """The audit: who did what to which record."""
    with parts.store.reading() as connection:
        row = models.Audit
        return [
            (one.who, one.act, one.record)
            for one in connection.execute(select(row.who, row.act, row.record).order_by(row.id))
        ]


def keeping(parts: Parts, **days: int) -> Parts:
    """The same service with other promises."""
    return replace(parts, config=replace(parts.config, keep_days={**parts.config.keep_days, **days}))


def remaining(parts: Parts) -> set[str]:
    with parts.store.reading() as connection:
        return set(connection.execute(select(models.Submission.id)).scalars())


def test_a_list_that_cannot_be_written_stops_an_erasure_before_it_begins(
    parts: Parts, operator: Operator, environ: dict[str, str]
) -> None:
    listed = send(parts)
    (Path(environ["DATA_DIR"]) / erased.NAME).mkdir()  # where the list would be
    assert "nothing was erased: see DATA_DIR" in operator.is_refused("erase", listed.reference, "--yes")
    assert count(parts, models.Submission) == 1


# The promised day


def test_a_form_is_deleted_on_its_day_and_not_a_day_before(parts: Parts, clock: FakeClock) -> None:
    send(parts, visit_date=None)
    clock.passes(days=YEARS)
    assert purge.purge_submissions(parts) == "1 deleted"


def test_the_visit_counts_when_it_is_later_than_receipt(parts: Parts, clock: FakeClock) -> None:
    listed = send(parts, visit_date="2026-03-20")
    clock.passes(days=YEARS + 17)
    assert purge.purge_submissions(parts) == ""
    clock.passes(days=1)
    assert purge.purge_submissions(parts) == "1 deleted"
    assert ("system", "deleted on its day", listed.id) in acts(parts)


def test_each_status_has_its_own_promise(parts: Parts, clock: FakeClock) -> None:
    rows = {status: send(parts, visit_date=None) for status in statuses.STATUSES}
    for status, listed in rows.items():
        becomes(parts, listed, status)
    parts = keeping(parts, received=10, in_review=20, needs_info=30, reviewed=40, archived=0)
    left = set(statuses.STATUSES)
    for days, gone in ((9, ""), (1, "received"), (10, "in_review"), (10, "needs_info"), (10, "reviewed")):
        clock.passes(days=days)
        purge.purge_submissions(parts)
        left -= {gone}
        assert remaining(parts) == {rows[status].id for status in left}
    clock.passes(days=40_000)
    purge.purge_submissions(parts)
    assert remaining(parts) == {rows["attention"].id, rows["archived"].id}


def test_what_needs_attention_is_never_deleted_whatever_the_settings_say(parts: Parts, clock: FakeClock) -> None:
    becomes(parts, send(parts), statuses.ATTENTION)
    assert statuses.ATTENTION not in configuration.KEPT_STATUSES
    assert set(configuration.KEPT_STATUSES) | {statuses.ATTENTION} == set(statuses.STATUSES)
    clock.passes(days=40_000)
    assert purge.purge_submissions(keeping(parts, attention=1)) == ""


def test_a_legal_hold_outlives_every_promise_until_it_is_lifted(
    parts: Parts, operator: Operator, clock: FakeClock
) -> None:
    listed = send(parts, visit_date=None)
    assert f"{listed.reference}: held" in operator.runs("hold", listed.reference)
    operator.runs("hold", listed.reference)
    assert operator.runs("hold").split() == [listed.reference]
    clock.passes(days=YEARS + 1)
    assert purge.purge_submissions(parts) == ""
    assert "under a legal hold" in operator.is_refused("erase", listed.reference, "--yes")
    operator.runs("hold", listed.reference, "--lift")
    assert purge.purge_submissions(parts) == "1 deleted"
    assert [act for _, act, record in acts(parts) if record == listed.id][-3:] == [
        "hold", "hold lifted", "deleted on its day",
    ]  # fmt: skip


def test_the_dry_run_says_what_would_go_and_deletes_nothing(environ: dict[str, str], parts: Parts) -> None:
    send(parts, visit_date=None)
    operator = Operator({**environ, "KEEP_DAYS": "2190 | received=30"})  # it is years later at the command line
    said = operator.runs("retention")
    assert "received           kept 30 days     1 to delete, the oldest received on 2026-03-02" in said
    assert count(parts, models.Submission) == 1
    assert "1 deleted" in operator.runs("retention", "--delete")
    assert count(parts, models.Submission) == 0
    assert "nothing to delete" in operator.runs("retention", "--delete")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2190", {"received": 2190, "archived": 2190}),
        ("2190 | archived=365", {"received": 2190, "archived": 365}),
        ("archived=365 | 100", {"received": 100, "archived": 365}),
        ("reviewed=5", {"received": 0, "reviewed": 5}),
    ],
)
def test_promises_are_read_from_one_setting(environ: dict[str, str], written: str, meant: Mapping[str, int]) -> None:
    kept = configuration.load({**environ, "KEEP_DAYS": written}).keep_days
    assert {status: kept[status] for status in meant} == meant


@pytest.mark.parametrize("written", ["attention=5", "soon", "received=-1", "lost=3", "received=x"])
def test_a_promise_that_cannot_be_read_stops_the_start(environ: dict[str, str], written: str) -> None:
    with pytest.raises(configuration.ConfigError, match="KEEP_DAYS"):
        configuration.load({**environ, "KEEP_DAYS": written})


def test_patients_read_how_long_their_answers_are_kept(environ: dict[str, str], clock: FakeClock) -> None:
    for written, sentence in (
        ("2190", "deletes them 6 years after we receive them"),
        ("2190 | archived=100", "deletes them 6 years after we receive them"),
        ("45", "deletes them 45 days after we receive them"),
        ("45 | archived=0", "Call us to ask how long we keep them."),
    ):
        parts = assemble(configuration.load({**environ, "KEEP_DAYS": written}), clock=clock)
        Patient.of(parts).opens("/privacy").sees(sentence)
        parts.store.close()


def test_every_deletion_leaves_a_line_of_drafts_too(parts: Parts, patient: Patient, clock: FakeClock) -> None:
    patient.starts()
    draft = patient.draft_id
    clock.passes(days=31)
    jobs.do_due(parts)
    assert ("system", "deleted on its day", draft) in acts(parts)


# On request


@pytest.fixture
def known(parts: Parts, patient: Patient) -> Patient:
    """A patient who sent a form that was indexed, has a chart number, and was looked at; and a stranger's."""
    send(
        parts,
        first_name="Boris",
        last_name="Ruiz",
        preferred_name=None,
        dob="1950-01-02",
        email="boris@example.com",
        phone="646-555-0100",
    )
    patient.starts().fills_in(ANSWERS).sends(ANSWERS)
    index.index_all(parts)
    with parts.store.writing() as connection:
        (row,) = erasing.revisions(connection, reference_of(patient))
        charts.give(connection, parts.keyring.recipients, row.id, "MRN 4711", who="staff", now=parts.now())
    index.index_all(parts)
    return patient


def reference_of(patient: Patient) -> str:
    return patient.page.html.split(RECEIPT_CODE)[1].split("<")[0]


def test_one_persons_records_are_erased_and_nobody_elses(parts: Parts, operator: Operator, known: Patient) -> None:
    reference, draft = reference_of(known), known.draft_id
    (theirs,) = forms(parts, reference)
    assert "that is not the reference" in operator.is_refused("erase", reference, typing="yes\n")
    assert count(parts, models.Submission) == 2
    said = operator.runs("erase", reference.lower(), typing=f"{reference.lower()}\n")
    assert "backups and exports made before now" in said
    assert ("write-ahead log, its archive and standbys" in said) != parts.store.is_sqlite
    assert remaining(parts) == {row.id for row in forms(parts)} != {theirs.id}
    for model, left in (
        (models.SealedDocument, 1), (models.SealedKey, 2), (models.Draft, 1), (models.IndexQueue, 0),
    ):  # fmt: skip
        assert count(parts, model) == left, model
    with parts.store.reading() as connection:
        assert theirs.id not in set(connection.execute(select(models.Lookup.submission)).scalars())
    assert {("operator", "erased", theirs.id), ("operator", "erased", draft)} <= set(acts(parts))
    assert erased.read(parts.config.data_dir) == Erased(frozenset({theirs.id}), frozenset({draft}))
    known.opens(f"/intake/{draft}/receipt")
    assert known.status == 404
    assert "no form has this reference" in operator.is_refused("erase", reference, "--yes")
    assert "this is no reference" in operator.is_refused("erase", "ABCD-EFGH", "--yes")


def forms(parts: Parts, reference: str = "") -> list[Listed]:
    from app.records import submissions

    with parts.store.reading() as connection:
        rows = submissions.newest(connection, limit=100)
    return [row for row in rows if not reference or row.reference == reference]


def test_a_form_that_does_not_open_is_erased_with_its_draft_all_the_same(
    parts: Parts, operator: Operator, known: Patient
) -> None:
    (theirs,) = forms(parts, reference_of(known))
    with parts.store.writing() as connection:
        row = models.SealedDocument
        connection.execute(update(row).where(row.id == theirs.id).values(blob=b"spoilt"))
    operator.runs("erase", theirs.reference, "--yes")
    assert erased.read(parts.config.data_dir) == Erased(frozenset({theirs.id}), frozenset({known.draft_id}))
    assert count(parts, models.Draft) == 1


def test_all_revisions_of_a_form_go_together(parts: Parts, operator: Operator) -> None:
    first, second, third, other = (send(parts) for _ in range(4))
    with parts.store.writing() as connection:
        row = models.Submission
        for later, earlier in ((second, first), (third, second)):
            connection.execute(update(row).where(row.id == later.id).values(revision_of=earlier.id))
    for asked in (first, second, third):
        with parts.store.reading() as connection:
            assert {r.id for r in erasing.revisions(connection, asked.reference)} == {first.id, second.id, third.id}
    operator.runs("erase", second.reference, "--yes")
    assert remaining(parts) == {other.id}


def needles(parts: Parts, reference: str, draft: str) -> dict[str, bytes]:
    """What a thief would look for of one person, byte for byte: every sealed or keyed thing stored about them."""
    (listed,) = forms(parts, reference)
    found: dict[str, bytes] = {"reference": reference.encode()}
    with parts.store.reading() as connection:
        d, k, i = models.SealedDocument, models.SealedKey, models.Lookup

        def all_of(query: Any) -> list[bytes]:
            return [bytes(value) for value in connection.execute(query).scalars()]

        documents = select(d.id).where(d.submission == listed.id)
        for number, blob in enumerate(all_of(select(d.blob).where(d.submission == listed.id))):
            found |= {f"document {number} at {at}": blob[at : at + 24] for at in range(20, len(blob) - 24, 997)}
        for number, wrapped in enumerate(all_of(select(k.data).where(k.document.in_(documents)))):
            found[f"key {number}"] = wrapped[:40]
        for number, digest in enumerate(all_of(select(i.digest).where(i.submission == listed.id))):
            found[f"digest {number}"] = digest
        (copy,) = all_of(select(models.Draft.document).where(models.Draft.id == draft))
        found |= {f"draft at {at}": copy[at : at + 24] for at in range(20, len(copy) - 24, 997)}
        found["lookup"] = all_of(select(models.Draft.lookup).where(models.Draft.id == draft))[0]
        found["idempotency"] = all_of(select(models.Submission.idempotency).where(models.Submission.id == listed.id))[0]
    return found


def found_in(files: Callable[[], list[Path]], wanted: Mapping[str, bytes]) -> set[str]:
    """Which needles lie anywhere in these files."""
    content = b"".join(path.read_bytes() for path in files())
    return {name for name, needle in wanted.items() if needle in content}


def files_of(parts: Parts) -> list[Path]:
    """The database's own files: on SQLite with the write-ahead log, on PostgreSQL the tables and indexes."""
    if parts.store.is_sqlite:
        return sorted(parts.config.data_dir.glob("previsit.db*"))
    with parts.store.engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("CHECKPOINT"))
        folder = Path(connection.execute(text("SHOW data_directory")).scalar_one())
    return [path for path in (folder / "base").rglob("*") if path.is_file()]


def test_nothing_of_the_erased_is_left_in_the_databases_files(parts: Parts, operator: Operator, known: Patient) -> None:
    reference = reference_of(known)
    wanted = needles(parts, reference, known.draft_id)
    assert len(wanted) > 25
    assert found_in(lambda: files_of(parts), wanted) == set(wanted)
    operator.runs("erase", reference, "--yes")
    assert found_in(lambda: files_of(parts), wanted) == set()


def test_a_file_of_the_first_release_is_written_anew_so_that_no_remains_lie_in_it(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'old.db'}")
    schema.upgrade(store, "0001")
    with store.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA secure_delete = OFF")
    raw = store.engine.raw_connection()
    cursor = raw.cursor()
    cursor.execute("PRAGMA query_only = OFF")
    cursor.execute("PRAGMA secure_delete = OFF")
    cursor.execute("INSERT INTO staff VALUES ('a', 'remains-of-somebody', 'x', '', '2026-01-01', NULL)")
    cursor.execute("DELETE FROM staff")
    cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    raw.close()
    store.close()
    assert b"remains-of-somebody" in (tmp_path / "old.db").read_bytes()
    schema.upgrade(store)
    store.close()
    assert b"remains-of-somebody" not in b"".join(path.read_bytes() for path in tmp_path.glob("old.db*"))


def test_a_reader_in_the_way_is_said_and_erasing_can_be_finished_later(
    parts: Parts, operator: Operator, known: Patient
) -> None:
    if not parts.store.is_sqlite:
        return
    reference = reference_of(known)
    wanted = needles(parts, reference, known.draft_id)
    with parts.store.reading() as connection:
        connection.execute(select(models.Submission.id)).all()
        said = operator.runs("erase", reference, "--yes")
        assert "Not finished: somebody was reading" in said
        assert "run `previsit scrub`" in said
    assert "run `previsit scrub`" in operator.is_refused("erase", reference, "--yes")
    assert "Done" in operator.runs("scrub")
    assert found_in(lambda: files_of(parts), wanted) == set()


def test_the_desk_no_longer_shows_or_finds_the_erased(parts: Parts, operator: Operator, known: Patient) -> None:
    (theirs,) = forms(parts, reference_of(known))
    staff = Staff.of(parts).has_an_account().signs_in()
    staff.looks_at(theirs.id).sees("MRN 4711")
    operator.runs("erase", theirs.reference, "--yes")
    assert staff.looks_at(theirs.id).status == 404
    staff.opens("/desk/search").presses("Find", {"q": "MRN 4711"}).sees("No form found")


def test_what_waits_longest_is_a_pause_of_the_worker_not_of_the_promise(parts: Parts, clock: FakeClock) -> None:
    """A worker that slept for a month deletes on its first look all that is over by then."""
    for _ in range(3):
        send(parts, visit_date=None)
    clock.at += timedelta(days=YEARS + 30)
    jobs.do_due(parts)
    assert count(parts, models.Submission) == 0
    assert sum(act == "deleted on its day" for _, act, _ in acts(parts)) >= 3
    assert audit.PATIENT in {who for who, _, _ in acts(parts)}
