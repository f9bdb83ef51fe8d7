"""Requests that no browser sends: claimed hosts, odd methods, addresses that are none."""

import pytest

from app import create_app
from app.parts import Parts
from tests.people import Patient

only_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def visitor(parts: Parts) -> Patient:
    """Somebody in front of both rooms."""
    return Patient.of(parts, create_app(parts))


@only_sqlite
@pytest.mark.parametrize("path", ["/intake", "/i", "/desk", "/intake//", "//intake", "/desk/submissions//x"])
def test_a_redirect_names_no_host_and_no_scheme(visitor: Patient, path: str) -> None:
    response = visitor.client.get(path, base_url="http://elsewhere.example")
    assert response.status_code in (303, 308)
    assert response.headers["Location"].startswith("/")
    assert "elsewhere" not in response.get_data(as_text=True) + response.headers["Location"]


@only_sqlite
@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE", "MADE-UP"])
def test_a_method_that_a_page_does_not_have_is_said_to_be_so(visitor: Patient, method: str) -> None:
    for path in ("/", "/intake/", "/desk/sign-in", "/healthz"):
        response = visitor.client.open(path, method=method, base_url=visitor.base_url)
        assert response.status_code == 405
        assert "GET" in response.headers["Allow"]


@only_sqlite
def test_a_post_to_no_page_at_all_is_not_found(visitor: Patient) -> None:
    for path in ("/nowhere", "/desk/nowhere"):
        assert visitor.client.post(path, base_url=visitor.base_url).status_code == 404
