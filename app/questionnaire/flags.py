"""Which flags are raised: why a specialist should look. A pure function; staff only; never a diagnosis.

The boundaries of the six computed flags, and the ends of partial dates they use, are those of the clinical
content (section 8): always the end that makes us look, drawn back to the day looked at.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from . import dates
from .holding import Facts, holds, with_scores
from .kinds import Answers, Definition, Entry, Flag, Notice, Value

TOXIN_INTERVAL = timedelta(days=84)
"""12 weeks: the usual interval between toxin sessions; pending a physician's sign-off."""
SPREAD_WINDOW = timedelta(days=112)
"""16 weeks: a cautious margin for distant spread of toxin, not a label figure."""
SPREAD_SIGNS = frozenset({"swallow", "breath", "speech"})
YOUNG_ONSET = 40
"""Completed years of age at onset: fewer raise the flag."""
ADULT = 18
"""Completed years of age on the day looked at: fewer raise the flag."""
EARLY_AFTER_SURGERY = 1
"""Completed years since an MVD: fewer are too early to judge it."""


@dataclass(frozen=True)
class Place:
    """Where an answer stands: a question, or one item of one entry (`number` counts from 1, in order of entry).

    `codes` are those of a multiple answer that matter here; empty means the whole answer.
    """

    question: str
    number: int = 0
    item: str = ""
    codes: tuple[str, ...] = ()


Places = tuple[Place, ...]


@dataclass(frozen=True)
class Case:
    """One patient's kept answers, the day staff look at (`as_of`) and the day of sending."""

    answers: Mapping[str, Value]
    as_of: date
    sent_on: date


def as_of_day(answers: Mapping[str, Value], sent_on: date) -> date:
    """The visit date when given and not before the day of sending, else the day of sending."""
    visit = answers.get("visit_date")
    return max(dates.earliest(visit), sent_on) if isinstance(visit, str) else sent_on


def flags(definition: Definition, answers: Answers, as_of: date, sent_on: date) -> tuple[Flag, ...]:
    """The flags that these kept answers raise, in the order of the definition.

    Urgent flags count to `sent_on`, never to a later day: a far visit must not silence them.
    """
    case = Case(with_scores(definition, answers), as_of, sent_on)
    facts = Facts(case.answers, as_of)
    return tuple(
        flag
        for flag in definition.flags
        if (holds(flag.when, facts) if flag.when is not None else bool(COMPUTED[flag.id](case)))
    )


def notices(definition: Definition, answers: Answers) -> tuple[Notice, ...]:
    """The notices that a patient with these kept answers must read, in order."""
    facts = Facts(with_scores(definition, answers))
    return tuple(notice for notice in definition.notices if holds(notice.when, facts))


def _entries(case: Case, group: str) -> list[tuple[int, Entry]]:
    rows = case.answers.get(group)
    entries = [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    return list(enumerate(entries, start=1))


def _latest_not_beyond(value: object, day: date) -> date | None:
    return min(dates.latest(value), day) if isinstance(value, str) else None


Dated = tuple[date, bool, Place]
"""A day, whether it was told to the day, and where the date stands."""


def _dated(value: object, day: date, place: Place) -> list[Dated]:
    """The latest possible day of a stored date, not beyond `day`; nothing when there is no date."""
    latest = _latest_not_beyond(value, day)
    return [(latest, dates.precision(str(value)) == "day", place)] if latest is not None else []


def _newest(found: list[Dated]) -> Dated | None:
    """The newest; of two that fall on one day, the one that was told to the day."""
    return max(found, key=lambda dated: dated[:2], default=None)


def _last_toxin(case: Case, day: date) -> Dated | None:
    """The newest of all toxin dates, each at its latest possible day and not beyond `day`."""
    found = _dated(case.answers.get("toxin_last"), day, Place("toxin_last"))
    for number, row in _entries(case, "toxin_rounds"):
        found += _dated(row.get("date"), day, Place("toxin_rounds", number, "date"))
    return _newest(found)


def _spread_signs(value: object) -> tuple[str, ...]:
    return tuple(code for code in value if code in SPREAD_SIGNS) if isinstance(value, list) else ()


def _recent_or_unknown(shot: date | None, case: Case) -> bool:
    return shot is None or case.sent_on - shot < SPREAD_WINDOW


def _told_signs(case: Case) -> Places:
    """Spread signs told of the shots so far, with no shot named."""
    signs = _spread_signs(case.answers.get("toxin_se"))
    return (Place("toxin_se", codes=signs),) if signs else ()


def _entry_signs(case: Case) -> list[tuple[Entry, int, Place]]:
    """Spread signs told of one earlier shot."""
    rows = [(row, number, _spread_signs(row.get("side_effects"))) for number, row in _entries(case, "toxin_rounds")]
    return [(row, number, Place("toxin_rounds", number, "side_effects", s)) for row, number, s in rows if s]


def _toxin_spread(case: Case) -> Places:
    places = _told_signs(case)
    last = _last_toxin(case, case.sent_on)
    if places and last is not None:
        places = (*places, last[2]) if _recent_or_unknown(last[0], case) else ()
    for row, number, sign in _entry_signs(case):
        if _recent_or_unknown(_latest_not_beyond(row.get("date"), case.sent_on), case):
            dated = (Place("toxin_rounds", number, "date"),) if "date" in row else ()
            places = (*places, sign, *dated)
    return tuple(dict.fromkeys(places))


def _toxin_spread_past(case: Case) -> Places:
    if _toxin_spread(case):
        return ()
    return (*_told_signs(case), *(sign for _row, _number, sign in _entry_signs(case)))


def _visit(case: Case) -> Places:
    """The visit date, where it is the day looked at."""
    return (Place("visit_date"),) if case.answers.get("visit_date") == case.as_of.isoformat() else ()


def _toxin_lt12w(case: Case) -> Places:
    last = _last_toxin(case, case.as_of)
    if case.answers.get("toxin_ever") != "yes" or last is None or case.as_of - last[0] >= TOXIN_INTERVAL:
        return ()
    return (last[2], *_visit(case))


def _young_onset(case: Case) -> Places:
    born, onset = case.answers.get("dob"), case.answers.get("onset_date")
    if not isinstance(born, str) or not isinstance(onset, str):
        return ()
    young = dates.completed_years(dates.earliest(born), dates.earliest(onset)) < YOUNG_ONSET
    return (Place("onset_date"), Place("dob")) if young else ()


def _minor(case: Case) -> Places:
    born = case.answers.get("dob")
    minor = isinstance(born, str) and dates.completed_years(dates.earliest(born), case.as_of) < ADULT
    return (Place("dob"),) if minor else ()


def _mvd_lt12m(case: Case) -> Places:
    rows = _entries(case, "mvd_rows")
    last = _newest([d for n, row in rows for d in _dated(row.get("date"), case.as_of, Place("mvd_rows", n, "date"))])
    if last is None or dates.completed_years(last[0], case.as_of) >= EARLY_AFTER_SURGERY:
        return ()
    return (last[2], *_visit(case))


COMPUTED: Mapping[str, Callable[[Case], Places]] = {
    "toxin_spread": _toxin_spread,
    "toxin_spread_past": _toxin_spread_past,
    "young_onset": _young_onset,
    "toxin_lt12w": _toxin_lt12w,
    "mvd_lt12m": _mvd_lt12m,
    "minor": _minor,
}
"""The rules that no condition can say: each gives the answers that raise its flag, or none."""
