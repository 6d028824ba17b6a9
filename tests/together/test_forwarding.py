"""An answer that addresses our followers reaches them, with what shows whose it is."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import select
from together.linked_data import signed
from together.stranger import Document, Stranger, moved_in
from together.street import House, Street

from activitypub.addressing import PUBLIC
from actors.tables.actor import Actor
from actors.tables.model import Model
from actors.tables.remark import Remark
from actors.verbs import blocking


@pytest.fixture
async def vera(street: Street) -> AsyncIterator[Stranger]:
    """She answers."""
    async with moved_in(street, "vera.test") as stranger:
        yield stranger


@pytest.fixture
async def reader(street: Street) -> AsyncIterator[Stranger]:
    """She follows `coop`, on another server."""
    async with moved_in(street, "reader.test") as stranger:
        yield stranger


@pytest.fixture
async def model(street: Street, reader: Stranger) -> Model:
    """Of `coop` of alpha, whom the reader and `lecteurs` of beta follow."""
    alpha, beta = await street.open("alpha", "beta")
    coop = await alpha.organisation("coop")
    await reader.send(alpha, reader.activity("Follow", coop.iri))
    await beta.follow(await beta.organisation("lecteurs"), "@coop@alpha.test")
    await street.settle()
    found = await alpha.publish(coop)
    await street.settle()
    reader.told.clear()
    return found


def answer(vera: Stranger, model: Model, **changes: Any) -> Document:
    followers = "https://alpha.test/actors/coop/followers"
    note = vera.note(**{"inReplyTo": model.iri, "cc": [followers]} | changes)
    bare = {name: value for name, value in note.items() if name != "@context"}
    return vera.activity("Create", bare, to=note["to"], cc=note["cc"])


def sealed(document: Document, vera: Stranger) -> Document:
    return signed(document, vera.key, vera.key_id)


async def send(street: Street, vera: Stranger, document: Document) -> None:
    assert (await vera.send(street.houses["alpha"], document)).status == 202
    await street.settle()


async def authors(house: House) -> set[str]:
    async with house.read() as session:
        rows = await session.scalars(
            select(Actor.iri)
            .join(Remark, Remark.actor_id == Actor.id)
            .where(Remark.deleted_at.is_(None))
        )
        return set(rows)


async def test_an_answer_is_handed_on_as_it_came_and_believed_elsewhere(
    street: Street, vera: Stranger, reader: Stranger, model: Model
) -> None:
    create = sealed(answer(vera, model), vera)
    await send(street, vera, create)
    assert reader.told == [create]
    assert await authors(street.houses["beta"]) == {vera.iri}
    delete = sealed(vera.activity("Delete", create["object"]["id"], to=[PUBLIC]), vera)
    await send(street, vera, delete)
    assert reader.told == [create, delete]
    assert await authors(street.houses["beta"]) == set()


async def test_it_is_handed_on_once(
    street: Street, vera: Stranger, reader: Stranger, model: Model
) -> None:
    create = sealed(answer(vera, model), vera)
    for _ in range(2):
        await send(street, vera, create)
    assert len(reader.told) == 1


@pytest.mark.parametrize("why", ["unsigned", "not addressed", "no answer", "private"])
async def test_nothing_else_is_handed_on(
    street: Street, vera: Stranger, reader: Stranger, model: Model, why: str
) -> None:
    followers = "https://alpha.test/actors/coop/followers"
    every: dict[str, dict[str, Any]] = {
        "unsigned": {},
        "not addressed": {"cc": ["https://alpha.test/actors/coop"]},
        "no answer": {"inReplyTo": None, "cc": [followers, "https://alpha.test/actors/coop"]},
        "private": {"to": ["https://alpha.test/actors/coop"], "cc": [followers]},
    }
    create = answer(vera, model, **every[why])
    await send(street, vera, create if why == "unsigned" else sealed(create, vera))
    assert await authors(street.houses["alpha"]) == {vera.iri}
    assert reader.told == []


async def test_nothing_of_somebody_whom_the_answered_one_blocks_is_handed_on(
    street: Street, vera: Stranger, reader: Stranger, model: Model
) -> None:
    alpha = street.houses["alpha"]
    await alpha.follow(await alpha.organisation("other"), vera.iri)
    await street.settle()
    await vera.send(alpha, vera.activity("Accept", vera.told[-1]["id"]))
    await street.settle()
    them = await alpha.lookup.resolve(vera.iri)
    coop = await alpha.actor("coop")
    assert isinstance(them, Actor)
    async with alpha.begin() as session:
        await blocking.block(session, alpha.site, coop, them)
    await send(street, vera, sealed(answer(vera, model), vera))
    assert await authors(alpha) == {vera.iri}  # for `other`, who follows her
    assert reader.told == []


async def test_a_note_for_some_is_not_forgotten_because_its_server_hides_it_from_us(
    street: Street, vera: Stranger, reader: Stranger, model: Model
) -> None:
    alpha = street.houses["alpha"]
    create = answer(vera, model, to=["https://alpha.test/actors/coop"], cc=[])
    await send(street, vera, create)
    assert await authors(alpha) == {vera.iri}
    del vera.documents["/notes/1"]
    vera.asked.clear()
    pointer = vera.activity("Update", create["object"])
    assert (await reader.send(alpha, pointer)).status == 202
    await street.settle()
    assert vera.asked == ["/notes/1"]
    assert await authors(alpha) == {vera.iri}
