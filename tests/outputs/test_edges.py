"""What the guard must leave alone, and what it must not forget."""

from app.outputs.csv_text import unguard
from app.questionnaire.hemifacial_spasm import DEFINITION
from app.questionnaire.kinds import Integer
from tests.cases import TYPICAL
from tests.outputs.documents import answers_of, digest_of, document, export, export_row, with_page
from tests.outputs.unpack import members, table

PAGE = DEFINITION.page_of_question["goals_note"]
CHANGE = Integer(id="change", text="-5 worse to 5 better?", brief="=Change", column="change", min=-5, max=5)
CURRENT = with_page(DEFINITION, PAGE.id, [*PAGE.questions, CHANGE])
DIGEST = digest_of(CURRENT)


def exported(*, guarded: bool) -> dict[str, list[dict[str, str]]]:
    """The tables of one patient who answers a question with -1."""
    sent = document({**answers_of(TYPICAL), "change": -1}, definition=CURRENT)
    wordings = ((DIGEST, CURRENT),)
    files = members(export([export_row(sent, wording=DIGEST)], guarded=guarded, wordings=wordings, current=CURRENT))
    return {name: table(data, guarded=guarded) for name, data in files.items() if name.endswith(".csv")}


def test_a_number_below_zero_stays_a_number_in_both_variants() -> None:
    for guarded in (False, True):
        assert exported(guarded=guarded)["submissions.csv"][0]["change"] == "-1"


def test_the_codebook_is_guarded_as_well_and_can_be_undone() -> None:
    raw, safe = exported(guarded=False)["codebook.csv"], exported(guarded=True)["codebook.csv"]
    assert {row["question"] for row in safe if row["column"] == "change"} == {"'-5 worse to 5 better?"}
    assert {row["brief"] for row in safe if row["column"] == "change"} == {"'=Change"}
    assert [{key: unguard(cell) for key, cell in row.items()} for row in safe] == raw


def test_one_rule_undoes_the_guard_in_every_cell() -> None:
    raw, safe = exported(guarded=False), exported(guarded=True)
    for name in raw:
        assert [{key: unguard(cell) for key, cell in row.items()} for row in safe[name]] == raw[name]
