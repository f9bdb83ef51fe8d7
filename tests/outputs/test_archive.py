"""The zip: whole, strict, streamed, the same as what patients said, in flat memory."""

import io
import json
import shutil
import subprocess
import tracemalloc
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from zipfile import ZipFile

import pytest

from app.outputs.archive import stream
from app.outputs.csv_text import BOM
from app.outputs.table import ExportRow
from app.questionnaire.hemifacial_spasm import DEFINITION
from app.questionnaire.kinds import Text
from tests.cases import BELLS, CASES, TYPICAL
from tests.outputs.documents import (
    DIGEST,
    NOON,
    ZONE,
    answers_of,
    case_document,
    digest_of,
    document,
    export,
    export_row,
    with_page,
)
from tests.outputs.unpack import members, table

FILES = ["submissions.csv", "toxin_rounds.csv", "drug_rows.csv", "mvd_rows.csv", "codebook.csv", "README.txt"]


def many(number: int) -> Iterator[ExportRow]:
    """So many submissions, each with its own document."""
    documents = [json.dumps(case_document(case)) for case in CASES]
    for at in range(number):
        yield export_row(json.loads(documents[at % len(documents)]), at)


@pytest.mark.parametrize("guarded", [False, True])
def test_every_file_is_strict_csv_in_utf_8_with_crlf_and_rows_of_one_width(guarded: bool) -> None:
    files = members(export(many(7), guarded=guarded))
    assert list(files) == FILES
    rows = {name: table(data, guarded=guarded) for name, data in files.items() if name.endswith(".csv")}
    assert len(rows["submissions.csv"]) == 7
    assert all(data.startswith(BOM) == guarded for name, data in files.items() if name.endswith(".csv"))
    assert files["README.txt"].count(b"\n") == files["README.txt"].count(b"\r\n")


def test_a_question_added_to_the_definition_is_exported_with_no_other_edit() -> None:
    page = DEFINITION.page_of_question["goals_note"]
    new = Text(id="new_note", text="Anything new?", brief="New", column="new_note", max_length=40)
    current = with_page(DEFINITION, page.id, [*page.questions, new])
    digest = digest_of(current)
    sent = document({**answers_of(TYPICAL), "new_note": "yes, this"}, definition=current)
    both = [export_row(case_document(TYPICAL), 1), export_row(sent, 2, wording=digest)]
    files = members(export(both, wordings=((DIGEST, DEFINITION), (digest, current)), current=current))
    assert [row["new_note"] for row in table(files["submissions.csv"])] == ["", "yes, this"]
    assert "new_note" in {row["column"] for row in table(files["codebook.csv"])}
    assert f"wording {digest[:12]}: 1" in files["README.txt"].decode()


def test_an_export_of_nothing_has_all_files_and_headers() -> None:
    files = members(export([]))
    assert list(files) == FILES
    assert table(files["submissions.csv"]) == []
    assert "Submissions: 0" in files["README.txt"].decode()


@pytest.mark.parametrize("guarded", [False, True])
def test_the_readme_says_when_what_and_how_and_names_nobody(guarded: bool) -> None:
    text = members(export(many(4), guarded=guarded))["README.txt"].decode()
    assert "Exported at: 2026-03-09T12:00:00-04:00" in text
    assert f"Time zone: {ZONE}" in text
    assert "Submissions: 4" in text
    assert f"version {DEFINITION.version}, en-US, wording {DIGEST[:12]}: 4" in text
    assert ("remove one leading apostrophe" in text) == guarded
    assert ("set every column to text" in text) == guarded
    for state in ("not_asked", "not_reached", "skipped"):
        assert f"- {state}:" in text
    for case in CASES:
        assert case["answers"]["last_name"] not in text
        assert case["answers"]["first_name"] not in text


def test_files_in_the_zip_bear_the_time_of_export_and_are_for_their_owner_only() -> None:
    with ZipFile(io.BytesIO(export(many(1)))) as zipped:
        for info in zipped.infolist():
            assert info.date_time == (2026, 3, 9, 12, 0, 0)
            assert info.external_attr >> 16 == 0o600


def test_the_same_export_gives_the_same_bytes() -> None:
    assert export(many(5)) == export(many(5))


def test_unzip_finds_no_fault(tmp_path: Path) -> None:
    unzip = shutil.which("unzip")
    if unzip is None:
        pytest.skip("unzip is not installed")
    path = tmp_path / "export.zip"
    path.write_bytes(export(many(50)))
    tested = subprocess.run([unzip, "-t", str(path)], capture_output=True, text=True)
    assert tested.returncode == 0, tested.stdout
    assert "No errors detected" in tested.stdout


def test_another_program_reads_the_same_cells(tmp_path: Path) -> None:
    sqlite = shutil.which("sqlite3")
    if sqlite is None:
        pytest.skip("the sqlite3 command is not installed")
    sent = document({**answers_of(TYPICAL), "meds": 'Two\nlines, "quoted"', "first_name": "=1+1"})
    data = members(export([export_row(sent), *many(3)]))["submissions.csv"]
    path = tmp_path / "submissions.csv"
    path.write_bytes(data)
    script = f'.mode csv\n.import "{path}" s\n.mode json\nSELECT * FROM s;\n'
    read = subprocess.run([sqlite, "-batch", ":memory:"], input=script, capture_output=True, text=True, check=True)
    assert read.stderr == ""
    assert json.loads(read.stdout) == table(data)


def test_the_first_bytes_come_before_the_source_is_read_and_more_while_it_is() -> None:
    drawn = 0

    def source() -> Iterator[ExportRow]:
        nonlocal drawn
        for submission in many(400):
            drawn += 1
            yield submission

    chunks = stream(((DIGEST, DEFINITION),), DEFINITION, source(), guarded=False, exported_at=NOON, zone=ZONE)
    assert next(chunks)
    assert drawn == 0
    read_by_then = [drawn for _ in chunks]
    assert read_by_then[0] < 400
    assert max(b - a for a, b in pairwise(read_by_then)) < 200


def test_memory_is_flat_whatever_the_number_of_submissions() -> None:
    sent = case_document(BELLS)
    sent["answers"]["toxin_rounds"] *= 8

    def peak(number: int) -> int:
        tracemalloc.reset_peak()
        before = tracemalloc.get_traced_memory()[0]
        rows = (export_row(sent, at) for at in range(number))
        for _ in stream(((DIGEST, DEFINITION),), DEFINITION, rows, guarded=True, exported_at=NOON, zone=ZONE):
            pass
        return tracemalloc.get_traced_memory()[1] - before

    tracemalloc.start()
    try:
        peak(20)
        few, lots = peak(200), peak(2000)
    finally:
        tracemalloc.stop()
    assert lots < few * 1.2 + 50_000


def test_an_unknown_wording_stops_the_export_and_leaves_the_zip_without_an_end() -> None:
    rows = [export_row(case_document(TYPICAL)), export_row(case_document(TYPICAL), 2, wording="f" * 64)]
    got: list[bytes] = []
    chunks = stream(((DIGEST, DEFINITION),), DEFINITION, rows, guarded=False, exported_at=NOON, zone=ZONE)
    with pytest.raises(LookupError, match="unknown wording"):
        got.extend(chunks)
    assert b"PK\x05\x06" not in b"".join(got)


def test_clashing_columns_are_told_before_the_first_byte() -> None:
    page = DEFINITION.page_of_question["goals_note"]
    clash = Text(id="new_note", text="?", brief="New", column="side", max_length=40)
    current = with_page(DEFINITION, page.id, [*page.questions, clash])
    with pytest.raises(ValueError, match="two different things"):
        stream((), current, (), guarded=False, exported_at=NOON, zone=ZONE)


def test_a_download_that_is_broken_off_leaves_nothing_open() -> None:
    chunks = stream(((DIGEST, DEFINITION),), DEFINITION, many(300), guarded=False, exported_at=NOON, zone=ZONE)
    next(chunks)
    next(chunks)
    del chunks
