"""Which questions a sent document leaves without an answer, and why: not asked, not reached or skipped.

The path is `journey.walk`'s. It depends on answers only through the comparisons that `show_if` makes, so the walk is
remembered by their outcome: forms that branch alike are walked once.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..questionnaire import journey
from ..questionnaire.conditions import terms
from ..questionnaire.holding import Facts, holds
from ..questionnaire.kinds import Answers, Definition, Question
from ..questionnaire.wording import State, state_of

_REMEMBERED = 512
"""Paths remembered at once: about 2 MB at most, whatever is exported."""


@dataclass(frozen=True)
class Way:
    """One path through the form: the questions it asks with their pages, and the ids of those it does not ask."""

    asked: Mapping[str, tuple[Question, str]]
    not_asked: tuple[str, ...]


@dataclass(frozen=True)
class Told:
    """What a sent document tells: the answers kept on its path, and the questions without one, by state."""

    kept: Answers
    not_asked: tuple[str, ...]
    not_reached: tuple[str, ...]
    skipped: tuple[str, ...]


class States:
    """Reads the states of sent documents of one definition."""

    def __init__(self, definition: Definition) -> None:
        self._definition = definition
        conditions = (question.show_if for question in definition.questions.values())
        self._terms = tuple(dict.fromkeys(term for condition in conditions for term in terms(condition)))
        # A comparison of two answers would also depend on whether the other one is kept.
        self._may_remember = not any(term.other for term in self._terms)
        self._ways: dict[tuple[object, ...], Way] = {}

    def told(self, document: Mapping[str, Any]) -> Told:
        """What this document tells."""
        answers: Answers = document["answers"]
        way = self._way(answers, document["settings"])
        kept = {key: answers[key] for key in answers if key in way.asked}
        reached = frozenset(document["continued"])
        blank: dict[State, list[str]] = {State.SKIPPED: [], State.NOT_REACHED: []}
        for key, (question, page) in way.asked.items():
            if not kept.get(key):
                state = state_of(question, kept, asked=True, reached=page in reached)
                if state in blank:
                    blank[state].append(key)
        return Told(kept, way.not_asked, tuple(blank[State.NOT_REACHED]), tuple(blank[State.SKIPPED]))

    def _way(self, answers: Answers, settings: Mapping[str, bool]) -> Way:
        if not self._may_remember:
            return self._walk(answers, settings)
        facts = Facts(answers)
        key = (*sorted(settings.items()), *[holds(term, facts) for term in self._terms])
        way = self._ways.get(key)
        if way is None:
            if len(self._ways) >= _REMEMBERED:
                self._ways.clear()
            way = self._ways[key] = self._walk(answers, settings)
        return way

    def _walk(self, answers: Answers, settings: Mapping[str, bool]) -> Way:
        path = journey.walk(self._definition, answers, settings)
        asked = {question.id: (question, stop.page.id) for stop in path.stops for question in stop.questions}
        return Way(asked, tuple(key for key in self._definition.questions if key not in asked))
