"""The brief in Chromium: one page of paper whatever was answered, and readable by everybody on any screen."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from app.parts import Parts
from app.questionnaire.kinds import LongText
from tests.briefs import ALL_ON, long_treated
from tests.browsing import IN_CHROMIUM, axe_findings, enter_desk, new_context, served
from tests.cases import BELLS, BILATERAL, TYPICAL
from tests.desk.factories import send
from tests.desk.people import NAME, PASSWORD, Staff
from tests.desk.test_doors_in_browser import not_reached

pytestmark = IN_CHROMIUM

ONE_PAGE = "*{break-before:auto!important} .appendix{display:none!important}"


@pytest.fixture
def page(chromium: Browser, parts: Parts) -> Iterator[Page]:
    """A browser in which a specialist is signed in."""
    context = new_context(chromium, viewport={"width": 1280, "height": 800})
    staff = Staff.of(parts).has_an_account()
    with served(staff.client.application) as site:
        page = context.new_page()
        enter_desk(page, site, NAME, PASSWORD, staff.code_of())
        yield page
        context.close()


def opens(page: Page, submission_id: str, way: str = "brief") -> Page:
    page.goto(f"{page.url.split('/desk')[0]}/desk/submissions/{submission_id}/{way}")
    return page


def sheets_of_paper(page: Page, css: str = "") -> int:
    page.evaluate(
        "css => { const s = new CSSStyleSheet(); s.replaceSync(css); document.adoptedStyleSheets = [s]; }", css
    )
    return len(re.findall(rb"/Type\s*/Page\b", page.pdf(prefer_css_page_size=True)))


def case_of(answers: Mapping[str, Any]) -> dict[str, Any]:
    return {**TYPICAL, "answers": dict(answers), "settings": ALL_ON}


def hard_forms(parts: Parts) -> dict[str, str]:
    """Forms that stretch a page: the id of each by what is hard about it."""
    long = "Word after word of a long story. " * 121 + "Over."
    texts = [question.id for question in parts.definition.questions.values() if isinstance(question, LongText)]
    forty = long_treated(40)
    return {
        "typical": send(parts).id,
        "every flag": send(parts, BELLS).id,
        "both sides": send(parts, BILATERAL).id,
        "long treated": send(parts, case_of(forty)).id,
        "long stories": send(parts, case_of({**long_treated(), **dict.fromkeys(texts, long[:4000])})).id,
        "no space": send(parts, goals_note="W" * 4000).id,
        "sent early": send(parts, case_of(long_treated()), until="onset").id,
        "other scripts": send(parts, first_name="美玲" * 20, last_name="مريم عبد الله", goals_note="我想" * 400).id,
    }


def test_the_brief_takes_one_sheet_of_paper_and_its_appendix_begins_on_the_next(page: Page, parts: Parts) -> None:
    for name, form in hard_forms(parts).items():
        opens(page, form)
        assert sheets_of_paper(page, ONE_PAGE) == 1, name
        if page.locator(".appendix").count():
            assert sheets_of_paper(page) > 1, name


def test_axe_finds_nothing_on_the_pages_of_a_brief(page: Page, parts: Parts) -> None:
    urgent = send(parts, case_of({**long_treated(), "urgent_now": ["speech"]}))
    site = page.url.split("/desk")[0]
    form = f"{site}/desk/submissions/{urgent.id}"
    opens(page, urgent.id).get_by_text("Write a note or a question").click()
    page.fill("#question-text", "Which dose last time?")
    page.get_by_role("button", name="Save the question").click()
    for address in (f"{form}/brief", f"{form}/text", f"{site}/desk/rules", f"{site}/desk/calls"):
        page.goto(address)
        assert axe_findings(page) == [], address


def test_the_keyboard_reaches_everything_on_the_pages_of_a_brief(page: Page, parts: Parts) -> None:
    form = send(parts, case_of({**long_treated(), "urgent_now": ["speech"]}))
    for way in ("brief", "text"):
        assert not_reached(opens(page, form.id, way)) == [], way


def test_a_brief_does_not_scroll_sideways_on_a_phone(page: Page, parts: Parts) -> None:
    page.set_viewport_size({"width": 320, "height": 640})
    for name, form in hard_forms(parts).items():
        for way in ("brief", "text"):
            opens(page, form, way)
            assert page.evaluate("document.documentElement.scrollWidth") <= 320, (name, way)


def test_each_level_of_flag_has_a_shape_of_its_own_without_colors(page: Page, parts: Parts) -> None:
    """In black and white, on paper and in forced colors, the shape and the word must be enough."""
    form = send(parts, BELLS, urgent_now=["speech"], driving="daily", eye_closes="long")
    page.emulate_media(forced_colors="active")
    opens(page, form.id)
    look = """flag => { const s = getComputedStyle(flag.querySelector('dt'), '::before');
      return [s.width, s.borderRadius, s.transform, s.backgroundColor, s.borderTopWidth].join() }"""
    shapes = {
        level: page.locator(f".columns .flag.{level}").first.evaluate(look)
        for level in ("urgent", "safety", "lookalike", "review")
    }
    assert len(set(shapes.values())) == 4, shapes


@pytest.mark.parametrize("name", ["Vega\u202e", "Vega\u2067", "الأحمد"])
def test_days_and_doses_beside_a_text_are_drawn_in_their_order(page: Page, parts: Parts, name: str) -> None:
    """A name from right to left, or a mark that is never closed, would draw 14-Aug-1969 or 120 mg backwards."""
    rows = [{"_id": "drugaaaa", "name": name, "dose": "120 mg", "still": "yes"}]
    form = send(parts, last_name=name, first_name=name, drugs=["other"], drug_rows=rows)
    page.goto(f"{page.url.split('/desk')[0]}/desk/")
    assert in_order(page, "14-Aug-1969 (56)")
    opens(page, form.id)
    assert in_order(page, "120 mg")


def in_order(page: Page, text: str) -> bool:
    """Whether each letter of a text is drawn close behind the one before it."""
    return page.evaluate(
        """text => {
          const walk = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
          while (walk.nextNode()) {
            const node = walk.currentNode, at = node.data.indexOf(text);
            if (at < 0) continue;
            const lefts = [...text].map((_letter, number) => {
              const range = document.createRange();
              range.setStart(node, at + number);
              range.setEnd(node, at + number + 1);
              return range.getClientRects()[0].left;
            });
            const steps = lefts.slice(1).map((left, number) => left - lefts[number]);
            return steps.every(step => step > 0 && step < 25);
          }
          return false;
        }""",
        text,
    )


def test_the_text_is_copied_whole_with_one_press(page: Page, parts: Parts) -> None:
    form = send(parts, case_of(long_treated()))
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    opens(page, form.id, "text").get_by_role("button", name="Copy all of it").click()
    page.get_by_text("Copied.", exact=True).wait_for()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == page.locator("#text").input_value()
    assert copied.startswith("Patient: TESTPATIENT-ADLER, Ruth\n")
