"""A house and a Fedify server on one street, at the time of the real clock.

The house is on SQLite: what a peer understands does not hang on the engine, and the journeys in
`tests/together` run on both.
"""

from collections.abc import AsyncIterator
from datetime import datetime

import pytest
from peers.fedify_process import Fedify, moved_in
from together.clock import Clock
from together.street import House, Street

from federation import application


class RealClock(Clock):
    """A clock that nobody can turn: other programs date what they say by the same one."""

    def __call__(self) -> datetime:
        """The time."""
        return application.utc_now()


@pytest.fixture
async def alpha(street: Street) -> House:
    """A house at the real time."""
    street.clock = RealClock()
    (house,) = await street.open("alpha")
    return house


@pytest.fixture
async def fedify(street: Street, alpha: House) -> AsyncIterator[Fedify]:
    """A Fedify server that can call alpha, and be called."""
    async with moved_in(street) as running:
        yield running
