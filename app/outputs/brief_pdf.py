"""Briefs as a tagged PDF for the printer: US Letter, one page each, and an appendix for what a page has no room for."""

from collections.abc import Sequence

from .brief_drawing import Drawing, drawing, with_texts
from .brief_rows import in_rows
from .brief_sheet import BriefSheet
from .brief_sizes import LABELS
from .printable import clusters, in_words, is_plain, isolated, printable

FONTS = ("Libertinus Serif", "Noto Sans CJK SC")
"""The font that Typst brings along, so that pages look alike everywhere; then one for Chinese, Japanese and Korean.

For other scripts Typst takes any font that it finds.
"""


def brief_pdf(sheets: Sequence[BriefSheet], clinic: str, printed: str, *, system_fonts: bool = True) -> bytes:
    """One PDF of all these sheets, each beginning on a page of its own; `printed` says when, in words.

    Without `system_fonts` only those are used that Typst brings along. Raises ValueError when there is no sheet.
    """
    from . import typesetting  # Typst is loaded when the first PDF is made

    if not sheets:
        raise ValueError("a PDF of briefs needs a brief")
    drawn = [with_texts(drawing(sheet, clinic, printed), printable) for sheet in sheets]
    fonts = typesetting.available(FONTS, system_fonts=system_fonts)

    def made(texts: Sequence[Drawing]) -> bytes:
        title = "Brief" if len(sheets) == 1 else "Briefs"
        final = [in_rows(with_texts(sheet, isolated)) for sheet in texts]
        data = {"title": title, "fonts": fonts, "labels": LABELS, "sheets": final}
        return typesetting.pdf("brief.typ", data, system_fonts=system_fonts)

    def draws(letter: str) -> bool:
        return is_plain(letter) or typesetting.draws_letter(letter, system_fonts=system_fonts)

    def drawable(text: str) -> str:
        if all(map(is_plain, clusters(text))):
            return text
        worded = in_words(text, draws)
        return worded if typesetting.draws(worded, system_fonts=system_fonts) else in_words(text, is_plain)

    try:
        return made(drawn)
    except typesetting.CannotDraw:
        return made(with_texts(drawn, drawable))
    finally:
        if len(sheets) > 1:
            typesetting.forget()
