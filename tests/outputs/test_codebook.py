"""The codebook: a row for every column and every code, all of it from the definitions."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from app.outputs import codebook
from app.outputs.condition_words import in_words
from app.outputs.table import Tables
from app.questionnaire import conditions as c
from app.questionnaire.hemifacial_spasm import DEFINITION
from app.questionnaire.kinds import Choice, Definition, Integer, PartialDate, Repeat, Text
from tests.outputs.documents import DIGEST, digest_of, with_page


def book(
    current: Definition = DEFINITION, wordings: Sequence[tuple[str, Definition]] = ((DIGEST, DEFINITION),)
) -> list[dict[str, str]]:
    """The codebook's rows, by column."""
    tables = Tables(wordings, current)
    return [dict(zip(codebook.FIELDS, row, strict=True)) for row in codebook.rows(tables, wordings, current)]


BOOK = book()


def row_of(column: str, option: str = "", rows: Sequence[dict[str, str]] = BOOK) -> dict[str, str]:
    """The one row of this column, or of this option of it."""
    (row,) = [row for row in rows if row["column"] == column and row["option_code"] == option]
    return row


def test_every_column_of_every_file_has_a_row_and_every_row_a_column() -> None:
    tables = Tables((), DEFINITION)
    columns = {(f"{sheet.name}.csv", name) for sheet in tables.sheets for name in sheet.header}
    columns |= {("codebook.csv", name) for name in codebook.FIELDS}
    assert {(row["file"], row["column"]) for row in BOOK} == columns


def test_no_row_stands_twice() -> None:
    keys = [(row["file"], row["column"], row["option_code"]) for row in BOOK]
    assert len(keys) == len(set(keys))


def test_every_code_of_every_choice_has_a_row_with_its_words() -> None:
    for question in DEFINITION.questions.values():
        for item in question.items if isinstance(question, Repeat) else (question,):
            if isinstance(item, Choice):
                rows = [row for row in BOOK if row["column"] == item.column]
                assert [row["option_code"] for row in rows] == [option.code for option in item.options]
                assert [row["option_label"] for row in rows] == [option.label for option in item.options]


def test_every_row_says_what_its_cells_mean() -> None:
    assert all(row["kind"] and row["notes"] for row in BOOK)


def test_a_number_has_its_range_and_a_scale_its_ends() -> None:
    severity = row_of("severity")
    assert severity["limits"].startswith("0 to 10 (0 = ")
    units = DEFINITION.questions["toxin_units"]
    assert isinstance(units, Integer)
    assert row_of("toxin_units")["limits"] == f"{units.min} to {units.max}"


def test_dates_say_how_exact_they_are() -> None:
    for question in DEFINITION.questions.values():
        if isinstance(question, PartialDate):
            row = row_of(question.column)
            assert (row["kind"], row["limits"]) == ("partial date", "YYYY, YYYY-MM or YYYY-MM-DD")
            assert f"{question.column}_precision" in row["precision"]
    assert row_of("dob")["precision"] == "exact to the day"
    assert row_of("onset_date_precision")["limits"] == "year, month or day"


def test_identifiers_and_free_text_are_marked_with_what_to_do() -> None:
    name = row_of("first_name")
    assert (name["identifier"], name["free_text"], name["deidentify"]) == ("yes", "yes", "drop")
    assert row_of("dob")["deidentify"] == "age"
    assert row_of("onset_date_precision")["identifier"] == "no"
    assert [row["deidentify"] for row in BOOK if row["column"] == "submission_id"] == ["drop"] * 4
    assert row_of("received_at")["deidentify"] == "year"
    assert row_of("signature_at")["deidentify"] == "year"
    for question in DEFINITION.questions.values():
        if question.identifier and not isinstance(question, Repeat):
            assert {row["identifier"] for row in BOOK if row["column"] == question.column} == {"yes"}


def test_conditions_are_said_in_words_with_the_names_of_columns() -> None:
    assert row_of("toxin_last")["asked_when"] == "toxin_ever is yes"
    assert row_of("first_name")["asked_when"] == ""
    assert row_of("phq")["asked_when"] == "phq_interest is answered and phq_down is answered"
    assert row_of("phq_interest", "0")["asked_when"] == "the setting phq2 is on"


def test_what_is_demanded_is_marked() -> None:
    assert row_of("first_name")["required"] == "always"
    assert row_of("side", "left")["required"] == "yes"
    assert row_of("goals_note")["required"] == "no"
    assert row_of("round_date")["required"] == "yes"


def test_a_plain_no_and_a_not_sure_are_marked() -> None:
    assert "plain no" in row_of("toxin_ever", "no")["notes"]
    assert "not sure" in row_of("toxin_ever", "unsure")["notes"]
    assert "plain no" in row_of("assoc___none", "none")["notes"]
    assert "plain no" not in row_of("toxin_ever", "yes")["notes"]


def test_a_question_added_to_the_definition_is_in_the_codebook() -> None:
    page = DEFINITION.page_of_question["goals_note"]
    new = Text(id="new_note", text="Anything new?", brief="New", column="new_note", max_length=40, free_text=True)
    current = replace(with_page(DEFINITION, page.id, [*page.questions, new]), version="1.2.0")
    rows = book(current)
    row = row_of("new_note", rows=rows)
    assert (row["question"], row["limits"], row["versions"]) == ("Anything new?", "at most 40 characters", "1.2.0")
    assert row_of("goals_note", rows=rows)["versions"] == "1.2.0 1.1.0"


def test_a_retired_question_and_a_retired_option_keep_their_rows() -> None:
    page = DEFINITION.page_of_question["course"]
    kept = [
        replace(q, options=q.options[1:]) if isinstance(q, Choice) and q.id == "onset_speed" else q
        for q in page.questions
        if q.id != "course"
    ]
    current = with_page(DEFINITION, page.id, kept)
    speed = DEFINITION.questions["onset_speed"]
    assert isinstance(speed, Choice)
    rows = book(current)
    assert row_of("course", "worse", rows)["wordings"] == DIGEST[:12]
    codes = [row["option_code"] for row in rows if row["column"] == "onset_speed"]
    assert codes == [*(option.code for option in speed.options[1:]), speed.options[0].code]
    assert row_of("onset_speed", codes[0], rows)["wordings"] == f"{digest_of(current)[:12]} {DIGEST[:12]}"


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        (c.equals("side", "left"), "side is left"),
        (c.all_of(c.has("assoc", "pain"), c.any_of(c.blank("side"), c.answered("dob"))),
         "assoc has pain and (side is not answered or dob is answered)"),
        (c.any_of(c.all_of(c.lacks("assoc", "none")), c.differs("side", "left")),
         "assoc lacks none or side is not left"),
        (c.one_of("side", "left", "both"), "side is one of left, both"),
        (c.has_any("toxin_rounds", "breath", "speech", item="side_effects"),
         "side_effects of some entry of toxin_rounds has one of breath, speech"),
        (c.over("toxin_units", 250), "toxin_units is over 250"),
        (c.at_least("severity", 8), "severity is 8 or more"),
        (c.surely_before("onset_date", "dob"), "onset_date is surely before dob"),
        (c.surely_after("onset_date", "today"), "onset_date is surely after today"),
        (c.older_than("dob", 110), "dob is more than 110 years ago"),
        (c.younger_than("dob", 18), "dob is less than 18 years ago"),
        (c.months_ahead_over("visit_date", 18), "visit_date is more than 18 months ahead"),
        (c.domain_in("email", "gmial.com"), "email ends in one of gmial.com"),
        (c.item_twice("date"), "date is the same in another entry"),
        (c.item_same_as("date", "toxin_last"), "date is the same as toxin_last"),
    ],
)  # fmt: skip
def test_every_comparison_has_words(condition: c.Condition, words: str) -> None:
    assert in_words(condition, lambda key: key) == words
