"""What patients said comes back from the files as they said it, in both variants, whatever it was."""

from typing import Any, assert_never

import pytest

from app.outputs.csv_text import unguard
from app.questionnaire.hemifacial_spasm import DEFINITION
from app.questionnaire.kinds import (
    Choice,
    Choices,
    Confirm,
    Date,
    Email,
    Integer,
    LongText,
    PartialDate,
    Phone,
    Question,
    Repeat,
    Scale,
    Text,
)
from tests.cases import BELLS, CASES, TYPICAL
from tests.outputs.documents import answers_of, case_document, document, export, export_row
from tests.outputs.unpack import members, table

HOSTILE = [
    'He said "stop", twice',
    "=cmd|' /C calc'!A0",
    "=1+1",
    "+1 212 555 0101",
    "-1",
    "@SUM(A1)",
    "'already quoted",
    "''twice",
    "\ttab first",
    "\rreturn first",
    "\nline first",
    "\0null first",
    "null \0 inside",
    "＝1+1",
    "＠SUM(A1)",
    "line\nbreak\r\nand\rreturn",
    "مرحبا \u202e evil \u202c",
    "שלום",
    "👩🏽‍⚕️ 🇺🇸 e\u0301",
    "\ufeffmark first",
    "a,b;c\td",
    '"',
    '""',
    '","',
    "'",
    "02115",
    "1E5",
    "2024-03-04",
    " ",
    "\u2028\u2029\x85",
    "\U0010ffff\ufffe",
    "x" * 4000,
    '"\n,' * 1300,
]


def value_in(row: dict[str, str], question: Question) -> Any:
    """The answer to a question as a reader of the CSV finds it, or None."""
    cell = row.get(question.column, "")
    match question:
        case Choices():
            cells = {option.code: row[f"{question.column}___{option.code}"] for option in question.options}
            assert set(cells.values()) in ({""}, {"0"}, {"1"}, {"0", "1"})
            return [code for code, tick in cells.items() if tick == "1"] or None
        case Integer() | Scale():
            return int(cell) if cell else None
        case Confirm():
            return cell == "1" or None
        case Choice() | Text() | LongText() | Email() | Phone() | Date() | PartialDate():
            return cell or None
        case Repeat():
            return None
        case _:
            assert_never(question)


def answers_in(files: dict[str, bytes], submission: str) -> dict[str, Any]:
    """All answers of one submission as a reader of the files finds them."""
    (row,) = [r for r in table(files["submissions.csv"]) if r["submission_id"] == submission]
    answers = {q.id: value_in(row, q) for q in DEFINITION.questions.values()}
    for group in DEFINITION.repeats:
        rows = [r for r in table(files[f"{group.column}.csv"]) if r["submission_id"] == submission]
        assert [r["number"] for r in rows] == [str(n) for n in range(1, len(rows) + 1)]
        assert row[f"{group.column}_count"] == (str(len(rows)) if rows else "")
        answers[group.id] = [
            {"_id": r["entry_id"], **given({item.id: value_in(r, item) for item in group.items})} for r in rows
        ] or None
    return given(answers)


def given(answers: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in answers.items() if value is not None}


def in_order_of_the_form(value: Any) -> Any:
    """Codes in any order are the same answer."""
    if isinstance(value, dict):
        return {key: in_order_of_the_form(part) for key, part in value.items()}
    if isinstance(value, list):
        return [in_order_of_the_form(v) for v in value] if value and isinstance(value[0], dict) else sorted(value)
    return value


def test_the_example_patients_come_out_equal_to_their_answers() -> None:
    files = members(export([export_row(case_document(case), n) for n, case in enumerate(CASES, 1)]))
    for number, case in enumerate(CASES, 1):
        assert in_order_of_the_form(answers_in(files, f"{number:032x}")) == in_order_of_the_form(answers_of(case))


@pytest.mark.parametrize("guarded", [False, True])
def test_hostile_text_comes_back_as_it_was_typed(guarded: bool) -> None:
    sent = document({**answers_of(TYPICAL), "drugs": ["other"]})
    documents = [
        {
            **sent,
            "answers": {
                **sent["answers"],
                **dict.fromkeys(("first_name", "meds", "email", "phone", "signature"), text),
                "drug_rows": [{"_id": "a", "name": "other", "dose": text}],
            },
        }
        for text in HOSTILE
    ]
    files = members(export([export_row(d, n) for n, d in enumerate(documents)], guarded=guarded))
    undo = unguard if guarded else str
    main = table(files["submissions.csv"], guarded=guarded)
    assert len(main) == len(HOSTILE)
    for column in ("first_name", "meds", "email", "phone", "signature"):
        assert [undo(row[column]) for row in main] == HOSTILE
    assert [undo(row["drug_dose"]) for row in table(files["drug_rows.csv"], guarded=guarded)] == HOSTILE


def test_the_guard_changes_text_only_and_nothing_at_all_in_a_raw_export() -> None:
    sent = document({**answers_of(TYPICAL), "first_name": "=Marisol", "phone": "+1 212 555 0142"})
    (raw,) = table(members(export([export_row(sent)]))["submissions.csv"])
    (guarded,) = table(members(export([export_row(sent)], guarded=True))["submissions.csv"], guarded=True)
    assert {column for column in raw if raw[column] != guarded[column]} == {"first_name", "phone"}
    assert (raw["phone"], guarded["phone"]) == ("+1 212 555 0142", "'+1 212 555 0142")


def test_a_document_that_was_tampered_with_brings_no_formula_into_a_spreadsheet() -> None:
    bad = "=cmd()"
    sent = case_document(BELLS)
    sent["answers"] = {key: bad if isinstance(value, str | int) else value for key, value in sent["answers"].items()}
    sent["answers"]["toxin_rounds"] = [{"_id": bad, "date": bad, "product": bad, "units": bad, "clinic": bad}]
    sent |= {"language": bad, "warnings": [{"id": bad}], "flags": {"ids": [bad], "version": bad, "as_of": bad}}
    sent["consents"] = [{"id": "consent_truth", "version": bad, "at": bad}]
    sent["answers"] |= {"toxin_ever": "yes", "toxin_count": "2_4", "toxin_records": "yes"}
    files = members(export([export_row(sent)], guarded=True))
    cells = [
        cell
        for name in ("submissions.csv", "toxin_rounds.csv")
        for row in table(files[name], guarded=True)
        for cell in row.values()
    ]
    assert cells.count("'=cmd()") > 10
    assert not any(cell.startswith(tuple("=+-@")) for cell in cells)
