"""Killed between letters and messages: each is sent, and what comes twice says that it is one.

A mail server and a push service cannot be part of a transaction of ours. So what they have taken
when a process dies is sent once more: a letter under the same Message-ID, by which mail programs
show one, and a message to an app about the same notification.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from together.instance import API, Dead, Nursery, Server
from together.ledger import Ledger
from together.mailbox import Mailbox, mailbox
from together.ports import free_port
from together.push_service import ClosedApp, PushService, served
from together.terminal import PASSWORD

from federation.lab import KILLED

PEOPLE = ("lea@example.org", "max@example.org", "noor@example.org")
MEMBERS = "name;email\n" + "".join(f"Maison {one[:3]};{one}\n" for one in PEOPLE)
STEWARD = ("olga@example.org", "--organisation", "network")


@pytest.fixture
async def letterbox() -> AsyncIterator[Mailbox]:
    async with mailbox() as box:
        yield box


@pytest.fixture
async def service() -> AsyncIterator[PushService]:
    port = free_port()
    async with served(PushService(f"http://127.0.0.1:{port}"), port, None) as opened:
        yield opened


def acting(server: Server, nursery: Nursery, who: tuple[str, ...], scopes: str) -> Server:
    """The same server, asked with a token of that member."""
    said = server.founded.directory / "said"
    directory = server.founded.directory
    token = nursery.run(said, "token", "create", directory, *who, "--scopes", scopes)
    return replace(server, founded=replace(server.founded, token=token))


async def until(server: Server, is_so: Callable[[], bool]) -> None:
    """Let the claims of the dead expire, and wait."""
    status, _ = await server.ask("POST", f"{API}/admin/clock?offset=%2B10m", admin=True)
    assert status == 200
    async with asyncio.timeout(60):
        while True:
            if is_so():
                return
            await asyncio.sleep(0.05)


@pytest.mark.parametrize("engine", ["sqlite"])
@pytest.mark.parametrize("point", ["letter.claimed:2", "letter.sent:2"])
async def test_members_are_taken_in_once_and_everybody_gets_the_letter(
    server: Server, nursery: Nursery, letterbox: Mailbox, point: str
) -> None:
    steward, directory = (*STEWARD, "--role", "steward"), server.founded.directory
    added = ("member", "add", directory, *steward, "--password-stdin")
    nursery.run(directory / "said", *added, stdin=f"{PASSWORD}\n")
    server.environ |= {
        "ESSAIM_EMAIL_SERVER": f"127.0.0.1:{letterbox.port}",
        "ESSAIM_EMAIL_SECURITY": "none",
        "ESSAIM_EMAIL_SENDER": "essaim@example.org",
    }
    olga = acting(server, nursery, STEWARD, "read write")

    async def lists() -> list[dict[str, Any]]:
        status, found = await olga.ask("GET", f"{API}/rosters")
        assert status == 200, found
        return list(found["items"])

    # Cut off before the commit nothing was taken in; behind it everything, though nobody said so.
    for crash, left in (("api.stored", 0), ("api.committed", 1)):
        await server.start(crash)
        with pytest.raises(Dead):
            await olga.ask("POST", f"{API}/rosters", {"list": MEMBERS})
        assert await server.wait() == KILLED
        await server.start()
        assert len(await lists()) == left
        await server.kill()

    await server.start(point)
    (roster,) = await lists()
    assert roster["size"] == len(PEOPLE)
    with suppress(Dead):  # the first letters leave while it answers
        await olga.ask("POST", f"{API}/rosters/{roster['id']}/invite")
    assert await server.wait() == KILLED
    await server.start()
    wanted = len(PEOPLE) + point.startswith("letter.sent")  # what was sent and not noted, again
    await until(server, lambda: len(letterbox.letters) >= wanted)
    await server.quiet()
    _, entries = await olga.ask("GET", f"{API}/rosters/{roster['id']}/entries")
    assert {one["state"] for one in entries["items"]} == {"asked"}
    written = [(whom, str(letter["Message-ID"])) for whom, letter in letterbox.letters]
    assert {whom for whom, _ in written} == set(PEOPLE)
    assert (len(written), len(set(written))) == (wanted, len(PEOPLE))


@pytest.mark.parametrize("engine", ["sqlite"])
async def test_a_closed_app_hears_of_everything(
    server: Server, nursery: Nursery, ledger: Ledger, service: PushService
) -> None:
    private = "ESSAIM_PRIVATE_DESTINATIONS"
    server.environ[private] += f",{service.origin.removeprefix('http://')}"
    anna = acting(
        server, nursery, ("anna@example.org", "--organisation", "coop"), "read write push"
    )
    app, coop = ClosedApp(), f"{server.origin}/actors/coop"
    await server.start("push.sent")
    keys = app.arguments(f"{service.origin}/a", is_standard=True, mention=True)
    assert (await anna.ask("POST", "/api/v1/push/subscription", keys))[0] == 200

    def note(number: int) -> dict[str, Any]:
        return {
            "id": f"{ledger.origin}/users/mallory/notes/{number}",
            "type": "Note",
            "attributedTo": ledger.iri("mallory"),
            "content": f"<p>Bonjour {number}</p>",
            "published": "2026-03-02T08:00:00Z",
            "to": ["https://www.w3.org/ns/activitystreams#Public"],
            "cc": [coop],
            "tag": [{"type": "Mention", "href": coop, "name": "@coop"}],
        }

    first = ledger.activity("mallory", 1, "Create", note(1))
    assert await ledger.send(f"{server.origin}/inbox", first) == 202
    assert await server.wait() == KILLED
    await server.start()
    second = ledger.activity("mallory", 2, "Create", note(2))
    assert await ledger.send(f"{server.origin}/inbox", second) == 202

    def heard() -> list[tuple[str, str]]:
        read = [app.reads(one) for one in service.came.get("/a", [])]
        return [(one["body"], str(one["notification_id"])) for one in read]

    await until(server, lambda: {body for body, _ in heard()} == {"Bonjour 1", "Bonjour 2"})
    await until(server, lambda: len(heard()) == 3)
    assert len(set(heard())) == 2, "what comes twice is about one notification"
