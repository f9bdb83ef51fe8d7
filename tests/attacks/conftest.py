"""The house under attack."""

import pytest

from app.parts import Parts
from tests.attacks.house import House


@pytest.fixture
def house(parts: Parts) -> House:
    """Both rooms on the database of this test."""
    return House.of(parts)
