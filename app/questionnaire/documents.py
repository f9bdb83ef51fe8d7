"""Whether an opened document has the shape of one that a patient sent. A pure function.

Whoever has taken the patients' host can seal anything to the clinic's key, and the seal holds. Everything behind this
point may rely on the shape: lists are lists, dates are days that there are, pages are pages of the form. What an
answer says is not looked at; a text that never stood in a box is a text.
"""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from . import dates
from .kinds import (
    Choice,
    Choices,
    Confirm,
    Date,
    Definition,
    Email,
    Integer,
    Item,
    LongText,
    PartialDate,
    Phone,
    Question,
    Repeat,
    Scale,
    Text,
)

_DATE = re.compile(r"[12]\d{3}(-\d\d){0,2}", re.ASCII)
_YEARS = range(1000, 3000)
"""A form takes no other year; from days near the ends of the calendar nothing can be counted."""
_NAMES = ("language", "draft")


def is_sent_document(definition: Definition, document: Any) -> bool:
    """Whether this can be what `draft.sent_document` made of a form in this wording."""
    if not _is_mapping(document, "answers", "continued", "not_reached", "warnings", "consents", "settings", "flags"):
        return False
    return (
        _answers_fit(definition, document["answers"])
        and _is_texts(document["continued"])
        and _is_texts(document["not_reached"])
        and all(page in definition.page_by_id for page in document["not_reached"])
        and _is_list_of(document["warnings"], lambda one: _is_mapping(one, "id") and isinstance(one["id"], str))
        and _is_list_of(document["consents"], _is_consent)
        and _is_mapping(document["settings"])
        and all(isinstance(on, bool) for on in document["settings"].values())
        and all(isinstance(document.get(name), str) for name in _NAMES)
        and _is_flags(document["flags"])
    )


def _answers_fit(definition: Definition, answers: Any) -> bool:
    if not _is_mapping(answers):
        return False
    questions = definition.questions
    for key, value in answers.items():  # a plain loop: this runs for every answer of every form that is opened
        question = questions.get(key)
        if question is not None and not _fits(question, value):
            return False
    return True


def _fits(question: Question, value: object) -> bool:
    if isinstance(question, Repeat):
        items = {item.id: item for item in question.items}
        return _is_list_of(value, lambda entry: _entry_fits(items, entry))
    return _SHAPES[type(question)](value)


def _entry_fits(items: Mapping[str, Question], entry: Any) -> bool:
    return _is_mapping(entry) and all(key not in items or _fits(items[key], told) for key, told in entry.items())


def _is_consent(one: Any) -> bool:
    return _is_mapping(one, "id", "version", "at") and _is_texts([one["id"], one["version"]]) and _is_moment(one["at"])


def _is_flags(flags: Any) -> bool:
    return (
        _is_mapping(flags, "version", "ids", "as_of")
        and isinstance(flags["version"], str)
        and _is_texts(flags["ids"])
        and _is_date(flags["as_of"])
    )


def _is_moment(text: object) -> bool:
    try:
        at = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return False
    return at is not None and at.tzinfo is not None and at.year in _YEARS


def _is_date(text: object) -> bool:
    """Whether this is a year, a month or a day, written as it is stored."""
    if not isinstance(text, str) or not _DATE.fullmatch(text):
        return False
    try:
        return dates.earliest(text) <= dates.latest(text)
    except ValueError:
        return False


def _is_mapping(value: Any, *names: str) -> bool:
    return isinstance(value, dict) and all(name in value for name in names)


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def _is_list_of(value: Any, fits: Callable[[Any], bool]) -> bool:
    return isinstance(value, list) and all(fits(one) for one in value)


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


_SHAPES: Mapping[type[Item], Callable[[object], bool]] = {
    Choice: _is_text,
    Choices: _is_texts,
    Text: _is_text,
    LongText: _is_text,
    Email: _is_text,
    Phone: _is_text,
    Date: lambda value: _is_date(value) and dates.precision(str(value)) == "day",
    PartialDate: _is_date,
    Integer: _is_number,
    Scale: _is_number,
    Confirm: lambda value: value is True,
}
"""What an answer to a question of each kind is, whatever it says."""
