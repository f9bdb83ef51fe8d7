"""The example patients walk through the whole form over HTTP."""

from datetime import UTC, datetime, time
from typing import Any

import pytest

from tests.cases import CASES
from tests.conftest import FakeClock
from tests.people import Patient


@pytest.fixture(params=CASES, ids=lambda case: case["id"])
def case(request: pytest.FixtureRequest) -> dict[str, Any]:
    return request.param


@pytest.fixture
def environ(environ: dict[str, str], request: pytest.FixtureRequest) -> dict[str, str]:
    if "case" in request.fixturenames:
        settings = request.getfixturevalue("case")["settings"]
        environ["EXTRA_QUESTIONS"] = "on" if settings["extra_questions"] else "off"
        environ["PHQ2"] = "on" if settings["phq2"] else "off"
    return environ


def test_an_example_patient_reaches_the_receipt_on_the_expected_path(
    case: dict[str, Any], clock: FakeClock, patient: Patient
) -> None:
    day = datetime.fromisoformat(case["submitted"]).date()
    clock.at = datetime.combine(day, time(15), UTC)
    patient.starts().fills_in(case["answers"])
    pages = [
        path.split("/")[3] for path in dict.fromkeys(patient.seen_paths) if path.count("/") == 3 and path.split("/")[3]
    ]
    assert [page for page in pages if page in patient.parts.definition.page_by_id] == case["expect"]["pages_visited"]
    patient.sends(case["answers"]).sees("Your answers were sent", "Your reference:")
