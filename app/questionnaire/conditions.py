"""Conditions over answers: the one small language in which branches, checks, warnings and flags are written.

A `Term` compares one question (or one item of a repeating entry) with a value; `All` and `Any` join them.
The constructors below read like the sentences a clinician would check: `has("assoc", "pain")`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Op = Literal[
    "=", "!=", "contains", "not-contains", "exists", "in", "contains-any", ">", ">=",
    "certainly-before", "certainly-after", "older-than", "younger-than", "months-ahead-over",
    "domain-in", "same-as-other-entry", "same-as",
]  # fmt: skip

TermValue = str | int | bool | tuple[str, ...] | None


@dataclass(frozen=True, kw_only=True)
class Term:
    """One comparison. `question` is a question id; `item` an item of a repeating group.

    `item` without `question` means the entry that is being checked; with it, *some* entry of that group.
    `other` is a question id, `today`, or a year, for the operators that compare two answers.
    """

    op: Op
    question: str = ""
    item: str = ""
    value: TermValue = None
    other: str = ""


@dataclass(frozen=True)
class All:
    """Holds when every part holds."""

    parts: "tuple[Condition, ...]"


@dataclass(frozen=True)
class Any:
    """Holds when at least one part holds."""

    parts: "tuple[Condition, ...]"


Condition = Term | All | Any


def all_of(*parts: Condition) -> All:
    """Every one of the parts."""
    return All(parts)


def any_of(*parts: Condition) -> Any:
    """At least one of the parts."""
    return Any(parts)


def equals(question: str, value: str) -> Term:
    """The single answer is this code. No answer: does not hold."""
    return Term(op="=", question=question, value=value)


def differs(question: str, value: str) -> Term:
    """The single answer is not this code. No answer: holds (as FHIR R4 `enableWhen` with `!=`)."""
    return Term(op="!=", question=question, value=value)


def has(question: str, value: str) -> Term:
    """The multiple answer holds this code."""
    return Term(op="contains", question=question, value=value)


def lacks(question: str, value: str) -> Term:
    """The multiple answer lacks this code. No answer: holds."""
    return Term(op="not-contains", question=question, value=value)


def has_any(question: str, *values: str, item: str = "") -> Term:
    """The multiple answer (of some entry, when `item` is given) holds one of these codes."""
    return Term(op="contains-any", question=question, item=item, value=values)


def one_of(question: str, *values: str) -> Term:
    """The single answer is one of these codes."""
    return Term(op="in", question=question, value=values)


def answered(question: str) -> Term:
    """There is an answer."""
    return Term(op="exists", question=question, value=True)


def blank(question: str) -> Term:
    """There is no answer."""
    return Term(op="exists", question=question, value=False)


def over(question: str, number: int) -> Term:
    """The number is greater than this."""
    return Term(op=">", question=question, value=number)


def at_least(question: str, number: int) -> Term:
    """The number is this or greater."""
    return Term(op=">=", question=question, value=number)


def surely_before(question: str, other: str) -> Term:
    """No reading of either partial date says otherwise; `other` is a question id, `today`, or a year."""
    return Term(op="certainly-before", question=question, other=other)


def surely_after(question: str, other: str) -> Term:
    """No reading of either partial date says otherwise; `other` is a question id, `today`, or a year."""
    return Term(op="certainly-after", question=question, other=other)


def older_than(question: str, years: int) -> Term:
    """More completed years than this lie between the date and today."""
    return Term(op="older-than", question=question, value=years)


def younger_than(question: str, years: int) -> Term:
    """Fewer completed years than this lie between the date and today."""
    return Term(op="younger-than", question=question, value=years)


def months_ahead_over(question: str, months: int) -> Term:
    """The date is later than the same day that many months after today."""
    return Term(op="months-ahead-over", question=question, value=months)


def domain_in(question: str, *domains: str) -> Term:
    """The part after the last @, in lower case, is one of these."""
    return Term(op="domain-in", question=question, value=domains)


def item_equals(item: str, value: str) -> Term:
    """This entry's single answer is this code."""
    return Term(op="=", item=item, value=value)


def item_over(item: str, number: int) -> Term:
    """This entry's number is greater than this."""
    return Term(op=">", item=item, value=number)


def item_surely_before(item: str, other: str) -> Term:
    """As `surely_before`, for an item of the entry being checked."""
    return Term(op="certainly-before", item=item, other=other)


def item_surely_after(item: str, other: str) -> Term:
    """As `surely_after`, for an item of the entry being checked."""
    return Term(op="certainly-after", item=item, other=other)


def item_same_as(item: str, other: str) -> Term:
    """This entry's item equals, as typed, the answer of the question `other`."""
    return Term(op="same-as", item=item, other=other)


def item_twice(item: str) -> Term:
    """Another entry of the same group holds the same value for this item."""
    return Term(op="same-as-other-entry", item=item, value=True)


def terms(condition: Condition | None) -> Iterator[Term]:
    """Every comparison inside a condition, in order."""
    match condition:
        case None:
            return
        case Term():
            yield condition
        case All(parts) | Any(parts):
            for part in parts:
                yield from terms(part)
