"""What a server says that lies: refused with a reason, and nothing changes."""

from typing import Any

import pytest
from together.peer import Peer, Published
from together.stranger import Document, Stranger, moved_in
from together.street import House, Street, a_sheet

from activitypub.addressing import Visibility
from actors.tables.model import Model
from actors.tables.remark import Remark
from actors.verbs import remarking
from actors.views import catalogue, history, notices, profiles, timelines
from actors.views.paging import Page

COOP = "https://alpha.test/actors/coop"


@pytest.fixture
def forge(alpha: House, mallory: Stranger) -> Peer:
    """Makes mallory's models as we would, and shows the key that proves them."""
    peer = Peer(alpha.site, mallory.origin)
    method = peer.actor("mallory")["assertionMethod"]
    mallory.documents["/users/mallory"] = (200, mallory.actor(assertionMethod=method))
    return peer


def _show(mallory: Stranger, published: Published, version: Document | None = None) -> None:
    for document in (published.article, version or published.version):
        path = str(document["id"]).removeprefix(mallory.origin)
        mallory.documents[path] = (200, document)


async def _tell(
    street: Street, alpha: House, mallory: Stranger, kind: str, published: Published
) -> None:
    answer = await mallory.send(alpha, mallory.activity(kind, published.article))
    assert answer.status == 202
    await street.settle()


async def _known(alpha: House, iri: str) -> Model | None:
    async with alpha.read() as session:
        return await history.model_by_iri(session, iri)


async def _kinds(alpha: House) -> list[str]:
    coop = await alpha.actor("coop")
    async with alpha.read() as session:
        return [one.notice.kind for one in await notices.of(session, coop, Page())]


async def test_an_honest_model_is_remembered(
    street: Street, alpha: House, mallory: Stranger, forge: Peer
) -> None:
    published = forge.model(a_sheet(), name="mallory")
    _show(mallory, published)
    await _tell(street, alpha, mallory, "Create", published)
    assert street.refusals() == []
    model = await _known(alpha, published.iri)
    assert model is not None
    assert model.number == 1


@pytest.mark.parametrize(
    ("bent", "reason"),
    [
        ({"digest": "zQmWrong"}, "signature-syntax"),
        ({"digest": "zQmWrong", "proof": None}, "digest"),
        ({"sourceLanguage": "en", "proof": None}, "digest"),
        ({"license": "https://spdx.org/licenses/CC0-1.0", "proof": None}, "digest"),
        ({"sections": [], "proof": None}, "digest"),
        ({"versionOf": "https://evil.test/models/other", "proof": None}, "origin-object"),
        ({"versionOf": None, "proof": None}, "origin-object"),
        ({"attributedTo": "https://evil.test/users/other", "proof": None}, "origin-object"),
    ],
)
async def test_a_version_that_is_not_what_was_announced_is_refused(
    street: Street,
    alpha: House,
    mallory: Stranger,
    forge: Peer,
    bent: dict[str, Any],
    reason: str,
) -> None:
    published = forge.model(a_sheet(), name="mallory")
    shown = {name: one for name, one in (published.version | bent).items() if one is not None}
    mallory.documents["/models/atelier/versions/1"] = (200, shown)
    await _tell(street, alpha, mallory, "Create", published)
    assert street.refusals() == [reason]
    assert await _known(alpha, published.iri) is None
    async with alpha.read() as session:
        assert await catalogue.latest(session, 1) == []


async def test_a_version_that_goes_by_another_id_is_refused(
    street: Street, alpha: House, mallory: Stranger, forge: Peer
) -> None:
    other = {"id": "https://evil.test/models/atelier/versions/9"}
    named = forge.model(a_sheet(), name="mallory")
    shown = forge.model(a_sheet(), name="mallory", bend_version=lambda body: body | other)
    for path in ("/models/atelier/versions/1", "/models/atelier/versions/9"):
        mallory.documents[path] = (200, shown.version)
    await _tell(street, alpha, mallory, "Create", named)
    assert street.refusals() == ["origin-object"]
    assert await _known(alpha, named.iri) is None


async def test_a_version_on_another_server_is_refused(
    street: Street, alpha: House, mallory: Stranger, forge: Peer
) -> None:
    async with moved_in(street, "good.test") as good:
        honest = forge.model(a_sheet(), name="mallory")
        elsewhere = f"{good.origin}/versions/1"
        good.documents["/versions/1"] = (200, honest.version | {"id": elsewhere})
        bent = Published(honest.article | {"currentVersion": elsewhere}, honest.version)
        await _tell(street, alpha, mallory, "Create", bent)
    assert street.refusals() == ["attribution"]
    assert await _known(alpha, honest.iri) is None


async def test_an_update_that_lies_leaves_the_model_as_it_was(
    street: Street, alpha: House, mallory: Stranger, forge: Peer
) -> None:
    first = forge.model(a_sheet(), name="mallory")
    _show(mallory, first)
    await _tell(street, alpha, mallory, "Create", first)
    second = forge.model(a_sheet(text="Neu."), name="mallory", number=2)
    _show(mallory, second, second.version | {"name": "Autre"})
    await _tell(street, alpha, mallory, "Update", second)
    assert street.refusals() == ["signature-syntax"]
    model = await _known(alpha, first.iri)
    assert model is not None
    assert (model.number, model.name) == (1, "Atelier de réparation")
    _show(mallory, second)
    await _tell(street, alpha, mallory, "Update", second)
    model = await _known(alpha, first.iri)
    assert model is not None
    assert model.number == 2


async def test_nobody_moves_or_deletes_our_models(
    street: Street, alpha: House, mallory: Stranger
) -> None:
    model = await alpha.publish(await alpha.actor("coop"))
    await street.settle()
    for kind, subject in (
        ("Update", {"id": model.iri, "type": "Article", "attributedTo": COOP}),
        ("Update", {"id": model.iri, "type": "Article", "attributedTo": mallory.iri}),
        ("Delete", model.iri),
        ("Delete", {"id": model.iri, "type": "Tombstone"}),
        ("Delete", COOP),
    ):
        answer = await mallory.send(alpha, mallory.activity(kind, subject))
        assert answer.status == 403
    await street.settle()
    now = await _known(alpha, model.iri)
    assert now is not None
    assert (now.deleted_at, now.number, now.document) == (None, 1, model.document)


async def test_what_is_private_is_neither_liked_nor_passed_on_nor_shown(
    street: Street, alpha: House, mallory: Stranger
) -> None:
    coop = await alpha.actor("coop")
    async with alpha.begin() as session:
        said = await remarking.remark(
            session, alpha.site, coop, text="Entre nous", visible=Visibility.FOLLOWERS
        )
    for kind in ("Like", "Announce"):
        assert (await mallory.send(alpha, mallory.activity(kind, said.iri))).status == 202
    await street.settle()
    assert await _kinds(alpha) == []
    async with alpha.read() as session:
        tallies = await timelines.tallies(session, said.iri)
    assert (tallies.likes, tallies.boosts) == (0, 0)
    async with street.session.get(said.iri, headers={"Accept": "text/html"}) as answer:
        assert answer.status == 404


async def test_an_answer_to_a_follow_of_ours_comes_from_whom_we_asked(
    street: Street, alpha: House, mallory: Stranger
) -> None:
    async with moved_in(street, "good.test") as good:
        await alpha.follow(await alpha.actor("coop"), good.iri)
        await street.settle()
        [asked] = good.told
        for answered in (asked["id"], asked, asked | {"object": mallory.iri}):
            assert (await mallory.send(alpha, mallory.activity("Accept", answered))).status == 202
        await street.settle()
        coop = await alpha.actor("coop")
        async with alpha.read() as session:
            assert await profiles.following(session, coop, Page()) == []
        assert await _kinds(alpha) == []
        await good.send(alpha, good.activity("Accept", asked["id"]))
        await street.settle()
        async with alpha.read() as session:
            [followed] = await profiles.following(session, coop, Page())
        assert followed.actor.iri == good.iri


async def test_an_undo_and_a_delete_that_come_first_bind(
    street: Street, alpha: House, mallory: Stranger
) -> None:
    follow = mallory.activity("Follow", COOP)
    note = mallory.note(to=[COOP], inReplyTo=None)
    create = mallory.activity("Create", note)
    for early in (
        mallory.activity("Undo", follow),
        mallory.activity("Delete", note["id"]),
        follow,
        create,
    ):
        assert (await mallory.send(alpha, early)).status == 202
        await street.settle()
    assert mallory.told == []
    assert await _kinds(alpha) == []
    assert street.refusals() == []


async def test_a_note_forged_inside_an_announce_is_read_from_its_author(
    street: Street, alpha: House, mallory: Stranger
) -> None:
    async with moved_in(street, "good.test") as good:
        await alpha.follow(await alpha.actor("coop"), mallory.iri)
        await street.settle()
        [asked] = mallory.told
        await mallory.send(alpha, mallory.activity("Accept", asked["id"]))
        said = good.note(content="<p>wahr</p>")
        forged = said | {"content": "<p>gelogen</p>"}
        await mallory.send(alpha, mallory.activity("Announce", forged))
        await street.settle()
        coop = await alpha.actor("coop")
        async with alpha.read() as session:
            [item] = await timelines.home(session, coop, Page())
        assert isinstance(item.subject, Remark)
        assert item.subject.content == "<p>wahr</p>"
        assert (item.author.iri, item.booster.iri if item.booster else None) == (
            good.iri,
            mallory.iri,
        )
