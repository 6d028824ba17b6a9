"""The digest of the state: equal for equal content, whichever engine keeps it."""

import itertools
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from together.clock import Clock
from together.street import a_sheet, key_pems

from activitypub.iris import Iri
from actors.database import Database, Session
from actors.safe import Safe, new_secret
from actors.site import Site
from actors.tables.actor import Actor
from actors.tables.host import Host
from actors.tables.mail import Received
from actors.verbs import enrolling, publishing
from actors.views import state


def counting() -> Callable[[], int]:
    """Ids that are the same in every database."""
    numbers: Iterator[int] = itertools.count(10**17)
    return lambda: next(numbers)


async def content(database: Database, site: Site) -> Actor:
    """A founded instance with one organisation and one model."""
    async with database.begin() as session:
        await enrolling.found_instance(
            session, site, name="R", instance_keys=key_pems(0), network_keys=key_pems(1)
        )
        coop = await enrolling.add_organisation(
            session, site, handle="coop", name="La Coop", keys=key_pems(2)
        )
        await publishing.publish(session, site, coop, a_sheet("Être 🐝"))
    return coop


async def digest(database: Database) -> str:
    async with database.snapshot() as session:
        return await state.digest(session)


@pytest.mark.postgres
async def test_equal_content_has_equal_digests_on_both_engines(
    blank: Path, postgres: Callable[[], str], tmp_path: Path, clock: Clock
) -> None:
    file = shutil.copyfile(blank, tmp_path / "one.db")
    digests = []
    for url in (f"sqlite:///{file}", postgres()):
        database = Database(url, safe=Safe([new_secret()]))
        await content(database, Site(Iri("https://alpha.test"), clock, counting()))
        digests.append(await digest(database))
        await database.close()
    assert digests[0] == digests[1]
    assert len(digests[0]) == 64


async def test_only_what_is_durable_counts(database: Database, site: Site) -> None:
    coop = await content(database, site)
    before = await digest(database)

    async def adding(*rows: object) -> str:
        async with database.begin() as session:
            session.add_all(rows)
        return await digest(database)

    now = site.now()
    waiting = Received(
        id=1,
        activity_iri="a:b",
        speaker="",
        vouched="",
        document=b"",
        state="done",
        received_at=now,
        due_at=now,
    )
    assert await adding(waiting) == before
    assert await adding(Host(id=1, name="slow.test", failures=3, due_at=now)) == before
    assert await adding(Host(id=2, name="bad.test", is_blocked=True)) != before

    async with database.begin() as session:
        mine = await session.get_one(Actor, coop.id)
        mine.summary = "Autre"
    assert await digest(database) != before


async def test_strangers_count_when_something_durable_refers_to_them(
    session: Session,
    site: Site,
    coop: Actor,
    stranger: Callable[..., object],
) -> None:
    before = await state.digest(session)
    row = Actor(
        id=site.new_id(),
        iri="https://far.test/users/vera",
        is_ours=False,
        type="Person",
        handle="vera",
        host="far.test",
        name="Vera",
        inbox="https://far.test/inbox",
        document=b"",
        published_at=site.now(),
        updated_at=site.now(),
    )
    session.add(row)
    await session.flush()
    assert await state.digest(session) == before
    model = await publishing.publish(session, replace(site), coop, a_sheet())
    published = await state.digest(session)
    model.actor_id = row.id
    await session.flush()
    referred = await state.digest(session)
    row.name = "Mallory"
    await session.flush()
    assert len({before, published, referred, await state.digest(session)}) == 4
