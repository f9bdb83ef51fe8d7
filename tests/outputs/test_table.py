"""The tables: their columns, their cells, old wordings, and five ways to have no plain answer."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.outputs.states import States
from app.outputs.table import Tables
from app.questionnaire import journey
from app.questionnaire.hemifacial_spasm import DEFINITION
from app.questionnaire.kinds import Choice, Choices, Definition, Option, Question, Repeat, Text
from app.questionnaire.wording import State, state_of
from tests.cases import BELLS, BILATERAL, CASES, TYPICAL
from tests.outputs import snapshot
from tests.outputs.documents import DIGEST, answers_of, case_document, digest_of, document, export_row, with_page
from tests.snapshots import same_as_kept

TABLES = Tables(((DIGEST, DEFINITION),), DEFINITION)


def main_row(sent: Mapping[str, Any], tables: Tables = TABLES, wording: str = DIGEST) -> dict[str, str]:
    """The main table's row of this document, by column."""
    return dict(zip(tables.main.header, tables.rows(export_row(sent, wording=wording)).main, strict=True))


def entry_rows(sent: Mapping[str, Any], name: str) -> list[dict[str, str]]:
    """The rows of a group's table, by column."""
    header = next(sheet.header for sheet in TABLES.groups if sheet.name == name)
    return [dict(zip(header, row, strict=True)) for at, row in TABLES.rows(export_row(sent)).entries if at == name]


def page_of(question: str) -> tuple[str, list[Question]]:
    """The page that a question stands on, with its questions."""
    page = DEFINITION.page_of_question[question]
    return page.id, list(page.questions)


def with_question(question: Question, beside: str) -> Definition:
    """The definition with one question more, on the page of another."""
    page, questions = page_of(beside)
    return with_page(DEFINITION, page, [*questions, question])


def without_question(question: str) -> Definition:
    """The definition as it would be after this question was retired."""
    page, questions = page_of(question)
    return with_page(DEFINITION, page, [q for q in questions if q.id != question])


def note(column: str, id_: str = "new_note") -> Text:
    return Text(id=id_, text="Anything new?", brief="New", column=column, max_length=40)


def test_the_header_is_the_snapshot_on_record() -> None:
    assert same_as_kept(snapshot.COLUMNS, snapshot.columns())


def test_the_visit_date_stands_once_and_says_the_answer() -> None:
    assert TABLES.main.header.count("visit_date") == 1
    assert main_row(case_document(TYPICAL))["visit_date"] == "2026-03-18"
    assert main_row(case_document(BELLS))["visit_date"] == ""


def test_our_own_columns_say_where_a_form_comes_from() -> None:
    row = main_row(case_document(TYPICAL))
    assert row["received_at"] == "2026-03-09T12:00:00-04:00"
    assert row["wording"] == DIGEST[:12]
    assert row["questionnaire_version"] == DEFINITION.version
    assert (row["language"], row["revision"], row["sent_early"]) == ("en-US", "1", "0")
    assert (row["flags"], row["flags_as_of"]) == ("htn no_mri", "2026-03-18")


def test_a_zero_is_a_zero_and_a_blank_is_no_number() -> None:
    answers = {**answers_of(TYPICAL), "severity": 0}
    assert main_row(document(answers))["severity"] == "0"
    del answers["severity"]
    assert main_row(document(answers))["severity"] == ""


def test_several_answers_fill_all_their_columns_or_none() -> None:
    row = main_row(case_document(TYPICAL))
    ticks = {name: cell for name, cell in row.items() if name.startswith("assoc___")}
    assert set(ticks.values()) == {"0", "1"}
    assert [name for name, cell in ticks.items() if cell == "1"] == ["assoc___clicks", "assoc___tearing"]
    answers = answers_of(TYPICAL)
    del answers["assoc"]
    for silent in (answers, {**answers, "assoc": []}):
        row = main_row(document(silent))
        assert {cell for name, cell in row.items() if name.startswith("assoc___")} == {""}
        assert "assoc" in row["skipped"].split()


@pytest.mark.parametrize(("given_", "exact"), [("2024", "year"), ("2024-05", "month"), ("2024-05-06", "day")])
def test_a_partial_date_stays_as_given_and_says_how_exact_it_is(given_: str, exact: str) -> None:
    row = main_row(document({**answers_of(TYPICAL), "onset_date": given_}))
    assert (row["onset_date"], row["onset_date_precision"]) == (given_, exact)


def test_consents_and_the_signature_say_which_words_and_when() -> None:
    row = main_row(case_document(TYPICAL))
    assert row["consent_store"] == "1"
    assert row["consent_store_version"] == "store-and-use-1"
    assert row["signature_version"] == "typed-name-2"
    assert row["signature_at"] == "2026-03-09T16:00:00Z"


def test_a_score_is_a_number_only_when_all_its_questions_are_answered() -> None:
    on = {"extra_questions": False, "phq2": True}
    both = {**answers_of(TYPICAL), "phq_interest": "0", "phq_down": "0"}
    assert main_row(document(both, settings=on))["phq"] == "0"
    one = {**answers_of(TYPICAL), "phq_interest": "3"}
    assert main_row(document(one, settings=on))["phq"] == ""


def test_entries_have_a_table_of_their_own_and_a_count() -> None:
    sent = case_document(BELLS)
    assert main_row(sent)["toxin_rounds_count"] == "1"
    assert main_row(sent)["mvd_rows_count"] == ""
    (row,) = entry_rows(sent, "toxin_rounds")
    assert (row["submission_id"], row["number"], row["entry_id"]) == (f"{1:032x}", "1", "entry000")
    assert (row["round_date"], row["round_date_precision"], row["round_units"]) == ("2025-08", "month", "15")
    assert (row["round_sites___around_eye"], row["round_sites___brow"]) == ("1", "0")


def test_confirmed_warnings_are_named_once_each() -> None:
    sent = case_document(BELLS)
    sent["warnings"] = [{"id": "round_is_last", "row": "a", "values": {}}, {"id": "round_is_last", "row": "b"}]
    assert main_row(sent)["warnings"] == "round_is_last"


def test_five_ways_to_have_no_plain_answer_are_told_apart() -> None:
    answers = {**answers_of(TYPICAL), "family": "no", "course": "unsure", "palsy_before": "no"}
    del answers["driving"]
    row = main_row(document(answers, stopped_at="impact"))
    assert row["course"] == "unsure"
    assert row["palsy_before"] == "no"
    assert "access_needs" in row["skipped"].split()
    assert "driving" in row["not_reached"].split()
    assert "toxin_last" in row["not_asked"].split()
    assert row["sent_early"] == "1"
    named = [*row["skipped"].split(), *row["not_reached"].split(), *row["not_asked"].split()]
    assert len(named) == len(set(named))
    assert not {"course", "palsy_before"} & set(named)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_every_question_is_answered_or_named_in_one_state(case: dict[str, Any]) -> None:
    sent = case_document(case)
    row = main_row(sent)
    named = {key for state in ("not_asked", "not_reached", "skipped") for key in row[state].split()}
    assert named == set(DEFINITION.questions) - set(sent["answers"])
    for key, word in case["expect"].get("states", {}).items():
        assert (key in row[word].split()) if word in row else (key not in named)


def a_value(question: Question) -> st.SearchStrategy[Any]:
    if isinstance(question, Choice):
        return st.sampled_from([option.code for option in question.options])
    if isinstance(question, Choices):
        codes = [option.code for option in question.options]
        return st.lists(st.sampled_from(codes), min_size=1, max_size=2, unique=True)
    return st.just([{"_id": "a"}] if isinstance(question, Repeat) else "2024")


SOME_ANSWERS = st.fixed_dictionaries({}, optional={q.id: a_value(q) for q in DEFINITION.questions.values()})


@settings(max_examples=100, deadline=None)
@given(SOME_ANSWERS, st.booleans(), st.booleans(), st.sets(st.sampled_from(list(DEFINITION.page_by_id))))
def test_states_are_those_of_the_path_even_with_answers_off_it(
    answers: dict[str, Any], extra: bool, phq2: bool, continued: set[str]
) -> None:
    on = {"extra_questions": extra, "phq2": phq2}
    told = States(DEFINITION).told({"answers": answers, "settings": on, "continued": list(continued)})
    path = journey.walk(DEFINITION, answers, on)
    states = {
        key: state_of(question, path.kept, key in path.asked, DEFINITION.page_of_question[key].id in continued)
        for key, question in DEFINITION.questions.items()
    }
    assert told.kept == path.kept
    assert told.not_asked == tuple(key for key, state in states.items() if state is State.NOT_ASKED)
    assert told.not_reached == tuple(key for key, state in states.items() if state is State.NOT_REACHED)
    assert told.skipped == tuple(key for key, state in states.items() if state is State.SKIPPED)


def test_an_answer_off_the_path_is_not_exported() -> None:
    sent = case_document(TYPICAL)
    sent["answers"] = {**sent["answers"], "toxin_units": 50, "of_another_form": "x"}
    row = main_row(sent)
    assert row["toxin_units"] == ""
    assert "toxin_units" in row["not_asked"].split()


def test_a_value_that_a_question_cannot_have_is_marked() -> None:
    sent = case_document(TYPICAL)
    sent["answers"] = {**sent["answers"], "side": "=cmd()", "severity": "=1+1"}
    row = main_row(sent)
    assert (row["side"], row["severity"]) == ("?=cmd()", "?=1+1")


def test_a_question_added_to_the_definition_has_a_column_at_its_place() -> None:
    definition = with_question(note("new_note"), "goals_note")
    header = Tables((), definition).main.header
    place = [q.column for q in definition.page_of_question["new_note"].questions].index("new_note")
    before = definition.page_of_question["new_note"].questions[place - 1].column
    assert header.index("new_note") == header.index(before) + 1


def test_a_retired_question_keeps_its_column_behind_the_others() -> None:
    current = without_question("course")
    tables = Tables(((DIGEST, DEFINITION), (digest_of(current), current)), current)
    header = tables.main.header
    assert header.index("course") == header.index("phq") + 1 == header.index("flags") - 1
    assert set(header) == set(TABLES.main.header)
    assert main_row(case_document(TYPICAL), tables)["course"] == "worse"
    new = document(answers_of(TYPICAL), definition=current)
    assert main_row(new, tables, digest_of(current))["course"] == ""


def test_a_retired_option_keeps_its_column_and_old_values_find_it() -> None:
    page, questions = page_of("assoc")
    changed = [
        replace(q, options=tuple(o for o in q.options if o.code != "clicks"))
        if isinstance(q, Choices) and q.id == "assoc"
        else q
        for q in questions
    ]
    current = with_page(DEFINITION, page, changed)
    tables = Tables(((DIGEST, DEFINITION), (digest_of(current), current)), current)
    old = main_row(case_document(TYPICAL), tables)
    assert (old["assoc___clicks"], old["assoc___tearing"]) == ("1", "1")
    new = main_row(document({**answers_of(TYPICAL), "assoc": ["tearing"]}), tables, digest_of(current))
    assert (new["assoc___clicks"], new["assoc___tearing"]) == ("", "1")


def test_a_column_that_was_text_in_any_wording_counts_as_text() -> None:
    page, questions = page_of("course")
    words = Text(id="course", text="How has it changed?", brief="Course", column="course", max_length=40)
    old = with_page(DEFINITION, page, [words if q.id == "course" else q for q in questions])
    tables = Tables(((digest_of(old), old),), DEFINITION)
    assert next(column.holds for column in tables.main.columns if column.name == "course") == "text"


@pytest.mark.parametrize("column", ["Upper", "ünïcode", "1st", "with space", "", "-1", "=cmd"])
def test_a_column_name_that_software_would_trip_over_is_refused(column: str) -> None:
    with pytest.raises(ValueError, match="no column name"):
        Tables((), with_question(note(column), "goals_note"))


@pytest.mark.parametrize("column", ["status", "flags", "side", "assoc___clicks", "onset_date_precision", "phq"])
def test_two_columns_of_one_name_are_refused(column: str) -> None:
    with pytest.raises(ValueError, match="two different things"):
        Tables((), with_question(note(column), "goals_note"))


def test_a_column_that_meant_another_question_once_is_refused() -> None:
    old = with_question(note("new_column", "old_note"), "goals_note")
    new = with_question(note("new_column", "new_note"), "goals_note")
    with pytest.raises(ValueError, match="two different things"):
        Tables(((digest_of(old), old),), new)


@pytest.mark.parametrize("column", ["submissions", "codebook", "drug_rows"])
def test_a_group_cannot_take_the_name_of_another_file(column: str) -> None:
    group = DEFINITION.repeats[0]
    page, questions = page_of(group.id)
    with pytest.raises(ValueError, match="two different things"):
        Tables((), with_page(DEFINITION, page, [replace(group, column=column), *questions[1:]]))


def test_a_form_that_does_not_open_has_a_row_that_claims_no_state() -> None:
    stray = replace(export_row(case_document(BELLS)), document=None, status="does_not_open")
    rows = TABLES.rows(stray)
    row = dict(zip(TABLES.main.header, rows.main, strict=True))
    said = ("submission_id", "reference", "received_at", "status", "revision", "wording", "questionnaire_version")
    assert tuple(name for name, cell in row.items() if cell) == said
    assert rows.entries == ()


def test_a_wording_that_was_not_given_is_a_lookup_error() -> None:
    stray = export_row(case_document(BILATERAL), wording="f" * 64)
    with pytest.raises(LookupError, match="unknown wording"):
        TABLES.rows(stray)


def test_an_option_added_to_a_list_has_a_column() -> None:
    page, questions = page_of("assoc")
    more = Option(code="itching", label="Itching")
    changed = [
        replace(q, options=(more, *q.options)) if isinstance(q, Choices) and q.id == "assoc" else q for q in questions
    ]
    assert "assoc___itching" in Tables((), with_page(DEFINITION, page, changed)).main.header
