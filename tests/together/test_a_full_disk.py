"""No room to write: who writes is told so, who reads is answered, and nothing needs a restart.

The limit is the kernel's (RLIMIT_FSIZE), set on a running process from outside and lifted again: a
write beyond it fails as on a full disk, in the database and in the log alike.
"""

import asyncio
import resource
import sqlite3
from typing import Any

import pytest
from together.instance import API, Server
from together.ledger import Ledger
from together.test_crash_points import a_model

pytestmark = pytest.mark.parametrize("engine", ["sqlite"])

NOTHING = 1
"""Bytes that any file may have while there is no room."""


def room(server: Server, size: int) -> None:
    """How long files of the server may become from now on."""
    _, most = resource.prlimit(server.child, resource.RLIMIT_FSIZE)
    resource.prlimit(server.child, resource.RLIMIT_FSIZE, (size, most))


async def told(ledger: Ledger, server: Server, activity: Any) -> int | None:
    return await ledger.send(f"{server.origin}/inbox", activity)


async def test_while_there_is_no_room_writers_are_refused_and_readers_are_not(
    server: Server, ledger: Ledger
) -> None:
    coop = f"{server.origin}/actors/coop"
    await server.start()
    assert await told(ledger, server, ledger.activity("mallory", 1, "Follow", coop)) == 202
    status, first = await server.ask("POST", f"{API}/models", a_model("Un"))
    assert status == 201
    await server.quiet()
    before = await server.digest()

    room(server, NOTHING)
    likes = [ledger.activity("mallory", 10 + number, "Like", first["url"]) for number in range(20)]
    statuses = await asyncio.gather(*(told(ledger, server, one) for one in likes))
    assert statuses == [503] * 20
    for _ in range(3):
        assert (await server.ask("POST", f"{API}/models", a_model("Deux")))[0] == 503
        assert (await server.ask("GET", "/actors/coop"))[0] == 200
        assert (await server.ask("GET", f"{API}/models/{first['id']}"))[0] == 200
    assert await server.digest() == before

    room(server, resource.RLIM_INFINITY)
    for one in likes:
        assert await told(ledger, server, one) == 202
    assert (await server.ask("POST", f"{API}/models", a_model("Deux")))[0] == 201
    await server.quiet()
    _, said = await server.ask("GET", f"{API}/directory?limit=80")
    assert sorted(one["name"] for one in said["items"]) == ["Deux", "Un"]
    kinds = sorted(one["type"] for one in ledger.order["mallory"])
    assert kinds == ["Accept", "Create", "Create"]
    await server.kill()
    with sqlite3.connect(server.founded.directory / "essaim.db") as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        states = database.execute("SELECT state FROM received").fetchall()
    assert states == [("done",)] * 21
