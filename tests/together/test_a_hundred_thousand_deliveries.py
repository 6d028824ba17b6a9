"""A hundred thousand queued deliveries: a kill and a stop lose none, and they cost no memory."""

import os
import signal
from collections import Counter
from pathlib import Path

import pytest
from together.instance import API, Server
from together.owed import everywhere, left, owe
from together.test_crash_points import a_model

from actors.database import Database
from federation import settings

MANY = 100_000
SOME = 400
"""Deliveries between two faults."""

IN_HAND = 500
"""At most so many are under way, or have come back and are not settled, when a process dies."""

MEMORY = 250
"""MiB that an instance may take while so much waits."""


def most_memory(pid: int) -> float:
    """The most a process has taken so far, in MiB."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    pytest.fail("this system does not say how much memory a process takes")


@pytest.mark.timeout(180)
async def test_they_survive_a_kill_and_a_stop_and_go_on_as_soon_as_it_starts(
    server: Server,
) -> None:
    async with everywhere() as peers:
        server.environ["ESSAIM_PRIVATE_DESTINATIONS"] = f"127.0.0.0/8:{peers.port}"
        await server.start()
        status, model = await server.ask("POST", f"{API}/models", a_model("Atelier"))
        assert status == 201, model
        await server.quiet()
        await server.kill()
        database = Database(settings.load(server.founded.directory, {}).database.url)
        try:
            await owe(database, MANY, peers.port)
            server.launch()
            await peers.until(SOME)
            await server.kill()
            before = Counter(peers.arrived)

            server.launch()
            await peers.until(len(peers.arrived) + SOME)
            memory = most_memory(server.child)
            os.kill(server.child, signal.SIGTERM)
            assert await server.wait() == 0
            waiting = await left(database)
        finally:
            await database.close()
    afterwards = set(peers.arrived - before)
    again = set(before) & (waiting | afterwards)
    assert set(before) | afterwards | waiting == set(range(MANY)), "nothing is lost"
    assert afterwards.isdisjoint(waiting), "a stop writes down all that has arrived"
    assert len(again) <= IN_HAND, "only what was in hand when it was killed may come again"
    assert {*before.values(), *(peers.arrived - before).values()} == {1}
    assert memory < MEMORY
