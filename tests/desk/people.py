"""A member of staff at a browser, who checks every page on the way."""

import re
from typing import Any

from argon2 import PasswordHasher
from werkzeug.exceptions import NotFound
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from app import desk
from app.parts import Parts
from app.records import setup_links, staff
from tests.people import Browser

INSECURE_BUT_FAST = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
NAME = "dr.rivera@clinic.example"
PASSWORD = "four quiet herons wade"


class Staff(Browser):
    """Somebody of the clinic."""

    parts: Parts

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

    def has_an_account(self, *roles: str, name: str = NAME) -> "Staff":
        """An account laid down straight in the database."""
        kept = INSECURE_BUT_FAST.hash(PASSWORD)
        with self.parts.store.writing() as connection:
            staff.create(connection, name, kept, roles or ("administrator", "specialist"), self.parts.now())
        return self

    def signs_in(self, name: str = NAME, password: str = PASSWORD) -> "Staff":
        """Go to the sign-in page and try."""
        self.opens("/desk/sign-in").presses("Sign in", {"account": name, "password": password})
        return self

    def looks_at(self, submission_id: str, query: str = "") -> "Staff":
        """Open one form."""
        self.opens(f"/desk/submissions/{submission_id}{query}")
        return self

    def marks_as_seen(self, reference: str) -> "Staff":
        """Press "Mark as seen" beside this form."""
        self.presses(f"Mark as seen: {reference}")
        return self

    @property
    def names(self) -> list[str]:
        """The links of the list, in order."""
        found = [a for a in self.page.all("a") if re.search(r"/submissions/\w{32}$", str(a.get("href")))]
        return ["".join(a.itertext()) for a in found]


def mounted(parts: Parts) -> DispatcherMiddleware:
    """The desk where it stands in the house."""
    return DispatcherMiddleware(NotFound(), {"/desk": desk.create_room(parts, hasher=INSECURE_BUT_FAST)})
