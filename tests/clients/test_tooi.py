"""tooi, as it comes from the registry, in a terminal: sign in, read, open, answer, look around.

It reads every answer with pydantic, and shows a box with what it could not read.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import pytest
from clients.quay import Quay, quay
from clients.test_toot import ANNA, APPS
from clients.walking import allowed
from sqlalchemy import select
from together.databases import NewDatabase
from together.driven import Driven, driven
from together.street import House, a_sheet

from actors.tables.model import Model
from actors.tables.remark import Remark

PROGRAM = APPS / ".venv" / "bin" / "tooi"
ATTEMPTS = 15
CLEAR, ENTER, TAB = "\x15", "\r", "\t"
BACK = "\x1b[Z"  # Shift and Tab


@dataclass
class Desk:
    """Anna's terminal."""

    street: Quay
    alpha: House
    model: Model
    program: Driven
    home: Path

    async def press(self, keys: str) -> None:
        """Type."""
        await self.program.ask(keys=keys)

    async def enter(self, text: str) -> None:
        """Fill in a field; one that has just been drawn may not listen yet."""
        for _ in range(ATTEMPTS):
            await self.press(CLEAR)
            await self.press(text)
            told = await self.program.ask(until=text[:40], seconds=2)
            if told["found"]:
                break
        await self.press(ENTER)

    async def open(self, key: str, text: str) -> None:
        """Press a key until what it opens is there: a pane that still loads hears nothing."""
        for _ in range(ATTEMPTS):
            await self.press(key)
            if (await self.program.ask(until=text, seconds=5))["found"]:
                break
        await self.sees(text)

    async def sees(self, *texts: str) -> str:
        """Wait until each of these stands on the screen; give the screen."""
        screen = ""
        for text in texts:
            told = await self.program.ask(until=text)
            screen = "\n".join(told["screen"])
            assert told["found"], f"{text!r} is not on the screen:\n{screen}"
        return screen


@pytest.fixture
async def desk(tmp_path: Path, new_database: NewDatabase) -> AsyncIterator[Desk]:
    """tooi, just started; on the instance Anna of the coop, and a neighbour that she follows."""
    async with quay(tmp_path, new_database) as opened:
        (alpha,) = await opened.open("alpha")
        coop = await alpha.organisation("coop", "La Coop")
        await alpha.member(ANNA, coop)
        ruche = await alpha.organisation("ruche", "La Ruche")
        await alpha.follow(coop, f"@ruche@{alpha.host}")
        await opened.settle()
        model = await alpha.publish(ruche, a_sheet("Atelier"))
        await opened.settle()
        places = ("HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME")
        home = dict.fromkeys(places, str(tmp_path))
        python = str(APPS / ".venv" / "bin" / "python")
        log = tmp_path / "tooi.log"
        async with driven(log, python, str(APPS / "drive.py"), environ=home) as program:
            words = [str(PROGRAM), "--animation-level", "none", "-S", "true"]
            await program.ask(open=words, environ=home)
            yield Desk(opened, alpha, model, program, tmp_path)


async def signs_in(desk: Desk) -> None:
    """It asks for the instance, makes itself known, shows an address, and takes the code."""
    await desk.sees("You are not logged into any accounts")
    await desk.press(TAB + ENTER)
    await desk.sees("Enter your instance's URL")
    for _ in range(ATTEMPTS):
        await desk.enter(desk.alpha.origin)
        if (await desk.program.ask(until="Found instance", seconds=10))["found"]:
            break
        await desk.press("q")  # closes a box that says so: a key was lost while it was being drawn
    await desk.sees("Found instance", "Réseau alpha")
    await desk.press(ENTER)
    await desk.sees("Add Account")
    await desk.press(TAB + ENTER)
    await desk.sees("Authorization code")
    credentials = json.loads((desk.home / "tooi" / "credentials.json").read_text())
    asked = {
        "response_type": "code",
        "redirect_uri": "urn:ietf:wg:oauth:2.0:oob",
        "scope": "read write",
        "client_id": credentials["apps"][desk.alpha.host]["client_id"],
    }
    address = f"{desk.alpha.origin}/oauth/authorize/?{urlencode(asked)}"
    code = await asyncio.to_thread(allowed, address, ANNA)
    await desk.enter(code)
    await desk.sees(f"coop@{desk.alpha.host}")
    await desk.press(TAB + ENTER)


async def looks_around(desk: Desk) -> None:
    """The first timeline, a status with what belongs to it, its author, an answer, the rest."""
    await desk.sees("Home", "La Ruche", "Réparer au lieu de jeter.", "Lire en entier")
    await desk.open("f", "1 favourites")
    await desk.open("t", "Thread")
    await desk.open("a", "(un)Follow")
    await desk.sees("Following")
    await desk.press("q")
    await desk.open("r", "Replying to @ruche")
    await desk.sees("Public - Visible to everyone", "< Post status >")
    await desk.press("D'accord")
    await desk.sees("@ruche D'accord")
    for key in (BACK, BACK, BACK, ENTER):  # round to the end, up to "Post status"
        await desk.press(key)
    answers: list[Remark] = []
    for _ in range(ATTEMPTS):
        await desk.program.ask(until="Status posted", seconds=2)  # which it says for a moment
        async with desk.alpha.read() as session:
            answers = list((await session.scalars(select(Remark))).all())
        if answers:
            break
    assert [one.source for one in answers] == ["@ruche D'accord"]
    assert answers[0].in_reply_to == desk.model.iri
    await desk.open("i", "Réseau alpha")


async def test_a_member_reads_and_answers_in_a_terminal(desk: Desk) -> None:
    await signs_in(desk)
    await looks_around(desk)
