"""A patient over plain HTTP on one kept connection: no browser, no driver, so that the client costs little."""

import http.client
import re
from typing import Any
from urllib.parse import urlencode

from app.questionnaire.hemifacial_spasm import DEFINITION
from app.questionnaire.kinds import Date, PartialDate, Repeat


class Walker:
    """Walks the form: keeps cookies, reads the hidden fields off each page, checks every answer."""

    def __init__(self, port: int) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self.cookies: dict[str, str] = {}
        self.path = ""
        self.body = ""
        self.last: dict[str, Any] = {}

    def reconnects(self) -> None:
        """Take a fresh connection: servers close the ones that rest."""
        self.connection.close()

    @property
    def cookie(self) -> str:
        """The Cookie header."""
        return "; ".join(f"{key}={value}" for key, value in self.cookies.items())

    def asks(self, method: str, path: str, data: dict[str, Any] | None = None) -> int:
        """One request; follows no redirect."""
        headers = {"Cookie": self.cookie, "Content-Type": "application/x-www-form-urlencoded"}
        self.connection.request(method, path, urlencode(data or {}, doseq=True), headers)
        answer = self.connection.getresponse()
        self.body = answer.read().decode()
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                key, _, rest = value.partition("=")
                self.cookies[key] = rest.split(";")[0]
        self.location = answer.getheader("Location") or ""
        return answer.status

    def opens(self, path: str) -> None:
        """GET a page, following redirects."""
        self.path = path
        while self.asks("GET", self.path) in (302, 303):
            self.path = self.location

    def posts(self, data: dict[str, Any]) -> int:
        """POST to the page that is open, with its hidden fields."""
        hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', self.body))
        self.last = {**hidden, **data}
        return self.asks("POST", self.path, self.last)

    def starts(self, answers: dict[str, Any], until: str) -> None:
        """Begin, and answer every page up to `until`."""
        self.opens("/intake/")
        status = self.posts({})
        if status == 200:  # pressed so fast, one is asked to press once more
            status = self.posts({})
        assert status == 302, (status, re.findall(r"<h1[^>]*>(.*?)</h1>.*?<p[^>]*>(.*?)</p>", self.body, re.DOTALL))
        self.opens(self.location)
        while self.page_id != until:
            self.continues(answers)

    def continues(self, answers: dict[str, Any]) -> None:
        """Answer this page and go on."""
        status = self.posts(inputs(self.page_id, answers))
        assert status == 302, (self.path, status, re.findall(r'class="wrong"[^>]*>(.*?)</span>', self.body))
        self.opens(self.location)

    def walks(self, answers: dict[str, Any]) -> str:
        """The whole journey; returns the reference on the receipt."""
        self.starts(answers, until="who")
        return self.walks_on(answers)

    def walks_on(self, answers: dict[str, Any]) -> str:
        """The rest of the journey; returns the reference on the receipt."""
        while self.page_id != "sign":
            self.continues(answers)
        return self.sends(answers)

    def sends(self, answers: dict[str, Any]) -> str:
        """Sign and send; returns the reference on the receipt."""
        if self.posts(inputs(self.page_id, answers)) == 200:  # so fast again
            assert self.posts(inputs(self.page_id, answers)) == 302
        self.opens(self.location)
        return re.findall(r'class="code">([^<]+)<', self.body)[0]

    def again(self) -> None:
        """Post this page once more, as it was answered before, and stay on it."""
        if "onset_speed" not in self.last:
            self.again_data = {"first_site": "cheek", "onset_date-year": "2024", "spread": ["cheek", "mouth"],
                               "onset_speed": "weeks", "course": "same"}  # fmt: skip
            assert self.posts(self.again_data) == 302
        data = {key: value for key, value in self.last.items() if key != "base"}
        status = self.asks("POST", self.path, data)
        assert status == 302, status

    @property
    def page_id(self) -> str:
        """The page that is open."""
        return self.path.split("/")[3]


def inputs(page_id: str, answers: dict[str, Any]) -> dict[str, Any]:
    """What the boxes of a page are filled with."""
    data: dict[str, Any] = {"action": "continue"}
    for question in DEFINITION.page_by_id[page_id].questions:
        value = answers.get(question.id)
        if value is None or isinstance(question, Repeat):
            continue
        if isinstance(question, Date | PartialDate):
            year, month, day = (*str(value).split("-"), "", "")[:3]
            data |= {f"{question.id}-year": year, f"{question.id}-month": month, f"{question.id}-day": day}
        else:
            data[question.id] = "yes" if value is True else value
    return data
