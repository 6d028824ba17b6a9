"""The laboratory: a clock that can be moved, and points at which the process dies.

Both exist so that a test from outside can live through days in seconds, and can kill the server at
every step instead of at a lucky one. Both are refused by `settings` unless `environment` is "lab",
which in turn is refused for every host that is not reserved for tests: nothing here can be reached
on an instance that other people use.

The floors below know none of this. They are given `Site.now` and `Site.passes`.
"""

import os
import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Self

KILLED: Final = 137
"""The exit code of a process that was killed by signal 9 (128 + 9)."""

POINTS: Final = (
    "inbox.read",
    "inbox.verified",
    "inbox.stored",
    "inbox.committed",
    "process.begin",
    "process.effect",
    "process.committed",
    "fetch.sent",
    "api.stored",
    "api.committed",
    "log.appended",
    "deliver.read",
    "deliver.sent",
    "deliver.acked",
    "cursor.committed",
    "letter.claimed",
    "letter.sent",
    "push.sent",
    "media.written",
    "media.committed",
    "key.rotated",
)
"""Names of single points; what each means stands in deploy/testing.md."""

NUMBERED: Final = ("migrate.step", "move", "export", "erase")
"""Points that are passed once for each step of one work: `migrate.step.1`, `migrate.step.2` ..."""

_POINT: Final = re.compile(
    r"(?P<name>[a-z]+(?:\.[a-z]+)*(?:\.[0-9]{1,6})?)(?::(?P<passage>[0-9]{1,6}))?"
)
_OFFSET: Final = re.compile(r"(?:offset:)?(?P<sign>[+-])(?P<number>[0-9]{1,9})(?P<unit>[smhdw])")
_UNITS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}  # seconds
_FARTHEST: Final = timedelta(days=36_500)  # a century: dates stay dates


@dataclass(frozen=True, slots=True)
class Crashpoint:
    """A point, and which of its passages is the last thing that the process does."""

    name: str
    passage: int = 1

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `inbox.stored` or `inbox.stored:2`.

        Raises:
            ValueError: it is none, or no point of that name exists.
        """
        match = _POINT.fullmatch(text.strip())
        if match is None:
            raise ValueError("not a point")
        name, passage = match["name"], int(match["passage"] or 1)
        numbered = name.rpartition(".")[2].isdigit() and name.rpartition(".")[0] in NUMBERED
        if passage < 1 or not (name in POINTS or numbered):
            raise ValueError("no such point")
        return cls(name, passage)

    def __str__(self) -> str:
        return f"{self.name}:{self.passage}"


class Crashes:
    """Counts passages, and ends the process at those that were named: no handler, no clean-up."""

    def __init__(self, points: Iterable[Crashpoint]) -> None:
        self._fatal = frozenset((one.name, one.passage) for one in points)
        self._passed: Counter[str] = Counter()

    def __call__(self, name: str) -> None:
        """The program has come to this point."""
        self._passed[name] += 1
        if (name, self._passed[name]) in self._fatal:
            os._exit(KILLED)


class MovableClock:
    """The time, moved by an offset; the same object tells it to the whole process.

    Attributes:
        offset: what is added to the real time.
    """

    def __init__(self, now: Callable[[], datetime], offset: timedelta = timedelta()) -> None:
        self._now = now
        self.offset = offset

    def __call__(self) -> datetime:
        """The moved time, aware and in UTC."""
        return self._now() + self.offset


def offset(text: str) -> timedelta:
    """Read `+3d`, `-90s` or `offset:+2h`; the empty text is no offset.

    Raises:
        ValueError: it is something else, or more than a century.
    """
    if not text.strip():
        return timedelta()
    match = _OFFSET.fullmatch(text.strip())
    if match is None:
        raise ValueError("not an offset")
    seconds = int(match["number"]) * _UNITS[match["unit"]]
    if seconds > _FARTHEST.total_seconds():
        raise ValueError("too far")
    return timedelta(seconds=seconds if match["sign"] == "+" else -seconds)
