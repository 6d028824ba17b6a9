"""Deliveries by the hundred thousand: owed to many inboxes, and counted where they arrive.

All hosts are addresses of this machine, at one port, where one server takes what comes to any of
them. Which inbox it was is in the path.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from aiohttp import web
from sqlalchemy import func, select, text

from actors.database import Database
from actors.tables.actor import Actor
from actors.tables.mail import Delivery, Outgoing

HOSTS = 500

_DELIVERIES = text(
    "INSERT INTO delivery"
    " (outgoing_id, about, host, inbox, state, reason, tries, made_at, due_at)"
    " WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < :last)"
    " SELECT o.id, o.about, '127.10.' || ((i % :hosts) / 250) || '.' || (1 + i % 250) || :port,"
    " 'http://127.10.' || ((i % :hosts) / 250) || '.' || (1 + i % 250) || :port || '/' || i,"
    " 'waiting', '', 0, o.made_at, o.made_at FROM outgoing o, n WHERE o.id = :id"
)
_LANES = text(
    "INSERT INTO lane (host, due_at)"
    " SELECT host, MIN(due_at) FROM delivery WHERE state = 'waiting' GROUP BY host"
)


def posted(origin: str, by: Actor, id_: int, at: datetime, number: int = 1) -> Outgoing:
    """Something that was posted and is on its way, in whatever way; its row."""
    return Outgoing(
        id=id_,
        activity_iri=f"{origin}/activities/{number}",
        actor_id=by.id,
        type="Create",
        about=f"{origin}/models/{number}",
        document=b"{}",
        followers_of=[],
        recipients=[],
        is_public=True,
        made_at=at,
        fanned_at=at,
    )


def awaited(said: Outgoing, host: str, **changes: Any) -> Delivery:
    """It waits for that host; the row of a delivery."""
    usual: dict[str, Any] = {
        "outgoing_id": said.id,
        "about": said.about,
        "host": host,
        "inbox": f"https://{host}/inbox",
        "state": "waiting",
        "made_at": said.made_at,
        "due_at": said.made_at,
    }
    return Delivery(**usual | changes)


class Everywhere:
    """Whoever lives at those hosts.

    Attributes:
        port: of all of them.
        arrived: how often something came, by the number of the inbox.
        hangs: whether what comes to an inbox is taken and never answered.
    """

    def __init__(self) -> None:
        self.port = 0
        self.arrived: Counter[int] = Counter()
        self.hangs: Callable[[int], bool] = lambda _: False
        self._awaited = 0
        self._enough = asyncio.Event()
        self._released = asyncio.Event()

    async def until(self, number: int, seconds: float = 120) -> None:
        """Wait until so many have arrived in all."""
        self._awaited = number
        self._enough.clear()
        if len(self.arrived) < number:
            async with asyncio.timeout(seconds):
                await self._enough.wait()

    async def _take(self, request: web.Request) -> web.Response:
        await request.read()
        number = int(request.path.strip("/"))
        if self.hangs(number):
            await self._released.wait()
            return web.Response(status=503)
        self.arrived[number] += 1
        if len(self.arrived) >= self._awaited:
            self._enough.set()
        return web.Response(status=202)


@asynccontextmanager
async def everywhere() -> AsyncIterator[Everywhere]:
    """They are at home."""
    who = Everywhere()
    application = web.Application()
    application.router.add_post("/{inbox}", who._take)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "0.0.0.0", 0, backlog=1024).start()  # noqa: S104 - all of 127.0.0.0/8 is this machine
    who.port = runner.addresses[0][1]
    try:
        yield who
    finally:
        who._released.set()
        await runner.cleanup()


async def owe(database: Database, count: int, port: int) -> None:
    """The newest activity of an instance is on its way to so many inboxes more."""
    async with database.begin() as session:
        number = await session.scalar(select(func.max(Outgoing.id)))
        named = {"last": count - 1, "hosts": HOSTS, "port": f":{port}", "id": number}
        await session.execute(_DELIVERIES, named)
        await session.execute(_LANES)


async def left(database: Database) -> set[int]:
    """The numbers of the inboxes that are owed something still."""
    async with database.read() as session:
        inboxes = await session.scalars(select(Delivery.inbox))
        return {int(one.rpartition("/")[2]) for one in inboxes}
