"""The newest: the last thing that this instance has said, noted beside its database.

An older copy of a database looks as sound as any other, and an instance that goes on from it
contradicts itself: numbers of versions are given twice, and followers are forgotten. So whoever
serves notes once a minute, in a small file in the directory of the instance, the id of the newest
activity in the outgoing log, from which nothing is ever removed. A database that does not reach as
far is an older one than this machine has served: nothing is started on it until the operator has
said that it was restored (`essaim restored`), which makes what the file asks for.

The file is only a note: without it nothing is noticed, and nothing else is wrong.
"""

import asyncio
import os
from contextlib import suppress
from pathlib import Path
from typing import Final

import structlog

from actors.database import Database
from actors.views import mail

FILE: Final = "essaim.newest"

EVERY: Final = 60.0
"""Seconds: what was said in the last minute before a crash may go unnoticed."""

_WORDS: Final = (
    "# The newest that this instance has said: an older copy of its database lacks it.\n"
)
_log = structlog.stdlib.get_logger("federation.newest")


class Outdated(Exception):
    """The database is an older copy; the text tells the operator what to do."""


class Newest:
    """Keeps the note of one directory.

    Args:
        database: the database that is served.
        directory: of the instance.
    """

    def __init__(self, database: Database, directory: Path) -> None:
        self._database = database
        self._directory = directory
        self._task: asyncio.Task[None] | None = None
        self._is_told = False

    async def check(self) -> None:
        """Refuse a database that is older than what was served here.

        Raises:
            Outdated: it is.
        """
        noted, newest = await asyncio.to_thread(self._read), await self._newest()
        if newest < noted:
            raise Outdated(
                "This database is an older copy: this server has said things that it does not know"
                " of. If a back-up was restored, say so with"
                f" `essaim restored {self._directory}` before anything else; if not, put the newer"
                " database back. Nothing was changed."
            )

    async def start(self) -> None:
        """Note it now, and from now on."""
        await self._note()
        self._task = asyncio.create_task(self._keep(), name="newest")

    async def stop(self) -> None:
        """Note it a last time."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
            await self._note()

    async def _keep(self) -> None:
        while True:
            await asyncio.sleep(EVERY)
            await self._note()

    async def _note(self) -> None:
        try:
            newest, noted = await self._newest(), await asyncio.to_thread(self._read)
            if newest < noted and not self._is_told:
                self._is_told = True
                _log.error("database.is_older", noted=noted, newest=newest)
            if newest > noted:
                await asyncio.to_thread(self._write, newest)
        except Exception as error:  # noqa: BLE001 - a full disk, or the database is away
            _log.warning("newest.not_noted", cause=f"{type(error).__name__}: {error}")

    async def _newest(self) -> int:
        async with self._database.read() as session:
            return await mail.newest(session)

    def _read(self) -> int:
        try:
            lines = (self._directory / FILE).read_text(encoding="ascii").splitlines()
            return int(lines[-1])
        except (OSError, ValueError, IndexError):
            return 0

    def _write(self, newest: int) -> None:
        """All of it or nothing."""
        draft = self._directory / f".{FILE}.{os.getpid()}"
        try:
            draft.write_text(f"{_WORDS}{newest}\n", encoding="ascii")
            draft.replace(self._directory / FILE)
        finally:
            draft.unlink(missing_ok=True)
