"""The drawn timeline: true to time, honest about what is not exact, readable when crowded, and safe to draw."""

import itertools
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from app.outputs.timeline_figure import LEGEND, WIDTH, svg
from app.questionnaire.brief.model import Event, Span, Tick, Timeline
from tests.briefs import brief_of, long_treated
from tests.outputs.documents import document

SVG = "{http://www.w3.org/2000/svg}"


def drawn(timeline: Timeline) -> Element:
    return ElementTree.fromstring(svg(timeline))


def timeline_of(*events: Event, days: int = 1000) -> Timeline:
    rows = heads = ()
    first = brief_of(document(long_treated(1))).timeline
    assert first
    return replace(first, days=days, today=days, ticks=(Tick(0, "2020"),), events=events, heads=heads, rows=rows)


def shot(first: int, last: int | None = None, **more: Any) -> Event:
    days = Span(first, first if last is None else last)
    plain = Event(
        lane="toxin", when="", days=days, exact=last is None, title="BOTOX", units=20, question="toxin_rounds"
    )
    return replace(plain, **more)


def texts(root: Element) -> list[str]:
    return ["".join(one.itertext()) for one in root.iter(f"{SVG}text")]


def test_exact_days_are_dots_and_others_are_bars_as_wide_as_the_doubt() -> None:
    root = drawn(timeline_of(shot(100), shot(500, 700)))
    (dot,) = root.iter(f"{SVG}circle")
    bar = next(one for one in root.iter(f"{SVG}rect") if one.get("rx"))
    scale = (float(bar.get("x", "")) - float(dot.get("cx", ""))) / 400
    assert abs(float(bar.get("width", "")) - 200 * scale) < 1


def test_nothing_joins_two_events() -> None:
    """A line over a gap would tell of treatment that nobody reported."""
    root = drawn(timeline_of(shot(100), shot(900)))
    level = [one for one in root.iter(f"{SVG}line") if one.get("y1") == one.get("y2")]
    assert {(one.get("x1"), one.get("x2")) for one in level} == {("66", str(WIDTH - 18))}, "only whole scales"


def test_the_band_is_as_high_as_the_benefit_and_as_long_as_the_effect() -> None:
    effect = Span(100, 170)
    root = drawn(
        timeline_of(shot(100, benefit=90, effect=effect), shot(300, benefit=25, effect=Span(300, 370)))
    )  # fmt: skip
    tall, low = (one for one in root.iter(f"{SVG}rect") if not one.get("rx"))
    assert float(tall.get("height", "")) > 3 * float(low.get("height", ""))
    assert tall.get("width") == low.get("width")


def test_a_benefit_that_was_not_told_is_not_drawn_as_a_number() -> None:
    root = drawn(timeline_of(shot(100, effect=Span(100, 170))))
    (band,) = (one for one in root.iter(f"{SVG}rect") if not one.get("rx"))
    assert band.get("fill") == "none"
    assert band.get("stroke-dasharray")


def test_forty_shots_leave_readable_words_and_keep_every_mark() -> None:
    timeline = brief_of(document(long_treated(40))).timeline
    assert timeline
    root = drawn(timeline)
    marks = [*root.iter(f"{SVG}circle"), *(one for one in root.iter(f"{SVG}rect") if one.get("rx"))]
    assert len(marks) == len([event for event in timeline.events if event.days])
    by_line: dict[str, list[tuple[float, float]]] = {}
    for one in root.iter(f"{SVG}text"):
        if one.get("text-anchor") is None and one.get("font-weight") is None:
            left = float(one.get("x", ""))
            by_line.setdefault(one.get("y", ""), []).append((left, left + 5 * len("".join(one.itertext()))))
    for line in by_line.values():
        ordered = sorted(line)
        assert all(before[1] <= after[0] for before, after in itertools.pairwise(ordered))
        assert all(left >= 0 and right <= WIDTH for left, right in ordered)
    assert "XEOMIN 120" in texts(root), "the newest shot has its words"


def test_in_a_crowd_the_newest_shot_and_the_first_of_each_product_have_words_and_no_other() -> None:
    """Words on every third shot would look as if those three mattered."""
    timeline = brief_of(document(long_treated(40))).timeline
    assert timeline
    found = [text for text in texts(drawn(timeline)) if "XEOMIN" in text or "BOTOX" in text]
    assert sorted(found) == ["BOTOX 63", "XEOMIN 120", "XEOMIN 64"]


def test_where_every_shot_finds_room_every_one_has_words() -> None:
    found = texts(drawn(timeline_of(shot(100), shot(130, units=21), shot(500, units=22), shot(900, units=23))))
    assert {"BOTOX 20", "BOTOX 21", "BOTOX 22", "BOTOX 23"} <= set(found)


def test_it_draws_no_markup_and_no_style_of_its_own() -> None:
    """It stands inline on a page whose policy allows no style, and a product name could be anything."""
    hostile = svg(timeline_of(shot(100, title='</text><script>alert(1)</script>"&')))
    assert "<script" not in hostile
    assert "style=" not in hostile
    assert '</text><script>alert(1)</script>"& 20' in texts(ElementTree.fromstring(hostile))


def test_without_a_dated_treatment_there_is_no_drawing() -> None:
    onset = replace(shot(3), lane="onset")
    undated = replace(shot(0), days=None)
    assert svg(timeline_of(onset, undated)) == ""


def test_one_day_is_no_division_by_nothing() -> None:
    assert drawn(timeline_of(shot(0), days=0)) is not None


def test_the_legend_names_every_shape() -> None:
    for word in ("Dot", "bar", "band", "Dashed line"):
        assert word in LEGEND
