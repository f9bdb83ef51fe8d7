"""What changed since the person's form before: old and new words of each question, entries by what came and went."""

from collections.abc import Iterator, Mapping
from typing import Any

from ..differences import changes, differences
from ..kinds import Entry, Question, Repeat
from .fitting import Item, items
from .form import Form, derived, line, read
from .model import Line, Said

SECTION = "changed"


def lines(form: Form, previous: Mapping[str, Any] | None) -> list[Item]:
    """A line for each question that changed; one line when none did; nothing without a form before."""
    if previous is None:
        return []
    before = read(form.definition, previous, form.as_of, form.sent_on)
    found = changes(differences(form.definition, previous, form.document))
    if not found:
        return items(SECTION, line("unchanged", "Changed", (derived("nothing", "changes"),)), 60)
    told = [_line(before, form, difference.question) for difference in found]
    return [one for number, ln in enumerate(told) for one in items(SECTION, [ln], max(78 - 2 * number, 30))]


def _line(before: Form, now: Form, question: Question) -> Line:
    if isinstance(question, Repeat):
        said = tuple(_entries(before, now, question.id))
    else:
        said = (_side(before, question.id, "was "), _side(now, question.id, "now "))
    return Line(id=f"changed_{question.id}", label=question.brief, said=said)


def _side(form: Form, key: str, which: str) -> Said:
    """The answer in one of the forms, or the word for its state."""
    told = form.any(key) or form.gap(key)
    text, role = (told[0].text, told[0].role) if told else (form.definition.states.skipped, "")
    return Said(text=f"{which}{text}", kind="derived", rule="changes", role=role, questions=(key,))


def _entries(before: Form, now: Form, key: str) -> Iterator[Said]:
    """Entries that only one of the forms has. One that was corrected went and came."""
    old, new = ([_words(form, key, entry) for entry in form.entries(key)] for form in (before, now))
    came, went = ([text for text in mine if text not in others] for mine, others in ((new, old), (old, new)))
    for which, texts in (("new", came), ("no longer", went)):
        for text in texts:
            yield Said(text=f"{which}: {text}", kind="derived", rule="changes", questions=(key,))
    if not came and not went:
        yield derived(f"was {len(old)}, now {len(new)} entries", "changes", (key,))


def _words(form: Form, key: str, entry: Entry) -> str:
    return ", ".join(said.text for item in form.items(key) for said in form.item(key, entry, item))
