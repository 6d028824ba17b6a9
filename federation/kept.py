"""Kept: what was read of the database, and is good as long as nothing of its kind has changed.

The database counts what changes (`actors.changes`); the number is asked before something is read,
and again whenever it is wanted. When nobody can say the number, nothing is kept and nothing that
was kept is believed.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")

Number = Callable[[], int | None]
"""What stands for everything that may change now; None when nobody can say."""


def unknown() -> int | None:
    """Nobody counts: nothing is kept."""
    return None


@dataclass(frozen=True)
class Answer:
    """What an app was answered, where its list goes on, and when."""

    body: bytes
    link: str | None
    at: datetime


class Kept(Generic[K, V]):
    """So many things at most; what was not wanted for the longest time goes first.

    Args:
        number: of the changes that matter.
        most: how many are kept.
    """

    def __init__(self, number: Number, most: int) -> None:
        self.number = number
        self._most = most
        self._as_of: int | None = None
        self._things: OrderedDict[K, V] = OrderedDict()

    def get(self, key: K) -> V | None:
        """What is kept under this key, if it is still so."""
        if key in self._things:
            self._forget_what_changed()
        if key not in self._things:
            return None
        self._things.move_to_end(key)
        return self._things[key]

    def keep(self, key: K, thing: V, *, as_of: int | None) -> None:
        """Keep something.

        Args:
            key: by what it is asked for.
            thing: what was read.
            as_of: the number from before it was read.
        """
        self._forget_what_changed()
        if as_of is None or as_of != self._as_of:
            return
        self._things[key] = thing
        if len(self._things) > self._most:
            self._things.popitem(last=False)

    def _forget_what_changed(self) -> None:
        number = self.number()
        if number is None or number != self._as_of:
            self._things.clear()
            self._as_of = number
