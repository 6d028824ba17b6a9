"""Regulars: to which hosts connections are kept after use: so many at most, while they are asked.

Each connection costs a descriptor and some 10 KB, and most hosts are not asked again soon: whoever
reads a thousand actors one after the other would keep a thousand connections.
"""

from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

Place = TypeVar("Place", bound=Hashable)


class Regulars(Generic[Place]):
    """Hosts that were asked within the last seconds, and had a place among the others."""

    def __init__(self) -> None:
        self._asked_at: OrderedDict[Place, float] = OrderedDict()  # the oldest first

    def has(self, place: Place, now: float, *, most: int, seconds: float) -> bool:
        """Whether the connection to a host that is asked now is to be kept."""
        asked_at = self._asked_at
        while asked_at and next(iter(asked_at.values())) < now - seconds:
            asked_at.popitem(last=False)
        if place not in asked_at and len(asked_at) >= most:
            return False
        asked_at[place] = now
        asked_at.move_to_end(place)
        return True
