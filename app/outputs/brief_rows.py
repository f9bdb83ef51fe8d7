"""A brief's drawing with the size of its type, and with marks on what surely stands in one row.

The template breaks rows, keeps dates whole and finds the widths of columns; each costs time, and none is needed for
what is known to have room.
"""

import re
from collections.abc import Sequence

from .brief_drawing import Drawing, said_text
from .brief_sizes import ACROSS, GAP, LABELS, main_page_size
from .letter_widths import width

_APPENDIX_SIZE = 9.5
_SURELY = 0.95
"""Words of this part of a row's width stand in it."""
_BREAKING = {"dated": re.compile(r"-\d{4}|\d (units|m?c?g|mL)"), "long-run": re.compile(r"\S{20}")}
"""What the template's rules on breaking are for."""
_CELL = 2
"""The space beside the words of a cell, with some to spare."""


def in_rows(drawn: Drawing) -> Drawing:
    """The drawing as the template takes it: all its texts are final."""
    size = main_page_size(drawn)
    page, appendix = ACROSS / size, ACROSS / _APPENDIX_SIZE
    timeline = drawn["timeline"]
    return {
        **drawn,
        **_banner_marks(drawn, page),
        "size": size,
        "first": _marked(drawn["first"], "first", (page - 1.6) / 1.15),
        "left": _marked(drawn["left"], "column", page / 2 - 1),
        "right": _marked(drawn["right"], "column", page / 2 - 1),
        "timeline": {**timeline, "widths": _widths(timeline, page)} if timeline else None,
        "pointer": [{**line, **_breaks(said_text(line))} for line in drawn["pointer"]],
        "staff": _marked(drawn["staff"], "staff", page - 1.4),
        "appendix": [_section(section, appendix) for section in drawn["appendix"]],
        "staff-more": _marked(drawn["staff-more"], "staff", appendix - 1.4),
    }


def _banner_marks(drawn: Drawing, across: float) -> Drawing:
    """Names may be long without a space, and notices may take several rows; both are set by the same rules."""
    marks = _breaks(" ".join((drawn["name"], *(value for _label, value in drawn["facts"]), *drawn["notices"])))
    return {**marks, "dated": any(width(notice, bold=True) > across * _SURELY for notice in drawn["notices"])}


def _section(section: Drawing, across: float) -> Drawing:
    if "rows" in section:
        return {**section, "widths": _widths(section, across)}
    return {**section, "lines": _marked(section["lines"], "appendix", across)}


def _marked(lines: Sequence[Drawing], labels: str, across: float) -> list[Drawing]:
    """Lines beside their labels, in a place so many em wide."""
    room = (across - LABELS[labels] - GAP) * _SURELY
    return [line if "bars" in line else {**line, **_marks(line, LABELS[labels], room)} for line in lines]


def _marks(line: Drawing, of_label: float, room: float) -> Drawing:
    frame = 0.6 if line["level"] else 0
    said = sum(width(between + words, bold=how == "generic") for between, words, how in line["said"])
    breaks = _breaks(said_text(line) if said > room else "")
    return {**breaks, "label-fits": width(line["label"], bold=True) + frame < of_label + GAP / 2}


def _breaks(text: str) -> Drawing:
    """Which of the rules on breaking rows this text needs where it takes several."""
    return {rule: pattern.search(text) is not None for rule, pattern in _BREAKING.items()}


def _widths(table: Drawing, across: float) -> list[float]:
    """The widths of a table's columns; none where a cell may need more than one row."""
    columns = [[head, *cells] for head, *cells in zip(table["heads"], *table["rows"], strict=True)]
    widths = [_CELL + max(width(cell, bold=row == 0) for row, cell in enumerate(column)) for column in columns]
    plain = all(cell.isascii() and cell.isprintable() for column in columns for cell in column)
    return widths if plain and sum(widths) <= across else []
