"""New keys: everybody follows, whenever they hear of it, and whatever happens meanwhile."""

from typing import Any

import orjson
import pytest
from sqlalchemy import select
from together.stranger import Stranger, moved_in
from together.street import House, Street, a_sheet

from activitypub import canonical_json, wire
from activitypub.errors import NotAuthentic
from activitypub.iris import Iri
from activitypub.proofs import eddsa_jcs
from activitypub.signatures.claims import claim
from activitypub.signatures.keys import PublicKey
from activitypub.signatures.verifying import verify
from actors.mail import keyring
from actors.tables.actor import Actor, Key
from actors.tables.former_key import FormerKey
from actors.tables.mail import Outgoing
from actors.tables.model import Model
from actors.verbs import rotating
from actors.views import profiles

COOP = "https://alpha.test/actors/coop"

BESIDE_THE_NEWS = {"signature-syntax"}
"""Mail that is under way beside the news of a key is signed with the key before, and then anew."""


class Believer:
    """Verifies as GoToSocial does: by the key it has, which only an Update signed by it replaces.

    Attributes:
        keys: by their ids.
        refused: how many requests were not believed.
    """

    def __init__(self, street: Street, mallory: Stranger) -> None:
        self.street = street
        self.keys: dict[str, PublicKey] = {}
        self.refused = 0
        self.believed: list[Any] = []
        mallory.judge = self.judge

    async def knows(self, house: House, path: str) -> None:
        """Read an actor, as for the first time."""
        async with self.street.session.get(
            house.url(path), headers={"Accept": "application/activity+json"}
        ) as answer:
            self._learn(orjson.loads(await answer.read()))

    def _learn(self, actor: Any) -> None:
        key = actor["publicKey"]
        self.keys[key["id"]] = PublicKey.from_pem(key["publicKeyPem"])

    def judge(self, request: wire.Request) -> int:
        """The status of the answer."""
        said = claim(request)
        try:
            verify(request, said, self.keys[said.key_id], now=self.street.clock())
        except (KeyError, NotAuthentic):
            self.refused += 1
            return 401
        if request.method == "POST":
            activity = canonical_json.parse(request.body)
            self.believed.append(activity)
            subject = activity["object"]
            if activity["type"] == "Update" and isinstance(subject, dict) and "inbox" in subject:
                self._learn(subject)
        return 202 if request.method == "POST" else 200


@pytest.fixture
async def believer(street: Street, alpha: House, mallory: Stranger) -> Believer:
    """Mallory follows the organisation, and believes only what she can verify."""
    await mallory.send(alpha, mallory.activity("Follow", COOP))
    await street.settle()
    one = Believer(street, mallory)
    await one.knows(alpha, "/actors/coop")
    return one


async def rotate(house: House, handle: str = "coop") -> None:
    keys = house.street.next_keys()
    actor = await house.actor(handle)
    async with house.begin() as session:
        await rotating.rotate(session, house.site, actor, keys)


def kinds(believer: Believer) -> list[str]:
    return [one["type"] for one in believer.believed]


async def test_a_server_that_believes_no_key_that_only_appears_follows(
    street: Street, alpha: House, believer: Believer
) -> None:
    before = dict(believer.keys)
    await rotate(alpha)
    await alpha.publish(await alpha.actor("coop"))
    await street.settle()
    # They are about two things, so either may arrive first.
    assert sorted(kinds(believer)) == ["Create", "Update"]
    assert believer.keys.keys() == before.keys(), "the same id"
    assert believer.keys != before
    assert believer.refused <= 1, "what was under way at the same moment is signed once more"


async def test_a_server_that_was_away_during_two_changes_follows_both(
    street: Street, alpha: House, mallory: Stranger, believer: Believer
) -> None:
    mallory.answers = 500
    judge, mallory.judge = mallory.judge, None
    await alpha.publish(await alpha.actor("coop"))
    await rotate(alpha)
    await street.settle()
    street.clock.turn(hours=3)
    await alpha.publish(await alpha.actor("coop"), a_sheet("Autre atelier"))
    await rotate(alpha)
    await street.settle()
    mallory.judge = judge
    street.clock.turn(days=1)
    await street.settle()
    street.clock.turn(days=1)
    await street.settle()
    assert sorted(kinds(believer)) == ["Create", "Create", "Update", "Update"]
    await alpha.publish(await alpha.actor("coop"), a_sheet("Troisième"))
    refused = believer.refused
    await street.settle()
    assert kinds(believer)[-1] == "Create"
    assert believer.refused == refused, "today's key at once, now that it is known"


async def test_a_server_that_saw_the_new_key_before_the_news_is_not_lost(
    street: Street, alpha: House, mallory: Stranger, believer: Believer
) -> None:
    await rotate(alpha)
    await believer.knows(alpha, "/actors/coop")
    await street.settle()
    assert kinds(believer) == ["Update"]


async def test_a_rotation_that_dies_half_way_changes_nothing(
    street: Street, alpha: House, believer: Believer
) -> None:
    document = (await alpha.actor("coop")).document
    keys, actor = street.next_keys(), await alpha.actor("coop")

    async def dies_half_way() -> None:
        async with alpha.begin() as session:
            await rotating.rotate(session, alpha.site, actor, keys)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await dies_half_way()
    await alpha.stop()
    await alpha.start()
    assert (await alpha.actor("coop")).document == document
    await alpha.publish(await alpha.actor("coop"))
    await street.settle()
    assert (kinds(believer), believer.refused) == (["Create"], 0)


async def test_a_process_that_dies_after_a_rotation_still_signs_the_news_with_the_old_key(
    street: Street, alpha: House, believer: Believer
) -> None:
    await rotate(alpha)
    await alpha.stop()
    await alpha.start()
    await street.settle()
    assert (kinds(believer), believer.refused) == (["Update"], 0)


async def test_what_the_old_key_proved_can_still_be_checked(
    street: Street, alpha: House, mallory: Stranger
) -> None:
    (beta,) = await street.open("beta")
    reader = await beta.organisation("lecteurs")
    model = await alpha.publish(await alpha.actor("coop"))
    for _ in range(2):
        await rotate(alpha)
    found = await beta.lookup.resolve(model.iri)
    assert found.iri == model.iri, "its version was proven by the first key"
    document = orjson.loads((await alpha.actor("coop")).document)
    methods = document["assertionMethod"]
    assert [one["id"].partition("#")[2] for one in methods] == [
        "ed25519-key-3",
        "ed25519-key-2",
        "ed25519-key",
    ]
    proven = PublicKey.from_multikey(methods[0]["publicKeyMultibase"])
    eddsa_jcs.verify(document, proven, method_owner=Iri(COOP), now=alpha.site.now())
    await beta.follow(reader, "@coop@alpha.test")
    await street.settle()
    await rotate(alpha)
    await alpha.revise(model, a_sheet(text="Autrement."))
    await street.settle()
    again = await beta.lookup.resolve(model.iri)
    assert getattr(again, "number", 0) == 2
    assert set(street.refusals()) <= BESIDE_THE_NEWS
    assert mallory.told == []


async def test_the_old_private_keys_are_destroyed(
    street: Street, alpha: House, believer: Believer
) -> None:
    await rotate(alpha)
    async with alpha.read() as session:
        assert len((await session.scalars(select(FormerKey))).all()) == 1
        held = await session.scalars(
            select(Key.iri).where(Key.private.is_not(None), Key.iri.startswith(COOP))
        )
        assert sorted(held) == [f"{COOP}#ed25519-key-2", f"{COOP}#main-key"]
    await street.settle()
    assert kinds(believer) == ["Update"]
    street.clock.turn(hours=2)
    await street.settle()
    async with alpha.begin() as session:
        await keyring.forget_former_keys(session)
        assert (await session.scalars(select(FormerKey))).all() == []


async def test_the_instances_own_actor_tells_every_host(
    street: Street, alpha: House, mallory: Stranger
) -> None:
    await mallory.send(alpha, mallory.activity("Follow", COOP))
    await street.settle()
    async with moved_in(street, "good.test") as vera:
        await vera.send(alpha, vera.activity("Like", COOP))
        await street.settle()
        before = len(mallory.told), len(vera.told)
        async with alpha.read() as session:
            handle = (await profiles.instance_actor(session)).handle
        await rotate(alpha, handle)
        await street.settle()
        assert (len(mallory.told), len(vera.told)) == (before[0] + 1, before[1] + 1)
        assert vera.told[-1]["type"] == "Update"
        assert vera.told[-1]["object"]["id"] == alpha.url("/actor")


async def test_documents_are_asked_for_with_the_key_that_a_host_knows(
    street: Street, alpha: House, mallory: Stranger
) -> None:
    await mallory.send(alpha, mallory.activity("Follow", COOP))
    await street.settle()
    believer = Believer(street, mallory)
    await believer.knows(alpha, "/actor")
    await believer.knows(alpha, "/actors/coop")
    async with alpha.read() as session:
        handle = (await profiles.instance_actor(session)).handle
    await rotate(alpha, handle)
    note = mallory.note("/notes/1")
    found = await alpha.lookup.object(Iri(str(note["id"])))
    assert (found.id, believer.refused) == (note["id"], 0), "not told yet: the old key"
    await street.settle()
    mallory.note("/notes/2")
    await alpha.lookup.object(Iri(f"{mallory.origin}/notes/2"))
    assert believer.refused == 0, "told: the new key"


async def test_a_peer_of_our_kind_follows(street: Street, alpha: House) -> None:
    (beta,) = await street.open("beta")
    reader = await beta.organisation("lecteurs")
    await beta.follow(reader, "@coop@alpha.test")
    await street.settle()
    await rotate(alpha)
    await alpha.publish(await alpha.actor("coop"))
    await street.settle()
    assert sorted(street.mail[-2:]) == ["alpha → beta Create", "alpha → beta Update"]
    async with beta.read() as session:
        known = await session.scalar(select(Actor).where(Actor.iri == COOP))
        assert known is not None
        public = await session.scalar(select(Key.public).where(Key.iri == f"{COOP}#main-key"))
    now = orjson.loads((await alpha.actor("coop")).document)
    assert public == now["publicKey"]["publicKeyPem"]
    assert set(street.refusals()) <= BESIDE_THE_NEWS


async def test_a_version_proven_by_a_key_that_was_not_heard_of_is_believed(
    street: Street, alpha: House
) -> None:
    (beta,) = await street.open("beta")
    reader = await beta.organisation("lecteurs")
    await beta.follow(reader, "@coop@alpha.test")
    model = await alpha.publish(await alpha.actor("coop"))
    await street.settle()
    await rotate(alpha)
    async with alpha.begin() as session:  # the news of it gets lost
        news = await session.scalar(select(Outgoing).where(Outgoing.about == COOP))
        assert news is not None
        news.fanned_at = alpha.site.now()
    await alpha.revise(model, a_sheet(text="Autrement."))
    await street.settle()
    assert street.mail[-1] == "alpha → beta Update"
    assert street.refusals() == []
    async with beta.read() as session:
        known = await session.scalar(select(Model).where(Model.iri == model.iri))
    assert known is not None
    assert known.number == 2
