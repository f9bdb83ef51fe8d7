"""The desk in Chromium: on a tablet, and on paper."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from app.parts import Parts
from tests.browsing import IN_CHROMIUM, axe_findings, enter_desk, new_context, served
from tests.cases import BELLS
from tests.desk.factories import send
from tests.desk.people import NAME, PASSWORD, Staff
from tests.desk.test_doors_in_browser import not_reached

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
    assert len(tops) == 7
    assert len(set(tops)) == 1


def test_the_keyboard_reaches_everything_on_every_page_of_the_desk(page: Page) -> None:
    page.set_viewport_size({"width": 1280, "height": 800})
    form = str(page.get_by_text("SHORT").evaluate("name => name.closest('a').href"))
    site = page.url.split("/desk")[0]
    paths = ["/desk/", "/desk/search", "/desk/link", "/desk/export", "/desk/nowhere"]
    for address in [form, f"{form}?all=1", *(site + path for path in paths)]:
        page.goto(address)
        assert not_reached(page) == [], address


@pytest.fixture
def officer(chromium: Browser, parts: Parts) -> Iterator[Page]:
    """A browser on a narrow phone in which a privacy officer is signed in; somebody opened a form before."""
    listed = send(parts)
    staff = Staff.of(parts).has_an_account("privacy-officer", "specialist").signs_in().looks_at(listed.id)
    context = new_context(chromium, viewport={"width": 320, "height": 640})
    with served(staff.client.application) as site:
        page = context.new_page()
        enter_desk(page, site, NAME, PASSWORD, staff.code_of())
        page.get_by_role("link", name="Audit").click()
        yield page
        context.close()


def test_axe_finds_nothing_at_the_audit_with_lines_without_and_with_a_mistake(officer: Page) -> None:
    here = officer.url
    for address in ("", "?act=erased", "?record=nonsense&from=2026-03-01"):
        officer.goto(here + address)
        assert axe_findings(officer) == [], address
        assert officer.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), address
    officer.goto(here)
    officer.locator("td a", has_text="-").first.click()
    assert officer.locator("td", has_text="Opened a form").count() == 1


def test_the_audit_is_filtered_and_downloaded_with_the_keyboard_alone(officer: Page) -> None:
    officer.locator("#who").focus()
    officer.keyboard.press("Tab")
    assert officer.evaluate("document.activeElement.id") == "act"
    officer.keyboard.type("Opened")
    officer.keyboard.press("Tab")
    officer.keyboard.press("Tab")
    assert officer.evaluate("document.activeElement.id") == "record"
    with officer.expect_navigation(url="**/audit?*act=look*"):
        officer.keyboard.press("Enter")
    assert officer.locator(".log tbody tr").count() == 1
    officer.locator("form[method=post] button", has_text="Download").focus()
    with officer.expect_download() as download:
        officer.keyboard.press("Enter")
    assert download.value.suggested_filename == "audit-2026-03-02.csv"


def test_who_opened_a_form_is_folded_until_it_is_asked_for_and_is_not_printed(page: Page) -> None:
    page.get_by_text("SHORT").click()
    page.get_by_role("link", name="All answers").click()
    table = page.locator("details.opened table")
    assert not table.is_visible()
    page.locator("details.opened summary").focus()
    page.keyboard.press("Enter")
    assert table.is_visible()
    assert axe_findings(page) == []
    assert page.locator("details.opened tbody tr").count() == 3
    page.emulate_media(media="print")
    assert not page.locator("details.opened").is_visible()


def test_a_very_long_word_pushes_no_column_off_the_paper(page: Page) -> None:
    page.set_viewport_size(LETTER)  # type: ignore[arg-type]
    page.emulate_media(media="print")
    assert right_edge(page, ".queue td") <= LETTER["width"] - MARGIN
    page.goto(str(page.get_by_text(ONE_WORD).first.evaluate("name => name.closest('a').href")))
    assert right_edge(page, ".rows td") <= LETTER["width"] - MARGIN


def right_edge(page: Page, cells: str) -> float:
    """Where the last column ends when the page has the margins of paper."""
    page.evaluate("margin => document.body.style.margin = `0 ${margin}px`", MARGIN)
    edge = "cells => Math.max(...cells.map(cell => cell.getBoundingClientRect().right))"
    return page.locator(cells).evaluate_all(edge)


def test_a_very_long_word_in_a_list_breaks_on_the_screen_too(page: Page) -> None:
    page.get_by_text(ONE_WORD).first.click()
    page.get_by_role("link", name="All answers").click()
    page.set_viewport_size({"width": 1280, "height": 800})
    clinic = page.locator(".rows td", has_text=ONE_WORD)
    assert clinic.evaluate("cell => cell.scrollWidth <= cell.clientWidth && cell.clientWidth < 400")


def test_not_sure_not_answered_and_not_asked_look_different(page: Page) -> None:
    page.get_by_text("SHORT").click()
    page.get_by_role("link", name="All answers").click()
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
    form = str(page.get_by_text(ONE_WORD).first.evaluate("name => name.closest('a').href"))
    wide = "*{letter-spacing:.12em!important;word-spacing:.16em!important;line-height:1.5!important}"
    for address in (desk, f"{desk}search", f"{desk}link", f"{desk}export", form):
        page.goto(address)
        for css in ("", wide):
            page.evaluate(
                "css => { const s = new CSSStyleSheet(); s.replaceSync(css); document.adoptedStyleSheets = [s]; }", css
            )
            width = page.evaluate("document.documentElement.scrollWidth")
            assert width <= 320, (address.removeprefix(desk), css[:20], width)
