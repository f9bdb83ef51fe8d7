"""Answers for property tests: of every kind of question, long, blank, in any script, on whatever path they give."""

from typing import Any

from hypothesis import strategies as st

from app.questionnaire.hemifacial_spasm import DEFINITION
from app.questionnaire.kinds import (
    Choice,
    Choices,
    Confirm,
    Date,
    Integer,
    Item,
    LongText,
    PartialDate,
    Question,
    Repeat,
    Scale,
    Text,
)

SAMPLES = (
    "Stop the winking at work.",
    "يتحرك جفني كل يوم",
    "左の頬がけいれんします。仕事で困っています。" * 30,
    "Supercalifragilistic" * 200,
    "one word after another " * 170,
    "two\nlines “with quotes”",
    "e\u0301" * 300,
    "👩‍👩‍👧 " * 40,
    "x",
)


def texts(longest: int) -> st.SearchStrategy[str]:
    """Texts that a question of this length keeps: trimmed, not blank."""
    free = st.text(st.characters(exclude_categories=("C",)), min_size=1, max_size=60)
    return st.one_of(st.sampled_from(SAMPLES), free).map(lambda text: text[:longest].strip()).filter(bool)


@st.composite
def partial_dates(draw: st.DrawFn, *, full: bool = False) -> str:
    """Partial dates up to the day of sending, of any precision."""
    year = draw(st.integers(1930, 2026))
    last = 2 if year == 2026 else 12
    month, day = draw(st.integers(1, last)), draw(st.integers(1, 28))
    written = (f"{year}", f"{year}-{month:02}", f"{year}-{month:02}-{day:02}")
    return written[2] if full else draw(st.sampled_from(written))


def value_of(question: Item) -> st.SearchStrategy[Any]:
    """A value that this question can have."""
    match question:
        case Choice():
            return st.sampled_from([option.code for option in question.options])
        case Choices():
            plain = [option.code for option in question.options if option.code != question.exclusive]
            several = st.lists(st.sampled_from(plain), min_size=1, max_size=question.max_selected or 8, unique=True)
            return st.one_of(several, st.just([question.exclusive])) if question.exclusive else several
        case Text() | LongText():
            return texts(question.max_length)
        case Integer() | Scale():
            return st.integers(question.min, question.max)
        case Date():
            return partial_dates(full=True)
        case PartialDate():
            return partial_dates()
        case Confirm():
            return st.just(True)
        case _:
            return st.just("a@example.com" if question.id == "email" else "212-555-0142")


@st.composite
def entries_of(draw: st.DrawFn, group: Repeat) -> list[dict[str, Any]]:
    """Entries with what must be there, and any of the rest."""
    rows: list[dict[str, Any]] = []
    for number in range(draw(st.integers(1, group.max_entries if group.max_entries <= 4 else 6))):
        row: dict[str, Any] = {"_id": f"e{number:07}"}
        for item in group.items:
            if item.required or draw(st.booleans()):
                row[item.id] = draw(value_of(item))
        rows.append(row)
    return rows


@st.composite
def any_answers(draw: st.DrawFn) -> dict[str, Any]:
    """Any answers to any of the questions; sometimes to nearly all of them."""
    share = draw(st.sampled_from((2, 6, 9, 10)))
    answers: dict[str, Any] = {}
    for key, question in DEFINITION.questions.items():
        if draw(st.integers(1, 10)) <= share:
            answers[key] = draw(_value(question))
    return answers | dict.fromkeys(draw(st.sets(st.sampled_from(("toxin_ever", "toxin_records", "mvd_ever")))), "yes")


def _value(question: Question) -> st.SearchStrategy[Any]:
    return entries_of(question) if isinstance(question, Repeat) else value_of(question)
