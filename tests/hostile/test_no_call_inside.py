"""Whatever a stranger writes, and wherever: no connection is made into our own network.

A canary listens on an address that nobody allowed, at a port of its own.
"""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from together.evil import Listener, listening, silence
from together.program import Program, a_program
from together.stranger import AS2, Document, Stranger, moved_in
from together.street import House, Street

from activitypub import iris
from activitypub.errors import ProtocolError
from activitypub.iris import Iri
from actors.tables.actor import Actor
from actors.verbs import following

PLACES = (
    "127.0.0.1:{port}", "127.0.0.2:{port}", "localhost:{port}", "localhost.:{port}",
    "a.localhost:{port}", "0.0.0.0:{port}", "0:{port}", "127.1:{port}", "2130706433:{port}",
    "0x7f000001:{port}", "0177.0.0.1:{port}", "0x7f.1:{port}", "[::1]:{port}", "[::]:{port}",
    "[::ffff:127.0.0.1]:{port}", "[::ffff:7f00:1]:{port}", "[::127.0.0.1]:{port}",
    "[64:ff9b::7f00:1]:{port}", "[64:ff9b:1::7f00:1]:{port}", "[2002:7f00:1::]:{port}",
    "[2001:0:7f00:1::]:{port}", "[fe80::1%25lo]:{port}", "169.254.169.254", "10.0.0.1",
    "100.100.100.200", "198.18.0.1", "192.0.0.8", "240.0.0.1", "224.0.0.1", "[100::1]", "[3fff::1]",
    "127。0。0。1:{port}", "①②⑦.0.0.1:{port}", "127%2e0%2e0%2e1:{port}", "127.0.0.1\t:{port}",
    "evil.test@127.0.0.1:{port}", "evil.test:x@127.0.0.1:{port}", "evil.test\\@127.0.0.1:{port}",
    "127.0.0.1:{port}#@evil.test", "127.0.0.1:{port}?@evil.test", "evil.test:{port}",
    "evil.test:22", "evil.test:6379", "evil.test:99999", "evil.test:-1", "evil.test:443@127.0.0.1",
)  # fmt: skip
OTHERS = (
    "file:///etc/passwd", "gopher://127.0.0.1:{port}/", "ftp://127.0.0.1:{port}/", "data:,x",
    "data:application/activity+json,%7B%7D", "javascript:alert(1)", "unix:/run/x.sock",
    "ws://127.0.0.1:{port}/", "//127.0.0.1:{port}/", "127.0.0.1:{port}/", "",
    "http://evil.test/%0d%0aHost: 127.0.0.1:{port}", "https://evil.test/" + "a" * 100_000,
    "https:/127.0.0.1:{port}/", "https:127.0.0.1:{port}/", "HTTPS://127.0.0.1:{port}/",
)  # fmt: skip


def addresses(port: int) -> list[str]:
    """Everything that leads inside, or nowhere."""
    hosts = [f"{scheme}://{place}/x" for place in PLACES for scheme in ("https", "http")]
    return [text.format(port=port) for text in (*hosts, *OTHERS)]


@pytest.fixture
async def canary() -> AsyncIterator[Listener]:
    async with listening(silence) as listener:
        yield listener
        assert listener.calls == 0


@pytest.fixture
async def program(alpha: House) -> Program:
    return await a_program(alpha, "coop")


@pytest.fixture
async def mallory(street: Street) -> AsyncIterator[Stranger]:
    async with moved_in(street) as stranger:
        yield stranger


async def heard(house: House, program: Program, mallory: Stranger) -> None:
    """The organisation follows mallory, so that what she writes concerns somebody."""
    found = await house.lookup.resolve(mallory.iri)
    assert isinstance(found, Actor)
    async with house.begin() as session:
        await following.follow(session, house.site, program.actor, found)
    await house.street.settle()
    await mallory.send(house, mallory.activity("Accept", mallory.told[-1]))
    await house.street.settle()


def no_faults(street: Street) -> None:
    events = ("inbox.failed", "request.failed", "worker.failed", "refusal.failed")
    assert [one for one in street.events if one["event"] in events] == []


async def search(house: House, program: Program, words: str) -> tuple[int, str]:
    """What the search box answers."""
    async with house.street.session.get(
        house.url("/api/v2/search"),
        params={"q": words, "resolve": "true"},
        headers={"Authorization": f"Bearer {program.token}"},
    ) as answer:
        return answer.status, await answer.text()


async def test_the_search_box_leads_nowhere_inside(
    street: Street, alpha: House, program: Program, canary: Listener
) -> None:
    for address in addresses(canary.port):
        if len(address) > 4000:
            continue  # longer than a request line may be
        status, text = await search(alpha, program, address)
        assert status in (200, 400, 404, 422), (address, status)
        assert "root:" not in text
    for place in PLACES[:22]:
        status, _ = await search(alpha, program, f"@x@{place.format(port=canary.port)}")
        assert status in (200, 400, 404, 422), place
    no_faults(street)


async def test_a_key_inside_is_never_read(
    street: Street, alpha: House, mallory: Stranger, canary: Listener
) -> None:
    for address in addresses(canary.port):
        named = address.encode("ascii", "ignore").decode()
        if not named or '"' in named or "\t" in named or len(named) > 4000:
            continue  # no client could send such a header
        follow = mallory.activity("Follow", alpha.network.iri)
        for _ in range(2):
            street.events.clear()
            answer = await mallory.send(alpha, follow, key_id=Iri(named))
            assert answer.status in (400, 401, 403, 503), (address, answer.status)
            lines = [one for one in street.events if one["event"] == "egress.refused"]
            assert len(lines) == 1 or street.refusals() == ["signature-syntax"], address
            assert all(one["purpose"] == "key" for one in lines)
            no_faults(street)
    assert mallory.told == []
    no_faults(street)


MEMBERS = (
    "inReplyTo", "quoteUrl", "quoteUri", "_misskey_quote", "context", "conversation", "replies",
    "attributedTo", "url", "wasDerivedFrom", "likes", "shares", "audience", "to", "generator",
)  # fmt: skip


def shapes(address: str) -> list[Any]:
    """An address as documents hold it."""
    return [address, {"type": "Link", "href": address}, {"id": address, "type": "Note"}]


async def test_no_member_of_a_note_leads_inside(
    street: Street, alpha: House, program: Program, mallory: Stranger, canary: Listener
) -> None:
    await heard(alpha, program, mallory)
    inside = f"http://127.0.0.1:{canary.port}/x"
    for number, member in enumerate(MEMBERS):
        for turn, value in enumerate(shapes(inside)):
            note = mallory.note(f"/notes/{number}-{turn}") | {member: value}
            assert (await mallory.send(alpha, mallory.activity("Create", note))).status < 500
    pictures = [{"type": kind, "url": inside} for kind in ("Image", "Document", "Video", "Emoji")]
    tags = [
        {"type": kind, "href": inside, "name": inside} for kind in ("Mention", "Hashtag", "Link")
    ]
    pages = {"type": "Collection", "id": inside, "first": inside, "items": [inside]}
    rich = mallory.note(
        "/notes/rich",
        attachment=pictures,
        image=pictures[0],
        icon=pictures[0],
        tag=[*tags, *pictures],
        replies=pages,
        content=f"<p>@x@127.0.0.1:{canary.port} <a href='{inside}'>{inside}</a></p>",
    )
    assert (await mallory.send(alpha, mallory.activity("Create", rich))).status == 202
    await street.settle()
    no_faults(street)


VERBS = (
    "Create", "Update", "Delete", "Undo", "Announce", "Like", "Follow", "Accept", "Reject", "Add",
    "Remove", "Move", "Flag", "Block", "Offer", "Invite", "Join", "Leave", "View", "QuoteRequest",
)  # fmt: skip


async def test_no_activity_leads_inside(
    street: Street, alpha: House, program: Program, mallory: Stranger, canary: Listener
) -> None:
    await heard(alpha, program, mallory)
    inside = f"http://127.0.0.1:{canary.port}/x"
    for kind in VERBS:
        for subject in shapes(inside):
            around = dict.fromkeys(("target", "origin", "result", "instrument"), inside)
            activity = mallory.activity(kind, subject, **around)
            assert (await mallory.send(alpha, activity)).status < 500
    await street.settle()
    no_faults(street)


ACTOR_MEMBERS: tuple[Document, ...] = (
    {"outbox": "{}"}, {"followers": "{}"}, {"following": "{}"}, {"featured": "{}"},
    {"movedTo": "{}"}, {"alsoKnownAs": ["{}"]}, {"publicKey": "{}"}, {"assertionMethod": ["{}"]},
    {"icon": {"type": "Image", "url": "{}"}}, {"image": {"type": "Image", "url": "{}"}},
    {"url": "{}"}, {"endpoints": {"sharedInbox": "{}", "proxyUrl": "{}"}}, {"context": "{}"},
    {"attachment": [{"type": "PropertyValue", "name": "x", "value": "<a rel=me href='{}'>x</a>"}]},
    {"tag": [{"type": "Emoji", "icon": {"url": "{}"}}]}, {"inbox": "{}"}, {"generator": "{}"},
)  # fmt: skip


async def test_no_member_of_an_actor_leads_inside(
    street: Street, alpha: House, program: Program, mallory: Stranger, canary: Listener
) -> None:
    await heard(alpha, program, mallory)
    inside = f"http://127.0.0.1:{canary.port}/x"
    for members in ACTOR_MEMBERS:
        bent = mallory.actor(**_filled(members, inside))
        mallory.documents["/users/mallory"] = (200, bent)
        answer = await mallory.send(alpha, mallory.activity("Update", bent))
        assert answer.status < 500
        await mallory.send(alpha, mallory.activity("Follow", program.actor.iri))
        await street.settle()
        street.clock.turn(minutes=10)
    no_faults(street)


def _filled(value: Any, address: str) -> Any:
    if isinstance(value, dict):
        return {name: _filled(each, address) for name, each in value.items()}
    if isinstance(value, list):
        return [_filled(each, address) for each in value]
    return value.replace("{}", address)


async def test_an_address_of_ours_is_answered_from_memory(
    street: Street, alpha: House, program: Program
) -> None:
    for address in (alpha.url("/actors/coop"), alpha.url("/@coop"), "@coop@alpha.test"):
        status, _ = await search(alpha, program, address)
        assert status == 200
    for address in (alpha.url("/nothing"), alpha.url("/api/v1/instance"), "https://ALPHA.test./x"):
        status, _ = await search(alpha, program, address)
        assert status in (200, 404)
    dialled = [one for one in street.events if str(one["event"]).startswith("egress.")]
    told = [one for one in dialled if one.get("detail") != "that is no address"]
    assert [one for one in told if "alpha.test" in str(one)] == []
    no_faults(street)


def test_no_address_in_disguise_is_read_as_a_name_of_somebody() -> None:
    for text in addresses(80):
        try:
            host = iris.host(iris.parse(text))
        except ProtocolError:
            continue
        assert host.isascii()
        assert AS2 not in host
