"""Yesterday's back-up is put back: others are not contradicted, and all agree again."""

from collections.abc import Callable
from dataclasses import replace

from sqlalchemy import select
from together.stranger import Stranger
from together.street import House, Street, a_sheet

from actors import copying
from actors.database import Database
from actors.tables.actor import Actor
from actors.tables.follow import Follow
from actors.tables.mail import Outgoing
from actors.tables.model import Model
from actors.tables.revision import Revision
from actors.verbs import following, resuming
from actors.verbs.resuming import Restored
from actors.views import profiles
from federation.settings import DatabaseSettings


async def back_up(house: House, url: str) -> None:
    """Copy what it remembers now."""
    copy = Database(url)
    try:
        await copying.copy(house.database, copy, lambda _, __: None)
    finally:
        await copy.close()


async def put_back(house: House, url: str) -> None:
    """Let it go on from a copy, as its operator does."""
    await house.stop()
    house.settings = replace(house.settings, database=DatabaseSettings(url=url))
    await house.start()


async def begin_again(house: House) -> Restored:
    async with house.begin() as session:
        return await resuming.begin_again(session, house.site)


async def follows(house: House) -> set[tuple[str, str]]:
    """Who follows whom, by id."""
    async with house.read() as session:
        rows = (await session.scalars(select(Follow).where(Follow.state == "accepted"))).all()
        return {
            (
                (await session.get_one(Actor, row.follower_id)).iri,
                (await session.get_one(Actor, row.followee_id)).iri,
            )
            for row in rows
        }


async def models(house: House) -> dict[str, tuple[int, str]]:
    """Every model's newest version: its number and digest."""
    async with house.read() as session:
        rows = await session.execute(
            select(Model.iri, Revision.number, Revision.digest).join(
                Revision, Revision.id == Model.head_id
            )
        )
        return {iri: (number, digest) for iri, number, digest in rows}


async def unfollow(house: House, follower: Actor, whom: str) -> None:
    async with house.begin() as session:
        followee = await profiles.by_iri(session, whom)
        assert followee is not None
        row = await profiles.follow_of(session, follower, followee)
        assert row is not None
        await following.unfollow(session, house.site, row)


async def test_two_instances_agree_again_after_one_has_forgotten_a_day(
    street: Street, new_database: Callable[[str], str]
) -> None:
    alpha, beta = await street.open("alpha", "beta")
    coop, amap = await alpha.organisation("coop"), await alpha.organisation("amap")
    reader, neighbour = await beta.organisation("lecteurs"), await beta.organisation("voisins")
    await beta.follow(reader, "@coop@alpha.test")
    await beta.follow(reader, "@amap@alpha.test")
    await alpha.follow(coop, "@lecteurs@beta.test")
    kept = await alpha.publish(coop, a_sheet("Atelier"))
    await street.settle()
    copy = new_database("copy")
    await back_up(alpha, copy)

    street.clock.turn(hours=20)
    await alpha.revise(kept, a_sheet("Atelier", text="Oublié."))
    await alpha.publish(coop, a_sheet("Nouveau", text="Oublié aussi."))
    await beta.follow(neighbour, "@coop@alpha.test")
    await unfollow(beta, reader, amap.iri)
    await beta.publish(reader, a_sheet("Ailleurs"))
    await street.settle()
    remembered = await models(beta)
    assert len(remembered) == 3

    await put_back(alpha, copy)
    done = await begin_again(alpha)
    assert (done.above, done.shown, done.read_again) == (200, 3, 1)
    street.clock.turn(minutes=11)
    await street.settle()
    assert (
        await follows(alpha)
        == await follows(beta)
        == {
            (reader.iri, coop.iri),
            (neighbour.iri, coop.iri),
            (coop.iri, reader.iri),
        }
    )
    assert len(await models(alpha)) == 2, "what was published elsewhere meanwhile is read again"

    await alpha.revise(kept, a_sheet("Atelier", text="Autrement."))
    await alpha.publish(coop, a_sheet("Nouveau", text="Encore autrement."))
    await street.settle()
    assert await models(alpha) == await models(beta)
    assert {number for number, _ in (await models(alpha)).values()} == {1, 201}
    assert street.refusals() == []
    async with alpha.read() as session:
        said = list(await session.scalars(select(Outgoing.activity_iri)))
    assert len(said) == len(set(said))


async def test_who_does_not_compare_is_told_and_keeps_its_followers(
    alpha: House, mallory: Stranger, street: Street, new_database: Callable[[str], str]
) -> None:
    """As on Mastodon, where a list without her would end the follow for good."""
    coop = alpha.url("/actors/coop")
    copy = new_database("copy")
    await back_up(alpha, copy)
    await mallory.send(alpha, mallory.activity("Follow", coop))
    await street.settle()
    await put_back(alpha, copy)
    await begin_again(alpha)
    await street.settle()
    assert not any(one.header("collection-synchronization") for one in mallory.requests)
    assert [one["type"] for one in mallory.told] == ["Accept"]
