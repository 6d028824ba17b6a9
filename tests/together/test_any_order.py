"""What somebody said arrives in any order, some of it twice: the end is the same.

Only what the protocol gives one end is shuffled: a later wording wins, what was taken back or
deleted stays so, what is said twice counts once.
"""

import random
from typing import Any

import pytest
from sqlalchemy import select
from together.stranger import Stranger
from together.street import House, Street

from actors.tables.remark import Remark
from actors.views import profiles, timelines

Document = dict[str, Any]


def a_life(mallory: Stranger, model: str, coop: str) -> list[Document]:
    """A note that is reworded twice, one that is deleted, a like, two boosts and two follows."""
    wordings = [
        mallory.note(content="<p>One</p>"),
        mallory.note(content="<p>Two</p>", updated="2026-03-02T09:00:00Z"),
        mallory.note(content="<p>Three</p>", updated="2026-03-02T10:00:00Z"),
    ]
    gone = mallory.note("/notes/2", content="<p>Gone</p>")
    answer = mallory.note("/notes/3", content="<p>Answer</p>", inReplyTo=model)
    like, boost, kept = (mallory.activity(kind, model) for kind in ("Like", "Announce", "Announce"))
    follow = mallory.activity("Follow", coop)
    return [
        mallory.activity("Create", wordings[0]),
        *(mallory.activity("Update", one) for one in wordings[1:]),
        mallory.activity("Create", gone),
        mallory.activity("Delete", gone["id"]),
        mallory.activity("Create", answer),
        like,
        mallory.activity("Undo", like),
        mallory.activity("Undo", boost),
        boost,
        kept | {"object": answer["id"]},
        follow,
        mallory.activity("Undo", follow),
    ]


async def the_end(house: House, model: str) -> tuple[Any, ...]:
    """What is to be seen of it; our own network has passed the model on, too."""
    async with house.read() as session:
        said = await session.scalars(
            select(Remark.content).where(Remark.deleted_at.is_(None), Remark.content != "")
        )
        coop = await profiles.by_handle(session, "coop")
        assert coop is not None
        counts = await profiles.counts(session, coop)
        tallies = await timelines.tallies(session, model)
        return sorted(said), tallies.likes, tallies.boosts, tallies.replies, counts.followers


@pytest.mark.parametrize("seed", range(12))
async def test_every_order_has_one_end(
    street: Street, alpha: House, mallory: Stranger, seed: int
) -> None:
    model = (await alpha.publish(await alpha.actor("coop"))).iri
    await alpha.follow(await alpha.actor("coop"), mallory.iri)
    await street.settle()
    [asked] = [one for one in mallory.told if one["type"] == "Follow"]
    await mallory.send(alpha, mallory.activity("Accept", asked["id"]))
    await street.settle()
    life = a_life(mallory, model, alpha.url("/actors/coop"))
    told = [*life, *life]
    random.Random(seed).shuffle(told)  # noqa: S311 - not for secrets
    for number, one in enumerate(told):
        assert (await mallory.send(alpha, one)).status == 202
        if (number + seed) % 3 == 0:
            await street.settle()
    await street.settle()
    assert await the_end(alpha, model) == (["<p>Answer</p>", "<p>Three</p>"], 0, 1, 1, 0)
