"""How long ago a date lies, when it may be known only to the year; and dates as staff write them."""

from datetime import date

import pytest

from app.questionnaire.dates import completed_months, how_long
from app.questionnaire.wording import staff_date

DAY = date(2026, 3, 18)


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ("2026-03-18", "0 days"),
        ("2026-03-17", "1 day"),
        ("2026-03-05", "13 days"),
        ("2026-03-04", "2 weeks"),
        ("2025-12-18", "12 weeks"),
        ("2025-12-17", "3 months"),
        ("2024-05", "21 to 22 months"),
        ("2024-03-19", "23 months"),
        ("2024-03-18", "2 years"),
        ("2024", "1 to 2 years"),
        ("2019", "6 to 7 years"),
        ("2009-03", "16 to 17 years"),
        ("2026", "up to 10 weeks"),
        ("2026-03", "up to 2 weeks"),
        ("2025", "2 to 14 months"),
        ("2027", "0 days"),
    ],
)
def test_a_time_is_as_exact_as_its_date(told: str, words: str) -> None:
    assert how_long(told, DAY) == words


@pytest.mark.parametrize(
    ("told", "words"), [("2025-12", "11 to 15 weeks"), ("2025-06-30", "37 weeks"), ("2024", "1 to 2 years")]
)
def test_intervals_between_shots_are_counted_in_weeks(told: str, words: str) -> None:
    assert how_long(told, DAY, in_weeks=52) == words


def test_months_are_completed_like_years() -> None:
    assert completed_months(date(2025, 1, 31), date(2025, 2, 28)) == 0
    assert completed_months(date(2025, 1, 31), date(2025, 3, 31)) == 2
    assert completed_months(DAY, date(2025, 1, 1)) == 0


@pytest.mark.parametrize(
    ("told", "words"),
    [("2019", "2019"), ("2024-05", "May-2024"), ("1969-08-14", "14-Aug-1969"), ("2026-03-01", "01-Mar-2026")],
)
def test_staff_read_a_date_as_exact_as_it_was_told(told: str, words: str) -> None:
    assert staff_date(told) == words
