"""Bodies are read before a request takes a place at work: who sends slowly keeps nobody else waiting."""

import io
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from werkzeug.test import create_environ, run_wsgi_app

from app import bodies, intake
from app.parts import Parts
from tests.cases import TYPICAL
from tests.people import Patient

ANSWERS = TYPICAL["answers"]
SLOW = 12

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def posting(body: Any) -> dict[str, Any]:
    """A post of this body, as a server hands it over."""
    return create_environ("/i/", method="POST") | {"wsgi.input": body, "wsgi.input_terminated": True}


class SlowBody:
    """A body whose first byte comes only when the test says so."""

    def __init__(self, begun: threading.Semaphore, goes_on: threading.Event) -> None:
        self.begun, self.goes_on = begun, goes_on

    def read(self, size: int = -1) -> bytes:
        self.begun.release()
        assert self.goes_on.wait(60)
        return b""


def test_bodies_that_do_not_come_keep_no_other_patient_waiting(parts: Parts) -> None:
    served = bodies.read_first(intake.create_room(parts))
    begun, goes_on = threading.Semaphore(0), threading.Event()

    def sends_slowly(_: int) -> str:
        environ = posting(SlowBody(begun, goes_on)) | {"CONTENT_LENGTH": "100"}
        return run_wsgi_app(served, environ)[1]

    with ThreadPoolExecutor(SLOW) as pool:
        slow = pool.map(sends_slowly, range(SLOW))
        for _ in range(SLOW):
            assert begun.acquire(timeout=60)
        patient = Patient.of(parts, served)
        patient.starts().fills_in(ANSWERS).sends(ANSWERS).sees("Your answers were sent")
        goes_on.set()
        assert list(slow) == ["400 BAD REQUEST"] * SLOW


def test_a_body_of_five_megabytes_is_read_to_its_end_and_refused_with_a_page(parts: Parts) -> None:
    patient = Patient.of(parts, bodies.read_first(intake.create_room(parts))).starts()
    body = io.BytesIO(b"filled_by=" + b"x" * 5_000_000)
    patient.posts(patient.path, {}, input_stream=body, content_type="application/x-www-form-urlencoded")
    assert patient.status == 413
    assert body.read() == b""
    patient.sees("That is too much to send at once", "(212) 434-4050")


def test_a_body_without_a_length_is_measured(parts: Parts) -> None:
    served = bodies.read_first(intake.create_room(parts))
    for size, status in ((10, "400"), (600_000, "413")):
        environ = posting(io.BytesIO(b"x" * size)) | {"HTTP_TRANSFER_ENCODING": "chunked"}
        environ.pop("CONTENT_LENGTH", None)
        assert run_wsgi_app(served, environ)[1].startswith(status)
