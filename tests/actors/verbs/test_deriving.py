"""In which versions a fork took something over, in whatever order we hear of them."""

import itertools
from typing import Final

import pytest
from together.peer import Peer
from together.street import a_sheet

from activitypub.iris import Iri
from actors.database import Session
from actors.views import history

SOURCE: Final = Iri("https://third.test/models/m")
BASES: Final = (1, 1, 4, 4)
"""The version of the source that each version of the fork is based on."""


@pytest.mark.parametrize("heard", [*itertools.permutations((1, 2, 3)), (2, 3, 4), (3, 4)])
async def test_a_fork_took_something_over_where_its_base_changed(
    session: Session, peer: Peer, heard: tuple[int, ...]
) -> None:
    model = None
    for number in heard:
        base = BASES[number - 1]
        published = peer.model(
            a_sheet(text=f"Chez nous, {number}."),
            slug="fork",
            number=number,
            fork_of=(SOURCE, Iri(f"{SOURCE}/versions/{base}"), "zQm1"),
        )
        await peer.publish(session, published, kind="Update")
        model = await history.model_by_iri(session, published.iri)
    assert model is not None
    took = {one.number: one.merged_iri for one in await history.revisions(session, model)}
    assert took == {
        number: f"{SOURCE}/versions/{BASES[number - 1]}"
        if number == 1 or (number == 3 and 2 in heard)
        else None
        for number in heard
    }
