"""A brief sheet as plain data for the typesetter: every decision on what stands where, and no look."""

import math
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ..questionnaire.brief import RULES
from ..questionnaire.brief.assembling import NOT_KNOWN
from ..questionnaire.brief.measuring import room_of_line
from ..questionnaire.brief.model import Brief, Impact, Line, Said, Section, Timeline
from . import timeline_figure
from .brief_sheet import BriefSheet

STAFF_ROOM = 90
"""Words of staff's lines on the page; a line that does not fit stands in the appendix, whole."""
NOT_A_DIAGNOSIS = "Told by the patient. Not a diagnosis."
FIGURE_FONT = "Libertinus Serif"
FIGURE_UNIT = 0.75
"""Points: the figure is as wide as the page."""
_ROW_LENGTH, _LABEL_LENGTH = 50, 12
"""Letters in a row of a column, beside the label and in it."""
_DIVIDED = 5
"""So many rows of difference are better than a section that goes on in the other column."""
_HOW_SET = (
    "Upright: told by the patient, own words in “quotation marks”. Italics: worked out by a rule. "
    "In a box: written by staff."
)

_ONE_ROW = 90
"""Letters that stand in one row at the head or the foot of a page, whatever they are."""

Drawing = Mapping[str, Any]


def drawing(sheet: BriefSheet, clinic: str, printed: str) -> Drawing:
    """All that is drawn of one sheet. Its texts are as they were told: whoever draws makes them printable."""
    brief, banner = sheet.brief, sheet.brief.banner
    staff, staff_more = _shared_out(sheet.staff)
    left, right = _columns([piece for section in brief.sections for piece in _pieces(section, brief)])
    return {
        "name": banner.name,
        "born": banner.born,
        "reference": sheet.reference,
        "facts": [[label, value] for label, value in _facts(sheet) if value],
        "notices": _notices(sheet),
        "first": [_line(line if line.level == "urgent" else replace(line, level="")) for line in brief.first.lines],
        "left": left,
        "right": right,
        "pointer": [_line(line) for section in brief.sections if section.id == "appendix" for line in section.lines],
        "timeline": _timeline(brief.timeline) if brief.timeline else None,
        "staff": [_line(line) for line in staff],
        "more": "More that staff wrote is in the appendix." if staff_more else "",
        "legend": f"{_HOW_SET} {_rules(brief)}",
        "appendix": [_in_appendix(section, brief) for section in brief.appendix],
        "staff-more": [_line(line) for line in staff_more],
        "foot": [NOT_A_DIAGNOSIS, clinic, _versions(brief), f"Printed {printed}"],
        "is-short": _length(f"{banner.name}{banner.born}{clinic}") <= _ONE_ROW,
    }


def with_texts(drawn: Any, change: Callable[[str], str]) -> Any:
    """The same data with every text in it changed; keys stay."""
    match drawn:
        case str():
            return change(drawn)
        case Mapping():
            return {key: with_texts(value, change) for key, value in drawn.items()}
        case list():
            return [with_texts(value, change) for value in drawn]
        case _:
            return drawn


def _facts(sheet: BriefSheet) -> Sequence[tuple[str, str]]:
    return (
        ("Reference", sheet.reference),
        ("Chart number", sheet.chart),
        ("Visit", sheet.visit or NOT_KNOWN),
        ("Received", sheet.received),
        ("Status", sheet.status),
        ("As of", sheet.brief.banner.as_of),
    )


def _notices(sheet: BriefSheet) -> list[str]:
    banner = sheet.brief.banner
    filled_in_by = banner.filled_in_by if banner.filled_in_by != "patient" else ""
    phone = f" Phone: {sheet.phone}" if sheet.phone else ""
    return [
        *([f"Nobody has acknowledged the urgent flags of this form yet.{phone}"] if sheet.unseen else []),
        *([f"Sent early on {banner.sent_on}: the patient had not come to every page."] if banner.early else []),
        *([f"Filled in by: {filled_in_by}"] if filled_in_by else []),
    ]


def _shared_out(lines: Sequence[Line]) -> tuple[list[Line], list[Line]]:
    """What staff wrote: the lines that the page has room for, and the rest."""
    on_page: list[Line] = []
    rest: list[Line] = []
    left = STAFF_ROOM
    for line in lines:
        if room_of_line(line) <= left:
            left -= room_of_line(line)
            on_page.append(line)
        else:
            rest.append(line)
    return on_page, rest


def _line(line: Line) -> Drawing:
    said = [[between, one.text, _how_set(one)] for between, one in line.parts]
    return {"label": line.label, "level": line.level, "said": said}


def _how_set(said: Said) -> str:
    return (said.role or "patient") if said.kind == "patient" else said.kind


def _pieces(section: Section, brief: Brief) -> Iterator[Drawing]:
    """The lines of a section, its title on the first; none of those that stand below the columns."""
    if section.id == "appendix" or (section.id == "timeline" and brief.timeline):
        return
    for number, line in enumerate(section.lines):
        yield {"title": section.title if number == 0 else "", "of": section.title, **_piece(line, brief.impact)}


def _piece(line: Line, impact: Impact | None) -> Drawing:
    """A line, or the bars that show what it says."""
    if line.id != "impact" or impact is None or all(bar.value is None for bar in impact.bars):
        return _line(line)
    bars = [{"label": bar.label, "value": bar.value, "words": bar.words} for bar in impact.bars]
    return {"bars": bars, "most": impact.most, "note": impact.note}


def _columns(pieces: Sequence[Drawing]) -> tuple[list[Drawing], list[Drawing]]:
    """The pieces in two columns of about one height, in their order; a section is divided where that helps much."""
    heights = [_rows(piece) for piece in pieces]

    def crookedness(at: int) -> float:
        divided = _DIVIDED if at < len(pieces) and not pieces[at]["title"] else 0
        return abs(sum(heights[:at]) - sum(heights[at:])) + divided

    at = min(range(len(pieces) + 1), key=crookedness)
    left, right = list(pieces[:at]), list(pieces[at:])
    if right and not right[0]["title"] and right[0]["of"]:
        right[0] = {**right[0], "title": f"{right[0]['of']}, continued"}
    return left, right


def _rows(piece: Drawing) -> float:
    """About how many rows of type a piece takes in its column."""
    title = 2.5 if piece["title"] else 0
    if "bars" in piece:
        return title + len(piece["bars"]) + 1
    of_said, of_label = _length(said_text(piece)) / _ROW_LENGTH, len(piece["label"]) / _LABEL_LENGTH
    return title + max(math.ceil(of_said), math.ceil(of_label))


def said_text(line: Drawing) -> str:
    """What a line says, as one text."""
    return "".join(between + words for between, words, _how in line["said"])


def _length(text: str) -> int:
    """The letters of a text; wide ones count twice."""
    return len(text) + sum(unicodedata.east_asian_width(sign) in "WF" for sign in text)


def _timeline(timeline: Timeline) -> Drawing | None:
    """The figure and the table below it; None when the page has neither, since all of it is in the appendix."""
    rows = [list(row.cells) for row in timeline.rows if row.on_page]
    places = [*(["below"] if rows else []), *(["in the appendix"] if len(rows) < len(timeline.rows) else [])]
    figure = timeline_figure.svg(timeline, font=FIGURE_FONT)
    if not figure and not rows:
        return None
    return {
        "title": "Timeline",
        "svg": figure,
        "height": timeline_figure.height(figure) * FIGURE_UNIT,
        "alt": f"Timeline of treatments. The table {' and '.join(places)} says the same.",
        "legend": timeline_figure.LEGEND,
        "heads": list(timeline.heads),
        "rows": rows,
    }


def _in_appendix(section: Section, brief: Brief) -> Drawing:
    if section.id == "timeline" and brief.timeline is not None:
        rows = [list(row.cells) for row in brief.timeline.rows if not row.on_page]
        return {"title": section.title, "heads": list(brief.timeline.heads), "rows": rows}
    return {"title": section.title, "lines": [_line(line) for line in section.lines]}


def _versions(brief: Brief) -> str:
    versions = ", ".join(f"{name} {version}" for name, version in brief.versions.items())
    return f"Rules: {versions}; {brief.draft}." if brief.draft else f"Rules: {versions}."


def _rules(brief: Brief) -> str:
    """Like: Rules used: brief 1.0.0: age, gaps; flags 1.1.0: htn."""
    ids = [rule.id for rule in brief.rules]
    of_brief, of_flags = [one for one in ids if one in RULES], [one for one in ids if one not in RULES]
    used = {name: group for name, group in (("brief", of_brief), ("flags", of_flags)) if group}
    groups = (f"{name} {brief.versions[name]}: {', '.join(group)}" for name, group in used.items())
    return f"Rules used: {'; '.join(groups)}."
