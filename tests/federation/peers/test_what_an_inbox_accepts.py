"""What an inbox accepts, what it refuses, and why: seen from the other end of the connection."""

import base64
import gzip
import hashlib
from typing import Any

import orjson
import pytest
from together.stranger import (
    AS2,
    Bend,
    Document,
    Stranger,
    moved_in,
    with_body,
    with_header,
    without,
)
from together.street import House, Street

from activitypub import wire
from activitypub.mediatypes import LD_JSON
from activitypub.signatures.claims import Scheme
from activitypub.signatures.rfc9421 import ACCEPTED
from actors.views import notices, profiles
from actors.views.paging import Page

COOP = "https://alpha.test/actors/coop"


async def followers(alpha: House) -> list[str]:
    """Who follows the organisation, in effect."""
    coop = await alpha.actor("coop")
    async with alpha.read() as session:
        return [one.actor.iri for one in await profiles.followers(session, coop, Page())]


def digest_of(body: bytes) -> str:
    return "SHA-256=" + base64.b64encode(hashlib.sha256(body).digest()).decode()


@pytest.mark.parametrize("path", ["/inbox", "/actors/coop/inbox", "/actors/Coop/inbox"])
async def test_a_signed_follow_is_accepted_and_answered(
    street: Street, alpha: House, mallory: Stranger, path: str
) -> None:
    answer = await mallory.send(alpha, mallory.activity("Follow", COOP), path=path)
    assert answer.status == 202
    await street.settle()
    assert await followers(alpha) == [mallory.iri]
    assert [one["type"] for one in mallory.told] == ["Accept"]
    assert street.refusals() == []


async def test_the_same_activity_five_times_has_one_effect(
    street: Street, alpha: House, mallory: Stranger
) -> None:
    follow = mallory.activity("Follow", COOP)
    for _ in range(3):
        assert (await mallory.send(alpha, follow)).status == 202
    await street.settle()
    for _ in range(2):
        assert (await mallory.send(alpha, follow)).status == 202
    await street.settle()
    assert await followers(alpha) == [mallory.iri]
    assert len(mallory.told) == 1
    coop = await alpha.actor("coop")
    async with alpha.read() as session:
        told = await notices.of(session, coop, Page())
    assert [one.notice.kind for one in told] == ["follow"]


@pytest.mark.parametrize("kind", ["Arrive", "Offer", "Bite", "Dislike", "QuoteRequest"])
async def test_a_signed_activity_of_another_kind_is_accepted_and_does_nothing(
    street: Street, alpha: House, mallory: Stranger, kind: str
) -> None:
    assert (await mallory.send(alpha, mallory.activity(kind, COOP))).status == 202
    await street.settle()
    assert await followers(alpha) == []
    assert mallory.told == []


@pytest.mark.parametrize("late", [-4, 0, 59, 64])
async def test_a_clock_that_is_a_little_wrong_is_borne(
    alpha: House, mallory: Stranger, late: int
) -> None:
    follow = mallory.activity("Follow", COOP)
    assert (await mallory.send(alpha, follow, late=late)).status == 202


@pytest.mark.parametrize("late", [66, 24 * 60, -6, -300])
async def test_an_old_signature_is_refused(
    street: Street, alpha: House, mallory: Stranger, late: int
) -> None:
    answer = await mallory.send(alpha, mallory.activity("Follow", COOP), late=late)
    assert (answer.status, street.refusals()) == (401, ["time"])


async def test_nothing_unsigned_is_accepted(
    street: Street, alpha: House, mallory: Stranger
) -> None:
    follow = mallory.activity("Follow", COOP)
    answer = await mallory.send(alpha, follow, bend=without("signature"))
    assert answer.status == 401
    assert answer.headers["WWW-Authenticate"] == "Signature"
    assert answer.headers["Accept-Signature"] == ACCEPTED
    assert answer.content_type == "application/problem+json"
    assert street.refusals() == ["no-signature"]
    await street.settle()
    assert await followers(alpha) == []
    assert mallory.asked == []


async def test_a_follow_signed_by_rfc_9421_is_accepted_and_answered(
    street: Street, alpha: House, mallory: Stranger
) -> None:
    follow = mallory.activity("Follow", COOP)
    assert (await mallory.send(alpha, follow, scheme=Scheme.RFC9421)).status == 202
    await street.settle()
    assert await followers(alpha) == [mallory.iri]
    assert [one["type"] for one in mallory.told] == ["Accept"]


@pytest.mark.parametrize(
    ("bend", "reason"),
    [
        (without("signature"), "signature-syntax"),
        (without("signature-input"), "signature-syntax"),
        (without("content-digest"), "coverage"),
        (with_header("content-digest", "sha-256=:AAAA:"), "digest"),
        (with_header("content-type", "application/activity+json; charset=utf-8"), None),
        (with_header("authorization", 'Signature keyId="x",signature="AAAA"'), None),
        (with_body(b'{"type": "Like"}'), "digest"),
    ],
)
async def test_a_request_bent_after_signing_by_rfc_9421_is_refused(
    street: Street, alpha: House, mallory: Stranger, bend: Bend, reason: str | None
) -> None:
    follow = mallory.activity("Follow", COOP)
    answer = await mallory.send(alpha, follow, bend=bend, scheme=Scheme.RFC9421)
    assert answer.status == 401
    assert answer.headers["Accept-Signature"] == ACCEPTED
    assert street.refusals() == [reason or "signature-syntax"]
    await street.settle()
    assert await followers(alpha) == []


async def test_a_refusal_is_one_line_with_reason_peer_and_activity(
    street: Street, alpha: House, mallory: Stranger
) -> None:
    follow = mallory.activity("Follow", COOP)
    await mallory.send(alpha, follow, bend=with_body(b"{}"))
    [line] = [one for one in street.events if one["event"] == "inbox.refused"]
    assert (line["reason"], line["peer"], line["activity"]) == ("digest", "evil.test", "-")
    old = mallory.activity("Follow", COOP)
    await mallory.send(alpha, old, late=100)
    await mallory.send(alpha, old, content_type="text/plain")
    lines = [one for one in street.events if one["event"] == "inbox.refused"][1:]
    assert [(one["reason"], one["peer"], one["activity"]) for one in lines] == [
        ("time", "evil.test", old["id"]),
        ("content-type", "evil.test", "-"),
    ]


@pytest.mark.parametrize(
    ("bend", "status", "reason"),
    [
        (with_header("digest", "SHA-256=" + base64.b64encode(b"x" * 32).decode()), 401, None),
        (with_header("date", "yesterday"), 401, None),
        (with_header("host", "beta.test"), 421, None),
        (without("digest"), 401, None),
        (without("date"), 401, None),
        (with_header("signature", "nonsense"), 401, "signature-syntax"),
        (with_header("signature", 'keyId="https://evil.test/k"'), 401, "signature-syntax"),
        (with_header("content-encoding", "gzip"), 415, "content-coding"),
        (with_header("content-type", "application/json"), 415, "content-type"),
        (with_header("content-type", "text/plain"), 415, "content-type"),
        (with_header("content-type", "application/ld+json"), 415, "content-type"),
        (without("content-type"), 415, "content-type"),
    ],
)
async def test_a_bent_request_is_refused(
    street: Street,
    alpha: House,
    mallory: Stranger,
    bend: Bend,
    status: int,
    reason: str | None,
) -> None:
    answer = await mallory.send(alpha, mallory.activity("Follow", COOP), bend=bend)
    assert answer.status == status
    if reason is not None:
        assert street.refusals() == [reason]
    await street.settle()
    assert await followers(alpha) == []


async def test_the_long_name_of_the_type_is_understood(alpha: House, mallory: Stranger) -> None:
    body = orjson.dumps(mallory.activity("Follow", COOP))
    answer = await mallory.send(alpha, body, content_type=LD_JSON)
    assert answer.status == 202


async def test_a_body_that_was_changed_after_signing_is_refused(
    street: Street, alpha: House, mallory: Stranger
) -> None:
    other = orjson.dumps(mallory.activity("Like", COOP))
    follow = mallory.activity("Follow", COOP)
    answer = await mallory.send(alpha, follow, bend=with_body(other))
    assert (answer.status, street.refusals()) == (401, ["digest"])

    def digest_too(request: wire.Request) -> wire.Request:
        return with_header("digest", digest_of(other))(with_body(other)(request))

    answer = await mallory.send(alpha, follow, bend=digest_too)
    assert (answer.status, street.refusals()[1:]) == (401, ["signature-syntax"])


async def test_a_compressed_body_is_not_inflated(alpha: House, mallory: Stranger) -> None:
    bomb = gzip.compress(b"[" * 5_000_000)
    answer = await mallory.send(alpha, bomb, bend=with_header("content-encoding", "gzip"))
    assert answer.status == 415


@pytest.mark.parametrize("announced", [True, False])
async def test_more_than_a_megabyte_is_refused(
    street: Street, alpha: House, mallory: Stranger, announced: bool
) -> None:
    follow = mallory.activity("Follow", COOP, padding="x" * 1_100_000)
    answer = await mallory.send(alpha, follow, is_announced=announced)
    assert (answer.status, street.refusals()) == (413, ["too-large"])
    assert mallory.asked == []


async def test_a_body_of_almost_a_megabyte_is_accepted(alpha: House, mallory: Stranger) -> None:
    long = mallory.note(content="x" * 90_000, summary="y" * 900_000)
    answer = await mallory.send(alpha, mallory.activity("Create", long))
    assert answer.status in (202, 413), "bounded by the limits for strings, never a fault"


@pytest.mark.parametrize(
    ("body", "status", "reason"),
    [
        (b"", 400, "json"),
        (b"not json", 400, "json"),
        (b"[1]", 400, "json"),
        (b'{"a": 1, "a": 2}', 400, "json"),
        (b'{"a": NaN}', 400, "json"),
        (b'{"a": ' * 65 + b"1" + b"}" * 65, 400, "json"),
        (b"[" * 100_000, 400, "json"),
        (b"\xff\xfe{\x00}\x00", 400, "json"),
    ],
)
async def test_what_is_not_one_json_object_is_refused(
    street: Street, alpha: House, mallory: Stranger, body: bytes, status: int, reason: str
) -> None:
    answer = await mallory.send(alpha, body)
    assert (answer.status, street.refusals()) == (status, [reason])


@pytest.mark.parametrize(
    ("changes", "status", "reason"),
    [
        ({"id": None}, 400, "json"),
        ({"id": "https://victim.test/activities/1"}, 403, "origin-activity"),
        ({"id": "https://alpha.test/activities/1"}, 403, "origin-activity"),
        ({"actor": "https://alpha.test/actors/coop"}, 401, "signer-not-actor"),
        ({"actor": "https://evil.test/users/alice"}, 401, "signer-not-actor"),
        ({"actor": None}, 400, None),
        ({"type": ["Follow", "Create"]}, 400, "type"),
        ({"type": 7}, 400, "type"),
        ({"@context": None}, 400, "context"),
        ({"@context": {"actor": "https://www.w3.org/ns/activitystreams#object"}}, 400, "context"),
        ({"@graph": []}, 400, "ld-keyword"),
    ],
)
async def test_what_the_speaker_may_not_say_is_refused(
    street: Street,
    alpha: House,
    mallory: Stranger,
    changes: Document,
    status: int,
    reason: str | None,
) -> None:
    activity = {
        name: value
        for name, value in (mallory.activity("Follow", COOP) | changes).items()
        if value is not None
    }
    answer = await mallory.send(alpha, activity)
    assert answer.status == status
    assert len(street.refusals()) == 1
    if reason is not None:
        assert street.refusals() == [reason]
    await street.settle()
    assert await followers(alpha) == []


@pytest.mark.parametrize(
    ("note", "reason"),
    [
        ({"id": "https://victim.test/notes/1"}, "origin-object"),
        ({"id": "https://alpha.test/remarks/1"}, "origin-object"),
        ({"attributedTo": "https://victim.test/users/vera"}, "attribution"),
        ({"attributedTo": ["https://evil.test/users/alice"]}, "attribution"),
    ],
)
async def test_nobody_creates_for_somebody_else(
    street: Street, alpha: House, mallory: Stranger, note: Document, reason: str
) -> None:
    create = mallory.activity("Create", mallory.note() | note)
    answer = await mallory.send(alpha, create)
    assert (answer.status, street.refusals()) == (403, [reason])


STRANGE: tuple[Any, ...] = (
    None,
    True,
    0,
    -1.5,
    "",
    "x",
    [],
    [[]],
    [1],
    {},
    {"id": 1},
    {"type": []},
    "a" * 5000,
)


@pytest.mark.parametrize("field", ["id", "type", "actor", "object", "to", "cc", "published"])
async def test_a_value_of_the_wrong_kind_is_never_a_fault(
    street: Street, alpha: House, mallory: Stranger, field: str
) -> None:
    for value in STRANGE:
        answer = await mallory.send(alpha, mallory.activity("Follow", COOP) | {field: value})
        assert answer.status in (202, 400, 401, 403, 413), (field, value)
    await street.settle()
    assert not [one for one in street.events if one["event"] in ("inbox.failed", "request.failed")]


@pytest.mark.parametrize(
    "field", ["id", "type", "attributedTo", "content", "contentMap", "tag", "to", "inReplyTo"]
)
async def test_an_object_with_a_value_of_the_wrong_kind_is_never_a_fault(
    street: Street, alpha: House, mallory: Stranger, field: str
) -> None:
    for value in STRANGE:
        create = mallory.activity("Create", mallory.note() | {field: value})
        answer = await mallory.send(alpha, create)
        assert answer.status in (202, 400, 401, 403, 413), (field, value)
    await street.settle()
    assert not [one for one in street.events if one["event"] in ("inbox.failed", "request.failed")]


async def test_the_inbox_of_nobody_does_not_exist(
    street: Street, alpha: House, mallory: Stranger
) -> None:
    follow = mallory.activity("Follow", COOP)
    answer = await mallory.send(alpha, follow, path="/actors/nobody/inbox")
    assert (answer.status, street.refusals()) == (404, ["not-addressed"])


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
async def test_an_inbox_is_only_posted_to(street: Street, alpha: House, method: str) -> None:
    async with street.session.request(method, alpha.url("/inbox")) as answer:
        assert answer.status == 405


async def test_goodbyes_of_people_we_never_met_are_heard_without_asking(
    alpha: House, mallory: Stranger
) -> None:
    mallory.documents["/users/mallory"] = (410, {})
    for _ in range(3):
        goodbye = mallory.activity("Delete", mallory.iri)
        assert (await mallory.send(alpha, goodbye)).status == 202
    assert mallory.asked == []
    async with alpha.read() as session:
        assert await profiles.by_iri(session, mallory.iri) is None


async def test_an_update_of_somebody_gone_whom_we_never_met_costs_one_question(
    street: Street, alpha: House, mallory: Stranger
) -> None:
    mallory.documents["/users/mallory"] = (410, {})
    for _ in range(5):
        update = mallory.activity("Update", mallory.actor())
        assert (await mallory.send(alpha, update)).status == 202
    assert len(mallory.asked) == 1
    answer = await mallory.send(alpha, mallory.activity("Follow", COOP))
    assert (answer.status, street.refusals()) == (401, ["key-fetch"])


async def test_somebody_who_said_goodbye_is_not_heard_again(
    street: Street, alpha: House, mallory: Stranger
) -> None:
    await mallory.send(alpha, mallory.activity("Follow", COOP))
    await mallory.send(alpha, mallory.activity("Delete", mallory.iri))
    await street.settle()
    assert await followers(alpha) == []
    answer = await mallory.send(alpha, mallory.activity("Follow", COOP))
    assert (answer.status, street.refusals()) == (403, ["tombstone"])


async def test_what_a_stranger_sends_for_another_host_is_misdirected(
    street: Street, alpha: House
) -> None:
    for host in ("beta.test", "alpha.test:8443", "alpha.test.evil.test", "127.0.0.1"):
        async with street.session.get(alpha.url("/actor"), headers={"Host": host}) as answer:
            assert answer.status == 421
    async with street.session.get(alpha.url("/actor"), headers={"Host": "ALPHA.test:443"}) as one:
        assert one.status == 200


async def test_two_strangers_do_not_disturb_each_other(
    street: Street, alpha: House, mallory: Stranger
) -> None:
    async with moved_in(street, "good.test") as good:
        taken: Document = {"@context": AS2, **mallory.activity("Follow", COOP)}
        taken["id"] = f"{good.origin}/activities/1"
        assert (await mallory.send(alpha, taken)).status == 403
        assert (await good.send(alpha, good.activity("Follow", COOP))).status == 202
        await street.settle()
        assert await followers(alpha) == [good.iri]
