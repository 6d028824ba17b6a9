"""Who may read our documents: everybody, or whom they are meant for, or who signs."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import aiohttp
import orjson
import pytest
from sqlalchemy import insert, select
from together.stranger import Stranger, moved_in
from together.street import House, Street, a_sheet

from activitypub import wire
from activitypub.addressing import Visibility
from activitypub.iris import Iri
from activitypub.mediatypes import ACTIVITY_JSON
from activitypub.signatures.claims import Scheme
from activitypub.signatures.keys import PrivateKey
from activitypub.signatures.rfc9421 import ACCEPTED_ON_GET
from activitypub.signatures.signing import sign
from actors.tables.host import Host
from actors.tables.remark import Remark
from actors.verbs import remarking
from federation.peers.readers import VARY
from federation.settings import SIGNED, Documents

COOP = "https://alpha.test/actors/coop"
MODEL = "/models/atelier-de-reparation"
GUARDED = (
    "/@coop",
    MODEL,
    f"{MODEL}/versions/1",
    "/m/atelier-de-reparation",
    f"{MODEL}/history",
    f"{MODEL}/forks",
    f"{MODEL}/replies",
    f"{MODEL}/context",
    "/actors/coop/outbox",
    "/actors/coop/outbox?page=true",
    "/actors/coop/followers",
    "/actors/coop/following",
    "/actors/coop/featured",
)
OPEN = (
    "/actor",
    "/actor/outbox",
    "/.well-known/webfinger?resource=acct:coop@alpha.test",
    "/.well-known/nodeinfo",
    "/.well-known/host-meta",
    "/nodeinfo/2.1",
    "/nodeinfo/2.0",
)


class Read:
    """One answer."""

    def __init__(self, answer: aiohttp.ClientResponse, body: bytes) -> None:
        self.status, self.headers = answer.status, answer.headers
        self.document: Any = orjson.loads(body) if "json" in answer.content_type else None


async def read(
    house: House,
    path: str,
    reader: Stranger | None = None,
    *,
    scheme: Scheme = Scheme.CAVAGE,
    key: PrivateKey | None = None,
    signed_for: str | None = None,
) -> Read:
    """Ask for a document, signed by the reader or by nobody."""
    request = wire.Request(
        "GET", Iri(house.url(signed_for or path)), (("accept", ACTIVITY_JSON),), b""
    )
    if reader is not None:
        now = house.street.clock()
        request = sign(request, key_id=reader.key_id, key=key or reader.key, now=now, scheme=scheme)
    async with house.street.session.get(house.url(path), headers=list(request.headers)) as answer:
        return Read(answer, await answer.read())


@pytest.fixture
async def guarded(street: Street, alpha: House) -> House:
    """The instance with a model, which shows documents only to those who sign."""
    await alpha.publish(await alpha.actor("coop"))
    await alpha.stop()
    alpha.settings = replace(alpha.settings, documents=Documents(readers=SIGNED))
    await alpha.start()
    return alpha


@pytest.fixture
async def vera(street: Street) -> AsyncIterator[Stranger]:
    """Somebody on another server."""
    async with moved_in(street, "good.test") as stranger:
        yield stranger


async def say(house: House, text: str, answers: Remark | None, visible: Visibility) -> Remark:
    coop = await house.actor("coop")
    async with house.begin() as session:
        return await remarking.remark(
            session,
            house.site,
            coop,
            text=text,
            in_reply_to=answers,
            visible=visible,
            language="fr",
        )


async def block(house: House, host: str) -> None:
    async with house.begin() as session:
        values = {"id": house.site.new_id(), "name": host, "failures": 0, "is_blocked": True}
        await session.execute(insert(Host).values(**values))


@pytest.mark.parametrize("path", GUARDED)
async def test_nobody_reads_unsigned_where_the_operator_wants_signatures(
    guarded: House, mallory: Stranger, path: str
) -> None:
    unsigned = await read(guarded, path)
    if path == "/@coop":
        assert set(unsigned.document) <= {
            "@context",
            "id",
            "type",
            "preferredUsername",
            "inbox",
            "publicKey",
            "assertionMethod",
        }
    else:
        assert unsigned.status == 401
        assert unsigned.headers["Accept-Signature"] == ACCEPTED_ON_GET
        assert unsigned.headers["Cache-Control"] == "no-store"
    for scheme in Scheme:
        signed = await read(guarded, path, mallory, scheme=scheme)
        assert (signed.status, signed.headers["Cache-Control"]) == (200, "private, no-store")
        assert signed.headers["Vary"] == VARY
    forged = PrivateKey.from_pem(guarded.street.next_keys().rsa)
    assert (await read(guarded, path, mallory, key=forged)).status == 401
    assert (await read(guarded, path, mallory, signed_for="/actors/coop/x")).status == 401


@pytest.mark.parametrize("path", OPEN)
async def test_what_others_need_to_know_us_is_always_open(guarded: House, path: str) -> None:
    answer = await read(guarded, path)
    assert answer.status == 200
    assert "private" not in answer.headers.get("Cache-Control", "")


async def test_keys_are_read_without_a_signature_and_nothing_else_of_an_actor(
    guarded: House, mallory: Stranger
) -> None:
    stub = await read(guarded, "/actors/coop")
    whole = await read(guarded, "/actors/coop", mallory)
    assert stub.status == 200
    assert stub.document["publicKey"] == whole.document["publicKey"]
    assert stub.document["assertionMethod"] == whole.document["assertionMethod"]
    assert {"name", "outbox", "followers", "summary"} <= whole.document.keys()
    assert not {"name", "outbox", "followers", "summary", "proof"} & stub.document.keys()


async def test_a_page_for_people_stays_a_page(street: Street, guarded: House) -> None:
    headers = {"Accept": "text/html"}
    async with street.session.get(guarded.url(MODEL), headers=headers) as answer:
        assert (answer.status, answer.content_type) == (200, "text/html")


async def test_a_blocked_host_reads_nothing(guarded: House, mallory: Stranger) -> None:
    assert (await read(guarded, MODEL, mallory)).status == 200
    await block(guarded, "evil.test")
    refused = await read(guarded, MODEL, mallory)
    assert (refused.status, refused.document["code"]) == (403, "blocked")
    assert (await read(guarded, "/actor", mallory)).status == 200


async def test_somebody_who_was_deleted_reads_nothing(guarded: House, mallory: Stranger) -> None:
    await mallory.send(guarded, mallory.activity("Follow", COOP))
    await mallory.send(guarded, mallory.activity("Delete", mallory.iri))
    await guarded.street.settle()
    assert (await read(guarded, MODEL, mallory)).status == 403


async def test_two_of_us_that_want_signatures_understand_each_other(
    street: Street, guarded: House
) -> None:
    (beta,) = await street.open("beta")
    reader = await beta.organisation("lecteurs")
    await beta.stop()
    beta.settings = replace(beta.settings, documents=Documents(readers=SIGNED))
    await beta.start()
    await beta.follow(reader, "@coop@alpha.test")
    await street.settle()
    model = await guarded.publish(await guarded.actor("coop"), a_sheet("Autre atelier"))
    await street.settle()
    assert street.mail == [
        "beta → alpha Follow",
        "alpha → beta Accept",
        "alpha → beta Create",
    ]
    assert (await beta.lookup.object(Iri(model.iri))).id == model.iri
    assert street.refusals() == []


@pytest.mark.parametrize("is_guarded", [False, True])
async def test_a_peer_that_answers_only_whom_it_knows_finds_out_who_we_are(
    street: Street, alpha: House, mallory: Stranger, is_guarded: bool
) -> None:
    """GoToSocial: every document needs a signature, and the key is asked for with its own."""
    if is_guarded:
        await alpha.stop()
        alpha.settings = replace(alpha.settings, documents=Documents(readers=SIGNED))
        await alpha.start()
    mallory.key_id = Iri(f"{mallory.iri}/main-key")
    whole = mallory.actor()
    mallory.documents["/users/mallory"] = (200, whole)
    stub = {name: whole[name] for name in ("@context", "id", "type", "publicKey")}
    mallory.documents["/users/mallory/main-key"] = (200, stub)
    seen = []

    async def handshake(request: wire.Request) -> None:
        if request.method == "GET" and not request.url.endswith("/main-key"):
            signature = f"{request.header('signature')}{request.header('signature-input')}"
            assert alpha.url("/actor") in signature
            seen.append((await read(alpha, "/actor", mallory)).status)

    mallory.before = handshake
    assert (await mallory.send(alpha, mallory.activity("Follow", COOP))).status == 202
    assert seen == [200]


@pytest.mark.parametrize("scheme", list(Scheme))
@pytest.mark.parametrize("is_follower", [True, False])
async def test_a_remark_for_some_is_read_by_those_alone(
    street: Street,
    alpha: House,
    mallory: Stranger,
    vera: Stranger,
    is_follower: bool,
    scheme: Scheme,
) -> None:
    if is_follower:
        await mallory.send(alpha, mallory.activity("Follow", COOP))
        await street.settle()
        remark = await say(alpha, "Entre nous", None, Visibility.FOLLOWERS)
    else:
        note = mallory.note(to=[COOP], tag=[{"type": "Mention", "href": COOP}])
        await mallory.send(alpha, mallory.activity("Create", note))
        await street.settle()
        async with alpha.read() as session:
            asked = await session.scalar(select(Remark).where(Remark.iri == str(note["id"])))
        remark = await say(alpha, "À vous seule", asked, Visibility.DIRECT)
    path = remark.iri.removeprefix(alpha.origin)
    shown = await read(alpha, path, mallory, scheme=scheme)
    assert (shown.status, shown.document["id"]) == (200, remark.iri)
    assert shown.headers["Cache-Control"] == "private, no-store"
    assert shown.headers["Vary"] == VARY

    assert (await read(alpha, path)).status == 404
    assert (await read(alpha, path, vera, scheme=scheme)).status == 404
    forged = PrivateKey.from_pem(street.next_keys().rsa)
    assert (await read(alpha, path, mallory, key=forged)).status == 401
    assert (await read(alpha, "/remarks/1", mallory, key=forged)).status == 401, "the same"
    assert (await read(alpha, "/remarks/1", mallory)).status == 404


async def test_what_is_for_everybody_costs_no_question_whoever_signs(
    alpha: House, mallory: Stranger
) -> None:
    await alpha.publish(await alpha.actor("coop"))
    answer = await read(alpha, MODEL, mallory)
    assert (answer.status, answer.headers["Cache-Control"]) == (200, "no-cache")
    assert mallory.asked == []
