"""The clock of every test: it stands still until somebody turns it."""

from datetime import UTC, datetime, timedelta

MORNING = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
"""When every street begins."""


class Clock:
    """A clock that stands still until somebody turns it."""

    def __init__(self, start: datetime = MORNING) -> None:
        self._now = start

    def __call__(self) -> datetime:
        """The time."""
        return self._now

    def turn(self, **by: float) -> None:
        """Let time pass: `clock.turn(days=10)`."""
        self._now += timedelta(**by)
