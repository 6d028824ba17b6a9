"""One instance with one organisation, and a stranger at the other end of the street."""

from collections.abc import AsyncIterator

import pytest
from together.stranger import Stranger, moved_in
from together.street import House, Street


@pytest.fixture
async def alpha(street: Street) -> House:
    (house,) = await street.open("alpha")
    await house.organisation("coop")
    return house


@pytest.fixture
async def mallory(street: Street) -> AsyncIterator[Stranger]:
    async with moved_in(street) as stranger:
        yield stranger
