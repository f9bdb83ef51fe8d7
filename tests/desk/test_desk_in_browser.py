"""The desk in Chromium: on a tablet, and on paper."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from app.parts import Parts
from tests.browsing import IN_CHROMIUM, enter_desk, new_context, served
from tests.cases import BELLS
from tests.desk.factories import send
from tests.desk.people import NAME, PASSWORD, Staff

pytestmark = IN_CHROMIUM

TABLET = {"width": 820, "height": 1180}
LETTER = {"width": 816, "height": 1056}
MARGIN = 72
ONE_WORD = "W" * 100


@pytest.fixture
def page(chromium: Browser, parts: Parts) -> Iterator[Page]:
    """A browser in which somebody is signed in; two forms were sent, one of somebody with long words in it."""
    rounds = [{"_id": "aaaaaaaa", "date": "2025-09", "product": "botox", "units": 20, "clinic": ONE_WORD}]
    send(parts, BELLS, first_name=ONE_WORD, last_name=ONE_WORD, toxin_rounds=rounds)
    send(parts, last_name="Short", sleep="unsure")
    context = new_context(chromium)
    staff = Staff.of(parts).has_an_account()
    with served(staff.client.application) as site:
        page = context.new_page()
        enter_desk(page, site, NAME, PASSWORD, staff.code_of())
        yield page
        context.close()


def test_the_ways_of_the_desk_stand_in_one_line_on_a_tablet(page: Page) -> None:
    page.set_viewport_size(TABLET)  # type: ignore[arg-type]
    tops = page.locator("nav[aria-label=Staff] a").evaluate_all("links => links.map(a => a.offsetTop)")
    assert len(tops) == 5
    assert len(set(tops)) == 1


def test_a_very_long_word_pushes_no_column_off_the_paper(page: Page) -> None:
    page.set_viewport_size(LETTER)  # type: ignore[arg-type]
    page.emulate_media(media="print")
    assert right_edge(page, ".queue td") <= LETTER["width"] - MARGIN
    page.goto(str(page.get_by_text(ONE_WORD).first.evaluate("link => link.href")))
    assert right_edge(page, ".rows td") <= LETTER["width"] - MARGIN


def right_edge(page: Page, cells: str) -> float:
    """Where the last column ends when the page has the margins of paper."""
    page.evaluate("margin => document.body.style.margin = `0 ${margin}px`", MARGIN)
    edge = "cells => Math.max(...cells.map(cell => cell.getBoundingClientRect().right))"
    return page.locator(cells).evaluate_all(edge)


def test_a_very_long_word_in_a_list_breaks_on_the_screen_too(page: Page) -> None:
    page.get_by_text(ONE_WORD).first.click()
    page.set_viewport_size({"width": 1280, "height": 800})
    clinic = page.locator(".rows td", has_text=ONE_WORD)
    assert clinic.evaluate("cell => cell.scrollWidth <= cell.clientWidth && cell.clientWidth < 400")


def test_not_sure_not_answered_and_not_asked_look_different(page: Page) -> None:
    page.get_by_text("SHORT").click()
    page.get_by_text("Show questions that were not asked").click()
    look = (
        "mark => { const s = getComputedStyle(mark); return [s.borderTopStyle, s.borderTopColor, s.fontStyle].join() }"
    )
    seen = [page.locator(f".{state} .state").first.evaluate(look) for state in ("not_sure", "skipped", "not_asked")]
    assert len(set(seen)) == 3


def test_nothing_at_the_desk_scrolls_sideways_at_320_pixels_or_with_wide_text(page: Page) -> None:
    """A table may scroll inside its own frame; the page may not."""
    page.set_viewport_size({"width": 320, "height": 640})
    desk = page.url.split("/desk/")[0] + "/desk/"
    form = str(page.get_by_text(ONE_WORD).first.evaluate("link => link.href"))
    wide = "*{letter-spacing:.12em!important;word-spacing:.16em!important;line-height:1.5!important}"
    for address in (desk, f"{desk}search", f"{desk}link", f"{desk}export", form):
        page.goto(address)
        for css in ("", wide):
            page.evaluate(
                "css => { const s = new CSSStyleSheet(); s.replaceSync(css); document.adoptedStyleSheets = [s]; }", css
            )
            width = page.evaluate("document.documentElement.scrollWidth")
            assert width <= 320, (address.removeprefix(desk), css[:20], width)
