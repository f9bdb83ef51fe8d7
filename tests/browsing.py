"""Chromium in tests: where it is, a product served to it, and the way through the form with mouse and keyboard."""

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page
from werkzeug.serving import BaseWSGIServer, make_server

from app.parts import Parts
from tests.people import reads

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
IN_CHROMIUM = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="NOT RUN: there is no Chromium on the PATH"),
    pytest.mark.parametrize("database_url", ["sqlite"], indirect=True),
]


ASKED_TO_END = 0.02
"""Seconds after which a server in a thread looks whether it is to end; half a second would add up."""
_AXE = Axe().axe_script
_RULES = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
_OF_COLORS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
_SCHEMES: tuple[tuple[Literal["light", "dark"], dict[str, Any]], ...] = (("dark", _OF_COLORS), ("light", _RULES))


@contextmanager
def served(app: Any, port: int = 0, **options: Any) -> Iterator[str]:
    """An application served on this machine, on a free port unless told which; gives its address."""
    server: BaseWSGIServer = make_server("localhost", port, app, threaded=True, **options)
    thread = threading.Thread(target=server.serve_forever, args=(ASKED_TO_END,), daemon=True)
    thread.start()
    yield f"{'https' if options else 'http'}://localhost:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def new_context(browser: Browser, **options: Any) -> BrowserContext:
    """A device of its own: a phone unless told otherwise."""
    options = {"viewport": {"width": 390, "height": 844}, **options}
    context = browser.new_context(**options)
    context.set_default_timeout(10_000)
    return context


def axe_findings(page: Page) -> list[str]:
    """What axe finds wrong on the page that is open: each rule with the first element that breaks it.

    In light by every rule, in dark by those that look at colors. The page is left in light.
    """
    page.evaluate(_AXE)
    found: list[str] = []
    for scheme, rules in _SCHEMES:
        page.emulate_media(color_scheme=scheme)
        seen = page.evaluate("options => axe.run(options)", {"resultTypes": ["violations"], "runOnly": rules})
        found += [f"{scheme}: {one['id']} {one['nodes'][0]['html']}" for one in seen["violations"]]
    return found


def enter_desk(page: Page, site: str, account: str, password: str, code: str) -> None:
    """Sign in at the desk with a password and the code of an app."""
    page.goto(f"{site}/desk/sign-in")
    page.fill("#account", account)
    page.fill("#password", password)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.fill("#code", code)
    press(page)


def fill(page: Page, parts: Parts, answers: dict[str, Any]) -> None:
    """Answer the questions of the page that is open, as a person with a mouse and a keyboard would."""
    definition = parts.definition
    page_id = page.url.rsplit("/", 1)[-1]
    for question in definition.page_by_id[page_id].questions:
        value = answers.get(question.id)
        if value is None:
            continue
        if page.locator(f"#{question.id}-year").count():
            year, month, day = (*str(value).split("-"), "", "")[:3]
            for box, text in (("year", year), ("month", month), ("day", day)):
                page.fill(f"#{question.id}-{box}", text)
        elif value is True:
            page.check(f"#{question.id}")
        elif page.locator(f"[name={question.id}][type=radio], [name={question.id}][type=checkbox]").count():
            for code in value if isinstance(value, list) else [value]:
                page.check(f"[name={question.id}][value='{code}']")
        elif page.locator(f"#{question.id}").count():
            page.fill(f"#{question.id}", str(value))


def press(page: Page) -> None:
    """Press the one filled button of the page."""
    page.locator("button.first").last.click()
    page.wait_for_load_state("load")


def start(page: Page, site: str) -> None:
    """Begin a form from the start page."""
    page.goto(f"{site}/intake/")
    press_start(page)


def press_start(page: Page) -> None:
    """Press Start; a browser in a test is so fast that it is asked to press once more."""
    press(page)
    if page.inner_text("h1") == "Press the button once more":
        press(page)


def walk(page: Page, site: str, parts: Parts, answers: dict[str, Any], each: Any = None) -> None:
    """From the start page to the receipt; `each` is called on every page before it is answered."""
    page.goto(f"{site}/intake/")
    if each:
        each(page)
    press_start(page)
    for _ in range(60):
        if each:
            each(page)
        if page.url.endswith("/receipt"):
            return
        if not page.url.endswith("/check"):
            fill(page, parts, answers)
        reads(parts)
        press(page)
    raise AssertionError(f"the form does not end: {page.url}")
