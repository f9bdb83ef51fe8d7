"""Drivers that read like people: a patient who fills in forms over HTTP, checking every page on the way."""

from collections.abc import Mapping
from typing import Any, Self
from xml.etree.ElementTree import Element

from werkzeug.test import Client, Cookie, TestResponse

from app import intake
from app.parts import Parts
from app.questionnaire.kinds import Date, PartialDate, Repeat
from tests import page_checks
from tests.page_checks import Page, words


def reads(parts: Parts) -> None:
    """Let the seconds pass that a person takes to read a page, where a test's clock stands still."""
    passes = getattr(parts.clock, "passes", None)
    if passes is not None:
        passes(seconds=3)


class Browser:
    """Keeps cookies, follows redirects, reads forms off the page."""

    def __init__(self, app: Any, base_url: str = "http://127.0.0.1:8000") -> None:
        self.client = Client(app)
        self.base_url = base_url
        self.agent = "Werkzeug"
        self.response: TestResponse | None = None
        self.page = Page("<!doctype html><html lang=en-US><title>-</title><h1>-</h1>")
        self.path = ""
        self.seen_paths: list[str] = []

    def opens(self, path: str, **kwargs: Any) -> Self:
        """GET a page."""
        return self._arrive(self.client.get(path, **self._always, follow_redirects=True, **kwargs))

    def posts(self, path: str, data: Mapping[str, Any], **kwargs: Any) -> Self:
        """POST straight to an address."""
        return self._arrive(self.client.post(path, data=data, **self._always, follow_redirects=True, **kwargs))

    @property
    def _always(self) -> dict[str, Any]:
        return {"base_url": self.base_url, "environ_base": {"HTTP_USER_AGENT": self.agent}}

    def presses(self, button: str, changes: Mapping[str, Any] | None = None, *, form: int | None = None) -> Self:
        """Fill in the form as the page shows it, with these changes, and press a button by its words."""
        chosen, pressed = self._button(button, form)
        data = {**self._filled(chosen), **(changes or {})}
        if pressed.get("name"):
            data[str(pressed.get("name"))] = pressed.get("value", "")
        data = {key: value for key, value in data.items() if value is not None}
        action = chosen.get("action") or self.path
        if (chosen.get("method") or "get").lower() == "post":
            return self.posts(action, data)
        return self.opens(action, query_string=data)

    def follows(self, link: str, number: int = 0) -> Self:
        """Follow a link by its words."""
        found = [a for a in self.page.all("a") if words(a) == link]
        assert found, f"no link {link!r} on {self.path}: {[words(a) for a in self.page.all('a')]}"
        return self.opens(str(found[number].get("href")).split("#")[0].replace(self.base_url, ""))

    def sees(self, *sentences: str) -> Self:
        """Assert that the page says this."""
        for sentence in sentences:
            assert sentence in self.page.text, f"{sentence!r} is not on {self.path}: {self.page.text[:1500]}"
        return self

    def does_not_see(self, *sentences: str) -> Self:
        """Assert that the page does not say this, not even in its source."""
        for sentence in sentences:
            assert sentence not in self.page.text, f"{sentence!r} is on {self.path}"
            assert sentence not in self.page.html, f"{sentence!r} is in the source of {self.path}"
        return self

    @property
    def cookies(self) -> list[Cookie]:
        """The cookies this device holds."""
        return list((self.client._cookies or {}).values())

    @property
    def status(self) -> int:
        """The status of the last answer."""
        assert self.response is not None
        return self.response.status_code

    def value_of(self, name: str) -> str | list[str] | None:
        """What the page shows in a box."""
        for form in self.page.all("form"):
            filled = self._filled(form)
            if name in filled:
                return filled[name]
        return None

    def _arrive(self, response: TestResponse) -> Self:
        self.response = response
        self.path = response.request.path
        self.seen_paths.append(self.path)
        if response.mimetype == "text/html" and response.data:
            self.page = Page(response.get_data(as_text=True))
            page_checks.check(self.page)
        return self

    def _button(self, said: str, number: int | None) -> tuple[Element, Element]:
        forms = self.page.all("form")
        by_id = {form.get("id"): form for form in forms}
        parents = {button: form for form in forms for button in form.iter("button")}
        for button in self.page.all("button"):
            if words(button) == said and button.get("aria-hidden") is None:
                form = by_id.get(button.get("form")) if button.get("form") else parents.get(button)
                if form is not None and (number is None or forms.index(form) == number):
                    return form, button
        raise AssertionError(f"no button {said!r} on {self.path}: {[words(b) for b in self.page.all('button')]}")

    def _filled(self, form: Element) -> dict[str, Any]:
        data: dict[str, Any] = {}
        for control in form.iter():
            name = control.get("name")
            if not name or control.tag == "button":
                continue
            if control.tag == "textarea":
                data[name] = (
                    (control.text or "").removeprefix("\n")
                    if not (control.text or "").startswith("\n\n")
                    else (control.text or "")[1:]
                )
            elif control.get("type") == "hidden" and name in data:
                kept = data[name] if isinstance(data[name], list) else [data[name]]
                data[name] = [*kept, control.get("value") or ""]
            elif control.tag == "select":
                options = list(control.iter("option"))
                chosen = [option for option in options if option.get("selected") is not None]
                data[name] = (chosen or options)[0].get("value") or ""
            elif control.get("type") in ("radio", "checkbox"):
                if control.get("checked") is not None:
                    data.setdefault(name, []).append(control.get("value"))
            else:
                data[name] = control.get("value") or ""
        return data


class Patient(Browser):
    """A patient: answers the questions they are asked, page after page."""

    parts: Parts

    @classmethod
    def of(cls, parts: Parts, app: Any = None) -> Self:
        """A patient with a fresh device."""
        made = cls(app or intake.create_room(parts))
        made.parts = parts
        return made

    def another_device(self) -> Self:
        """The same patient with another, empty device."""
        made = type(self)(self.client.application)
        made.parts = self.parts
        return made

    def same_device(self) -> Self:
        """The same patient with another window of the same browser: it holds the same cookies."""
        made = self.another_device()
        made.path, made.page = self.path, self.page
        for cookie in self.cookies:
            made.client.set_cookie(cookie.decoded_key, cookie.decoded_value, domain=cookie.domain, path=cookie.path)
        return made

    def starts(self) -> Self:
        """Begin a form from the start page."""
        self.opens("/intake/").reads().presses("Start")
        return self

    def reads(self) -> Self:
        """Take the seconds that a person takes before they press anything."""
        reads(self.parts)
        return self

    @property
    def draft_id(self) -> str:
        """The id of the draft in the address."""
        return self.path.split("/")[2]

    @property
    def page_id(self) -> str:
        """The page id in the address."""
        return self.path.split("/")[3]

    def at(self, page_id: str) -> Self:
        """Open one page of the form."""
        self.opens(f"/intake/{self.draft_id}/{page_id}")
        return self

    def continues(self, answers: Mapping[str, Any] | None = None, button: str = "Continue") -> Self:
        """Answer this page and press its button."""
        self.presses(button, self.inputs(answers or {}))
        return self

    def inputs(self, answers: Mapping[str, Any]) -> dict[str, Any]:
        """Stored values as the boxes want them: dates in three boxes, confirmations ticked."""
        data: dict[str, Any] = {}
        for key, value in answers.items():
            question = self._question(key)
            if isinstance(question, Date | PartialDate):
                year, month, day = (*str(value or "").split("-"), "", "")[:3]
                data |= {f"{key}-year": year, f"{key}-month": month, f"{key}-day": day}
            else:
                data[key] = "yes" if value is True else value
        return data

    def _question(self, key: str) -> object:
        return self.parts.definition.questions.get(key)

    def fills_in(self, answers: Mapping[str, Any], *, until: str = "sign") -> Self:
        """Answer every page with what a whole set of answers has for it, up to the page `until`."""
        for _ in range(80):
            page_id = self.page_id
            if page_id == "stop":
                self.presses("I have read this. Go on with the form")
                continue
            if page_id == until:
                return self
            page = self.parts.definition.page_by_id[page_id]
            before = self.path
            mine = {q.id: answers[q.id] for q in page.questions if q.id in answers and not isinstance(q, Repeat)}
            for group in (q for q in page.questions if isinstance(q, Repeat)):
                self.lists(group, answers.get(group.id, []))
            self.continues(mine)
            if self.path == before and "It is right, go on" in self.page.text:
                self.presses("It is right, go on")
            assert self.path != before, f"stuck on {before}: {self.page.text[:1200]}"
        raise AssertionError("the form does not end")

    def lists(self, group: Repeat, entries: list[dict[str, Any]]) -> Self:
        """Add or complete the entries of a group."""
        home = self.path
        for entry in entries:
            name = group.prefill_item
            if name:
                label = next(o.label for i in group.items if i.id == name for o in i.options if o.code == entry[name])  # type: ignore[union-attr]
                said = [words(a) for a in self.page.all("a")]
                self.follows(next(w for w in said if w in (f"Add details {label}", f"Change {label}")))
            else:
                self.follows(self._add_words(group))
            data: dict[str, Any] = {}
            for item in group.items:
                value = entry.get(item.id)
                if value is None:
                    continue
                if isinstance(item, Date | PartialDate):
                    year, month, day = (*str(value).split("-"), "", "")[:3]
                    data |= {f"{item.id}-year": year, f"{item.id}-month": month, f"{item.id}-day": day}
                else:
                    data[item.id] = value
            self.presses("Save", data)
            assert self.path == home, self.page.text[:800]
        return self

    def presses_add(self, entry_name: str) -> Self:
        """Follow the link that adds an entry."""
        said = {words(a) for a in self.page.all("a")}
        self.follows(next(w for w in (f"Add {entry_name}", f"Add another {entry_name}") if w in said))
        return self

    def _add_words(self, group: Repeat) -> str:
        said = [words(a) for a in self.page.all("a")]
        return next(w for w in said if w in (f"Add {group.entry_name}", f"Add another {group.entry_name}"))

    def sends(self, answers: Mapping[str, Any]) -> Self:
        """Agree, sign and send."""
        keys = ("consent_truth", "consent_store", "consent_no_emergency", "signature")
        return self.reads().continues({key: answers[key] for key in keys}, "Send my answers to the clinic")
