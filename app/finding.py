"""How people are found again without storing who they are: words in one form, from an answer and from a search alike.

A form is found by whole parts of the name, by name and birth date, email, phone, reference or chart number. Accents,
capitals and the order of parts do not matter; the beginning of a name is no way in, since digests of beginnings would
tell names to whoever holds the database. Pure: the digests themselves are made in `records/lookups.py`.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from .codes import read_reference

NAME, NAME_AND_BIRTH, EMAIL, PHONE, CHART = "name", "name_birth", "email", "phone", "chart"
_NAMES = ("first_name", "last_name", "preferred_name")
_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h", "ŧ": "t"}
)
_APOSTROPHES = re.compile(r"['’‘ʼ`´]")
_MOST_PARTS = 12
_PHONE_DIGITS = 10
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


@dataclass(frozen=True, order=True)
class Term:
    """A normalised text of one kind, from which a digest is made."""

    kind: str
    text: str


@dataclass(frozen=True)
class Search:
    """What somebody at the desk looks for: any of these ways, each of them all of its terms.

    `reference` stands in clear in its column.
    """

    ways: tuple[frozenset[Term], ...]
    reference: str | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing can be looked for."""
        return not self.ways and self.reference is None


def terms_of(answers: Mapping[str, Any], chart_number: str = "") -> frozenset[Term]:
    """What a form is found by, from its answers (by question id) and its chart number."""
    names = {part for key in _NAMES for part in parts_of_name(str(answers.get(key, "")))}
    found = {Term(NAME, part) for part in names}
    born = answers.get("dob")
    if isinstance(born, str):
        found |= {Term(NAME_AND_BIRTH, f"{part} {born}") for part in names}
    found |= {Term(EMAIL, email) for email in [_email(str(answers.get("email", "")))] if email}
    found |= {Term(PHONE, phone) for phone in [_phone(str(answers.get("phone", "")))] if phone}
    found |= {Term(CHART, chart) for chart in [chart_form(chart_number)] if chart}
    return frozenset(found)


def read_search(typed: str) -> Search:
    """What a search box holds, read in every way that it can be meant.

    An email address; otherwise a phone number, a reference, a chart number, or names with a birth date when there is
    one. A birth date alone is no search: too many people share one.
    """
    text = " ".join(typed.split())
    ways: list[frozenset[Term]] = []
    if email := _email(text):
        return Search((frozenset({Term(EMAIL, email)}),))
    born, rest = _birth_date(text)
    names = _looked_for(rest)
    if born and names:
        ways.append(frozenset(Term(NAME_AND_BIRTH, f"{part} {born.isoformat()}") for part in names))
    elif names and not born:
        ways.append(frozenset(Term(NAME, part) for part in names))
    if not born and (phone := _phone(text)):
        ways.append(frozenset({Term(PHONE, phone)}))
    if (chart := chart_form(text)) and not (born and not names):
        ways.append(frozenset({Term(CHART, chart)}))
    return Search(tuple(ways), read_reference(text))


def parts_of_name(name: str) -> frozenset[str]:
    """The parts of a name as they are indexed: O'Brien-Núñez gives obrien, o, brien and nunez."""
    return frozenset(_split(_APOSTROPHES.sub("", name))) | frozenset(_split(name))


def _looked_for(text: str) -> frozenset[str]:
    parts = [part for part in _split(_APOSTROPHES.sub("", text)) if not part.isdigit()]
    return frozenset(parts[:_MOST_PARTS])


def _split(text: str) -> Iterable[str]:
    plain = unicodedata.normalize("NFKD", text).casefold().translate(_LETTERS)
    plain = "".join(c for c in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(c))
    return (part for part in re.split(r"[\W_]+", plain) if part)


def _email(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).strip().casefold()
    return plain if re.fullmatch(r"[^@\s]+@[^@\s]+", plain) else ""


def _phone(text: str) -> str:
    """Ten digits as they are dialled in this country, without its 1 and without an extension; nothing when fewer."""
    digits = "".join(str(unicodedata.digit(c)) for c in text if c.isdigit())
    if digits.startswith("1") and len(digits) > _PHONE_DIGITS:
        digits = digits[1:]
    return digits[:_PHONE_DIGITS] if len(digits) >= _PHONE_DIGITS else ""


def chart_form(text: str) -> str:
    """A chart number in its one form: capitals and digits alone; nothing when there is no digit in it."""
    plain = "".join(c for c in unicodedata.normalize("NFKC", text).upper() if c.isalnum())
    return plain if any(c.isdigit() for c in plain) and len(plain) <= 32 else ""


_WRITTEN = (
    r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})",
    r"(?P<month>\d{1,2})[/.](?P<day>\d{1,2})[/.](?P<year>\d{4})",
    r"(?P<day>\d{1,2})[-\s](?P<month>[a-z]{3,9})[-\s,]+(?P<year>\d{4})",
    r"(?P<month>[a-z]{3,9})\s(?P<day>\d{1,2}),?\s(?P<year>\d{4})",
)


def _birth_date(text: str) -> tuple[date | None, str]:
    """A date in the text, as staff write one here (month first), and the text without it."""
    for pattern in _WRITTEN:
        match = re.search(rf"(?<!\w){pattern}(?!\w)", text, re.IGNORECASE)
        if match is None:
            continue
        month = match["month"].lower()
        number = int(month) if month.isdigit() else next((n for n, m in enumerate(_MONTHS, 1) if month[:3] == m), 0)
        try:
            return date(int(match["year"]), number, int(match["day"])), text[: match.start()] + text[match.end() :]
        except ValueError:
            continue
    return None, text
