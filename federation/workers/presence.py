"""Presence: a process at work shows that it lives, and notices who does not any more.

See `actors.mail.attendance`. On SQLite one process works: it has nobody to show that to, and what a
killed one had claimed is free when it begins.
"""

import asyncio
import os
import socket
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final

import structlog

from actors.database import Database, new_holder
from actors.mail import attendance, claims
from actors.mail.attendance import BEAT_EVERY, Watch
from actors.site import Site

LEAVING: Final = 5.0
"""Seconds that saying good-bye may take: without it the claims are free half a minute later."""

_log = structlog.stdlib.get_logger("federation.workers")


class Presence:
    """Keeps the row of this process.

    Args:
        database: which the processes share.
        site: our clock.
        drop: drops what is in hand, and takes up nothing: the others have taken this process for
            dead, and may be at it.
        take_up: begins again.
    """

    def __init__(
        self,
        database: Database,
        site: Site,
        drop: Callable[[], Awaitable[None]],
        take_up: Callable[[], None],
    ) -> None:
        self._database = database
        self._site = site
        self._drop = drop
        self._take_up = take_up
        self._watch = Watch()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Enter, and begin to beat."""
        if self._database.is_sqlite:
            async with self._database.begin() as session:
                await claims.release_all(session)
            return
        await self._enter()
        self._task = asyncio.create_task(self._keep(), name="presence")

    async def stop(self) -> None:
        """Leave: what this process had in hand is free."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        try:
            async with asyncio.timeout(LEAVING), self._database.begin() as session:
                await attendance.leave(session)
        except Exception as error:  # noqa: BLE001 - the others will notice
            _log.warning("worker.left_in_silence", cause=str(error))

    async def look(self) -> None:
        """Beat once, and bury who is dead."""
        async with self._database.begin() as session:
            is_alive = await attendance.beat(session)
            counts = await attendance.others(session)
        if not is_alive:
            _log.warning("worker.was_thought_dead")
            await self._drop()
            await self._enter()
            self._take_up()
        now = asyncio.get_running_loop().time()
        for worker_id, beats in self._watch.dead(counts, now).items():
            async with self._database.begin() as session:
                is_buried = await attendance.bury(session, worker_id, beats)
            if is_buried:
                _log.warning("worker.died", worker=worker_id)

    async def _enter(self) -> None:
        self._database.holder = new_holder()
        async with self._database.begin() as session:
            await attendance.begin(session, self._site, f"{socket.gethostname()}:{os.getpid()}")

    async def _keep(self) -> None:
        while True:
            await asyncio.sleep(BEAT_EVERY.total_seconds())
            try:
                await self.look()
            except Exception:  # noqa: BLE001 - the database may be away
                _log.exception("worker.failed", worker="presence")
