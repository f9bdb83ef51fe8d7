"""Stored scripts in Chromium: on screen and on paper, no dialog, no error, no breach of the policy, nobody asked."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Dialog, Page, Request

from tests.attacks.house import House, cookies_of
from tests.attacks.payloads import MARK, PAYLOADS, hostile
from tests.browsing import IN_CHROMIUM, new_context, served
from tests.cases import BELLS
from tests.desk.factories import send
from tests.people import Browser as Person
from tests.people import Patient

pytestmark = IN_CHROMIUM


@dataclass
class Watch:
    """A browser that writes down whatever should never happen."""

    page: Page
    site: str
    happened: list[str] = field(default_factory=list)

    def looks(self, path: str, shows: bool = True) -> None:
        """Look at a page on the screen, poke every box and link of it, and look at it as it is printed."""
        self.page.goto(f"{self.site}{path}")
        content = self.page.content()
        assert MARK in content or not shows, path
        self.page.evaluate(
            "for (const e of document.querySelectorAll('body *')) for (const kind of ['mouseover', 'focus', 'toggle'])"
            " e.dispatchEvent(new Event(kind))"
        )
        alive = self.page.evaluate(
            "mark => [...document.querySelectorAll('*')].filter(e => e.localName.includes(mark)"
            " || [...e.attributes].some(a => a.name.includes(mark) || a.name.startsWith('on'))).length",
            MARK,
        )
        assert alive == 0, path
        self.page.emulate_media(media="print")
        self.page.pdf()
        self.page.emulate_media(media="screen")
        assert self.page.url == f"{self.site}{path}"
        assert self.happened == [], path

    def is_now(self, person: Person) -> None:
        """Take over the cookies of somebody."""
        cookies: Any = [{"name": n, "value": v, "url": self.site} for n, v in cookies_of(person).items()]
        self.page.context.add_cookies(cookies)


@pytest.fixture
def watch(chromium: Browser, house: House) -> Iterator[Watch]:
    context = new_context(chromium)
    with served(house.app) as site:
        made = Watch(context.new_page(), site)

        def said(message: ConsoleMessage) -> None:
            made.happened.append(f"console: {message.text}")

        def asked(dialog: Dialog) -> None:
            made.happened.append(f"dialog: {dialog.message}")
            dialog.dismiss()

        def wanted(request: Request) -> None:
            if not request.url.startswith(site):
                made.happened.append(f"request: {request.url}")

        made.page.on("console", said)
        made.page.on("dialog", asked)
        made.page.on("request", wanted)
        made.page.on("pageerror", lambda error: made.happened.append(f"error: {error}"))
        yield made
        context.close()


def test_the_watch_notices_what_would_come_alive(watch: Watch) -> None:
    watch.page.goto(f"{watch.site}/desk/sign-in")
    with watch.page.expect_event("console", lambda message: "Content Security Policy" in message.text):
        watch.page.evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=alert(1)>')")
    assert any("Content Security Policy" in said for said in watch.happened)


def test_nothing_that_patients_typed_comes_alive_at_the_desk(watch: Watch, house: House) -> None:
    watch.is_now(house.everything())
    for number in range(0, len(PAYLOADS), 5):
        answers: dict[str, Any] = hostile(house.parts, {"filled_by": "helper", **BELLS["answers"]}, number)
        form = send(house.parts, BELLS, **answers)
        watch.looks(f"/desk/submissions/{form.id}?all=1")
    watch.looks("/desk/")
    for path in ("/desk/search", "/desk/export", "/desk/audit", "/desk/accounts", "/desk/account"):
        watch.looks(path, shows=False)


def test_nothing_that_somebody_typed_comes_alive_on_their_own_pages(watch: Watch, house: House) -> None:
    answers: dict[str, Any] = hostile(house.parts, BELLS["answers"], 1) | {"toxin_rounds": [], "drug_rows": []}
    answers |= {"email": "ana@example.com", "phone": "917-555-0163", "mvd_rows": []}
    patient = Patient.of(house.parts, house.app).starts().fills_in(answers)
    watch.is_now(patient)
    for page in ("name_birth", "check"):
        watch.looks(f"/intake/{patient.draft_id}/{page}")
    patient.sends({**BELLS["answers"], "signature": answers["signature"]})
    watch.is_now(patient)
    watch.looks(f"/intake/{patient.draft_id}/receipt")
