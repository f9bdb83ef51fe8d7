"""From what a person typed or ticked to the value that is stored, or the sentence that says what to do.

Stray spaces, dots, thousands commas, full-width digits and invisible characters are ignored, not errors.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import assert_never

from .direction import unturned
from .kinds import (
    Choice,
    Choices,
    Confirm,
    Date,
    Email,
    Integer,
    Item,
    LongText,
    Messages,
    PartialDate,
    Phone,
    Scale,
    Text,
    Value,
)
from .limits import limit_problem

Raw = tuple[str, ...]
"""What was posted: one text, several codes, or the three boxes of a date as (year, month, day)."""

DATE_BOXES = ("year", "month", "day")


@dataclass(frozen=True)
class Read:
    """The value to store (None when nothing was given) or the sentence to say; never both."""

    value: Value | None = None
    problem: str = ""


_MONTHS = {
    name: number
    for number, names in enumerate(
        ("jan january", "feb february", "mar march", "apr april", "may", "jun june",
         "jul july", "aug august", "sep sept september", "oct october", "nov november", "dec december"),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"))
_NUMBER = re.compile(r"[+-]?\d{1,9}")


def clean(text: str, *, lines: bool = False) -> str:
    """Trimmed, NFC, line ends as \\n, without control characters and turning marks; otherwise exactly as typed."""
    text = unturned(text).replace("\r\n", "\n").replace("\r", "\n")
    kept = (c if c >= " " and c != "\x7f" else c if c == "\n" and lines else " " if c in "\n\t" else "" for c in text)
    whole = "".join(kept).encode("utf-8", "replace").decode("utf-8")
    return unicodedata.normalize("NFC", whole).strip()


def read(question: Item, raw: Sequence[str], messages: Messages) -> Read:
    """Read one question's raw input. Missing input is no problem here: `checking` says what is demanded."""
    value = _value(question, raw, messages)
    if value.problem or value.value is None:
        return value
    problem = limit_problem(question, value.value, messages)
    return Read(problem=problem) if problem else value


def _value(question: Item, raw: Sequence[str], messages: Messages) -> Read:
    first = raw[0] if raw else ""
    match question:
        case Choice():
            return Read(first or None)
        case Choices():
            chosen = set(raw)
            known = [option.code for option in question.options if option.code in chosen]
            unknown = sorted(chosen - set(known) - {""})
            return Read((known + unknown) or None)
        case Confirm():
            return Read(True if first else None)
        case Text() | Email() | Phone():
            return Read(clean(first) or None)
        case LongText():
            return Read(clean(first, lines=True) or None)
        case Integer() | Scale():
            return _whole_number(first, messages.whole_number)
        case Date():
            return _date(raw, messages, partial=False)
        case PartialDate():
            return _date(raw, messages, partial=True)
        case _:
            assert_never(question)


def _plain(text: str) -> str:
    """Without anything that a keyboard, dictation or a paste may have put around a number or a month."""
    return unicodedata.normalize("NFKC", text).translate(_INVISIBLE).strip(" \t\r\n.,;-/").lower()


def _whole_number(text: str, sentence: str) -> Read:
    plain = unicodedata.normalize("NFKC", text).translate(_INVISIBLE).strip().rstrip(".")
    plain = re.sub(r"(?<=\d)[,\s](?=\d{3}(?!\d))", "", plain).replace("\u2212", "-")
    if not plain:
        return Read()
    return Read(int(plain)) if _NUMBER.fullmatch(plain) else Read(problem=sentence)


def _date(raw: Sequence[str], messages: Messages, *, partial: bool) -> Read:
    year, month, day = (_plain(part) for part in (*raw, "", "", "")[:3])
    if not (year or month or day):
        return Read()
    month_number = _MONTHS.get(month) or _small_number(month)
    day_number = _small_number(day)
    if not re.fullmatch(r"[12]\d{3}", year, re.ASCII):
        return Read(problem=messages.partial_date if partial else messages.date)
    if partial and not month and not day:
        return Read(year)
    sentence = messages.partial_date if partial and not (month and day) else messages.date
    if month_number is None or not 1 <= month_number <= 12:
        return Read(problem=sentence)
    if partial and not day:
        return Read(f"{year}-{month_number:02}")
    try:
        return Read(date(int(year), month_number, day_number or 0).isoformat())
    except ValueError:
        return Read(problem=sentence)


def _small_number(text: str) -> int | None:
    digits = re.sub(r"(?<=\d)(st|nd|rd|th)$", "", text)
    return int(digits) if re.fullmatch(r"\d{1,2}", digits) else None


def unread(question: Item, value: Value | None) -> Raw:
    """The raw input that would read as this stored value: what the boxes show when the page is drawn."""
    match question:
        case Date() | PartialDate():
            year, month, day = (*str(value or "").split("-"), "", "")[:3]
            return (year, month.lstrip("0"), day.lstrip("0"))
        case Choices():
            return tuple(str(code) for code in value) if isinstance(value, list) else ()
        case Confirm():
            return ("yes",) if value is True else ()
        case _:
            return () if value is None else (str(value),)
