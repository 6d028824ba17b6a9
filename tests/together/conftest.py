"""Journeys run on both engines."""

import pytest

ENGINES = ("sqlite", pytest.param("postgres", marks=pytest.mark.postgres))


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    """SQLite and PostgreSQL."""
    return str(request.param)
