"""The path through the form: which pages and questions are asked, where a patient may go, where they go next.

Walked from the top on the answers kept so far, so that a changed filter answer takes its whole tail with it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import cast

from .checking import Demand, problems_of
from .conditions import All, Any, Condition
from .holding import Facts, holds
from .kinds import Answers, Definition, Page, Question, Settings, Value


@dataclass(frozen=True)
class Stop:
    """A page of the path with the questions it asks of this patient."""

    page: Page
    questions: tuple[Question, ...]

    @property
    def question_ids(self) -> frozenset[str]:
        """The ids of the questions asked here."""
        return frozenset(question.id for question in self.questions)


@dataclass(frozen=True)
class Path:
    """The stops in order, and the answers kept on the way; everything else counts as not given."""

    stops: tuple[Stop, ...]
    kept: Answers

    def stop(self, page_id: str) -> Stop | None:
        """The stop of that page, or None when the page is not on the path."""
        return next((stop for stop in self.stops if stop.page.id == page_id), None)

    @property
    def asked(self) -> frozenset[str]:
        """The ids of all questions on the path."""
        return frozenset(question.id for stop in self.stops for question in stop.questions)


@dataclass(frozen=True)
class Progress:
    """How far a patient came: page id -> question ids asked when it was continued from, and when that was (UTC)."""

    continued: Mapping[str, tuple[str, ...]]
    continued_at: Mapping[str, datetime]
    early: bool = False


def is_on(question: Question, settings: Settings) -> bool:
    """Whether the clinic's settings let this question be asked at all."""
    if question.tier == "extra" and not settings.get("extra_questions", False):
        return False
    return not question.setting or settings.get(question.setting, False)


_Test = Callable[[Mapping[str, Value]], bool]
_Plan = tuple[tuple[Page, tuple[tuple[Question, _Test | None], ...]], ...]


def walk(definition: Definition, answers: Answers, settings: Settings) -> Path:
    """The path that these answers give. Answers to questions that are not asked are left out of `kept`."""
    kept: Answers = {}
    stops: list[Stop] = []
    for page, questions in _plan(definition, settings):
        asked: list[Question] = []
        for question, test in questions:
            if test is None or test(kept):
                asked.append(question)
        for question in asked:
            if question.id in answers:
                kept[question.id] = answers[question.id]
        if asked or page.summary:
            stops.append(Stop(page, tuple(asked)))
    return Path(tuple(stops), kept)


def _plan(definition: Definition, settings: Settings) -> _Plan:
    """The pages with the questions that these settings allow, each with its condition made ready to run."""
    key = ("plan", tuple(sorted(settings.items())))
    plan = definition.memo.get(key)
    if plan is None:
        plan = definition.memo[key] = tuple(
            (page, tuple((q, _ready(q.show_if)) for q in page.questions if is_on(q, settings)))
            for page in definition.pages
        )
    return cast("_Plan", plan)


def _ready(condition: Condition | None) -> _Test | None:
    """A condition as a function of the kept answers: the same meaning as `holds`, without looking it up each time."""
    if condition is None:
        return None
    if isinstance(condition, All | Any):
        return _joined([_ready(part) or _always for part in condition.parts], every=isinstance(condition, All))
    question, value = condition.question, condition.value
    match condition.op if not condition.item else "":
        case "=":
            return lambda kept: kept.get(question) == value
        case "!=":
            return lambda kept: kept.get(question) != value
        case "contains":
            return lambda kept: value in _list(kept.get(question))
        case "not-contains":
            return lambda kept: value not in _list(kept.get(question))
        case "exists":
            return lambda kept: (kept.get(question) is not None) is value
        case _:
            return lambda kept: holds(condition, Facts(kept))


def _joined(tests: Sequence[_Test], *, every: bool) -> _Test:
    """All of these tests, or any of them. A plain loop: this runs for every question of every request."""

    def joined(kept: Mapping[str, Value]) -> bool:
        for test in tests:
            if test(kept) is not every:
                return not every
        return every

    return joined


def _list(answer: Value | None) -> Sequence[object]:
    return answer if isinstance(answer, list) else ()


def _always(_kept: Mapping[str, Value]) -> bool:
    return True


def has_lapsed(page: Page, progress: Progress, now: datetime) -> bool:
    """Whether the answers of this page were given too long ago to count (the safety check: 48 hours)."""
    if not page.fresh_hours:
        return False
    since = progress.continued_at.get(page.id)
    return since is not None and now - since > timedelta(hours=page.fresh_hours)


def counts(stop: Stop, progress: Progress, now: datetime) -> bool:
    """Whether a page counts as continued from: it asks nothing that it did not ask then, and has not lapsed."""
    before = progress.continued.get(stop.page.id)
    return before is not None and stop.question_ids <= set(before) and not has_lapsed(stop.page, progress, now)


def next_page(path: Path, progress: Progress, now: datetime) -> Page:
    """The first page that does not count as continued from; the last page when all do."""
    return next((s.page for s in path.stops if not counts(s, progress, now)), path.stops[-1].page)


def may_send_early(definition: Definition, path: Path, progress: Progress, now: datetime, today: date) -> bool:
    """Whether every page up to `early_after` counts as continued from and its answers pass."""
    for stop in path.stops:
        if not counts(stop, progress, now):
            return False
        if problems_of(definition, stop.questions, path.kept, today, Demand.CONTINUE, stored=True):
            return False
        if stop.page.id == definition.early_after:
            return True
    return False


def may_visit(definition: Definition, path: Path, progress: Progress, page_id: str, now: datetime, today: date) -> bool:
    """Whether a patient may open this page now; anybody else is led to `next_page`.

    A page opens when it, or every page before it, counts as continued from; the check page also wherever the
    form may be sent early; what comes after the check page opens while that counts as continued from.
    """
    target = path.stop(page_id)
    if target is None:
        return False
    if counts(target, progress, now):
        return True
    before = path.stops[: path.stops.index(target)]
    if all(counts(stop, progress, now) for stop in before):
        return True
    summary = next((stop for stop in path.stops if stop.page.summary), None)
    if summary is None or not may_send_early(definition, path, progress, now, today):
        return False
    if target is summary:
        return True
    return summary in before and counts(summary, progress, now)


def not_reached(path: Path, progress: Progress, now: datetime) -> tuple[Page, ...]:
    """The pages of the path, before the check page, that the patient did not continue from."""
    reached: list[Page] = []
    for stop in path.stops:
        if stop.page.summary:
            break
        if not counts(stop, progress, now):
            reached.append(stop.page)
    return tuple(reached)
