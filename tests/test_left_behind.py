"""In Chromium: what somebody who left a shared device finds when they press Back."""

from playwright.sync_api import Browser

from app.parts import Parts
from tests.browsing import IN_CHROMIUM, fill, new_context, press
from tests.cases import TYPICAL
from tests.conftest import FakeClock

pytestmark = IN_CHROMIUM


def test_after_leaving_a_shared_device_back_shows_no_answer_and_nothing_is_kept(
    chromium: Browser, site: str, parts: Parts, clock: FakeClock
) -> None:
    context = new_context(chromium)
    page = context.new_page()
    page.goto(f"{site}/intake/")
    clock.passes(seconds=3)  # as long as a person takes; a robot is asked once more
    press(page)
    for _ in range(3):
        fill(page, parts, TYPICAL["answers"])
        press(page)
    last_name = str(TYPICAL["answers"]["last_name"])
    page.go_back()
    assert page.locator(f"input[value='{last_name}']").count() + page.get_by_text(last_name).count()
    page.get_by_role("button", name="leave").first.click()
    page.wait_for_load_state("load")
    for _ in range(5):
        page.go_back()
        assert last_name not in page.content()
    page.goto(site)
    stored = page.evaluate("[localStorage.length, sessionStorage.length, document.cookie]")
    assert stored == [0, 0, ""]
    assert not [cookie for cookie in context.cookies() if "draft" in cookie.get("name", "")]
    context.close()
