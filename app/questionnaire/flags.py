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
ADULT = 18


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
        if (holds(flag.when, facts) if flag.when is not None else COMPUTED[flag.id](case))
    )


def notices(definition: Definition, answers: Answers) -> tuple[Notice, ...]:
    """The notices that a patient with these kept answers must read, in order."""
    facts = Facts(with_scores(definition, answers))
    return tuple(notice for notice in definition.notices if holds(notice.when, facts))


def _entries(case: Case, group: str) -> list[Entry]:
    rows = case.answers.get(group)
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _latest_not_beyond(value: object, day: date) -> date | None:
    return min(dates.latest(value), day) if isinstance(value, str) else None


def _newest(values: list[object], day: date) -> date | None:
    return max((d for d in (_latest_not_beyond(v, day) for v in values) if d is not None), default=None)


def _last_toxin(case: Case, day: date) -> date | None:
    """The newest of all toxin dates, each at its latest possible day and not beyond `day`."""
    return _newest([case.answers.get("toxin_last"), *(row.get("date") for row in _entries(case, "toxin_rounds"))], day)


def _has_spread_sign(value: object) -> bool:
    return isinstance(value, list) and bool(SPREAD_SIGNS & set(value))


def _recent_or_unknown(shot: date | None, case: Case) -> bool:
    return shot is None or case.sent_on - shot < SPREAD_WINDOW


def _toxin_spread(case: Case) -> bool:
    if _has_spread_sign(case.answers.get("toxin_se")) and _recent_or_unknown(_last_toxin(case, case.sent_on), case):
        return True
    return any(
        _has_spread_sign(row.get("side_effects"))
        and _recent_or_unknown(_latest_not_beyond(row.get("date"), case.sent_on), case)
        for row in _entries(case, "toxin_rounds")
    )


def _toxin_spread_past(case: Case) -> bool:
    any_sign = _has_spread_sign(case.answers.get("toxin_se")) or any(
        _has_spread_sign(row.get("side_effects")) for row in _entries(case, "toxin_rounds")
    )
    return any_sign and not _toxin_spread(case)


def _toxin_lt12w(case: Case) -> bool:
    last = _last_toxin(case, case.as_of)
    return case.answers.get("toxin_ever") == "yes" and last is not None and case.as_of - last < TOXIN_INTERVAL


def _young_onset(case: Case) -> bool:
    born, onset = case.answers.get("dob"), case.answers.get("onset_date")
    if not isinstance(born, str) or not isinstance(onset, str):
        return False
    return dates.completed_years(dates.earliest(born), dates.earliest(onset)) < YOUNG_ONSET


def _minor(case: Case) -> bool:
    born = case.answers.get("dob")
    return isinstance(born, str) and dates.completed_years(dates.earliest(born), case.as_of) < ADULT


def _mvd_lt12m(case: Case) -> bool:
    last = _newest([row.get("date") for row in _entries(case, "mvd_rows")], case.as_of)
    return last is not None and dates.completed_years(last, case.as_of) < 1


COMPUTED: Mapping[str, Callable[[Case], bool]] = {
    "toxin_spread": _toxin_spread,
    "toxin_spread_past": _toxin_spread_past,
    "young_onset": _young_onset,
    "toxin_lt12w": _toxin_lt12w,
    "mvd_lt12m": _mvd_lt12m,
    "minor": _minor,
}
