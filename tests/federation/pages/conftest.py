"""Who walks through the pages: an instance with a cooperative and its steward, and a browser."""

from collections.abc import AsyncIterator
from functools import partial

import pytest
from playwright.async_api import Browser
from together.reader import Reader, reading
from together.street import House, Street
from together.tour import ANNA
from together.window import Watch, chromium, window


@pytest.fixture
async def alpha(street: Street) -> House:
    """An instance with one organisation, `coop`, for which Anna may act."""
    (house,) = await street.open("alpha")
    coop = await house.organisation("coop", "Coopérative Alpha")
    await house.member(ANNA, coop)
    return house


@pytest.fixture
async def reader(alpha: House, street: Street) -> AsyncIterator[Reader]:
    """A browser at `alpha`; nobody is signed in."""
    async with reading(alpha, street) as browser:
        yield browser


@pytest.fixture
async def anna(reader: Reader) -> Reader:
    """The same browser, after Anna has signed in."""
    return await reader.sign_in(ANNA)


@pytest.fixture
async def browser(alpha: House) -> AsyncIterator[Browser]:
    """A real Chromium that finds `alpha`."""
    async with chromium(alpha) as found:
        yield found


@pytest.fixture
def watch(alpha: House, browser: Browser) -> Watch:
    """Opens windows at `alpha`."""
    return partial(window, browser, alpha)
