"""Forking: which forks a source lists, who may say so, and what owners are told."""

import pytest
from sqlalchemy import select
from together.peer import Peer, Published, work_off
from together.street import a_sheet

from activitypub.canonical_json import Document, parse
from actors.database import Session
from actors.errors import Conflicting, NotFound, Unwise
from actors.mail import outbox
from actors.site import Site
from actors.tables.actor import Actor
from actors.tables.lineage import Lineage
from actors.tables.mail import Delivery, Outgoing
from actors.tables.model import Model
from actors.tables.revision import Revision
from actors.verbs import forgetting, forking, publishing
from actors.views import history, lineage, notices
from actors.views.paging import Page


@pytest.fixture
async def source(session: Session, site: Site, coop: Actor) -> Model:
    """A model of coop's, with all mail about it worked off."""
    made = await publishing.publish(session, site, coop, a_sheet())
    await work_off(session, site)
    return made


async def _base(session: Session, source: Model) -> tuple[str, str, str]:
    head = await history.head(session, source)
    return source.iri, head.iri, head.digest


async def _forks(session: Session, source: Model) -> list[str]:
    return [one.model.iri for one in await lineage.forks(session, source)]


async def _posted(session: Session, kind: str) -> list[Document]:
    """What we posted of this type."""
    rows = await session.scalars(select(Outgoing).where(Outgoing.type == kind))
    return [parse(one.document) for one in rows]


async def _told(session: Session, owner: Actor, kind: str) -> list[Document]:
    """What the notices of this kind say, the oldest first."""
    items = await notices.of(session, owner, Page())
    return [one.notice.about for one in reversed(items) if one.notice.kind == kind]


async def test_a_fork_is_listed_once_told_once_and_answered(
    session: Session, coop: Actor, peer: Peer, source: Model
) -> None:
    fork = peer.model(a_sheet(text="Chez nous."), slug="fork", fork_of=await _base(session, source))
    for kind in ("Create", "Create", "Update"):
        await peer.publish(session, fork, kind=kind)
    assert await _forks(session, source) == [fork.iri]
    assert await _told(session, coop, "fork") == [{"source": str(source.id)}]
    [accept] = await _posted(session, "Accept")
    assert (accept["result"], accept["actor"]) == (fork.iri, coop.iri)


async def test_a_fork_of_what_is_not_ours_is_remembered_and_answered_by_nobody(
    session: Session, site: Site, coop: Actor, peer: Peer
) -> None:
    other = Peer(site, "https://other.test")
    theirs = other.model(a_sheet("Ailleurs"))
    await other.publish(session, theirs)
    known = await history.model_by_iri(session, theirs.iri)
    assert known is not None
    for number, of in enumerate(
        (
            (str(theirs.iri), str(theirs.version_iri), str(theirs.version["digest"])),
            ("https://nobody.test/m", "https://nobody.test/m/versions/1", "zQm1"),
            ("https://alpha.test/models/nothing", "https://alpha.test/models/nothing/v", "zQm1"),
            (coop.iri, coop.iri, "zQm1"),
        )
    ):
        fork = peer.model(a_sheet(), slug=f"fork{number}", fork_of=of)
        await peer.publish(session, fork)
        model = await history.model_by_iri(session, fork.iri)
        assert model is not None
        tie = await lineage.of(session, model)
        assert tie is not None
        assert tie.listed_at is None
    assert await _forks(session, known) == []
    assert await _posted(session, "Accept") == []
    assert await _told(session, coop, "fork") == []


@pytest.mark.parametrize("base", ["made up", "another model's", "another digest"])
async def test_a_fork_of_a_version_that_never_was_is_not_listed(
    session: Session, site: Site, coop: Actor, peer: Peer, source: Model, base: str
) -> None:
    other = await publishing.publish(session, site, coop, a_sheet("Jardin"))
    iri, version, digest = await _base(session, source)
    _, other_version, other_digest = await _base(session, other)
    of = {
        "made up": (iri, f"{iri}/versions/77", digest),
        "another model's": (iri, other_version, other_digest),
        "another digest": (iri, version, other_digest),
    }[base]
    await peer.publish(session, peer.model(a_sheet(), slug="fork", fork_of=of))
    assert await _forks(session, source) == []
    assert await _told(session, coop, "fork") == []
    assert await _posted(session, "Accept") == []


async def test_a_listed_fork_cannot_swap_its_source_or_its_base(
    session: Session, site: Site, coop: Actor, peer: Peer, source: Model
) -> None:
    other = await publishing.publish(session, site, coop, a_sheet("Jardin"))
    base = await _base(session, source)
    await peer.publish(session, peer.model(a_sheet(), slug="fork", fork_of=base))
    moved = peer.model(
        a_sheet(text="Neu."), slug="fork", number=2, fork_of=await _base(session, other)
    )
    await peer.publish(session, moved, kind="Update")
    elsewhere = (base[0], *(await _base(session, other))[1:])
    third = peer.model(a_sheet(text="Neuer."), slug="fork", number=3, fork_of=elsewhere)
    await peer.publish(session, third, kind="Update")
    [fork] = await lineage.forks(session, source)
    assert (fork.lineage.upstream_iri, fork.lineage.base_iri) == base[:2]
    assert fork.relation is not None
    assert await _forks(session, other) == []


async def test_a_fork_of_a_deleted_source_or_by_somebody_who_deleted_it_is_not_listed(
    session: Session, coop: Actor, peer: Peer, source: Model
) -> None:
    fork = peer.model(a_sheet(), slug="fork", fork_of=await _base(session, source))
    await peer.say(session, peer.activity("Delete", fork.iri))
    await peer.publish(session, fork)
    assert await _forks(session, source) == []
    assert await _told(session, coop, "fork") == []


async def test_a_fork_goes_on_to_say_what_it_is_based_on_when_its_source_is_gone(
    session: Session, site: Site, coop: Actor, peer: Peer, source: Model
) -> None:
    first = await _base(session, source)
    await peer.publish(session, peer.model(a_sheet(), slug="fork", fork_of=first))
    await publishing.revise(session, site, source, a_sheet(text="Mieux."))
    second = await _base(session, source)
    await forgetting.delete_model(session, site, source)
    merged = peer.model(a_sheet(text="Mieux."), slug="fork", number=2, fork_of=second)
    await peer.publish(session, merged, kind="Update")
    model = await history.model_by_iri(session, merged.iri)
    tie = await lineage.of(session, model) if model else None
    assert tie is not None
    assert (tie.upstream_iri, tie.base_iri) == second[:2]


async def test_a_fork_that_names_itself_as_its_source_is_no_fault(
    session: Session, peer: Peer
) -> None:
    own = "https://peer.test/models/ring"
    ring = peer.model(a_sheet(), slug="ring", fork_of=(own, f"{own}/versions/1", "zQm1"))
    await peer.publish(session, ring)
    model = await history.model_by_iri(session, ring.iri)
    assert model is not None
    assert await lineage.forks(session, model) == []


async def test_who_forked_what_has_moved_since_is_told_at_once(
    session: Session, site: Site, coop: Actor, peer: Peer, source: Model
) -> None:
    base = await _base(session, source)
    await publishing.revise(session, site, source, a_sheet(text="On répare mieux."))
    await outbox.fan_out(session, site)
    assert await _posted(session, "Update")
    assert (await session.scalars(select(Delivery))).all() == []
    await peer.publish(session, peer.model(a_sheet(), slug="fork", fork_of=base))
    await outbox.fan_out(session, site)
    rows = await session.execute(
        select(Outgoing.type, Outgoing.about, Delivery.inbox)
        .join(Delivery, Delivery.outgoing_id == Outgoing.id)
        .order_by(Outgoing.id)
    )
    assert [tuple(row) for row in rows] == [
        ("Accept", "https://peer.test/models/fork", "https://peer.test/users/ada/inbox"),
        ("Update", source.iri, "https://peer.test/users/ada/inbox"),
    ]
    newest = (await _posted(session, "Update"))[-1]
    assert isinstance(newest["object"], dict)
    assert newest["object"]["currentVersion"] == f"{source.iri}/versions/2"


class _Ours:
    """A fork of ours of a model of ada's."""

    def __init__(self, fork: Model, source: Published, create: str) -> None:
        self.fork, self.source, self.create = fork, source, create


@pytest.fixture
async def ours(session: Session, site: Site, coop: Actor, peer: Peer) -> _Ours:
    """A fork of ours, whose Create has been posted."""
    source = peer.model(a_sheet())
    await peer.publish(session, source)
    mirror = await history.model_by_iri(session, source.iri)
    assert mirror is not None
    fork = await forking.fork(session, site, coop, mirror, kind="variant", language="fr")
    [create] = await _posted(session, "Create")
    return _Ours(fork, source, str(create["id"]))


async def _listed(session: Session, ours: _Ours) -> bool:
    tie = await lineage.of(session, ours.fork)
    assert tie is not None
    return tie.listed_at is not None


async def test_the_owner_of_the_source_lists_our_fork(
    session: Session, peer: Peer, ours: _Ours
) -> None:
    assert not await _listed(session, ours)
    await peer.say(session, peer.activity("Accept", ours.create, result=ours.fork.iri))
    assert await _listed(session, ours)


async def test_nobody_else_lists_our_fork(
    session: Session, site: Site, peer: Peer, ours: _Ours
) -> None:
    other = Peer(site, "https://other.test")
    await other.say(session, other.activity("Accept", ours.create))
    await peer.say(session, peer.activity("Accept", ours.create, name="bob"), name="bob")
    with pytest.raises(NotFound):
        await peer.say(session, peer.activity("Accept", ours.fork.iri))
    assert not await _listed(session, ours)


async def test_a_fork_says_whence_it_comes_and_tells_the_owner(
    session: Session, peer: Peer, ours: _Ours
) -> None:
    document = parse(ours.fork.document)
    assert document["origin"] == ours.source.iri
    assert document["wasDerivedFrom"] == {
        "id": ours.source.version_iri,
        "digest": ours.source.version["digest"],
    }
    assert peer.iri("ada") in str(document["cc"])
    head = await history.head(session, ours.fork)
    assert (head.parent_iri, head.merged_iri) == (None, ours.source.version_iri)


async def test_an_owner_is_told_what_changed_what_is_core_and_what_conflicts(
    session: Session, site: Site, coop: Actor, peer: Peer, ours: _Ours
) -> None:
    own = a_sheet(text="On répare entre voisins.")
    await publishing.revise(session, site, ours.fork, own)
    moved = peer.model(a_sheet(text="On répare mieux."), number=2)
    for _ in range(2):
        await peer.publish(session, moved, kind="Update")
    assert await _told(session, coop, "upstream") == [
        {
            "version": 2,
            "names": {"value": {"fr": "Le principe", "en": "The principle"}},
            "changed": ["value"],
            "core": ["value"],
            "conflicts": ["value"],
        }
    ]
    with pytest.raises(Conflicting) as refusal:
        await forking.merge(session, site, ours.fork, {})
    assert refusal.value.keys == ("value",)
    with pytest.raises(Unwise):
        await forking.merge(session, site, ours.fork, {"nothing": {"fr": "x"}})


async def test_a_late_update_tells_nothing_new(
    session: Session, coop: Actor, peer: Peer, ours: _Ours
) -> None:
    versions = [peer.model(a_sheet(text=f"Texte {n}."), number=n) for n in (2, 3)]
    for one in reversed(versions):
        await peer.publish(session, one, kind="Update")
    assert [one["version"] for one in await _told(session, coop, "upstream")] == [3]
    beside = await lineage.upstream(session, ours.fork)
    assert beside is not None
    assert beside.current.number == 3


async def test_an_update_by_a_neighbour_tells_nobody(
    session: Session, coop: Actor, peer: Peer, ours: _Ours
) -> None:
    await peer.known(session, "bob")
    forged = peer.model(a_sheet(text="Forgé."), name="bob", number=2)
    with pytest.raises(Exception, match="somebody else"):
        async with session.begin_nested():
            await peer.publish(session, forged, kind="Update", name="bob")
    assert await _told(session, coop, "upstream") == []


async def test_a_merge_has_two_parents_and_moves_the_base(
    session: Session, site: Site, peer: Peer, ours: _Ours
) -> None:
    moved = peer.model(a_sheet(text="On répare mieux."), number=2)
    await peer.publish(session, moved, kind="Update")
    merged = await forking.merge(session, site, ours.fork, {})
    assert (merged.parent_iri, merged.merged_iri) == (
        f"{ours.fork.iri}/versions/1",
        moved.version_iri,
    )
    told = parse(merged.document)
    assert told["wasDerivedFrom"] == {"id": moved.version_iri, "digest": moved.version["digest"]}
    with pytest.raises(NotFound):
        await forking.merge(session, site, ours.fork, {})


async def test_a_merge_without_its_decisions_changes_nothing(
    session: Session, site: Site, peer: Peer, ours: _Ours
) -> None:
    await publishing.revise(session, site, ours.fork, a_sheet(text="Entre voisins."))
    await peer.publish(
        session, peer.model(a_sheet(text="On répare mieux."), number=2), kind="Update"
    )
    with pytest.raises(Conflicting):
        async with session.begin_nested():
            await forking.merge(session, site, ours.fork, {})
    tie = await lineage.of(session, ours.fork)
    assert tie is not None
    await session.refresh(tie)
    assert tie.base_iri == ours.source.version_iri
    numbers = select(Revision.number).where(Revision.model_id == ours.fork.id)
    assert sorted(await session.scalars(numbers)) == [1, 2]


async def test_a_fork_within_one_instance_is_listed_and_told_of_every_move(
    session: Session, site: Site, coop: Actor, network: Actor, source: Model
) -> None:
    fork = await forking.fork(session, site, network, source, kind="variant", language="fr")
    assert set(await work_off(session, site)) == {"Create", "Accept"}
    assert await _forks(session, source) == [fork.iri]
    assert await _told(session, coop, "fork") == [{"source": str(source.id)}]
    for number in (2, 3):
        await publishing.revise(session, site, source, a_sheet(text=f"Texte {number}."))
        await work_off(session, site)
    assert [one["version"] for one in await _told(session, network, "upstream")] == [2, 3]
    await forking.merge(session, site, fork, {})
    await work_off(session, site)
    tie = await session.scalar(select(Lineage).where(Lineage.model_id == fork.id))
    assert tie is not None
    assert tie.base_iri == f"{source.iri}/versions/3"


@pytest.mark.parametrize("kind", ["Variant", "", "copy"])
async def test_a_fork_of_an_unknown_kind_is_unwise(
    session: Session, site: Site, coop: Actor, source: Model, kind: str
) -> None:
    with pytest.raises(Unwise) as refusal:
        await forking.fork(session, site, coop, source, kind=kind, language="it")
    assert "kind" in refusal.value.fields


@pytest.mark.parametrize("language", ["", "klingon!", "x" * 50])
async def test_a_fork_is_worked_on_in_a_language(
    session: Session, site: Site, coop: Actor, source: Model, language: str
) -> None:
    with pytest.raises(Unwise):
        await forking.fork(session, site, coop, source, kind="variant", language=language)
