"""The treatment timeline: a true axis in days, bars for dates that are not exact, gaps that stay gaps, and a table."""

from datetime import date, timedelta
from typing import Any

import pytest

from app.questionnaire import dates
from app.questionnaire.brief.model import Event, Span, Timeline
from tests.briefs import SENT, brief_of, long_treated
from tests.cases import TYPICAL
from tests.outputs.documents import answers_of, document


def timeline_of(answers: dict[str, Any]) -> Timeline:
    found = brief_of(document({key: value for key, value in answers.items() if value is not None})).timeline
    assert found
    return found


def treated(**changes: Any) -> dict[str, Any]:
    """Somebody with one shot, on a day, and nothing else dated."""
    shot = {"toxin_ever": "yes", "toxin_last": "2026-02-11", "toxin_last_product": "botox"}
    return {**answers_of(TYPICAL), "onset_date": None, "visit_date": None, **shot, **changes}


def shot_of(timeline: Timeline, entry: int = 0) -> Event:
    return next(event for event in timeline.events if event.lane == "toxin" and event.entry == entry)


def test_days_count_on_a_true_axis_from_the_first_possible_day() -> None:
    shown = timeline_of(treated(onset_date="2025-02-11"))
    assert shown.first_day == date(2025, 2, 11)
    assert shot_of(shown).days == Span(365, 365)
    assert shown.today == shown.days == (SENT - date(2025, 2, 11)).days
    for tick in shown.ticks:
        assert (shown.first_day + timedelta(days=tick.day)).day == 1
    assert [tick.label for tick in shown.ticks] == ["Apr-2025", "Jul-2025", "Oct-2025", "Jan-2026"]


@pytest.mark.parametrize(
    ("told", "length", "exact"), [("2025-02-11", 0, True), ("2025-02", 27, False), ("2025", 364, False)]
)
def test_a_date_that_is_not_exact_is_a_bar_over_every_day_it_may_mean(told: str, length: int, exact: bool) -> None:
    event = shot_of(timeline_of(treated(toxin_last=told)))
    assert event.days
    assert event.days.last - event.days.first == length
    assert event.exact is exact


def test_what_was_told_on_the_day_of_sending_did_not_happen_after_it() -> None:
    shown = timeline_of(treated(toxin_last="2026", visit_date="2026-10-01"))
    event = shot_of(shown)
    assert event.days
    assert shown.first_day + timedelta(days=event.days.last) == SENT
    assert shown.first_day + timedelta(days=shown.today) == date(2026, 10, 1)


def test_the_band_of_effect_reaches_over_every_day_it_may_cover_and_not_beyond_today() -> None:
    rows = [{"_id": "a", "date": "2025-02", "duration_weeks": 10}, {"_id": "b", "date": "2025-06-01"}]
    shown = timeline_of(treated(toxin_records="yes", toxin_rounds=rows, toxin_duration_weeks=12))
    assert shown.first_day == date(2025, 2, 1)
    assert shot_of(shown, 1).effect == Span(0, 27 + 70)
    assert shot_of(shown, 2).effect is None, "nobody said how long it lasted: nothing is drawn"
    last = shot_of(shown)
    assert last.days
    assert last.effect == Span(last.days.first, shown.days)


def test_an_event_carries_product_units_benefit_and_duration() -> None:
    rows = [
        {"_id": "a", "date": "2025-02", "product": "xeomin", "units": 1200, "benefit": "half", "duration_weeks": 10}
    ]
    shown = timeline_of(treated(toxin_records="yes", toxin_rounds=rows, toxin_benefit="worse"))
    event = shot_of(shown, 1)
    assert (event.title, event.product, event.units, event.benefit, event.duration_weeks) == (
        "XEOMIN",
        "xeomin",
        1200,
        50,
        10,
    )
    worse = shot_of(shown)
    assert (worse.benefit, worse.worse, worse.benefit_words) == (None, True, "it got worse")
    row = next(row for row in shown.rows if row.entry == 1)
    assert row.cells == ("Feb-2025", "XEOMIN", "1,200", "50%", "10")


def test_the_table_holds_every_event_newest_first_and_what_has_no_date_last() -> None:
    shown = timeline_of(long_treated(9))
    assert len(shown.rows) == len(shown.events)
    assert len(shown.heads) == len(shown.rows[0].cells)
    dated = [row for row in shown.rows if row.cells[0] != "date not asked"]
    assert shown.rows[: len(dated)] == tuple(dated)
    firsts = [event.days.first for event in shown.events if event.days]
    assert firsts == sorted(firsts), "the figure runs the other way"
    assert [row.cells[0] for row in dated][:3] == ["11-Feb-2026", "Dec-2025", "Sep-2025"]
    assert {row.cells[1] for row in shown.rows if row not in dated} == {"carbamazepine TEGRETOL", "clonazepam KLONOPIN"}


def test_operations_scans_and_medicines_have_lanes_of_their_own() -> None:
    shown = timeline_of(long_treated(1))
    lanes = {event.lane: event.title for event in shown.events}
    assert set(lanes) == {"onset", "toxin", "medicine", "surgery", "scan"}
    assert lanes["surgery"] == "MVD, left, went away, then came back"
    assert lanes["scan"] == "MRI, MRA (blood vessels)"


def test_a_first_shot_told_twice_stands_once() -> None:
    both = timeline_of(treated(toxin_count="2_4", toxin_first="2020"))
    assert [event.title for event in both.events if event.lane == "toxin"] == ["first shot", "BOTOX"]
    same = timeline_of(treated(toxin_count="2_4", toxin_first="2026-02-11"))
    assert len([event for event in same.events if event.lane == "toxin"]) == 1


def test_two_shots_on_one_day_both_stay_in_order_of_entry() -> None:
    rows = [{"_id": "a", "date": "2025-02", "units": 10}, {"_id": "b", "date": "2025-02", "units": 20}]
    shown = timeline_of(treated(toxin_records="yes", toxin_rounds=rows))
    assert [row.cells[2] for row in shown.rows if row.cells[0] == "Feb-2025"] == ["10", "20"]


def test_a_shot_without_a_date_says_why_and_is_not_drawn() -> None:
    skipped = timeline_of(treated(toxin_last=None))
    assert shot_of(skipped).days is None
    assert skipped.rows[-1].cells[0] == "Not answered"


def test_there_is_no_timeline_without_a_treatment_or_scan() -> None:
    assert brief_of(document(answers_of(TYPICAL))).timeline is None


@pytest.mark.parametrize(("onset", "most"), [("1931", 12), ("1990", 12), ("2015", 12), ("2023", 12), ("2026-02", 12)])
def test_the_axis_has_few_marks_each_on_the_first_day_of_its_year_or_quarter(onset: str, most: int) -> None:
    shown = timeline_of(treated(onset_date=onset, dob="1930-01-01"))
    assert len(shown.ticks) <= most
    for tick in shown.ticks:
        day = shown.first_day + timedelta(days=tick.day)
        assert 0 <= tick.day <= shown.days
        assert str(day.year) in tick.label
    assert shown.first_day == dates.earliest(onset)
