"""Requests that no careful person makes: line ends in odd places, scanners, bytes of any kind."""

import re
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app import create_app
from app.parts import Parts
from app.questionnaire.kinds import Choice, Choices, Scale
from app.records.store import Store
from tests.cases import BELLS, TYPICAL
from tests.people import Patient
from tests.test_storage import PLANTED, only_sqlite, rows_of

ANSWERS = TYPICAL["answers"]
any_input = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])


@only_sqlite
def test_an_option_that_does_not_exist_is_refused_kept_and_not_stored(patient: Patient) -> None:
    patient.starts()
    tried: set[type] = set()
    for page_id in ("who", "safety_check", "name_birth", "contact", "side", "onset", "history", "how_often"):
        patient.fills_in(ANSWERS, until=page_id)
        before = rows_of(patient.parts.store)
        for question in patient.parts.definition.page_by_id[page_id].questions:
            if isinstance(question, Choice | Choices | Scale) and f'name="{question.id}"' in patient.page.html:
                page, path = patient.page, patient.path
                wrong = "99" if isinstance(question, Scale) else "a horse"
                patient.continues({question.id: wrong})
                assert patient.status == 422, question.id
                patient.sees("There is a problem")
                patient.page, patient.path = page, path
                tried.add(type(question))
        assert rows_of(patient.parts.store) == before
    assert tried == {Choice, Choices, Scale}


@only_sqlite
def test_line_ends_anywhere_break_nothing_and_never_enter_a_redirect(parts: Parts, patient: Patient) -> None:
    patient = Patient.of(parts, create_app(parts))
    patient.starts().fills_in(ANSWERS, until="name_birth")
    cut = "x\r\nSet-Cookie: planted=1\r\n\r"
    patient.continues({"first_name": f"Ana{cut}", "last_name": "Vega\r", "dob": "1970-03-28"})
    assert patient.page_id == "contact"
    token = patient.value_of("csrf_token")
    fields = ("csrf_token", "back", "action", "base", "asked", "confirmed", "removal", "code", "for", "filled_by")
    paths = ["/", "/intake/", "/i/", "/theme", "/desk/", "/desk/sign-in", f"/intake/{patient.draft_id}/"]
    paths += [f"/intake/{patient.draft_id}/{page}" for page in ("who", "check", "sign", "unlock", "toxin_rounds/b")]
    for path in paths:
        for target in (path, path + quote(cut), path + "?" + quote(cut) + "=" + quote(cut)):
            for method in ("GET", "HEAD", "POST"):
                data = dict.fromkeys(fields, f"/{cut}") | {"csrf_token": token}
                response = patient.client.open(target, method=method, base_url=patient.base_url, data=data)
                assert response.status_code < 500, (method, target)
                location = response.headers.get("Location", "")
                assert location.isprintable(), (method, target)
                assert "planted" not in location or target != path, (method, target)
                assert "planted" not in str(response.headers.getlist("Set-Cookie")), (method, target)


def test_scanners_that_follow_a_link_five_times_use_nothing_up(patient: Patient) -> None:
    patient.starts().fills_in(ANSWERS, until="side").presses("Stop and come back later")
    code = next(p.text for p in patient.page.all("p") if p.get("class") == "code")
    before = rows_of(patient.parts.store)
    scanner = patient.another_device()
    for _ in range(5):
        for path in (f"/i/{code}", f"/i/{code}?utm_source=mail", "/intake/", "/"):
            assert scanner.client.get(path, base_url=scanner.base_url).status_code == 200
            assert scanner.client.head(path, base_url=scanner.base_url).status_code == 200
    assert not [cookie for cookie in scanner.cookies if cookie.decoded_key.startswith("draft-")]
    assert rows_of(patient.parts.store) == before
    other = patient.another_device().opens(f"/i/{code}").presses("Open my form")
    other.presses("Show my form", {"dob-month": "8", "dob-day": "14", "dob-year": "1969"})
    assert other.page_id == "side"


@only_sqlite
def test_no_error_page_holds_an_answer(patient: Patient) -> None:
    patient.starts().fills_in({**ANSWERS, **PLANTED}, until="goals")
    patient.continues({"goals_note": PLANTED["goals_note"]})
    draft = f"/intake/{patient.draft_id}"
    statuses: set[int] = set()

    token = patient.at("goals").value_of("csrf_token")

    def shows_nothing(method: str, path: str, **kwargs: Any) -> None:
        response = patient.client.open(path, method=method, base_url=patient.base_url, **kwargs)
        statuses.add(response.status_code)
        said = response.get_data(as_text=True) + str(response.headers)
        assert not [marker for marker in PLANTED.values() if marker in said], (method, path)

    shows_nothing("GET", f"{draft}/no_such_page")
    shows_nothing("PUT", f"{draft}/goals", data={"csrf_token": token})
    shows_nothing("POST", f"{draft}/goals", data={f"field{n}": "x" for n in range(2000)})
    shows_nothing("POST", f"{draft}/goals", data={"goals_note": "x" * 600_000})
    shows_nothing("POST", f"{draft}/unlock", data={})
    store = patient.parts.store
    object.__setattr__(patient.parts, "store", Store("sqlite:////nonexistent/folder/previsit.db"))
    shows_nothing("GET", f"{draft}/goals")
    shows_nothing("POST", f"{draft}/goals", data={"csrf_token": token})
    object.__setattr__(patient.parts, "store", None)
    shows_nothing("GET", f"{draft}/goals")
    object.__setattr__(patient.parts, "store", store)
    assert statuses == {400, 404, 405, 413, 500, 503}


@pytest.fixture
def at_goals(patient: Patient) -> Patient:
    """A patient at a page with a long text, a short text and choices."""
    return patient.starts().fills_in({**BELLS["answers"], "toxin_rounds": []}, until="goals")


class Anywhere:
    """A patient at one page, with a short name for Hypothesis to print."""

    def __init__(self, patient: Patient) -> None:
        self.patient, self.page, self.path = patient, patient.page, patient.path

    def __repr__(self) -> str:
        return f"at {self.path}"

    def comes_back(self) -> Patient:
        """The patient at the page as it was first shown."""
        self.patient.page, self.patient.path = self.page, self.path
        return self.patient


@pytest.fixture
def place(at_goals: Patient) -> Anywhere:
    return Anywhere(at_goals)


@only_sqlite
@any_input
@given(note=st.text(max_size=300), short=st.text(max_size=20))
def test_any_text_is_stored_clean_or_refused_with_the_text_kept(place: Anywhere, note: str, short: str) -> None:
    patient = place.comes_back()
    patient.presses("Continue", {"base": None, "goals_note": _sendable(note), "referred_by": _sendable(short)})
    assert patient.status in (200, 422)
    patient.at("goals")
    kept = patient.value_of("goals_note")
    assert isinstance(kept, str)
    assert kept == kept.strip()
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f]", kept.replace("\r\n", "\n"))
    patient.presses("Continue")
    patient.at("goals")
    assert patient.value_of("goals_note") == kept


@only_sqlite
@any_input
@given(body=st.binary(max_size=400), half=st.booleans())
def test_any_bytes_as_a_body_are_answered_with_a_page(place: Anywhere, body: bytes, half: bool) -> None:
    patient = place.comes_back()
    start = f"csrf_token={patient.value_of('csrf_token')}&goals_note=".encode() if half else b""
    for kind in ("application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain"):
        response = patient.client.post(
            patient.path, data=start + body, content_type=kind, base_url=patient.base_url, follow_redirects=True
        )
        assert response.status_code < 500


def _sendable(text: str) -> str:
    """Without halves of surrogate pairs, which no browser can send."""
    return text.encode("utf-8", "replace").decode()
