"""What stands on the page, and what goes to the appendix: the least important gives way first, and nothing is lost."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from typing import Literal

from .measuring import room, room_of_line, room_of_longest_quotation, shortened
from .model import Line, Section

Variant = tuple[int, Line | None]


@dataclass(frozen=True)
class Item:
    """A line of a section and shorter forms of it, longest first; None means that it stands in the appendix only.

    Beside each form stands how much it matters that it is not made shorter, 0 to 100; None comes last.
    """

    section: str
    forms: tuple[Variant, ...]

    @property
    def full(self) -> Line:
        """The line with all that it says."""
        line = self.forms[0][1]
        if line is None:
            raise ValueError("an item begins with its full line")
        return line


def item(section: str, line: Line, matters: int) -> Item:
    """A line that gives way when others matter more; its quotations are shortened before it goes."""
    return Item(
        section, (*by_length(line, ((30, max(matters - 35, 1)), (12, max(matters - 15, 1))), matters), (100, None))
    )


def by_length(line: Line, steps: Sequence[tuple[int, int]], matters: int) -> tuple[Variant, ...]:
    """The line, then with quotations of fewer and fewer words.

    A step is a number of words, and how much it matters that quotations are not made as short; `matters` says so
    of the shortest form, which would have to go altogether.
    """
    forms: list[Variant] = []
    current, longest = line, room_of_longest_quotation(line)
    for words, keep in steps:
        if longest > words:
            forms.append((keep, current))
            current = shortened(line, words)
    return (*forms, (matters, current))


def items(section: str, lines: Sequence[Line], matters: int) -> list[Item]:
    """Lines that matter equally."""
    return [item(section, line, matters) for line in lines]


def fit(every: Sequence[Item], limit: int, heads: Mapping[str, int], pointer: str = "") -> tuple[Line | None, ...]:
    """For each item the form that stands on the page, so that all together take at most `limit` words' room.

    `heads` is the room of each section's heading, which counts while the section has a line. Where a `pointer` leads
    to the appendix, its words and the headings that it names count too.
    """
    page = _Page(every, heads, pointer)
    steps = [(it.forms[0][0], -index) for index, it in enumerate(every) if len(it.forms) > 1]
    heapify(steps)
    while steps and page.room() > limit:
        _matters, number = heappop(steps)
        page.step(-number, 1)
        forms = every[-number].forms
        if page.chosen[-number] < len(forms) - 1:
            heappush(steps, (forms[page.chosen[-number]][0], number))
    _take_back(page, limit)
    return tuple(it.forms[chosen][1] for it, chosen in zip(every, page.chosen, strict=True))


def _take_back(page: "_Page", limit: int) -> None:
    """Undo what need not have given way after all, what matters most first."""
    stepped = [
        (page.every[i].forms[step - 1][0], -i) for i, now in enumerate(page.chosen) for step in range(now, 0, -1)
    ]
    for _matters, index in sorted(stepped, reverse=True):
        page.step(-index, -1)
        if page.room() > limit:
            page.step(-index, 1)


class _Page:
    """Which form of each item is chosen, and the room they take; each form is measured once."""

    def __init__(self, every: Sequence[Item], heads: Mapping[str, int], pointer: str) -> None:
        self.every = every
        self.chosen = [0] * len(every)
        self._rooms = [[room_of_line(line) if line else 0 for _matters, line in it.forms] for it in every]
        self._pointer = room(pointer)
        self._lines = sum(rooms[0] for rooms in self._rooms)
        self._shown, self._moved = _Heads(heads), _Heads(heads)
        for it in every:
            self._shown.count(it.section, 1 if len(it.forms) > 1 else 0)

    def step(self, index: int, by: Literal[1, -1]) -> None:
        """Give an item's next shorter form, or take its last step back."""
        before = self.chosen[index]
        after = self.chosen[index] = before + by
        section, rooms = self.every[index].section, self._rooms[index]
        self._lines += rooms[after] - rooms[before]
        self._shown.count(section, (after < len(rooms) - 1) - (before < len(rooms) - 1))
        self._moved.count(section, (after > 0) - (before > 0))

    def room(self) -> int:
        """The room of the page, in words."""
        total = self._lines + self._shown.room
        return total + self._pointer + self._moved.room if self._pointer and self._moved.sections else total


class _Heads:
    """The headings of sections: how many have a line, and the room that those take."""

    def __init__(self, rooms: Mapping[str, int]) -> None:
        self.sections = self.room = 0
        self._rooms = rooms
        self._lines: Counter[str] = Counter()

    def count(self, section: str, lines: int) -> None:
        """Add so many lines to a section."""
        before = self._lines[section]
        after = self._lines[section] = before + lines
        headed = (after > 0) - (before > 0)
        self.sections += headed
        self.room += headed * self._rooms[section]


APPENDIX_LABEL = "In the appendix"


def gathered(titles: dict[str, str], every: Sequence[Item], lines: Sequence[Line | None]) -> tuple[Section, ...]:
    """Sections of these lines, in the order of the titles; a section without lines is left out."""
    return tuple(
        Section(key, title, found)
        for key, title in titles.items()
        if (found := tuple(ln for it, ln in zip(every, lines, strict=True) if it.section == key and ln is not None))
    )
