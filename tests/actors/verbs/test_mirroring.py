"""What is remembered of others' models: only what their owner vouches for, and only forwards."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from together.clock import Clock
from together.peer import Bend, Peer, Published, read
from together.street import a_sheet

from activitypub import canonical_json, reading
from activitypub.canonical_json import Document
from activitypub.errors import Malformed, NotAuthentic, NotAuthoritative, ProtocolError
from actors.database import Database, Session
from actors.site import Site
from actors.tables.actor import Actor, Key
from actors.tables.listing import Listing
from actors.tables.model import Model
from actors.tables.revision import Revision
from actors.verbs import mirroring
from actors.views import catalogue, history, timelines
from actors.views.paging import Page


async def _model(session: Session, published: Published) -> Model | None:
    return await history.model_by_iri(session, published.iri)


async def _words(session: Session, model: Model) -> list[str]:
    """What a search finds the model by."""
    return (await session.get_one(Listing, model.id)).words.split()


async def _numbers(session: Session, model: Model) -> list[int]:
    return [one.number for one in await history.revisions(session, model)]


async def _refused(
    session: Session, peer: Peer, published: Published, *, kind: str = "Create", name: str = "ada"
) -> ProtocolError:
    """Hear of a model, which has to be refused; as in a worker, the transaction is undone."""
    await peer.known(session, name)
    with pytest.raises(ProtocolError) as refusal:
        async with session.begin_nested():
            await peer.publish(session, published, kind=kind, name=name)
    return refusal.value


def _with(**changes: Any) -> Bend:
    return lambda body: body | changes


def _tampered(document: Document) -> Document:
    """The document with another text, its proof and digest as they were."""
    written = canonical_json.encode(document).decode()
    return canonical_json.parse(written.replace("On répare", "On jette").encode())


async def test_a_model_is_remembered_as_its_version_says_it(session: Session, peer: Peer) -> None:
    sheet = replace(
        a_sheet(),
        facts={
            "family": "ess:family-hosting",
            "territory": ["http://data.europa.eu/nuts/code/FR"],
        },
    )
    published = peer.model(sheet)
    await peer.publish(session, published)
    model = await _model(session, published)
    assert model is not None
    assert not model.is_ours
    assert (model.name, model.number, model.family) == ("Atelier de réparation", 1, "hosting")
    assert model.languages == ["fr", "en"]
    assert history.sheet(await history.head(session, model)) == sheet
    [entry] = await catalogue.search(session, q="reparation", territory="FR", page=Page())
    assert entry.author.iri == peer.iri("ada")


@pytest.mark.parametrize(("proof", "reason"), [(True, "signature-syntax"), (False, "digest")])
async def test_a_version_whose_text_was_changed_is_refused(
    session: Session, peer: Peer, *, proof: bool, reason: str
) -> None:
    published = peer.model(a_sheet())
    bent = _tampered(published.version)
    if not proof:
        del bent["proof"]
    assert (await _refused(session, peer, Published(published.article, bent))).code == reason
    assert await _model(session, published) is None


async def test_a_version_with_another_digest_than_the_model_was_announced_with_is_refused(
    session: Session, peer: Peer
) -> None:
    told, shown = peer.model(a_sheet()), peer.model(a_sheet(text="On jette tout."))
    bent = Published(told.article, shown.version)
    assert (await _refused(session, peer, bent)).code == "digest"
    assert await _model(session, told) is None


async def test_a_digest_that_was_made_to_fit_does_not_help_against_the_proof(
    session: Session, peer: Peer
) -> None:
    published, other = peer.model(a_sheet()), peer.model(a_sheet(text="On jette tout."))
    forged = other.version | {"proof": published.version["proof"]}
    bent = Published(published.article | {"digest": other.article["digest"]}, forged)
    refusal = await _refused(session, peer, bent)
    assert isinstance(refusal, NotAuthentic)
    assert await _model(session, published) is None


@pytest.mark.parametrize("signer", ["bob", "nobody"])
async def test_a_proof_by_somebody_else_is_refused(
    session: Session, peer: Peer, signer: str
) -> None:
    await peer.known(session, "bob")
    published = peer.model(a_sheet())
    body = {name: value for name, value in published.version.items() if name != "proof"}
    bent = Published(published.article, peer.sealed(body, signer))
    assert (await _refused(session, peer, bent)).code == "key-owner"


async def test_a_version_without_a_proof_rests_on_the_origin_it_was_read_at(
    session: Session, peer: Peer
) -> None:
    published = peer.model(a_sheet())
    bare = {name: value for name, value in published.version.items() if name != "proof"}
    await peer.publish(session, Published(published.article, bare))
    assert await _model(session, published) is not None


async def test_a_version_of_another_model_is_refused(session: Session, peer: Peer) -> None:
    mine, other = peer.model(a_sheet()), peer.model(a_sheet("Jardin"), slug="jardin")
    await peer.publish(session, other)
    borrowed = peer.model(a_sheet("Jardin"), bend=_with(currentVersion=str(other.version_iri)))
    bent = Published(borrowed.article, other.version)
    assert (await _refused(session, peer, bent)).code == "origin-object"
    assert await _model(session, mine) is None


async def test_a_version_that_is_known_as_another_models_is_refused(
    session: Session, peer: Peer
) -> None:
    other = peer.model(a_sheet("Jardin"), slug="jardin")
    await peer.publish(session, other)
    mine = peer.model(a_sheet())
    stolen = peer.model(
        a_sheet(),
        bend=_with(currentVersion=str(other.version_iri)),
        bend_version=_with(id=str(other.version_iri)),
    )
    assert (await _refused(session, peer, stolen)).code == "origin-object"
    assert await _model(session, mine) is None


async def test_a_neighbour_cannot_take_a_model_over(session: Session, peer: Peer) -> None:
    published = peer.model(a_sheet())
    await peer.publish(session, published)
    await peer.known(session, "bob")
    stolen = peer.model(a_sheet("À moi"), name="bob", number=2)
    refusal = await _refused(session, peer, stolen, kind="Update", name="bob")
    assert isinstance(refusal, NotAuthoritative)
    model = await _model(session, published)
    assert model is not None
    assert (model.name, model.number) == ("Atelier de réparation", 1)


async def test_a_neighbour_cannot_speak_of_a_model_as_its_owners(
    session: Session, peer: Peer
) -> None:
    published = peer.model(a_sheet())
    await peer.known(session, "bob")
    with pytest.raises(NotAuthoritative):
        peer.heard(peer.about("Create", published, name="bob"), "bob")


async def test_the_head_moves_with_the_updates(session: Session, peer: Peer) -> None:
    first = peer.model(a_sheet())
    await peer.publish(session, first)
    for number in (2, 3):
        moved = peer.model(a_sheet(text=f"Texte {number}."), number=number)
        await peer.publish(session, moved, kind="Update")
    model = await _model(session, first)
    assert model is not None
    assert model.number == 3
    assert await _numbers(session, model) == [3, 2, 1]
    assert "3" in await _words(session, model)


async def test_updates_out_of_order_never_move_the_head_back(session: Session, peer: Peer) -> None:
    versions = [peer.model(a_sheet(text=f"Texte {n}."), number=n) for n in (1, 2, 3)]
    await peer.publish(session, versions[0])
    await peer.publish(session, versions[2], kind="Update")
    await peer.publish(session, versions[1], kind="Update")
    model = await _model(session, versions[0])
    assert model is not None
    assert model.number == 3
    assert "3" in await _words(session, model)
    assert await _numbers(session, model) == [3, 2, 1]


async def test_an_update_before_its_create_counts_as_one_and_the_create_changes_nothing(
    session: Session, peer: Peer, coop: Actor
) -> None:
    first, second = peer.model(a_sheet()), peer.model(a_sheet(text="Texte 2."), number=2)
    await peer.publish(session, second, kind="Update")
    await peer.publish(session, first)
    model = await _model(session, first)
    assert model is not None
    assert model.number == 2
    assert "2" in await _words(session, model)


async def test_an_update_at_the_same_second_is_told_apart_by_its_number(
    session: Session, peer: Peer, site: Site
) -> None:
    first = peer.model(a_sheet())
    second = peer.model(a_sheet(text="Texte 2."), number=2, updated=site.now())
    await peer.publish(session, first)
    await peer.publish(session, second, kind="Update")
    await peer.publish(session, first, kind="Update")
    model = await _model(session, first)
    assert model is not None
    assert model.number == 2


async def test_a_number_has_one_version(session: Session, peer: Peer) -> None:
    published = peer.model(a_sheet())
    await peer.publish(session, published)
    again = f"{published.iri}/versions/1-bis"
    other = peer.model(
        a_sheet(text="Réécrit."), bend=_with(currentVersion=again), bend_version=_with(id=again)
    )
    assert (await _refused(session, peer, other, kind="Update")).code == "origin-object"
    model = await _model(session, published)
    assert model is not None
    assert await _numbers(session, model) == [1]
    assert "reecrit" not in await _words(session, model)


async def test_a_version_never_changes_once_it_is_known(session: Session, peer: Peer) -> None:
    published = peer.model(a_sheet())
    await peer.publish(session, published)
    model = await _model(session, published)
    assert model is not None
    before = await history.head(session, model)
    digest = before.digest
    rewritten = peer.model(a_sheet(text="Réécrit."))
    await _refused(session, peer, rewritten, kind="Update")
    await session.refresh(before)
    assert before.digest == digest
    assert history.sheet(before) == a_sheet()


async def test_a_time_in_the_future_does_not_keep_a_model_on_top_for_ever(
    session: Session, peer: Peer, site: Site, clock: Clock
) -> None:
    late = peer.model(a_sheet("Vieux"), updated=site.now() + timedelta(days=3650), number=2)
    await peer.publish(session, late)
    clock.turn(days=1)
    await peer.publish(session, peer.model(a_sheet("Neuf"), slug="neuf"))
    names = [one.model.name for one in await catalogue.latest(session, 2)]
    assert names == ["Neuf", "Vieux"]
    next_one = peer.model(a_sheet("Vieux, mais mieux"), number=3)
    await peer.publish(session, next_one, kind="Update")
    model = await _model(session, late)
    assert model is not None
    assert model.number == 3


async def test_a_large_model_that_was_swapped_behind_its_link_is_refused(
    session: Session, peer: Peer
) -> None:
    long = replace(
        a_sheet(),
        sections=tuple(
            replace(one, texts={"fr": "Un long texte." * 3_000}) for one in a_sheet().sections
        ),
    )
    published = peer.model(long)
    activity = peer.about("Create", published)
    told: Document = activity["object"]  # type: ignore[assignment]
    assert "sections" not in told
    assert "data" in told
    unproven = {name: one for name, one in published.version.items() if name != "proof"}
    swapped = unproven | {"url": "https://peer.test/m/ailleurs"}
    with pytest.raises(Malformed) as refusal:
        async with session.begin_nested():
            await peer.say(session, activity, {published.version_iri: read(swapped)})
    assert refusal.value.code == "digest"
    await peer.say(session, activity, published.gathered)
    model = await _model(session, published)
    assert model is not None
    assert history.sheet(await history.head(session, model)) == long


@pytest.mark.parametrize(
    "changes",
    [
        {"sections": [{"id": "https://peer.test/models/atelier#a"}]},
        {"sections": "a"},
        {"sections": [["a"]]},
        {"license": None},
        {"license": 7},
        {"sourceLanguage": None},
        {"digest": None},
        {"versionNumber": "-1"},
        {"versionNumber": "0"},
        {"versionNumber": "٣"},
        {"versionNumber": "1e3"},
        {"versionNumber": "9999999999"},
        {"versionNumber": [1]},
        {"wasRevisionOf": "no address"},
        {"origin": "https://alpha.test/models/x"},
    ],
)
async def test_a_sheet_that_cannot_be_understood_is_refused_and_never_a_fault(
    session: Session, peer: Peer, changes: Document
) -> None:
    published = peer.model(a_sheet(), bend_version=lambda body: body | changes)
    told = published.article | ({"digest": None} if "digest" in changes else {})
    await _refused(session, peer, Published(told, published.version))
    assert await _model(session, published) is None


@pytest.mark.parametrize(
    "facts",
    [
        {"family": {"a": 1}},
        {"family": ["ess:family-hosting"]},
        {"territory": {"a": [1]}},
        {"territory": [1, None, "http://data.europa.eu/nuts/code/IT"]},
        {"maturity": 3, "cost": "free", "sdg": [[[]]]},
    ],
)
async def test_facts_of_a_strange_shape_are_kept_and_never_a_fault(
    session: Session, peer: Peer, facts: dict[str, Any]
) -> None:
    published = peer.model(replace(a_sheet(), facts=facts))
    await peer.publish(session, published)
    model = await _model(session, published)
    assert model is not None
    await catalogue.search(session, territory="IT", family="hosting", page=Page())


async def test_two_who_speak_of_one_model_at_the_same_moment_are_both_understood(
    database: Database, network: Actor, site: Site
) -> None:
    assert network.is_ours
    peer = Peer(site)
    published = peer.model(a_sheet())
    async with database.begin() as session:
        await peer.known(session)

    async def remember() -> None:
        async with database.begin() as session:
            owner = await peer.known(session)
            article, version = read(published.article), read(published.version)
            await mirroring.remember_model(session, site, article, version, owner)

    await asyncio.gather(remember(), remember(), remember())
    async with database.read() as session:
        assert await session.scalar(select(func.count(Model.id))) == 1
        assert await session.scalar(select(func.count(Revision.id))) == 1


async def test_two_who_speak_of_one_note_at_the_same_moment_are_both_understood(
    database: Database, network: Actor, site: Site
) -> None:
    assert network.is_ours
    peer = Peer(site)
    async with database.begin() as session:
        await peer.known(session)

    async def remember() -> None:
        async with database.begin() as session:
            owner = await peer.known(session)
            note = reading.read(peer.note())
            await mirroring.remember_remark(session, site, note, owner, visibility="public")

    await asyncio.gather(remember(), remember(), remember())
    async with database.read() as session:
        assert len(await timelines.public(session, Page())) == 1


async def test_a_page_on_another_host_is_not_believed(session: Session, peer: Peer) -> None:
    victims = ("https://alpha.test/m/atelier", "https://victim.test/notes/1", "javascript:alert(1)")
    for number, url in enumerate(victims):
        slug = f"m{number}"
        published = peer.model(a_sheet(), slug=slug, bend=_with(url=url))
        await peer.publish(session, published)
        model = await _model(session, published)
        assert model is not None
        assert model.url == model.iri
        assert await timelines.by_iri(session, url, None) is None


async def test_nothing_is_remembered_of_somebody_who_has_gone(session: Session, peer: Peer) -> None:
    ada = await peer.known(session)
    await peer.say(session, peer.activity("Delete", peer.iri("ada")))
    published = peer.model(a_sheet())
    remembered = await mirroring.remember_model(
        session, peer.ours, read(published.article), read(published.version), ada
    )
    assert remembered is None
    note = reading.read(peer.note())
    assert (
        await mirroring.remember_remark(session, peer.ours, note, ada, visibility="public") is None
    )
    back = reading.read_actor(peer.actor(name="ada", summary="Me revoilà"))
    again = await mirroring.remember_actor(session, peer.ours, back)
    assert again.gone_at is not None
    assert again.summary == ""


async def test_nobody_else_speaks_for_this_instance(session: Session, site: Site) -> None:
    impostor = Peer(site, "https://alpha.test")
    with pytest.raises(NotAuthoritative):
        await mirroring.remember_actor(session, site, reading.read_actor(impostor.actor("ada")))


async def test_a_key_that_is_somebody_elses_is_refused_with_its_actor(
    session: Session, peer: Peer
) -> None:
    ada = await peer.known(session)
    key = peer.actor("ada")["publicKey"]
    claimed = {**key, "owner": peer.iri("bob")}  # type: ignore[dict-item]
    bob = reading.read_actor(peer.actor("bob", publicKey=claimed))
    with pytest.raises(NotAuthoritative):
        async with session.begin_nested():
            await mirroring.remember_actor(session, peer.ours, bob)
    owners = await session.scalars(select(Key.actor_id).where(Key.iri == f"{ada.iri}#main-key"))
    assert owners.all() == [ada.id]
