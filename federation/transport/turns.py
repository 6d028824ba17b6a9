"""Turns: so many requests to one host at a time; whoever comes later waits, in order.

Hardly anybody ever waits: who sends mail claims no more for one host than that. So nothing is kept
of a host but a number, and that only while anything is under way.
"""

import asyncio
from collections import deque
from collections.abc import Hashable
from typing import Generic, TypeVar

Place = TypeVar("Place", bound=Hashable)


class Turns(Generic[Place]):
    """Who may go on.

    Args:
        most: how many at once in one place.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._taken: dict[Place, int] = {}
        self._waiting: dict[Place, deque[asyncio.Future[None]]] = {}

    def __len__(self) -> int:
        """In how many places anything is under way."""
        return len(self._taken)

    def take(self, place: Place) -> bool:
        """A turn, if there is one just now; else `wait` for it."""
        taken = self._taken.get(place, 0)
        if taken >= self._most:
            return False
        self._taken[place] = taken + 1
        return True

    async def wait(self, place: Place) -> None:
        """Get the turn of somebody who gives it back."""
        turn = asyncio.get_running_loop().create_future()
        line = self._waiting.setdefault(place, deque())
        line.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.cancelled():
                self._leave(place, turn)
            else:  # it was given at the same moment
                self.give_back(place)
            raise

    def give_back(self, place: Place) -> None:
        """Somebody has done: the next one may go on."""
        line = self._waiting.get(place)
        while line:
            turn = line.popleft()
            if not line:
                del self._waiting[place]
            if not turn.done():
                turn.set_result(None)
                return
        if self._taken[place] > 1:
            self._taken[place] -= 1
        else:
            del self._taken[place]

    def _leave(self, place: Place, turn: asyncio.Future[None]) -> None:
        line = self._waiting.get(place)
        if line is not None and turn in line:
            line.remove(turn)
            if not line:
                del self._waiting[place]
