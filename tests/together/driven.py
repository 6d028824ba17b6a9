"""Driven: a program of somebody else's that takes orders, a line for a line, most often of JSON.

It ends with its standard input, so it cannot outlive the tests, however they end, and every answer
has a deadline.
"""

import asyncio
import json
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

DEADLINE = 60.0
"""Seconds for one answer: a busy machine takes several to start Node or a terminal."""

LONGEST_LINE = 4 * 1024 * 1024
"""Bytes of one answer: a page of statuses, as a library made it out."""


class Driven:
    """The program."""

    def __init__(self, process: asyncio.subprocess.Process, log: Path) -> None:
        self._process = process
        self._log = log

    async def ask(self, **order: Any) -> Any:
        """Give an order in JSON, and return what came of it."""
        return json.loads(await self.answer(json.dumps(order)))

    async def answer(self, order: str | None = None) -> bytes:
        """The next line that it writes, after an order if there is one."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        if order is not None:
            self._process.stdin.write(order.encode() + b"\n")
        try:
            async with asyncio.timeout(DEADLINE):
                line = await self._process.stdout.readline()
        except TimeoutError:
            pytest.fail(f"no answer to {order} within {DEADLINE:.0f} s\n{self.said()}")
        if not line:
            pytest.fail(f"stopped at {order}\n{self.said()}")
        return line

    def said(self) -> str:
        """The end of its log."""
        return self._log.read_text("utf-8", errors="replace")[-4000:]


@asynccontextmanager
async def driven(
    log: Path, *words: str | Path, environ: Mapping[str, str]
) -> AsyncIterator[Driven]:
    """A program with pipes; what it writes as an error is in the log."""
    with log.open("wb") as errors:
        process = await asyncio.create_subprocess_exec(
            *words,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=errors,
            env={"PATH": os.environ.get("PATH", ""), **environ},
            limit=LONGEST_LINE,
        )
    try:
        yield Driven(process, log)
    finally:
        assert process.stdin is not None
        process.stdin.close()
        try:
            async with asyncio.timeout(DEADLINE):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()
