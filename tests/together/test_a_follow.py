"""A follow between two instances: asked, answered, undone."""

from together.street import Street

from actors.views import profiles
from actors.views.paging import Page


async def test_a_follow_is_answered(street: Street) -> None:
    alpha, beta = await street.open("alpha", "beta")
    await alpha.organisation("coop")
    reader = await beta.organisation("lecteurs")

    await beta.follow(reader, "@coop@alpha.test")
    await street.settle()

    assert street.mail == ["beta → alpha Follow", "alpha → beta Accept"]
    async with beta.read() as session:
        [(follow, whom)] = await profiles.our_follows(session, reader)
    assert (follow.state, whom.address) == ("accepted", "coop@alpha.test")
    coop = await alpha.actor("coop")
    async with alpha.read() as session:
        followers = await profiles.followers(session, coop, Page())
    assert [one.actor.address for one in followers] == ["lecteurs@beta.test"]
