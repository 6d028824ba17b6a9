"""Programs of the API's tests."""

import pytest
from together.program import Program, a_program
from together.street import Street


@pytest.fixture
async def coop(street: Street) -> Program:
    """A program for an organisation of an instance, alpha."""
    (alpha,) = await street.open("alpha")
    return await a_program(alpha, "coop")


@pytest.fixture
def stranger(coop: Program) -> Program:
    """A program without a token."""
    return Program(coop.house, coop.actor, None)
