"""Answers that no other section tells: those of questions added after it was written. A new question is never lost."""

from collections.abc import Iterable

from ..kinds import Question, Repeat
from ..wording import State
from . import toxin
from .fitting import Item, items
from .form import Form, line
from .model import Line, Said

SECTION = "others"
CONTACT = frozenset({"email", "phone", "contact_pref", "visit_date"})
"""Told where the form is named, not in its brief."""
BANNER = frozenset(
    {"filled_by", "helper_name", "helper_relation", "first_name", "last_name", "preferred_name", "dob", "urgent_now"}
)
"""Told by the banner, and by the flag of sudden signs."""


def lines(form: Form, told: Iterable[Line]) -> list[Item]:
    """A line for each answered question that none of these lines links to."""
    telling = [one for one in told if one.id != toxin.PAYER_LINE]  # that one says only that an answer is there
    linked = {key for one in telling for said in one.said for key in said.questions} | CONTACT | BANNER
    left = [
        question
        for key, question in form.definition.questions.items()
        if key not in linked and not question.version and form.state(key) is State.ANSWERED
    ]
    return items(
        SECTION, [one for question in left for one in line(question.id, question.brief, _said(form, question))], 36
    )


def _said(form: Form, question: Question) -> tuple[Said, ...]:
    if not isinstance(question, Repeat):
        return form.told(question.id)
    return tuple(
        said
        for entry in form.entries(question.id)
        for item in question.items
        for said in form.item(question.id, entry, item.id)
    )
