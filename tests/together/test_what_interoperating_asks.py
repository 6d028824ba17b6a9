"""What other servers ask of one that wants to talk with them: how it is found, whom it believes.

Each test is one thing that today's servers rely on, seen from outside. What they ask of what we
say ourselves, over days and between instances, is in `test_what_interoperating_brings.py`; that
they understand every word of it, in `test_strict_receivers.py`.
"""

from collections.abc import Mapping
from dataclasses import replace

import lxml.html
import orjson
import pytest
from together.by_hand import Forgery, b64, by_hand, by_rfc9421, digest, post
from together.stranger import AS2, SECURITY, Document, Stranger, moved_in, without
from together.street import House, Street

from activitypub.iris import Iri
from activitypub.mediatypes import ACTIVITY_JSON, LD_JSON
from activitypub.signatures.claims import Scheme
from activitypub.signatures.keys import PrivateKey
from actors.tables.remark import Remark
from actors.views import notices, profiles, timelines
from actors.views.paging import Page
from federation.settings import SIGNED, Documents

COOP = "https://alpha.test/actors/coop"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
CID = "https://www.w3.org/ns/cid/v1"
WANTED = '"@method" "@target-uri" "content-digest"'


async def followers(house: House) -> list[str]:
    """Who follows the organisation, in effect."""
    coop = await house.actor("coop")
    async with house.read() as session:
        return [one.actor.iri for one in await profiles.followers(session, coop, Page())]


async def told(house: House) -> list[str]:
    """What kinds of things the organisation was told, the newest first."""
    coop = await house.actor("coop")
    async with house.read() as session:
        return [one.notice.kind for one in await notices.of(session, coop, Page())]


async def home(house: House) -> list[str]:
    """What the organisation finds on its home timeline."""
    coop = await house.actor("coop")
    async with house.read() as session:
        items = await timelines.home(session, coop, Page())
    return [one.subject.content for one in items if isinstance(one.subject, Remark)]


async def befriended(house: House, whom: Stranger) -> Document:
    """The organisation follows her, and she agreed, naming the Follow by its id alone.

    Returns:
        The Follow.
    """
    await house.follow(await house.actor("coop"), whom.iri)
    await house.street.settle()
    follow = whom.told[-1]
    assert (await whom.send(house, whom.activity("Accept", follow["id"]))).status == 202
    await house.street.settle()
    return follow


async def sent(
    house: House, mallory: Stranger, requests: Mapping[str, Forgery]
) -> dict[str, tuple[int, str | None]]:
    """Follow by draft-cavage, each time otherwise.

    Returns:
        By their names, the status and what the answer would rather see.
    """
    answers = {}
    for name, request in requests.items():
        body = orjson.dumps(mallory.activity("Follow", COOP))
        headers = by_hand(request, mallory, body, mallory.key)
        answer = await post(house, request.path, headers, body)
        answers[name] = (answer.status, answer.headers.get("Accept-Signature"))
    return answers


@pytest.mark.parametrize("accept", [ACTIVITY_JSON, LD_JSON, f"{LD_JSON}, {ACTIVITY_JSON}"])
async def test_an_actor_is_a_document_for_servers_and_a_page_for_people(
    street: Street, alpha: House, accept: str
) -> None:
    async with street.session.get(COOP, headers={"Accept": accept}) as answer:
        assert (answer.status, answer.headers["Content-Type"]) == (200, ACTIVITY_JSON)
        assert "Accept" in answer.headers["Vary"].split(", ")
        document = orjson.loads(await answer.read())
    assert (document["id"], document["type"]) == (COOP, "Organization")
    assert AS2 in document["@context"]
    async with street.session.get(COOP, headers={"Accept": BROWSER}) as answer:
        assert (answer.status, answer.content_type) == (200, "text/html")
        assert "Accept" in answer.headers["Vary"].split(", ")
        page = lxml.html.fromstring(await answer.text())
    [link] = page.xpath('//link[@rel="alternate"][@type="application/activity+json"]/@href')
    assert link == document["id"]


@pytest.mark.parametrize("asked", ["coop@alpha.test", "COOP@ALPHA.TEST", "Coop@Alpha.test"])
async def test_a_handle_in_any_case_leads_to_the_actor_byte_for_byte(
    street: Street, alpha: House, asked: str
) -> None:
    url = alpha.url(f"/.well-known/webfinger?resource=acct:{asked}")
    async with street.session.get(url) as answer:
        assert (answer.status, answer.headers["Content-Type"]) == (200, "application/jrd+json")
        found = orjson.loads(await answer.read())
    assert found["subject"] == "acct:coop@alpha.test"
    [link] = [one for one in found["links"] if one["rel"] == "self"]
    assert link == {"rel": "self", "type": "application/activity+json", "href": COOP}
    async with street.session.get(link["href"], headers={"Accept": link["type"]}) as answer:
        document = orjson.loads(await answer.read())
    assert document["id"] == link["href"]
    assert found["subject"] == f"acct:{document['preferredUsername']}@alpha.test"


async def test_the_instances_own_actor_is_read_unsigned_where_reading_asks_for_a_signature(
    street: Street, alpha: House
) -> None:
    model = await alpha.publish(await alpha.actor("coop"))
    await alpha.stop()
    alpha.settings = replace(alpha.settings, documents=Documents(readers=SIGNED))
    await alpha.start()
    headers = {"Accept": ACTIVITY_JSON}
    async with street.session.get(model.iri, headers=headers) as answer:
        assert answer.status == 401
    async with street.session.get(alpha.url("/actor"), headers=headers) as answer:
        assert (answer.status, answer.headers["Content-Type"]) == (200, ACTIVITY_JSON)
        document = orjson.loads(await answer.read())
    assert document["publicKey"]["owner"] == document["id"] == alpha.url("/actor")
    assert "BEGIN PUBLIC KEY" in document["publicKey"]["publicKeyPem"]


async def test_what_is_signed_as_in_draft_cavage_is_believed_as_others_sign_and_not_otherwise(
    street: Street, alpha: House, mallory: Stranger
) -> None:
    right = {
        "rsa-sha256": Forgery(parameters={"algorithm": "rsa-sha256"}),
        "hs2019": Forgery(parameters={"algorithm": "hs2019"}),
        "a query, in the target": Forgery(path="/inbox?a=1"),
        "a query, not in the target": Forgery(
            path="/inbox?a=1", lines={"(request-target)": "post /inbox"}
        ),
    }
    assert {status for status, _ in (await sent(alpha, mallory, right)).values()} == {202}

    follow = mallory.activity("Follow", COOP)
    body = orjson.dumps(follow)
    several = f"SHA-512={b64(b'0' * 64)},{digest(body)},MD5={b64(b'0' * 16)}"
    headers = by_hand(Forgery(headers={"digest": several}), mallory, body, mallory.key)
    assert (await post(alpha, "/inbox", headers, body)).status == 202

    for late, status in ((59, 202), (66, 401)):
        assert (await mallory.send(alpha, follow, late=late)).status == status
    bent = by_hand(Forgery(), mallory, body, mallory.key)
    assert (await post(alpha, "/inbox", bent, body + b" ")).status == 401
    wrong = {
        "no digest": Forgery(headers={"digest": None}),
        "no digest, nor signed": Forgery(
            covered=("(request-target)", "host", "date"), headers={"digest": None}
        ),
        "a digest that is not signed": Forgery(covered=("(request-target)", "host", "date")),
    }
    assert {status for status, _ in (await sent(alpha, mallory, wrong)).values()} == {401}
    await street.settle()
    assert await followers(alpha) == [mallory.iri]


async def test_what_is_signed_by_rfc_9421_is_believed_as_others_sign_and_not_otherwise(
    street: Street, alpha: House, mallory: Stranger
) -> None:
    body = orjson.dumps(mallory.activity("Follow", COOP))
    usual = by_rfc9421(mallory, body)
    assert (await post(alpha, "/inbox", usual, body)).status == 202
    more = by_rfc9421(mallory, body, covered=("content-digest", "@target-uri", "@method", "host"))
    assert (await post(alpha, "/inbox", more, body)).status == 202

    least = ("@method", "@target-uri", "content-digest")
    now = int(street.clock().timestamp())
    inputs, value = usual[-2][1], usual[-1][1]
    second = inputs.replace("sig1=", "sig2=", 1)
    wrong = {
        f"without {name}": by_rfc9421(mallory, body, covered=[n for n in least if n != name])
        for name in least
    }
    wrong |= {
        "without created": by_rfc9421(mallory, body, parameters=""),
        "too old": by_rfc9421(mallory, body, parameters=f";created={now - 66 * 60}"),
        "an unknown component": by_rfc9421(mallory, body, covered=(*least, "@moon")),
        "without keyid": [
            (name, text.replace(f';keyid="{mallory.key_id}"', "")) for name, text in usual
        ],
        "two signatures": [
            *usual[:-2],
            ("signature-input", f"{inputs}, {second}"),
            ("signature", f"{value}, {value.replace('sig1=', 'sig2=', 1)}"),
        ],
    }
    answers = {name: await post(alpha, "/inbox", each, body) for name, each in wrong.items()}
    assert {name: one.status for name, one in answers.items() if one.status != 401} == {}
    assert (await post(alpha, "/inbox", usual, body + b" ")).status == 401
    await street.settle()
    assert await followers(alpha) == [mallory.iri]


@pytest.mark.parametrize("scheme", list(Scheme))
async def test_a_bad_signature_is_answered_401_and_told_what_would_be_believed(
    street: Street, alpha: House, mallory: Stranger, scheme: Scheme
) -> None:
    forged = PrivateKey.from_pem(street.next_keys().rsa)
    for answer in (
        await mallory.send(alpha, mallory.activity("Follow", COOP), key=forged, scheme=scheme),
        await mallory.send(alpha, mallory.activity("Follow", COOP), late=90, scheme=scheme),
        await mallory.send(alpha, mallory.activity("Follow", COOP), bend=without("signature")),
    ):
        assert answer.status == 401
        assert answer.headers["Accept-Signature"] == f"sig1=({WANTED});created"
    # And what it asks for is enough.
    body = orjson.dumps(mallory.activity("Follow", COOP))
    asked = [one.strip('"') for one in WANTED.split()]
    headers = by_rfc9421(mallory, body, covered=asked)
    assert (await post(alpha, "/inbox", headers, body)).status == 202


@pytest.mark.parametrize("shape", ["a stub", "at a path below", "a Multikey", "one of a list"])
async def test_a_key_is_found_in_every_form_in_which_servers_show_it(
    alpha: House, mallory: Stranger, shape: str
) -> None:
    whole = mallory.actor()
    path = f"/users/mallory/{'main-key' if shape != 'a Multikey' else 'keys/1'}"
    mallory.key_id = Iri(mallory.origin + path)
    key = whole["publicKey"] = dict(whole["publicKey"], id=mallory.key_id)
    match shape:
        case "a stub":  # GoToSocial, to whom does not sign
            shown: Document = {name: whole[name] for name in ("id", "type", "publicKey")}
        case "at a path below":
            shown = {"type": "CryptographicKey", **key}
        case "a Multikey":
            shown = {
                "id": mallory.key_id,
                "type": "Multikey",
                "controller": mallory.iri,
                "publicKeyMultibase": mallory.key.public.multikey(),
            }
            whole["assertionMethod"] = [mallory.key_id]
            del whole["publicKey"]
        case _:
            other = dict(key, id=f"{mallory.iri}#old-key")
            whole["publicKey"] = [other, key]
            shown = whole
    context = CID if shape == "a Multikey" else [AS2, SECURITY]
    mallory.documents[path] = (200, {"@context": context} | shown)
    mallory.documents["/users/mallory"] = (200, whole)
    assert (await mallory.send(alpha, mallory.activity("Follow", COOP))).status == 202


async def test_nobody_speaks_with_a_key_of_another_host(
    street: Street, alpha: House, mallory: Stranger
) -> None:
    async with moved_in(street, "vera.test") as vera:
        for activity in (
            vera.activity("Follow", COOP),
            mallory.activity("Follow", COOP, actor=vera.iri),
        ):
            answer = await mallory.send(alpha, activity)
            assert answer.status in (401, 403)
        # Nor does it help that an actor names a key which lies elsewhere.
        lent = {"id": mallory.key_id, "owner": vera.iri, "publicKeyPem": mallory.key.public.pem()}
        vera.documents["/users/mallory"] = (200, vera.actor(publicKey=lent))
        assert (await mallory.send(alpha, vera.activity("Follow", COOP))).status == 401
    await street.settle()
    assert await followers(alpha) == []


async def test_what_is_embedded_of_another_host_is_refused_or_read_there(
    street: Street, alpha: House, mallory: Stranger
) -> None:
    await befriended(alpha, mallory)
    async with moved_in(street, "vera.test") as vera:
        true = vera.note()
        forged = true | {"content": "<p>Menti</p>", "to": [COOP, f"{AS2}#Public"]}
        for kind in ("Create", "Update"):
            answer = await mallory.send(alpha, mallory.activity(kind, forged))
            assert answer.status == 403
        answer = await mallory.send(alpha, mallory.activity("Announce", forged))
        assert answer.status == 202
        await street.settle()
    assert await home(alpha) == ["<p>Bonjour</p>"]
    assert await told(alpha) == ["followed"]


@pytest.mark.parametrize(
    "kind", ["Like", "Dislike", "Follow", "Arrive", "Bite", "EmojiReact", "https://x.test/#Wave"]
)
async def test_a_well_signed_activity_of_any_type_is_answered_202_and_counts_once(
    street: Street, alpha: House, mallory: Stranger, kind: str
) -> None:
    activity = mallory.activity(kind, COOP)
    for _ in range(2):
        assert (await mallory.send(alpha, activity)).status == 202
    await street.settle()
    assert (await mallory.send(alpha, activity)).status == 202
    await street.settle()
    is_follow = kind == "Follow"
    assert await followers(alpha) == [mallory.iri] * is_follow
    assert await told(alpha) == ["follow"] * is_follow
    assert [one["type"] for one in mallory.told] == ["Accept"] * is_follow


async def test_what_comes_in_the_wrong_order_ends_as_in_the_right_one(
    street: Street, alpha: House, mallory: Stranger
) -> None:
    await befriended(alpha, mallory)
    dead, edited = mallory.note("/notes/dead"), mallory.note("/notes/edited")
    newer = edited | {"content": "<p>Salut</p>", "updated": "2026-03-02T08:30:00Z"}
    mallory.documents["/notes/edited"] = (200, newer)
    mallory.documents["/notes/dead"] = (410, {})
    follow = mallory.activity("Follow", COOP)
    for early, late in (
        (mallory.activity("Delete", dead["id"]), mallory.activity("Create", dead)),
        (mallory.activity("Update", newer), mallory.activity("Create", edited)),
        (mallory.activity("Undo", follow), follow),
    ):
        for activity in (early, late):
            assert (await mallory.send(alpha, activity)).status == 202
            await street.settle()
    assert await home(alpha) == ["<p>Salut</p>"]
    assert await followers(alpha) == []
    assert street.refusals() == []


async def test_an_accept_that_names_the_follow_by_its_id_alone_is_one(
    alpha: House, mallory: Stranger
) -> None:
    follow = await befriended(alpha, mallory)
    assert (follow["type"], follow["object"]) == ("Follow", mallory.iri)
    coop = await alpha.actor("coop")
    async with alpha.read() as session:
        [(row, whom)] = await profiles.our_follows(session, coop)
    assert (row.state, whom.iri) == ("accepted", mallory.iri)


@pytest.mark.parametrize("scheme", list(Scheme))
async def test_a_new_key_is_believed_from_an_update_that_the_old_one_signed(
    street: Street, alpha: House, mallory: Stranger, scheme: Scheme
) -> None:
    assert (await mallory.send(alpha, mallory.activity("Like", COOP))).status == 202
    old, mallory.key = mallory.key, PrivateKey.from_pem(street.next_keys().rsa)
    document = mallory.actor()
    mallory.documents["/users/mallory"] = (503, {})  # only what is said can teach it
    street.clock.turn(hours=1)
    update = mallory.activity("Update", document)
    assert (await mallory.send(alpha, update, key=old, scheme=scheme)).status == 202
    await street.settle()
    asked = len(mallory.asked)
    follow = mallory.activity("Follow", COOP)
    assert (await mallory.send(alpha, follow, scheme=scheme)).status == 202
    assert len(mallory.asked) == asked, "the new one is known"
    again = mallory.activity("Like", COOP)
    assert (await mallory.send(alpha, again, key=old, scheme=scheme)).status in (401, 503)
    await street.settle()
    assert await followers(alpha) == [mallory.iri]
