"""A server that speaks as Lemmy does: its people join a commons of ours, its community is joined.

The bodies have the members that Lemmy 0.19 and 1.0 write (`crates/apub/assets/lemmy`), in our own
words.
"""

from collections.abc import AsyncIterator
from typing import Any

import orjson
import pytest
from sqlalchemy import select
from together.commons import at_home, known, open_commons, say, standing
from together.judges.lemmy import Lemmy
from together.stranger import AS2, SECURITY, Document, Stranger, moved_in
from together.street import House, Street, a_sheet

from activitypub.iris import Iri
from actors.tables.actor import Actor
from actors.tables.mail import Outgoing
from actors.tables.remark import Boost, Like, Remark
from actors.verbs import publishing, remarking
from actors.views import notices, profiles, timelines
from actors.views.paging import Page

PUBLIC = f"{AS2}#Public"
CONTEXT = [AS2, {"lemmy": "https://join-lemmy.org/ns#", "stickied": "lemmy:stickied"}]


class LemmyPeer:
    """What a Lemmy server says, in the name of its user or its community."""

    def __init__(self, stranger: Stranger) -> None:
        self.stranger = stranger
        self.community = Iri(f"{stranger.origin}/c/repair")
        self.stranger.documents["/c/repair"] = (200, self._group())
        self._numbers = iter(range(1, 1_000))

    def _group(self) -> Document:
        return {
            "@context": [AS2, SECURITY],
            "id": self.community,
            "type": "Group",
            "preferredUsername": "repair",
            "name": "Repairing",
            "summary": "<p>Everything about mending.</p>",
            "inbox": f"{self.community}/inbox",
            "outbox": f"{self.community}/outbox",
            "followers": f"{self.community}/followers",
            "featured": f"{self.community}/featured",
            "attributedTo": f"{self.community}/moderators",
            "postingRestrictedToMods": False,
            "endpoints": {"sharedInbox": f"{self.stranger.origin}/inbox"},
            "publicKey": {
                "id": f"{self.community}#main-key",
                "owner": self.community,
                "publicKeyPem": self.stranger.key.public.pem(),
            },
        }

    def page(self, group: str, path: str = "/post/1", **changes: Any) -> Document:
        """A post with a link, at its own address."""
        document: Document = {
            "@context": CONTEXT,
            "type": "Page",
            "id": self.stranger.origin + path,
            "attributedTo": self.stranger.iri,
            "to": [group, PUBLIC],
            "cc": [],
            "audience": group,
            "name": "A toaster <b>again</b>",
            "content": "<p>It was the fuse.</p>",
            "mediaType": "text/html",
            "attachment": [{"type": "Link", "href": "https://repair.example/toaster"}],
            "stickied": False,
            "published": "2026-03-02T08:00:00Z",
        } | changes
        self.stranger.documents[path] = (200, document)
        return document

    def comment(self, group: str, answered: str, path: str = "/comment/1") -> Document:
        """A comment below something."""
        return self.stranger.note(
            path,
            to=[PUBLIC],
            cc=[group],
            audience=group,
            inReplyTo=answered,
            content="<p>Thank you.</p>",
        )

    def said(self, kind: str, subject: Any, group: str, **changes: Any) -> Document:
        """An activity by the user, shown at its own address."""
        activity = self.stranger.activity(
            kind, subject, to=[PUBLIC], cc=[group], audience=group, **changes
        )
        self.stranger.documents[activity["id"].removeprefix(self.stranger.origin)] = (200, activity)
        return activity

    def announce(self, inner: Any) -> Document:
        """What the community passes on."""
        return {
            "@context": AS2,
            "id": f"{self.stranger.origin}/activities/announce/{next(self._numbers)}",
            "type": "Announce",
            "actor": self.community,
            "to": [PUBLIC],
            "cc": [f"{self.community}/followers"],
            "object": inner,
        }

    async def send(self, house: House, activity: Document) -> None:
        """Send it, signed by whoever acts."""
        key_id = Iri(f"{activity['actor']}#main-key")
        answer = await self.stranger.send(house, activity, key_id=key_id)
        assert answer.status == 202
        await house.street.settle()


@pytest.fixture
async def lemmy(street: Street) -> AsyncIterator[LemmyPeer]:
    """A Lemmy server on the street."""
    async with moved_in(street, "lemmy.test") as stranger:
        yield LemmyPeer(stranger)


@pytest.fixture
async def commons(street: Street) -> tuple[House, Actor]:
    """A commons of ours."""
    (alpha,) = await street.open("alpha")
    return alpha, await open_commons(alpha)


@pytest.fixture
async def member(street: Street, lemmy: LemmyPeer) -> tuple[House, Actor]:
    """An organisation of ours that has joined the community."""
    (alpha,) = await street.open("alpha")
    coop = await alpha.organisation("coop")
    await alpha.follow(coop, "https://lemmy.test/c/repair")
    await street.settle()
    follow = lemmy.stranger.told[-1]
    accept = lemmy.announce(None) | {
        "type": "Accept",
        "to": [coop.iri],
        "cc": [],
        "object": {key: follow[key] for key in ("id", "type", "actor", "object")},
    }
    await lemmy.send(alpha, accept)
    return alpha, coop


async def test_somebody_on_lemmy_joins_posts_comments_votes_and_leaves(
    street: Street, lemmy: LemmyPeer, commons: tuple[House, Actor]
) -> None:
    alpha, group = commons
    follow = lemmy.stranger.activity("Follow", group.iri, to=[group.iri])
    await lemmy.send(alpha, follow)
    accept = lemmy.stranger.told[-1]
    assert (accept["type"], accept["actor"]) == ("Accept", group.iri)
    assert {key: follow[key] for key in ("id", "type", "actor", "object")} == accept["object"]

    page = lemmy.page(group.iri)
    create = lemmy.said("Create", page, group.iri)
    await lemmy.send(alpha, create)
    assert await standing(alpha, group) == [page["id"]]
    whole, itself = lemmy.stranger.told[-2:]
    assert (whole["type"], whole["object"]) == ("Announce", create)
    assert (itself["type"], itself["object"]) == ("Announce", page["id"])
    async with alpha.read() as session:
        post = (await session.scalars(select(Remark))).one()
    assert "<strong>A toaster &lt;b&gt;again&lt;/b&gt;</strong>" in post.content
    assert 'href="https://repair.example/toaster"' in post.content

    lemmy.stranger.told.clear()
    comment = lemmy.comment(group.iri, page["id"])
    like = lemmy.stranger.activity("Like", page["id"], audience=group.iri)
    undone = {**like, "type": "Like"}
    for activity in (
        lemmy.said("Create", comment, group.iri),
        like,
        lemmy.stranger.activity("Undo", undone, audience=group.iri),
        lemmy.stranger.activity("Dislike", page["id"], audience=group.iri),
    ):
        await lemmy.send(alpha, activity)
        assert lemmy.stranger.told.pop()["object"] == activity
        assert lemmy.stranger.told == []
    assert await standing(alpha, group) == [page["id"]]
    async with alpha.read() as session:
        assert (await session.scalars(select(Like))).all() == []
        counts = await profiles.counts(session, group)
    assert counts.followers == 1

    await lemmy.send(alpha, lemmy.stranger.activity("Undo", follow, to=[group.iri]))
    await lemmy.send(alpha, lemmy.said("Delete", page["id"], group.iri))
    assert await standing(alpha, group) == []
    async with alpha.read() as session:
        counts = await profiles.counts(session, group)
    assert counts.followers == 0
    assert street.refusals() == []


async def test_mobilizon_joins_and_leaves_in_its_own_words(
    lemmy: LemmyPeer, commons: tuple[House, Actor]
) -> None:
    alpha, group = commons
    join = lemmy.stranger.activity("Join", group.iri, to=[group.iri])
    await lemmy.send(alpha, join)
    accept = lemmy.stranger.told[-1]
    assert (accept["type"], accept["object"]["type"]) == ("Accept", "Join")
    assert accept["object"]["id"] == join["id"]
    async with alpha.read() as session:
        assert (await profiles.counts(session, group)).followers == 1
    await lemmy.send(alpha, lemmy.stranger.activity("Leave", group.iri, to=[group.iri]))
    async with alpha.read() as session:
        assert (await profiles.counts(session, group)).followers == 0


async def test_the_commons_is_a_community_as_lemmy_reads_one(
    lemmy: LemmyPeer, commons: tuple[House, Actor]
) -> None:
    alpha, group = commons
    document = orjson.loads(group.document)
    Lemmy().actor(document)
    assert document["postingRestrictedToMods"] is False
    async with alpha.street.session.get(document["attributedTo"]) as answer:
        moderators = orjson.loads(await answer.read())
    assert (moderators["type"], moderators["orderedItems"]) == (
        "OrderedCollection",
        [alpha.network.iri],
    )
    async with alpha.street.session.get(f"{alpha.network.iri}/moderators") as answer:
        assert answer.status == 404


async def test_what_a_community_passes_on_is_read_where_it_was_said(
    street: Street, lemmy: LemmyPeer, member: tuple[House, Actor]
) -> None:
    alpha, coop = member
    page = lemmy.page(lemmy.community)
    lie = {**page, "content": "<p>It was the coop's fault.</p>"}
    await lemmy.send(alpha, lemmy.announce(lemmy.said("Create", lie, lemmy.community)))
    assert await at_home(alpha, coop) == [(page["id"], "repair")]
    comment = lemmy.comment(lemmy.community, page["id"])
    await lemmy.send(alpha, lemmy.announce(lemmy.said("Create", comment, lemmy.community)))
    async with alpha.read() as session:
        item = await timelines.by_iri(session, page["id"], None)
        assert item is not None
        assert isinstance(item.subject, Remark)
        assert "the fuse" in item.subject.content
        below = (await timelines.thread(session, item, None))[1]
    assert [one.subject.iri for one in below] == [comment["id"]]
    assert await at_home(alpha, coop) == [(page["id"], "repair")]  # answers stand below it only
    assert street.refusals() == []

    # An Update is read as it was said; the compatible Announce of the page changes nothing.
    street.clock.turn(minutes=1)
    newer = lemmy.page(
        lemmy.community, content="<p>It was the cable.</p>", updated="2026-03-02T09:00:00Z"
    )
    await lemmy.send(alpha, lemmy.announce(lemmy.said("Update", newer, lemmy.community)))
    await lemmy.send(alpha, lemmy.announce({**newer, "actor": lemmy.stranger.iri}))
    async with alpha.read() as session:
        item = await timelines.by_iri(session, page["id"], None)
    assert item is not None
    assert isinstance(item.subject, Remark)
    assert "the cable" in item.subject.content
    assert await at_home(alpha, coop) == [(page["id"], "repair")]


async def test_what_somebody_never_said_is_not_believed_from_a_community(
    street: Street, lemmy: LemmyPeer, member: tuple[House, Actor]
) -> None:
    alpha, coop = member
    page = lemmy.page(lemmy.community)
    await lemmy.send(alpha, lemmy.announce(lemmy.said("Create", page, lemmy.community)))
    async with moved_in(street, "victim.test") as victim:
        truth = victim.note("/notes/9", content="<p>Good day.</p>")
        forged = victim.note("/notes/8", content="<p>I hate you.</p>")
        del victim.documents["/notes/8"]
        never = victim.activity("Update", {**truth, "content": "<p>I hate you.</p>"})
        gone = victim.activity("Delete", page["id"])
        for inner in (
            victim.activity("Create", forged),
            never,
            {**never, "id": f"{lemmy.stranger.origin}/activities/update/1"},
            {**gone, "object": truth["id"], "actor": victim.iri},
        ):
            await lemmy.send(alpha, lemmy.announce(inner))
    async with alpha.read() as session:
        words = [one.content for one in await session.scalars(select(Remark))]
    assert not any("hate" in one for one in words)
    assert await at_home(alpha, coop) == [(page["id"], "repair")]
    assert len(street.refusals()) == 4


async def test_a_moderator_elsewhere_ends_only_what_the_community_passes_on(
    street: Street, lemmy: LemmyPeer, member: tuple[House, Actor]
) -> None:
    alpha, coop = member
    async with moved_in(street, "other.test") as other:
        note = other.note(to=[PUBLIC], cc=[lemmy.community], audience=lemmy.community)
        await lemmy.send(alpha, lemmy.announce(other.activity("Create", note)))
        assert await at_home(alpha, coop) == [(note["id"], "repair")]
        removal = lemmy.said("Delete", note["id"], lemmy.community, summary="Off topic")
        await lemmy.send(alpha, lemmy.announce(removal))
    assert await at_home(alpha, coop) == []
    async with alpha.read() as session:
        assert (await session.scalars(select(Boost))).all() == []
        assert (await session.scalars(select(Remark))).one().deleted_at is None
    assert street.refusals() == []


async def test_a_model_in_a_community_is_a_post_that_lemmy_takes(
    street: Street, lemmy: LemmyPeer, member: tuple[House, Actor]
) -> None:
    alpha, coop = member
    group = await known(alpha, "@repair@lemmy.test")
    async with alpha.begin() as session:
        model = await publishing.publish(session, alpha.site, coop, a_sheet(), commons=group)
        word = await remarking.remark(
            session, alpha.site, coop, text="Any question?", in_reply_to=model, language="en"
        )
    await street.settle()
    told = {one["object"]["id"]: one for one in lemmy.stranger.told if one["type"] == "Create"}
    judge = Lemmy(communities=[lemmy.community])
    seen = judge.hear(told[model.iri])
    assert seen is not None
    assert (seen.title, seen.visibility) == ("Atelier de réparation", "public")
    article = told[model.iri]["object"]
    assert article["audience"] == told[model.iri]["audience"] == lemmy.community
    assert lemmy.community in article["cc"]
    assert judge.hear(told[word.iri]) is not None
    assert told[word.iri]["object"]["audience"] == lemmy.community

    # The community passes our own model on, and somebody there likes it.
    await lemmy.send(alpha, lemmy.announce(told[model.iri]))
    like = lemmy.said("Like", model.iri, lemmy.community)
    await lemmy.send(alpha, lemmy.announce(like))
    async with alpha.read() as session:
        assert len((await session.scalars(select(Like))).all()) == 1
        kinds = [one.notice.kind for one in await notices.of(session, coop, Page())]
    assert kinds[:2] == ["like", "boost"]

    # A moderator there takes it out, or the community did not want it: the organisation is told.
    removal = lemmy.said("Delete", model.iri, lemmy.community, summary="Advertising")
    await lemmy.send(alpha, lemmy.announce(removal))
    async with alpha.read() as session:
        sent = (await session.scalars(select(Outgoing).where(Outgoing.about == model.iri))).first()
        assert sent is not None
    reject = lemmy.announce(sent.activity_iri) | {"type": "Reject", "summary": "Members only"}
    await lemmy.send(alpha, reject)
    async with alpha.read() as session:
        items = await notices.of(session, coop, Page())
    assert [(one.notice.kind, one.notice.about["reason"]) for one in items[:2]] == [
        ("declined", "Members only"),
        ("removed", "Advertising"),
    ]
    assert street.refusals() == []


async def test_an_answer_is_never_sent_to_whom_a_stranger_calls_a_commons(
    street: Street, lemmy: LemmyPeer, commons: tuple[House, Actor]
) -> None:
    alpha, _ = commons
    coop = await alpha.organisation("coop")
    async with moved_in(street, "victim.test") as victim:
        await known(alpha, victim.iri)
        note = lemmy.stranger.note(to=[PUBLIC], cc=[coop.iri], audience=victim.iri)
        await lemmy.send(alpha, lemmy.stranger.activity("Create", note))
        async with alpha.begin() as session:
            heard = (await session.scalars(select(Remark))).one()
            answer = await remarking.remark(
                session, alpha.site, coop, text="Good day.", in_reply_to=heard
            )
        await street.settle()
        assert victim.told == []
    assert answer.commons_iri is None
    assert victim.iri not in answer.addressed


async def test_what_is_passed_on_is_what_the_community_says_that_it_is(
    street: Street, lemmy: LemmyPeer, member: tuple[House, Actor]
) -> None:
    alpha, coop = member
    mallory = lemmy.stranger
    await alpha.follow(coop, mallory.iri)
    await street.settle()
    await mallory.send(alpha, mallory.activity("Accept", mallory.told[-1]["id"]))
    await street.settle()
    async with moved_in(street, "new.test") as new:
        new.documents["/users/mallory"] = (200, new.actor(alsoKnownAs=[mallory.iri]))
        await alpha.lookup.resolve(new.iri)
        new.documents["/users/mallory"] = (200, new.actor())
        move = lemmy.said("Move", mallory.iri, lemmy.community, target=new.iri)
        await lemmy.send(alpha, lemmy.announce({**move, "type": "Update"}))
        assert new.told == []
    assert len(street.refusals()) == 1


async def test_only_a_group_in_which_it_stands_says_that_ours_was_taken_out_or_not_taken_in(
    street: Street, lemmy: LemmyPeer
) -> None:
    (alpha,) = await street.open("alpha")
    coop = await alpha.organisation("coop")
    mallory = lemmy.stranger
    await alpha.lookup.resolve(mallory.iri)
    note = await say(alpha, coop, "Bonjour @mallory@lemmy.test")
    await street.settle()
    created = mallory.told[-1]
    removal = mallory.activity("Delete", note.iri, summary="Rubbish")
    for lie in (
        mallory.activity("Announce", removal),
        mallory.activity("Reject", created["id"], summary="Rubbish"),
    ):
        await mallory.send(alpha, lie)
        await street.settle()
    async with alpha.read() as session:
        assert await notices.of(session, coop, Page()) == []
