"""Replayable: what is left to chance in a program is drawn from a seed, and happens in one order.

Ids are drawn, and each worker takes one thing after the other, so that the order in which letters
arrive is that of the story and not of the machine. In which order sets are walked through follows
from `PYTHONHASHSEED`, which `make swarm` fixes; keys are made anew each time, and decide nothing.
What is left are waits of a whole second, on a machine that is too busy to answer within it.
"""

import random
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from actors import site
from federation.workers import asking, backfilling, exploring, receiving


class _Drawn:
    """In place of the module `secrets`, for ids."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(f"ids {seed}")  # noqa: S311 - a story, the same each time

    def randbelow(self, limit: int) -> int:
        """A number below a limit."""
        return self._chance.randrange(limit)


@contextmanager
def replayable(seed: int) -> Iterator[None]:
    """The same every time, for instances of this process that are given one place each."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(site, "secrets", _Drawn(seed))
        for worker in (asking, backfilling, exploring, receiving):
            patch.setattr(worker, "AT_ONCE", 1)
        yield
