"""A condition as staff read it in the codebook: `toxin_ever is yes and toxin_count is not 1`."""

from collections.abc import Callable
from typing import assert_never

from ..questionnaire.conditions import All, Any, Condition, Term


def in_words(condition: Condition, name: Callable[[str], str], *, inside: bool = False) -> str:
    """The condition in a few words; `name` says a question id as readers know it. Inner ones stand in brackets."""
    match condition:
        case Term():
            return _term(condition, name)
        case All(parts) | Any(parts):
            joined = (" and " if isinstance(condition, All) else " or ").join(
                in_words(part, name, inside=True) for part in parts
            )
            return f"({joined})" if inside and len(parts) > 1 else joined
        case _:
            assert_never(condition)


def _term(term: Term, name: Callable[[str], str]) -> str:
    subject = _subject(term, name)
    wanted = ", ".join(term.value) if isinstance(term.value, tuple) else str(term.value)
    plain = term.other in ("", "today") or term.other.isdigit()
    other = term.other if plain else name(term.other)
    match term.op:
        case "=":
            return f"{subject} is {wanted}"
        case "!=":
            return f"{subject} is not {wanted}"
        case "contains":
            return f"{subject} has {wanted}"
        case "not-contains":
            return f"{subject} lacks {wanted}"
        case "exists":
            return f"{subject} is answered" if term.value else f"{subject} is not answered"
        case "in":
            return f"{subject} is one of {wanted}"
        case "contains-any":
            return f"{subject} has one of {wanted}"
        case ">":
            return f"{subject} is over {wanted}"
        case ">=":
            return f"{subject} is {wanted} or more"
        case "certainly-before":
            return f"{subject} is surely before {other}"
        case "certainly-after":
            return f"{subject} is surely after {other}"
        case "older-than":
            return f"{subject} is more than {wanted} years ago"
        case "younger-than":
            return f"{subject} is less than {wanted} years ago"
        case "months-ahead-over":
            return f"{subject} is more than {wanted} months ahead"
        case "domain-in":
            return f"{subject} ends in one of {wanted}"
        case "same-as-other-entry":
            return f"{subject} is the same in another entry"
        case "same-as":
            return f"{subject} is the same as {other}"
        case _:
            assert_never(term.op)


def _subject(term: Term, name: Callable[[str], str]) -> str:
    if term.question and term.item:
        return f"{term.item} of some entry of {name(term.question)}"
    return term.item or name(term.question)
