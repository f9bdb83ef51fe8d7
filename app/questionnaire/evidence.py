"""Each raised flag with the patient's own answers that raised it, where they stand, and whether a date was exact."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from . import dates, wording
from .conditions import All, Any, Condition, Term, terms
from .flags import COMPUTED, Case, Place, Places
from .holding import Facts, holds, with_scores
from .kinds import Answers, Choices, Date, Definition, Flag, Item, PartialDate, Repeat, Value


@dataclass(frozen=True)
class Shown:
    """One answer in the words its patient chose, one a choice; a date as staff read it. `label` is staff's.

    `exact` is false for a date without its day.
    """

    place: Place
    label: str
    words: tuple[str, ...]
    exact: bool = True


@dataclass(frozen=True)
class RaisedFlag:
    """A flag, the answers that raised it, and whether every date it used was a full one.

    `only_on_sending`: it was raised on sending and the rules of today would not raise it; urgent flags never fade.
    """

    flag: Flag
    answers: tuple[Shown, ...]
    exact: bool
    only_on_sending: bool = False


def raised(
    definition: Definition, answers: Answers, as_of: date, sent_on: date, stored: Iterable[str] = ()
) -> tuple[RaisedFlag, ...]:
    """The flags that these kept answers raise, in the order of the definition, each with its answers.

    `stored` are the ids of the flags as worked out on sending: an urgent one among them is raised for ever.
    """
    scored = with_scores(definition, answers)
    facts, case, kept_ids = Facts(scored, as_of), Case(scored, as_of, sent_on), frozenset(stored)
    found: list[RaisedFlag] = []
    for flag in definition.flags:
        places = _places(flag, facts, case)
        if places is not None:
            found.append(_raised(definition, flag, places, answers))
        elif flag.level == "urgent" and flag.id in kept_ids:
            found.append(_raised(definition, flag, _looked_at(flag, answers), answers, only_on_sending=True))
    return tuple(found)


def _raised(
    definition: Definition, flag: Flag, places: Places, answers: Answers, *, only_on_sending: bool = False
) -> RaisedFlag:
    shown = tuple(s for place in _answers_behind(definition, places) for s in _shown(definition, place, answers))
    return RaisedFlag(flag, shown, all(s.exact for s in shown), only_on_sending)


def _places(flag: Flag, facts: Facts, case: Case) -> Places | None:
    """The places that raise a flag; None when it is not raised."""
    if flag.when is None:
        return COMPUTED[flag.id](case) or None
    if not holds(flag.when, facts):
        return None
    return tuple(dict.fromkeys(p for term in _holding(flag.when, facts) for p in _places_of(term, facts)))


def _holding(condition: Condition, facts: Facts) -> list[Term]:
    """The comparisons that make a condition hold."""
    match condition:
        case Term():
            return [condition]
        case All(parts) | Any(parts):
            return [term for part in parts if holds(part, facts) for term in _holding(part, facts)]


def _places_of(term: Term, facts: Facts) -> list[Place]:
    wanted = term.value if isinstance(term.value, tuple) else (term.value,)
    value = facts.answers.get(term.question)
    if not term.item:
        return [Place(term.question, codes=_codes(term, value, wanted))] if value is not None else []
    rows = [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []
    found = [(number, _codes(term, row.get(term.item), wanted)) for number, row in enumerate(rows, start=1)]
    return [Place(term.question, number, term.item, codes) for number, codes in found if codes]


def _codes(term: Term, value: Value | None, wanted: tuple[object, ...]) -> tuple[str, ...]:
    """The codes of a multiple answer that a comparison looked for; none when it looked at the whole answer."""
    if term.op not in ("contains", "contains-any") or not isinstance(value, list):
        return ()
    return tuple(str(code) for code in value if code in wanted)


def _looked_at(flag: Flag, answers: Mapping[str, Value]) -> Places:
    """Every answer that a rule looks at, whole."""
    names = flag.evidence or tuple(dict.fromkeys(term.question for term in terms(flag.when)))
    return tuple(Place(name) for name in names if name in answers)


def _answers_behind(definition: Definition, places: Places) -> Places:
    """The same places, with one for each question of a score in the score's stead, each once."""
    scores = {score.id: score.of for score in definition.scores}
    merged: dict[tuple[str, int, str], Place] = {}
    for place in places:
        for question in scores.get(place.question, (place.question,)):
            key = (question, place.number, place.item)
            codes = (*merged[key].codes, *place.codes) if key in merged else place.codes
            merged[key] = Place(question, place.number, place.item, tuple(dict.fromkeys(codes)))
    return tuple(merged.values())


def _shown(definition: Definition, place: Place, answers: Answers) -> list[Shown]:
    question = definition.questions.get(place.question)
    value = answers.get(place.question)
    if question is None or value is None:
        return []
    helper = wording.is_helper(answers)
    if not isinstance(question, Repeat):
        return [Shown(place, question.brief, _words(question, value, place.codes, helper), _is_exact(question, value))]
    rows = [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []
    if not place.number:
        return [Shown(place, question.brief, (f"{len(rows)} listed",))]
    item = next((i for i in question.items if i.id == place.item), None)
    told = rows[place.number - 1].get(place.item)
    if item is None or told is None:
        return []
    label = f"{question.brief} {place.number}: {item.brief}"
    return [Shown(place, label, _words(item, told, place.codes, helper), _is_exact(item, told))]


def _words(question: Item, value: Value, codes: tuple[str, ...], helper: bool) -> tuple[str, ...]:
    if isinstance(question, Choices) and codes:
        value = list(codes)
    if isinstance(question, Date | PartialDate):
        return (wording.staff_date(str(value)),)
    return wording.say(question, value, helper=helper)


def _is_exact(question: Item, value: Value) -> bool:
    return not isinstance(question, PartialDate) or dates.precision(str(value)) == "day"
