"""Processes: several of one kind on this machine, and a parent that keeps them.

The parent opens what they share, forks, and does nothing else: it has no event loop and no
database. The first child must be ready before the others begin, so that what keeps an instance
from starting is said once. One that dies is started again, after a pause that doubles; SIGTERM and
SIGINT are passed on. A child whose parent is gone stops by itself.
"""

import gc
import os
import select
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from federation.commands.output import Failed

FIRST_PAUSE: Final = 1.0
LONGEST_PAUSE: Final = 30.0
"""Seconds before a child that died is started again, doubling from the first."""

WELL_AFTER: Final = 60.0
"""Seconds that a child has lived when its death is taken for the first again."""

REFUSED: Final = 1
"""The exit code of a child that has said why it cannot start."""

STOPPING: Final = (signal.SIGTERM, signal.SIGINT)


@dataclass(frozen=True)
class Child:
    """What one of several processes is given.

    Attributes:
        number: which one, from 0.
        leash: a file descriptor that can be read when the parent is gone.
    """

    number: int
    leash: int
    _ready: int

    def ready(self) -> None:
        """Tell the parent that it has begun."""
        with suppress(BrokenPipeError):
            os.write(self._ready, b".")


@dataclass
class _Place:
    """One of the processes, living or to be started again."""

    number: int
    pid: int = 0
    begun: float = 0.0
    due: float = 0.0
    pause: float = FIRST_PAUSE


@dataclass
class _Parent:
    places: list[_Place]
    all_ready: Callable[[], None]
    ready: tuple[int, int] = field(default_factory=os.pipe)
    leash: tuple[int, int] = field(default_factory=os.pipe)
    stirred: tuple[int, int] = field(default_factory=os.pipe)
    is_stopping: bool = False
    was_refused: bool = False
    begun: int = 0

    def keep(self) -> Child | None:
        for end in (self.ready[0], *self.stirred):
            os.set_blocking(end, False)
        for number in (*STOPPING, signal.SIGCHLD):
            signal.signal(number, lambda *_: None)
        signal.set_wakeup_fd(self.stirred[1])
        while True:
            child = self._start_those_due()
            if child is not None:
                return child
            if self.is_stopping and not any(one.pid for one in self.places):
                break
            select.select([self.ready[0], self.stirred[0]], [], [], self._until_next())
            self._pass_signals_on()
            self._count_the_ready()
            self._bury()
        self._let_go()
        if self.was_refused:
            raise Failed("It was not started: see above.")
        return None

    def _start_those_due(self) -> Child | None:
        """Fork whoever is due; in the new process, return what it is given."""
        now = time.monotonic()
        for place in self._wanted():
            if place.pid or place.due > now:
                continue
            pid = os.fork()
            if pid == 0:
                return self._grow_up(place.number)
            place.pid, place.begun = pid, now
        return None

    def _wanted(self) -> list[_Place]:
        """Only the first until it is ready; nobody when all is to end."""
        if self.is_stopping:
            return []
        return self.places if self.begun else self.places[:1]

    def _grow_up(self, number: int) -> Child:
        signal.set_wakeup_fd(-1)
        for each in (*STOPPING, signal.SIGCHLD):
            signal.signal(each, signal.SIG_DFL)
        os.setpgid(0, 0)  # Ctrl-C reaches the parent, which passes it on
        for end in (self.ready[0], self.leash[1], *self.stirred):
            os.close(end)
        return Child(number, self.leash[0], self.ready[1])

    def _until_next(self) -> float | None:
        now = time.monotonic()
        waits = [max(0.0, one.due - now) for one in self._wanted() if not one.pid]
        return min(waits, default=None)

    def _pass_signals_on(self) -> None:
        for number in _read(self.stirred[0]):
            if number in STOPPING:
                self._end()

    def _end(self) -> None:
        self.is_stopping = True
        for place in self.places:
            if place.pid:
                os.kill(place.pid, signal.SIGTERM)

    def _count_the_ready(self) -> None:
        before = self.begun
        self.begun += len(_read(self.ready[0]))
        if before < len(self.places) <= self.begun:
            self.all_ready()

    def _bury(self) -> None:
        for place in self.places:
            if not place.pid:
                continue
            pid, status = os.waitpid(place.pid, os.WNOHANG)
            if pid:
                self._died(place, os.waitstatus_to_exitcode(status))

    def _died(self, place: _Place, code: int) -> None:
        pid, place.pid = place.pid, 0
        if self.is_stopping:
            return
        if code == REFUSED and not self.begun:
            self.is_stopping = self.was_refused = True
            return
        now = time.monotonic()
        if now - place.begun >= WELL_AFTER:
            place.pause = FIRST_PAUSE
        place.due = now + place.pause
        sys.stderr.write(
            f"essaim: process {pid} ended with {code}; another begins in {place.pause:g} s\n"
        )
        place.pause = min(2 * place.pause, LONGEST_PAUSE)

    def _let_go(self) -> None:
        signal.set_wakeup_fd(-1)
        for end in (*self.ready, *self.leash, *self.stirred):
            os.close(end)


def keep(count: int, all_ready: Callable[[], None]) -> Child | None:
    """Be the parent of so many processes until all are gone.

    Args:
        count: how many.
        all_ready: called in the parent when every one has begun.

    Returns:
        In each child, what it is given: the caller does the work then. In the parent None, when all
        have ended because it was told to.

    Raises:
        Failed: the first child could not start, and has said why.
    """
    gc.freeze()  # what was made until now stays in memory that all of them share
    return _Parent([_Place(number) for number in range(count)], all_ready).keep()


def _read(end: int) -> bytes:
    try:
        return os.read(end, 4096)
    except BlockingIOError:
        return b""
