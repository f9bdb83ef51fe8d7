"""A member of staff at a browser, who checks every page on the way."""

import re
from typing import Any
from urllib.parse import urlsplit

from argon2 import PasswordHasher
from pyotp.totp import TOTP
from sqlalchemy import select
from werkzeug.exceptions import NotFound
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from app import desk
from app.desk import apps
from app.parts import Parts
from app.records import models, setup_links, staff, staff_sessions
from tests.page_checks import words
from tests.people import Browser

INSECURE_BUT_FAST = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
NAME = "dr.rivera@clinic.example"
PASSWORD = "four quiet herons wade"
APP_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
"""What the authenticator app of everybody was set up with whose account is laid down here."""


class Staff(Browser):
    """Somebody of the clinic."""

    parts: Parts
    app_secret = APP_SECRET

    @classmethod
    def of(cls, parts: Parts, app: Any = None) -> "Staff":
        """A member of staff with a fresh browser."""
        made = cls(app or mounted(parts), parts.config.public_url)
        made.parts = parts
        return made

    def another_browser(self) -> "Staff":
        """The same house, another browser."""
        return Staff.of(self.parts, self.client.application)

    def has_a_link(self) -> str:
        """The address of the one-time link."""
        with self.parts.store.writing() as connection:
            secret = setup_links.for_first_account(connection, self.parts.server_key, self.parts.now())
        assert secret
        return f"/desk/setup/{secret}"

    def has_an_account(self, *roles: str, name: str = NAME, app: bool = True) -> "Staff":
        """An account laid down straight in the database, with an authenticator app unless told otherwise."""
        kept = INSECURE_BUT_FAST.hash(PASSWORD)
        with self.parts.store.writing() as connection:
            staff_id = staff.create(connection, name, kept, roles or ("administrator", "specialist"), self.parts.now())
            if app:
                staff.set_totp(connection, staff_id, apps.seal(self.parts.server_key, staff_id, APP_SECRET))
        return self

    def signs_in(self, name: str = NAME, password: str = PASSWORD) -> "Staff":
        """Go to the sign-in page and try; where the second step is asked for, give the code of the app."""
        self.gives_the_password(name, password)
        if self.page.heading == "Second step":
            self.presses("Go on", {"code": self.code_of(name)})
        return self

    def is_inside(self, name: str = NAME) -> "Staff":
        """Signed in already, without the way through the doors."""
        with self.parts.store.writing() as connection:
            account = staff.find(connection, name)
            assert account
            token = staff_sessions.begin(
                connection, self.parts.server_key, account.id, self.parts.now(), way="app", browser="A browser"
            )
        self.client.set_cookie("desk-session", token, domain=urlsplit(self.base_url).hostname or "")
        return self.opens("/desk/")

    def gives_the_password(self, name: str = NAME, password: str = PASSWORD) -> "Staff":
        """Go to the sign-in page and try, and no further."""
        self.opens("/desk/sign-in").presses("Sign in", {"account": name, "password": password})
        return self

    def sets_up_an_app(self) -> "Staff":
        """Type the key that the page shows into an app, and give the code that the app shows then."""
        key = next(words(found) for found in self.page.all("span") if found.get("class") == "key")
        self.app_secret = key.replace(" ", "")
        self.presses("Go on", {"code": TOTP(self.app_secret).at(self.parts.now())})
        return self

    def code_of(self, name: str = NAME) -> str:
        """What the app of this account shows, at a moment whose code was not used yet."""
        with self.parts.store.reading() as connection:
            account = staff.find(connection, name)
            used = set(connection.execute(select(models.Spent.digest)).scalars())
        assert account
        for away in (0, 1, -1):
            at = self.parts.now() + away * apps.STEP
            step = int(at.timestamp()) // 30
            if apps.spent_digest(self.parts.server_key, account.id, self.app_secret, step) not in used:
                return TOTP(self.app_secret).at(at)
        raise AssertionError("every code of this moment was used: let the clock pass")

    def looks_at(self, submission_id: str, query: str = "") -> "Staff":
        """Open one form."""
        self.opens(f"/desk/submissions/{submission_id}{query}")
        return self

    def acknowledges(self, submission_id: str, done: str = "Called at 9:40, sent to the ER.") -> "Staff":
        """Open a form that needs attention, and write what was done."""
        self.looks_at(submission_id).presses("Acknowledge", {"done": done})
        return self

    @property
    def names(self) -> list[str]:
        """The links of the list, in order."""
        found = [a for a in self.page.all("a") if re.search(r"/submissions/\w{32}(/brief)?(\?|$)", str(a.get("href")))]
        return ["".join(a.itertext()) for a in found]


def mounted(parts: Parts) -> DispatcherMiddleware:
    """The desk where it stands in the house."""
    return DispatcherMiddleware(NotFound(), {"/desk": desk.create_room(parts, hasher=INSECURE_BUT_FAST)})
