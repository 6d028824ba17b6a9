"""A swarm: many instances that fork, change, merge, propose and record at random.

Everything is drawn from one seed: who does what, what they write, how they decide, when somebody's
program is stopped and started again, when the sea between two coasts cannot be crossed, and who
works when: so letters overtake each other, and somebody may be gone between what was told and what
has to be read for it. A seed finds again what it found (`replayable`): `trace` tells how far.
In the end everybody is there again, and all have to know the same (`Swarm.disagreements`).

Each isle has a door for those of its own coast and one for the others: a split closes the second
doors and breaks what was connected through them. The code under test has no switch for any of it.
"""

import hashlib
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from aiohttp import web
from sqlalchemy import func, select
from together import bargains, books, drawn, practice
from together.nothing_lost import Decision, lost
from together.street import House, Names, Street

from actors.errors import Conflicting, NotFound, Unwise
from actors.mail import explorations, quiet
from actors.tables.actor import Actor
from actors.tables.errand import Errand
from actors.tables.follow import Follow
from actors.tables.mail import Delivery, Lane, Received
from actors.tables.model import Model
from actors.verbs import following, forgetting, forking, publishing
from actors.views import history, lineage
from federation.errors import TransportError
from federation.settings import Settings
from federation.workers.running import WORKERS

MOST_MODELS: Final = 8
"""Of one isle, forks included: so that the same ones are changed, taken and merged again."""

MOST_ASHORE: Final = 3
"""Isles of which nobody is at home at the same time."""

SETTLED: Final = 0.2
WORKED: Final = 0.4
"""Of all steps, those after which all that waits is worked off, and those after which some is."""

DAYS_TO_AGREE: Final = 12
"""How long mail may need after the last absence: the tries of a delivery lie up to a day apart."""


@dataclass
class Isle(House):
    """One instance of a swarm, with one organisation that publishes.

    Attributes:
        us: its organisation.
    """

    street: "Swarm"
    us: Actor = field(init=False)
    _far: web.SockSite | None = None

    @property
    def coast(self) -> int:
        """0 or 1: every other one."""
        return list(self.street.far_ports).index(self.name) % 2

    @property
    def resolver(self) -> Names:
        """Those of its coast by their near doors, the others by their far ones."""
        return self.street.coasts[self.coast]

    async def open_doors(self, runner: web.AppRunner) -> None:
        """The near one, and the far one while the sea can be crossed."""
        await super().open_doors(runner)
        self._far = None
        if not self.street.is_split:
            await self.join()

    async def part(self) -> None:
        """Nobody comes from the other coast any more."""
        if self._runner is None or self._far is None or self._runner.server is None:
            return
        await self._far.stop()
        self._far = None
        for one in list(self._runner.server.connections):
            ours = one.transport and one.transport.get_extra_info("sockname")
            if ours and ours[1] == self.street.far_ports[self.name] and one.transport:
                one.transport.abort()

    async def join(self) -> None:
        """They come again."""
        if self._runner is not None and self._far is None:
            self._far = await self.open_door(self._runner, self.street.far_ports[self.name])


class Swarm(Street):
    """Isles on two coasts.

    Args:
        directory: where their databases live.
        new_database: makes a database that is up to date and empty, and gives its URL.
        isles: how many.
        seed: of everything that happens.

    Attributes:
        done: how often each thing was done.
        is_split: nobody crosses the sea.
    """

    houses: dict[str, Isle]  # type: ignore[assignment] # nobody else lives here

    def __init__(
        self, directory: Path, new_database: Callable[[str], str], *, isles: int, seed: int
    ) -> None:
        super().__init__(directory, new_database, doors=2 * isles, a_house=Isle)
        self.chance = random.Random(seed)  # noqa: S311 - a story, the same each time
        self.done: Counter[str] = Counter()
        self.is_split = False
        self.coasts = (Names(), Names())
        self.far_ports: dict[str, int] = {}
        self._isles = isles
        self.owed: set[bargains.Owed] = set()
        self._deeds: dict[Callable[[Isle], Awaitable[str]], int] = {
            self._publish: 4,
            self._revise: 30,
            self._fork: 12,
            self._merge: 30,
            self._follow: 5,
            self._unfollow: 1,
            self._delete: 1,
            self._leave: 2,
            self._come_back: 4,
            self._split: 1,
            self._cross: 2,
            self._propose: 12,
            self._answer: 12,
            self._withdraw: 2,
            self._record: 8,
            self._add: 5,
            self._attest: 7,
            self._revoke: 2,
            self._delete_record: 1,
        }

    def door(self, host: str) -> int:
        """Two doors for each name, and two ways to find them."""
        near, far = self._ports[2 * len(self.far_ports) : 2 * len(self.far_ports) + 2]
        coast = len(self.far_ports) % 2
        self.far_ports[host.removesuffix(".test")] = far
        self.names.ports[host] = near
        self.coasts[coast].ports[host], self.coasts[1 - coast].ports[host] = near, far
        return near

    def _settings(self, name: str, port: int) -> Settings:
        """One delivery after the other, so that they arrive in the order of the story."""
        usual = super()._settings(name, port)
        return replace(
            usual, federation=replace(usual.federation, delivery_concurrency=1, per_host=1)
        )

    async def settle_in(self) -> None:
        """Found the isles; each follows two others, one of them with all it passes on."""
        names = [f"isle{number}" for number in range(self._isles)]
        for name in names:
            (house,) = await self.open(name)
            isle = self.houses[house.name]
            isle.us = await isle.organisation("coop")
        for isle in self.houses.values():
            others = self.chance.sample([one for one in names if one != isle.name], 2)
            await isle.follow(isle.us, f"@coop@{others[0]}.test")
            await isle.follow(isle.us, f"@network@{others[1]}.test")
            await self._publish(isle)
        await self.settle()

    async def _work(self, house: House) -> int:
        """Nothing, where nothing is due: most of them wait most of the time."""
        async with house.read() as session:
            is_idle = await quiet.is_quiet(session, house.site) and not (
                await explorations.may_be_due(session, house.site)
            )
        return await super()._work(house) if not is_idle or await _is_paced(house) else 0

    async def live(self, steps: int) -> None:
        """Let so many things happen."""
        deeds, weights = list(self._deeds), list(self._deeds.values())
        for _ in range(steps):
            at_home = [isle for isle in self.houses.values() if isle.is_open]
            isle = self.chance.choice(at_home)
            (deed,) = self.chance.choices(deeds, weights)
            self.done[await deed(isle)] += 1
            self.clock.turn(minutes=self.chance.randrange(1, 40))
            how_much = self.chance.random()
            if how_much < SETTLED:
                await self.settle()
            elif how_much < SETTLED + WORKED:
                await self._work_a_little()

    async def _work_a_little(self) -> None:
        """Some do some of what waits for them."""
        for _ in range(self.chance.randrange(1, 2 * len(self.houses))):
            at_home = [isle for isle in self.houses.values() if isle.is_open]
            workers = self.chance.choice(at_home).app[WORKERS]
            for worker in (workers.delivering, workers.receiving):
                if self.chance.random() < 0.7:
                    await worker.work()
                    await worker.ended()

    async def gather(self) -> None:
        """Everybody comes home, the sea is calm, and in time all is told."""
        await self._cross(next(iter(self.houses.values())))
        for isle in self.houses.values():
            if not isle.is_open:
                await isle.start()
        for _ in range(DAYS_TO_AGREE):
            await self.settle()
            if not await self.waiting():
                break
            self.clock.turn(hours=24)
        await self.settle()

    async def waiting(self) -> list[str]:
        """What has not been told, or not been read."""
        found: list[str] = []
        for isle in self.houses.values():
            async with isle.read() as session:
                for queue in (Delivery, Received, Errand):
                    rows = await session.execute(
                        select(queue.state, queue.reason, func.count())
                        .where(queue.state.in_(("waiting", "parked")))
                        .group_by(queue.state, queue.reason)
                    )
                    found += [f"{isle.name}: {queue.__name__} {tuple(row)}" for row in rows]
        return found

    @property
    def trace(self) -> str:
        """What two runs have in common that happened alike: a digest of all letters, in order."""
        return hashlib.sha256("\n".join(self.mail).encode()).hexdigest()[:12]

    def told(self) -> str:
        """What happened, in one line."""
        done = ", ".join(f"{number} × {deed}" for deed, number in sorted(self.done.items()))
        return f"{len(self.houses)} isles, {len(self.mail)} letters ({self.trace}); {done}"

    # --- what may happen --------------------------------------------------------------------------

    async def _publish(self, isle: Isle) -> str:
        if len(await self._own(isle)) >= MOST_MODELS:
            return "publish: enough"
        await isle.publish(isle.us, drawn.sheet(self.chance))
        return "publish"

    async def _revise(self, isle: Isle) -> str:
        own = await self._own(isle)
        if not own:
            return "revise: nothing"
        async with isle.begin() as session:
            model = await session.get_one(Model, self.chance.choice(own))
            sheet = history.sheet(await history.head(session, model))
            try:
                await publishing.revise(
                    session, isle.site, model, drawn.changed(self.chance, sheet)
                )
            except (Conflicting, Unwise) as refusal:
                return f"revise: {type(refusal).__name__}"
        return "revise"

    async def _fork(self, isle: Isle) -> str:
        if len(await self._own(isle)) >= MOST_MODELS:
            return "fork: enough"
        async with isle.begin() as session:
            known = (
                await session.scalars(
                    select(Model.id).where(Model.deleted_at.is_(None)).order_by(Model.id)
                )
            ).all()
            if not known:
                return "fork: nothing"
            source = await session.get_one(Model, self.chance.choice(known))
            kind = self.chance.choice(("variant", "translation", "working-copy"))
            language = self.chance.choice(drawn.LANGUAGES)
            await forking.fork(session, isle.site, isle.us, source, kind=kind, language=language)
            hops = "a fork" if await lineage.of(session, source) else "an original"
        return f"fork of {hops}"

    async def _merge(self, isle: Isle) -> str:
        homes = [one for one in self.houses.values() if one.is_open and one is not isle]
        for home in [isle, *self.chance.sample(homes, len(homes))]:
            if (done := await self._merge_at(home)) is not None:
                return done
        return "merge: nothing"

    async def _merge_at(self, isle: Isle) -> str | None:
        own = await self._own(isle)
        async with isle.begin() as session:
            moved = [
                (model, beside)
                for number in own
                for model in [await session.get_one(Model, number)]
                for beside in [await lineage.upstream(session, model)]
                if beside is not None and beside.moved
            ]
            if not moved:
                return None
            model, beside = self.chance.choice(moved)
            choices = drawn.choices(self.chance, beside.sections)
            ours, theirs = history.sheet(beside.ours), history.sheet(beside.current)
            try:
                async with session.begin_nested():
                    merged = await forking.merge(session, isle.site, model, choices)
            except Unwise:
                return "merge: Unwise"
            decided: Mapping[str, Decision] = {
                key: "third" if isinstance(choice, dict) else choice
                for key, choice in choices.items()
            }
            gone = lost(beside.sections, decided, ours, theirs, history.sheet(merged))
            assert not gone, f"{model.iri}: {gone}"
        return "merge with conflicts" if choices else "merge"

    async def _follow(self, isle: Isle) -> str:
        other = self.chance.choice([one for one in self.houses.values() if one is not isle])
        whom = self.chance.choice(("coop", "network"))
        try:
            await isle.follow(isle.us, f"@{whom}@{other.host}")
        except Conflicting:
            return "follow: already"
        except (NotFound, TransportError):
            return "follow: nobody there"
        return "follow"

    async def _unfollow(self, isle: Isle) -> str:
        async with isle.begin() as session:
            rows = select(Follow).where(Follow.follower_id == isle.us.id).order_by(Follow.id)
            follows = (await session.scalars(rows)).all()
            if follows:
                await following.unfollow(session, isle.site, self.chance.choice(follows))
        return "unfollow"

    async def _delete(self, isle: Isle) -> str:
        own = await self._own(isle)
        if len(own) < 2:
            return "delete: nothing"
        async with isle.begin() as session:
            model = await session.get_one(Model, self.chance.choice(own))
            await forgetting.delete_model(session, isle.site, model)
        return "delete"

    async def _propose(self, isle: Isle) -> str:
        return await bargains.propose(self.chance, isle, isle.us)

    async def _answer(self, isle: Isle) -> str:
        homes = [one for one in self.houses.values() if one.is_open and one is not isle]
        for home in [isle, *self.chance.sample(homes, len(homes))]:
            if (done := await bargains.answer(self.chance, home, home.us, self.owed)) is not None:
                return done
        return "answer: nothing"

    async def _withdraw(self, isle: Isle) -> str:
        return await bargains.withdraw(self.chance, isle, isle.us)

    async def _record(self, isle: Isle) -> str:
        return await practice.record(self.chance, isle, isle.us)

    async def _add(self, isle: Isle) -> str:
        return await practice.add(self.chance, isle, isle.us)

    async def _attest(self, isle: Isle) -> str:
        return await practice.attest(self.chance, isle, isle.us)

    async def _revoke(self, isle: Isle) -> str:
        return await practice.revoke(self.chance, isle, isle.us)

    async def _delete_record(self, isle: Isle) -> str:
        return await practice.delete(self.chance, isle, isle.us)

    async def _leave(self, isle: Isle) -> str:
        if sum(not one.is_open for one in self.houses.values()) >= MOST_ASHORE:
            return "leave: too many"
        await isle.stop()
        return "leave"

    async def _come_back(self, _: Isle) -> str:
        away = [one for one in self.houses.values() if not one.is_open]
        if away:
            await self.chance.choice(away).start()
        return "come back"

    async def _split(self, _: Isle) -> str:
        self.is_split = True
        for one in self.houses.values():
            await one.part()
        return "split"

    async def _cross(self, _: Isle) -> str:
        self.is_split = False
        for one in self.houses.values():
            await one.join()
        return "cross"

    async def _own(self, isle: Isle) -> list[int]:
        async with isle.read() as session:
            rows = await session.scalars(
                select(Model.id)
                .where(Model.is_ours.is_(True), Model.deleted_at.is_(None))
                .order_by(Model.id)
            )
            return list(rows)

    async def disagreements(self) -> list[str]:
        """Everything that two isles know differently, though they could know it."""
        known = {isle.name: await books.read(isle, isle.us) for isle in self.houses.values()}
        offers = {isle.name: await bargains.read(isle) for isle in self.houses.values()}
        records = {isle.name: await practice.read(isle) for isle in self.houses.values()}
        return [
            *books.disagreements(known),
            *bargains.disagreements(offers, self.owed),
            *practice.disagreements(records, known),
        ]


async def _is_paced(isle: House) -> bool:
    """Whether mail waits there for somebody who came back."""
    async with isle.read() as session:
        return await session.scalar(select(Lane.id).where(Lane.spared > 0).limit(1)) is not None
