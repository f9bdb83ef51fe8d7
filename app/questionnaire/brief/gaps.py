"""What is not known, each kind by its own name; what was plainly denied; what is unlikely."""

from collections.abc import Mapping

from .. import journey
from ..checking import warnings_on
from ..kinds import Repeat
from ..wording import State
from .fitting import Item, items
from .form import Form, derived, line, quoted, small, staff_words
from .model import Line, Said

NEGATIVES_SECTION, MISSING = "negatives", "missing"
NEGATIVES: Mapping[str, str] = {
    "palsy_before": "facial palsy before",
    "prior_event": "injury/surgery/infection/tumor before",
    "assoc": "other same-side signs",
    "neuro": "other neurologic signs",
    "suppress": "suppressing it",
    "linked_move": "linked movements",
    "sleep": "spasm in sleep",
    "eye_closes": "eye closure",
    "toxin_other_use": "other toxin",
    "mvd_ever": "MVD",
    "other_tx": "other care",
    "blood_thinner": "blood thinners",
    "allergies": "known allergies",
    "conditions": "listed conditions",
    "pregnancy": "pregnancy",
    "drive_eye": "eye shut driving",
    "mri_safe": "MRI risks",
    "family": "family history",
    "surgery_planned": "surgery planned",
}
"""Question -> what a plain no denies; those that bear on the plan, in the order of the story."""


def negatives(form: Form) -> list[Item]:
    """One line of pertinent negatives."""
    said = tuple(Said(text=words, questions=(key,)) for key, words in NEGATIVES.items() if form.state(key) is State.NO)
    return items(NEGATIVES_SECTION, line("negatives", "Says no to", said, join=", "), 80)


def missing(form: Form) -> list[Item]:
    """Not sure, not answered, not reached and not asked, each a line of its own; then unlikely values."""
    states = form.definition.states
    return [
        *items(MISSING, _not_reached(form, states.not_reached), 89),
        *items(MISSING, unlikely(form), 85),
        *items(MISSING, _of_state(form, State.NOT_SURE, states.not_sure), 52),
        *items(MISSING, _of_state(form, State.SKIPPED, states.skipped), 50),
        *items(MISSING, _not_asked(form, states.not_asked), 15),
    ]


def _of_state(form: Form, state: State, label: str) -> list[Line]:
    """The questions in one state, by their short names; consents and the signature belong to sending."""
    questions = form.definition.questions
    keys = [key for key, question in questions.items() if form.state(key) is state and not question.version]
    said = tuple(derived(form.definition.questions[key].brief, "gaps", (key,)) for key in keys)
    return line(state.value, label, said, join=", ")


def _not_reached(form: Form, label: str) -> list[Line]:
    """The pages that the patient did not come to, by name; answers typed there were sent and count."""
    pages = [form.definition.page_by_id.get(key) for key in form.document["not_reached"]]
    said = tuple(
        derived(page.title, "gaps", tuple(q.id for q in page.questions if form.state(q.id) is State.NOT_REACHED))
        for page in pages
        if page is not None
    )
    return line("not_reached", label, said, join=", ")


def _not_asked(form: Form, label: str) -> list[Line]:
    """How many questions settings kept away, and how many other answers did."""
    settings = form.document["settings"]
    away = [q for key, q in form.definition.questions.items() if form.state(key) is State.NOT_ASKED]
    off = [q for q in away if not journey.is_on(q, settings)]
    parts = ((len(off), "switched off by the clinic"), (len(away) - len(off), "not called for by other answers"))
    return line("not_asked", label, tuple(derived(f"{n} {words}", "gaps") for n, words in parts if n))


def unlikely(form: Form) -> list[Line]:
    """Values that the form asked the patient to look at again, and whether they kept them."""
    confirmed = [dict(warning) for warning in form.document["warnings"]]
    asked = (q for q in form.definition.questions.values() if q.id in form.asked)
    said: list[Said] = []
    for raised in warnings_on(form.definition, asked, form.kept, form.sent_on):
        kept = "kept by the patient" if raised.as_document() in confirmed else "not confirmed"
        said.append(
            derived(
                f"{_place(form, raised.question, raised.item, raised.row)} ({kept})", "unlikely", (raised.question,)
            )
        )
    return line("unlikely", "Check", tuple(dict.fromkeys(said)))


def _place(form: Form, key: str, item_id: str, row: str | None) -> str:
    question = form.definition.questions[key]
    if not isinstance(question, Repeat):
        return (
            f"{question.brief} {_short(staff_words(question, form.kept[key]))}" if key in form.kept else question.brief
        )
    item = form.items(key)[item_id]
    number, entry = next(
        (n, e) for n, e in enumerate(form.entries(key), start=1) if str(e.get("_id", "")) == (row or "")
    )
    value = entry.get(item_id)
    words = staff_words(item, value if not isinstance(value, list) else [*value]) if value is not None else ""
    return f"{question.brief} {number}, {small(item.brief)} {_short(words)}".strip()


def _short(words: str) -> str:
    return words if len(words) <= 40 else quoted(words[:40] + "…")
