"""What a hostile server may write in a document: refused or harmless, and never a fault of ours."""

import asyncio
import json
from collections.abc import AsyncIterator
from itertools import pairwise
from typing import Any

import orjson
import pytest
from together.stranger import AS2, Document, Stranger, moved_in
from together.street import House, Street

from actors.tables.actor import Actor
from actors.tables.remark import Remark
from actors.verbs import following
from actors.views import profiles, timelines

NS = f"{AS2}#"
COOP = "https://alpha.test/actors/coop"
ANSWERS = (202, 400, 401, 403, 413)
FAULTS = ("inbox.failed", "request.failed", "worker.failed", "refusal.failed")


@pytest.fixture(params=["sqlite", "postgres"])
def engine(request: pytest.FixtureRequest) -> str:
    """Both engines: they differ in what text they hold."""
    return str(request.param)


@pytest.fixture
async def alpha(street: Street) -> House:
    (house,) = await street.open("alpha")
    await house.organisation("coop")
    return house


@pytest.fixture
async def mallory(street: Street) -> AsyncIterator[Stranger]:
    async with moved_in(street) as stranger:
        yield stranger


async def heard(house: House, mallory: Stranger) -> None:
    """Let the organisation follow mallory, so that her notes are kept."""
    coop = await house.actor("coop")
    found = await house.lookup.resolve(mallory.iri)
    assert isinstance(found, Actor)
    async with house.begin() as session:
        await following.follow(session, house.site, coop, found)
    await house.street.settle()
    follow = mallory.told[-1]
    await mallory.send(house, mallory.activity("Accept", follow))
    await house.street.settle()


async def remark(house: House, iri: str) -> Remark | None:
    """A note, as it is remembered."""
    coop = await house.actor("coop")
    async with house.read() as session:
        item = await timelines.by_iri(session, iri, coop)
    return item.subject if item and isinstance(item.subject, Remark) else None


async def is_well(street: Street, house: House) -> bool:
    """No fault of ours, and an honest request is answered."""
    faults = [one for one in street.events if one["event"] in FAULTS]
    assert faults == []
    async with street.session.get(house.url("/nodeinfo/2.1")) as answer:
        return answer.status == 200


def nested(depth: int) -> bytes:
    return b'{"a":' * depth + b"1" + b"}" * depth


NO_JSON = [
    nested(900),
    nested(20_000),
    b"[" * 20_000,
    b'{"a": NaN}',
    b'{"a": Infinity}',
    b'{"a": -Infinity}',
    b'{"a": 1e999}',
    b'{"a": -1e999}',
    b'{"a": ' + b"9" * 5000 + b"}",
    b'{"a": 0.' + b"1" * 5000 + b"}",
    b'{"a": 1180591620717411303424}',
    b'{"a": 01}',
    b'{"a": .5}',
    b'{"a": "\\ud800"}',
    b'{"\\udfff": 1}',
    b'{"a": "\\u0000"}',
    b'{"a": "\x00"}',
    b'{"a": "\n"}',
    b'\xef\xbb\xbf{"a": 1}',
    b'{"a": "\xff"}',
    b'{"a": "\xc0\xaf"}',
    b'{"a": "\xed\xa0\x80"}',
    '{"a": 1}'.encode("utf-16"),
    '{"a": 1}'.encode("utf-32"),
    b'{"a": 1} x',
    b'{"a": 1}{"a": 1}',
    b'{"a": 1}\n{"a": 1}',
    b'{"a": 1,}',
    b"{'a': 1}",
    b"{a: 1}",
    b'{"a": 1, "a": 2}',
    b'{"a": {"b": 1, "b": 1}}',
    b'{"a": 1, "\\u0061": 2}',
    b"null",
    b"7",
    b'"text"',
    b"[]",
    b"[{}]",
    b"true",
    b"",
    b" ",
    b"/* */{}",
]


async def test_what_is_not_one_plain_json_object_is_refused_whole(
    street: Street, alpha: House, mallory: Stranger
) -> None:
    for body in NO_JSON:
        answer = await mallory.send(alpha, body)
        assert answer.status == 400, body[:60]
    assert mallory.asked == [], "nothing was asked because of it"
    assert set(street.refusals()) == {"json"}
    assert await is_well(street, alpha)


async def test_the_same_words_in_another_spelling_are_the_same_activity(
    street: Street, alpha: House, mallory: Stranger
) -> None:
    follow = mallory.activity("Follow", COOP)
    turned = dict(reversed(follow.items()))
    spelt = json.dumps(turned, indent=2).replace("/", "\\/").replace("Follow", "\\u0046ollow")
    assert (await mallory.send(alpha, spelt.encode())).status == 202
    assert (await mallory.send(alpha, follow)).status == 202
    await street.settle()
    assert [one["type"] for one in mallory.told] == ["Accept"]


TWISTS: list[Document] = [
    {"@context": [AS2, {"doer": "as:actor"}], "doer": "https://victim.test/users/vera"},
    {"@context": [AS2, {"actor": "as:object"}]},
    {"@context": [AS2, {"self": "@id"}], "self": "https://victim.test/1"},
    {"@context": [AS2, {"kind": "@type"}], "kind": "Delete"},
    {"@context": [AS2, None], f"{NS}actor": [{"@id": "https://victim.test/users/vera"}]},
    {"@context": [None, AS2]},
    {"@graph": [{"type": "Follow"}]},
    {"@context": [AS2, {"all": "@graph"}], "all": []},
    {"@included": []},
    {"@context": [AS2, {"more": "@included"}], "more": []},
    {"@reverse": {"actor": "https://victim.test/users/vera"}},
    {"@context": [AS2, {"done": {"@reverse": "as:actor"}}], "done": "https://victim.test/1"},
    {"object": {"@set": [COOP]}},
    {"object": {"@list": [COOP]}},
    {"object": {"@value": {"id": COOP}, "@type": "@json"}},
    {"@nest": {"actor": "https://victim.test/users/vera"}},
    {"@context": [AS2, {"Follow": {"@id": "as:Follow", "@context": {"actor": "as:cc"}}}]},
    {"@context": [AS2, {"actor": {"@id": "as:actor", "@context": {}}}]},
    {"@context": [AS2, {"@propagate": False}]},
    {"@context": [AS2, {"@protected": True}]},
    {"@context": [AS2, {"@import": "https://evil.test/context"}]},
    {"@context": [AS2, {"@base": "https://victim.test/"}], "id": "/activities/1"},
    {"@context": [AS2, {"@vocab": NS}]},
    {"id": "/activities/1"},
    {"id": "activities/1"},
    {"id": "//evil.test/activities/1"},
    {"@id": "https://victim.test/1"},
    {"@type": "Delete"},
    {"as:actor": "https://victim.test/users/vera"},
    {"@context": [AS2, {"x": NS}], "x:actor": "https://victim.test/users/vera"},
    {f"{NS}actor": "https://victim.test/users/vera"},
    {"@context": [AS2, {f"t{n}": f"https://x.example/{n}" for n in range(20_000)}]},
    {"@context": [AS2, *["https://x.example/c"] * 10_000]},
    {"type": ["Follow", "Delete"]},
    {"type": f"{NS}Follow"},
    {"type": ""},
    {"type": {"id": "Follow"}},
    {"type": None},
]


async def test_no_trick_of_json_ld_gives_a_second_reading(
    street: Street, alpha: House, mallory: Stranger
) -> None:
    for twist in TWISTS:
        follow = mallory.activity("Follow", COOP) | twist
        answer = await mallory.send(alpha, follow)
        assert answer.status in (400, 403, 413), twist
    await street.settle()
    assert mallory.told == []
    assert mallory.asked in ([], ["/users/mallory"]), "no context was fetched"
    assert await is_well(street, alpha)


@pytest.mark.parametrize("names", [("signature",), ("proof",), ("signature", "proof")])
async def test_blank_nodes_that_point_at_each_other_cost_nothing(
    street: Street, alpha: House, mallory: Stranger, names: tuple[str, ...]
) -> None:
    nodes = [f"_:b{n}" for n in range(9)]
    ring = [{"id": node, "type": "Note", "tag": nodes} for node in nodes]
    creator = {"type": "RsaSignature2017", "creator": mallory.key_id, "signatureValue": "AAAA"}
    like = mallory.activity("Like", COOP, tag=ring) | dict.fromkeys(names, creator)
    answer = await mallory.send(alpha, like)
    assert answer.status in ANSWERS
    await street.settle()
    assert await is_well(street, alpha)


STRANGE: tuple[Any, ...] = (
    None, True, 0, -1.5, 9007199254740991, "", "x", "\u202e\u0007\u200b", [], [[]], [1, None], {},
    {"id": 1}, {"type": []}, {"id": {}}, {"href": []}, [{"type": "Link", "href": "javascript:1"}],
    "javascript:alert(1)", "http://[", "https://evil.test:99999/", "https://" + "a" * 3000,
    "2026-13-45T99:99:99Z", "0000-01-01T00:00:00Z", "9999-12-31T23:59:59Z",
    "275760-09-13T00:00:00Z", "2026-01-01T00:00:00+99:99", "-2026-01-01T00:00:00Z",
)  # fmt: skip
TURNS = 4
"""Each member gets every fourth of these, each value meets every fourth member: all in minutes."""

FIELDS = (
    "id", "type", "attributedTo", "content", "contentMap", "name", "nameMap", "summary",
    "summaryMap", "tag", "to", "cc", "inReplyTo", "attachment", "url", "published", "updated",
    "sensitive", "replies", "context", "conversation", "quoteUrl", "image", "icon", "endTime",
    "oneOf", "votersCount", "proof", "signature", "source", "generator", "location",
)  # fmt: skip


async def test_a_note_may_hold_anything_anywhere_without_a_fault(
    street: Street, alpha: House, mallory: Stranger
) -> None:
    await heard(alpha, mallory)
    for number, field in enumerate(FIELDS):
        for turn, value in enumerate(STRANGE[number % TURNS :: TURNS]):
            note = mallory.note(f"/notes/{number}-{turn}") | {field: value}
            answer = await mallory.send(alpha, mallory.activity("Create", note))
            assert answer.status in ANSWERS, (field, value)
        await street.settle()
        street.clock.turn(seconds=1)
    assert await is_well(street, alpha)
    for path in ("/api/v1/timelines/public", "/", "/@coop"):
        async with street.session.get(alpha.url(path)) as answer:
            assert answer.status == 200
            assert "javascript:" not in await answer.text()


ACTOR_FIELDS = (
    "preferredUsername", "name", "summary", "url", "icon", "image", "inbox", "outbox", "followers",
    "following", "featured", "endpoints", "publicKey", "assertionMethod", "attachment", "tag",
    "alsoKnownAs", "movedTo", "published", "discoverable", "indexable", "manuallyApprovesFollowers",
    "webfinger", "implements", "generator", "attributionDomains",
)  # fmt: skip


async def test_an_actor_may_hold_anything_anywhere_without_a_fault(
    street: Street, alpha: House, mallory: Stranger
) -> None:
    await mallory.send(alpha, mallory.activity("Follow", COOP))
    await street.settle()
    for number, field in enumerate(ACTOR_FIELDS):
        for value in STRANGE[number % TURNS :: TURNS]:
            changed = mallory.actor() | {field: value}
            answer = await mallory.send(alpha, mallory.activity("Update", changed))
            assert answer.status in ANSWERS, (field, value)
        await street.settle()
        street.clock.turn(seconds=1)
        await mallory.send(alpha, mallory.activity("Update", mallory.actor()))
        await street.settle()
    assert await is_well(street, alpha)
    async with alpha.read() as session:
        known = await profiles.by_iri(session, mallory.iri)
    assert known is not None
    assert known.inbox == f"{mallory.iri}/inbox"


NO_ACTORS: list[Any] = [
    {"type": "Note"}, {"type": "Collection"}, {"type": "Key"}, {"type": ["Person", 7]},
    {"type": {"id": "Person"}}, {"type": 7}, {"type": None}, {"type": [["Person"]]},
    {"preferredUsername": "a/b"}, {"preferredUsername": "a@b"}, {"preferredUsername": ".."},
    {"preferredUsername": "a\u202eb"}, {"preferredUsername": "a\nb"}, {"preferredUsername": "ı"},
    {"preferredUsername": "а"}, {"preferredUsername": "x" * 5000}, {"preferredUsername": 7},
    {"preferredUsername": ["a", "b"]}, {"preferredUsername": ""}, {"preferredUsername": None},
    {"inbox": "{foo:"}, {"inbox": "javascript:1"}, {"inbox": None}, {"inbox": []},
    {"inbox": "https://victim.test/inbox"}, {"inbox": "https://alpha.test/inbox"},
    {"inbox": "https://evil.test@victim.test/inbox"}, {"inbox": "https://evil.test:8443/inbox"},
    {"id": "https://victim.test/users/vera"}, {"id": COOP}, {"id": None},
]  # fmt: skip


async def test_who_is_no_actor_of_its_own_is_not_remembered(
    street: Street, alpha: House, mallory: Stranger
) -> None:
    for wrong in NO_ACTORS:
        mallory.documents["/users/mallory"] = (200, mallory.actor() | wrong)
        answer = await mallory.send(alpha, mallory.activity("Follow", COOP))
        assert answer.status in (400, 401, 403, 503), (wrong, answer.status)
        street.clock.turn(minutes=20)
    async with alpha.read() as session:
        assert await profiles.by_iri(session, mallory.iri) is None
        assert await profiles.by_iri(session, "https://victim.test/users/vera") is None
    assert await is_well(street, alpha)


async def test_a_shared_inbox_or_collection_elsewhere_is_not_used(
    street: Street, alpha: House, mallory: Stranger
) -> None:
    there = "https://victim.test/inbox"
    shown = mallory.actor(endpoints={"sharedInbox": there}, followers=there, outbox=there)
    mallory.documents["/users/mallory"] = (200, shown)
    assert (await mallory.send(alpha, mallory.activity("Follow", COOP))).status == 202
    await street.settle()
    async with alpha.read() as session:
        known = await profiles.by_iri(session, mallory.iri)
    assert known is not None
    assert (known.shared_inbox, known.followers, known.outbox) == (None, None, None)


@pytest.mark.parametrize("beyond", [-1, 0, 1, 400_000])
async def test_a_name_and_a_summary_are_kept_as_far_as_anybody_reads(
    street: Street, alpha: House, mallory: Stranger, beyond: int
) -> None:
    long = {"name": "n" * (2048 + beyond), "summary": "s" * (20_000 + beyond)}
    mallory.documents["/users/mallory"] = (200, mallory.actor(**long))
    assert (await mallory.send(alpha, mallory.activity("Follow", COOP))).status == 202
    async with alpha.read() as session:
        known = await profiles.by_iri(session, mallory.iri)
    assert known is not None
    assert len(known.name) == min(2048, 2048 + beyond)
    assert len(known.summary) == min(20_000, 20_000 + beyond)


@pytest.mark.parametrize(
    "host",
    ["EVIL.test", "evil.test.", "evil.test:443", "evil%2etest", "ev\u0131l.test", "exam/ple.test",
     "evil.test\\@victim.test", "user@evil.test", "evil.test\t", "evil..test", "-evil.test"],
)  # fmt: skip
async def test_a_host_in_another_spelling_is_the_same_host_or_none(
    street: Street, alpha: House, mallory: Stranger, host: str
) -> None:
    follow = mallory.activity("Follow", COOP)
    follow["id"] = f"https://{host}/activities/1"
    answer = await mallory.send(alpha, follow)
    assert answer.status in (202, 400, 403)
    await street.settle()
    async with alpha.read() as session:
        known = await profiles.by_iri(session, mallory.iri)
    assert known is None or known.host == "evil.test"
    assert await is_well(street, alpha)


TEXTS = [
    "e\u0301" * 5000,
    "Z\u0351\u0352\u0353" * 2000,
    "\u202eabc\u202c",
    "\x01\x02\x7f\x85\u2028\u2029",
    "\U0001f41d" * 1000,
    "{{7*7}} ${7*7} <%= 7*7 %> #{7*7}",
    "'; DROP TABLE actor; --",
    "%s %n %x {0} {self}",
    "\ufffe\uffff\ufdd0",
]


async def test_text_of_any_kind_is_kept_alike_on_both_engines(
    street: Street, alpha: House, mallory: Stranger
) -> None:
    await heard(alpha, mallory)
    for number, text in enumerate(TEXTS):
        note = mallory.note(f"/notes/{number}", content=text, summary=text[:300], name=text[:100])
        answer = await mallory.send(alpha, mallory.activity("Create", note))
        assert answer.status in (202, 400, 413)
    await street.settle()
    assert await is_well(street, alpha)
    async with street.session.get(alpha.url("/api/v1/timelines/public?limit=40")) as answer:
        shown = await answer.text()
    assert "49" not in json.dumps([one["content"] for one in json.loads(shown)])


ALIKE = (
    "/notes/caf\u00e9", "/notes/cafe\u0301", "/notes/caf%C3%A9", "/notes/caf%c3%a9",
    "/notes/A", "/notes/a", "/notes/a/", "/notes/a?", "/notes/a#", "/notes/%61",
)  # fmt: skip


async def test_addresses_that_look_alike_are_different_things(
    street: Street, alpha: House, mallory: Stranger
) -> None:
    await heard(alpha, mallory)
    kept = []
    for path in ALIKE:
        note = mallory.note() | {"id": f"{mallory.origin}{path}"}
        if (await mallory.send(alpha, mallory.activity("Create", note))).status == 202:
            await street.settle()
            kept.append(note["id"])
    before = [iri for iri in kept if await remark(alpha, iri) is not None]
    assert len(before) >= 4
    await mallory.send(alpha, mallory.activity("Delete", before[0]))
    await street.settle()
    after = [iri for iri in before if await remark(alpha, iri) is not None]
    assert after == before[1:]
    assert await is_well(street, alpha)


@pytest.mark.parametrize(
    "said",
    ["0000-00-00T00:00:00Z", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z", 0, "tomorrow"],
)
async def test_no_time_is_later_than_now(
    street: Street, alpha: House, mallory: Stranger, said: Any
) -> None:
    await heard(alpha, mallory)
    note = mallory.note(published=said)
    await mallory.send(alpha, mallory.activity("Create", note))
    await street.settle()
    kept = await remark(alpha, note["id"])
    assert kept is not None
    assert kept.published_at <= street.clock()
    async with street.session.get(alpha.url("/api/v1/timelines/public")) as answer:
        assert answer.status == 200
    assert await is_well(street, alpha)


async def test_what_a_peer_writes_into_ids_and_types_is_no_event(
    street: Street, alpha: House, mallory: Stranger
) -> None:
    evil = 'x\r\nlevel=error event=forged\x1b[31m{"event":"forged"}'
    await mallory.send(alpha, mallory.activity(evil, COOP))
    await mallory.send(alpha, mallory.activity("Follow", COOP, id=f"https://evil.test/{evil}"))
    headers = {"User-Agent": "x{event=forged}", "X-Request-Id": "forged"}
    async with street.session.get(alpha.url("/nothing%0d%0aevent=forged"), headers=headers) as one:
        assert one.headers["X-Request-Id"] != "forged"
    assert not [one for one in street.events if one["event"] == "forged"]
    assert await is_well(street, alpha)


async def test_two_requests_at_once_make_one_row(
    street: Street, alpha: House, mallory: Stranger
) -> None:
    follow = mallory.activity("Follow", COOP)
    answers = await asyncio.gather(*[mallory.send(alpha, follow) for _ in range(10)])
    assert {one.status for one in answers} == {202}
    await street.settle()
    coop = await alpha.actor("coop")
    async with alpha.read() as session:
        assert (await profiles.counts(session, coop)).followers == 1
    assert await is_well(street, alpha)


def test_the_examples_are_all_different() -> None:
    dumped = sorted(orjson.dumps(twist) for twist in TWISTS)
    assert all(one != other for one, other in pairwise(dumped))
