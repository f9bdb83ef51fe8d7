"""Which questions a sent document leaves without an answer, and why: not asked, not reached or skipped.

The path is that of `journey.walk`, worked out faster: a sent document holds only answers kept on its path, and a
question is shown or not by answers of earlier pages, so each condition needs asking once, of the answers as they are.
A document that does hold an answer off its path is walked first.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..questionnaire import journey
from ..questionnaire.holding import Facts, holds
from ..questionnaire.kinds import Answers, Definition, Question
from ..questionnaire.wording import State, state_of

Asking = tuple[str, Question, str, int]
"""A question id, the question, its page, and the place of its condition among `States._conditions`."""


@dataclass(frozen=True)
class Told:
    """What a sent document tells: the answers kept on its path, and the ids of questions without one, by state."""

    kept: Answers
    not_asked: tuple[str, ...]
    not_reached: tuple[str, ...]
    skipped: tuple[str, ...]


class States:
    """Reads the states of sent documents of one definition."""

    def __init__(self, definition: Definition) -> None:
        self._definition = definition
        self._conditions = list(dict.fromkeys([None, *(q.show_if for q in definition.questions.values())]))
        self._askings: dict[tuple[tuple[str, bool], ...], list[Asking]] = {}

    def told(self, document: Mapping[str, Any]) -> Told:
        """What this document tells."""
        answers: Answers = document["answers"]
        settings: Mapping[str, bool] = document["settings"]
        told = self._told(answers, settings, frozenset(document["continued"]))
        if told is None:
            kept = journey.walk(self._definition, answers, settings).kept
            told = self._told(kept, settings, frozenset(document["continued"]))
        assert told is not None  # noqa: S101 (what a walk keeps lies on its path)
        return told

    def _told(self, answers: Answers, settings: Mapping[str, bool], reached: frozenset[str]) -> Told | None:
        """What these answers tell, or None when one of them lies off the path that they give."""
        facts = Facts(answers)
        shown = [holds(condition, facts) for condition in self._conditions]
        shown.append(False)
        not_asked: list[str] = []
        blank: dict[State, list[str]] = {State.SKIPPED: [], State.NOT_REACHED: []}
        on_path = 0
        for key, question, page, condition in self._asking(settings):
            if not shown[condition]:
                not_asked.append(key)
                continue
            on_path += key in answers
            if not answers.get(key):
                state = state_of(question, answers, asked=True, reached=page in reached)
                if state in blank:
                    blank[state].append(key)
        if on_path != len(answers):
            return None
        return Told(answers, tuple(not_asked), tuple(blank[State.NOT_REACHED]), tuple(blank[State.SKIPPED]))

    def _asking(self, settings: Mapping[str, bool]) -> list[Asking]:
        """Every question with its condition under these settings; one that they turn off has the last, which fails."""
        key = tuple(sorted(settings.items()))
        if key not in self._askings:
            never = len(self._conditions)
            self._askings[key] = [
                (
                    question.id,
                    question,
                    page.id,
                    self._conditions.index(question.show_if) if journey.is_on(question, settings) else never,
                )
                for page in self._definition.pages
                for question in page.questions
            ]
        return self._askings[key]
