"""Passing for somebody else: by an id that is not there yet, a page, a name that looks alike."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from together.stranger import Stranger, moved_in
from together.street import House, Street

from activitypub.mediatypes import ACTIVITY_JSON
from actors.errors import Refusal
from actors.tables.actor import Actor
from actors.views import profiles

COOP = "https://alpha.test/actors/coop"


@pytest.fixture
async def alpha(street: Street) -> House:
    (house,) = await street.open("alpha")
    await house.organisation("coop")
    return house


@pytest.fixture
async def mallory(street: Street) -> AsyncIterator[Stranger]:
    async with moved_in(street) as stranger:
        yield stranger


async def followers(house: House) -> int:
    async with house.street.session.get(
        f"{COOP}/followers", headers={"Accept": ACTIVITY_JSON}
    ) as answer:
        return int((await answer.json(content_type=None))["totalItems"])


async def test_an_id_that_somebody_will_use_next_cannot_be_used_up(
    street: Street, alpha: House, mallory: Stranger
) -> None:
    async with moved_in(street, "good.test") as vera:
        follow = vera.activity("Follow", COOP)
        for forged in (
            mallory.activity("Follow", COOP, id=follow["id"]),
            mallory.activity("Follow", COOP, id=follow["id"], actor=vera.iri),
            mallory.activity("Like", COOP, id=follow["id"]),
        ):
            assert (await mallory.send(alpha, forged)).status in (400, 401, 403)
        await street.settle()
        assert await followers(alpha) == 0
        assert (await vera.send(alpha, follow)).status == 202
        await street.settle()
        assert await followers(alpha) == 1
        assert vera.told[-1]["type"] == "Accept"


@pytest.mark.parametrize(
    "claims",
    [
        {"url": COOP},
        {"url": "https://alpha.test/@coop"},
        {"url": [{"type": "Link", "href": COOP, "mediaType": "text/html"}]},
        {"alsoKnownAs": [COOP]},
        {"alsoKnownAs": COOP, "url": COOP, "name": "coop@alpha.test"},
        {"movedTo": COOP},
    ],
)
async def test_a_profile_that_claims_to_be_ours_is_nobody_but_itself(
    alpha: House, mallory: Stranger, claims: dict[str, Any]
) -> None:
    mallory.documents["/users/mallory"] = (200, mallory.actor(**claims))
    found = await alpha.lookup.resolve(mallory.iri)
    assert isinstance(found, Actor)
    assert found.address == "mallory@evil.test"
    assert not (found.url or "").startswith("https://alpha.test")
    coop = await alpha.actor("coop")
    assert (coop.iri, coop.aliases, coop.moved_to) == (COOP, [], None)
    for text in (COOP, "https://alpha.test/@coop", "coop@alpha.test"):
        ours = await alpha.lookup.resolve(text)
        assert isinstance(ours, Actor)
        assert ours.id == coop.id


async def test_a_name_that_looks_like_ours_is_shown_with_its_host(
    alpha: House, mallory: Stranger
) -> None:
    mallory.documents["/users/mallory"] = (200, mallory.actor(name="Cооp"))  # Cyrillic о
    found = await alpha.lookup.resolve(mallory.iri)
    assert isinstance(found, Actor)
    async with alpha.street.session.get(alpha.url(f"/@{found.address}")) as answer:
        text = await answer.text()
    assert answer.status == 200
    assert "mallory@evil.test" in text
    async with alpha.read() as session:
        assert (await profiles.by_handle(session, "coop")) is not None


@pytest.mark.parametrize("handle", ["cооp", "ｃoop", "COOP", "coop\u200b", "cοop"])
async def test_no_name_of_ours_looks_like_another_one(alpha: House, handle: str) -> None:
    with pytest.raises(Refusal):
        await alpha.organisation(handle)
