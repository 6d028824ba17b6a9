"""Journeys run on both engines; many of them need one instance, and a stranger."""

from collections.abc import AsyncIterator

import pytest
from together.stranger import Stranger, moved_in
from together.street import House, Street

ENGINES = ("sqlite", pytest.param("postgres", marks=pytest.mark.postgres))


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    """SQLite and PostgreSQL."""
    return str(request.param)


@pytest.fixture
async def alpha(street: Street) -> House:
    """An instance with one organisation, `coop`."""
    (house,) = await street.open("alpha")
    await house.organisation("coop")
    return house


@pytest.fixture
async def mallory(street: Street) -> AsyncIterator[Stranger]:
    """Somebody on another server."""
    async with moved_in(street) as stranger:
        yield stranger
