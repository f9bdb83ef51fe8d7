"""Staff at the desk, on the database, the keys and the clock of the whole suite."""

import pytest

from app.parts import Parts
from tests.desk.people import Staff


@pytest.fixture
def stranger(parts: Parts) -> Staff:
    """Somebody at the desk's door who has no account."""
    return Staff.of(parts)


@pytest.fixture
def specialist(stranger: Staff) -> Staff:
    """A specialist who is signed in."""
    return stranger.has_an_account().is_inside()
