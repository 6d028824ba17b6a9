"""The pulse: how late the event loop is.

Everything in a process waits for the one loop, so whatever computes for 20 ms makes everybody wait
for 20 ms. A timer that should ring every 10 ms notes how late it rings: of a stall that is up to
10 ms less than it lasted. Between two scrapes nothing is missed.
"""

import asyncio
from typing import Final

from federation.telemetry import metrics

EVERY: Final = 0.01
"""Seconds between two beats; a hundred of them cost less than a millisecond."""

WORTH_NOTING: Final = 0.001
"""Seconds: timers of uvloop count in milliseconds."""

WINDOW: Final = 60.0
"""Seconds; the longest stall of this window and of the one before is shown, so that whoever scrapes
once a minute sees each.
"""


class Pulse:
    """Beats while the loop runs, from `start` to `stop`."""

    def __init__(self) -> None:
        self._timer: asyncio.TimerHandle | None = None
        self._due = 0.0
        self._window_ends = 0.0
        self._longest = 0.0
        self._longest_before = 0.0

    def start(self) -> None:
        """Begin to beat, in the running loop."""
        now = asyncio.get_running_loop().time()
        self._window_ends = now + WINDOW
        self._beat_again(now)

    def stop(self) -> None:
        """End."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _beat(self) -> None:
        now = asyncio.get_running_loop().time()
        self._note(now, now - self._due)
        self._beat_again(now)

    def _note(self, now: float, late: float) -> None:
        if late >= WORTH_NOTING:
            metrics.stalled(late)
        if now >= self._window_ends:
            self._longest_before, self._longest = self._longest, 0.0
            self._window_ends = now + WINDOW
        elif late <= self._longest:
            return
        self._longest = max(self._longest, late)
        metrics.longest_stall(max(self._longest, self._longest_before))

    def _beat_again(self, now: float) -> None:
        self._due = now + EVERY
        self._timer = asyncio.get_running_loop().call_at(self._due, self._beat)
