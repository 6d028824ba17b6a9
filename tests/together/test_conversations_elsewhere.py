"""What belongs to a conversation and lives elsewhere is read, in its measure and after the mail."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import select
from together.stranger import AS2, Document, Stranger, moved_in
from together.street import House, Street

from actors.tables.actor import Actor
from actors.tables.exploration import Exploration
from actors.tables.host import Host
from actors.tables.model import Model
from actors.tables.remark import Remark
from actors.verbs import conversing
from actors.views import timelines
from federation.workers import exploring


@pytest.fixture
async def alpha(street: Street) -> House:
    (house,) = await street.open("alpha")
    return house


@pytest.fixture
async def coop(alpha: House) -> Actor:
    return await alpha.organisation("coop")


@pytest.fixture
async def mallory(street: Street) -> AsyncIterator[Stranger]:
    async with moved_in(street) as stranger:
        yield stranger


@pytest.fixture
async def vera(street: Street) -> AsyncIterator[Stranger]:
    async with moved_in(street, "vera.test") as stranger:
        yield stranger


@pytest.fixture
async def followed(street: Street, alpha: House, coop: Actor, mallory: Stranger) -> Stranger:
    """Somebody whom coop follows, so that what she says is kept."""
    await alpha.follow(coop, mallory.iri)
    await street.settle()
    await mallory.send(alpha, mallory.activity("Accept", mallory.told[-1]["id"]))
    await street.settle()
    mallory.asked.clear()
    return mallory


async def _known(house: House) -> set[str]:
    async with house.read() as session:
        return set(await session.scalars(select(Remark.iri)))


async def _look(street: Street, house: House, iri: str) -> None:
    """A member looks at it."""
    async with house.begin() as session:
        item = await timelines.by_iri(session, iri, None)
        assert item is not None
        await conversing.look(session, house.site, item.subject)
    await street.settle()


def _notes(of: Stranger, *names: str) -> set[str]:
    return {f"{of.origin}/notes/{name}" for name in names}


def _list(of: Stranger, path: str, items: list[Any], **more: Any) -> str:
    """A list at that path."""
    document: Document = {
        "@context": AS2,
        "id": of.origin + path,
        "type": "OrderedCollectionPage" if "partOf" in more else "OrderedCollection",
        "orderedItems": items,
    } | more
    of.documents[path] = (200, document)
    return of.origin + path


async def test_what_a_note_answers_is_read_upwards_and_the_thread_is_whole(
    street: Street, alpha: House, followed: Stranger, vera: Stranger
) -> None:
    vera.note("/notes/1")
    followed.note("/notes/2", inReplyTo=f"{vera.origin}/notes/1")
    vera.note("/notes/3", inReplyTo=f"{followed.origin}/notes/2")
    last = followed.note("/notes/4", inReplyTo=f"{vera.origin}/notes/3")
    await followed.send(alpha, followed.activity("Create", last))
    await street.settle()
    async with alpha.read() as session:
        item = await timelines.by_iri(session, last["id"], None)
        assert item is not None
        above, _ = await timelines.thread(session, item, None)
    assert [one.subject.iri for one in above] == [
        f"{vera.origin}/notes/1",
        f"{followed.origin}/notes/2",
        f"{vera.origin}/notes/3",
    ]


async def test_a_thread_without_end_is_climbed_by_twenty_documents_for_each_letter(
    street: Street, alpha: House, followed: Stranger
) -> None:
    for number in range(60):
        followed.note(f"/notes/{number}", inReplyTo=f"{followed.origin}/notes/{number + 1}")
    first = followed.documents["/notes/0"][1]
    await followed.send(alpha, followed.activity("Create", first))
    await street.settle()
    assert len([path for path in followed.asked if path.startswith("/notes/")]) == 20
    async with alpha.read() as session:
        assert (await session.scalars(select(Exploration.iri))).all() == [first["id"]]


async def test_authors_count_as_documents_and_ask_for_no_more_actors(
    street: Street, alpha: House, followed: Stranger
) -> None:
    for number in range(40):
        who = f"{followed.origin}/users/u{number}"
        followed.documents[f"/users/u{number}"] = (
            200,
            followed.actor(
                id=who,
                preferredUsername=f"u{number}",
                inbox=f"{who}/inbox",
                outbox=f"{who}/outbox",
                followers=f"{who}/followers",
                featured=f"{who}/featured",
                movedTo=f"{followed.origin}/users/u{number + 1}",
                publicKey={},
            ),
        )
        followed.note(
            f"/notes/{number}",
            attributedTo=who if number else followed.iri,
            inReplyTo=f"{followed.origin}/notes/{number + 1}",
            tag=[{"type": "Mention", "href": f"{followed.origin}/users/m{number}"}],
        )
    await followed.send(alpha, followed.activity("Create", followed.documents["/notes/0"][1]))
    await street.settle()
    assert len(followed.asked) == 20
    assert {path.split("/")[1] for path in followed.asked} == {"notes", "users"}
    assert not [path for path in followed.asked if path.endswith(("featured", "outbox"))]


async def test_a_note_that_is_everything_to_itself_costs_nothing(
    street: Street, alpha: House, followed: Stranger
) -> None:
    own = f"{followed.origin}/notes/1"
    note = followed.note(
        "/notes/1", inReplyTo=own, context=own, replies=own, quoteUrl=own, quote=own
    )
    await followed.send(alpha, followed.activity("Create", note))
    await street.settle()
    await _look(street, alpha, own)
    assert len(followed.asked) <= 3
    assert own in await _known(alpha)


async def test_two_notes_that_answer_each_other_end(
    street: Street, alpha: House, followed: Stranger, vera: Stranger
) -> None:
    vera.note("/notes/1", inReplyTo=f"{followed.origin}/notes/1")
    note = followed.note("/notes/1", inReplyTo=f"{vera.origin}/notes/1")
    await followed.send(alpha, followed.activity("Create", note))
    await street.settle()
    assert vera.asked.count("/notes/1") == 1
    assert "/notes/1" not in followed.asked


async def test_five_answers_of_its_own_host_come_with_a_note(
    street: Street, alpha: House, followed: Stranger, vera: Stranger
) -> None:
    own = f"{followed.origin}/notes/0"
    answers = [followed.note(f"/notes/{n}", inReplyTo=own)["id"] for n in range(1, 9)]
    elsewhere = vera.note("/notes/1", inReplyTo=own)["id"]
    note = followed.note(
        "/notes/0",
        replies={
            "id": f"{own}/replies",
            "type": "Collection",
            "first": {"type": "CollectionPage", "items": [elsewhere, *answers]},
        },
    )
    await followed.send(alpha, followed.activity("Create", note))
    await street.settle()
    assert await _known(alpha) == _notes(followed, "0", "1", "2", "3", "4", "5")
    assert vera.asked == []


async def test_who_looks_at_a_note_lets_its_answers_be_read_but_not_again_at_once(
    street: Street, alpha: House, followed: Stranger, vera: Stranger
) -> None:
    top = followed.note("/notes/0", replies=f"{followed.origin}/notes/0/replies")
    answer = vera.note("/notes/1", inReplyTo=top["id"], replies=f"{vera.origin}/notes/1/replies")
    below = followed.note("/notes/2", inReplyTo=answer["id"])
    followed.note("/notes/3", inReplyTo=f"{vera.origin}/notes/unknown")
    vera.note("/notes/4", inReplyTo=top["id"], to=[followed.iri])
    items = [answer["id"], *_notes(followed, "3"), *_notes(vera, "4")]
    page = f"{followed.origin}/notes/0/replies/1"
    _list(followed, "/notes/0/replies", [], first=page)
    _list(followed, "/notes/0/replies/1", items, partOf=top["id"], next=page)
    _list(vera, "/notes/1/replies", [below["id"], answer["id"], top["id"]])
    await followed.send(alpha, followed.activity("Create", top))
    await street.settle()
    assert followed.asked == []
    await _look(street, alpha, top["id"])
    assert await _known(alpha) == _notes(followed, "0", "2") | _notes(vera, "1")
    followed.asked.clear()
    street.clock.turn(minutes=14)
    await _look(street, alpha, top["id"])
    assert followed.asked == []
    street.clock.turn(minutes=2)
    await _look(street, alpha, top["id"])
    assert "/notes/0/replies" in followed.asked


async def test_a_context_that_is_a_list_of_posts_is_read_instead_of_replies(
    street: Street, alpha: House, followed: Stranger, vera: Stranger
) -> None:
    top = followed.note(
        "/notes/0",
        context=f"{followed.origin}/contexts/1",
        replies=f"{followed.origin}/notes/0/replies",
    )
    answer = vera.note("/notes/1", inReplyTo=top["id"], replies=f"{vera.origin}/notes/1/replies")
    _list(followed, "/contexts/1", [top["id"], answer["id"]])
    await followed.send(alpha, followed.activity("Create", top))
    await street.settle()
    await _look(street, alpha, top["id"])
    assert answer["id"] in await _known(alpha)
    assert followed.asked == ["/contexts/1"]
    assert "/notes/1/replies" not in vera.asked
    followed.documents["/contexts/1"] = (404, {})
    street.clock.turn(minutes=16)
    await _look(street, alpha, top["id"])
    assert "/notes/0/replies" in followed.asked


async def test_an_answer_is_believed_at_its_own_address_alone(
    street: Street, alpha: House, followed: Stranger, vera: Stranger
) -> None:
    top = followed.note("/notes/0", replies=f"{followed.origin}/notes/0/replies")
    real = vera.note("/notes/1", inReplyTo=top["id"], content="<p>Vrai</p>")
    forged = real | {"content": "<p>Faux</p>"}
    other = followed.note("/notes/9", attributedTo=vera.iri, inReplyTo=top["id"])
    _list(followed, "/notes/0/replies", [forged, other["id"]])
    await followed.send(alpha, followed.activity("Create", top))
    await street.settle()
    await _look(street, alpha, top["id"])
    async with alpha.read() as session:
        found = {one.iri: one.content for one in await session.scalars(select(Remark))}
    assert found == {top["id"]: "<p>Bonjour</p>", real["id"]: "<p>Vrai</p>"}


async def test_pages_without_end_and_a_page_that_is_its_own_next_end(
    street: Street, alpha: House, followed: Stranger
) -> None:
    top = followed.note("/notes/0", replies=f"{followed.origin}/r/0")
    for number in range(40):
        _list(
            followed, f"/r/{number}", [], partOf=top["id"], next=f"{followed.origin}/r/{number + 1}"
        )
    await followed.send(alpha, followed.activity("Create", top))
    await street.settle()
    await _look(street, alpha, top["id"])
    assert len(followed.asked) == exploring.MOST_PAGES
    followed.asked.clear()
    _list(followed, "/r/0", [], partOf=top["id"], next=f"{followed.origin}/r/0")
    street.clock.turn(minutes=16)
    await _look(street, alpha, top["id"])
    assert followed.asked == ["/r/0"]


async def test_a_list_of_thousands_is_cut(
    street: Street, alpha: House, followed: Stranger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exploring, "MOST_OF_ONE", 12)
    top = followed.note("/notes/0", replies=f"{followed.origin}/r/0")
    items = [followed.note(f"/notes/{n}", inReplyTo=top["id"])["id"] for n in range(1, 40)]
    _list(followed, "/r/0", [*items, *(f"{followed.origin}/x/{n}" for n in range(5_000))])
    await followed.send(alpha, followed.activity("Create", top))
    await street.settle()
    await _look(street, alpha, top["id"])
    assert len(followed.asked) == 1 + 12
    assert len(await _known(alpha)) == 1 + 12


async def test_nothing_is_asked_of_a_blocked_host(
    street: Street, alpha: House, followed: Stranger, vera: Stranger
) -> None:
    async with alpha.begin() as session:
        session.add(Host(id=alpha.site.new_id(), name="vera.test", is_blocked=True))
    top = vera.note("/notes/1")
    note = followed.note("/notes/1", inReplyTo=top["id"], quote=top["id"])
    await followed.send(alpha, followed.activity("Create", note))
    await street.settle()
    assert vera.asked == []


async def test_a_neighbour_that_is_away_is_asked_again_a_few_times(
    street: Street, alpha: House, followed: Stranger, vera: Stranger
) -> None:
    vera.documents["/notes/1"] = (503, {})
    note = followed.note("/notes/1", inReplyTo=f"{vera.origin}/notes/1")
    await followed.send(alpha, followed.activity("Create", note))
    await street.settle()
    assert await _known(alpha) == _notes(followed, "1")
    vera.note("/notes/1")
    street.clock.turn(minutes=1)
    await street.settle()
    assert await _known(alpha) == _notes(followed, "1") | _notes(vera, "1")


async def test_a_note_to_thousands_makes_us_read_nobody(
    street: Street, alpha: House, coop: Actor, followed: Stranger
) -> None:
    tags = [
        {"type": "Mention", "href": f"{followed.origin}/users/m{n}", "name": "@m"}
        for n in range(2_000)
    ]
    cc = [f"{followed.origin}/users/m{n}" for n in range(900)]
    note = followed.note("/notes/1", tag=tags, cc=cc)
    answer = await followed.send(alpha, followed.activity("Create", note, cc=cc))
    assert answer.status == 202
    await street.settle()
    assert followed.asked == []
    many = followed.note("/notes/2", cc=[f"{followed.origin}/users/m{n}" for n in range(5_000)])
    assert (await followed.send(alpha, followed.activity("Create", many))).status in (400, 413)


async def test_what_is_passed_on_is_one_thing_and_never_what_the_announce_says_of_it(
    street: Street, alpha: House, followed: Stranger, vera: Stranger
) -> None:
    real = vera.note("/notes/1", content="<p>Vrai</p>")
    inner = vera.activity("Announce", real["id"])
    vera.documents["/activities/1"] = (200, inner)
    await followed.send(alpha, followed.activity("Announce", inner))
    await followed.send(alpha, followed.activity("Announce", inner["id"]))
    await street.settle()
    assert await _known(alpha) == set()
    assert vera.asked.count("/notes/1") == 0
    await followed.send(alpha, followed.activity("Announce", real | {"content": "<p>Faux</p>"}))
    await street.settle()
    async with alpha.read() as session:
        kept = await session.scalar(select(Remark).where(Remark.iri == real["id"]))
    assert kept is not None
    assert kept.content == "<p>Vrai</p>"


async def test_answers_to_our_own_things_are_followed_where_they_are_answered(
    street: Street, alpha: House, coop: Actor, mallory: Stranger, vera: Stranger
) -> None:
    model: Model = await alpha.publish(coop)
    answer = mallory.note(
        "/notes/1", inReplyTo=model.iri, replies=f"{mallory.origin}/notes/1/replies"
    )
    below = vera.note("/notes/2", inReplyTo=answer["id"])
    _list(mallory, "/notes/1/replies", [below["id"]])
    await mallory.send(alpha, mallory.activity("Create", answer))
    await street.settle()
    await _look(street, alpha, model.iri)
    assert await _known(alpha) == {answer["id"], below["id"]}
