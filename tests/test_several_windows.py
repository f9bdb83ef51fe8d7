"""One form in several windows at once: whatever the order, nothing that was saved is lost without a word."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.questionnaire.draft import Draft
from app.records import drafts
from tests.cases import TYPICAL
from tests.conftest import FakeClock
from tests.people import Patient

ANSWERS = TYPICAL["answers"]
BIRTH = {"dob-month": "8", "dob-day": "14", "dob-year": "1969"}
CHOICES: dict[str, dict[str, tuple[str, ...]]] = {
    "behave": {"sleep": ("yes", "no", "unsure"), "suppress": ("yes", "no", "urge")},
    "goals": {"goals_note": ("Read a book.", "Drive at night.", ""), "video": ("yes", "will_try", "no")},
    "impact": {"impact_work": ("0", "1", "2"), "impact_drive": ("0", "2", "3")},
}

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
by_any_order = settings(
    deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


class Clinic:
    """The patients' room, and a form with every page answered that each patient here begins with."""

    def __init__(self, patient: Patient) -> None:
        self.parts, self.app = patient.parts, patient.client.application
        self.filled = stored(patient.starts().fills_in(ANSWERS, until="check"))

    def __repr__(self) -> str:
        return "the clinic"

    def has_a_patient(self) -> Patient:
        """A patient who just came back to a form of their own, with every page answered."""
        parts = self.parts
        with parts.store.writing() as connection:
            opened = drafts.begin(connection, parts.server_key, self.filled, parts.now() + timedelta(days=30))
        patient = Patient.of(parts, self.app)
        return patient.opens(f"/i/{opened.secret}").presses("Open my form").presses("Show my form", BIRTH)


@pytest.fixture
def clinic(patient: Patient) -> Clinic:
    return Clinic(patient)


def stored(patient: Patient) -> Draft:
    """The form as it lies in the database."""
    secret = next(c.value for c in patient.cookies if c.decoded_key.startswith("draft-"))
    parts = patient.parts
    with parts.store.reading() as connection:
        opened = drafts.by_secret(connection, parts.server_key, secret, parts.now())
    assert opened is not None
    return opened.draft


class Window(Patient):
    """One window of the same browser. It keeps the last form it showed, as Back would bring it back."""

    @classmethod
    def of_patient(cls, patient: Patient) -> "Window":
        """Another window of this patient's browser."""
        made = cls.of(patient.parts, patient.client.application)
        made.client, made.path = patient.client, patient.path
        made.form = made.page, made.path
        return made

    def looks_at(self, page_id: str) -> None:
        """Open a page of the form, or load it anew."""
        self.at(page_id)
        assert self.page_id == page_id
        self.form = self.page, self.path

    def saves(self, changes: dict[str, str]) -> tuple[str, dict[str, str]]:
        """Change something on the form that it shows, and press Continue; returns the page and what was posted."""
        self.page, self.path = self.form
        page_id = self.page_id
        posted = self.shows(page_id) | changes
        self.presses("Continue", changes)
        if self.status == 409:
            self.form = self.page, self.path
        return page_id, posted

    def shows(self, page_id: str) -> dict[str, str]:
        """What stands in the boxes that these tests use."""
        return {key: plain(self.value_of(key)) for key in CHOICES[page_id]}


def plain(value: Any) -> str:
    """One text, whatever kind of box it came from."""
    return str((value[0] if value else "") if isinstance(value, list) else value or "")


def answers_on(draft: Draft, page_id: str) -> dict[str, str]:
    """What is stored for the questions of a page that these tests use."""
    return {key: str(draft.answers.get(key, "")) for key in CHOICES[page_id]}


STEPS = st.lists(
    st.one_of(
        st.tuples(st.integers(0, 2), st.sampled_from(sorted(CHOICES))),
        st.tuples(st.integers(0, 2), st.tuples(st.integers(0, 1), st.integers(0, 2))),
    ),
    min_size=2,
    max_size=12,
)


@by_any_order
@given(steps=STEPS)
def test_in_any_order_the_last_accepted_answer_stands_and_a_conflict_shows_both(
    clinic: Clinic, steps: list[tuple[int, Any]]
) -> None:
    patient = clinic.has_a_patient()
    windows = [Window.of_patient(patient) for _ in range(3)]
    saved = {page_id: answers_on(clinic.filled, page_id) for page_id in CHOICES}
    seen: dict[int, dict[str, str]] = {}
    for number, window in enumerate(windows):
        window.looks_at("goals")
        seen[number] = saved["goals"]
    for number, act in steps:
        window = windows[number]
        if isinstance(act, str):
            window.looks_at(act)
            seen[number] = saved[act]
            assert window.shows(act) == saved[act]
            continue
        page_id = window.form[1].split("/")[3]
        key = list(CHOICES[page_id])[act[0]]
        page_id, posted = window.saves({key: CHOICES[page_id][key][act[1] % len(CHOICES[page_id][key])]})
        if seen[number] != saved[page_id] and posted != saved[page_id]:
            assert window.status == 409
            window.sees("These answers were changed in another window.", "Saved in the other window")
            assert window.shows(page_id) == posted
            seen[number] = saved[page_id]
        else:
            assert window.status == 200
            assert window.page_id != page_id
            saved[page_id] = posted
        draft = stored(patient)
        assert {page_id: answers_on(draft, page_id) for page_id in CHOICES} == saved


def test_windows_that_save_different_pages_at_the_same_moment_both_survive(clinic: Clinic) -> None:
    for turn in range(8):
        patient = clinic.has_a_patient()
        windows = [Window.of_patient(patient.same_device()) for _ in CHOICES]
        together = threading.Barrier(len(windows))

        def saves(window: Window, page_id: str, turn: int, together: threading.Barrier) -> dict[str, str]:
            window.looks_at(page_id)
            together.wait(60)
            changes = {key: options[turn % len(options)] for key, options in CHOICES[page_id].items()}
            return window.saves(changes)[1]

        with ThreadPoolExecutor(len(windows)) as pool:
            posted = list(pool.map(saves, windows, CHOICES, [turn] * 3, [together] * 3))
        draft = stored(patient)
        assert [window.status for window in windows] == [200] * len(windows)
        assert [answers_on(draft, page_id) for page_id in CHOICES] == posted


def test_an_answer_that_has_lapsed_is_no_conflict(patient: Patient, clock: FakeClock) -> None:
    patient.starts().fills_in(ANSWERS, until="side")
    clock.passes(hours=49)
    patient.opens(f"/intake/{patient.draft_id}/").presses("Show my form", BIRTH)
    assert patient.page_id == "safety_check"
    patient.continues({"urgent_now": ["speech"]}).sees("Call 911 now").does_not_see("changed in another window")
