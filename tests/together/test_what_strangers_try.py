"""What a stranger may try with notes, likes, boosts and deletes, sent over HTTP."""

import json
from collections.abc import AsyncIterator
from typing import Any

import orjson
import pytest
from sqlalchemy import func, select
from together.app import Reader, reader, says
from together.stranger import AS2, SECURITY, Stranger, moved_in
from together.street import House, Street

from activitypub.addressing import Visibility
from actors.tables.model import Model
from actors.tables.remark import Boost, Like, Remark
from actors.tables.tombstone import Tombstone
from actors.verbs import forgetting
from actors.views import notices, timelines
from actors.views.paging import Page

PUBLIC = f"{AS2}#Public"
COOP = "https://alpha.test/actors/coop"
VERBS = ("Accept", "Announce", "Create", "Delete", "Follow", "Like", "Reject", "Undo", "Update")
NONSENSE: tuple[Any, ...] = (
    {},
    {"type": "Note"},
    {"type": "Undo", "id": "https://evil.test/u/2", "actor": "x", "object": "y"},
    {"type": ["Note", "Person"], "id": "https://evil.test/n/7"},
    {"type": "Collection", "items": ["https://evil.test/n/1"]},
    [],
    ["https://evil.test/n/1", "https://evil.test/n/2"],
    "",
    "https://evil.test/nothing",
    "urn:uuid:1",
    7,
)


@pytest.fixture
async def alpha(street: Street) -> House:
    """An instance."""
    (house,) = await street.open("alpha")
    return house


@pytest.fixture
async def mallory(street: Street) -> AsyncIterator[Stranger]:
    """Somebody elsewhere."""
    async with moved_in(street) as stranger:
        yield stranger


@pytest.fixture
async def coop(alpha: House) -> Reader:
    """An organisation at alpha."""
    return await reader(alpha, "coop")


@pytest.fixture
async def model(alpha: House, coop: Reader) -> Model:
    """What it has published."""
    return await alpha.publish(coop.us)


async def _count(house: House, kind: type[Any]) -> int:
    async with house.read() as session:
        return int(await session.scalar(select(func.count()).select_from(kind)) or 0)


async def _told(house: House, coop: Reader) -> list[str]:
    async with house.read() as session:
        return [one.notice.kind for one in await notices.of(session, coop.us, Page())]


async def _say(alpha: House, mallory: Stranger, kind: str, subject: Any, **more: Any) -> int:
    answer = await mallory.send(alpha, mallory.activity(kind, subject, **more))
    await alpha.street.settle()
    return answer.status


@pytest.mark.parametrize("verb", VERBS)
async def test_nonsense_is_never_a_fault(
    alpha: House, coop: Reader, model: Model, mallory: Stranger, verb: str
) -> None:
    for subject in NONSENSE:
        assert await _say(alpha, mallory, verb, subject) in (202, 400, 401, 403), subject
    assert await _count(alpha, Remark) == await _count(alpha, Like) == 0
    assert not [one for one in alpha.street.events if one["event"] == "inbox.failed"]


@pytest.mark.parametrize(
    "to",
    [
        None,
        "nobody",
        {},
        {"id": None},
        [None, 7],
        f"{PUBLIC} ",
        PUBLIC.lower(),
        f"{PUBLIC}/",
        "as:public",
        {"type": "Collection", "name": "Public"},
    ],
)
async def test_what_names_nobody_that_we_understand_is_never_public(
    alpha: House, coop: Reader, model: Model, mallory: Stranger, to: Any
) -> None:
    note = mallory.note(to=to, cc=[COOP], inReplyTo=model.iri)
    await _say(alpha, mallory, "Create", note)
    async with alpha.read() as session:
        assert await timelines.by_iri(session, note["id"], None) is None
        kept = await session.scalar(select(Remark.visibility))
    assert kept in (None, "direct")


async def test_a_private_answer_to_a_public_model_stays_private(
    alpha: House, coop: Reader, model: Model, mallory: Stranger
) -> None:
    note = mallory.note(to=[COOP], inReplyTo=model.iri)
    await _say(alpha, mallory, "Create", note)
    assert await _told(alpha, coop) == ["reply"]
    async with alpha.read() as session:
        assert (await timelines.tallies(session, model.iri)).replies == 0
        assert await timelines.public(session, Page(), local=False) != []
        shown = {one.subject.iri for one in await timelines.public(session, Page())}
    assert shown == {model.iri}


@pytest.mark.parametrize("kind", ["Like", "Announce"])
async def test_whatever_is_private_here_is_not_revealed_by_liking_or_passing_it_on(
    alpha: House, coop: Reader, mallory: Stranger, kind: str
) -> None:
    for visible in (Visibility.FOLLOWERS, Visibility.DIRECT):
        said = await says(coop, "Un secret", visible=visible)
        assert await _say(alpha, mallory, kind, said.iri) == 202
    assert await _count(alpha, Like) == await _count(alpha, Boost) == 0
    assert await _told(alpha, coop) == []
    assert not any("secret" in orjson.dumps(one).decode() for one in mallory.told)


async def test_somebody_elses_like_boost_and_note_are_not_taken_back(
    street: Street, alpha: House, coop: Reader, model: Model, mallory: Stranger
) -> None:
    async with moved_in(street, "vera.test") as vera:
        note = vera.note(inReplyTo=model.iri)
        acts = [vera.activity("Like", model.iri), vera.activity("Announce", model.iri)]
        for one in (vera.activity("Create", note), *acts):
            await vera.send(alpha, one)
        await street.settle()
        before = await _count(alpha, Boost)
        for one in acts:
            for undone in (one["id"], one, one | {"actor": mallory.iri}):
                await _say(alpha, mallory, "Undo", undone)
        stone = {"id": note["id"], "type": "Tombstone"}
        for gone in (note["id"], stone, [stone], model.iri, COOP):
            await _say(alpha, mallory, "Delete", gone)
    assert (await _count(alpha, Like), await _count(alpha, Boost)) == (1, before)
    async with alpha.read() as session:
        assert await timelines.by_iri(session, note["id"], None) is not None
        assert await timelines.by_iri(session, model.iri, None) is not None


async def test_a_boost_of_a_boost_is_nothing(
    alpha: House, coop: Reader, model: Model, mallory: Stranger
) -> None:
    first = mallory.activity("Announce", model.iri)
    await mallory.send(alpha, first)
    await alpha.street.settle()
    before = await _count(alpha, Boost)
    for again in (first["id"], first):
        await _say(alpha, mallory, "Announce", again)
    assert await _count(alpha, Boost) == before


async def test_blind_copies_of_others_are_not_kept(
    alpha: House, coop: Reader, mallory: Stranger
) -> None:
    blind: dict[str, Any] = {
        "bto": ["https://vera.test/users/vera"],
        "bcc": ["https://vera.test/users/vera"],
    }
    await _say(alpha, mallory, "Create", mallory.note(cc=[COOP], **blind), **blind)
    async with alpha.read() as session:
        kept = (await session.scalars(select(Remark))).one()
    assert b"vera.test" not in kept.document
    assert kept.addressed == [PUBLIC, COOP]


@pytest.mark.parametrize("total", [b"1" + b"0" * 30, b"-5", b'"many"', b"[3]", b"1e400"])
async def test_numbers_out_of_this_world_are_no_fault(
    alpha: House, coop: Reader, mallory: Stranger, total: bytes
) -> None:
    option = {"type": "Note", "name": "Oui", "replies": {"totalItems": "@total"}}
    note = mallory.note(cc=[COOP], oneOf=[option], likes={"totalItems": "@total"})
    body = orjson.dumps(mallory.activity("Create", note | {"type": "Question"}))
    answer = await mallory.send(alpha, body.replace(b'"@total"', total))
    await alpha.street.settle()
    assert answer.status in (202, 400)
    found = await coop.gets("/api/v1/timelines/public")
    assert [one["poll"]["options"][0]["votes_count"] for one in found] in ([0], [])
    assert not [one for one in alpha.street.events if one["event"] == "inbox.failed"]


async def test_one_activity_id_has_one_effect_whatever_comes_under_it(
    alpha: House, coop: Reader, mallory: Stranger
) -> None:
    first = mallory.activity("Create", mallory.note("/notes/1", cc=[COOP]))
    second = first | {"object": mallory.note("/notes/2", cc=[COOP], content="<p>Autre</p>")}
    for body, path in ((first, "/inbox"), (second, "/inbox"), (first, "/actors/coop/inbox")):
        assert (await mallory.send(alpha, body, path=path)).status == 202
    await alpha.street.settle()
    async with alpha.read() as session:
        kept = (await session.scalars(select(Remark))).all()
    assert [one.iri for one in kept] == [first["object"]["id"]]
    assert await _told(alpha, coop) == ["mention"]


@pytest.mark.parametrize("depth", [3, 50, 400])
async def test_an_activity_in_an_activity_in_an_activity_is_nothing(
    alpha: House, coop: Reader, model: Model, mallory: Stranger, depth: int
) -> None:
    inner: Any = mallory.activity("Like", model.iri)
    for _ in range(depth):
        inner = mallory.activity("Create", inner)
        del inner["@context"]
    inner["@context"] = AS2
    before = await _count(alpha, Boost)
    answer = await mallory.send(alpha, json.dumps(inner).encode())
    await alpha.street.settle()
    assert answer.status in (202, 400, 403, 413)
    assert (await _count(alpha, Like), await _count(alpha, Boost)) == (0, before)


async def test_a_collection_of_activities_is_no_activity(
    alpha: House, coop: Reader, model: Model, mallory: Stranger
) -> None:
    items = [mallory.activity("Like", model.iri)]
    body = {
        "@context": [AS2, SECURITY],
        "id": f"{mallory.origin}/c/1",
        "type": "OrderedCollection",
        "actor": mallory.iri,
        "object": model.iri,
        "orderedItems": items,
    }
    answer = await mallory.send(alpha, body)
    await alpha.street.settle()
    assert answer.status == 400
    assert await _count(alpha, Like) == 0


async def test_a_note_that_points_to_itself_costs_nothing(
    alpha: House, coop: Reader, mallory: Stranger
) -> None:
    itself = f"{mallory.origin}/notes/1"
    places = ("inReplyTo", "context", "replies", "quoteUrl")
    note = mallory.note(cc=[COOP], **dict.fromkeys(places, itself))
    mallory.asked.clear()
    await _say(alpha, mallory, "Create", note)
    assert len([path for path in mallory.asked if path == "/notes/1"]) <= 3
    [shown] = await coop.gets("/api/v1/timelines/public")
    answer = await coop.gets(f"/api/v1/statuses/{shown['id']}/context")
    assert answer == {"ancestors": [], "descendants": []}


async def test_deletes_of_what_never_was_are_forgotten_in_the_end(
    alpha: House, coop: Reader, mallory: Stranger
) -> None:
    await _say(alpha, mallory, "Create", mallory.note(cc=[COOP]))
    mallory.asked.clear()
    for number in range(20):
        await _say(alpha, mallory, "Delete", f"{mallory.origin}/never/{number}")
    assert mallory.asked == []
    assert await _count(alpha, Tombstone) == 20
    alpha.street.clock.turn(days=91)
    async with alpha.begin() as session:
        await forgetting.forget_old_tombstones(session, alpha.site)
    assert await _count(alpha, Tombstone) == 0
