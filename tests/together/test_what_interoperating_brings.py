"""What other servers may count on in what we say: over days, between instances, and for good.

The other half of `test_what_interoperating_asks.py`.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from functools import reduce
from typing import Any

import jcs
import orjson
import pytest
from sqlalchemy import insert, select
from together.everything_said import a_large_sheet
from together.judges.bench import verdict
from together.judges.mastodon import Mastodon
from together.judges.signatures import Signed
from together.program import Body, Program, a_model, a_program, as_body
from together.stranger import AS2, Document, Stranger, moved_in
from together.street import House, Street, a_sheet

from activitypub import wire
from activitypub.addressing import Visibility
from activitypub.mediatypes import ACTIVITY_JSON
from actors.rules.sections import Sheet
from actors.tables.actor import Actor
from actors.tables.follow import Follow
from actors.tables.model import Model
from actors.tables.remark import Remark
from actors.verbs import featuring, forgetting, moving, quoting, remarking, rewording, rotating
from actors.views import history, profiles

COOP = "https://alpha.test/actors/coop"
SYNCHRONISATION = "collection-synchronization"
LARGEST = 48 * 1024
"""Bytes: Misskey takes no more than 64 KB, and others may embed what we say."""


async def read(street: Street, url: str, status: int = 200) -> Document:
    """A document, as a peer reads it."""
    async with street.session.get(url, headers={"Accept": ACTIVITY_JSON}) as answer:
        assert answer.status == status, url
        document: Document = orjson.loads(await answer.read())
        return document


async def followed(alpha: House, mallory: Stranger, **profile: Any) -> Actor:
    """Mallory follows the organisation, and what she was told of that is put away."""
    mallory.documents["/users/mallory"] = (200, mallory.actor(**profile))
    assert (await mallory.send(alpha, mallory.activity("Follow", COOP))).status == 202
    await alpha.street.settle()
    assert [one["type"] for one in mallory.told] == ["Accept"]
    mallory.told.clear()
    mallory.signatures.clear()
    mallory.requests.clear()
    return await alpha.actor("coop")


async def say(house: House, text: str, **more: Any) -> Remark:
    """The organisation says something."""
    coop = await house.actor("coop")
    async with house.begin() as session:
        return await remarking.remark(session, house.site, coop, text=text, **more)


def about(activity: Document) -> str:
    """What an activity is about, by its id."""
    subject = activity["object"]
    return str(subject["id"] if isinstance(subject, dict) else subject)


def posts(mallory: Stranger) -> list[wire.Request]:
    return [one for one in mallory.requests if one.method == "POST"]


def added_up(ids: Sequence[str]) -> str:
    """FEP-8fcf's digest, byte by byte."""
    sums = (hashlib.sha256(one.encode()).digest() for one in ids)
    total = reduce(lambda one, two: bytes(a ^ b for a, b in zip(one, two, strict=True)), sums)
    return total.hex()


async def test_what_has_not_changed_is_not_told_and_a_change_is_always_later(
    street: Street, alpha: House, mallory: Stranger
) -> None:
    coop = await followed(alpha, mallory)
    member = await alpha.member("coop@example.org", coop)
    program = Program(alpha, coop, await alpha.token(member, coop))
    model = await program.publish()
    remark = await say(alpha, "Bonjour")
    await street.settle()
    mallory.told.clear()

    unchanged = await program.post(f"/models/{model['id']}/versions", as_body(model))
    assert unchanged.is_problem(409)
    async with alpha.begin() as session:
        same = await session.get_one(Remark, remark.id)
        await rewording.reword(session, alpha.site, same, text="Bonjour")
    await street.settle()
    assert mallory.told == []

    times = [(await read(street, model["iri"]))["published"]]
    for number in range(3):  # all within one second
        changed = as_body(model) | {"summary": f"Résumé {number}."}
        (await program.post(f"/models/{model['id']}/versions", changed)).told(201)
        await street.settle()
    times += [one["object"]["updated"] for one in mallory.told]
    assert len(times) == 4
    assert times == sorted(set(times)), "each later than the one before"


async def test_what_was_deleted_shows_a_tombstone_for_ever_and_its_id_is_never_given_again(
    street: Street, alpha: House
) -> None:
    coop = await alpha.actor("coop")
    model, remark = await alpha.publish(coop), await say(alpha, "Bonjour")
    async with alpha.begin() as session:
        gone = await session.get_one(Remark, remark.id)
        await forgetting.delete_remark(session, alpha.site, gone)
    await alpha.delete(model)
    await street.settle()
    again = await alpha.publish(coop)
    assert again.iri != model.iri
    street.clock.turn(days=4000)
    for iri in (model.iri, f"{model.iri}/versions/1", remark.iri):
        stone = await read(street, iri, 410)
        assert (stone["type"], stone["id"]) == ("Tombstone", iri)
        assert {"formerType", "deleted"} <= stone.keys()


async def test_a_server_that_was_away_for_ten_days_hears_all_of_it_in_order_signed_afresh(
    street: Street, alpha: House, mallory: Stranger
) -> None:
    (beta,) = await street.open("beta")
    await beta.follow(beta.network, "@coop@alpha.test")
    coop = await followed(alpha, mallory)
    signer = orjson.loads(coop.document)
    tries: list[tuple[str, str]] = []

    async def tried(request: wire.Request) -> None:
        signed = Signed(request.method, request.url, dict(request.headers), request.body, signer)
        judged = verdict(lambda: Mastodon().request(signed, street.clock()))
        tries.append((signed.says["signature"], judged))

    mallory.before, mallory.answers = tried, 503
    await beta.stop()
    first = await alpha.publish(coop)
    second = await alpha.publish(coop, a_sheet("Autre atelier"))
    for day in range(10):
        street.clock.turn(days=1)
        if day in (2, 5):
            await alpha.revise(first, a_sheet(text=f"Jour {day}."))
        if day == 7:
            await alpha.delete(second)
        await street.settle()
    assert len(tries) >= 10
    assert {one["type"] for one in mallory.told} == {"Create"}, "nothing overtakes its beginning"

    mallory.told.clear()
    mallory.answers = 202
    await beta.start()
    street.clock.turn(hours=6)
    await street.settle()
    heard = {
        iri: [one["type"] for one in mallory.told if about(one) == iri]
        for iri in (first.iri, second.iri)
    }
    assert heard == {
        first.iri: ["Create", "Update"],  # the newest
        second.iri: ["Create", "Delete"],
    }
    assert {judged for _, judged in tries} == {"taken"}
    assert len({signature for signature, _ in tries}) == len(tries)
    async with beta.read() as session:
        mirrored = await history.model_by_iri(session, first.iri)
        buried = await history.model_by_iri(session, second.iri)
    assert mirrored is not None
    assert mirrored.number == 3
    assert buried is None or buried.deleted_at is not None


async def crowd(alpha: House, coop: Actor, count: int) -> list[str]:
    """Followers on mallory's server, remembered without anybody being there."""
    before = alpha.site.now() - timedelta(days=1)
    people = [
        {
            "id": alpha.site.new_id(),
            "iri": f"https://evil.test/users/u{number}",
            "is_ours": False,
            "type": "Person",
            "handle": f"u{number}",
            "host": "evil.test",
            "name": "",
            "inbox": f"https://evil.test/users/u{number}/inbox",
            "shared_inbox": "https://evil.test/inbox",
            "document": b"{}",
            "published_at": before,
            "updated_at": before,
        }
        for number in range(count)
    ]
    follows = [
        {
            "id": alpha.site.new_id(),
            "iri": f"{one['iri']}/follow",
            "follower_id": one["id"],
            "followee_id": coop.id,
            "state": "accepted",
            "made_at": before,
        }
        for one in people
    ]
    async with alpha.begin() as session:
        await session.execute(insert(Actor), people)
        await session.execute(insert(Follow), follows)
    return [str(one["iri"]) for one in people]


async def test_followers_add_up_as_others_add_them_up_to_twenty_five_thousand(
    street: Street, alpha: House, mallory: Stranger
) -> None:
    fep = {"type": "Link", "href": "https://w3id.org/fep/8fcf"}
    coop = await followed(
        alpha,
        mallory,
        generator={"type": "Application", "implements": [fep]},
        endpoints={"sharedInbox": f"{mallory.origin}/inbox"},
    )
    listed = [str(mallory.iri)]
    for more, is_compared in ((0, True), (24_998, True), (1, False)):
        listed += await crowd(alpha, coop, more) if more > 1 else []
        if more == 1:
            async with moved_in(street, "vera.test") as vera:
                await vera.send(alpha, vera.activity("Follow", COOP))
                await street.settle()
        mallory.requests.clear()
        await say(alpha, f"Entre nous {more}", visible=Visibility.FOLLOWERS)
        await street.settle()
        [request] = posts(mallory)
        said = request.header(SYNCHRONISATION)
        assert said == (
            f'collectionId="{COOP}/followers", digest="{added_up(listed)}", '
            f'url="{COOP}/followers_synchronization"'
            if is_compared
            else None
        )


async def test_where_nobody_follows_anybody_zeroes_are_agreement(
    street: Street, alpha: House, mallory: Stranger
) -> None:
    header = (
        f'collectionId="{mallory.iri}/followers", digest="{"0" * 64}", '
        f'url="{mallory.origin}/followers_synchronization"'
    )
    like = mallory.activity("Like", COOP)
    assert (await mallory.send(alpha, like, more=((SYNCHRONISATION, header),))).status == 202
    await street.settle()
    assert "/followers_synchronization" not in mallory.asked


async def test_a_quote_is_asked_for_given_a_stamp_that_everybody_can_read_and_taken_back(
    street: Street, alpha: House, mallory: Stranger
) -> None:
    coop = await alpha.actor("coop")
    model = await alpha.publish(coop)
    note = mallory.note("/notes/q", quote=model.iri)
    request = mallory.activity("QuoteRequest", model.iri, instrument=note)
    assert (await mallory.send(alpha, request)).status == 202
    await street.settle()
    [accept] = mallory.told
    assert (accept["type"], about(accept)) == ("Accept", request["id"])
    stamp = accept["result"]
    assert isinstance(stamp, str)
    shown = await read(street, stamp)
    assert (shown["id"], shown["type"]) == (stamp, "QuoteAuthorization")
    Mastodon().stamp(shown, by=COOP, of=model.iri)
    assert shown["interactingObject"] == note["id"]
    async with alpha.begin() as session:
        quoted = await session.scalar(select(Remark).where(Remark.iri == note["id"]))
        assert quoted is not None
        await quoting.revoke(session, alpha.site, coop, quoted)
    await street.settle()
    assert (mallory.told[-1]["type"], about(mallory.told[-1])) == ("Delete", stamp)
    assert (await read(street, stamp, 410))["type"] == "Tombstone"


async def test_who_moves_in_brings_followers_along_only_where_the_new_account_says_so(
    street: Street, alpha: House, mallory: Stranger
) -> None:
    coop = await alpha.actor("coop")
    await alpha.follow(coop, mallory.iri)
    await street.settle()
    await mallory.send(alpha, mallory.activity("Accept", mallory.told[-1]["id"]))
    async with moved_in(street, "new.test") as new:
        for aliases, hosts in (([], {"evil.test"}), ([mallory.iri], {"new.test"})):
            new.documents["/users/mallory"] = (200, new.actor(alsoKnownAs=aliases))
            move = mallory.activity("Move", mallory.iri, target=new.iri)
            assert (await mallory.send(alpha, move)).status == 202
            await street.settle()
            async with alpha.read() as session:
                follows = await profiles.our_follows(session, coop)
            assert {whom.host for _, whom in follows} == hosts
        assert [one["type"] for one in new.told] == ["Follow"]
    assert [one["type"] for one in mallory.told] == ["Follow", "Undo"]


async def test_who_moves_out_says_where_to_and_everybody_can_check_it(
    street: Street, alpha: House, mallory: Stranger
) -> None:
    coop = await followed(alpha, mallory)
    async with moved_in(street, "new.test") as new:
        new.documents["/users/mallory"] = (200, new.actor(alsoKnownAs=[coop.iri]))
        target: Any = await alpha.lookup.newest(new.iri)
        async with alpha.begin() as session:
            await moving.move(session, alpha.site, coop, target)
        await street.settle()
    update, move = mallory.told
    assert (update["type"], update["object"]["movedTo"]) == ("Update", new.iri)
    assert (move["type"], move["object"], move["target"]) == ("Move", COOP, new.iri)
    assert (await read(street, COOP))["movedTo"] == new.iri


async def test_new_keys_are_told_in_an_update_that_the_old_ones_signed(
    street: Street, alpha: House, mallory: Stranger
) -> None:
    coop = await followed(alpha, mallory)
    known = orjson.loads(coop.document)
    async with alpha.begin() as session:
        await rotating.rotate(session, alpha.site, coop, street.next_keys())
    await street.settle()
    await alpha.publish(await alpha.actor("coop"))
    await street.settle()
    for request in posts(mallory):
        signed = Signed(request.method, request.url, dict(request.headers), request.body, known)
        Mastodon().request(signed, street.clock())
        activity = orjson.loads(request.body)
        if activity["type"] == "Update":
            assert activity["object"]["publicKey"] != known["publicKey"]
            known = activity["object"]
    assert [one["type"] for one in mallory.told] == ["Update", "Create"]


async def versions(house: House, iri: str) -> list[tuple[Any, ...]]:
    """The history of a model as an instance remembers it, the newest first."""
    async with house.read() as session:
        model = await history.model_by_iri(session, iri)
        assert model is not None
        return [
            (one.iri, one.number, one.digest, one.parent_iri, one.merged_iri)
            for one in await history.revisions(session, model)
        ]


def with_costs(body: Body, text: str) -> Body:
    """The same sheet with other words on what it costs."""
    sections = [
        one | {"text": {"fr": text}} if one["key"] == "costs" else one for one in body["sections"]
    ]
    return body | {"sections": sections}


@pytest.mark.parametrize("in_conflict", [False, True])
async def test_a_fork_is_recorded_hears_that_its_source_moves_and_both_histories_agree(
    street: Street, in_conflict: bool
) -> None:
    alpha, beta = await street.open("alpha", "beta")
    await beta.follow(beta.network, "@network@alpha.test")
    await street.settle()
    author, forker = await a_program(alpha, "coop"), await a_program(beta, "officina")
    source = await author.publish()
    await street.settle()
    asked = {"source": source["iri"], "kind": "variant", "language": "fr"}
    fork = (await forker.post("/forks", asked)).told(201)
    await street.settle()
    assert "alpha → beta Accept" in street.mail
    assert (await read(street, f"{source['iri']}/forks"))["orderedItems"] == [fork["iri"]]
    if in_conflict:
        mine = with_costs(as_body(fork), "Cent abonnés.")
        (await forker.post(f"/models/{fork['id']}/versions", mine)).told(201)
        await street.settle()

    moved = with_costs(a_model(), "Deux mille abonnés.")
    (await author.post(f"/models/{source['id']}/versions", moved)).told(201)
    await street.settle()
    [notice] = [
        one
        for one in (await forker.get("/notices")).told(200)["items"]
        if one["kind"] == "upstream"
    ]
    assert notice["about"]["changed"] == ["costs"]
    assert notice["about"]["conflicts"] == ["costs"] * in_conflict
    merge = f"/models/{fork['id']}/merge"
    if in_conflict:
        assert (await forker.post(merge, {"choices": {}})).is_problem(409)
    choices = {"costs": "theirs"} if in_conflict else {}
    (await forker.post(merge, {"choices": choices})).told(201)
    await street.settle()
    now = (await forker.get(f"/models/{fork['id']}")).told(200)
    texts = {one["key"]: one["text"]["fr"] for one in now["sections"]}
    assert texts["costs"] == "Deux mille abonnés."
    for model in (source, fork):
        assert await versions(alpha, model["iri"]) == await versions(beta, model["iri"])
    assert (await versions(alpha, fork["iri"]))[0][-1] == f"{source['iri']}/versions/2"
    assert street.refusals() == []


def multihash(raw: bytes) -> str:
    """sha-256 as a base58btc multihash, by long division."""
    letters = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
    number, text = int.from_bytes(b"\x12\x20" + hashlib.sha256(raw).digest(), "big"), ""
    while number:
        number, rest = divmod(number, 58)
        text = letters[rest] + text
    return f"z{text}"


def large_sheets() -> dict[str, Sheet]:
    """Sheets that are too much for one activity, each by another part."""
    tags = [f"fr-{number}" for number in range(1694, 1824)]  # variants, named after years
    return {
        "texts": a_large_sheet(parts=8),
        "facts": replace(
            a_sheet(),
            facts={
                "themes": [f"https://vocabulary.test/themes/{number}" for number in range(2_000)]
            },
        ),
        "languages": replace(
            a_sheet(),
            names={"fr": "Atelier"} | dict.fromkeys(tags, "Atelier " * 20),
            summaries={"fr": "Réparer."} | dict.fromkeys(tags, "Réparer " * 30),
        ),
    }


@pytest.mark.parametrize("part", ["texts", "facts", "languages"])
async def test_what_is_too_large_for_an_activity_is_linked_with_its_digest(
    street: Street, alpha: House, mallory: Stranger, part: str
) -> None:
    (beta,) = await street.open("beta")
    await beta.follow(beta.network, "@coop@alpha.test")
    coop = await followed(alpha, mallory)
    sheet = large_sheets()[part]
    model = await alpha.publish(coop, sheet)
    await street.settle()
    [request] = posts(mallory)
    assert len(request.body) < LARGEST
    [create] = mallory.told
    data = create["object"]["data"]
    assert (data["type"], data["mediaType"]) == ("Link", ACTIVITY_JSON)
    linked = await read(street, data["href"])
    assert data["digest"] == multihash(jcs.canonicalize(linked))
    assert len(linked["sections"]) == len(sheet.sections)
    assert len(orjson.dumps(linked)) > LARGEST
    words = Mastodon().hear(create)
    assert words is not None
    assert words.title == create["object"]["name"]
    async with beta.read() as session:
        mirrored = await history.model_by_iri(session, model.iri)
        assert mirrored is not None
        theirs = history.sheet(await history.head(session, mirrored))
    assert theirs.digest == linked["digest"]
    assert theirs.names.keys() == sheet.names.keys()


async def test_featured_holds_what_is_pinned_as_plain_addresses(
    street: Street, alpha: House
) -> None:
    coop = await alpha.actor("coop")
    models = [await alpha.publish(coop, a_sheet(f"Atelier {number}")) for number in range(7)]
    pinned = models[1:3]
    for model in pinned:
        street.clock.turn(minutes=1)
        async with alpha.begin() as session:
            one = await session.get_one(Model, model.id)
            await featuring.pin(session, alpha.site, coop, one)
    document = await read(street, (await read(street, COOP))["featured"])
    assert AS2 in document["@context"]
    assert document["type"] == "OrderedCollection"
    assert document["totalItems"] == 2
    assert set(document["orderedItems"]) == {one.iri for one in pinned}
    assert Mastodon().featured(document) == document["orderedItems"]
    for address in document["orderedItems"]:
        assert (await read(street, address))["id"] == address
