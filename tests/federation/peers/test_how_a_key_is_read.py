"""How a key is read: alone, in a list, by its address, of either kind, and in a crowd."""

import asyncio
from typing import Any

import pytest
from together.stranger import AS2, SECURITY, Document, Stranger
from together.street import House, Street

from activitypub.iris import Iri
from activitypub.signatures.claims import Scheme
from activitypub.signatures.keys import PrivateKey
from federation import misses

COOP = "https://alpha.test/actors/coop"
CID = "https://www.w3.org/ns/cid/v1"


def an_ed25519_key(street: Street) -> PrivateKey:
    return PrivateKey.from_pem(street.next_keys().ed25519)


def multikey(mallory: Stranger, key: PrivateKey, iri: str) -> Document:
    return {
        "id": iri,
        "type": "Multikey",
        "controller": mallory.iri,
        "publicKeyMultibase": key.public.multikey(),
    }


@pytest.mark.parametrize("scheme", list(Scheme))
@pytest.mark.parametrize("is_rsa", [True, False])
async def test_a_multikey_of_either_kind_signs_in_either_way(
    street: Street, alpha: House, mallory: Stranger, scheme: Scheme, is_rsa: bool
) -> None:
    key = mallory.key if is_rsa else an_ed25519_key(street)
    iri = Iri(f"{mallory.iri}#other-key")
    mallory.documents["/users/mallory"] = (
        200,
        mallory.actor(assertionMethod=[multikey(mallory, key, iri)]),
    )
    follow = mallory.activity("Follow", COOP)
    for _ in range(2):
        answer = await mallory.send(alpha, follow, key=key, key_id=iri, scheme=scheme)
        assert answer.status == 202, street.refusals()
    assert len(mallory.asked) == 1
    forged = an_ed25519_key(street)
    answer = await mallory.send(alpha, follow, key=forged, key_id=iri, scheme=scheme)
    assert answer.status == 401


@pytest.mark.parametrize("context", [CID, [CID], "https://w3id.org/security/multikey/v1"])
@pytest.mark.parametrize("name", ["assertionMethod", "publicKey"])
async def test_a_multikey_that_stands_alone_is_listed_by_its_address(
    street: Street, alpha: House, mallory: Stranger, context: Any, name: str
) -> None:
    key, iri = an_ed25519_key(street), Iri(f"{mallory.origin}/keys/1")
    alone = {"@context": context, **multikey(mallory, key, iri)}
    mallory.documents["/keys/1"] = (200, alone)
    follow = mallory.activity("Follow", COOP)
    answer = await mallory.send(alpha, follow, key=key, key_id=iri)
    assert (answer.status, street.refusals()) == (401, ["key-owner"]), "nobody lists it"

    street.clock.turn(minutes=11)
    mallory.documents["/users/mallory"] = (200, mallory.actor(**{name: [iri]}))
    for _ in range(2):
        assert (await mallory.send(alpha, follow, key=key, key_id=iri)).status == 202
    update = mallory.activity("Update", mallory.actor(**{name: iri}))
    assert (await mallory.send(alpha, update, key=key, key_id=iri)).status == 202
    await street.settle()
    asked = len(mallory.asked)
    assert (await mallory.send(alpha, follow, key=key, key_id=iri)).status == 202
    assert len(mallory.asked) == asked, "what is still listed by its address is still known"

    update = mallory.activity("Update", mallory.actor())
    assert (await mallory.send(alpha, update, key=key, key_id=iri)).status == 202
    await street.settle()
    mallory.documents["/users/mallory"] = (200, mallory.actor())
    assert (await mallory.send(alpha, follow, key=key, key_id=iri)).status == 401


@pytest.mark.parametrize(
    "context", ["https://evil.test/context", {"owner": "https://evil.test/#x"}, None, [], 7]
)
async def test_a_key_under_a_context_that_may_mean_anything_is_refused(
    street: Street, alpha: House, mallory: Stranger, context: Any
) -> None:
    key, iri = an_ed25519_key(street), Iri(f"{mallory.origin}/keys/1")
    alone = multikey(mallory, key, iri)
    mallory.documents["/keys/1"] = (200, alone | {"@context": context})
    mallory.documents["/users/mallory"] = (200, mallory.actor(assertionMethod=[iri]))
    answer = await mallory.send(alpha, mallory.activity("Follow", COOP), key=key, key_id=iri)
    assert answer.status == 401


@pytest.mark.parametrize(("place", "status"), [(0, 202), (9, 202), (10, 401)])
async def test_ten_keys_of_an_actor_are_read(
    street: Street, alpha: House, mallory: Stranger, place: int, status: int
) -> None:
    other = PrivateKey.from_pem(street.next_keys().rsa).public.pem()
    keys = [
        {"id": f"{mallory.iri}#k{number}", "owner": mallory.iri, "publicKeyPem": other}
        for number in range(12)
    ]
    keys[place] = {
        "id": mallory.key_id,
        "owner": mallory.iri,
        "publicKeyPem": mallory.key.public.pem(),
    }
    mallory.documents["/users/mallory"] = (200, mallory.actor(publicKey=keys))
    assert (await mallory.send(alpha, mallory.activity("Follow", COOP))).status == status


async def test_of_two_neighbours_who_claim_one_key_the_second_is_refused(
    street: Street, alpha: House, mallory: Stranger
) -> None:
    shared = Iri(f"{mallory.origin}/keys/shared")
    pem = mallory.key.public.pem()
    alice = Iri(f"{mallory.origin}/users/alice")

    def shown(owner: Iri) -> Document:
        return {"id": shared, "owner": owner, "publicKeyPem": pem}

    def alone(owner: Iri) -> Document:
        return {"@context": [AS2, SECURITY], "type": "Key", **shown(owner)}

    mallory.documents["/users/mallory"] = (200, mallory.actor(publicKey=shown(mallory.iri)))
    mallory.documents["/users/alice"] = (
        200,
        mallory.actor(
            id=alice,
            preferredUsername="alice",
            inbox=f"{alice}/inbox",
            publicKey=[
                shown(alice),
                {"id": f"{alice}#own", "owner": alice, "publicKeyPem": pem},
            ],
        ),
    )
    mallory.documents["/keys/shared"] = (200, alone(mallory.iri))
    assert (
        await mallory.send(alpha, mallory.activity("Follow", COOP), key_id=shared)
    ).status == 202

    mallory.documents["/keys/shared"] = (200, alone(alice))
    follow = mallory.activity("Follow", COOP, actor=alice)
    assert (await mallory.send(alpha, follow, key_id=shared)).status == 401
    own = Iri(f"{alice}#own")
    assert (await mallory.send(alpha, follow, key_id=own)).status == 401, "nor by another key"
    assert (await mallory.send(alpha, follow, key_id=shared)).status == 401
    again = mallory.activity("Like", COOP)
    assert (await mallory.send(alpha, again, key_id=shared)).status == 202, "still the first one's"
    assert street.refusals() == ["signer-not-actor", "key-owner", "signer-not-actor"]


async def test_nobody_takes_a_neighbours_key_before_she_comes(
    alpha: House, mallory: Stranger
) -> None:
    vera = Iri(f"{mallory.origin}/users/vera")
    pem = mallory.key.public.pem()
    hers = {"id": f"{vera}#main-key", "owner": vera, "publicKeyPem": pem}
    keys = [
        {"id": mallory.key_id, "owner": mallory.iri, "publicKeyPem": pem},
        hers | {"owner": mallory.iri},
    ]
    mallory.documents["/users/mallory"] = (200, mallory.actor(publicKey=keys))
    assert (await mallory.send(alpha, mallory.activity("Follow", COOP))).status == 202

    mallory.documents["/users/vera"] = (
        200,
        mallory.actor(id=vera, preferredUsername="vera", inbox=f"{vera}/inbox", publicKey=hers),
    )
    follow = mallory.activity("Follow", COOP, actor=vera)
    key_id = Iri(str(hers["id"]))
    assert (await mallory.send(alpha, follow, key_id=key_id)).status == 202


async def test_a_burst_of_invented_keys_costs_no_more_than_one_after_the_other(
    alpha: House, mallory: Stranger
) -> None:
    assert (await mallory.send(alpha, mallory.activity("Like", COOP))).status == 202

    async def follow(number: int) -> int:
        invented = Iri(f"{mallory.origin}/users/{number}#main-key")
        activity = mallory.activity("Follow", COOP)
        return (await mallory.send(alpha, activity, key_id=invented)).status

    statuses = await asyncio.gather(*(follow(number) for number in range(60)))
    assert statuses.count(503) >= 60 - misses.MISSES_OF_HOST - 4
    assert len(mallory.asked) <= 30
    assert (await mallory.send(alpha, mallory.activity("Like", COOP))).status == 202
