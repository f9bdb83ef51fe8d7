"""In what size the main page of a brief is set, reckoned from the widths of its letters.

To measure a page costs as much as to set it. So the template believes the size that it is given, and measures only a
page that turned out too high. The numbers are those of `typeset/brief.typ`, in em where nothing else is said.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil
from unicodedata import east_asian_width

from .brief_drawing import Drawing, said_text
from .letter_widths import width

ACROSS = 540
"""Points from margin to margin."""
LABELS = {"first": 4.2, "column": 6.6, "staff": 9.0, "appendix": 11.0}
"""The widths of labels, by where they stand."""
GAP = 0.7
"""Between a label and what is said."""
_DOWN = 680
"""Points from the upper margin to the lower, less some to spare."""
_SIZES = [size / 10 for size in range(50, 101)]
"""Points."""
_ROW, _NEXT_ROW, _BETWEEN, _SPACE = 0.66, 1.16, 0.62, 0.25
"""One row, each that follows, what is between two lines, and between two words."""
_TITLE, _HEADING, _ABOVE_HEADING = 2.24, 2.5, 1.3
"""The type of the name; a heading with all that is around it; what is above it, which the first of a column has not."""
_WORDS, _LETTERS = re.compile(r"\S{1,20}\s?"), re.compile(r"\S\s?")


@dataclass(frozen=True, kw_only=True)
class _Part:
    """Words in type of this scale, in a part of the page's width less some em, with the space `around` them."""

    words: Sequence[Sequence[float]]
    around: float = 0
    scale: float = 1
    part: float = 1
    less: float = 0
    least: int = 1

    def height(self, across: float) -> float:
        """The height on a page so many em wide."""
        room = (across * self.part - self.less) / self.scale
        rows = max(self.least, sum(_rows(words, room) for words in self.words))
        return self.around + self.scale * (_ROW + (rows - 1) * _NEXT_ROW)


def main_page_size(drawn: Drawing) -> float:
    """The largest size in points in which the main page should have room, or the smallest there is.

    Within five in a hundred of what measuring gives: `tests/outputs/test_brief_sizes.py` compares.
    """
    whole, left, right = [*_above(drawn), *_below(drawn)], _column(drawn["left"]), _column(drawn["right"])
    figure = drawn["timeline"]["height"] if drawn["timeline"] else 0

    def height(size: float) -> float:
        of_whole, *of_columns = (sum(part.height(ACROSS / size) for part in parts) for parts in (whole, left, right))
        return figure + size * (of_whole + max(of_columns))

    return _SIZES[max(bisect_right(_SIZES, _DOWN, key=height) - 1, 0)]


def _above(drawn: Drawing) -> Iterator[_Part]:
    """The banner and the first block."""
    born = 1.25 * width(f"Born {drawn['born']}", bold=True)
    yield _Part(words=_words(drawn["name"], bold=True), scale=_TITLE, less=1 + born)
    facts = [width(f"{label} ") + width(value, bold=True) + 1.2 for label, value in drawn["facts"]]
    yield _Part(words=[facts], around=0.8, less=_SPACE - 1.2)
    for notice in drawn["notices"]:
        yield _Part(words=_words(notice, bold=True), around=0.7)
    yield _space(2.9)
    for line in drawn["first"]:
        less = 1.6 + 1.15 * (LABELS["first"] + GAP)
        yield _Part(words=_words(said_text(line)), around=1.15 * _BETWEEN, scale=1.15, less=less)


def _column(pieces: Sequence[Drawing]) -> list[_Part]:
    return [_space(-_ABOVE_HEADING), *map(_piece, pieces)]


def _piece(piece: Drawing) -> _Part:
    around = _BETWEEN + (_HEADING if piece["title"] else 0)
    if "bars" in piece:
        bars = _NEXT_ROW * len(piece["bars"]) + 0.2
        return _Part(words=_words(piece["note"]), around=around + bars, part=0.5, less=1)
    labels = ceil(width(piece["label"], bold=True) / LABELS["column"])
    less = 1 + LABELS["column"] + GAP
    return _Part(words=_words(said_text(piece)), around=around, part=0.5, less=less, least=labels)


def _below(drawn: Drawing) -> Iterator[_Part]:
    """The timeline without its figure, what staff wrote, the legend."""
    timeline = drawn["timeline"]
    if timeline:
        yield _space(_HEADING)
        if timeline["svg"]:
            yield _Part(words=_words(timeline["legend"]), around=1.4, scale=0.82)
        if timeline["rows"]:
            yield _space(0.6 + 1.26 * (len(timeline["rows"]) + 1))
    for line in drawn["pointer"]:
        yield _Part(words=_words(f"{line['label']}: {said_text(line)}"), around=1)
    if drawn["staff"] or drawn["more"]:
        yield _space(2 + _HEADING - _ABOVE_HEADING)
    for line in drawn["staff"]:
        yield _Part(words=_words(said_text(line)), around=_BETWEEN, less=1.4 + LABELS["staff"] + GAP)
    if drawn["more"]:
        yield _Part(words=_words(drawn["more"], bold=True), around=_BETWEEN)
    yield _Part(words=_words(drawn["legend"]), around=1.1, scale=0.78)


def _space(height: float) -> _Part:
    return _Part(words=[], around=height - _ROW)


def _words(text: str, *, bold: bool = False) -> list[list[float]]:
    """The widths of what a text may be broken into, each with the space after it, for each of its own rows."""
    pieces = _LETTERS if any(east_asian_width(sign) in "WF" for sign in text) else _WORDS
    return [[width(piece, bold=bold) for piece in pieces.findall(row)] for row in text.split("\n")]


def _rows(words: Sequence[float], room: float) -> int:
    rows, left = 1, room + _SPACE
    for word in words:
        left -= word
        if left < 0:
            rows, left = rows + 1, room + _SPACE - word
    return rows
