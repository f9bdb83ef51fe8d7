"""The impact profile: the patient's own answers as bars on one scale, more is worse. Not a validated score."""

from ..holding import with_scores
from ..kinds import Choice
from ..wording import State
from .fitting import Item, item, items
from .form import Form, derived, line, small, staff_words
from .model import Bar, Impact, Line, Said

SECTION = "impact"
NOTE = "0 never to 4 always; not a validated score"
_PREFIX = "impact_"
_NAMES = {"phq_interest": "interest", "phq_down": "low mood"}


def impact(form: Form) -> Impact | None:
    """A bar for each impact question that was asked; None when none was."""
    bars = tuple(_bar(form, key) for key in form.definition.questions if key.startswith(_PREFIX) and key in form.asked)
    return Impact(NOTE, 0, 4, bars) if bars else None


def _bar(form: Form, key: str) -> Bar:
    question, code = form.definition.questions[key], form.text(key)
    label = question.brief.partition(": ")[2] or question.brief
    if code.isdigit() and isinstance(question, Choice):
        return Bar(label, int(code), staff_words(question, code), key)
    states = form.definition.states
    words = states.not_reached if form.state(key) is State.NOT_REACHED else states.skipped
    return Bar(label, None, words, key)


def mood(form: Form) -> list[Item]:
    """The two mood questions and their total, where the clinic asks them."""
    total = with_scores(form.definition, form.kept).get("phq")
    said = tuple(one for key in ("phq_interest", "phq_down") for one in form.told(key, f"{_NAMES[key]} "))
    score = (derived(f"total {total} of 6", "phq", ("phq_interest", "phq_down")),) if isinstance(total, int) else ()
    return items(SECTION, line("phq", "PHQ-2", said, score), 76)


def lines(profile: Impact | None) -> list[Item]:
    """The profile as one sentence, which says all that the bars show."""
    if profile is None:
        return []
    if all(bar.value is None for bar in profile.bars):
        words = dict.fromkeys(bar.words for bar in profile.bars)
        keys = tuple(bar.question for bar in profile.bars)
        return [item(SECTION, Line(id="impact", label="Impact", said=(derived(", ".join(words), "gaps", keys),)), 75)]
    said = tuple(
        Said(text=f"{small(bar.label)} {bar.words if bar.value is None else bar.value}", questions=(bar.question,))
        for bar in profile.bars
    )
    sentence = Line(id="impact", label="Impact", said=(*said, derived(NOTE, "impact")))
    return [item(SECTION, sentence, 79)]
