"""What somebody published before we followed them arrives too: once, believed, and bounded."""

from collections.abc import AsyncIterator, Sequence
from typing import Any

import orjson
import pytest
from together.stranger import AS2, Document, Stranger, moved_in
from together.street import House, Street, a_sheet

from actors.mail import backfill
from actors.tables.actor import Actor
from actors.tables.model import Model
from actors.verbs import following
from actors.views import catalogue, history, mail, profiles, timelines
from actors.views.paging import Page
from federation.workers.running import WORKERS

TITLES = [f"Atelier {number}" for number in range(10)]


@pytest.fixture
async def france(street: Street) -> House:
    """A network that has published ten models, an hour apart."""
    (house,) = await street.open("france")
    coop = await house.organisation("coop")
    for title in TITLES:
        await house.publish(coop, a_sheet(title))
        street.clock.turn(hours=1)
    await street.settle()
    street.clock.turn(days=3)
    return house


@pytest.fixture
async def italy(street: Street) -> House:
    (house,) = await street.open("italy")
    return house


@pytest.fixture
async def mallory(street: Street) -> AsyncIterator[Stranger]:
    async with moved_in(street) as stranger:
        yield stranger


async def _home(house: House, owner: Actor | None = None) -> list[str]:
    async with house.read() as session:
        items = await timelines.home(session, owner or house.network, Page(limit=80))
    return [
        one.subject.name if isinstance(one.subject, Model) else one.subject.content for one in items
    ]


async def _unfollow(house: House, handle: str) -> None:
    async with house.begin() as session:
        for row, whom in await profiles.our_follows(session, house.network):
            if handle in (whom.iri, f"@{whom.address}"):
                await following.unfollow(session, house.site, row)


async def _follow(street: Street, house: House, stranger: Stranger) -> None:
    """Follow a stranger who says yes."""
    await house.follow(house.network, stranger.iri)
    await street.settle()
    asked = stranger.told[-1]
    await stranger.send(house, stranger.activity("Accept", asked["id"]))
    await street.settle()


def _show_outbox(stranger: Stranger, *pages: Sequence[Any], last: str | None = None) -> None:
    """Let a stranger's outbox have these pages; `last` is named as the next of the last one."""
    iri = f"{stranger.iri}/outbox"
    first = {"first": f"{iri}/0"} if pages else {}
    total = sum(map(len, pages))
    whole: Document = {"@context": AS2, "id": iri, "type": "OrderedCollection", "totalItems": total}
    stranger.documents["/users/mallory/outbox"] = (200, whole | first)
    for number, items in enumerate(pages):
        following_page = f"{iri}/{number + 1}" if number + 1 < len(pages) else last
        page: Document = {
            "@context": AS2,
            "id": f"{iri}/{number}",
            "type": "OrderedCollectionPage",
            "partOf": iri,
            "orderedItems": list(items),
        }
        page |= {"next": following_page} if following_page else {}
        stranger.documents[f"/users/mallory/outbox/{number}"] = (200, page)


def _said(stranger: Stranger, number: int, **changes: Any) -> Document:
    note = stranger.note(f"/notes/{number}", content=f"<p>{number}</p>")
    return stranger.activity("Create", note, **changes)


async def _reasons(house: House) -> list[str]:
    async with house.read() as session:
        return [one.reason for one in await mail.walks(session)]


async def test_who_follows_a_network_has_what_it_passed_on_before_once_and_in_order(
    street: Street, france: House, italy: House
) -> None:
    await italy.follow(italy.network, "@network@france.test")
    await street.settle()
    assert street.refusals() == []
    assert await _home(italy) == TITLES[::-1]
    newest = await france.publish(await france.actor("coop"), a_sheet("Atelier 10"))
    await street.settle()
    assert await _home(italy) == ["Atelier 10", *TITLES[::-1]]
    async with italy.read() as session:
        assert len(await catalogue.latest(session, 50)) == 11
        mirror = await history.model_by_iri(session, newest.iri)
    assert mirror is not None

    await _unfollow(italy, "@network@france.test")
    await street.settle()
    assert await _home(italy) == []
    await italy.follow(italy.network, "@network@france.test")
    await street.settle()
    assert await _home(italy) == ["Atelier 10", *TITLES[::-1]]
    async with italy.read() as session:
        assert len(await catalogue.latest(session, 50)) == 11
    assert await _reasons(italy) == []


async def test_who_follows_an_organisation_has_its_models_at_their_newest_version(
    street: Street, france: House, italy: House
) -> None:
    coop = await france.actor("coop")
    async with france.read() as session:
        first = (await catalogue.of_actor(session, coop.id, Page()))[-1]
    await france.revise(first, a_sheet(first.name, text="On répare mieux."))
    await street.settle()
    await italy.follow(italy.network, "@coop@france.test")
    await street.settle()
    assert street.refusals() == []
    assert await _home(italy) == TITLES[::-1]
    async with italy.read() as session:
        mirror = await history.model_by_iri(session, first.iri)
        assert mirror is not None
        assert mirror.number == 2
        assert [one.number for one in await history.revisions(session, mirror)] == [2, 1]


async def test_a_network_that_passes_on_what_others_publish_leads_to_their_own_servers(
    street: Street, france: House, italy: House, mallory: Stranger
) -> None:
    async with france.read() as session:
        models = [one.model.iri for one in await catalogue.latest(session, 3)]
    passed_on = [
        mallory.activity("Announce", iri, published="2026-03-04T08:00:00Z") for iri in models
    ]
    _show_outbox(mallory, passed_on)
    await _follow(street, italy, mallory)
    assert sorted(await _home(italy)) == TITLES[-3:]
    async with italy.read() as session:
        items = await timelines.home(session, italy.network, Page())
    assert {one.author.address for one in items} == {"coop@france.test"}
    assert {one.booster.iri for one in items if one.booster} == {mallory.iri}


async def test_a_second_follower_and_a_neighbour_find_what_is_known_here_already(
    street: Street, france: House, italy: House
) -> None:
    await italy.follow(italy.network, "@network@france.test")
    await street.settle()
    reader = await italy.organisation("lettori")
    await italy.follow(reader, "@network@france.test")
    await street.settle()
    assert await _home(italy, reader) == TITLES[::-1]
    neighbour = await france.organisation("voisins")
    await france.follow(neighbour, "@coop@france.test")
    await street.settle()
    assert await _home(france, neighbour) == TITLES[::-1]


async def test_a_walk_goes_on_where_it_was_when_the_peer_comes_back(
    street: Street, italy: House, mallory: Stranger
) -> None:
    said = [_said(mallory, number) for number in range(30)][::-1]
    _show_outbox(mallory, said[:10], said[10:20], said[20:])
    away = mallory.documents["/users/mallory/outbox/1"]
    mallory.documents["/users/mallory/outbox/1"] = (503, {})
    await _follow(street, italy, mallory)
    assert len(await _home(italy)) == 10
    assert await _reasons(italy) == ["the other server answered 503"]

    await italy.stop()
    await italy.start()
    mallory.documents["/users/mallory/outbox/1"] = away
    del mallory.asked[:]
    street.clock.turn(minutes=1)
    await street.settle()
    assert len(await _home(italy)) == 30
    assert "/users/mallory/outbox/0" not in mallory.asked
    assert await _reasons(italy) == []


async def test_a_worker_that_dies_in_a_step_loses_and_repeats_nothing(
    street: Street, italy: House, mallory: Stranger
) -> None:
    _show_outbox(mallory, [_said(mallory, number) for number in range(3)])
    await italy.follow(italy.network, mallory.iri)
    await street.settle()
    await mallory.send(italy, mallory.activity("Accept", mallory.told[-1]["id"]))
    await italy.app[WORKERS].receiving.work()
    async with italy.begin() as session:
        assert len(await backfill.claim(session, italy.site, limit=4)) == 1
    await italy.stop()
    await italy.start()
    await street.settle()
    assert await _home(italy) == []
    street.clock.turn(minutes=6)
    await street.settle()
    assert len(await _home(italy)) == 3


async def test_what_is_in_an_outbox_counts_only_if_its_owner_did_it(
    street: Street, italy: House, mallory: Stranger
) -> None:
    async with moved_in(street, "good.test") as good:
        theirs = _said(good, 1)
        forged_object = mallory.activity("Create", good.note("/notes/2"))
        forged_id = _said(mallory, 3, id=f"{good.origin}/activities/99")
        forged_actor = _said(mallory, 4, actor=good.iri)
        honest = _said(mallory, 5)
        elsewhere = f"{good.origin}/activities/1"
        _show_outbox(
            mallory,
            [theirs, forged_object, forged_id, forged_actor, elsewhere, honest, "nonsense", 7],
            last=f"{good.origin}/outbox",
        )
        await _follow(street, italy, mallory)
        assert await _home(italy) == ["<p>5</p>"]
        assert [path for path in good.asked if "outbox" in path or "activities" in path] == []
    assert await _reasons(italy) == ["a part of its outbox lives elsewhere"]


async def test_old_answers_and_profiles_in_an_outbox_have_no_effect(
    street: Street, italy: House, mallory: Stranger
) -> None:
    await _follow(street, italy, mallory)
    await mallory.send(italy, mallory.activity("Follow", italy.network.iri, id=mallory.iri + "/f"))
    await street.settle()
    undone = {"id": f"{mallory.iri}/f", "type": "Follow", "actor": mallory.iri}
    undone["object"] = italy.network.iri
    stale = mallory.actor(name="Before")
    items = [mallory.activity("Undo", undone), mallory.activity("Update", stale)]
    items += [mallory.activity("Delete", mallory.iri), mallory.activity("Reject", undone)]
    _show_outbox(mallory, items)
    await _unfollow(italy, mallory.iri)
    await _follow(street, italy, mallory)
    async with italy.read() as session:
        [follower] = await profiles.followers(session, italy.network, Page())
    assert follower.actor.iri == mallory.iri
    assert (follower.actor.name, follower.actor.gone_at) == ("mallory", None)


async def test_a_huge_outbox_is_read_until_it_has_cost_enough(
    street: Street, italy: House, mallory: Stranger
) -> None:
    pages = [[_said(mallory, page * 50 + number) for number in range(50)] for page in range(5)]
    _show_outbox(mallory, *pages, last=f"{mallory.iri}/outbox/0")
    await _follow(street, italy, mallory)
    async with italy.read() as session:
        public = await mail.walk_of(session, mallory.iri)
    assert public is not None
    assert (public.state, public.taken) == (backfill.DONE, 200)
    assert public.reason == "stopped after 200 activities"
    del mallory.asked[:]
    await _unfollow(italy, mallory.iri)
    await street.settle()
    await _follow(street, italy, mallory)
    await street.settle()
    assert [path for path in mallory.asked if "outbox" in path] == [
        "/users/mallory/outbox",
        "/users/mallory/outbox/0",
    ]


async def test_pages_that_lead_in_a_circle_come_to_an_end(
    street: Street, italy: House, mallory: Stranger
) -> None:
    _show_outbox(mallory, [_said(mallory, 1)], last=f"{mallory.iri}/outbox/0")
    await _follow(street, italy, mallory)
    assert await _home(italy) == ["<p>1</p>"]
    assert len([path for path in mallory.asked if path == "/users/mallory/outbox/0"]) <= 12
    assert await _reasons(italy) == []


async def test_an_outbox_that_shows_no_pages_ends_the_walk_quietly(
    street: Street, italy: House, mallory: Stranger
) -> None:
    _show_outbox(mallory)
    await _follow(street, italy, mallory)
    assert await _home(italy) == []
    assert await _reasons(italy) == []


async def test_an_outbox_that_cannot_be_read_is_given_up_with_its_reason(
    street: Street, italy: House, mallory: Stranger
) -> None:
    await _follow(street, italy, mallory)
    assert await _reasons(italy) == ["the other server answered 404"]


async def test_one_outbox_that_does_not_answer_holds_no_other(
    street: Street, italy: House, france: House, mallory: Stranger
) -> None:
    mallory.documents["/users/mallory/outbox"] = (500, {})
    await italy.follow(italy.network, mallory.iri)
    await italy.follow(italy.network, "@network@france.test")
    await street.settle()
    await mallory.send(italy, mallory.activity("Accept", mallory.told[-1]["id"]))
    await street.settle()
    assert await _home(italy) == TITLES[::-1]
    assert await _reasons(italy) == ["the other server answered 500"]


async def test_an_app_finds_what_was_before_below_what_is_new(
    street: Street, france: House, italy: House
) -> None:
    member = await italy.member("anna@italy.test", italy.network)
    token = await italy.token(member, italy.network)
    own = await italy.publish(italy.network, a_sheet("Officina"))
    await italy.follow(italy.network, "@network@france.test")
    await street.settle()
    headers = {"Authorization": f"Bearer {token}"}

    async def asked(path: str) -> list[Document]:
        async with street.session.get(italy.url(path), headers=headers) as answer:
            assert answer.status == 200
            found: list[Document] = orjson.loads(await answer.read())
            return found

    home = await asked("/api/v1/timelines/home?limit=40")
    assert len(home) == 11
    assert (home[0]["id"], home[0]["uri"]) == (str(own.id), own.iri)
    assert [one["id"] for one in home] == sorted((one["id"] for one in home), reverse=True)
    assert all(int(one["id"]) < own.id for one in home[1:])
    assert [one["created_at"] for one in home] == sorted(
        (one["created_at"] for one in home), reverse=True
    )
    older = await asked(f"/api/v1/timelines/home?limit=40&max_id={home[3]['id']}")
    assert [one["id"] for one in older] == [one["id"] for one in home[4:]]
    async with street.session.get(
        italy.url("/directory"), headers={"Accept": "text/html"}
    ) as answer:
        text = await answer.text()
    assert all(title in text for title in TITLES)


async def test_what_was_said_while_we_were_away_too_long_is_found_a_week_later(
    street: Street, italy: House, mallory: Stranger
) -> None:
    said = [_said(mallory, 1)]
    _show_outbox(mallory, said)
    await _follow(street, italy, mallory)
    _show_outbox(mallory, [_said(mallory, 2), *said])
    del mallory.asked[:]
    street.clock.turn(days=6)
    await street.settle()
    assert mallory.asked == []
    street.clock.turn(days=1)
    await street.settle()
    assert sorted(await _home(italy)) == ["<p>1</p>", "<p>2</p>"]
    await _unfollow(italy, mallory.iri)
    street.clock.turn(days=8)
    await street.settle()
    assert len([path for path in mallory.asked if path.endswith("/outbox")]) == 1
