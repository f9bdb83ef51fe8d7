"""A brief as plain text for the chart: `label: value` lines in a fixed order, 80 columns, 2,000 characters at most."""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from ..direction import unmarked
from .concerns import LEVEL_WORDS
from .measuring import IN_APPENDIX, beginning, room
from .model import Brief, Line

COLUMNS = 80
CHARACTERS = 2000
IN_FULL_FORM = "… [full form]"
LEFT = "Left to the full form, in whole or in part"
_FIRST_TO_GO = (
    "timeline", "missing", "others", "visit", "impact", "changed", "wants", "health", "negatives", "imaging",
    "treatments", "staff", "toxin", "story", "first", "flags", "head",
)  # fmt: skip
"""Sections in the order in which they give way, each from its last line up."""
REFERENCE, CHART, ATTENTION = "Reference", "Chart number", "Attention"
"""What a clinic knows of a form beside its answers."""
_LAST_TO_GO = frozenset(
    {"not_reached", "unlikely", "allergies", "driving", "Patient", "Born", "Form", "As of", "Rules"}
    | {REFERENCE, CHART, ATTENTION}
)
"""Lines that give way after all others."""
_STAFF_WORDS = 30
"""So many words of what staff wrote at once: a long note leaves room for what the patient said."""


@dataclass(frozen=True)
class _Row:
    section: str
    id: str
    text: str
    place: int = 0


def as_text(brief: Brief, known: Sequence[tuple[str, str]] = (), staff: Sequence[Line] = ()) -> str:
    """The text, ending in a line break. What has no room is named in its last line and stands in the full form.

    Flags stand by name only, a line a level; their reasons are in the full form. `known` are labels and values that
    stand behind the birth date, `staff` is what staff wrote beside the form.
    """
    every = (*_head(brief, known), *_first(brief), *_flags(brief), *_page(brief), *_staff(staff))
    rows = [replace(row, place=place) for place, row in enumerate(every)]
    titles = {"head": "Who filled it in", "first": "First block", **_titles(brief), "staff": "Written by staff"}
    left = {section.id for section in brief.appendix} | {row.section for row in rows if row.section == "flags"}
    left |= {"staff" for line in staff if _is_long(line)}
    for row in sorted(rows, key=_holds_out):
        if len(_text(rows, titles, left)) <= CHARACTERS:
            break
        rows.remove(row)
        left.add(row.section)
    return _text(rows, titles, left)


def _holds_out(row: _Row) -> tuple[bool, int, int]:
    """What goes first sorts first: of a section its last row."""
    return row.id in _LAST_TO_GO, _FIRST_TO_GO.index(row.section), -row.place


def _titles(brief: Brief) -> dict[str, str]:
    return {section.id: section.title for section in (*brief.sections, *brief.appendix) if section.title}


def _head(brief: Brief, known: Sequence[tuple[str, str]]) -> Iterator[_Row]:
    banner = brief.banner
    rules = ", ".join(f"{name} {version}" for name, version in brief.versions.items())
    yield _row("head", "Patient", "Patient", banner.name)
    yield _row("head", "Born", "Born", banner.born)
    for label, value in known:
        yield _row("head", label, label, value)
    early = " early" if banner.early else ""
    yield _row("head", "Form", "Form", f"sent {banner.sent_on}{early}; told by the patient, not a diagnosis")
    yield _row("head", "As of", "As of", banner.as_of)
    if banner.filled_in_by and banner.filled_in_by != "patient":
        yield _row("head", "Filled in by", "Filled in by", banner.filled_in_by)
    yield _row("head", "Rules", "Rules", f"{rules}; {brief.draft}" if brief.draft else rules)


def _first(brief: Brief) -> Iterator[_Row]:
    for line in brief.first.lines:
        if line.id != "flags":
            yield _row("first", line.id, line.label, _said(line))


def _flags(brief: Brief) -> Iterator[_Row]:
    lines = [line for section in brief.sections if section.id == "flags" for line in section.lines]
    for level, word in LEVEL_WORDS.items():
        names = [line.said[0].text for line in lines if line.level == level]
        if names:
            yield _row("flags", level, f"Flags, {word}", "; ".join(names))
    for line in lines:
        if not line.level:
            yield _row("flags", line.id, line.label, line.text)


def _page(brief: Brief) -> Iterator[_Row]:
    for section in brief.sections:
        if section.id not in ("flags", "appendix"):
            for line in section.lines:
                yield _row(section.id, line.id, _label(section.id, line), _said(line))


def _staff(lines: Sequence[Line]) -> Iterator[_Row]:
    for line in lines:
        parts = (between + _begun(said.text) for between, said in line.parts)
        yield _row("staff", line.id, f"Staff, {line.label}", "".join(parts))


def _begun(text: str) -> str:
    return f"{beginning(text, _STAFF_WORDS)}{IN_FULL_FORM}" if room(text) > _STAFF_WORDS else text


def _is_long(line: Line) -> bool:
    return any(room(said.text) > _STAFF_WORDS for said in line.said)


def _said(line: Line) -> str:
    """What a line says; a copied text has no appendix, so the rest of a long answer is in the full form."""
    parts = (
        between + (said.text.removesuffix(IN_APPENDIX) + IN_FULL_FORM if said.text.endswith(IN_APPENDIX) else said.text)
        for between, said in line.parts
    )
    return "".join(parts)


def _label(section: str, line: Line) -> str:
    """A label that stands by itself, without its heading."""
    prefix = {"timeline": "Timeline, ", "changed": "Changed, ", "wants": "In full, "}.get(section, "")
    return f"{prefix}{line.label}"


def _row(section: str, key: str, label: str, value: str) -> _Row:
    return _Row(section, key, _wrapped(label, unmarked(value)))


def _text(rows: list[_Row], titles: dict[str, str], left: set[str]) -> str:
    parts = [row.text for row in rows]
    if left:
        parts.append(_wrapped(LEFT, ", ".join(title for key, title in titles.items() if key in left)))
    return "\n".join(parts) + "\n"


def _wrapped(label: str, value: str) -> str:
    """`label: value` in lines of at most 80 columns; further lines begin with two spaces."""
    lines: list[str] = []
    line = ""
    for word in f"{label}: {value}".split():
        for piece in _pieces(word):
            grown = f"{line} {piece}" if line else piece
            if line and columns(grown) > COLUMNS:
                lines.append(line)
                grown = f"  {piece}"
            line = grown
    return "\n".join([*lines, line])


def _pieces(word: str) -> Iterator[str]:
    """A word, or its parts when it is too long for a line."""
    piece, wide = "", 0
    for character in word:
        more = columns(character)
        if piece and wide + more > COLUMNS - 2:
            yield piece
            piece, wide = "", 0
        piece, wide = piece + character, wide + more
    yield piece


def columns(text: str) -> int:
    """The columns that a text takes: two for a wide character, none for a mark on the letter before it."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.category(c) in ("Mn", "Me", "Cf") else 2 if unicodedata.east_asian_width(c) in "WF" else 1
        for c in text
    )
