"""One instance, several processes: some answer, some work, all on one PostgreSQL.

Everything arrives once and in order, whoever took it in and whoever sends it; what a process had in
hand that ends, is killed or sleeps is taken up by the others.
"""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import pytest
from sqlalchemy import select, text
from together.instance import API, Founded, Nursery, Server, found
from together.ledger import Ledger, kept
from together.test_crash_points import a_model

from actors.database import Database
from actors.tables.wording import Wording
from federation.settings import load

pytestmark = pytest.mark.postgres

PAUSE = 0.02
"""Seconds between two looks at whether something has happened."""

IS_ALL = os.environ.get("CRASHES") == "all"


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    opened = Nursery()
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def founded(
    nursery: Nursery,
    postgres: Callable[[], str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Founded:
    return found(nursery, tmp_path_factory.mktemp("founded"), postgres())


@pytest.fixture
async def ledger() -> AsyncIterator[Ledger]:
    async with kept() as opened:
        yield opened


@dataclass
class Company:
    """An instance, and the processes that run it."""

    nursery: Nursery
    founded: Founded
    session: aiohttp.ClientSession
    environ: dict[str, str]
    living: list[int] = field(default_factory=list)
    begun: int = 0

    async def begin(self, *words: str) -> "Process":
        """Start one process and wait until it has said that it began."""
        self.begun += 1
        said = self.founded.directory / f"said-{self.begun}"
        said.write_text("")
        pid = self.nursery.order(
            words=[words[0], str(self.founded.directory), *words[1:]],
            environ=self.environ,
            output=str(said),
        )
        self.living.append(pid)
        await happens(lambda: "stop with Ctrl-C" in said.read_text())
        return Process(self, pid, said)

    @property
    def server(self) -> Server:
        """What answers, to be asked: whichever process takes the connection."""
        return Server(self.nursery, self.founded, self.session, {})


@dataclass
class Process:
    """One of them."""

    company: Company
    pid: int
    said: Path

    async def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal, and wait until it has ended; its exit code."""
        os.kill(self.pid, number)
        self.company.living.remove(self.pid)
        return await asyncio.to_thread(self.company.nursery.order, wait=self.pid)


async def happens(what: Callable[[], object]) -> None:
    """Wait for it."""
    async with asyncio.timeout(120):
        while not what():  # noqa: ASYNC110 - it is in another process
            await asyncio.sleep(PAUSE)


@pytest.fixture
async def company(nursery: Nursery, ledger: Ledger, founded: Founded) -> AsyncIterator[Company]:
    environ = {
        "ESSAIM_ENVIRONMENT": "lab",
        "ESSAIM_CRASHPOINTS": "",
        "ESSAIM_PRIVATE_DESTINATIONS": ledger.origin.removeprefix("http://"),
    }
    connector = aiohttp.TCPConnector(force_close=True)
    async with aiohttp.ClientSession(connector=connector) as session:
        opened = Company(nursery, founded, session, environ)
        yield opened
        for pid in opened.living:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)
                os.kill(pid, signal.SIGKILL)
            await asyncio.to_thread(nursery.order, wait=pid)


def follow(ledger: Ledger, server: Server, number: int, name: str) -> Awaitable[int | None]:
    activity = ledger.activity(name, number, "Follow", f"{server.origin}/actors/coop")
    return ledger.send(f"{server.origin}/inbox", activity)


async def test_two_that_answer_and_two_that_work_are_one_instance(
    company: Company, ledger: Ledger
) -> None:
    server = company.server
    await company.begin("serve", "--web-only", "--processes", "2")
    workers = [await company.begin("work") for _ in range(2)]
    assert all("Working for" in one.said.read_text() for one in workers)

    for number, name in enumerate(("mallory", "nils")):
        assert await follow(ledger, server, number, name) == 202
    await happens(lambda: len(ledger.order.get("nils", [])) == 1)
    await server.quiet()

    async def publish_and_rename(name: str) -> None:
        status, model = await server.ask("POST", f"{API}/models", a_model(name))
        assert status == 201, model
        for number in (2, 3):
            changed = a_model(f"{name} {number}")
            path = f"{API}/models/{model['id']}/versions"
            status, model = await server.ask("POST", path, changed)
            assert status == 201, model

    await asyncio.gather(*(publish_and_rename(f"Atelier {number}") for number in range(4)))
    await server.quiet()
    for name in ("mallory", "nils"):
        told = [one for one in ledger.order[name] if one["type"] in ("Create", "Update")]
        assert {len(ledger.told[name, one["id"]]) for one in told} == {1}, "once each"
        by_model: dict[str, list[str]] = {}
        for one in told:
            said = f"{one['type']} {one['object']['versionNumber']}"
            by_model.setdefault(one["object"]["id"], []).append(said)
        assert len(by_model) == 4
        for order in by_model.values():  # the second is not sent where the third was quicker
            assert [one for one in order if one != "Update 2"] == ["Create 1", "Update 3"]
            assert order == sorted(order, key=lambda said: said[-1])


async def test_what_somebody_says_is_heard_in_order_by_however_many(
    company: Company, ledger: Ledger
) -> None:
    server = company.server
    await company.begin("serve", "--web-only", "--processes", "2")
    note = {
        "id": f"{ledger.origin}/users/mallory/notes/1",
        "type": "Note",
        "attributedTo": ledger.iri("mallory"),
        "content": "<p>0</p>",
        "published": "2026-03-02T08:00:00Z",
        "to": ["https://www.w3.org/ns/activitystreams#Public"],
        "cc": [f"{server.origin}/actors/coop"],
        "tag": [{"type": "Mention", "href": f"{server.origin}/actors/coop", "name": "@coop"}],
    }
    assert await follow(ledger, server, 0, "mallory") == 202
    for number in range(1, 25):
        changed = note | {"content": f"<p>{number}</p>"}
        if number > 1:
            changed["updated"] = f"2026-03-02T08:{number:02}:00Z"
        kind = "Create" if number == 1 else "Update"
        activity = ledger.activity("mallory", number, kind, changed)
        assert await ledger.send(f"{server.origin}/inbox", activity) == 202

    await company.begin("work")
    await company.begin("work")
    await server.quiet()
    database = Database(load(company.founded.directory, {}).database.url)
    try:
        async with database.read() as session:
            wordings = await session.scalars(select(Wording.content).order_by(Wording.id))
            before = [text for text in wordings if text]
    finally:
        await database.close()
    assert before == [f"<p>{number}</p>" for number in range(1, 24)], "and the 24th is what it says"


async def test_a_worker_that_is_stopped_leaves_what_it_had_in_hand_to_the_others(
    company: Company, ledger: Ledger
) -> None:
    await company.begin("serve", "--web-only")
    first = await company.begin("work")
    server = company.server
    ledger.holds = True
    assert await follow(ledger, server, 1, "mallory") == 202
    await happens(lambda: ledger.held)
    assert await first.end() == 0
    ledger.release()
    await company.begin("work")
    await happens(lambda: ledger.order.get("mallory"))
    await server.quiet()
    assert [one["type"] for one in ledger.order["mallory"]] == ["Accept"]


if IS_ALL:  # half a minute each

    @pytest.mark.parametrize("is_killed", [True, False])
    async def test_what_a_dead_or_sleeping_worker_had_in_hand_is_free_within_half_a_minute(
        company: Company, ledger: Ledger, is_killed: bool
    ) -> None:
        await company.begin("serve", "--web-only")
        first = await company.begin("work")
        server = company.server
        ledger.holds = True
        assert await follow(ledger, server, 1, "mallory") == 202
        await happens(lambda: ledger.held)
        if is_killed:
            await first.end(signal.SIGKILL)
        else:
            os.kill(first.pid, signal.SIGSTOP)
        ledger.release()
        second = await company.begin("work")
        await happens(lambda: ledger.order.get("mallory"))
        assert "worker.died" in second.said.read_text(), "before the claim ran out"
        if not is_killed:
            os.kill(first.pid, signal.SIGCONT)
            await happens(lambda: "worker.was_thought_dead" in first.said.read_text())
        await server.quiet()
        assert {len(bodies) for bodies in ledger.told.values()} == {1}


async def test_a_parent_keeps_its_processes_and_they_do_not_outlive_it(company: Company) -> None:
    parent = await company.begin("serve", "--processes", "2")
    assert "with 2 processes" in parent.said.read_text()
    server = company.server
    first, second = children(parent.pid)
    assert (await server.ask("GET", "/actors/coop"))[0] == 200

    os.kill(first, signal.SIGKILL)
    await happens(lambda: len(children(parent.pid)) == 2 and first not in children(parent.pid))
    assert second in children(parent.pid)
    assert (await server.ask("GET", "/actors/coop"))[0] == 200

    left = children(parent.pid)
    assert await parent.end() == 0
    assert not any(map(is_alive, left))

    parent = await company.begin("work", "--processes", "2")
    left = children(parent.pid)
    assert len(left) == 2
    await parent.end(signal.SIGKILL)
    await happens(lambda: not any(map(is_alive, left)))


def children(pid: int) -> list[int]:
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(one) for one in text.split()]


def is_alive(pid: int) -> bool:
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


async def test_what_keeps_the_first_from_starting_is_said_once(
    company: Company, nursery: Nursery
) -> None:
    said = company.founded.directory / "said"
    child = nursery.order(
        words=["serve", str(company.founded.directory), "--processes", "3"],
        environ=company.environ | {"ESSAIM_INSTANCE_ORIGIN": "http://127.0.0.1:1"},
        output=str(said),
    )
    assert await asyncio.to_thread(nursery.order, wait=child) == 1
    words = said.read_text().splitlines()
    assert len(words) == 2
    assert "An instance can never change its origin" in words[0]


async def test_what_one_process_writes_is_told_to_the_apps_of_all_also_after_they_were_cut_off(
    company: Company,
) -> None:
    await company.begin("serve", "--processes", "2")
    server, token = company.server, company.founded.token
    url = f"{server.origin}/api/v1/streaming/user?access_token={token}"
    readers = [await company.session.get(url) for _ in range(8)]  # of one of them, or the other

    async def say(words: str) -> None:
        headers = {"Authorization": f"Bearer {token}"}
        async with company.session.post(
            f"{server.origin}/api/v1/statuses", json={"status": words}, headers=headers
        ) as answer:
            assert answer.status == 200, await answer.text()

    async def hears(reader: aiohttp.ClientResponse, words: str) -> None:
        while words not in (line := (await reader.content.readline()).decode()):
            assert line, "the stream goes on"

    async def all_hear(words: str) -> None:
        async with asyncio.timeout(60):
            await asyncio.gather(*(hears(reader, words) for reader in readers))

    await say("avant la coupure")
    await all_hear("avant la coupure")
    database = Database(load(company.founded.directory, {}).database.url)
    try:
        async with database.begin() as session:
            await session.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            )
    finally:
        await database.close()
    heard = asyncio.create_task(all_hear("et on entend encore"))
    while not heard.done():  # those that were cut off at this moment may miss a word
        with suppress(AssertionError):  # 503: its connection was cut as well
            await say("et on entend encore")
        await asyncio.sleep(PAUSE * 10)
    await heard
    for reader in readers:
        reader.close()
