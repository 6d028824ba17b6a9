"""What somebody may try against a neighbour on her own host, and what a forgery changes."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import func, select
from together.app import Reader, reader
from together.stranger import AS2, Document, Stranger, moved_in
from together.street import House, Street

from activitypub.iris import Iri
from activitypub.signatures.keys import PrivateKey
from actors.tables.follow import Follow
from actors.tables.mail import Received
from actors.tables.remark import Remark
from actors.tables.tombstone import Tombstone
from actors.views import state, timelines

COOP = "https://alpha.test/actors/coop"


@pytest.fixture
async def mallory(street: Street) -> AsyncIterator[Stranger]:
    """Somebody elsewhere."""
    async with moved_in(street) as stranger:
        yield stranger


@pytest.fixture
async def coop(alpha: House) -> Reader:
    """An organisation at alpha."""
    return await reader(alpha, "coop")


def nils(mallory: Stranger) -> str:
    """A neighbour of mallory's, on the same host, with a key of his own."""
    iri = f"{mallory.origin}/users/nils"
    key = {"id": f"{iri}#main-key", "owner": iri, "publicKeyPem": mallory.key.public.pem()}
    addresses = {"inbox": f"{iri}/inbox", "outbox": f"{iri}/outbox"}
    mallory.documents["/users/nils"] = (
        200,
        mallory.actor(id=iri, preferredUsername="nils", publicKey=key, **addresses),
    )
    return iri


async def says(alpha: House, mallory: Stranger, who: str, activity: Document) -> int:
    answer = await mallory.send(alpha, activity | {"actor": who}, key_id=Iri(f"{who}#main-key"))
    await alpha.street.settle()
    return answer.status


async def digest(house: House) -> str:
    async with house.read() as session:
        return await state.digest(session)


async def test_a_neighbour_neither_rewords_nor_deletes_what_is_not_his(
    alpha: House, coop: Reader, mallory: Stranger
) -> None:
    note = mallory.note(cc=[COOP])
    await mallory.send(alpha, mallory.activity("Create", note))
    await alpha.street.settle()
    before, neighbour = await digest(alpha), nils(mallory)
    mine: dict[str, Any] = note | {"attributedTo": neighbour, "updated": "2026-03-03T08:00:00Z"}
    for kind, thing in (
        ("Delete", note["id"]),
        ("Delete", {"id": note["id"], "type": "Tombstone"}),
        ("Delete", mallory.iri),
        ("Update", mine),
    ):
        await says(alpha, mallory, neighbour, mallory.activity(kind, thing))
        assert await digest(alpha) == before, (kind, thing)
    async with alpha.read() as session:
        assert await session.scalar(select(func.count()).select_from(Tombstone)) == 0
        assert await timelines.by_iri(session, note["id"], None) is not None
    refused = [one for one in alpha.street.events if one["event"] == "inbox.refused"]
    assert [one["reason"] for one in refused] == ["not-owner"] * 4


async def test_a_neighbours_delete_does_not_bury_what_is_still_to_come(
    alpha: House, coop: Reader, mallory: Stranger
) -> None:
    note = mallory.note(cc=[COOP])
    await says(alpha, mallory, nils(mallory), mallory.activity("Delete", note["id"]))
    await mallory.send(alpha, mallory.activity("Create", note))
    await alpha.street.settle()
    async with alpha.read() as session:
        assert await session.scalar(select(Remark.iri)) == note["id"]


async def test_a_forged_signature_changes_nothing_of_the_actor_it_names(
    alpha: House, coop: Reader, mallory: Stranger
) -> None:
    await mallory.send(alpha, mallory.activity("Follow", COOP))
    await alpha.street.settle()
    alpha.street.clock.turn(minutes=10)
    async with alpha.read() as session:
        assert await session.scalar(select(func.count()).select_from(Follow)) == 1
    before = await digest(alpha)
    mallory.asked.clear()
    forger = PrivateKey.from_pem(alpha.street.next_keys().rsa)
    answer = await mallory.send(alpha, mallory.activity("Delete", mallory.iri), key=forger)
    assert answer.status == 401
    assert mallory.asked, "the key may have been changed: it was read again"
    assert await digest(alpha) == before


async def test_a_key_that_was_changed_replaces_the_old_one(
    alpha: House, coop: Reader, mallory: Stranger
) -> None:
    await mallory.send(alpha, mallory.activity("Follow", COOP))
    old, mallory.key = mallory.key, PrivateKey.from_pem(alpha.street.next_keys().rsa)
    mallory.documents["/users/mallory"] = (200, mallory.actor())
    alpha.street.clock.turn(minutes=10)
    assert (await mallory.send(alpha, mallory.activity("Like", COOP))).status == 202
    changed = [one for one in alpha.street.events if one["event"] == "key.changed"]
    assert [(one["peer"], one["key"]) for one in changed] == [(mallory.host, mallory.key_id)]
    alpha.street.clock.turn(minutes=10)
    assert (await mallory.send(alpha, mallory.activity("Like", COOP), key=old)).status == 401


@pytest.mark.parametrize("kind", [["Note", "Person"], {}, [], 7, None])
async def test_an_announce_of_something_of_an_odd_type_is_no_fault(
    alpha: House, coop: Reader, mallory: Stranger, kind: Any
) -> None:
    inner = {"id": f"{mallory.origin}/a/1", "type": kind, "actor": mallory.iri, "object": COOP}
    answer = await mallory.send(alpha, mallory.activity("Announce", inner, to=[f"{AS2}#Public"]))
    await alpha.street.settle()
    assert answer.status in (202, 400)
    async with alpha.read() as session:
        assert "waiting" not in set(await session.scalars(select(Received.state)))
    assert not [one for one in alpha.street.events if one["event"] == "inbox.failed"]
