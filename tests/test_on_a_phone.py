"""In Chromium, on a small phone: what a person would call crooked, cut off, out of reach or a waste of paper."""

import re

from playwright.sync_api import Browser

from app.parts import Parts
from tests.browsing import IN_CHROMIUM, fill, new_context, press, start, walk
from tests.cases import TYPICAL

pytestmark = IN_CHROMIUM
PHONE = {"viewport": {"width": 360, "height": 740}, "java_script_enabled": False}


def test_a_date_with_an_error_keeps_its_boxes_in_one_row_beside_an_unbroken_bar(
    chromium: Browser, site: str, parts: Parts
) -> None:
    context = new_context(chromium, **PHONE)
    page = context.new_page()
    start(page, site)
    for _ in range(2):
        fill(page, parts, TYPICAL["answers"])
        press(page)
    press(page)
    tops = {page.locator(f"#dob-{box}").bounding_box()["y"] for box in ("month", "day", "year")}  # type: ignore[index]
    assert len(tops) == 1
    legend, bar = page.locator("#dob legend").bounding_box(), page.locator("#dob").bounding_box()
    assert legend
    assert bar
    assert bar["y"] <= legend["y"], "the bar of a fieldset begins above its legend"
    assert legend["x"] >= bar["x"] + 5
    context.close()


def test_what_is_unlikely_takes_the_focus_leads_to_its_box_and_claims_nothing_is_saved(
    chromium: Browser, site: str, parts: Parts
) -> None:
    context = new_context(chromium, **PHONE)
    page = context.new_page()
    start(page, site)
    while not page.url.endswith("/contact"):
        fill(page, parts, TYPICAL["answers"])
        press(page)
    labels = page.locator("label[for=email], label[for=phone]").all_inner_texts()
    assert labels == ["Email", "Phone"], "one of the two is needed: neither is called optional"
    page.fill("#email", "rosa@gmial.com")
    press(page)
    page.wait_for_function("document.activeElement.id === 'unlikely'")  # it comes a moment after the page
    assert page.title().startswith("Check this: ")
    assert page.get_by_text("Your answers so far are saved.").count() == 0
    page.locator("#unlikely a").click()
    assert page.evaluate("document.activeElement.id") == "email"
    context.close()


def test_text_of_twice_the_size_at_320_pixels_breaks_no_button(chromium: Browser, site: str) -> None:
    context = new_context(chromium, **{**PHONE, "viewport": {"width": 320, "height": 640}})
    page = context.new_page()
    start(page, site)
    page.evaluate("""() => { const sheet = new CSSStyleSheet();
        sheet.replaceSync('html{font-size:200%}'); document.adoptedStyleSheets = [sheet]; }""")
    button = page.locator("button.first").last
    lines = """e => { const s = getComputedStyle(e);
        return Math.round((e.clientHeight - 2 * parseFloat(s.paddingTop)) / parseFloat(s.lineHeight)) }"""
    assert button.evaluate(lines) == 1, "Continue stands in one line"
    context.close()


def test_the_receipt_of_a_whole_form_has_leaving_on_top_and_prints_on_six_pages(
    chromium: Browser, site: str, parts: Parts
) -> None:
    context = new_context(chromium, **PHONE)
    page = context.new_page()
    walk(page, site, parts, TYPICAL["answers"])
    leave, copy = page.get_by_role("button", name="leave").bounding_box(), page.locator("#copy").bounding_box()
    assert leave
    assert copy
    assert leave["y"] < copy["y"], "nobody on a shared device scrolls past all answers to leave"
    assert len(re.findall(rb"/Type\s*/Page\b", page.pdf(format="Letter"))) <= 6
    context.close()
