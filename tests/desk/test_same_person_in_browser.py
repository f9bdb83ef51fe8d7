"""Two forms of one person in Chromium: on a desk and on a phone, in the dark, in forced colours, on paper."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from app.jobs import index
from app.parts import Parts
from tests.browsing import IN_CHROMIUM, axe_findings, enter_desk, new_context, served
from tests.cases import BELLS
from tests.conftest import FakeClock
from tests.desk.factories import send
from tests.desk.people import NAME, PASSWORD, Staff
from tests.desk.test_doors_in_browser import not_reached

pytestmark = IN_CHROMIUM

ONE_WORD = "W" * 100


@pytest.fixture
def page(chromium: Browser, parts: Parts, clock: FakeClock) -> Iterator[Page]:
    """The form of somebody whose earlier form is offered beside it; their name and answers have long words."""
    rounds = [{"_id": "aaaaaaaa", "date": "2025-09", "product": "botox", "units": 20, "clinic": ONE_WORD}]
    send(parts, BELLS, last_name=ONE_WORD)
    clock.passes(days=200)
    newest = send(parts, BELLS, last_name=ONE_WORD, toxin_rounds=rounds, severity=9, sleep="unsure", meds=None)
    index.index_all(parts)
    context = new_context(chromium, viewport={"width": 1280, "height": 800})
    staff = Staff.of(parts).has_an_account()
    with served(staff.client.application) as site:
        page = context.new_page()
        enter_desk(page, site, NAME, PASSWORD, staff.code_of())
        page.goto(f"{site}/desk/submissions/{newest.id}")
        yield page
        context.close()


def compare(page: Page) -> None:
    page.get_by_role("link", name="Compare side by side").first.click()
    page.wait_for_url("**/beside/*")


@pytest.mark.parametrize("width", [1280, 320])
def test_axe_finds_nothing_and_the_page_does_not_scroll_sideways(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    form = page.url
    for step in (
        lambda: page.goto(form),
        lambda: compare(page),
        lambda: page.get_by_text("Show all questions").click(),
    ):
        step()
        assert axe_findings(page) == [], page.url
        captions = page.locator(".beside caption").evaluate_all("all => all.map(one => one.clientWidth)")
        assert all(wide > 200 for wide in captions), "its words stand in a row, not letter by letter"
        assert page.evaluate("document.documentElement.scrollWidth") <= width, page.url


def test_the_keyboard_reaches_both_forms_and_the_decision(page: Page) -> None:
    assert not_reached(page) == []
    compare(page)
    assert not_reached(page) == []
    page.get_by_role("button", name="Same person", exact=False).first.focus()
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Other forms of this person").wait_for()


def test_a_change_is_marked_by_a_word_and_a_shape_and_not_by_colour_alone(page: Page) -> None:
    compare(page)
    page.get_by_text("Show all questions").click()
    mark = page.locator(".changed").first
    assert mark.inner_text() == "Changed"
    content = "mark => getComputedStyle(mark, '::before').content"
    assert "◆" in str(mark.evaluate(content))
    marked = page.locator("tr:has(.changed)")
    assert marked.count() == page.locator("tr.differs").count() > 0
    page.emulate_media(forced_colors="active")
    assert mark.is_visible()


def test_on_paper_both_columns_fit_and_the_heads_come_again_on_every_page(page: Page) -> None:
    compare(page)
    page.get_by_text("Show all questions").click()
    page.set_viewport_size({"width": 816, "height": 1056})
    page.emulate_media(media="print")
    page.evaluate("document.body.style.margin = '0 72px'")
    cells: Any = page.locator(".beside td, .beside th")
    right = cells.evaluate_all("cells => Math.max(...cells.map(cell => cell.getBoundingClientRect().right))")
    assert right <= 816 - 72
    assert page.locator(".beside thead").evaluate("head => getComputedStyle(head).display") == "table-header-group"
    assert not page.get_by_role("button", name="Same person", exact=False).first.is_visible()


def test_a_printed_form_does_not_name_other_people(page: Page) -> None:
    assert page.locator("#people").is_visible()
    page.emulate_media(media="print")
    assert not page.locator("#people").is_visible()
