"""`essaim move-database`: an instance that has lived goes from one engine to the other and back."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from together.stranger import moved_in
from together.street import House, Street, a_sheet
from together.terminal import Call, Home, serving

from actors.database import Database
from actors.views import state
from federation.settings import load, render

pytestmark = pytest.mark.postgres

COOP = "https://alpha.test/actors/coop"


async def digest(url: str) -> str:
    database = Database(url)
    try:
        async with database.read() as session:
            return await state.digest(session)
    finally:
        await database.close()


def moves(call: Call, directory: Path, target: str, *words: str) -> str:
    code, said, complaint = call("move-database", directory, target, *words)
    assert code == 0, complaint
    return said


async def test_an_instance_that_has_lived_moves_there_and_back_and_its_mail_goes_on(
    street: Street, postgres: Callable[[], str], call: Call, tmp_path: Path
) -> None:
    alpha, beta = await street.open("alpha", "beta")
    await alpha.organisation("coop")
    reader = await beta.organisation("lecteurs")
    await beta.follow(reader, "@coop@alpha.test")
    async with moved_in(street) as mallory:
        assert (await mallory.send(alpha, mallory.activity("Follow", COOP))).status == 202
        await street.settle()
        coop = await alpha.actor("coop")
        model = await alpha.publish(coop)
        await street.settle()
        assert (await mallory.send(alpha, mallory.activity("Like", model.iri))).status == 202
        mallory.answers = 500
        await alpha.revise(model, a_sheet(text="Autrement."))
        await street.settle()
        before = len(mallory.told)
        await alpha.stop()

        home = alpha.settings.directory
        (home / "essaim.toml").write_text(render(alpha.settings), encoding="utf-8")
        first = alpha.settings.database.url
        was = await digest(first)
        there = postgres()
        said = await asyncio.to_thread(moves, call, home, there, "--switch")
        assert "the same as before" in said
        assert load(home, {}).database.url == there
        assert await digest(there) == was

        back = f"sqlite:///{tmp_path}/back.db"
        said = await asyncio.to_thread(moves, call, home, back)
        assert "write its address" in said
        assert load(home, {}).database.url == there
        assert await digest(back) == was == await digest(first)
        assert (tmp_path / "back.db").stat().st_mode & 0o777 == 0o600

        mallory.answers = 202
        street.clock.turn(hours=7)
        lived = House("alpha", load(home, {}), alpha.port, street)
        street.houses["alpha"] = lived
        await lived.start()
        await street.settle()
        assert [one["type"] for one in mallory.told[before:]] == ["Update"]
        await lived.publish(await lived.actor("coop"), a_sheet("Après"))
        await street.settle()
        assert mallory.told[-1]["type"] == "Create"


def test_it_refuses_what_is_in_use_or_not_empty_and_leaves_nothing_behind(
    home: Home, call: Call, postgres: Callable[[], str]
) -> None:
    there, settings = postgres(), (home.directory / "essaim.toml").read_text()

    def refused(target: str, *words: str) -> str:
        before = sorted(one.name for one in home.directory.iterdir())
        code, said, complaint = call("move-database", home.directory, target, *words)
        assert (code, said) == (1, "")
        assert sorted(one.name for one in home.directory.iterdir()) == before
        assert (home.directory / "essaim.toml").read_text() == settings
        return complaint

    with serving(home, "--web-only"):
        assert "still uses the database" in refused(there, "--switch")
    assert "already" in refused("sqlite:///essaim.db")
    assert "already" in refused("sqlite:///essaim.secret")
    assert "wanted sqlite" in refused("mysql://somewhere")
    assert call("move-database", home.directory, there)[0] == 0
    assert "is not empty" in refused(there, "--switch")
    assert call("check", home.directory)[0] == 0
