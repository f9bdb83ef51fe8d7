"""A form as a row of a list: who, when, which flags, where it stands. Only what is shown is opened."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from ..questionnaire import journey
from ..questionnaire.brief.concerns import LEVEL_WORDS
from ..questionnaire.flags import as_of_day, flags
from ..questionnaire.kinds import Definition, Flag
from ..records import audit_lines, submissions
from ..records.statuses import RECEIVED
from ..records.store import Connection
from ..records.submissions import Listed, Opened
from . import words
from .context import desk
from .words import Person

MOST_FLAGS = 3
_MOST_LETTERS = 72
"""So many letters of flags stand in two lines of a row; what is more is counted, and stands on the form's page."""
_LEVELS: Mapping[str, str] = {level: said for level, said in LEVEL_WORDS.items() if level != "note"}
"""The levels that a row shows, most pressing first: what is only good to know stays out."""


@dataclass(frozen=True)
class Marks:
    """Flags in the words of a row: names under the word of their level, most pressing first, and how many more."""

    levels: tuple[tuple[str, str, str], ...] = ()
    more: int = 0


@dataclass(frozen=True)
class Entry:
    """One form of a list. `person` is None when it does not open with the key of this desk."""

    listed: Listed
    person: Person | None = None
    side: str = ""
    marks: Marks = Marks()
    rules: str = ""
    owner: str = ""
    visit_word: str = ""

    @property
    def is_unread(self) -> bool:
        """Whether nobody has begun on it."""
        return self.listed.status == RECEIVED


def entries_of(connection: Connection, rows: Sequence[Listed]) -> tuple[Entry, ...]:
    """These submissions, opened, as a list shows them, in the same order."""
    opened = submissions.open_what_opens(connection, rows, desk().parts.keyring.private_keys)
    names = dict(audit_lines.accounts(connection)) if any(row.owner for row in rows) else {}
    return tuple(_entry(row, opened.get(row.id), _short(names.get(row.owner or "", ""))) for row in rows)


def urgent_flags(definition: Definition, opened: Opened) -> tuple[Flag, ...]:
    """The urgent flags of a form, worked out again; one that was raised on sending never fades."""
    return tuple(flag for flag in _raised(definition, opened) if flag.level == "urgent")


def _raised(definition: Definition, opened: Opened) -> tuple[Flag, ...]:
    """Every flag for the day of the visit, and the urgent ones that were raised on sending."""
    document = opened.document
    kept = journey.walk(definition, document["answers"], document["settings"]).kept
    sent_on = desk().parts.local(opened.listed.received_at).date()
    now = {flag.id for flag in flags(definition, kept, as_of_day(kept, sent_on), sent_on)}
    then = set(document["flags"]["ids"])
    return tuple(f for f in definition.flags if f.id in now or (f.level == "urgent" and f.id in then))


def _entry(listed: Listed, opened: Opened | None, owner: str) -> Entry:
    today = desk().parts.today()
    visit_word = _near(listed.visit_date, today)
    if opened is None:
        return Entry(listed, owner=owner, visit_word=visit_word)
    answers = opened.document["answers"]
    return Entry(
        listed,
        person=words.person(answers, today),
        side=words.side(opened.definition, answers),
        marks=_marks(_raised(opened.definition, opened)),
        rules=words.flag_rules(opened.definition),
        owner=owner,
        visit_word=visit_word,
    )


def _short(account: str) -> str:
    """An account as a row names it: without the part of an email address that all have in common."""
    return account.partition("@")[0]


def _marks(raised: Sequence[Flag]) -> Marks:
    """The most pressing flags, as many as two lines of a row hold."""
    pressing = [flag for level in _LEVELS for flag in raised if flag.level == level]
    fitting = (n for n in range(2, MOST_FLAGS + 1) if _letters(pressing[:n]) <= _MOST_LETTERS)
    shown = pressing[: max(fitting, default=1)]
    levels = ((level, said, [f.brief for f in shown if f.level == level]) for level, said in _LEVELS.items())
    told = tuple((level, said, ", ".join(names)) for level, said, names in levels if names)
    return Marks(told, len(pressing) - len(shown))


def _letters(shown: Sequence[Flag]) -> int:
    """How many letters these flags take, with the words of their levels."""
    return sum(len(f.brief) for f in shown) + sum(len(_LEVELS[level]) for level in {f.level for f in shown})


def _near(visit: date | None, today: date) -> str:
    if visit is None:
        return ""
    return {-1: "yesterday", 0: "today", 1: "tomorrow"}.get((visit - today).days, "")
