"""The size of a brief's type, reckoned: as large as measuring would have it, and measured where it is wrong."""

from collections import Counter
from typing import Any

import pypdfium2
import pytest
from pypdfium2 import raw

from app.outputs import typesetting
from app.outputs.brief_drawing import Drawing, drawing, with_texts
from app.outputs.brief_pdf import FONTS
from app.outputs.brief_rows import in_rows
from app.outputs.brief_sheet import BriefSheet
from app.outputs.brief_sizes import LABELS
from app.outputs.letter_widths import width
from app.outputs.printable import printable
from tests.briefs import brief_of, long_treated, whole_examples
from tests.cases import TYPICAL
from tests.outputs.documents import answers_of, document
from tests.outputs.test_brief_pdf import CHINESE, CLINIC, PRINTED, STRETCHED, Read, needs_chinese, sheet_of

BODY = 11
"""The size of plain text in points."""
TOO_LARGE = 13.0
SENTENCES = (
    "around the eye, cheek; began after 4 days; side effects: droopy eyelid",
    "XEOMIN 120 units, 11-Feb-2026, MVD, BOTOX, DYSPORT, MRI and MRA",
    "WWWWWWWWWWMMMMMMMMMMiiiiiiiiiillllllllll",
    "Nguyen-Lukasiewicz “Lid drooped” — for two weeks’ time",
)


def sheets() -> dict[str, BriefSheet]:
    stretched = {
        name: brief_of(document({**answers_of(TYPICAL), **{key: text[:4000].strip() for key, text in answers.items()}}))
        for name, answers in STRETCHED.items()
    }
    crowded = brief_of(document({**long_treated(40), "urgent_now": ["speech"], "toxin_se": ["swallow", "breath"]}))
    shown = {**whole_examples(), **stretched, "crowded": crowded}
    return {name: sheet_of(one, "Called. " * 30) for name, one in shown.items()}


SHEETS = sheets()


def final(sheet: BriefSheet) -> Drawing:
    return in_rows(with_texts(drawing(sheet, CLINIC, PRINTED), printable))


def pdf_of(*drawn: Drawing) -> bytes:
    data = {"title": "Briefs", "fonts": typesetting.available(FONTS), "labels": LABELS, "sheets": list(drawn)}
    return typesetting.pdf("brief.typ", data)


def type_size(made: bytes) -> float:
    """The size that most letters of the first page are set in."""
    letters = pypdfium2.PdfDocument(made)[0].get_textpage()
    sizes = (raw.FPDFText_GetFontSize(letters.raw, at) for at in range(letters.count_chars()))
    return Counter(round(size, 2) for size in sizes).most_common(1)[0][0]


@pytest.mark.parametrize("name", SHEETS)
def test_a_page_is_set_about_as_large_as_measuring_would_have_it(name: str) -> None:
    drawn = final(SHEETS[name])
    measured = type_size(pdf_of({**drawn, "size": 10.0 if drawn["size"] < 10 else TOO_LARGE}))
    assert type_size(pdf_of(drawn)) == pytest.approx(drawn["size"], abs=0.01), "it was not too large"
    assert min(measured, 10) - 0.5 <= drawn["size"]


def test_pages_that_were_reckoned_too_large_are_measured_each_and_stay_one() -> None:
    names = ("long_treated", "no space", "names", "typical_new")
    made = Read(pdf_of(*({**final(SHEETS[name]), "size": TOO_LARGE} for name in names)))
    starts = [number for number, head in enumerate(made.heads) if "page1of" in head]
    assert len(starts) == len(names)
    for start, name in zip(starts, names, strict=True):
        assert made.bodies[start].endswith(f"{SHEETS[name].brief.rules[-1].id}.")
        assert f"page1of{[*starts, len(made.heads)][starts.index(start) + 1] - start}" in made.heads[start]


@needs_chinese
def test_a_page_in_chinese_is_reckoned_too() -> None:
    answers = {**long_treated(9), "first_name": "明美", "last_name": "佐藤", "goals_note": CHINESE[:4000]}
    drawn = final(sheet_of(brief_of(document(answers))))
    assert type_size(pdf_of(drawn)) == pytest.approx(drawn["size"], abs=0.01)


@pytest.mark.parametrize("text", SENTENCES)
def test_words_are_as_wide_as_they_are_reckoned(text: str) -> None:
    page = pypdfium2.PdfDocument(typesetting.pdf("text.typ", {"text": text}))[0].get_textpage()
    boxes = [page.get_charbox(at, loose=True) for at in range(page.count_chars())]
    set_in = (max(box[2] for box in boxes) - min(box[0] for box in boxes)) / BODY
    assert set_in <= width(text) * 1.02
    assert width(text) <= set_in * 1.06
    assert width(text, bold=True) > width(text)


@pytest.mark.parametrize("kept", ["11-Feb-2026", "1,000 mg", "20.5 units"])
def test_a_date_or_a_dose_at_the_end_of_a_row_stays_whole(kept: str) -> None:
    """A date in two rows could be read as another date, a dose without its unit as another dose."""
    notes = [f"{'i' * more} {'so ' * words}{kept}" for words in range(28, 40) for more in range(1, 4)]
    rows = rows_of(pdf_of(final(sheet_of(whole_examples()["typical_new"], *notes))))
    assert sum(row.endswith(kept) for row in rows) == len(notes)
    assert sum(row == kept for row in rows) > 3, "some did not have room in the first row"


def test_every_cell_of_a_table_stands_in_one_row_of_a_height_that_is_given() -> None:
    drawn = final(SHEETS["long_treated"])
    timeline: Any = drawn["timeline"]
    assert len(timeline["widths"]) == len(timeline["heads"])
    rows = rows_of(pdf_of(drawn))
    tables = [timeline, *(section for section in drawn["appendix"] if "rows" in section)]
    cells = [cell for table in tables for line in table["rows"] for cell in line]
    assert len(cells) > 60
    assert all(any(cell in row for row in rows) for cell in cells)


@pytest.mark.parametrize("name", ["x" * 90, "κλοναζεπάμη"])
def test_a_table_with_a_cell_of_unknown_rows_takes_the_height_that_it_needs(name: str) -> None:
    drug = {"_id": "drugaaaa", "name": name, "dose": "1 mg", "still": "yes", "helped": "half"}
    drawn = final(sheet_of(brief_of(document({**long_treated(2), "drug_rows": [drug]}))))
    tables = [drawn["timeline"], *(section for section in drawn["appendix"] if "rows" in section)]
    (table,) = (table for table in tables if any(name in line for line in table["rows"]))
    assert table["widths"] == []
    assert name in "".join(rows_of(pdf_of(drawn)))


def rows_of(made: bytes) -> list[str]:
    pages = [page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(made)]
    return "\n".join(pages).replace("\ufffe", "-").splitlines()
