"""The whole house, as somebody outside who wants in sees it: every route, every address, every field."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Flask
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.test import Client, TestResponse

from app import desk, intake
from app.desk.access import RIGHTS
from app.parts import Parts
from tests.cases import TYPICAL
from tests.desk.people import INSECURE_BUT_FAST, NAME, Staff
from tests.people import Browser, Patient

HOST = "127.0.0.1"
SITE = "http://127.0.0.1:8000"


@dataclass(frozen=True)
class House:
    """Both rooms, joined by path as they are served."""

    parts: Parts
    patients: Flask
    desk: Flask
    app: DispatcherMiddleware

    @classmethod
    def of(cls, parts: Parts) -> "House":
        rooms = intake.create_room(parts), desk.create_room(parts, hasher=INSECURE_BUT_FAST)
        return cls(parts, *rooms, DispatcherMiddleware(rooms[0], {"/desk": rooms[1]}))

    def routes(self) -> Iterator[tuple[str, str]]:
        """Every method and address of both rooms, with names in place of what varies."""
        for prefix, room in (("", self.patients), ("/desk", self.desk)):
            for rule in room.url_map.iter_rules():
                for method in sorted((rule.methods or set()) - {"OPTIONS"}):
                    yield method, prefix + rule.rule

    def patient(self) -> Patient:
        """A patient halfway through a form."""
        return Patient.of(self.parts, self.app).starts().fills_in(TYPICAL["answers"], until="goals")

    def everything(self, name: str = NAME) -> Staff:
        """Somebody who is signed in and holds every role there is."""
        return Staff.of(self.parts, self.app).has_an_account(*RIGHTS, name=name).signs_in(name)


def put(path: str, said: str | Mapping[str, str]) -> str:
    """An address with these words in the places of what varies."""
    return re.sub(r"<(\w+)>", lambda found: said if isinstance(said, str) else said.get(found[1], "x"), path)


def asks(browser: Browser, method: str, path: str, **kwargs: Any) -> TestResponse:
    """One request of this browser, whose answer is not followed."""
    return browser.client.open(path, method=method, base_url=kwargs.pop("base_url", browser.base_url), **kwargs)


def token_of(browser: Browser) -> str:
    """A form token that holds for this browser in the room of the page it is on."""
    return str(browser.value_of("csrf_token"))


def cookies_of(browser: Browser) -> dict[str, str]:
    """The cookies of this browser."""
    return {cookie.decoded_key: cookie.decoded_value for cookie in browser.cookies}


def with_cookies(app: Any, cookies: Mapping[str, str]) -> Client:
    """A browser that holds these cookies and no others."""
    client = Client(app)
    for name, value in cookies.items():
        client.set_cookie(name, value, domain=HOST)
    return client
