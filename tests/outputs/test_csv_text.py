"""CSV text: RFC 4180 bytes, and a guard that can always be undone."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.outputs.csv_text import CsvBuffer, guard, unguard
from tests.outputs.snapshot import COLUMNS

DANGEROUS = "=+-@\t\r\n\0＝＋－＠"


@given(st.text())
def test_the_guard_can_always_be_undone(text: str) -> None:
    assert unguard(guard(text)) == text


@given(st.text(alphabet=DANGEROUS + "'a", max_size=4))
def test_a_guarded_text_never_begins_like_a_formula(text: str) -> None:
    assert guard(text)[:1] not in set(DANGEROUS)
    assert unguard(guard(text)) == text


@given(st.text(max_size=3), st.text(max_size=3))
def test_two_texts_never_look_the_same_when_guarded(one: str, other: str) -> None:
    assert (guard(one) == guard(other)) == (one == other)


@pytest.mark.parametrize("text", ["", "yes", " =1+1", "1E5", "02115", "2024-03", "名前", "“quoted”", "1-2"])
def test_the_guard_leaves_other_text_alone(text: str) -> None:
    assert guard(text) == text


@pytest.mark.parametrize("first", [*DANGEROUS, "'"])
def test_the_guard_puts_one_apostrophe_before_each_dangerous_beginning(first: str) -> None:
    assert guard(f"{first}1") == f"'{first}1"


def test_no_column_name_needs_a_guard() -> None:
    for name in COLUMNS.read_text(encoding="utf-8").split():
        assert guard(name) == name


def test_rows_are_written_as_rfc_4180_has_them() -> None:
    buffer = CsvBuffer()
    buffer.add(["plain", "a,b", 'say "hi"', "two\nlines", "a\rb", "", " spaced "])
    assert buffer.take() == b'plain,"a,b","say ""hi""","two\nlines","a\rb",, spaced \r\n'


def test_what_was_taken_is_not_given_again() -> None:
    buffer = CsvBuffer()
    buffer.add(["first"])
    assert buffer.take() == b"first\r\n"
    assert len(buffer) == 0
    buffer.add(["2"])
    assert buffer.take() == b"2\r\n"


@given(st.lists(st.lists(st.text(), min_size=2, max_size=2), max_size=4))
def test_a_strict_reader_gets_every_text_back(rows: list[list[str]]) -> None:
    buffer = CsvBuffer()
    for row in rows:
        buffer.add(row)
    text = buffer.take().decode("utf-8", "strict")
    assert list(csv.reader(io.StringIO(text, newline=""), strict=True)) == rows
