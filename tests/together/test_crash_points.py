"""Killed at every step: nothing that was answered is lost, nothing has its effect twice.

A real process dies at a named point in the middle of mixed work, is started again and goes on; then
the ledgers of both sides are compared. The invariants are those of deploy/testing.md's readers:
durable before 2xx, effects once, outgoing by log, the same bytes under the same id, in order, and
nothing deleted comes back.
"""

import os
from collections.abc import Iterator
from typing import Any

import pytest
from together.instance import API, Dead, Server
from together.ledger import Document, Ledger

from federation.lab import KILLED

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
