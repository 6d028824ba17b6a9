"""Whose key is it? Rotation, forgery, poisoning, and what all of that may cost us."""

import pytest
from together.stranger import AS2, SECURITY, Document, Stranger, moved_in
from together.street import House, Street

from activitypub.iris import Iri
from activitypub.signatures.keys import PrivateKey
from actors.views import profiles
from federation import misses

COOP = "https://alpha.test/actors/coop"


def another_key(street: Street) -> PrivateKey:
    return PrivateKey.from_pem(street.next_keys().rsa)


async def test_forty_forgeries_cost_two_questions(
    street: Street, alpha: House, mallory: Stranger
) -> None:
    assert (await mallory.send(alpha, mallory.activity("Like", COOP))).status == 202
    forged = another_key(street)
    for _ in range(40):
        answer = await mallory.send(alpha, mallory.activity("Follow", COOP), key=forged)
        assert answer.status == 401
    assert len(mallory.asked) == 2
    assert set(street.refusals()) == {"signature-syntax"}


async def test_a_new_key_is_learnt_and_the_old_one_forgotten(
    street: Street, alpha: House, mallory: Stranger
) -> None:
    old = mallory.key
    assert (await mallory.send(alpha, mallory.activity("Like", COOP))).status == 202
    mallory.key = another_key(street)
    mallory.documents["/users/mallory"] = (200, mallory.actor())

    assert (await mallory.send(alpha, mallory.activity("Like", COOP))).status == 202
    assert len(mallory.asked) == 2
    answer = await mallory.send(alpha, mallory.activity("Follow", COOP), key=old)
    assert answer.status == 401
    street.clock.turn(minutes=6)
    answer = await mallory.send(alpha, mallory.activity("Follow", COOP), key=old)
    assert answer.status == 401
    assert (await mallory.send(alpha, mallory.activity("Like", COOP))).status == 202


async def test_a_key_that_is_not_there_is_asked_for_once_in_ten_minutes(
    street: Street, alpha: House, mallory: Stranger
) -> None:
    missing = Iri(f"{mallory.origin}/users/nobody#main-key")
    for _ in range(3):
        answer = await mallory.send(alpha, mallory.activity("Follow", COOP), key_id=missing)
        assert answer.status == 401
    assert mallory.asked == ["/users/nobody"]
    assert street.refusals() == ["key-fetch"] * 3
    street.clock.turn(minutes=11)
    await mallory.send(alpha, mallory.activity("Follow", COOP), key_id=missing)
    assert mallory.asked == ["/users/nobody"] * 2


async def test_sixty_invented_keys_of_one_server_are_not_all_asked_for(
    alpha: House, mallory: Stranger
) -> None:
    assert (await mallory.send(alpha, mallory.activity("Like", COOP))).status == 202
    statuses, waits = [], set()
    for number in range(60):
        invented = Iri(f"{mallory.origin}/users/{number}#main-key")
        answer = await mallory.send(alpha, mallory.activity("Follow", COOP), key_id=invented)
        statuses.append(answer.status)
        waits.add(answer.headers.get("Retry-After"))
    assert statuses == [401] * misses.MISSES_OF_HOST + [503] * (60 - misses.MISSES_OF_HOST)
    assert waits == {None, "600"}
    assert len(mallory.asked) <= 30
    known = await mallory.send(alpha, mallory.activity("Like", COOP))
    assert known.status == 202, "those whom we know are not shut out with them"


async def test_a_server_in_trouble_is_not_asked_for_one_key_after_the_other(
    street: Street, alpha: House, mallory: Stranger
) -> None:
    for number in range(12):
        mallory.documents[f"/users/{number}"] = (500, {})
        key_id = Iri(f"{mallory.origin}/users/{number}#main-key")
        answer = await mallory.send(alpha, mallory.activity("Follow", COOP), key_id=key_id)
        assert answer.status == 503
        assert "Retry-After" in answer.headers
    assert len(mallory.asked) == misses.TROUBLES_OF_HOST
    street.clock.turn(minutes=2)
    assert (await mallory.send(alpha, mallory.activity("Follow", COOP))).status == 202


async def test_a_server_in_trouble_is_told_to_come_again(
    street: Street, alpha: House, mallory: Stranger
) -> None:
    mallory.documents["/users/mallory"] = (500, {})
    for _ in range(20):
        answer = await mallory.send(alpha, mallory.activity("Follow", COOP))
        assert answer.status == 503
        assert 0 < int(answer.headers["Retry-After"]) <= 600
    assert len(mallory.asked) == 1
    mallory.documents["/users/mallory"] = (200, mallory.actor())
    street.clock.turn(minutes=2)
    assert (await mallory.send(alpha, mallory.activity("Follow", COOP))).status == 202


async def test_a_host_that_does_not_exist_has_no_keys(
    street: Street, alpha: House, mallory: Stranger
) -> None:
    nowhere = Iri("https://nowhere.test/users/vera#main-key")
    answer = await mallory.send(alpha, mallory.activity("Follow", COOP), key_id=nowhere)
    assert (answer.status, street.refusals()) == (401, ["key-fetch"])


async def test_a_host_whose_door_is_shut_is_told_to_come_again(
    street: Street, alpha: House, mallory: Stranger
) -> None:
    street.door("shut.test")
    shut = Iri("https://shut.test/users/vera#main-key")
    answer = await mallory.send(alpha, mallory.activity("Follow", COOP), key_id=shut)
    assert answer.status == 503
    assert int(answer.headers["Retry-After"]) > 0


@pytest.mark.parametrize(
    "key_id",
    ["https://alpha.test/actors/coop#main-key", "https://alpha.test/actor", "https://ALPHA.test/x"],
)
async def test_our_own_keys_sign_nothing_from_outside(
    street: Street, alpha: House, mallory: Stranger, key_id: str
) -> None:
    follow = mallory.activity("Follow", COOP)
    answer = await mallory.send(alpha, follow, key_id=Iri(key_id))
    assert (answer.status, street.refusals()) == (401, ["key-url"])
    assert not [one for one in street.events if str(one["event"]).startswith("egress.done")]


@pytest.mark.parametrize(
    "key_id", ["http://127.0.0.1:1/k", "https://127.0.0.1/k", "http://10.0.0.1/k"]
)
async def test_a_key_inside_is_never_asked_for(
    street: Street, alpha: House, mallory: Stranger, key_id: str
) -> None:
    follow = mallory.activity("Follow", COOP)
    answer = await mallory.send(alpha, follow, key_id=Iri(key_id))
    assert answer.status in (401, 503)
    assert not [one for one in street.events if one["event"] == "egress.done"]


async def test_a_key_that_stands_alone_is_believed_when_its_owner_lists_it(
    alpha: House, mallory: Stranger
) -> None:
    alone = Iri(f"{mallory.origin}/keys/1")
    public: Document = {
        "@context": [AS2, SECURITY],
        "id": alone,
        "type": "Key",
        "owner": mallory.iri,
        "publicKeyPem": mallory.key.public.pem(),
    }
    mallory.documents["/keys/1"] = (200, public)
    follow = mallory.activity("Follow", COOP)
    assert (await mallory.send(alpha, follow, key_id=alone)).status == 401

    listed = {name: public[name] for name in ("id", "owner", "publicKeyPem")}
    mallory.documents["/users/mallory"] = (200, mallory.actor(publicKey=[listed]))
    mallory.key_id = Iri(f"{alone}/again")
    public["id"] = listed["id"] = mallory.key_id
    mallory.documents["/keys/1/again"] = (200, public)
    assert (await mallory.send(alpha, follow)).status == 202


async def test_nobody_lends_a_key_to_somebody_elsewhere(
    street: Street, alpha: House, mallory: Stranger
) -> None:
    async with moved_in(street, "good.test") as vera:
        key_of_mallory = {
            "id": mallory.key_id,
            "owner": vera.iri,
            "publicKeyPem": mallory.key.public.pem(),
        }
        mallory.documents["/users/mallory"] = (200, mallory.actor(publicKey=key_of_mallory))
        follow = vera.activity("Follow", COOP)
        answer = await mallory.send(alpha, follow)
        assert (answer.status, street.refusals()) == (401, ["key-owner"])

        mallory.documents["/users/mallory"] = (200, vera.actor())
        other = Iri(f"{mallory.iri}#other")
        assert (await mallory.send(alpha, follow, key_id=other)).status == 401
        async with alpha.read() as session:
            assert await profiles.by_iri(session, vera.iri) is None
        assert (await vera.send(alpha, follow)).status == 202, "she is not the poorer for it"


async def test_a_key_that_is_somebody_elses_already_is_refused(
    alpha: House, mallory: Stranger
) -> None:
    assert (await mallory.send(alpha, mallory.activity("Like", COOP))).status == 202
    alice = Iri(f"{mallory.origin}/users/alice")
    stolen = mallory.actor(id=alice, preferredUsername="alice", inbox=f"{alice}/inbox")
    stolen["publicKey"] = {
        "id": mallory.key_id,
        "owner": alice,
        "publicKeyPem": mallory.key.public.pem(),
    }
    mallory.documents["/users/alice"] = (200, stolen)
    as_alice = mallory.activity("Follow", COOP, actor=alice)
    assert (await mallory.send(alpha, as_alice)).status == 401
    assert (await mallory.send(alpha, mallory.activity("Like", COOP))).status == 202


async def test_a_weak_key_is_refused(street: Street, alpha: House, mallory: Stranger) -> None:
    broken = {"id": mallory.key_id, "owner": mallory.iri, "publicKeyPem": "-----BEGIN x-----"}
    mallory.documents["/users/mallory"] = (200, mallory.actor(publicKey=broken))
    answer = await mallory.send(alpha, mallory.activity("Follow", COOP))
    assert (answer.status, street.refusals()) == (401, ["key-strength"])
