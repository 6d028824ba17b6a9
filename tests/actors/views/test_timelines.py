"""Timelines: who sees what, in which order, cut how."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from together.peer import Peer, work_off
from together.street import a_sheet

from activitypub.addressing import PUBLIC, Visibility
from activitypub.canonical_json import Document
from actors.database import Session
from actors.site import Site
from actors.tables.actor import Actor
from actors.tables.follow import Follow
from actors.tables.model import Model
from actors.tables.remark import Remark
from actors.verbs import following, forgetting, liking, publishing, remarking
from actors.views import timelines
from actors.views.paging import Page
from actors.views.timelines import Item

COOP = "https://alpha.test/actors/coop"


@pytest.fixture
async def model(session: Session, site: Site, coop: Actor) -> Model:
    """A model of coop's, with all mail about it worked off."""
    made = await publishing.publish(session, site, coop, a_sheet())
    await work_off(session, site)
    return made


@pytest.fixture
async def ada(session: Session, site: Site, coop: Actor, peer: Peer) -> Actor:
    """Somebody of another host whom coop follows."""
    ada = await peer.known(session)
    follow = await following.follow(session, site, coop, ada)
    await peer.say(session, peer.activity("Accept", follow.iri))
    return ada


def _ids(items: list[Item]) -> list[int]:
    return [one.id for one in items]


def _words(items: list[Item]) -> list[str]:
    """Each item as the text of a remark or the name of a model."""
    return [
        one.subject.content if isinstance(one.subject, Remark) else one.subject.name
        for one in items
    ]


async def _say(session: Session, peer: Peer, number: int, **more: Any) -> Document:
    note = peer.note(path=f"/notes/{number}", content=str(number), **more)
    await peer.say(session, peer.activity("Create", note))
    return note


async def test_each_view_shows_a_remark_to_those_it_is_for(
    session: Session, site: Site, coop: Actor, network: Actor, peer: Peer, model: Model
) -> None:
    """Four circles, four viewers, six views: the whole table."""
    ada = await peer.known(session)
    bob = await peer.known(session, "bob")
    row = Follow(
        id=site.new_id(),
        iri="https://peer.test/activities/f",
        follower_id=ada.id,
        followee_id=coop.id,
        state="accepted",
        made_at=site.now(),
    )
    session.add(row)
    await peer.publish(session, peer.model(a_sheet("Chez Ada")))
    theirs = await timelines.by_iri(session, "https://peer.test/models/atelier", None)
    assert theirs is not None
    said = {}
    for visible in Visibility:
        answered = None if visible is Visibility.UNLISTED else theirs.subject
        named = await remarking.remark(
            session, site, coop, text=visible.name, in_reply_to=answered, visible=visible
        )
        said[visible] = named
    await work_off(session, site)
    everything, open_ones = set(Visibility), {Visibility.PUBLIC, Visibility.UNLISTED}
    viewers: dict[str, tuple[Actor | None, set[Visibility]]] = {
        "anonymous": (None, open_ones),
        "author": (coop, everything),
        "follower, named": (ada, everything),
        "stranger": (bob, open_ones),
        "neighbour": (network, open_ones),
    }
    for who, (viewer, allowed) in viewers.items():
        for visible, remark in said.items():
            is_shown = visible in allowed
            at = (who, visible)
            assert (await timelines.status(session, remark.id, viewer) is not None) == is_shown, at
            assert (await timelines.by_iri(session, remark.iri, viewer) is not None) == is_shown, at
            _, below = await timelines.thread(session, theirs, viewer)
            is_below = is_shown and visible is not Visibility.UNLISTED
            assert (remark.id in _ids(below)) == is_below, at
        own = set(_ids(await timelines.account(session, coop, Page(), viewer=viewer)))
        assert {one for one in said if said[one].id in own} <= allowed, who
    assert [
        one for one in said if said[one].id in _ids(await timelines.public(session, Page()))
    ] == [Visibility.PUBLIC]
    assert (await timelines.tallies(session, theirs.subject.iri)).replies == 1


async def test_a_request_that_is_not_answered_shows_nothing_private(
    session: Session, coop: Actor, peer: Peer, site: Site
) -> None:
    ada = await peer.known(session)
    follow = await following.follow(session, site, coop, ada)
    note = await _say(session, peer, 1, to=[f"{ada.iri}/followers"], inReplyTo=None, cc=[])
    assert await timelines.by_iri(session, str(note["id"]), coop) is None
    await peer.say(session, peer.activity("Accept", follow.iri))
    note = await _say(session, peer, 2, to=[f"{ada.iri}/followers"])
    assert await timelines.by_iri(session, str(note["id"]), coop) is not None
    await peer.say(session, peer.activity("Reject", follow.iri))
    assert await timelines.by_iri(session, str(note["id"]), coop) is None


async def test_home_shows_models_remarks_and_boosts_newest_first(
    session: Session, coop: Actor, ada: Actor, peer: Peer, model: Model
) -> None:
    await peer.publish(session, peer.model(a_sheet("Chez Ada")))
    await _say(session, peer, 1)
    await _say(session, peer, 2, to=[f"{ada.iri}/followers"])
    await _say(session, peer, 3, to=[COOP])
    await peer.say(session, peer.activity("Announce", model.iri))
    items = await timelines.news(session, coop, Page())
    assert _words(items) == ["Atelier de réparation", "<p>2</p>", "<p>1</p>", "Chez Ada"]
    assert items[0].booster is not None
    assert items[0].booster.id == ada.id
    assert _ids(items) == sorted(_ids(items), reverse=True)
    [again] = [await timelines.status(session, items[0].id, coop)]
    assert again == items[0]
    home = await timelines.home(session, coop, Page())
    assert _words(home) == ["<p>2</p>", "<p>1</p>", "Chez Ada", "Atelier de réparation"]
    assert _ids(home) == sorted(_ids(home), reverse=True)


async def test_home_shows_what_one_said_and_passed_on_oneself_and_each_thing_once(
    session: Session, site: Site, coop: Actor, network: Actor, ada: Actor, peer: Peer, model: Model
) -> None:
    await remarking.remark(session, site, coop, text="À nous", visible=Visibility.DIRECT)
    await _say(session, peer, 1)
    bob = await peer.known(session, "bob")
    note = peer.note(name="bob", path="/notes/2", content="2", cc=[COOP])
    await peer.say(session, peer.activity("Create", note, name="bob"), name="bob")
    for iri in (f"{peer.site.origin}/notes/1", note["id"]):
        found = await timelines.by_iri(session, str(iri), coop)
        assert found is not None
        await liking.boost(session, site, coop, found.subject)
    await work_off(session, site)
    home = await timelines.home(session, coop, Page())
    assert _words(home) == ["<p>2</p>", "<p>1</p>", "<p>À nous</p>\n", "Atelier de réparation"]
    assert [one.author.id for one in home] == [bob.id, ada.id, coop.id, coop.id]
    assert [one.boost is not None for one in home] == [True, False, False, False]
    assert _words(await timelines.news(session, coop, Page())) == ["<p>1</p>"]
    again = [await timelines.home(session, coop, Page(limit=2)), []]
    again[1] = await timelines.home(session, coop, Page(max_id=again[0][-1].id))
    assert _ids([*again[0], *again[1]]) == _ids(home)


async def test_an_account_lists_what_it_passed_on(
    session: Session, network: Actor, coop: Actor, peer: Peer, model: Model, site: Site
) -> None:
    await _say(session, peer, 1, cc=[COOP])
    ada = await peer.known(session)
    await peer.publish(session, peer.model(a_sheet("Chez Bob"), name="bob", slug="bob"), name="bob")
    for iri in (model.iri, "https://peer.test/models/bob"):
        await peer.say(session, peer.activity("Announce", iri))
    items = await timelines.account(session, ada, Page(), viewer=None)
    assert _words(items) == ["Chez Bob", "Atelier de réparation", "<p>1</p>"]
    assert [one.boost is not None for one in items] == [True, True, False]
    assert items[0].author.handle == "bob"
    for one in items:
        assert await timelines.status(session, one.id, None) == one
    [passed_on] = await timelines.account(session, network, Page(), viewer=None)
    assert (passed_on.subject.id, passed_on.author.id) == (model.id, coop.id)
    await forgetting.delete_model(session, site, model)
    assert await timelines.account(session, network, Page(), viewer=None) == []
    assert _words(await timelines.account(session, ada, Page(), viewer=None)) == [
        "Chez Bob",
        "<p>1</p>",
    ]


Ask = Callable[[Page], Awaitable[list[Item]]]


@pytest.mark.parametrize("view", ["home", "account", "public"])
async def test_pages_are_stable_while_new_things_arrive(
    session: Session, coop: Actor, ada: Actor, peer: Peer, view: str
) -> None:
    views: dict[str, Ask] = {
        "home": lambda page: timelines.home(session, coop, page),
        "account": lambda page: timelines.account(session, ada, page, viewer=None),
        "public": lambda page: timelines.public(session, page),
    }
    ask = views[view]
    for number in range(6):
        await _say(session, peer, number)
    first = await ask(Page(limit=2))
    assert _words(first) == ["<p>5</p>", "<p>4</p>"]
    for number in range(6, 9):
        await _say(session, peer, number)
    second = await ask(Page(limit=2, max_id=first[-1].id))
    assert _words(second) == ["<p>3</p>", "<p>2</p>"]
    assert _words(await ask(Page(limit=2, since_id=first[0].id))) == ["<p>8</p>", "<p>7</p>"]
    assert sorted(_words(await ask(Page(limit=2, min_id=first[0].id)))) == ["<p>6</p>", "<p>7</p>"]
    between = await ask(Page(max_id=first[0].id, since_id=second[-1].id))
    assert _words(between) == ["<p>4</p>", "<p>3</p>"]
    assert await ask(Page(max_id=1)) == []
    assert len(await ask(Page(limit=0))) == 1
    assert len(await ask(Page(limit=10_000))) == 9


async def test_local_shows_only_what_is_ours(
    session: Session, coop: Actor, peer: Peer, model: Model, ada: Actor
) -> None:
    assert ada.host == "peer.test"
    await _say(session, peer, 1)
    assert len(await timelines.public(session, Page())) == 2
    assert _ids(await timelines.public(session, Page(), local=True)) == [model.id]


async def test_unlisted_remarks_are_on_their_accounts_and_not_in_public(
    session: Session, peer: Peer, ada: Actor
) -> None:
    await _say(session, peer, 1, to=[f"{ada.iri}/followers"], cc=[PUBLIC])
    assert await timelines.public(session, Page()) == []
    assert len(await timelines.account(session, ada, Page(), viewer=None)) == 1


async def test_a_conversation_is_read_up_and_down(
    session: Session, coop: Actor, peer: Peer, model: Model
) -> None:
    above: str = model.iri
    for number in range(4):
        note = await _say(session, peer, number, inReplyTo=above)
        above = str(note["id"])
    middle = await timelines.by_iri(session, "https://peer.test/notes/1", None)
    assert middle is not None
    up, down = await timelines.thread(session, middle, None)
    assert _words(up) == ["Atelier de réparation", "<p>0</p>"]
    assert _words(down) == ["<p>2</p>", "<p>3</p>"]


async def test_a_note_that_answers_itself_is_shown_once(
    session: Session, coop: Actor, peer: Peer
) -> None:
    note = await _say(session, peer, 1, inReplyTo="https://peer.test/notes/1", cc=[COOP])
    item = await timelines.by_iri(session, str(note["id"]), None)
    assert item is not None
    assert await timelines.thread(session, item, None) == ([], [])


async def test_notes_that_answer_each_other_in_a_ring_are_shown_once(
    session: Session, coop: Actor, peer: Peer
) -> None:
    for number in range(3):
        answered = f"https://peer.test/notes/{(number + 1) % 3}"
        await _say(session, peer, number, inReplyTo=answered, cc=[COOP])
    item = await timelines.by_iri(session, "https://peer.test/notes/0", None)
    assert item is not None
    up, down = await timelines.thread(session, item, None)
    assert _words(up) == ["<p>2</p>", "<p>1</p>"]
    assert _words(down) == ["<p>1</p>", "<p>2</p>"]


async def test_a_private_answer_does_not_hide_the_public_ones_below_it(
    session: Session, coop: Actor, peer: Peer, model: Model
) -> None:
    private = await _say(session, peer, 1, inReplyTo=model.iri, to=[COOP])
    await _say(session, peer, 2, inReplyTo=private["id"])
    item = await timelines.by_iri(session, model.iri, None)
    assert item is not None
    assert _words((await timelines.thread(session, item, None))[1]) == ["<p>2</p>"]
    assert _words((await timelines.thread(session, item, coop))[1]) == ["<p>1</p>", "<p>2</p>"]


async def test_an_id_is_found_before_a_page_that_somebody_claims(
    session: Session, coop: Actor, peer: Peer
) -> None:
    """A neighbour on the same host names the ids and pages of others as his own page."""
    victim = "https://peer.test/notes/victim"
    grab = peer.note(name="bob", path="/notes/0", content="grab", cc=[COOP], url=victim)
    await peer.say(session, peer.activity("Create", grab, name="bob"), name="bob")
    model = peer.model(a_sheet("Grab"), name="bob", slug="grab", bend=lambda b: b | {"url": victim})
    await peer.publish(session, model, name="bob")
    note = peer.note(
        path="/notes/victim", content="victim", cc=[COOP], url="https://peer.test/@v/1"
    )
    await peer.say(session, peer.activity("Create", note))
    late = peer.note(
        name="bob", path="/notes/2", content="late", cc=[COOP], url="https://peer.test/@v/1"
    )
    await peer.say(session, peer.activity("Create", late, name="bob"), name="bob")
    for address in (victim, "https://peer.test/@v/1"):
        item = await timelines.by_iri(session, address, None)
        assert item is not None
        assert _words([item]) == ["<p>victim</p>"]


@pytest.mark.parametrize("url", [COOP, "https://alpha.test/m/atelier", "https://victim.test/@v/1"])
async def test_a_page_on_another_host_finds_nothing(
    session: Session, coop: Actor, peer: Peer, url: str
) -> None:
    note = await _say(session, peer, 1, cc=[COOP], url=url)
    assert await timelines.by_iri(session, url, None) is None
    kept = await timelines.by_iri(session, str(note["id"]), None)
    assert kept is not None
    assert kept.subject.url == note["id"]


async def test_an_id_that_is_none_is_none(session: Session, coop: Actor) -> None:
    assert await timelines.status(session, 1, coop) is None
    assert await timelines.status(session, coop.id, coop) is None
    assert await timelines.by_iri(session, "", coop) is None
    assert await timelines.by_iri(session, "%", coop) is None
