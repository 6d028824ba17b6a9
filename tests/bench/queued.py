"""What 100,000 queued deliveries cost over a kill and a stop, while half of the hosts hang.

    python -m bench.queued [deliveries]

Prints how soon the first one arrives after each start, how long the stop took, how fast the healthy
half has everything, and what came twice.
"""

import asyncio
import os
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from bench.essaim import Essaim
from bench.machine import memory_mib
from together.owed import Everywhere, everywhere, left, owe

from actors.database import Database

DELIVERIES: Final = 100_000
PATIENCE: Final = 1800.0
"""Seconds that the healthy half may take."""

LOOK_EVERY: Final = 0.5
"""Seconds between two looks at memory."""


def say(line: str) -> None:
    """A line of the report, at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


class Life:
    """One instance, through its lives.

    Attributes:
        most: the most memory it took, in MiB.
    """

    def __init__(self, essaim: Essaim, peers: Everywhere) -> None:
        self._essaim = essaim
        self._peers = peers
        self.most = 0.0

    async def begin(self, what: str) -> None:
        """Start it, and say when it answers and when the next delivery arrives."""
        before, began = len(self._peers.arrived), time.monotonic()
        arriving = asyncio.create_task(self._peers.until(before + 1))
        await asyncio.to_thread(self._essaim.up)
        up = time.monotonic() - began
        await arriving
        first = time.monotonic() - began
        say(f"{what}: it answers after {up:.1f} s, the next delivery arrives after {first:.1f} s")

    async def kill(self) -> None:
        """As by a power cut."""
        os.kill(self._essaim.program.pid, signal.SIGKILL)
        await asyncio.to_thread(self._essaim.down)

    async def stop(self) -> None:
        """As an operator does."""
        began = time.monotonic()
        await asyncio.to_thread(self._essaim.down)
        say(f"a stop: {time.monotonic() - began:.1f} s")

    async def watch(self) -> None:
        """Look at its memory again and again."""
        while True:
            with suppress(OSError):
                self.most = max(self.most, memory_mib(self._essaim.pids))
            await asyncio.sleep(LOOK_EVERY)


async def _measure(home: Path, count: int) -> None:
    healthy = count // 2
    async with everywhere() as peers:
        peers.hangs = lambda inbox: bool(inbox % 2)
        essaim = Essaim(home, None, peers.port)
        await asyncio.to_thread(essaim.prepare)
        await asyncio.to_thread(essaim.up)
        await asyncio.to_thread(essaim.publish, "We open a second workshop on Saturday.")
        await asyncio.to_thread(essaim.rest)
        await asyncio.to_thread(essaim.down)
        database = Database(f"sqlite:///{home}/instance/essaim.db")
        life = Life(essaim, peers)
        watching = asyncio.create_task(life.watch())
        try:
            await owe(database, count, peers.port)
            began = time.monotonic()
            await life.begin("first start")
            await peers.until(healthy // 10, PATIENCE)
            await life.kill()
            await life.begin("after a kill")
            await peers.until(healthy // 5, PATIENCE)
            await life.stop()
            await life.begin("after a stop")
            await peers.until(healthy, PATIENCE)
            seconds = time.monotonic() - began
            await life.stop()
            _sum_up(peers, await left(database), count, seconds, life.most)
        finally:
            watching.cancel()
            if not essaim.program.has_ended:
                await life.kill()
            await database.close()


def _sum_up(peers: Everywhere, waiting: set[int], count: int, seconds: float, most: float) -> None:
    lost = set(range(count)) - waiting - set(peers.arrived)
    twice = sum(times > 1 for times in peers.arrived.values())
    rate = len(peers.arrived) / seconds
    say(f"{len(peers.arrived)} to healthy hosts in {seconds:.0f} s, {rate:.0f} a second")
    say(f"lost: {len(lost)}; came twice: {twice}; memory at most {most:.0f} MiB")


def main(words: Sequence[str]) -> None:
    """Measure in a directory that is thrown away."""
    with tempfile.TemporaryDirectory(prefix="essaim-") as home:
        asyncio.run(_measure(Path(home), int(words[0]) if words else DELIVERIES))


if __name__ == "__main__":
    main(sys.argv[1:])
