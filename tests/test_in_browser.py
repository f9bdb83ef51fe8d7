"""In Chromium: the journey with and without JavaScript, axe on every page, narrow, zoomed, forced colours, focus."""

import pytest
from playwright.sync_api import Browser, Page

import config as configuration
from app import create_app, jobs
from app.parts import Parts, assemble
from tests.browsing import IN_CHROMIUM, axe_findings, enter_desk, new_context, press, served, start, walk
from tests.cases import BELLS, TYPICAL
from tests.desk.people import NAME, PASSWORD, Staff
from tests.people import Patient

pytestmark = IN_CHROMIUM


@pytest.mark.parametrize("javascript", [False, True], ids=["without JavaScript", "with JavaScript"])
def test_a_patient_reaches_the_receipt(chromium: Browser, site: str, parts: Parts, javascript: bool) -> None:
    context = new_context(chromium, java_script_enabled=javascript)
    page = context.new_page()
    outside: list[str] = []
    page.on("request", lambda r: outside.append(r.url) if not r.url.startswith(site) else None)
    faults: list[str] = []
    page.on("console", lambda m: faults.append(m.text) if m.type == "error" else None)
    walk(page, site, parts, TYPICAL["answers"])
    assert "Your answers were sent" in page.inner_text("h1")
    assert outside == []
    assert [f for f in faults if "Content Security Policy" in f] == []
    context.close()


def test_axe_finds_nothing_on_any_page_first_or_after_an_empty_submit(
    chromium: Browser, site: str, parts: Parts
) -> None:
    context = new_context(chromium)
    page = context.new_page()
    found: list[str] = []

    def look(place: Page) -> None:
        found.extend(f"{place.url.rsplit('/', 1)[-1]}: {finding}" for finding in axe_findings(place))

    def each(place: Page) -> None:
        look(place)
        path = place.url
        if "/intake/" in path and not path.endswith(("/intake/", "/check", "/receipt", "/medicine_details")):
            press(place)
            if place.url == path:
                look(place)
            else:
                place.goto(path)

    for path in ("/", "/privacy", "/accessibility", "/i/", "/i/7K2M-9QXD-4T1B-8WZC", "/nowhere"):
        page.goto(site + path)
        look(page)
    walk(page, site, parts, TYPICAL["answers"], each)
    assert found == []
    context.close()


def test_axe_finds_nothing_at_the_desk(chromium: Browser, parts: Parts, patient: Patient) -> None:
    patient.starts().fills_in(BELLS["answers"] | {"urgent_now": ["speech"], "toxin_rounds": []})
    patient.sends(BELLS["answers"])
    jobs.do_due(parts)
    staff = Staff.of(parts).has_an_account()
    context = new_context(chromium, viewport={"width": 1280, "height": 800})
    page = context.new_page()
    found: list[str] = []
    with served(staff.client.application) as site:
        enter_desk(page, site, NAME, PASSWORD, staff.code_of())
        addresses = ["/desk/", "/desk/link", "/desk/export", "/desk/nowhere"]
        page.wait_for_selector("a[href*=submissions]")
        addresses.append(str(page.locator("a[href*=submissions]").first.get_attribute("href")))
        for sought in ("1/2/1970", "nobody", str(BELLS["answers"]["last_name"])):  # an error, nothing found, one found
            page.goto(f"{site}/desk/search")
            page.fill("#q", sought)
            page.locator("main button").first.click()
            found += [f"{sought}: {finding}" for finding in axe_findings(page)]
        assert page.locator("caption").inner_text() == "1 form found"
        for address in [*addresses, "/desk/search"]:
            page.goto(site + address)
            found += [f"{address}: {finding}" for finding in axe_findings(page)]
    context.close()
    assert found == []


def test_nothing_scrolls_sideways_at_320_pixels_or_with_wide_text(chromium: Browser, site: str, parts: Parts) -> None:
    context = new_context(chromium, viewport={"width": 320, "height": 640})
    page = context.new_page()
    wide: list[str] = []

    def each(place: Page) -> None:
        for css in (
            "",
            "*{letter-spacing:.12em!important;word-spacing:.16em!important;line-height:1.5!important}",
            "html{font-size:200%!important}",
        ):
            if css:
                place.evaluate(
                    "css => { const s = new CSSStyleSheet(); s.replaceSync(css); document.adoptedStyleSheets = [s]; }",
                    css,
                )
            if place.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
                wide.append(f"{place.url.rsplit('/', 1)[-1]} {css[:20]}")
        place.evaluate("document.adoptedStyleSheets = []")

    page.goto(site)
    each(page)
    walk(page, site, parts, {**BELLS["answers"], "drugs": ["none"], "toxin_records": "no"}, each)
    assert wide == []
    context.close()


def test_focus_is_always_visible_and_errors_take_it(chromium: Browser, site: str) -> None:
    context = new_context(chromium)
    page = context.new_page()
    start(page, site)
    press(page)
    press(page)
    page.wait_for_function("document.activeElement.id === 'problem'")  # it comes a moment after the page
    seen: set[str] = set()
    for _ in range(25):
        page.keyboard.press("Tab")
        found = page.evaluate(
            """() => { const e = document.activeElement; const s = getComputedStyle(e);
            return [e.tagName + (e.id || e.textContent).slice(0, 20), s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2] }"""
        )
        if found[0].startswith("BODY"):
            break
        assert found[1], f"no visible focus on {found[0]}"
        seen.add(found[0])
    assert len(seen) > 10
    context.close()


def test_rows_are_at_least_44_pixels_nothing_moves_and_edges_stay_in_forced_colours(
    chromium: Browser, site: str, parts: Parts
) -> None:
    context = new_context(chromium)
    page = context.new_page()
    small: list[str] = []
    bare: list[str] = []

    def each(place: Page) -> None:
        small.extend(
            place.evaluate(
                """() => [...document.querySelectorAll('label.option, button:not(.sr), a.button, input[type=text], textarea')]
                .filter(e => e.offsetParent !== null && e.getBoundingClientRect().height < 44)
                .map(e => e.outerHTML.slice(0, 80))"""
            )
        )
        moving = place.evaluate(
            "() => [...document.querySelectorAll('*')].filter(e => { const s = getComputedStyle(e); "
            "return s.animationName !== 'none' || parseFloat(s.transitionDuration) > 0 }).length"
        )
        assert moving == 0
        place.emulate_media(forced_colors="active")
        bare.extend(
            place.evaluate(
                """() => [...document.querySelectorAll('button:not(.sr), a.button, input[type=text], input[type=email], textarea')]
                .filter(e => e.offsetParent !== null)
                .filter(e => { const s = getComputedStyle(e);
                  return parseFloat(s.borderTopWidth) < 1 || s.borderTopStyle === 'none' || s.borderTopColor === s.backgroundColor })
                .map(e => e.outerHTML.slice(0, 80))"""
            )
        )
        place.emulate_media(forced_colors="none")

    walk(page, site, parts, TYPICAL["answers"], each)
    assert small == []
    assert bare == []
    context.close()


def test_forms_post_over_https_with_cookies_bound_to_the_host(chromium: Browser, environ: dict[str, str]) -> None:
    parts = assemble(configuration.load({**environ, "PUBLIC_URL": "https://localhost"}))
    context = new_context(chromium, ignore_https_errors=True)
    page = context.new_page()
    answers = {key: value for key, value in TYPICAL["answers"].items() if key != "visit_date"}
    with served(create_app(parts), ssl_context="adhoc") as site:
        walk(page, site, parts, answers)
        assert "Your answers were sent" in page.inner_text("h1")
        cookies = context.cookies()
        context.close()
    assert len(cookies) == 2
    for cookie in cookies:
        assert cookie.get("name", "").startswith("__Host-")
        assert cookie.get("secure")
        assert cookie.get("httpOnly")
    parts.store.close()
