"""The queue in Chromium: twelve rows at a glance, rows that stand still, the keyboard, a tablet, paper."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from app.parts import Parts
from tests.browsing import IN_CHROMIUM, axe_findings, enter_desk, new_context, served
from tests.cases import BELLS, BILATERAL, TYPICAL
from tests.conftest import FakeClock
from tests.desk.factories import send
from tests.desk.people import NAME, PASSWORD, Staff

pytestmark = IN_CHROMIUM

SCREEN = {"width": 1280, "height": 800}
ROWS = ".forms tbody tr:not(.section)"
TOPS = "rows => rows.map(row => row.getBoundingClientRect().top)"


@pytest.fixture
def page(chromium: Browser, parts: Parts, clock: FakeClock) -> Iterator[Page]:
    """A browser with a clock of its own, in which somebody is signed in; sixteen forms, two of them urgent."""
    for number in range(16):
        clock.passes(seconds=10)
        case = (TYPICAL, BELLS, BILATERAL)[number % 3]
        day = None if number % 5 == 0 else f"2026-03-{number + 1:02}"
        signs = ["speech"] if number in (4, 9) else ["none"]
        send(parts, case, last_name=f"Person{chr(97 + number)}", visit_date=day, urgent_now=signs)
    staff = Staff.of(parts).has_an_account()
    context = new_context(chromium, viewport=SCREEN)
    with served(staff.client.application) as site:
        page = context.new_page()
        page.clock.install()
        enter_desk(page, site, NAME, PASSWORD, staff.code_of())
        yield page
        context.close()


def test_twelve_rows_stand_on_the_screen_none_higher_than_44_pixels(page: Page) -> None:
    boxes = page.locator(ROWS).evaluate_all(
        "rows => rows.map(row => { const b = row.getBoundingClientRect(); return [b.height, b.bottom] })"
    )
    assert max(height for height, _ in boxes) <= 44
    assert len([bottom for _, bottom in boxes if bottom <= SCREEN["height"]]) >= 12


def test_axe_finds_nothing_wide_narrow_chosen_wrong_or_empty(page: Page) -> None:
    here = page.url
    for width in (1280, 820, 320):
        page.set_viewport_size({"width": width, "height": 800})
        for chosen in ("", "?status=all&visit_from=2026-03-02", "?visit_from=x", "?owner=me", "?order=received"):
            page.goto(here + chosen)
            assert axe_findings(page) == [], (width, chosen)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (width, chosen)


def test_a_table_stays_a_table_where_its_rows_are_stacked(page: Page) -> None:
    page.set_viewport_size({"width": 320, "height": 800})
    table = page.get_by_role("table")
    assert table.get_by_role("row").count() >= 16
    assert table.get_by_role("rowheader").first.is_visible()


def test_tab_goes_from_row_to_row_in_the_order_of_the_list(page: Page) -> None:
    names = page.locator(f"{ROWS} a").all_inner_texts()
    page.locator(f"{ROWS} a").first.focus()
    seen: list[str] = []
    for _ in names:
        seen.append(str(page.evaluate("document.activeElement.innerText")))
        page.keyboard.press("Tab")
    assert seen == names


def test_forms_that_come_are_told_of_and_no_row_moves_until_they_are_asked_for(
    page: Page, parts: Parts, clock: FakeClock
) -> None:
    before = page.locator(ROWS).evaluate_all(TOPS)
    button = page.locator(".new a")
    assert not button.is_visible()
    for name in ("Fresh", "Fresher"):
        clock.passes(seconds=1)
        send(parts, last_name=name, visit_date="2026-03-02", urgent_now=["speech"])
    with page.expect_response("**/desk/new?*"):
        page.clock.run_for(61_000)
    button.wait_for(state="visible")
    assert button.inner_text() == "2 new, show"
    assert page.locator(ROWS).evaluate_all(TOPS) == before
    assert page.locator("[role=status][data-new]").count() == 1
    with page.expect_navigation():
        button.click()
    assert page.get_by_text("FRESH, Marisol").is_visible()
    assert page.get_by_text("FRESHER, Marisol").is_visible()
    assert not page.locator(".new a").is_visible()


def test_a_page_that_asks_by_itself_signs_nobody_in_for_longer(page: Page, clock: FakeClock) -> None:
    for _ in range(14):
        clock.passes(minutes=1)
        with page.expect_response("**/desk/new?*") as answer:
            page.clock.run_for(60_000)
        assert answer.value.status == 200
    clock.passes(minutes=2)
    with page.expect_response("**/desk/new?*") as answer:
        page.clock.run_for(60_000)
    assert answer.value.status == 403
    page.reload()
    assert page.inner_text("h1") == "Sign in"


def test_reviewed_next_lands_on_the_heading_of_the_next_and_tab_goes_on_from_there(page: Page) -> None:
    page.locator(f"{ROWS}:not(.urgent *) a").nth(2).click()
    for _ in range(2):
        before = page.inner_text("h1")
        page.get_by_role("button", name="Reviewed, next").click()
        page.wait_for_function(
            "before => document.activeElement?.tagName === 'H1' && document.activeElement.innerText !== before",
            arg=before,
        )
        assert_in_sight(page, ".done button")
    page.keyboard.press("Tab")
    assert page.evaluate(
        "document.querySelector('h1').compareDocumentPosition(document.activeElement) === 4"  # it follows
    )
    page.get_by_role("button", name="Undo").click()
    page.get_by_text("Undone. Now: received.").wait_for()
    assert_in_sight(page, ".note")


def assert_in_sight(page: Page, what: str) -> None:
    """What was done, and the way back, stand where their reader looks, however far down the page they were led."""
    box = page.locator(what).first.bounding_box()
    assert box
    assert box["y"] >= 0
    assert box["y"] + box["height"] <= 800


def test_on_paper_stands_the_whole_table_with_its_day_and_nothing_to_press(page: Page) -> None:
    page.set_viewport_size({"width": 816, "height": 1056})
    page.emulate_media(media="print")
    page.evaluate("document.body.style.margin = '0 72px'")
    assert page.get_by_text("As of 02-Mar-2026").is_visible()
    assert page.locator(".forms thead").is_visible()
    edge = page.locator(".forms td").evaluate_all(
        "cells => Math.max(...cells.map(c => c.getBoundingClientRect().right))"
    )
    assert edge <= 816 - 72
    for gone in (".narrow", ".new", "nav"):
        assert not page.locator(gone).first.is_visible(), gone
