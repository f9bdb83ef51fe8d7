"""The treatment timeline as a drawing, the same on the page and on paper: SVG in the colour of the text around it.

Shapes tell apart what colour could not: a dot is an exact day, an open bar is some day within it, a gray band is how
long a shot worked and its height how well. Nothing joins two events, so a gap in the record stays a gap. Everything
that it shows stands in the table beside it. Where a lane is too crowded for all words, the newest event and the first
of each product have some, and the others stand in the table alone.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape

from ..questionnaire.brief.model import Event, Lane, Span, Tick, Timeline

WIDTH = 720
"""Units across: pixels on a screen, three quarters of a point on paper. Nothing is wider."""
LEGEND = (
    "Dot: exact day. Open bar: some day within it. Gray band: how long a shot worked, higher where it helped more. "
    "Dashed line: the day looked at."
)
_LEFT, _RIGHT, _TOP = 66, 18, 18
_FONT, _LETTER, _ROW = 10, 6, 14
_BAND = 26
"""The height of a benefit of 100 %."""
_TOXIN_LEVELS = 3
_LANES: Sequence[tuple[Lane, str]] = (("onset", "Onset"), ("toxin", "Toxin"), ("surgery", "Surgery"), ("scan", "Scan"))


@dataclass(frozen=True)
class _Axis:
    days: int

    def x(self, day: float) -> float:
        return _LEFT + (WIDTH - _LEFT - _RIGHT) * day / max(self.days, 1)


@dataclass(frozen=True)
class _Label:
    """A text from `left` to `right`, `level` rows above its mark; from level 1 on a line leads down to the mark."""

    text: str
    left: float
    right: float
    leader: float
    level: int

    def touches(self, other: "_Label") -> bool:
        """Whether two texts meet, or the line of one meets the text of the other."""
        if self.level == other.level:
            return self.left < other.right and other.left < self.right
        upper, lower = (self, other) if self.level > other.level else (other, self)
        return lower.left - 2 <= upper.leader <= lower.right


def svg(timeline: Timeline, *, font: str = "") -> str:
    """The drawing, or an empty text when no treatment has a date. `font` names a font family where none is inherited.

    It has no ids, no links and no inline style, and every text in it is escaped.
    """
    axis = _Axis(timeline.days)
    lanes: list[tuple[Lane, str, list[Event]]] = [(lane, title, _dated(timeline, lane)) for lane, title in _LANES]
    if not any(events for lane, _title, events in lanes if lane != "onset"):
        return ""
    y, drawn = float(_TOP), list[str]()
    for lane, title, events in lanes:
        if events:
            parts, height = _lane(axis, lane, title, events, y)
            drawn += parts
            y += height
    drawn += _scale(axis, timeline, y)
    family = f' font-family="{escape(font)}"' if font else ""
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {y + 20:g}" width="{WIDTH}" '
        f'height="{y + 20:g}" role="img" aria-label="Treatment timeline. The table beside it says the same." '
        f'font-size="{_FONT}" fill="currentColor"{family}>'
    )
    return "".join((head, *drawn, "</svg>"))


def height(drawn: str) -> float:
    """The units from the top to the foot of a drawing made here; 0 where there is none."""
    return float(drawn.partition(' height="')[2].partition('"')[0] or 0)


def _dated(timeline: Timeline, lane: Lane) -> list[Event]:
    return [event for event in timeline.events if event.lane == lane and event.days is not None]


def _lane(axis: _Axis, lane: Lane, title: str, events: Sequence[Event], y: float) -> tuple[list[str], float]:
    """One lane from `y` down, and its height: labels, then marks, and for toxin the bands below them."""
    most = _TOXIN_LEVELS if lane == "toxin" else len(events)
    labels = _labels(axis, events, most)
    levels = 1 + max((label.level for label in labels), default=0)
    marks = y + levels * _ROW + 6
    parts = [f'<text x="0" y="{marks + 3.5:g}" font-weight="700">{title}</text>']
    for label in labels:
        text_y = y + (levels - label.level) * _ROW - 3
        parts.append(f'<text x="{label.left:.1f}" y="{text_y:g}">{escape(label.text)}</text>')
        if label.level:
            parts.append(_line(label.leader, text_y + 2, marks - 4, 'stroke-opacity=".45"'))
    parts += [_mark(axis, event, marks) for event in events]
    if lane != "toxin":
        return parts, marks - y + 12
    base = marks + 10 + _BAND
    return [*parts, *_bands(axis, events, base)], base - y + 12


def _labels(axis: _Axis, events: Sequence[Event], most: int) -> list[_Label]:
    """Words for the newest events first, each on the lowest level with room for it.

    When not every event of a lane finds room, only the newest and the first of each product have words, where they
    fit: which shots are named would else depend on chance.
    """
    newest_first = sorted(events, key=lambda one: one.days.first if one.days else 0, reverse=True)
    every = _placed(axis, newest_first, most)
    if len(every) == len(newest_first):
        return every
    firsts = {event.title: event for event in newest_first}  # of each product the oldest comes last, and stays
    return _placed(axis, [e for e in newest_first if e is newest_first[0] or e is firsts[e.title]], most)


def _placed(axis: _Axis, events: Iterable[Event], most: int) -> list[_Label]:
    """The words of these events, without those for which there is no room."""
    placed: list[_Label] = []
    for event in events:
        if event.days is None:
            continue
        text, leader = _words(event), _middle(axis, event.days)
        width = len(text) * _LETTER + 4
        start = min(max(leader - 5, _LEFT), WIDTH - _RIGHT - width)
        for level in range(most):
            label = _Label(text, start, start + width, leader, level)
            if not any(label.touches(other) for other in placed):
                placed.append(label)
                break
    return placed


def _words(event: Event) -> str:
    return f"{event.title} {event.units:,}" if event.units is not None else event.title


def _middle(axis: _Axis, days: Span) -> float:
    return (axis.x(days.first) + axis.x(days.last)) / 2


def _mark(axis: _Axis, event: Event, y: float) -> str:
    if event.days is None:
        return ""
    if event.exact:
        return f'<circle cx="{axis.x(event.days.first):.1f}" cy="{y:g}" r="4"/>'
    left, right = axis.x(event.days.first), axis.x(event.days.last)
    width = max(right - left, 4)
    return (
        f'<rect x="{left:.1f}" y="{y - 4:g}" width="{width:.1f}" height="8" rx="3" fill="none" '
        'stroke="currentColor" stroke-width="1.3"/>'
    )


def _bands(axis: _Axis, events: Iterable[Event], base: float) -> Iterator[str]:
    """How long and how well each shot worked, on a scale of 0 to 100 %; a dashed box where no benefit was told."""
    yield f'<text x="{_LEFT - 5}" y="{base - _BAND + 7:g}" text-anchor="end" font-size="8">100%</text>'
    yield f'<text x="{_LEFT - 5}" y="{base + 2:g}" text-anchor="end" font-size="8">0</text>'
    yield (
        f'<line x1="{_LEFT}" x2="{WIDTH - _RIGHT}" y1="{base:g}" y2="{base:g}" stroke="currentColor" '
        'stroke-opacity=".5" stroke-width=".7"/>'
    )
    for event in events:
        if event.effect is None:
            continue
        left, right = axis.x(event.effect.first), axis.x(event.effect.last)
        height = _BAND * (50 if event.benefit is None else event.benefit) / 100
        look = (
            'fill="none" stroke-dasharray="2 2"'
            if event.benefit is None
            else 'fill-opacity=".25" stroke-opacity=".8"'
        )  # fmt: skip
        yield (
            f'<rect x="{left:.1f}" y="{base - height:.1f}" width="{max(right - left, 1.5):.1f}" '
            f'height="{max(height, 0.8):.1f}" stroke="currentColor" stroke-width=".8" {look}/>'
        )


def _scale(axis: _Axis, timeline: Timeline, y: float) -> Iterator[str]:
    """The axis at `y`: its ticks, where their words have room, and the day looked at."""
    yield (f'<line x1="{_LEFT}" x2="{WIDTH - _RIGHT}" y1="{y:g}" y2="{y:g}" stroke="currentColor" stroke-width="1"/>')
    free = float(_LEFT)
    for tick in timeline.ticks:
        yield _line(axis.x(tick.day), y, y + 4)
        left = _tick_left(axis, tick)
        if left >= free:
            yield f'<text x="{left:.1f}" y="{y + 15:g}">{escape(tick.label)}</text>'
            free = left + len(tick.label) * _LETTER + 6
    looked_at = axis.x(timeline.today)
    yield _line(looked_at, 12, y, 'stroke-dasharray="3 3"')
    yield f'<text x="{min(looked_at + 12, WIDTH - 2):.1f}" y="9" text-anchor="end">as of</text>'


def _tick_left(axis: _Axis, tick: Tick) -> float:
    width = len(tick.label) * _LETTER
    return min(max(axis.x(tick.day) - width / 2, _LEFT), WIDTH - width)


def _line(x: float, y1: float, y2: float, more: str = "") -> str:
    return f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{y1:g}" y2="{y2:g}" stroke="currentColor" stroke-width="1" {more}/>'
