"""A brief as text for the chart says which form it is, what staff wrote, and what nobody has acknowledged yet."""

from typing import Any

import pytest

from app.outputs.brief_sheet import BriefSheet
from app.outputs.brief_text import sheet_as_text
from app.questionnaire.brief import as_text
from app.questionnaire.brief.model import Line, Said
from app.questionnaire.brief.text import CHARACTERS, COLUMNS, columns
from tests.briefs import brief_of, long_treated, whole_examples
from tests.cases import TYPICAL
from tests.outputs.documents import answers_of, document

SHORT = {key: value for key, value in answers_of(TYPICAL).items() if key in ("last_name", "first_name", "dob", "side")}
LONG = "The lid closes when I read and I lose the line. " * 83


def sheet_of(answers: dict[str, Any], *notes: str, **known: Any) -> BriefSheet:
    by = Said(text="dr.rivera, 09-Mar-2026, 12:00 PM", kind="staff", joined=" — ")
    said = [(Said(text=note, kind="staff"), by) for note in notes]
    staff = tuple(Line(id=f"note{number}", label="Note", said=both) for number, both in enumerate(said))
    about = {"reference": "K7QM-2X9D", "chart": "MR 0012", "visit": "", "received": "", "status": "Received"}
    return BriefSheet(**{**about, "brief": brief_of(document(answers)), "staff": staff, **known})


def test_the_text_says_which_form_it_is_and_what_staff_wrote() -> None:
    text = sheet_as_text(sheet_of(SHORT, "Records come by mail."))
    assert text.split("\n")[1:4] == ["Born: 14-Aug-1969 (56)", "Reference: K7QM-2X9D", "Chart number: MR 0012"]
    assert "\nStaff, Note: Records come by mail. — dr.rivera, 09-Mar-2026, 12:00 PM\n" in text
    assert "acknowledged" not in text
    assert "Written by staff" not in text
    assert "Chart number" not in sheet_as_text(sheet_of(SHORT, chart=""))


def test_urgent_flags_that_nobody_acknowledged_are_told_as_such() -> None:
    text = sheet_as_text(sheet_of({**long_treated(40), "urgent_now": ["speech"]}, unseen=True))
    assert "\nAttention: nobody has acknowledged the urgent flags of this form yet\n" in text


def test_a_long_note_is_shown_by_its_beginning_and_the_rest_is_named() -> None:
    text = " ".join(sheet_as_text(sheet_of(SHORT, LONG[:2000])).split())
    assert "Staff, Note: The lid closes" in text
    assert "… [full form] — dr.rivera" in text
    assert "Written by staff" in text.rpartition("Left to the full form")[2]


@pytest.mark.parametrize("note", ["Called.", LONG[:2000], "W" * 2000, "左侧面部抽搐" * 300, "a\u202eb"])
@pytest.mark.parametrize("count", [1, 12])
def test_it_keeps_its_limits_whatever_staff_wrote_and_the_first_block_stays(note: str, count: int) -> None:
    hard = {**long_treated(40), "urgent_now": ["speech"], "goals_note": LONG[:4000].strip(), "last_name": "L" * 100}
    for answers in (SHORT, long_treated(), hard):
        sheet = sheet_of(answers, *[note] * count, unseen=True, chart="M" * 32)
        text = sheet_as_text(sheet)
        assert len(text) <= CHARACTERS
        assert all(columns(line) <= COLUMNS for line in text.split("\n"))
        assert "\u202e" not in text
        for label in ("Patient", "Born", "Reference", "Chart number", "Attention", "Spasm"):
            assert f"\n{label}:" in f"\n{text}", label
        if text.count("Staff, Note:") < count:
            assert "Written by staff" in " ".join(text.rpartition("Left to the full form")[2].split())


@pytest.mark.parametrize("name", whole_examples())
def test_with_nothing_beside_a_form_its_text_is_that_of_the_brief(name: str) -> None:
    shown = whole_examples()[name]
    assert sheet_as_text(sheet_of(SHORT, brief=shown, reference="", chart="")) == as_text(shown)
