"""The treatment timeline as data: events on a real axis in days, and the same as a table, newest first."""

from collections.abc import Sequence
from datetime import date

from .. import dates, wording
from .events import all_dates, all_events, days_of
from .fitting import Item
from .form import Form
from .model import Event, Line, Said, TableRow, Tick, Timeline

SECTION = "timeline"
HEADS = ("Date", "What", "Units", "Benefit", "Weeks")
MOST_TICKS = 12


def timeline(form: Form) -> Timeline | None:
    """The timeline of a form, with all its rows on the page; None when nothing dated or treated was told."""
    spans = [days_of(form, told) for told in all_dates(form)]
    origin = min((first for first, _last in spans), default=form.as_of)
    end = max([form.as_of, *(last for _first, last in spans)])
    events = all_events(form, origin, end)
    if not [event for event in events if event.lane != "onset"]:
        return None
    rows = tuple(_row(event) for event in _newest_first(events))
    return Timeline(
        first_day=origin,
        days=(end - origin).days,
        today=(form.as_of - origin).days,
        ticks=_ticks(origin, end),
        events=tuple(sorted(events, key=_first_day)),
        heads=HEADS,
        rows=rows,
    )


def row_line(row: TableRow, number: int) -> Line:
    """A row as a line of text: its date, then every cell that has a word, with the unit of its column."""
    when, what, units, benefit, weeks = row.cells
    parts = (what, units and f"{units} units", benefit, weeks and f"{weeks} weeks")
    said = tuple(Said(text=part, questions=(row.question,)) for part in parts if part)
    return Line(id=f"timeline_{number}", label=when, said=said)


def items(drawn: Timeline) -> list[Item]:
    """The rows for fitting: shots and operations matter, newest first; what other sections tell too goes first."""
    elsewhere = {"onset_date": 30, "palsy_date": 32, "imaging_date": 34, "drug_rows": 28, "drugs": 28, "other_tx": 28}
    return [
        Item(
            SECTION,
            ((elsewhere.get(row.question, max(84 - 4 * number, 5)), row_line(row, number)), (100, None)),
        )
        for number, row in enumerate(drawn.rows)
    ]


def _first_day(event: Event) -> int:
    return event.days.first if event.days else -1


def _newest_first(events: Sequence[Event]) -> list[Event]:
    """By earliest possible day; ties in the order of the form; what has no date comes last."""
    return sorted(events, key=lambda event: (event.days is None, -_first_day(event)))


def _row(event: Event) -> TableRow:
    weeks = event.duration_weeks
    usual = event.question == "toxin_last" and weeks is not None
    cells = (
        event.when,
        event.title,
        f"{event.units:,}" if event.units is not None else "",
        _benefit(event),
        "" if weeks is None else f"usually {weeks}" if usual else str(weeks),
    )
    return TableRow(cells, event.question, event.entry)


def _benefit(event: Event) -> str:
    """The benefit in percent; in its own words when it was worse or not known."""
    if event.benefit is None:
        return event.benefit_words
    return f"{event.benefit}%"


def _ticks(origin: date, end: date) -> tuple[Tick, ...]:
    """The first days of years, or of quarters where the axis is shorter than two years; twelve at most."""
    if dates.completed_years(origin, end) < 2:
        starts = [date(year, month, 1) for year in range(origin.year, end.year + 1) for month in (1, 4, 7, 10)]
        return tuple(
            Tick((day - origin).days, wording.staff_date(f"{day:%Y-%m}")) for day in starts if origin <= day <= end
        )
    step = 1
    while (end.year - origin.year) // step > MOST_TICKS - 1:
        step *= 5 if step == 1 else 2
    starts = [date(year, 1, 1) for year in range(origin.year, end.year + 1) if year % step == 0]
    return tuple(Tick((day - origin).days, str(day.year)) for day in starts if origin <= day <= end)
