"""How a host is signed to: draft-cavage first, RFC 9421 where it wants that, and remembered."""

import orjson
import pytest
from together.stranger import Stranger, moved_in
from together.street import House, Street, a_sheet

from activitypub import wire
from activitypub.iris import Iri
from activitypub.signatures.claims import Scheme, claim
from activitypub.signatures.keys import ED25519, RSA_SHA256, PublicKey
from activitypub.signatures.verifying import verify
from actors.vocabulary import RFC_9421, RFC_9421_ED25519

COOP = "https://alpha.test/actors/coop"


async def followed(street: Street, alpha: House, mallory: Stranger) -> None:
    """Let mallory follow the organisation; she is told that she does."""
    await mallory.send(alpha, mallory.activity("Follow", COOP))
    await street.settle()


async def published(street: Street, alpha: House) -> None:
    """Tell mallory something, now."""
    await alpha.publish(await alpha.actor("coop"), a_sheet(f"Atelier {street.clock().isoformat()}"))
    await street.settle()


async def test_an_unknown_host_is_signed_to_as_all_servers_understand(
    street: Street, alpha: House, mallory: Stranger
) -> None:
    await followed(street, alpha, mallory)
    assert mallory.knocks == [Scheme.CAVAGE]


async def test_a_host_that_reads_only_rfc_9421_is_found_out_once(
    street: Street, alpha: House, mallory: Stranger
) -> None:
    mallory.reads = frozenset({Scheme.RFC9421})
    await followed(street, alpha, mallory)
    assert [one["type"] for one in mallory.told] == ["Accept"]
    assert mallory.knocks == [Scheme.CAVAGE, Scheme.RFC9421]

    await published(street, alpha)
    assert [one["type"] for one in mallory.told] == ["Accept", "Create"]
    assert mallory.knocks[2:] == [Scheme.RFC9421]


async def test_what_a_host_reads_is_known_after_a_restart(
    street: Street, alpha: House, mallory: Stranger
) -> None:
    mallory.reads = frozenset({Scheme.RFC9421})
    await followed(street, alpha, mallory)
    await alpha.stop()
    await alpha.start()
    await published(street, alpha)
    assert mallory.knocks[2:] == [Scheme.RFC9421]


async def test_a_host_that_goes_back_is_followed(
    street: Street, alpha: House, mallory: Stranger
) -> None:
    mallory.reads = frozenset({Scheme.RFC9421})
    await followed(street, alpha, mallory)
    mallory.reads = frozenset({Scheme.CAVAGE})
    await published(street, alpha)
    street.clock.turn(hours=1)
    await published(street, alpha)
    assert mallory.knocks[2:] == [Scheme.RFC9421, Scheme.CAVAGE, Scheme.CAVAGE]


async def test_a_host_that_reads_neither_just_now_gets_it_later(
    street: Street, alpha: House, mallory: Stranger
) -> None:
    mallory.reads = frozenset()
    await followed(street, alpha, mallory)
    assert mallory.knocks == [Scheme.CAVAGE, Scheme.RFC9421]
    mallory.reads = frozenset(Scheme)
    street.clock.turn(hours=1)
    await street.settle()
    assert mallory.knocks[2:] == [Scheme.CAVAGE]
    assert [one["type"] for one in mallory.told] == ["Accept"]


def announcing(mallory: Stranger, *hrefs: str, **actor: object) -> None:
    """Let mallory's actor say what its server implements (FEP-844e)."""
    links = [{"type": "Link", "href": href, "name": href} for href in hrefs]
    generator = {"type": "Application", "name": "Other", "implements": links}
    mallory.documents["/users/mallory"] = (200, mallory.actor(generator=generator, **actor))


async def test_a_host_that_announces_rfc_9421_is_signed_to_so_at_once(
    street: Street, alpha: House, mallory: Stranger
) -> None:
    announcing(mallory, RFC_9421)
    mallory.reads = frozenset({Scheme.RFC9421})
    await followed(street, alpha, mallory)
    assert mallory.knocks == [Scheme.RFC9421]
    said = claim(mallory.requests[-1])
    assert (said.algorithm, said.key_id) == (RSA_SHA256, f"{COOP}#main-key")


async def test_a_host_that_announces_ed25519_is_signed_to_by_that_key(
    street: Street, alpha: House, mallory: Stranger
) -> None:
    announcing(mallory, RFC_9421, RFC_9421_ED25519)
    await followed(street, alpha, mallory)
    said = claim(mallory.requests[-1])
    assert (said.algorithm, said.key_id) == (ED25519, f"{COOP}#ed25519-key")
    document = orjson.loads((await alpha.actor("coop")).document)
    key = PublicKey.from_multikey(document["assertionMethod"][0]["publicKeyMultibase"])
    verify(mallory.requests[-1], said, key, now=street.clock())


async def test_the_servers_own_actor_may_announce_it(
    street: Street, alpha: House, mallory: Stranger
) -> None:
    server = f"{mallory.origin}/users/server"
    links = [{"type": "Link", "href": RFC_9421, "name": "RFC 9421"}]
    application = mallory.actor(
        id=server,
        type="Application",
        preferredUsername="server",
        inbox=f"{server}/inbox",
        implements=links,
        publicKey=None,
    )
    mallory.documents["/users/server"] = (200, application)
    await alpha.lookup.actor(Iri(server))
    mallory.documents["/users/mallory"] = (200, mallory.actor(generator=server))
    await followed(street, alpha, mallory)
    assert mallory.knocks == [Scheme.RFC9421]


async def test_what_was_tried_counts_more_than_what_is_announced(
    street: Street, alpha: House, mallory: Stranger
) -> None:
    announcing(mallory, RFC_9421, RFC_9421_ED25519)
    mallory.reads = frozenset({Scheme.CAVAGE})
    await followed(street, alpha, mallory)
    assert mallory.knocks == [Scheme.RFC9421, Scheme.CAVAGE]
    status, actor = mallory.documents["/users/mallory"]
    assert status == 200
    await mallory.send(alpha, mallory.activity("Update", actor))
    await published(street, alpha)
    assert mallory.knocks[2:] == [Scheme.CAVAGE]


async def test_two_of_us_sign_to_each_other_by_rfc_9421(street: Street, alpha: House) -> None:
    (beta,) = await street.open("beta")
    reader = await beta.organisation("lecteurs")
    await beta.follow(reader, "@coop@alpha.test")
    await street.settle()
    assert street.refusals() == []
    assert street.mail == ["beta → alpha Follow", "alpha → beta Accept"]


@pytest.mark.parametrize("nonce", [None, "abc"])
async def test_a_challenge_is_answered_with_what_it_asks_for(
    street: Street, alpha: House, mallory: Stranger, nonce: str | None
) -> None:
    wanted = 'mine=("@authority" "@path" "date");created;expires'
    wanted += "" if nonce is None else f';nonce="{nonce}"'

    def judge(request: wire.Request) -> int:
        said = request.header("signature-input") or ""
        return 202 if said.startswith('mine=("@authority" "@path" "date"') else 401

    mallory.judge, mallory.challenge = judge, wanted
    await followed(street, alpha, mallory)
    assert [one["type"] for one in mallory.told] == ["Accept"]
    assert mallory.knocks == [Scheme.RFC9421, Scheme.RFC9421], "reading her key told which scheme"
    said = claim(mallory.requests[-1])
    assert said.covered[3:] == ("@method", "@target-uri", "content-digest")
    assert ("nonce" in said.parameters) is (nonce is not None)


@pytest.mark.parametrize(
    "wanted", ['sig1=("x-secret")', 'sig1=("@method");nonce="n"', 'sig1=("@method";req)']
)
async def test_a_challenge_that_is_never_met_ends(
    street: Street, alpha: House, mallory: Stranger, wanted: str
) -> None:
    mallory.reads, mallory.challenge = frozenset(), wanted
    await followed(street, alpha, mallory)
    assert mallory.knocks == [Scheme.CAVAGE, Scheme.RFC9421]
    assert mallory.told == []


async def test_documents_are_asked_for_again_in_the_other_way(
    street: Street, alpha: House, mallory: Stranger
) -> None:
    def judge(request: wire.Request) -> int:
        return 200 if request.header("signature-input") else 401

    mallory.judge = judge
    note = mallory.note()
    iri = Iri(str(note["id"]))
    assert (await alpha.lookup.fresh(iri)).id == iri
    by = [bool(one.header("signature-input")) for one in mallory.requests]
    assert by == [False, True]
    await alpha.lookup.fresh(iri)
    assert len(mallory.requests) == 3, "what it reads is remembered"
    assert mallory.requests[-1].header("signature-input")


async def test_a_signature_is_never_shown_to_another_host(
    street: Street, alpha: House, mallory: Stranger
) -> None:
    async with moved_in(street, "good.test") as vera:
        note = vera.note()
        mallory.redirects["/notes/1"] = str(note["id"])
        found = await alpha.lookup.fresh(Iri(f"{mallory.origin}/notes/1"))
        assert found.id == note["id"]
        first, second = mallory.requests[-1], vera.requests[-1]
        assert first.header("signature") != second.header("signature")
        document = orjson.loads(await alpha_actor(street, alpha))
        key = PublicKey.from_pem(document["publicKey"]["publicKeyPem"])
        for request in (first, second):
            verify(request, claim(request), key, now=street.clock())


async def alpha_actor(street: Street, alpha: House) -> bytes:
    """The document of the actor that reads for alpha."""
    async with street.session.get(alpha.url("/actor")) as answer:
        return await answer.read()


async def test_mail_is_never_sent_on(street: Street, alpha: House, mallory: Stranger) -> None:
    async with moved_in(street, "good.test") as vera:
        mallory.redirects["/users/mallory/inbox"] = f"{vera.iri}/inbox"
        await followed(street, alpha, mallory)
        assert mallory.knocks
        assert vera.requests == []
