"""Partial dates: a year, a month or a day, exactly as the patient knows it. Never padded, never completed."""

from calendar import monthrange
from datetime import date
from typing import Literal

Precision = Literal["year", "month", "day"]


def precision(partial: str) -> Precision:
    """How exact a stored date (YYYY, YYYY-MM or YYYY-MM-DD) is."""
    match partial.count("-"):
        case 0:
            return "year"
        case 1:
            return "month"
        case _:
            return "day"


def earliest(partial: str) -> date:
    """The first possible day of a stored date: 2025 is 1 January 2025. ValueError when it is no date."""
    parts = [int(part) for part in partial.split("-")]
    return date(parts[0], parts[1] if len(parts) > 1 else 1, parts[2] if len(parts) > 2 else 1)


def latest(partial: str) -> date:
    """The last possible day of a stored date: 2024-02 is 29 February 2024. ValueError when it is no date."""
    parts = [int(part) for part in partial.split("-")]
    month = parts[1] if len(parts) > 1 else 12
    return date(parts[0], month, parts[2] if len(parts) > 2 else monthrange(parts[0], month)[1])


def completed_years(start: date, end: date) -> int:
    """Whole years from start to end, counted like an age; a 29 February is completed on 1 March. 0 at least."""
    years = end.year - start.year - ((end.month, end.day) < (start.month, start.day))
    return max(years, 0)


def completed_months(start: date, end: date) -> int:
    """Whole months from start to end, counted like an age in months. 0 at least."""
    return max((end.year - start.year) * 12 + end.month - start.month - (end.day < start.day), 0)


def how_long(partial: str, day: date, *, in_weeks: int = 13) -> str:
    """How long before a day a stored date lies, in words: 22 months, 9 to 13 weeks, up to 3 days.

    Both ends come from the earliest and the latest possible day, the latter not beyond `day`; the unit (days up to
    2 weeks, weeks up to `in_weeks`, months up to 24, then years) comes from the longer one. Only completed units count.
    """
    longest, shortest = earliest(partial), min(latest(partial), day)
    days, months = max((day - longest).days, 0), completed_months(longest, day)
    if months >= 24:
        return _range(completed_years(shortest, day), completed_years(longest, day), "year")
    if days >= in_weeks * 7:
        return _range(completed_months(shortest, day), months, "month")
    least = max((day - shortest).days, 0)
    return _range(least // 7, days // 7, "week") if days >= 14 else _range(least, days, "day")


def _range(least: int, most: int, unit: str) -> str:
    count = f"{most} {unit}" if most == 1 else f"{most} {unit}s"
    if least >= most:
        return count
    return f"{least} to {count}" if least else f"up to {count}"


def months_after(day: date, months: int) -> date:
    """The same day so many months later, or the last day of that month when it has no such day."""
    total = day.year * 12 + day.month - 1 + months
    year, month = divmod(total, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
