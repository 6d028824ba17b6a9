"""Killed at every step: nothing that was answered is lost, nothing has its effect twice.

A real process dies at a named point in the middle of mixed work, is started again and goes on; then
the ledgers of both sides are compared. The invariants are those of deploy/testing.md's readers:
durable before 2xx, effects once, outgoing by log, the same bytes under the same id, in order, and
nothing deleted comes back.
"""

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from together.ledger import Document, Ledger, kept
from together.terminal import PASSWORD, ROOT, environment, free_port

from activitypub.mediatypes import ACTIVITY_JSON
from federation.lab import KILLED

API = "/api/essaim/v1"
POINTS = (
    "inbox.read",
    "inbox.verified",
    "inbox.stored",
    "inbox.committed",
    "process.begin",
    "process.effect",
    "process.committed",
    "fetch.sent",
    "api.stored",
    "api.committed",
    "log.appended",
    "deliver.read",
    "deliver.sent",
    "deliver.acked",
    "cursor.committed",
)
ON_POSTGRES = ("inbox.stored", "deliver.acked")
"""Where a transaction is cut in the middle, on the engine that has real concurrent ones.

They die at the second passage, of another kind: somebody waits, or some of a bundle is done.
"""

STARTING = 0.02
"""Seconds between two questions whether the server answers yet."""


class Dead(Exception):
    """The server gave no answer: the point was reached."""


class Nursery:
    """Starts processes; see `together.nursery`."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "together.nursery"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment() | {"PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests'}"},
        )

    def order(self, **order: Any) -> int:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        (answer,) = json.loads(self._process.stdout.readline()).values()
        return int(answer)

    def run(self, output: Path, *words: str | Path, stdin: str | None = None) -> str:
        child = self.order(
            words=[str(word) for word in words], environ={}, output=str(output), stdin=stdin
        )
        code = self.order(wait=child)
        assert code == 0, output.read_text()
        return output.read_text().strip()

    def close(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(60)
        self._process.stdout.close()


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    opened = Nursery()
    yield opened
    opened.close()


@dataclass
class Founded:
    """An instance that was never started, to be copied."""

    directory: Path
    port: int
    token: str
    admin: str


def found(nursery: Nursery, home: Path, database: str) -> Founded:
    directory, port, said = home / "instance", free_port(), home / "said"
    nursery.run(
        said,
        *("init", directory, "--origin", f"http://127.0.0.1:{port}", "--network-name", "R"),
        *("--listen", f"127.0.0.1:{port}", "--database", database),
    )
    nursery.run(said, "organisation", "add", directory, "coop", "--name", "La coop")
    anna = ("anna@example.org", "--organisation", "coop")
    nursery.run(
        *(said, "member", "add", directory, *anna, "--role", "editor", "--password-stdin"),
        stdin=f"{PASSWORD}\n",
    )
    token = nursery.run(said, "token", "create", directory, *anna, "--scopes", "read write")
    return Founded(directory, port, token, nursery.run(said, "token", "admin", directory))


@pytest.fixture(scope="session")
def on_sqlite(nursery: Nursery, tmp_path_factory: pytest.TempPathFactory) -> Founded:
    return found(nursery, tmp_path_factory.mktemp("founded"), "sqlite:///essaim.db")


@dataclass
class Server:
    """The instance under test: started, killed, asked."""

    nursery: Nursery
    founded: Founded
    session: aiohttp.ClientSession
    environ: dict[str, str]
    child: int = field(default=0)

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.founded.port}"

    async def start(self, *crashpoints: str) -> None:
        """Start it, to die at these points, and wait until it answers or has died."""
        extra = {"ESSAIM_CRASHPOINTS": ",".join(crashpoints)} if crashpoints else {}
        self.child = self.nursery.order(
            words=["serve", str(self.founded.directory)],
            environ=self.environ | {"ESSAIM_CRASHPOINTS": ""} | extra,
            output=str(self.founded.directory / "log"),
        )
        async with asyncio.timeout(120):
            while True:
                with suppress(aiohttp.ClientError):
                    async with self.session.get(f"{self.origin}/actor"):
                        return
                await asyncio.sleep(STARTING)

    async def wait(self) -> int:
        """Its exit code."""
        child, self.child = self.child, 0
        return await asyncio.to_thread(self.nursery.order, wait=child)

    async def kill(self) -> None:
        if self.child:
            os.kill(self.child, signal.SIGKILL)
            await self.wait()

    async def ask(
        self, method: str, path: str, body: object = None, *, admin: bool = False
    ) -> tuple[int, Any]:
        """Status and JSON or text. Raises `Dead` when nobody answers."""
        token = self.founded.admin if admin else self.founded.token
        try:
            async with self.session.request(
                method,
                self.origin + path,
                json=body,
                headers={"Authorization": f"Bearer {token}", "Accept": ACTIVITY_JSON}
                if path.startswith("/actors")
                else {"Authorization": f"Bearer {token}"},
            ) as answer:
                raw = await answer.read()
        except (aiohttp.ClientError, OSError) as error:
            raise Dead from error
        is_json = "json" in answer.content_type
        return answer.status, json.loads(raw) if raw and is_json else raw.decode()

    async def quiet(self) -> None:
        """Nothing is due; mail that a dead process had claimed included."""
        status, said = await self.ask("POST", f"{API}/admin/quiesce?timeout=100", admin=True)
        assert status == 204, said

    async def said(self) -> list[str]:
        """The ids of the organisation's outbox, the oldest first."""
        _, outbox = await self.ask("GET", "/actors/coop/outbox?page=true")
        return [str(one["id"]) for one in reversed(outbox["orderedItems"])]

    async def digest(self) -> str:
        status, digest = await self.ask("GET", f"{API}/admin/state_digest", admin=True)
        assert status == 200
        return str(digest)


@pytest.fixture
async def ledger() -> AsyncIterator[Ledger]:
    async with kept() as opened:
        yield opened


@pytest.fixture
def founded(
    engine: str, nursery: Nursery, tmp_path: Path, request: pytest.FixtureRequest
) -> Founded:
    """A fresh instance on the engine of the test."""
    if engine == "postgres":
        return found(nursery, tmp_path, request.getfixturevalue("postgres")())
    first: Founded = request.getfixturevalue("on_sqlite")
    return replace(first, directory=shutil.copytree(first.directory, tmp_path / "home"))


@pytest.fixture
async def server(nursery: Nursery, ledger: Ledger, founded: Founded) -> AsyncIterator[Server]:
    """That instance, in a laboratory that may call the ledger's owner."""
    environ = {
        "ESSAIM_ENVIRONMENT": "lab",
        "ESSAIM_PRIVATE_DESTINATIONS": ledger.origin.removeprefix("http://"),
    }
    async with aiohttp.ClientSession() as session:
        opened = Server(nursery, founded, session, environ)
        yield opened
        await opened.kill()


class Work:
    """Mixed work, step by step; a step that was cut off is taken up again, as clients do."""

    def __init__(self, server: Server, ledger: Ledger) -> None:
        self.server = server
        self.ledger = ledger
        self.done = 0
        self.models: dict[str, str] = {}  # name → id
        self.said: list[str] = []  # the outbox before anything was deleted

    async def go_on(self) -> None:
        """Do what is left. Raises `Dead`."""
        steps = (
            lambda: self.tell(1, "mallory", "Follow", self.coop),
            lambda: self.tell(2, "nils", "Follow", self.coop),
            self.server.quiet,
            lambda: self.publish("Un"),
            lambda: self.tell(3, "mallory", "Like", f"{self.server.origin}/models/un"),
            lambda: self.tell(4, "mallory", "Create", self.note()),
            lambda: self.publish("Deux"),
            self.server.quiet,
            self.listen,
            lambda: self.tell(5, "mallory", "Delete", str(self.note()["id"])),
            lambda: self.delete("Deux"),
            self.server.quiet,
        )
        while self.done < len(steps):
            await steps[self.done]()
            self.done += 1

    @property
    def coop(self) -> str:
        return f"{self.server.origin}/actors/coop"

    def note(self) -> Document:
        return {
            "id": f"{self.ledger.origin}/users/mallory/notes/1",
            "type": "Note",
            "attributedTo": self.ledger.iri("mallory"),
            "content": "<p>Bonjour</p>",
            "published": "2026-03-02T08:00:00Z",
            "to": ["https://www.w3.org/ns/activitystreams#Public"],
            "cc": [self.coop],
            "tag": [{"type": "Mention", "href": self.coop, "name": "@coop"}],
        }

    async def tell(self, number: int, name: str, kind: str, subject: Any) -> None:
        activity = self.ledger.activity(name, number, kind, subject)
        status = await self.ledger.send(f"{self.server.origin}/inbox", activity)
        if status is None:
            raise Dead
        assert status == 202

    async def publish(self, name: str) -> None:
        """Publish, unless that was done and only the answer was lost."""
        _, listed = await self.server.ask("GET", f"{API}/directory?limit=80")
        known = [one["id"] for one in listed["items"] if one["name"] == name]
        if not known:
            status, model = await self.server.ask("POST", f"{API}/models", a_model(name))
            assert status == 201, model
            known = [model["id"]]
        assert len(known) == 1, "never twice"
        self.models[name] = known[0]

    async def listen(self) -> None:
        """Remember the outbox while it holds everything."""
        self.said = await self.server.said()

    async def delete(self, name: str) -> None:
        status, said = await self.server.ask("DELETE", f"{API}/models/{self.models[name]}")
        assert status in (204, 404, 410), said


def a_model(name: str) -> dict[str, Any]:
    return {
        "name": name,
        "language": "fr",
        "summary": "Un modèle d'essai.",
        "license": "CC-BY-SA-4.0",
        "sections": [
            {
                "key": "value",
                "role": "Value",
                "adaptability": "Core",
                "name": "Le principe",
                "text": "On répare ensemble.",
            }
        ],
    }


async def balance(server: Server, ledger: Ledger, work: Work) -> None:
    """Compare the two sides."""
    for iri in ledger.answered:  # durable before 2xx
        _, journal = await server.ask("GET", f"{API}/admin/journal?activity={iri}", admin=True)
        assert {one["disposition"] for one in journal["items"]} <= {"accepted", "duplicate"}
        assert journal["items"], iri

    before = await server.digest()  # effects once, and nothing deleted comes back
    for _ in range(2):
        for activity in reversed(list(ledger.answered.values())):
            assert await ledger.send(f"{server.origin}/inbox", activity) == 202
    await server.quiet()
    assert await server.digest() == before

    left = await server.said()
    said = work.said + [iri for iri in left if iri not in work.said]
    assert len(said) == len(set(said))
    assert left == [iri for iri in said if iri in left], "in the order of before"
    for name in ("mallory", "nils"):
        told = [one["id"] for one in ledger.order[name] if one["type"] != "Accept"]
        assert set(told) == set(said), "outgoing by log"
        accepts = [one for one in ledger.order[name] if one["type"] == "Accept"]
        assert len(accepts) == 1, "one answer to one question"
        of_the_deleted = [
            one["id"]
            for one in ledger.order[name]
            if one["type"] == "Create" and one["object"]["id"] == f"{server.origin}/models/deux"
        ]
        assert len(of_the_deleted) == 1
        assert set(said) - set(left) == set(of_the_deleted), "only that leaves the outbox"
        for iri in told:  # the same bytes of meaning under the same id
            assert len(set(ledger.told[name, iri])) == 1
        by_thing: dict[str, list[str]] = {}
        for one in ledger.order[name]:
            thing = one["object"]
            by_thing.setdefault(thing["id"] if isinstance(thing, dict) else thing, []).append(
                one["id"]
            )
        for iris in by_thing.values():  # in order, for each thing
            assert [iri for iri in said if iri in iris] == [iri for iri in iris if iri in said]
    _, deliveries = await server.ask("GET", f"{API}/admin/deliveries", admin=True)
    assert deliveries["items"] == []


def cases() -> Iterator[Any]:
    """Engine, point and passage: each point once, or all with `make crashes` in some minutes."""
    is_all = os.environ.get("CRASHES") == "all"
    for passage in (1, 2):
        for point in POINTS:
            if is_all or passage == 1:
                yield pytest.param("sqlite", point, passage)
            if is_all or (passage == 2 and point in ON_POSTGRES):
                yield pytest.param("postgres", point, passage, marks=pytest.mark.postgres)


@pytest.mark.parametrize(("engine", "point", "passage"), list(cases()))
async def test_a_process_that_dies_there_loses_nothing_and_repeats_nothing(
    server: Server, ledger: Ledger, engine: str, point: str, passage: int
) -> None:
    work = Work(server, ledger)
    await server.start(f"{point}:{passage}")
    with pytest.raises(Dead):
        await work.go_on()
    assert await server.wait() == KILLED
    await server.start()
    if engine == "postgres":  # what the dead process had claimed is nobody's for some minutes
        status, _ = await server.ask("POST", f"{API}/admin/clock?offset=%2B10m", admin=True)
        assert status == 200
    await work.go_on()
    await balance(server, ledger, work)
