"""ActivityRelay on the street: a relay that others wrote, in a process of its own.

It runs in the environment `relay/.venv`, which `make tests` makes: its packages do not go together
with ours. The process ends with its standard input.
"""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from together.driven import Driven, driven
from together.street import Street

FOLDER = Path(__file__).parent / "relay"
PYTHON = FOLDER / ".venv" / "bin" / "python"
HOST = "relay.test"


class ActivityRelay:
    """A running relay."""

    inbox = f"https://{HOST}/inbox"
    actor = f"https://{HOST}/actor"

    def __init__(self, program: Driven, street: Street) -> None:
        self._program = program
        self._street = street

    async def settle(self) -> None:
        """Let all mail arrive, ours and that of the relay."""
        await self._street.settle()
        while int(await self._program.answer("settle")):
            await self._street.settle()

    def said(self) -> str:
        """The end of its log."""
        return self._program.said()


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
    async with driven(log, PYTHON, FOLDER / "serve.py", environ=environment) as program:
        assert int(await program.answer()) == -1
        yield ActivityRelay(program, street)
