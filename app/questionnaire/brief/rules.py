"""The rules behind derived statements of a brief, in one place: id, version and words a clinician can check.

Draft, not yet reviewed by a physician. A change to a rule changes `VERSION`. Flags have their own rules and version.
"""

from collections.abc import Iterable, Iterator, Mapping

from ..kinds import Definition
from .model import RuleText

VERSION = "1.0.0"
DRAFT = "draft rules, not yet reviewed by a physician"

RULES: Mapping[str, str] = {
    "age": "Completed years from the birth date to the day looked at.",
    "age_at_onset": "Completed years from the birth date to the earliest and the latest possible day of onset.",
    "time_since": (
        "Completed days, weeks, months or years from the earliest and the latest possible day of a date to the day "
        "looked at. A latest day beyond the day looked at is drawn back to it."
    ),
    "last_toxin": (
        "The shot told as the last one, unless it has no date or the list of earlier shots holds one that is later "
        "whatever the missing days are; then that one, with what was told of it."
    ),
    "flag_order": (
        "Flags stand by level (urgent, safety, look-alike, review, note), then in the order of their rules. A "
        "look-alike comes early, since it puts the rest of the story in another light."
    ),
    "no_flags": "No flag rule holds on the answers given. Silence raises no flag, so this excludes nothing.",
    "dose_as_written": (
        "In a typed dose only, .5 is written 0.5, 0.50 is written 0.5, 5000 before a unit is written 5,000, and U or "
        "IU after a number is written units. What was typed stands beside it."
    ),
    "payer_list": (
        "What payers commonly ask before they approve toxin, and which of it this form tells: product, units, sites, "
        "dates, interval, response, duration, side effects, medicines tried. It claims no diagnosis."
    ),
    "negatives": "Questions answered with a plain no that bear on the plan. What was merely not ticked is not listed.",
    "gaps": (
        "Not sure: only such answers were chosen. Not answered: its page was passed and it was left blank. Not "
        "reached: the form was sent before that page. Not asked: settings or other answers kept it away."
    ),
    "impact": "Answers of 0 (never) to 4 (always or almost always), side by side. No total, no cut-off.",
    "phq": "PHQ-2: the two answers added up, 0 to 6. It exists only when both were given.",
    "unlikely": "The form asked the patient to look at this value again. It stands as it was sent.",
    "fitted": (
        "The first block takes at most 60 words, the page 350. What matters least is shortened or left to the "
        "appendix first, which then holds all of it."
    ),
    "changes": "Questions whose stored answer differs from the form before. Order of choices does not count.",
}


def rule_texts(definition: Definition, ids: Iterable[str]) -> Iterator[RuleText]:
    """The rules of these ids in words, those of the brief first; an id may be a flag's."""
    wanted = set(ids)
    for key, words in RULES.items():
        if key in wanted:
            yield RuleText(key, VERSION, words, ())
    for flag in definition.flags:
        if flag.id in wanted:
            yield RuleText(flag.id, definition.flags_version, flag.rule, flag.sources)


def all_rules(definition: Definition) -> tuple[RuleText, ...]:
    """Every rule behind a derived statement, for a page that shows them."""
    return tuple(rule_texts(definition, [*RULES, *(flag.id for flag in definition.flags)]))
