"""The words a questionnaire is written in: parts, pages, and the kinds of question. Facts only, no behaviour.

Ids, codes and columns are for ever (answers and exports are stored by them); every sentence may change.
Sentences are marked with `N_` and translated when a definition is rendered, never here.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from .conditions import Condition


def N_(sentence: str) -> str:
    """Mark a sentence for translation and hand it back unchanged."""
    return sentence


Tier = Literal["core", "extra"]
Means = Literal["", "no", "not_sure"]
Level = Literal["urgent", "safety", "review", "lookalike", "note"]
Deidentify = Literal["", "drop", "year", "age"]


@dataclass(frozen=True, kw_only=True)
class Code:
    """A code of a public system (ICD-10-CM, HCPCS, RxNorm, LOINC) that belongs to a question or an option."""

    system: str
    code: str
    display: str = ""
    use: str = ""


@dataclass(frozen=True, kw_only=True)
class Option:
    """One answer of a list. `means` says that choosing it is a plain no, or "not sure"."""

    code: str
    label: str
    label_helper: str = ""
    brief: str = ""
    means: Means = ""
    codes: tuple[Code, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Check:
    """Refused while `when` holds; the error stands at the question the check belongs to."""

    id: str
    when: Condition
    error: str


@dataclass(frozen=True, kw_only=True)
class Warn:
    """Unlikely while `when` holds: asked once, may be confirmed, never blocks sending."""

    id: str
    when: Condition
    text: str


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What every kind of question has.

    `text_helper` and `help_helper` are the wording when somebody fills in the form for the patient.
    `required` is the whole sentence shown when the question is left empty; empty means optional. `always`
    demands it even of a form that is sent early. `brief` labels the answer for staff, `column` in exports.
    """

    id: str
    text: str
    text_helper: str = ""
    help: str = ""
    help_helper: str = ""
    brief: str
    column: str
    tier: Tier = "core"
    setting: str = ""
    required: str = ""
    always: bool = False
    show_if: Condition | None = None
    checks: tuple[Check, ...] = ()
    warnings: tuple[Warn, ...] = ()
    autocomplete: str = ""
    identifier: bool = False
    free_text: bool = False
    deidentify: Deidentify = ""
    codes: tuple[Code, ...] = ()
    version: str = ""


@dataclass(frozen=True, kw_only=True)
class Choice(Asked):
    """One answer of a list, stored as its code."""

    options: tuple[Option, ...]


@dataclass(frozen=True, kw_only=True)
class Choices(Asked):
    """Any number of a list, stored as a list of codes. `exclusive` is the code that stands alone."""

    options: tuple[Option, ...]
    exclusive: str = ""
    max_selected: int | None = None


@dataclass(frozen=True, kw_only=True)
class Text(Asked):
    """One line of text, at most `max_length` characters."""

    max_length: int


@dataclass(frozen=True, kw_only=True)
class LongText(Asked):
    """Several lines of text, at most `max_length` characters."""

    max_length: int


@dataclass(frozen=True, kw_only=True)
class Email(Asked):
    """An e-mail address, stored as typed; only its syntax is checked."""

    max_length: int


@dataclass(frozen=True, kw_only=True)
class Phone(Asked):
    """A phone number, stored as typed; only its digits are counted."""

    min_digits: int
    max_digits: int
    max_length: int


@dataclass(frozen=True, kw_only=True)
class Date(Asked):
    """A real day, stored as YYYY-MM-DD."""


@dataclass(frozen=True, kw_only=True)
class PartialDate(Asked):
    """A year, a month or a day as the patient knows it, stored as YYYY, YYYY-MM or YYYY-MM-DD."""


@dataclass(frozen=True, kw_only=True)
class Integer(Asked):
    """A whole number from `min` to `max`."""

    min: int
    max: int


@dataclass(frozen=True, kw_only=True)
class Scale(Asked):
    """A whole number from `min` to `max`, drawn as labelled radios."""

    min: int
    max: int
    min_label: str
    max_label: str


@dataclass(frozen=True, kw_only=True)
class Confirm(Asked):
    """A box to check; stored as true or not at all."""


@dataclass(frozen=True, kw_only=True)
class Repeat(Asked):
    """A list of entries, each with the same few items and a random id of its own (`_id`).

    `prefill_from` names a Choices question whose codes open one entry each, in the item `prefill_item`.
    """

    items: "tuple[Item, ...]"
    entry_name: str
    max_entries: int
    newest_first: bool = False
    prefill_from: str = ""
    prefill_item: str = ""


Value = str | int | bool | list[str] | list["Entry"]
Entry = dict[str, str | int | bool | list[str]]
Answers = dict[str, Value]
Settings = Mapping[str, bool]

Item = Choice | Choices | Text | LongText | Email | Phone | Date | PartialDate | Integer | Scale | Confirm
Question = Item | Repeat


@dataclass(frozen=True, kw_only=True)
class Page:
    """One tight topic with its own address.

    `summary` marks the check-your-answers page, which asks nothing. Answers of a page with `fresh_hours` lapse
    so many hours after they were given: the page is then asked again, blank.
    """

    id: str
    title: str
    intro: str = ""
    intro_helper: str = ""
    questions: tuple[Question, ...] = ()
    summary: bool = False
    fresh_hours: int = 0


@dataclass(frozen=True, kw_only=True)
class Part:
    """A chapter of the form: the patient reads "Part 2 of 9: How it began"."""

    id: str
    number: int
    title: str
    pages: tuple[Page, ...]


@dataclass(frozen=True, kw_only=True)
class Notice:
    """Something a patient must read: after `after_page`, and on top of the check page and the receipt."""

    id: str
    after_page: str
    when: Condition
    heading: str
    lines: tuple[str, ...]
    stop_page: bool = False


@dataclass(frozen=True, kw_only=True)
class Flag:
    """Why a specialist should look, for staff only. Never a diagnosis.

    `when` is None for the computed flags, whose boundaries stand in `flags.py`; `evidence` then names the
    answers to show.
    """

    id: str
    level: Level
    brief: str
    rule: str
    reason: str
    sources: tuple[str, ...]
    when: Condition | None = None
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class LevelMeaning:
    """A level of flag and what staff do about it."""

    id: Level
    meaning: str


@dataclass(frozen=True, kw_only=True)
class Score:
    """A number worked out from other answers; it exists only when all of them are given."""

    id: str
    of: tuple[str, ...]
    brief: str
    column: str
    rule: str
    codes: tuple[Code, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Messages:
    """The sentences that are the same everywhere. `{max}` and the like are filled in when shown."""

    unknown_choice: str
    exclusive: str
    too_many: str
    too_long: str
    whole_number: str
    range: str
    date: str
    partial_date: str
    email: str
    phone: str
    too_many_entries: str
    warning_button: str
    early_button: str
    early_intro: str
    early_back: str
    skipped: str
    not_reached: str
    remove_entry: str
    remove_yes: str
    remove_no: str


@dataclass(frozen=True, kw_only=True)
class Texts:
    """The safety sentences that a clinician words. `{clinic_name}` and the like are filled in when shown."""

    not_emergency: str
    call_911: tuple[str, ...]
    call_clinic_same_day: tuple[str, ...]
    medicines: str
    driving: str
    crisis: str
    not_diagnosis: str
    time: str
    skip: str
    send_early: str
    privacy_video: str


@dataclass(frozen=True, kw_only=True)
class States:
    """The words for the five ways to have no plain answer."""

    not_sure: str
    skipped: str
    not_reached: str
    not_asked: str
    no: str


@dataclass(frozen=True, kw_only=True)
class Review:
    """Who approved the content, and when; empty until a clinician has."""

    status: str
    reviewed_by: str = ""
    reviewed_on: str = ""


@dataclass(frozen=True, kw_only=True)
class Definition:
    """One whole questionnaire. Everything else (form, path, review, exports) is worked out from it.

    Once every page up to `early_after` is done, a patient may send what there is.
    """

    id: str
    version: str
    language: str
    title: str
    flags_version: str
    early_after: str
    review: Review
    parts: tuple[Part, ...]
    notices: tuple[Notice, ...]
    flags: tuple[Flag, ...]
    levels: tuple[LevelMeaning, ...]
    scores: tuple[Score, ...]
    states: States
    messages: Messages
    texts: Texts

    @cached_property
    def memo(self) -> dict[object, object]:
        """A place for facts worked out from this definition, so that they are worked out once."""
        return {}

    @cached_property
    def pages(self) -> tuple[Page, ...]:
        """Every page, in the order of the form."""
        return tuple(page for part in self.parts for page in part.pages)

    @cached_property
    def page_by_id(self) -> dict[str, Page]:
        """Page id -> page."""
        return {page.id: page for page in self.pages}

    @cached_property
    def part_of_page(self) -> dict[str, Part]:
        """Page id -> the part it stands in."""
        return {page.id: part for part in self.parts for page in part.pages}

    @cached_property
    def questions(self) -> dict[str, Question]:
        """Question id -> question, in the order of the form."""
        return {question.id: question for page in self.pages for question in page.questions}

    @cached_property
    def page_of_question(self) -> dict[str, Page]:
        """Question id -> the page it stands on."""
        return {question.id: page for page in self.pages for question in page.questions}

    @cached_property
    def repeats(self) -> tuple[Repeat, ...]:
        """The repeating groups, in the order of the form."""
        return tuple(q for q in self.questions.values() if isinstance(q, Repeat))


def columns_of(definition: Definition) -> Iterator[tuple[str, Question | Item | Score]]:
    """Every export column name of a definition with what it holds (items of entries and scores too)."""
    for question in definition.questions.values():
        yield question.column, question
        if isinstance(question, Repeat):
            for item in question.items:
                yield item.column, item
    for score in definition.scores:
        yield score.column, score
