"""WTForms classes, built from the questionnaire: the only place that knows WTForms.

A field reads what was posted through `questionnaire.reading`; drawing is done by the templates, straight from the
definition. When one answer is wanted and two different ones were posted, neither counts (`app/doubled.py`): that is
said beside the question, with the first of them in the box.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms import Field, Form
from wtforms.validators import StopValidation

from ..doubled import is_unclear
from ..questionnaire.kinds import N_, Choices, Date, Definition, Item, Messages, PartialDate, Question, Repeat, Value
from ..questionnaire.reading import DATE_BOXES, Raw, Read, read

Posted = MultiDict[str, str]
TWO_ANSWERS = N_("Two different answers to this came to us. Give one.")
_CONTROLS = {code: None for code in (*range(32), *range(127, 160)) if chr(code) not in "\t\r\n"}


def raw_input(question: Item, posted: Posted) -> Raw:
    """What was typed or ticked for this question: one text, several codes, or year, month and day."""
    if isinstance(question, Date | PartialDate):
        return tuple(_first(_printable(posted, name)) for name in input_names(question))
    values = _printable(posted, question.id)
    return tuple(values) if isinstance(question, Choices) else tuple(values[:1])


def input_names(question: Item) -> tuple[str, ...]:
    """The names that the boxes of a question post under."""
    if isinstance(question, Date | PartialDate):
        return tuple(f"{question.id}-{box}" for box in DATE_BOXES)
    return (question.id,)


def all_input_names(definition: Definition) -> frozenset[str]:
    """Every name that a question or an item of an entry posts under."""
    questions = definition.questions.values()
    items = [item for group in questions if isinstance(group, Repeat) for item in group.items]
    single = [question for question in questions if not isinstance(question, Repeat)]
    return frozenset(name for item in (*single, *items) for name in input_names(item))


def _has_two_answers(question: Item, posted: Posted) -> bool:
    if isinstance(question, Choices):
        return False
    return any(is_unclear(posted.getlist(name)) for name in input_names(question))


def _printable(posted: Posted, name: str) -> list[str]:
    """What was posted under a name, without the control characters that no page may show again."""
    return [value.translate(_CONTROLS) for value in posted.getlist(name)]


def _first(values: list[str]) -> str:
    return values[0] if values else ""


class AnswerField(Field):
    """One question of any kind: keeps what was typed in `raw`, the value to store in `data`."""

    def __init__(self, question: Item, messages: Messages, **kwargs: object) -> None:
        super().__init__(**kwargs)  # type: ignore[arg-type]
        self.question = question
        self.messages = messages
        self.raw: Raw = ()
        self.result = Read()
        self.is_unclear = False

    def process(self, formdata: Any, data: object = None, extra_filters: object = None) -> None:
        """Read this question's input; WTForms hands the whole posted form to each field."""
        self.process_errors = []
        if formdata is not None:
            self.raw = raw_input(self.question, formdata)
            self.is_unclear = _has_two_answers(self.question, formdata)
            self.result = read(self.question, self.raw, self.messages)
            if self.is_unclear:
                self.result = Read(problem=TWO_ANSWERS)
        self.data = self.result.value

    def pre_validate(self, form: object) -> None:
        """Refuse what cannot be read, with the definition's own sentence."""
        if self.result.problem:
            raise StopValidation(self.result.problem)


class Answers:
    """What one page's form was posted with: raw input and values by question id, and what could not be read.

    `clear` is the raw input of those questions that were answered once.
    """

    def __init__(self, form: Form, questions: Sequence[Item]) -> None:
        form.validate()
        fields = {question.id: form[question.id] for question in questions}
        self.raw: Mapping[str, Raw] = {key: f.raw for key, f in fields.items() if isinstance(f, AnswerField)}
        self.clear: Mapping[str, Raw] = {
            key: f.raw for key, f in fields.items() if isinstance(f, AnswerField) and not f.is_unclear
        }
        self.values: Mapping[str, Value] = {key: f.data for key, f in fields.items() if f.data is not None}
        self.problems: Mapping[str, str] = {key: str(f.errors[0]) for key, f in fields.items() if f.errors}


class Forms:
    """Builds and remembers the form classes of one definition."""

    def __init__(self, messages: Messages) -> None:
        self._messages = messages
        self._classes: dict[tuple[str, ...], type[Form]] = {}

    def answers(self, place: str, questions: Sequence[Question], posted: Posted) -> Answers:
        """Read a posted form for these questions. `place` (a page or group id) keeps classes apart."""
        asked = [question for question in questions if not isinstance(question, Repeat)]
        key = (place, *(question.id for question in asked))
        if key not in self._classes:
            fields = {question.id: AnswerField(question, self._messages) for question in asked}
            self._classes[key] = type("PageForm", (Form,), fields)
        return Answers(self._classes[key](posted), asked)
