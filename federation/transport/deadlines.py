"""Deadlines: ends to what many tasks wait for, without a timer for each.

What `asyncio.timeout` does for one task costs as much as the rest of a small request. Here whoever
waits says until when, or leaves that open, and whoever has the clock in hand looks at all of them
now and then, or ends the waiting of one.
"""

import asyncio
from types import TracebackType
from typing import Any, Final

_Task = asyncio.Task[Any]

NEVER: Final = float("inf")

_ENDED: Final = float("-inf")


class Deadlines:
    """Tasks that wait, and until when; `len` counts them."""

    def __init__(self) -> None:
        self._until: dict[_Task, float] = {}

    def __len__(self) -> int:
        return len(self._until)

    def until(self, moment: float = NEVER) -> "Waiting":
        """Said by a task about what it does inside (`with`): it ends at that time, or when told.

        TimeoutError is raised then.
        """
        return Waiting(self._until, moment)

    def end(self, task: _Task) -> None:
        """End the waiting of a task, if it does wait."""
        if self._until.get(task, _ENDED) != _ENDED:
            self._until[task] = _ENDED
            task.cancel()

    def look(self, now: float) -> None:
        """End whatever should have ended before."""
        for task in [task for task, until in self._until.items() if until < now]:
            self.end(task)


class Waiting:
    """The waiting of one task."""

    __slots__ = ("_all", "_moment", "_task")

    def __init__(self, everybody: dict[_Task, float], moment: float) -> None:
        self._all = everybody
        self._moment = moment

    def __enter__(self) -> None:
        """From now on."""
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - coroutines run in tasks
        self._task = task
        self._all[task] = self._moment

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Until here; what was ended by others is out of time, and not cancelled."""
        if self._all.pop(self._task) == _ENDED and kind is asyncio.CancelledError:
            self._task.uncancel()
            raise TimeoutError from error
