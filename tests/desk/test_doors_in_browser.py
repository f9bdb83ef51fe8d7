"""The doors and accounts in Chromium: a passkey by one touch, axe and the keyboard on every page, and no script."""

import re
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import pytest
from playwright.sync_api import Browser, CDPSession, Page

from app.parts import Parts
from app.records import factors, setup_links, staff
from tests.browsing import IN_CHROMIUM, axe_findings, enter_desk, new_context, press, served
from tests.conftest import FakeClock
from tests.desk.people import NAME, PASSWORD, Staff

pytestmark = IN_CHROMIUM

NEW = "new.colleague@clinic.example"


@pytest.fixture
def environ(environ: dict[str, str]) -> dict[str, str]:
    """The desk at a port that is known before it is served: passkeys are bound to its address."""
    with socket.socket() as free:
        free.bind(("localhost", 0))
        environ["PORT"] = str(free.getsockname()[1])
    return environ


@pytest.fixture
def place(parts: Parts, stranger: Staff) -> Iterator[str]:
    """The desk, served."""
    with served(stranger.client.application, parts.config.port) as site:
        yield site


@dataclass
class Touch:
    """The fingerprint reader of a laptop, played by Chromium itself."""

    session: CDPSession
    id: str

    def refuses(self, refuses: bool) -> None:
        """Whether the finger is not the owner's."""
        self.session.send("WebAuthn.setUserVerified", {"authenticatorId": self.id, "isUserVerified": not refuses})


def with_touch(page: Page) -> Touch:
    """Give this browser a fingerprint reader."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable", {"enableUI": False})
    options = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True,
    }  # fmt: skip
    made = session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return Touch(session, made["authenticatorId"])


def test_one_touch_from_the_invitation_to_the_next_morning(
    chromium: Browser, place: str, stranger: Staff, clock: FakeClock
) -> None:
    link = stranger.has_a_link()
    context = new_context(chromium, viewport={"width": 1280, "height": 800})
    page = context.new_page()
    faults: list[str] = []
    page.on("console", lambda m: faults.append(m.text) if m.type == "error" and "status of" not in m.text else None)
    outside: list[str] = []
    page.on("request", lambda r: outside.append(r.url) if not r.url.startswith(place) else None)
    touch = with_touch(page)
    page.goto(place + link)
    page.fill("#account", NAME)
    page.fill("#password", PASSWORD)
    press(page)
    page.get_by_role("button", name="Make a passkey").click()
    page.get_by_text("Your recovery codes").wait_for()
    page.get_by_text("I have kept them. Go on").click()
    page.get_by_text("No form has been sent yet").wait_for()
    page.get_by_role("button", name="Sign out").click()
    touch.refuses(True)
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.get_by_text("Your browser did not use a passkey.").wait_for()
    touch.refuses(False)
    page.get_by_label(re.compile("own computer")).check()
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.get_by_text("No form has been sent yet").wait_for()
    clock.passes(hours=14)
    page.goto(f"{place}/desk/")
    assert page.get_by_label(re.compile("own computer")).is_checked()
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.get_by_text("No form has been sent yet").wait_for()
    clock.passes(minutes=11)
    page.goto(f"{place}/desk/accounts")
    page.fill("#account", NEW)
    page.get_by_label(re.compile("Office staff")).check()
    page.get_by_role("button", name="Make the link").click()
    page.get_by_role("button", name="Go on with a passkey").click()
    page.get_by_text(f"Link for {NEW}").first.wait_for()
    assert outside == []
    assert faults == []
    context.close()


def goes(page: Page, role: Literal["button", "link"], name: str) -> None:
    """Press this, and wait for the page that it leads to."""
    with page.expect_navigation():
        page.get_by_role(role, name=name, exact=True).click()


def pages_of(page: Page, place: str, parts: Parts, stranger: Staff) -> Iterator[str]:
    """Every page of the doors and accounts, one after the other; gives what each is."""
    key, now = parts.server_key, parts.now()
    with parts.store.writing() as connection:
        join = setup_links.invite(connection, key, NEW, ["staff"], by="operator", now=now)
        me = staff.find(connection, NAME)
        assert me
        reset = setup_links.renew(connection, key, me.id, "reset", by="operator", now=now)
        codes = factors.make_codes(connection, key, me.id)
    for path in (f"/desk/setup/{join}", f"/desk/setup/{reset}", "/desk/setup/nothing", "/desk/sign-in"):
        page.goto(place + path)
        yield path.rsplit("/", 2)[1]
    page.fill("#account", NAME)
    goes(page, "button", "Sign in")
    yield "sign-in, wrong"
    page.fill("#account", NAME)
    page.fill("#password", PASSWORD)
    goes(page, "button", "Sign in")
    yield "second step"
    page.fill("#code", "000000")
    goes(page, "button", "Go on")
    yield "second step, wrong"
    page.get_by_text("Use a recovery code").click()
    page.fill("#recovery", codes[0])
    goes(page, "button", "Go on")
    for path in ("/desk/account", "/desk/account/app", "/desk/accounts"):
        page.goto(place + path)
        yield path
    goes(page, "button", "Make the link")
    yield "accounts, wrong"
    goes(page, "link", NEW)
    yield "account of somebody"
    goes(page, "button", "Make a new link")
    yield "link"
    page.goto(f"{place}/desk/account")
    goes(page, "button", "Make ten new ones")
    yield "recovery codes"
    page.goto(f"{place}/desk/accounts")
    stranger.parts.clock.passes(minutes=11)  # type: ignore[attr-defined]
    goes(page, "button", "Make the link")
    yield "proof"
    page.context.clear_cookies()
    stranger.has_an_account(name="fresh@clinic.example", app=False)
    page.goto(f"{place}/desk/sign-in")
    page.fill("#account", "fresh@clinic.example")
    page.fill("#password", PASSWORD)
    goes(page, "button", "Sign in")
    yield "set up a factor"


def test_axe_finds_nothing_on_any_page_of_the_doors(
    chromium: Browser, place: str, parts: Parts, stranger: Staff
) -> None:
    stranger.has_an_account()
    context = new_context(chromium, viewport={"width": 1280, "height": 800})
    page = context.new_page()
    with_touch(page)
    found = [f"{name}: {finding}" for name in pages_of(page, place, parts, stranger) for finding in axe_findings(page)]
    context.close()
    assert found == []


def test_the_keyboard_reaches_everything_in_the_order_it_is_read(
    chromium: Browser, place: str, parts: Parts, stranger: Staff
) -> None:
    stranger.has_an_account()
    context = new_context(chromium, viewport={"width": 1280, "height": 800})
    page = context.new_page()
    with_touch(page)
    missed: list[str] = []
    for name in pages_of(page, place, parts, stranger):
        missed += [f"{name}: {control}" for control in not_reached(page)]
    context.close()
    assert missed == []


def not_reached(page: Page) -> list[str]:
    """The controls of this page that the Tab key does not come to in order, or shows no focus on."""
    marked = """() => [...document.querySelectorAll(
            'a[href], button, summary, input:not([type=hidden]), select, textarea, [tabindex="0"]')]
        .filter(e => e.tabIndex >= 0 && e.checkVisibility())
        .map((e, i) => { e.dataset.order = i; return e.outerHTML })"""
    controls = page.evaluate(marked)
    seen: list[int] = []
    page.evaluate("() => { document.activeElement?.blur(); window.getSelection().removeAllRanges() }")
    for _ in range(len(controls)):
        page.keyboard.press("Tab")
        here = page.evaluate(
            "() => { const e = document.activeElement ?? document.body; "
            "return [e.dataset.order, getComputedStyle(e).outlineStyle !== 'none'] }"
        )
        if here[0] is not None and here[1]:
            seen.append(int(here[0]))
    assert seen == sorted(seen), [controls[i] for i in seen]
    return [control for number, control in enumerate(controls) if number not in seen]


def test_without_a_script_everything_but_passkeys_works(
    chromium: Browser, place: str, stranger: Staff, parts: Parts
) -> None:
    stranger.has_an_account()
    context = new_context(chromium, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{place}/desk/sign-in")
    assert not page.get_by_role("button", name="Sign in with a passkey").is_visible()
    enter_desk(page, place, NAME, PASSWORD, stranger.code_of())
    page.goto(f"{place}/desk/account")
    assert not page.get_by_role("button", name="Add a passkey").is_visible()
    page.get_by_role("button", name="Make ten new ones").click()
    assert page.locator(".codes .code").count() == factors.CODES
    context.close()


@pytest.mark.parametrize("width", [320, 820])
def test_no_page_of_the_doors_scrolls_sideways(
    chromium: Browser, place: str, parts: Parts, stranger: Staff, width: int
) -> None:
    stranger.has_an_account()
    context = new_context(chromium, viewport={"width": width, "height": 800})
    page = context.new_page()
    with_touch(page)
    wide = [
        name
        for name in pages_of(page, place, parts, stranger)
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    ]
    context.close()
    assert wide == []
