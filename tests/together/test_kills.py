"""Killed at random moments, again and again, under load: nothing is lost, nothing happens twice.

Three servers of six people talk to an instance all the time, its editor publishes, and everybody
repeats what got no answer, as servers and people do. `make crashes` kills it some hundred times on
each engine; what is drawn at random comes from `SEED`, which a failure shows.
"""

import asyncio
import os
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import func, select
from together.instance import API, Dead, Server
from together.ledger import AS2, Document, Ledger, kept
from together.test_crash_points import a_model

from actors.database import Database, Session
from actors.tables.mail import Delivery, Outgoing, Received
from actors.tables.model import Model
from actors.tables.remark import Remark
from actors.tables.revision import Revision
from actors.views import profiles, timelines
from federation import settings
from federation.application import utc_now

PEERS = 3
PEOPLE = ("mallory", "nils")
SEED = int(os.environ.get("SEED", "0")) or random.SystemRandom().randrange(1, 10**6)
LONGEST_LIFE = 0.5
"""Seconds from the first answer, or from the start, to the next kill."""

AT_ITS_START = 0.2
"""How many of those that are killed have perhaps not answered yet."""

AGAIN = 0.02
"""Seconds until somebody repeats what got no answer."""


@pytest.fixture
async def ledgers() -> AsyncIterator[list[Ledger]]:
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(kept()) for _ in range(PEERS)]


@pytest.fixture
def ledger(ledgers: list[Ledger]) -> Ledger:
    """The one that `server` may call, beside the others."""
    return ledgers[0]


@dataclass
class Said:
    """What one of the people has said that was answered: what is to be seen of it."""

    notes: dict[str, str] = field(default_factory=dict)  # id → its last wording
    gone: set[str] = field(default_factory=set)
    likes: str = ""  # the Like that was not taken back


@dataclass
class Load:
    """Everybody, at work until it is told to end."""

    server: Server
    ledgers: list[Ledger]
    chance: random.Random
    is_over: bool = False
    morning: datetime = field(default_factory=utc_now)
    said: dict[tuple[str, str], Said] = field(default_factory=dict)
    versions: dict[str, int] = field(default_factory=dict)  # name of a model → its versions
    deleted: set[str] = field(default_factory=set)
    ids: dict[str, str] = field(default_factory=dict)  # of models, by name

    @property
    def coop(self) -> str:
        return f"{self.server.origin}/actors/coop"

    async def begin(self) -> None:
        """Everybody follows, and there is something to like."""
        for ledger in self.ledgers:
            for name in PEOPLE:
                self.said[ledger.origin, name] = Said()
                follow = ledger.activity(name, f"{name}-0-Follow", "Follow", self.coop)
                await self.tell(ledger, follow)
        await self.server.quiet()
        await self.publish("Un")

    async def work(self) -> None:
        """All of it at once."""
        people = [(ledger, name) for ledger in self.ledgers for name in PEOPLE]
        await asyncio.gather(self.edit(), *(self.talk(*one) for one in people))

    async def tell(self, ledger: Ledger, activity: Document) -> None:
        """Send it until it is taken."""
        while (status := await ledger.send(f"{self.server.origin}/inbox", activity)) != 202:
            assert status in (None, 429, 503), status
            await asyncio.sleep(AGAIN)

    async def talk(self, ledger: Ledger, name: str) -> None:
        said = self.said[ledger.origin, name]
        number = 0
        while not self.is_over:
            number += 1
            note = f"{ledger.origin}/users/{name}/notes/{number}"

            def act(kind: str, thing: Any, at: str = f"{name}-{number}") -> Document:
                return ledger.activity(name, f"{at}-{kind}", kind, thing)

            await self.tell(ledger, act("Create", self.note(ledger, name, note, "Un")))
            said.notes[note] = "Un"
            if number % 2:
                await self.tell(ledger, act("Update", self.note(ledger, name, note, "Deux")))
                said.notes[note] = "Deux"
            if number % 3 == 0:
                await self.tell(ledger, act("Delete", note))
                del said.notes[note]
                said.gone.add(note)
            if number % 4 == 1:
                like = act("Like", f"{self.server.origin}/models/un")
                await self.tell(ledger, like)
                said.likes = str(like["id"])
            if number % 4 == 3:
                await self.tell(ledger, act("Undo", said.likes))
                said.likes = ""

    def note(self, ledger: Ledger, name: str, iri: str, words: str) -> Document:
        return {
            "id": iri,
            "type": "Note",
            "attributedTo": ledger.iri(name),
            "content": f"<p>{words}</p>",
            "published": self.morning.isoformat(),
            "to": [f"{AS2}#Public"],
            "cc": [self.coop],
            "tag": [{"type": "Mention", "href": self.coop, "name": "@coop"}],
        } | ({} if words == "Un" else {"updated": utc_now().isoformat()})

    async def edit(self) -> None:
        """Publish, revise, delete; look first whether what got no answer was done."""
        number = 0
        while not self.is_over:
            number += 1
            name = f"Modele{number}"
            await self.publish(name)
            await self.revise(name)
            if number % 3 == 0:
                await self.delete(name)

    async def publish(self, name: str) -> None:
        while name not in self.ids:
            await self.until_done(lambda: self._publish(name))
        self.versions[name] = 1

    async def revise(self, name: str) -> None:
        await self.until_done(lambda: self._revise(f"{API}/models/{self.ids[name]}/versions"))
        self.versions[name] = 2

    async def delete(self, name: str) -> None:
        await self.until_done(lambda: self._delete(f"{API}/models/{self.ids[name]}"))
        self.deleted.add(name)

    async def until_done(self, step: Callable[[], Awaitable[int]]) -> None:
        while True:
            try:
                status = await step()
            except Dead:
                status = 503
            if status < 400:
                return
            assert status in (429, 503), status
            await asyncio.sleep(AGAIN)

    async def _publish(self, name: str) -> int:
        """Publish, unless that was done and only the answer was lost."""
        status, listed = await self.server.ask("GET", f"{API}/directory?limit=80")
        if status != 200:
            return status
        known = [one["id"] for one in listed["items"] if one["name"] == name]
        if known:
            (self.ids[name],) = known
            return 200
        status, model = await self.server.ask("POST", f"{API}/models", a_model(name))
        if status == 201:
            self.ids[name] = model["id"]
        return status

    async def _revise(self, path: str) -> int:
        status, listed = await self.server.ask("GET", path)
        if status != 200 or len(listed["items"]) == 2:
            return status
        status, _ = await self.server.ask("POST", path, a_model("x") | {"summary": "Autre."})
        return status

    async def _delete(self, path: str) -> int:
        status, _ = await self.server.ask("DELETE", path)
        return 204 if status in (404, 410) else status


async def kill(server: Server, chance: random.Random, times: int) -> None:
    """Kill it at random moments, also while it starts; it lives in the end."""
    for _ in range(times):
        if chance.random() < AT_ITS_START:
            await asyncio.sleep(chance.uniform(0, LONGEST_LIFE))
        else:
            await server.answers()
            await asyncio.sleep(chance.uniform(0, LONGEST_LIFE))
        await server.kill()
        server.launch()
    await server.answers()


async def balance(server: Server, load: Load) -> None:
    """Compare the two sides, and repeat everything three times in any order."""
    before = await server.digest()
    for _ in range(3):
        told = [(one, each) for one in load.ledgers for each in one.answered.values()]
        load.chance.shuffle(told)
        for ledger, activity in told:
            assert await ledger.send(f"{server.origin}/inbox", activity) == 202
    await server.quiet()
    assert await server.digest() == before, "what is repeated changes nothing"
    await server.kill()
    database = Database(settings.load(server.founded.directory, {}).database.url)
    try:
        async with database.snapshot() as session:
            await received(session, load)
            await sent(session, load)
            await remembered(session, load)
    finally:
        await database.close()


async def received(session: Session, load: Load) -> None:
    """What was answered 2xx is there and has had its effect, once."""
    rows = await session.execute(select(Received.activity_iri, Received.state))
    states = {row.activity_iri: row.state for row in rows}
    answered = {iri for ledger in load.ledgers for iri in ledger.answered}
    assert {iri: states.get(iri) for iri in answered} == dict.fromkeys(answered, "done")


async def sent(session: Session, load: Load) -> None:
    """Each inbox got what is owed to it, the same under each id, about each thing in order."""
    rows = (await session.scalars(select(Outgoing).order_by(Outgoing.id))).all()
    coop = await profiles.by_handle(session, "coop")
    assert coop is not None
    owed = [one for one in rows if coop.id in one.followers_of]
    assert await session.scalar(select(func.count(Delivery.id))) == 0
    assert {one.fanned_at is None for one in rows} == {False}
    accepts = {one.activity_iri for one in rows if one.type == "Accept"}
    assert len(accepts) == len(load.said)
    for ledger in load.ledgers:
        for name in PEOPLE:
            order = [str(one["id"]) for one in ledger.order[name]]
            assert len(accepts & set(order)) == 1
            assert set(order) - accepts == {one.activity_iri for one in owed}
            assert all(len(set(ledger.told[name, iri])) == 1 for iri in order)
            for about in {one.about for one in owed}:
                right = [one.activity_iri for one in owed if one.about == about]
                assert [iri for iri in order if iri in right] == right


async def remembered(session: Session, load: Load) -> None:
    """What is to be seen here is what was said, and published."""
    everybody = load.said.values()
    rows = await session.scalars(select(Remark).where(Remark.deleted_at.is_(None)))
    seen = {one.iri: one.content for one in rows}
    assert seen == {iri: f"<p>{words}</p>" for one in everybody for iri, words in one.notes.items()}
    tallies = await timelines.tallies(session, f"{load.server.origin}/models/un")
    assert tallies.likes == len([one for one in everybody if one.likes])
    coop = await profiles.by_handle(session, "coop")
    assert coop is not None
    assert (await profiles.counts(session, coop)).followers == len(load.said)
    models = (await session.scalars(select(Model))).all()
    gone = {str(one.id) for one in models if one.deleted_at is not None}
    assert {str(one.id) for one in models} == set(load.ids.values()), "each was published once"
    assert gone == {load.ids[name] for name in load.deleted}
    for name in load.versions.keys() - load.deleted:
        numbers = await session.scalars(
            select(Revision.number)
            .where(Revision.model_id == int(load.ids[name]))
            .order_by(Revision.number)
        )
        assert list(numbers) == list(range(1, load.versions[name] + 1))


def cases() -> Iterator[Any]:
    """Engine, and how many kills."""
    times = int(os.environ.get("KILLS", "200")) if os.environ.get("CRASHES") == "all" else 6
    patience = pytest.mark.timeout(180 + 20 * times)
    yield pytest.param("sqlite", times, marks=patience)
    yield pytest.param("postgres", times, marks=[pytest.mark.postgres, patience])


@pytest.mark.parametrize(("engine", "times"), list(cases()))
async def test_a_process_that_is_killed_again_and_again_loses_nothing_and_repeats_nothing(
    server: Server, ledgers: list[Ledger], engine: str, times: int
) -> None:
    load = Load(server, ledgers, random.Random(SEED))  # noqa: S311 - not for secrets
    server.environ["ESSAIM_PRIVATE_DESTINATIONS"] = ",".join(
        one.origin.removeprefix("http://") for one in ledgers
    )
    server.environ["ESSAIM_INBOX_MOST_PER_ADDRESS"] = "0"
    await server.start()
    await load.begin()
    work = asyncio.create_task(load.work())
    await kill(server, load.chance, times)
    load.is_over = True
    await work
    if engine == "postgres":  # what the dead had claimed is nobody's for some minutes
        status, _ = await server.ask("POST", f"{API}/admin/clock?offset=%2B10m", admin=True)
        assert status == 200
    await server.quiet()
    await balance(server, load)
