"""Whom they attack."""

import pytest
from together.street import House, Street


@pytest.fixture
async def alpha(street: Street) -> House:
    """An instance with nobody in it but its network."""
    (house,) = await street.open("alpha")
    return house
