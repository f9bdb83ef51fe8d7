"""Raised flags as lines: the level, what was noticed, the patient's own answers, and the reason to look."""

from dataclasses import replace

from ..evidence import RaisedFlag, Shown, raised
from ..kinds import Level
from .fitting import Item, Variant
from .form import Form, derived, small
from .model import Line, Said

SECTION = "flags"
LEVEL_WORDS: dict[Level, str] = {
    "urgent": "URGENT",
    "safety": "Safety",
    "lookalike": "Look-alike",
    "review": "Review",
    "note": "Note",
}
_MATTERS: dict[Level, tuple[int, int, int]] = {
    "urgent": (92, 98, 99),
    "safety": (66, 86, 97),
    "review": (53, 69, 96),
    "lookalike": (54, 88, 95),
    "note": (20, 45, 94),
}
"""For each level: how much its reason, the patient's answers, and its name matter on the page."""


def in_order(form: Form) -> tuple[RaisedFlag, ...]:
    """The flags raised for the day looked at, most pressing level first."""
    stored = form.document.get("flags", {}).get("ids", ())
    found = raised(form.definition, form.kept, form.as_of, form.sent_on, stored)
    levels = list(LEVEL_WORDS)
    return tuple(sorted(found, key=lambda one: levels.index(one.flag.level)))


def lines(found: tuple[RaisedFlag, ...]) -> list[Item]:
    """Each flag with its reason; where room is short first without it, then by its name alone."""
    if not found:
        none = derived("none raised by the rules", "no_flags")
        return [Item(SECTION, ((97, Line(id="no_flags", label="Flags", said=(none,))), (100, None)))]
    return [_item(one) for one in found]


def _item(one: RaisedFlag) -> Item:
    level = one.flag.level
    name, answers = _name(one), _answers(one)
    why = derived(f"why: {one.flag.reason.removesuffix('.')}", one.flag.id)
    line = Line(id=one.flag.id, label=LEVEL_WORDS[level], said=(name, *answers, why), level=level)
    reason, words, named = _MATTERS[level]
    forms: tuple[Variant, ...] = (
        (reason, line),
        (words, replace(line, said=(name, *answers))),
        (named, replace(line, said=(name,))),
        (100, None),
    )
    return Item(SECTION, forms)


def _name(one: RaisedFlag) -> Said:
    notes = [
        *(["date not exact"] if not one.exact else []),
        *(["raised on sending"] if one.only_on_sending else []),
    ]
    keys = tuple(dict.fromkeys(shown.place.question for shown in one.answers))
    return derived(one.flag.brief + (f" ({', '.join(notes)})" if notes else ""), one.flag.id, keys)


def _answers(one: RaisedFlag) -> tuple[Said, ...]:
    """The answers that raised it, in the words that its patient chose; not those that only repeat its name."""
    return tuple(
        Said(text=words, questions=(shown.place.question,))
        for shown in one.answers
        if (words := _words(shown)).casefold() != one.flag.brief.casefold()
    )


def _words(shown: Shown) -> str:
    """Several choices speak for themselves; a yes or a date needs its question."""
    words = ", ".join(small(word) for word in shown.words)
    return words if shown.place.codes else f"{small(shown.label)}: {words}"
