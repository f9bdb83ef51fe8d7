"""The brief as a PDF, read back with two other programs: whole, one page, tagged, never boxes, never markup."""

import io
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cache
from typing import Any

import pypdfium2
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader
from pypdf.generic import ContentStream, DictionaryObject

from app.outputs import typesetting
from app.outputs.brief_pdf import brief_pdf
from app.outputs.brief_sheet import BriefSheet
from app.outputs.printable import LACKING, LACKING_AGAIN, NOT_A_SIGN, in_words, printable
from app.questionnaire.brief import Brief
from app.questionnaire.brief.model import Line, Said
from app.questionnaire.hemifacial_spasm import DEFINITION
from tests.any_answers import any_answers
from tests.briefs import ALL_ON, brief_of, long_treated, whole_examples
from tests.cases import TYPICAL
from tests.outputs.documents import answers_of, document

CLINIC, PRINTED = "Sample Clinic for Faces", "02-Apr-2026, 7:55 AM"
INCH = 72
LONG = "The lid closes when I read and I lose the line. " * 83
CHINESE, ARABIC = "左侧面部抽搐影响我的工作和生活。" * 200, "جفني الأيسر يرتعش طوال اليوم ولا أستطيع القراءة. " * 70
needs_chinese = pytest.mark.skipif(
    not typesetting.draws("佐"), reason="NOT RUN: no font here draws Chinese (`make fonts`)"
)


def sheet_of(shown: Brief, *staff: str, **known: Any) -> BriefSheet:
    """A sheet of this brief, with these words of staff."""
    lines = tuple(Line(id=f"staff{number}", label="Note", said=(_written(text),)) for number, text in enumerate(staff))
    about = {"reference": "K7QM-2X9D", "chart": "MR 0012", "visit": "02-Apr-2026", "received": "09-Mar-2026, 12:00 PM"}
    return BriefSheet(**{**about, "brief": shown, "phone": "", "status": "In review", "staff": lines, **known})


def _written(text: str) -> Said:
    return Said(text=text, kind="staff")


def sheet_with(answers: Mapping[str, Any], *staff: str) -> BriefSheet:
    """A sheet of the typical patient's form with these answers changed."""
    return sheet_of(brief_of(document({**answers_of(TYPICAL), **answers})), *staff)


def pdf_of(*sheets: BriefSheet, system_fonts: bool = True) -> bytes:
    return brief_pdf(sheets, CLINIC, PRINTED, system_fonts=system_fonts)


@cache
def example(name: str) -> tuple[Brief, "Read"]:
    shown = whole_examples()[name]
    return shown, Read(pdf_of(sheet_of(shown)))


class Read:
    """A PDF as PDFium reads it: of each page its furniture (header and footer) and what stands between, unspaced."""

    def __init__(self, made: bytes) -> None:
        self.made = made
        pages = [page.get_textpage() for page in pypdfium2.PdfDocument(made)]
        self.heads = [unspaced(page.get_text_bounded(bottom=11 * INCH - 0.7 * INCH)) for page in pages]
        self.feet = [unspaced(page.get_text_bounded(top=0.68 * INCH)) for page in pages]
        self.bodies = [unspaced(page.get_text_bounded(bottom=0.68 * INCH, top=10.3 * INCH)) for page in pages]

    @property
    def main(self) -> str:
        return self.bodies[0]

    @property
    def whole(self) -> str:
        return "".join(self.bodies)


def unspaced(text: str) -> str:
    """Text without spaces; PDFium's mark for a hyphen at the end of a row is a hyphen again."""
    return "".join(text.replace("\ufffe", "-").replace("\x02", "-").split())


def assert_all_is_there(shown: Brief, read: Read) -> None:
    """Every statement stands on the one main page, or behind it when the brief left it to the appendix."""
    behind = "".join(read.bodies[1:])
    bars = shown.impact.bars if shown.impact and any(bar.value is not None for bar in shown.impact.bars) else ()
    on_page = [*shown.first.lines, *(ln for s in shown.sections if s.id != "timeline" for ln in s.lines)]
    on_page = [replace(line, label=f"{line.label}:") if line.id == "appendix" else line for line in on_page]
    for line in on_page:
        if line.id == "impact" and bars:
            for bar in bars:
                assert unspaced(f"{bar.label}{'' if bar.value is None else bar.value}{bar.words}") in read.main
        else:
            assert unspaced(line.label + line.text) in read.main
    for line in [ln for s in shown.appendix if s.id != "timeline" for ln in s.lines]:
        assert unspaced(line.label + line.text) in behind
    for row in shown.timeline.rows if shown.timeline else ():
        assert unspaced("".join(row.cells)) in (read.main if row.on_page else behind)
    assert "Rulesused:" in read.main, "the legend ends the main page"
    assert bool(behind) == bool(shown.appendix)


# What is on it


@pytest.mark.parametrize("name", whole_examples())
def test_every_statement_of_an_example_is_there_and_the_main_page_is_one(name: str) -> None:
    shown, read = example(name)
    assert_all_is_there(shown, read)
    assert read.main.endswith(f"{shown.rules[-1].id}.")
    assert_nothing_leaves_the_paper(read)


@pytest.mark.parametrize("name", whole_examples())
def test_a_timeline_has_its_heading_on_the_page_only_with_something_below_it(name: str) -> None:
    shown, read = example(name)
    told = shown.timeline is not None and (
        bool(shown.timeline.ticks) or any(row.on_page for row in shown.timeline.rows)
    )
    in_pointer = read.main.partition("Intheappendix:")[2].count("Timeline")
    assert read.main.count("Timeline") == told + in_pointer


@pytest.mark.parametrize("name", ["long_treated", "typical_new"])
def test_every_page_says_whose_it_is_and_that_it_is_no_diagnosis(name: str) -> None:
    shown, read = example(name)
    pages = len(read.bodies)
    for number, (head, foot) in enumerate(zip(read.heads, read.feet, strict=True), start=1):
        for text in (shown.banner.name, shown.banner.born, "K7QM-2X9D", f"page {number} of {pages}"):
            assert unspaced(text) in head
        versions = ", ".join(f"{key} {version}" for key, version in shown.versions.items())
        for text in ("Told by the patient. Not a diagnosis.", shown.draft, versions, CLINIC, PRINTED):
            assert unspaced(text) in foot


def test_the_banner_says_what_the_clinic_knows_and_what_is_unusual() -> None:
    unseen = sheet_of(whole_examples()["sent_early"], unseen=True, chart="", visit="", phone="212-555-0142")
    early = Read(pdf_of(unseen))
    assert "Sentearlyon09-Mar-2026:thepatienthadnotcometoeverypage." in early.main
    assert "Nobodyhasacknowledgedtheurgentflagsofthisformyet.Phone:212-555-0142" in early.main
    assert "VisitNotknown" in early.main
    assert "Chart" not in early.main
    helped = sheet_with({"filled_by": "helper", "helper_name": "Sam Testpatient", "helper_relation": "spouse"})
    read = Read(pdf_of(helped))
    assert unspaced(f"Filled in by: {helped.brief.banner.filled_in_by}") in read.main
    assert "“SamTestpatient”" in read.main
    assert "ChartnumberMR0012" in read.main
    assert "Sentearly" not in read.main
    assert "Filledinby" not in example("typical_new")[1].main


def test_patients_rules_and_staff_are_told_apart_by_the_face_of_the_type_and_a_box() -> None:
    shown = whole_examples()["long_treated"]
    faces = list(spans(PdfReader(io.BytesIO(pdf_of(sheet_of(shown, "The clinic will fax its note."))))))
    assert "Italic" in face_of(faces, "at age 57 to 58")
    assert "Italic" in face_of(faces, "Eye closure and driving")
    assert "Bold" in face_of(faces, "clonazepam")
    assert face_of(faces, "“Lid drooped") == face_of(faces, "gradual; since") == face_of(faces, "will fax its")
    read = Read(pdf_of(sheet_of(shown, "The clinic will fax its note.")))
    assert read.main.index("Writtenbystaff") < read.main.index("willfaxitsnote") < read.main.index("Rulesused")


def spans(pdf: PdfReader) -> Iterator[tuple[str, str]]:
    """Pieces of text with the name of their font, by pypdf."""
    found: list[tuple[str, str]] = []
    for page in pdf.pages:
        page.extract_text(
            visitor_text=lambda text, _cm, _tm, font, _size: found.append((text, str((font or {}).get("/BaseFont"))))
        )
    yield from found


def face_of(faces: Sequence[tuple[str, str]], text: str) -> str:
    return next(face for words, face in faces if text in words)


def test_what_staff_wrote_beyond_the_room_of_the_page_is_in_the_appendix_whole() -> None:
    notes = [f"Call number {number}: " + "the patient said the same as before. " * 6 for number in range(9)]
    read = Read(pdf_of(sheet_of(whole_examples()["typical_new"], *notes)))
    assert "Morethatstaffwroteisintheappendix." in read.main
    assert len(read.bodies) == 2
    assert [unspaced(note) in read.main for note in notes] == [True, *[False] * 8]
    assert all(unspaced(note) in read.bodies[1] for note in notes[1:])


def test_a_day_of_briefs_begins_a_page_for_each_and_counts_pages_for_each() -> None:
    examples = [whole_examples()[name] for name in ("long_treated", "typical_new", "sent_early")]
    read = Read(pdf_of(*(sheet_of(shown, reference=f"DAY{n}-REFS") for n, shown in enumerate(examples))))
    counts = [len(example(name)[1].bodies) for name in ("long_treated", "typical_new", "sent_early")]
    heads = iter(read.heads)
    for number, (shown, count) in enumerate(zip(examples, counts, strict=True)):
        for page in range(1, count + 1):
            head = next(heads)
            assert unspaced(shown.banner.name) in head
            assert f"DAY{number}-REFSpage{page}of{count}" in head
    assert next(heads, None) is None
    with pytest.raises(ValueError, match="needs a brief"):
        pdf_of()


# One page, whatever was told


STRETCHED: dict[str, dict[str, Any]] = {
    "english": {"goals_note": LONG, "meds": LONG},
    "no space": {"goals_note": "W" * 4000, "meds": "i" * 4000},
    "names": {"first_name": "W" * 100, "last_name": "M" * 100, "preferred_name": "W" * 100},
    "accents": {"goals_note": "e\u0301" * 1500, "meds": "x" + "n\u0303" * 1500},
}


@pytest.mark.parametrize("name", STRETCHED)
def test_long_answers_leave_one_main_page_and_are_whole_behind_it(name: str) -> None:
    answers = {key: value[:4000].strip() for key, value in STRETCHED[name].items()}
    shown = brief_of(document({**answers_of(TYPICAL), **answers}))
    read = Read(pdf_of(sheet_of(shown, "Called. " * 40)))
    assert_all_is_there(shown, read)
    if "goals_note" in answers:
        assert unspaced(answers["goals_note"]) in read.whole
    assert_nothing_leaves_the_paper(read)


def assert_nothing_leaves_the_paper(read: Read) -> None:
    """Every letter lies within the margins."""
    for page in pypdfium2.PdfDocument(read.made):
        assert page.get_size() == (8.5 * INCH, 11 * INCH)
        letters = page.get_textpage()
        drawn = (at for at in range(letters.count_chars()) if letters.get_text_range(at, 1).strip())
        boxes = [letters.get_charbox(at) for at in drawn]
        assert min(left for left, _bottom, _right, _top in boxes) >= 0.49 * INCH
        assert max(right for _left, _bottom, right, _top in boxes) <= 8.01 * INCH
        assert min(bottom for _left, bottom, _right, _top in boxes) >= 0.2 * INCH


@pytest.mark.parametrize("words", [CHINESE, ARABIC], ids=["chinese", "arabic"])
def test_long_answers_in_other_scripts_leave_one_main_page(words: str) -> None:
    shown = brief_of(
        document({**answers_of(TYPICAL), "goals_note": words[:4000].strip(), "meds": words[:4000].strip()})
    )
    read = Read(pdf_of(sheet_of(shown)))
    assert "Rulesused" in read.main
    assert "Appendix" in read.bodies[1]
    assert_nothing_leaves_the_paper(read)


def test_forty_shots_every_flag_and_long_answers_everywhere_leave_one_main_page() -> None:
    answers = {**long_treated(40), "urgent_now": ["speech", "vision_loss"], "toxin_se": ["swallow", "breath"]}
    answers |= dict.fromkeys(("goals_note", "meds", "access_needs", "toxin_se_note"), LONG[:4000].strip())
    answers |= {"conditions": ["mg", "ms", "htn", "eye_surgery", "lung"], "allergies": ["toxin", "milk"]}
    answers |= {"assoc": ["pain", "numb", "weak", "hearing_loss", "lump"], "side": "both", "suppress": "yes"}
    shown = brief_of(document(answers, settings=ALL_ON))
    read = Read(pdf_of(sheet_of(shown, *["Called about the dose."] * 12, unseen=True)))
    assert_all_is_there(shown, read)
    assert_nothing_leaves_the_paper(read)


def test_no_answers_and_only_the_demanded_ones_make_a_page() -> None:
    demanded = {key: value for key, value in answers_of(TYPICAL).items() if DEFINITION.questions[key].required}
    for sent in (document({}, stopped_at="who"), document(demanded)):
        shown = brief_of(sent)
        assert_all_is_there(shown, Read(pdf_of(sheet_of(shown))))


@settings(
    deadline=None,
    max_examples=10,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    phases=[Phase.explicit, Phase.generate],
)
@given(any_answers(), st.text(max_size=300))
def test_any_answers_and_any_note_make_a_pdf_with_one_main_page(answers: dict[str, Any], note: str) -> None:
    read = Read(pdf_of(sheet_of(brief_of(document(answers, settings=ALL_ON)), f"Note: {note}")))
    assert "Rulesused:" in read.main
    assert f"page1of{len(read.bodies)}" in read.heads[0]


# Never markup


HOSTILE = (
    '#read("/etc/passwd")',
    "*bold* _it_ $x^2$ `raw` <label> @cite ~ -- --- ... 'a' \"b\" // c /* d */ = e\\",
    '#import "@preview/x:0.1.0": y',
    '#{while true {}} #sys.inputs.data #panic("x") ]]]) #eval("1")',
    "%PDF (a) \\) endstream </svg><script>alert(1)</script> &amp; {{ 7*7 }}",
    '{"data": "\\u0041"} \\u{41}',
)


@pytest.mark.parametrize("text", HOSTILE)
def test_what_looks_like_markup_comes_back_as_it_was_typed(text: str) -> None:
    answers = {"goals_note": text, "meds": text, "first_name": text, "last_name": "Sample"}
    sheet = replace(sheet_with(answers, text), chart=text, status=text, reference=text)
    read = Read(pdf_of(sheet))
    assert unspaced(f"“{text}”") in read.whole
    assert unspaced(f"SAMPLE, {text}") in read.main
    assert unspaced(f"Note{text}") in read.main
    assert unspaced(text) in read.heads[0]
    assert "root:x:0:0" not in read.whole


def test_the_typesetter_can_read_its_templates_and_no_other_file() -> None:
    assert {path.suffix for path in typesetting.ROOT.iterdir()} == {".typ"}
    for path in typesetting.ROOT.iterdir():
        words = path.read_text()
        for reading in ("import", "include", "read(", "eval(", "plugin(", "@preview", "mode:"):
            assert reading not in words, f"{path.name}: {reading}"


def test_control_characters_and_marks_of_direction_stand_for_nothing_else() -> None:
    typed = "a\x00b\x07c\x1b[31md\u202ee\u2066f\ud800g\ue000h\ti\x85j\u2028k\rl"
    assert printable(typed) == f"a{NOT_A_SIGN}b{NOT_A_SIGN}c{NOT_A_SIGN}[31mdef{NOT_A_SIGN}g{NOT_A_SIGN}h i j k l"
    assert printable("two\nrows\u00a0of\u3000text e\u0301") == "two\nrows\u00a0of\u3000text e\u0301"
    read = Read(pdf_of(sheet_of(whole_examples()["typical_new"], typed)))
    assert unspaced(printable(typed)) in read.main


# Tagged, and nobody named outside the pages


def test_it_is_tagged_with_headings_and_tables_and_says_its_language() -> None:
    root: Any = PdfReader(io.BytesIO(example("long_treated")[1].made)).root_object
    assert root["/Lang"] == "en"
    assert root["/MarkInfo"]["/Marked"]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    kinds = [kind for kind, _alt in tags(root["/StructTreeRoot"])]
    assert kinds.count("/H1") == 1
    assert kinds.count("/H2") >= 8
    assert kinds.count("/Table") == 2
    assert kinds.count("/TH") == 10
    alts = [alt for kind, alt in tags(root["/StructTreeRoot"]) if kind == "/Figure"]
    assert alts == ["Timeline of treatments. The table below and in the appendix says the same."]


def tags(node: Any) -> Iterator[tuple[str, str]]:
    if isinstance(node, DictionaryObject):
        if "/S" in node:
            yield str(node["/S"]), str(node.get("/Alt", ""))
        below = node.get("/K", [])
        below = below.get_object() if hasattr(below, "get_object") else below
        for one in below if isinstance(below, list) else [below]:
            yield from tags(one.get_object())


def test_what_describes_the_file_names_nobody_and_the_same_briefs_give_the_same_bytes() -> None:
    sheets = [sheet_of(shown) for shown in whole_examples().values()]
    many = pdf_of(*sheets)
    for made, title in ((example("typical_new")[1].made, "Brief"), (many, "Briefs")):
        pdf = PdfReader(io.BytesIO(made))
        assert pdf.metadata is not None
        assert pdf.metadata.title == title
        xmp = pdf.xmp_metadata
        assert xmp is not None
        described = f"{dict(pdf.metadata)} {xmp.stream.get_data().decode()}".casefold()
        for words in ("testpatient", "1969", "k7qm"):
            assert words not in described
    assert pdf_of(*sheets) == many


# Other scripts


def glyphs(page: Any, resources: Any, pdf: PdfReader) -> Iterator[int]:
    """The numbers of all glyphs that a page or a drawing in it shows; 0 is the empty box."""
    for operands, operator in ContentStream(page, pdf).operations:
        if operator in (b"Tj", b"TJ"):
            parts = operands[0] if operator == b"TJ" else operands
            for part in parts:
                raw = getattr(part, "original_bytes", b"")
                yield from (int.from_bytes(raw[at : at + 2]) for at in range(0, len(raw), 2))
    for drawing in resources.get("/XObject", {}).values():
        form = drawing.get_object()
        if form.get("/Subtype") == "/Form":
            yield from glyphs(form, form.get("/Resources", {}), pdf)


def assert_no_boxes(made: bytes) -> None:
    pdf = PdfReader(io.BytesIO(made))
    shown = [glyph for page in pdf.pages for glyph in glyphs(page.get_contents(), page["/Resources"], pdf)]
    assert len(shown) > 500
    assert 0 not in shown


NAMES = [
    pytest.param("明美", "佐藤", marks=needs_chinese),
    pytest.param("지우", "김", marks=needs_chinese),
    ("Zoë", "Nguyễn-Łukasiewicz"),
    ("Ирина", "Сидорова"),
]


@pytest.mark.parametrize(("first", "last"), NAMES)
def test_a_name_in_another_script_is_drawn(first: str, last: str) -> None:
    read = Read(pdf_of(sheet_with({"first_name": first, "last_name": last})))
    assert f"{last.upper()},{first}" in read.main
    assert f"{last.upper()},{first}" in read.heads[0]
    assert_no_boxes(read.made)


@pytest.mark.parametrize(("first", "last"), [("محمد", "الأحمد"), ("דוד", "כהן")], ids=["arabic", "hebrew"])
def test_a_name_from_right_to_left_stands_in_its_order_and_leaves_the_rest_alone(first: str, last: str) -> None:
    made = pdf_of(sheet_with({"first_name": first, "last_name": last, "goals_note": f"{first} {last}"}))
    assert_no_boxes(made)
    page = pypdfium2.PdfDocument(made)[0].get_textpage()
    head = page.get_text_bounded(bottom=10.3 * INCH)
    assert "born 14-Aug-1969 (56)" in head, "numbers behind the name keep their order"
    letters = [(page.get_text_range(at, 1), page.get_charbox(at)[0]) for at in range(page.count_chars())]
    comma = next(left for letter, left in letters if letter == ",")
    first_of_last, last_of_first = letter_at(letters, last[0]), letter_at(letters, first[-1])
    assert last_of_first < comma < first_of_last, "read from the right: family name, comma, given name"


def letter_at(letters: Sequence[tuple[str, float]], wanted: str) -> float:
    return next(left for letter, left in letters if letter == wanted)


def test_what_no_font_can_draw_is_said_in_words_and_never_drawn_as_boxes() -> None:
    name = {"first_name": "明美 (Akemi)", "last_name": "佐藤"}
    words = {"goals_note": "Read again 👩‍👩‍👧 with 左侧面部 and 抽搐.", "meds": "Lisinopril 20 mg"}
    read = Read(pdf_of(sheet_with({**name, **words}, "Spoke with 佐藤 明美"), system_fonts=False))
    assert unspaced(f"{LACKING} (Akemi)") in read.main
    assert unspaced(LACKING) in read.heads[0]
    assert unspaced(f"“Read again {LACKING} with {LACKING_AGAIN} and {LACKING_AGAIN}.”") in read.whole
    assert unspaced(f"Spoke with {LACKING}") in read.main
    assert "“Lisinopril20mg”" in read.main
    assert_no_boxes(read.made)
    chinese = Read(pdf_of(sheet_with({"goals_note": CHINESE[:4000], "meds": CHINESE[:4000]}), system_fonts=False))
    assert "Rulesused" in chinese.main
    assert_no_boxes(chinese.made)


def test_marks_on_letters_of_any_other_script_never_stop_a_pdf() -> None:
    """Each of these can be drawn alone, and not all of them in one word: then only Latin letters are left."""
    odd = "a\u081bb\u0f71 " + "".join(chr(0x0900 + 97 * number) + "\u0301\u081b\u0e31" for number in range(60))
    read = Read(pdf_of(sheet_of(whole_examples()["typical_new"], f"Seen: {odd} and agreed"), system_fonts=False))
    assert "NoteSeen:" in read.main
    assert "andagreed" in read.main
    assert_no_boxes(read.made)


def test_letters_keep_their_marks_when_some_cannot_be_drawn() -> None:
    def draws(letter: str) -> bool:
        return letter.isascii() or letter == "e\u0301"

    assert in_words("caf\u0065\u0301, 佐藤, 明 x", draws) == f"cafe\u0301, {LACKING} x"
    assert in_words("佐 a 藤 b", draws) == f"{LACKING} a {LACKING_AGAIN} b"
    assert in_words("a\u200d👩\u0301", draws) == LACKING
    assert in_words("", draws) == ""


# How it runs


def test_the_typesetter_is_loaded_when_the_first_pdf_is_made() -> None:
    code = "import sys; import app.outputs.brief_pdf, app.commands, app.serving; print('typst' in sys.modules)"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "False"


def test_threads_do_not_disturb_each_other() -> None:
    sheets = [sheet_of(shown) for shown in whole_examples().values()]
    alone = [pdf_of(sheet) for sheet in sheets]
    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(pdf_of, [*sheets, *sheets])) == [*alone, *alone]
