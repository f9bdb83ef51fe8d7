"""In Chromium, with the keyboard alone: from the start page to the receipt, and the sign-in of staff to a form."""

from typing import Any

from playwright.sync_api import Browser, Page

from app.parts import Parts
from tests.browsing import IN_CHROMIUM, new_context
from tests.cases import TYPICAL

pytestmark = IN_CHROMIUM

FOCUS = """() => { const e = document.activeElement; return {
    tag: e.tagName, type: e.type || '', name: e.name || '', value: e.value || '', id: e.id,
    filled: !!e.value, checked: !!e.checked, first: e.classList.contains('first') } }"""


def test_a_patient_reaches_the_receipt_without_a_mouse(chromium: Browser, site: str, parts: Parts) -> None:
    context = new_context(chromium, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site}/intake/")
    pages: list[str] = []
    while not page.url.endswith("/receipt"):
        assert len(pages) < 50, pages
        pages.append(page.url)
        goes_through(page, TYPICAL["answers"])
    assert len(set(pages)) > 20
    context.close()


def goes_through(page: Page, answers: dict[str, Any]) -> None:
    """Press Tab from control to control, answer each, and press Enter on the last filled button."""
    presses = page.locator("button.first:visible:not([tabindex])").count()
    for _ in range(200):
        page.keyboard.press("Tab")
        here = page.evaluate(FOCUS)
        assert here["tag"] != "BODY", f"{page.url}: the keyboard left the page before its button"
        if here["tag"] == "BUTTON" and here["first"]:
            presses -= 1
            if not presses:
                with page.expect_navigation():
                    page.keyboard.press("Enter")
                return
        answer_with_keys(page, here, answers)
    raise AssertionError(f"{page.url}: the button cannot be reached")


def answer_with_keys(page: Page, here: dict[str, Any], answers: dict[str, Any]) -> None:
    """What a person types at the control that has the focus."""
    name, _, box = str(here["name"]).partition("-")
    value = answers.get(name)
    if value is None or here["tag"] == "BUTTON":
        return
    if here["type"] == "radio":
        for _ in range(40):
            if page.evaluate(FOCUS)["value"] == str(value):
                break
            page.keyboard.press("ArrowDown")
        page.keyboard.press("Space")
    elif here["type"] == "checkbox":
        if not here["checked"] and (value is True or here["value"] in value):
            page.keyboard.press("Space")
    elif not here["filled"]:
        year, month, day = (*str(value).split("-"), "", "")[:3]
        page.keyboard.type({"year": year, "month": month, "day": day}.get(box, str(value)))
