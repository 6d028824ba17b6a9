"""Those who write believe what was made of rows too, until one of them is written or undone."""

from collections.abc import Callable, Sequence
from contextlib import suppress

import pytest
from sqlalchemy import Update, update
from together.strangers import Stranger

from activitypub.iris import Iri
from actors import remembered
from actors.database import Database, Session
from actors.mail import inbox
from actors.remembered import LOOK, MOST_FOR_WRITERS, NOTHING
from actors.site import Site
from actors.tables.access import Token
from actors.tables.actor import Actor
from actors.tables.base import Base
from actors.tables.block import Block, HostBlock, Mute
from actors.tables.bookmark import HiddenThread
from actors.tables.circle import Acquaintance
from actors.tables.commons import Commons
from actors.tables.follow import Follow
from actors.tables.holding import NoticePolicy
from actors.tables.host import Host
from actors.tables.mail import Received
from actors.tables.push import PushSubscription
from actors.views import listeners
from actors.views.listeners import MOST_REMEMBERED

Rows = Callable[[Site, Actor, Actor], Sequence[Base]]

HOST = "elsewhere.test"


@pytest.fixture
async def ida(remembering: Database, stranger: Stranger) -> Actor:
    """Somebody elsewhere."""
    async with remembering.begin() as session:
        return await stranger(session, "ida", HOST)


async def asked(session: Session, ida: Actor, coop: Actor) -> tuple[object, ...]:
    """How she stands here, and who listens when she addresses the organisation."""
    standing = await inbox.standing(session, Iri(ida.iri))
    assert standing.actor is not None
    # As she was read now: a session keeps to the object that it read first.
    session.expunge(standing.actor)
    return (
        *(standing.is_blocked, standing.is_failing, standing.is_behind, standing.has_commons),
        standing.actor.name,
        *await listeners.of(session, standing.actor, [coop.iri]),
    )


async def afresh(session: Session, ida: Actor, coop: Actor) -> tuple[object, ...]:
    """The same, with nothing remembered."""
    look = remembered.at(session)
    session.info[LOOK] = NOTHING
    try:
        return await asked(session, ida, coop)
    finally:
        session.info[LOOK] = look


def _accepted(site: Site, coop: Actor, ida: Actor) -> Follow:
    return Follow(
        id=site.new_id(),
        iri=f"{coop.iri}/follow",
        follower_id=coop.id,
        followee_id=ida.id,
        state="accepted",
        made_at=site.now(),
    )


def _acquaintance(site: Site, coop: Actor, ida: Actor) -> Acquaintance:
    return Acquaintance(
        id=site.new_id(), owner_id=coop.id, actor_id=ida.id, notifies=True, changed_at=site.now()
    )


def _waiting(site: Site, _: Actor, ida: Actor) -> Received:
    now = site.now()
    return Received(
        id=site.new_id(),
        activity_iri=f"{ida.iri}/1",
        speaker=ida.iri,
        vouched="REQUEST",
        document=b"{}",
        state="waiting",
        received_at=now,
        due_at=now,
    )


def _commons(site: Site, coop: Actor, _: Actor) -> Commons:
    return Commons(
        *(),
        id=coop.id,
        language="fr",
        names={},
        summaries={},
        posting="everybody",
        opened_at=site.now(),
    )


def _mute(site: Site, coop: Actor, ida: Actor) -> Mute:
    now, number = site.now(), site.new_id()
    return Mute(id=number, muter_id=coop.id, muted_id=ida.id, hides_notices=True, made_at=now)


def _block(site: Site, coop: Actor, ida: Actor) -> Block:
    now, number = site.now(), site.new_id()
    return Block(
        id=number, iri=f"{coop.iri}/block", blocker_id=coop.id, blocked_id=ida.id, made_at=now
    )


def _app(site: Site, coop: Actor, _: Actor) -> Sequence[Base]:
    now, number = site.now(), site.new_id()
    subscription = PushSubscription(
        id=number,
        token_id=number,
        owner_id=coop.id,
        endpoint="https://push.test/",
        p256dh="",
        auth="",
        bearer="",
        alerts={},
        policy="all",
        is_standard=True,
        made_at=now,
    )
    return Token(id=number, secret="s", scopes="push", made_at=now), subscription


WRITTEN: dict[str, Rows] = {
    "her host is blocked": lambda site, _, __: (
        Host(id=site.new_id(), name=HOST, is_blocked=True),
    ),
    "the host above hers is blocked": lambda site, _, __: (
        Host(id=site.new_id(), name="test", is_blocked=True),
    ),
    "mail to her host fails": lambda site, _, __: (Host(id=site.new_id(), name=HOST, failures=1),),
    "something of hers waits": lambda *given: (_waiting(*given),),
    "a commons is opened": lambda *given: (_commons(*given),),
    "she is followed": lambda *given: (_accepted(*given),),
    "she is heeded": lambda *given: (_accepted(*given), _acquaintance(*given)),
    "she is blocked": lambda *given: (_block(*given),),
    "her host is blocked by one of ours": lambda site, coop, _: (
        HostBlock(id=site.new_id(), owner_id=coop.id, name=HOST, made_at=site.now()),
    ),
    "she is muted": lambda *given: (_mute(*given),),
    "a conversation is silenced": lambda site, coop, _: (
        HiddenThread(id=site.new_id(), owner_id=coop.id, subject_id=1, made_at=site.now()),
    ),
    "notices are held back": lambda site, coop, _: (
        NoticePolicy(id=site.new_id(), owner_id=coop.id, updated_at=site.now()),
    ),
    "an app wants to be told": _app,
}


@pytest.mark.parametrize("what", WRITTEN)
async def test_it_holds_until_what_it_was_made_of_comes_or_goes(
    remembering: Database, site: Site, coop: Actor, ida: Actor, what: str
) -> None:
    async with remembering.begin() as session:
        before = await asked(session, ida, coop)
    async with remembering.begin() as session:
        rows = WRITTEN[what](site, coop, ida)
        session.add_all(rows)
        await session.flush()
        with_it = await asked(session, ida, coop)
        assert with_it == await afresh(session, ida, coop)
        assert with_it != before
    async with remembering.begin() as session:
        assert await asked(session, ida, coop) == with_it
    async with remembering.begin() as session:
        for row in reversed(rows):
            await session.delete(row)
            await session.flush()
        assert await asked(session, ida, coop) == before


Change = Callable[[Actor, Actor], Update]

CHANGED: dict[str, Change] = {
    "her name": lambda ida, _: update(Actor).where(Actor.id == ida.id).values(name="Ada"),
    "the organisation": lambda ida, coop: (
        update(Actor).where(Actor.id == coop.id).values(gone_at=ida.published_at)
    ),
    "her host": lambda *_: update(Host).values(is_blocked=True),
    "what waits": lambda *_: update(Received).values(state="done"),
    "the follow": lambda *_: update(Follow).values(state="pending"),
    "the mute": lambda *_: update(Mute).values(hides_notices=False),
    "the acquaintance": lambda *_: update(Acquaintance).values(notifies=False),
}


@pytest.mark.parametrize("what", CHANGED)
async def test_it_holds_until_what_it_was_made_of_changes(
    remembering: Database, site: Site, coop: Actor, ida: Actor, what: str
) -> None:
    given = (site, coop, ida)
    async with remembering.begin() as session:
        session.add_all([_accepted(*given), _acquaintance(*given), _mute(*given), _waiting(*given)])
        session.add(Host(id=site.new_id(), name=HOST))
    async with remembering.begin() as session:
        before = await asked(session, ida, coop)
    async with remembering.begin() as session:
        await session.execute(CHANGED[what](ida, coop))
        now = await asked(session, ida, coop)
        assert now == await afresh(session, ida, coop)
        assert now != before


async def test_what_was_made_of_something_undone_is_never_believed(
    remembering: Database, site: Site, coop: Actor, ida: Actor
) -> None:
    async with remembering.begin() as session:
        before = await asked(session, ida, coop)
    with suppress(ZeroDivisionError):
        async with remembering.begin() as session:
            session.add(Host(id=site.new_id(), name=HOST, is_blocked=True))
            await session.flush()
            assert (await asked(session, ida, coop))[0] is True
            raise ZeroDivisionError
    async with remembering.begin() as session:
        assert await asked(session, ida, coop) == before


async def test_it_is_asked_once_and_seen_by_those_who_write_alone(
    remembering: Database, coop: Actor, ida: Actor
) -> None:
    subject = ("standing", ida.iri)
    async with remembering.begin() as session:
        await asked(session, ida, coop)
        is_kept = remembered.at(session).get(subject) is not None
    assert is_kept is remembering.is_sqlite
    async with remembering.read() as session:
        assert remembered.at(session).get(subject) is None


async def test_so_much_is_remembered_and_no_more(
    remembering: Database, coop: Actor, ida: Actor
) -> None:
    if not remembering.is_sqlite:
        return
    async with remembering.begin() as session:
        look = remembered.at(session)
        for number in range(MOST_FOR_WRITERS + 1):
            look.keep(("thing", number), number, (number,))
        assert (look.get(("thing", 0)), look.get(("thing", 1))) == (None, 1)

        many = [coop.iri, *(f"https://{HOST}/{one}" for one in range(MOST_REMEMBERED))]
        kept = len(remembering.memory)
        assert len(await listeners.of(session, ida, many)) == 1
        assert len(remembering.memory) == kept
        await listeners.of(session, ida, many[: MOST_REMEMBERED - 1])
        assert len(remembering.memory) == kept + 1
