"""toot, as it comes from the registry, signs in and does every command that it has.

Its own strict classes read each answer before it prints it. What a command prints as JSON is what
the server wrote.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from clients.quay import Quay, quay
from clients.walking import allowed
from together.databases import NewDatabase
from together.driven import Driven, driven
from together.pictures import a_picture
from together.street import PASSWORD, House, a_sheet

from actors.rules import polls
from actors.tables.actor import Actor
from actors.tables.model import Model
from actors.verbs import enrolling, remarking

APPS = Path(__file__).parent / "apps"
ANNA = "anna@example.org"


@dataclass
class Desk:
    """Anna's terminal.

    Attributes:
        street: where the instance is.
        alpha: the instance.
        program: toot.
        done: the commands that she gave.
    """

    street: Quay
    alpha: House
    coop: Actor
    ruche: Actor
    model: Model
    picture: Path
    program: Driven
    done: set[str]

    async def toot(self, command: str, *words: Any, typed: str = "") -> str:
        """Give a command, and return what it says."""
        told = await self.program.ask(
            toot=[*command.split(), *(str(one) for one in words)], typed=typed
        )
        assert told["code"] == 0, (command, words, told)
        self.done.add(command)
        await self.street.settle()
        said: str = told["said"]
        return said

    async def neighbour_asks(self, *options: str) -> str:
        """The ruche asks everybody; give the number of its question."""
        site = self.alpha.site
        asked = polls.ask(options, timedelta(hours=1), site.now(), is_multiple=False)
        async with self.alpha.begin() as session:
            row = await remarking.remark(session, site, self.ruche, text="On y va ?", poll=asked)
        return str(row.id)

    async def found(self, command: str, *words: Any) -> Any:
        """The same, as the JSON that the server wrote."""
        return json.loads(await self.toot(command, *words, "--json"))


@pytest.fixture
async def desk(tmp_path: Path, new_database: NewDatabase) -> AsyncIterator[Desk]:
    """Anna of the coop, and a neighbour with a model."""
    python = APPS / ".venv" / "bin" / "python"
    assert python.exists(), "run `make tests` once, which installs what the tests need"
    async with quay(tmp_path, new_database) as opened:
        (alpha,) = await opened.open("alpha")
        coop = await alpha.organisation("coop", "La Coop")
        await alpha.member(ANNA, coop)
        ruche = await alpha.organisation("ruche", "La Ruche")
        model = await alpha.publish(ruche, a_sheet("Atelier"))
        picture = tmp_path / "velo.jpg"
        picture.write_bytes(a_picture())
        home = {"XDG_CONFIG_HOME": str(tmp_path), "HOME": str(tmp_path)}
        log = tmp_path / "toot.log"
        async with driven(log, str(python), str(APPS / "drive.py"), environ=home) as program:
            yield Desk(opened, alpha, coop, ruche, model, picture, program, set())


async def signs_in(desk: Desk) -> None:
    """She opens the address that toot shows, lets it in, and pastes the code."""
    asked = await desk.program.ask(toot=["login", "-i", desk.alpha.origin], typed="n\n")
    (address,) = [one for one in asked["said"].split() if urlsplit(one).path == "/oauth/authorize/"]
    code = await asyncio.to_thread(allowed, address, ANNA)
    said = await desk.toot("login", "-i", desk.alpha.origin, typed=f"n\n{code}\n")
    assert "Successfully logged in" in said
    assert "ACTIVE" in await desk.toot("auth")
    await desk.toot("activate", f"coop@{desk.alpha.host}")


async def meets_people(desk: Desk) -> None:
    who = "ruche"
    assert (await desk.found("whoami"))["acct"] == "coop"
    assert "La Ruche" in await desk.toot("whois", who)
    assert "Réseau alpha" in await desk.toot("instance", desk.alpha.origin)
    assert "La Ruche" in await desk.toot("search", who)
    await desk.toot("follow", who)
    assert who in await desk.toot("following")
    assert "coop" in await desk.toot("followers", who)
    for verb, listed in (("mute", "muted"), ("block", "blocked")):
        await desk.toot(verb, who)
        assert who in await desk.toot(listed), verb
        await desk.toot(f"un{verb}", who)
    await desk.toot("unfollow", who)
    await desk.toot("follow", who)
    async with desk.alpha.begin() as session:
        await enrolling.set_approval(session, desk.alpha.site, desk.coop, by_hand=True)
    for verb, name in (("accept", "one"), ("reject", "two")):
        fan = await desk.alpha.organisation(name)
        await desk.alpha.follow(fan, f"@coop@{desk.alpha.host}")
        await desk.street.settle()
        assert name in await desk.toot("follow-requests list")
        await desk.toot(f"follow-requests {verb}", name)


async def writes(desk: Desk) -> None:
    posted = await desk.found(
        *("post", "On #repare", "--media", desk.picture, "-d", "Un vélo", "-p", "Outils")
    )
    number = posted["id"]
    assert posted["media_attachments"][0]["description"] == "Un vélo"
    assert "#repare" in await desk.toot("status", number)
    answer = await desk.found("post", "Oui", "--reply-to", number)
    assert "Oui" in await desk.toot("thread", number)
    await desk.toot("post", "Bientôt", "--scheduled-in", "1 hour")
    await desk.toot("upload", desk.picture, "-d", "Un vélo")
    await desk.toot("pin", number)
    await desk.toot("unpin", number)
    theirs = desk.model.id
    for verb in ("favourite", "bookmark", "reblog"):
        await desk.toot(verb, theirs)
    assert "coop" in await desk.toot("reblogged-by", theirs)
    assert "Atelier" in await desk.toot("bookmarks", "--once")
    assert "Atelier" in await desk.toot("timelines favourites", "--no-pager")
    for verb in ("unfavourite", "unbookmark", "unreblog"):
        await desk.toot(verb, theirs)
    await desk.toot("delete", answer["id"])


async def asks(desk: Desk) -> None:
    """A question of the neighbour's; her own profile."""
    asked = await desk.neighbour_asks("Oui", "Non")
    assert "On y va ?" in await desk.toot("status", asked)
    assert "Non" in await desk.toot("polls show", asked)
    assert (await desk.found("polls vote", asked, 1))["own_votes"] == [1]
    options = [word for each in ("lundi", "mardi") for word in ("--poll-option", each)]
    own = await desk.found("post", "Quand ?", *options, "--poll-expires-in", "1 hour")
    assert [one["title"] for one in own["poll"]["options"]] == ["lundi", "mardi"]
    names = ("--display-name", "La Coop du Nord", "--note", "Nous réparons.")
    pictures = ("--avatar", desk.picture, "--header", desk.picture)
    habits = ("--privacy", "unlisted", "--language", "oc", "--no-locked", "--discoverable")
    said = await desk.found("update-account", *names, *pictures, *habits)
    assert (said["display_name"], said["source"]["privacy"]) == ("La Coop du Nord", "unlisted")
    assert "/media/" in said["avatar"]


async def reads(desk: Desk) -> None:
    for command, *about in (
        *(["home"], ["public"], ["account", "ruche"], ["tag", "repare"], ["trending"]),
        ["link", "https://example.org/"],
    ):
        said = await desk.toot(f"timelines {command}", *about, "--no-pager")
        assert "@" in said or command in ("trending", "link"), (command, said)
    assert "Atelier" in await desk.toot("timeline", "--once")
    await desk.toot("notifications")
    title = "Voisines"
    await desk.toot("lists create", title)
    await desk.toot("lists add", title, "ruche")
    assert "ruche" in await desk.toot("lists accounts", title)
    assert "Atelier" in await desk.toot("timelines list", title, "--no-pager")
    await desk.toot("lists remove", title, "ruche")
    assert title in await desk.toot("lists list")
    await desk.toot("lists delete", title)
    await desk.toot("list_create", title)
    await desk.toot("list_add", title, "ruche")
    await desk.toot("list_accounts", title)
    await desk.toot("list_remove", title, "ruche")
    await desk.toot("list_delete", title)
    for command in ("info", "follow", "unfollow", "feature", "unfeature"):
        await desk.toot(f"tags {command}", "repare")
        if command in ("follow", "feature"):
            assert "repare" in await desk.toot(f"tags {command.removesuffix('e')}ed")


async def test_toot_does_every_command(desk: Desk) -> None:
    for chapter in (signs_in, meets_people, writes, asks, reads):
        await chapter(desk)
    await desk.toot("diag")
    await desk.toot("env")
    await desk.toot("logout", f"coop@{desk.alpha.host}")
    typed = f"{ANNA}\n{PASSWORD}\n"
    refused = await desk.program.ask(toot=["login_cli", "-i", desk.alpha.origin], typed=typed)
    assert "Login failed" in refused["said"]  # a password is for our own page, as on Mastodon 4.4
    known = {each.replace("_", "-") for each in await desk.program.ask(commands=True)}
    left = known - {each.replace("_", "-") for each in desk.done}
    assert left == {"login-cli", "tui"}  # `test_tooi` looks at a screen
