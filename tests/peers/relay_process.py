"""ActivityRelay on the street: a relay that others wrote, in a process of its own.

It runs in the environment `relay/.venv`, which `make tests` makes: its packages do not go together
with ours. The process ends with its standard input.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from together.street import Street

FOLDER = Path(__file__).parent / "relay"
PYTHON = FOLDER / ".venv" / "bin" / "python"
HOST = "relay.test"
DEADLINE = 60.0
"""Seconds for one answer: making its key and database takes two on a busy machine."""


class ActivityRelay:
    """A running relay."""

    inbox = f"https://{HOST}/inbox"
    actor = f"https://{HOST}/actor"

    def __init__(self, process: asyncio.subprocess.Process, log: Path, street: Street) -> None:
        self._process = process
        self._log = log
        self._street = street

    async def settle(self) -> None:
        """Let all mail arrive, ours and that of the relay."""
        await self._street.settle()
        while await self._sent():
            await self._street.settle()

    async def _sent(self) -> int:
        assert self._process.stdin is not None
        self._process.stdin.write(b"settle\n")
        return await self.answer()

    async def answer(self) -> int:
        """The next number that it says."""
        assert self._process.stdout is not None
        try:
            async with asyncio.timeout(DEADLINE):
                line = await self._process.stdout.readline()
        except TimeoutError:
            pytest.fail(f"the relay did not answer within {DEADLINE:.0f} s.\n{self.said()}")
        if not line:
            pytest.fail(f"the relay stopped.\n{self.said()}")
        return int(line)

    def said(self) -> str:
        """The end of its log."""
        return self._log.read_text("utf-8", errors="replace")[-4000:]


@asynccontextmanager
async def moved_in(street: Street) -> AsyncIterator[ActivityRelay]:
    """A relay behind a door of the street; it knows the doors that are taken so far."""
    if not PYTHON.exists():
        pytest.fail("ActivityRelay is not installed: run `make tests` once, which installs it.")
    street.door(HOST)
    log = street.directory / "relay.log"
    environment = {
        "NAME": HOST,
        "DOORS": json.dumps(street.names.ports),
        "PAPERS": str(street.papers(HOST)),
        "AUTHORITY": str(street.authority_file),
        "FOLDER": str(street.directory),
        "HOME": str(street.directory),
    }
    with log.open("wb") as errors:
        process = await asyncio.create_subprocess_exec(
            PYTHON,
            FOLDER / "serve.py",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=errors,
            env=environment,
        )
    try:
        relay = ActivityRelay(process, log, street)
        assert await relay.answer() == -1
        yield relay
    finally:
        assert process.stdin is not None
        process.stdin.close()
        try:
            async with asyncio.timeout(DEADLINE):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()
