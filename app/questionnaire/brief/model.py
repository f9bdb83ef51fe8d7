"""The shape of a brief: what HTML, PDF and text draw without further thinking. Facts only, no behavior."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Literal

from ..kinds import Level

Kind = Literal["patient", "derived", "staff"]
"""Who says it: the patient, a named rule, or staff. A sent form has no words of staff; the desk adds its own."""

Role = Literal["", "quote", "generic", "brand"]
"""How it is set: plain, the patient's own words in quotation marks, a medicine's two names."""


@dataclass(frozen=True, kw_only=True)
class Said:
    """One statement. `rule` names the rule of a derived one; `questions` are the answers to link to.

    `joined` is what stands between it and the statement before it, where that is not its line's own.
    """

    text: str
    kind: Kind = "patient"
    rule: str = ""
    role: Role = ""
    questions: tuple[str, ...] = ()
    joined: str = ""


@dataclass(frozen=True, kw_only=True)
class Line:
    """A label and what is said under it, joined by `join`. `level` is set for a flag."""

    id: str
    label: str
    said: tuple[Said, ...]
    join: str = "; "
    level: Level | Literal[""] = ""

    @property
    def text(self) -> str:
        """All that is said, as one text."""
        return "".join(between + said.text for between, said in self.parts)

    @property
    def question(self) -> str:
        """The first question whose answer stands behind it; empty when there is none."""
        return next((said.questions[0] for said in self.said if said.questions), "")

    @cached_property
    def parts(self) -> tuple[tuple[str, Said], ...]:
        """Each statement with what stands before it: nothing before the first."""
        return tuple(((said.joined or self.join) if number else "", said) for number, said in enumerate(self.said))


@dataclass(frozen=True)
class Section:
    """Lines under a heading."""

    id: str
    title: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Banner:
    """Whose form it is: LAST, First (preferred); born 14-Aug-1969 (56); who filled it in; the two days, dd-Mmm-yyyy.

    `early` says that it was sent before the patient came to every page.
    """

    name: str
    born: str
    filled_in_by: str
    sent_on: str
    as_of: str
    early: bool


Lane = Literal["onset", "toxin", "medicine", "surgery", "scan"]


@dataclass(frozen=True)
class Span:
    """Days counted from the first day of the axis (0): the first and the last possible day of something."""

    first: int
    last: int


@dataclass(frozen=True, kw_only=True)
class Event:
    """One thing that happened. `when` is the date as told, empty when the form asks for none (then `days` is None).

    `days` are all days it may have happened on: a point when `exact`, else a bar, never a point in its middle.
    `effect` reaches from the first possible day of a shot to the last possible day of its good effect.
    `units` are toxin units of the product named, `benefit` is in percent as the answers say it; `worse` says that it
    got worse, which is no percentage.
    """

    lane: Lane
    when: str
    days: Span | None
    exact: bool
    title: str
    product: str = ""
    units: int | None = None
    benefit: int | None = None
    benefit_words: str = ""
    worse: bool = False
    duration_weeks: int | None = None
    effect: Span | None = None
    question: str
    entry: int = 0


@dataclass(frozen=True)
class Tick:
    """A mark of the axis: its day and its words."""

    day: int
    label: str


@dataclass(frozen=True)
class TableRow:
    """One event as a row: date, what, units, benefit, weeks. Cells are empty where the patient left one out.

    A row that is not `on_page` stands in the appendix.
    """

    cells: tuple[str, ...]
    question: str
    entry: int = 0
    on_page: bool = True


@dataclass(frozen=True)
class Timeline:
    """Treatments on a real time axis. `events` are oldest first; `rows` are the same, newest first, undated last.

    Day 0 is `first_day`; `days` is the length of the axis, `today` the day looked at. Nothing is drawn between
    events: a gap in the record stays a gap.
    """

    first_day: date
    days: int
    today: int
    ticks: tuple[Tick, ...]
    events: tuple[Event, ...]
    heads: tuple[str, ...]
    rows: tuple[TableRow, ...]


@dataclass(frozen=True)
class Bar:
    """One kind of impact: 0 to 4, or None with the word for why there is no number."""

    label: str
    value: int | None
    words: str
    question: str


@dataclass(frozen=True)
class Impact:
    """The impact profile: bars on one scale where more is worse. It has no total and is no validated score.

    When it is not `on_page`, the appendix says it in a sentence.
    """

    note: str
    least: int
    most: int
    bars: tuple[Bar, ...]
    on_page: bool = True


@dataclass(frozen=True)
class RuleText:
    """A rule in words, as a page of rules shows it."""

    id: str
    version: str
    words: str
    sources: tuple[str, ...]


@dataclass(frozen=True)
class Brief:
    """A whole brief: the banner, the first block, the page, and the appendix with whatever the page had no room for.

    `draft` stands beside it until a physician has approved the rules; `versions` are those of both sets of rules.
    """

    banner: Banner
    draft: str
    versions: Mapping[str, str]
    first: Section
    sections: tuple[Section, ...]
    timeline: Timeline | None
    impact: Impact | None
    appendix: tuple[Section, ...]
    rules: tuple[RuleText, ...]
