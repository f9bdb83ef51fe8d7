"""Whether a stored value is one that its question can have: known choices, lengths, ranges."""

from typing import assert_never

from email_validator import EmailNotValidError, validate_email

from . import dates
from .kinds import (
    Choice,
    Choices,
    Confirm,
    Date,
    Email,
    Integer,
    LongText,
    Messages,
    PartialDate,
    Phone,
    Question,
    Repeat,
    Scale,
    Text,
    Value,
)


def limit_problem(question: Question, value: Value, messages: Messages) -> str:
    """The sentence to say when this value cannot stand for this question; empty when it can."""
    match question:
        case Choice():
            return "" if value in {o.code for o in question.options} else messages.unknown_choice
        case Choices():
            return _choices_problem(question, value, messages)
        case Text() | LongText():
            return _length_problem(value, question.max_length, messages)
        case Email():
            if not isinstance(value, str) or not _is_email(value):
                return messages.email
            return _length_problem(value, question.max_length, messages)
        case Phone():
            digits = sum(c.isdigit() for c in value) if isinstance(value, str) else 0
            if not question.min_digits <= digits <= question.max_digits:
                return messages.phone
            return _length_problem(value, question.max_length, messages)
        case Date():
            return "" if _is_date(value) and dates.precision(str(value)) == "day" else messages.date
        case PartialDate():
            return "" if _is_date(value) else messages.partial_date
        case Integer() | Scale():
            if not isinstance(value, int) or isinstance(value, bool):
                return messages.whole_number
            if question.min <= value <= question.max:
                return ""
            return messages.range.format(min=f"{question.min:,}", max=f"{question.max:,}")
        case Confirm():
            return "" if value is True else question.required
        case Repeat():
            if isinstance(value, list) and len(value) > question.max_entries:
                return messages.too_many_entries.format(max=question.max_entries)
            return ""
        case _:
            assert_never(question)


def _choices_problem(question: Choices, value: Value, messages: Messages) -> str:
    known = {option.code: option for option in question.options}
    if not isinstance(value, list) or any(not isinstance(code, str) or code not in known for code in value):
        return messages.unknown_choice
    if question.exclusive in value and len(value) > 1:
        return messages.exclusive.format(none=known[question.exclusive].label)
    if question.max_selected is not None and len(value) > question.max_selected:
        return messages.too_many.format(max=question.max_selected)
    return ""


def _length_problem(value: Value, limit: int, messages: Messages) -> str:
    text = str(value)
    return messages.too_long.format(max=f"{limit:,}", count=f"{len(text):,}") if len(text) > limit else ""


def _is_email(text: str) -> bool:
    """Syntax only: no DNS is asked, so that a patient's address goes nowhere."""
    try:
        validate_email(text, check_deliverability=False)
    except EmailNotValidError:
        return False
    return True


def _is_date(value: Value) -> bool:
    try:
        return isinstance(value, str) and dates.earliest(value) <= dates.latest(value)
    except ValueError:
        return False
