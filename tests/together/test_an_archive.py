"""A model travels as a file: while its author's site answers, and when it does no more."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import delete, select
from together.pictures import a_document, a_picture, kept
from together.street import House, Street, a_sheet

from activitypub import reading
from activitypub.canonical_json import Document, Json, parse
from activitypub.iris import Iri
from activitypub.signatures.keys import PrivateKey
from actors.database import Session
from actors.documents import archive, media, proving
from actors.documents import model as documents
from actors.documents.sealing import sealed, unsealed
from actors.errors import Conflicting, Gone, NotAllowed, Refusal
from actors.mail import keyring
from actors.tables.actor import Actor, Key
from actors.tables.lineage import Lineage
from actors.tables.media import Media
from actors.tables.model import Model
from actors.tables.revision import Revision
from actors.verbs import forgetting, forking, posting, rotating
from actors.verbs.reclaiming import Trust
from actors.verbs.restoring import Word
from actors.views import history, lineage, restorations
from federation.app_keys import ARCHIVIST, UPLOADS

on_sqlite = pytest.mark.parametrize("engine", ["sqlite"])


async def _known(house: House, iri: str) -> tuple[Model, list[Revision]]:
    async with house.read() as session:
        found = await history.model_by_iri(session, iri)
        assert found is not None
        return found, await history.revisions(session, found)


async def _make(house: House, iri: str) -> bytes:
    model, _ = await _known(house, iri)
    return await house.app[ARCHIVIST].make(model.id)


async def _rows(session: Session) -> int:
    return len((await session.scalars(select(Revision.id))).all())


async def _fork(house: House, by: Actor, iri: str) -> Model:
    source, _ = await _known(house, iri)
    async with house.begin() as session:
        now = await session.get_one(Model, source.id)
        return await forking.fork(session, house.site, by, now, kind="variant", language="fr")


async def _lose(house: House, model: Model) -> None:
    """As after a disaster: the newest backup has never heard of this model."""
    async with house.begin() as session:
        await session.execute(delete(Lineage).where(Lineage.model_id == model.id))
        await session.execute(delete(Revision).where(Revision.model_id == model.id))
        await session.execute(delete(Model).where(Model.id == model.id))


async def test_a_model_travels_with_its_history_and_its_forks_and_stays_its_authors(
    street: Street,
) -> None:
    alpha, beta, gamma = await street.open("alpha", "beta", "gamma")
    coop, guild = await alpha.organisation("coop"), await beta.organisation("guild")
    model = await alpha.publish(coop)
    await alpha.revise(model, a_sheet(text="On répare mieux."))
    await beta.lookup.resolve(model.iri)
    fork = await _fork(beta, guild, model.iri)
    await street.settle()
    await alpha.revise(model, a_sheet(text="On répare encore mieux."))
    await street.settle()

    data = await _make(alpha, model.iri)
    assert data == await _make(alpha, model.iri)
    found = proving.examine(archive.read(data), now=street.clock())
    assert found.is_proven
    assert [one.iri for one in found.versions] == [f"{model.iri}/versions/{n}" for n in (1, 2, 3)]

    mail = list(street.mail)
    done = await gamma.app[ARCHIVIST].restore(data, by=gamma.network)
    assert (done.trust, done.versions, done.others, done.left) == (Trust.KEYS, 3, 1, {})
    theirs, revisions = await _known(gamma, model.iri)
    _, originals = await _known(alpha, model.iri)
    assert not theirs.is_ours
    for one, original in zip(revisions, originals, strict=True):
        assert parse(one.document) == parse(original.document)
        assert one.digest == original.digest
        assert one.made_at == original.made_at.replace(microsecond=0)  # the wire says no more
    async with gamma.read() as session:
        assert (await history.author(session, theirs)).iri == coop.iri
        [row] = await restorations.of(session, theirs)
        assert (row.versions, row.trust, row.actor_id) == (3, "keys", gamma.network.id)
        mirrored = await history.model_by_iri(session, fork.iri)
        assert mirrored is not None
        tie = await lineage.of(session, mirrored)
        assert tie is not None
        assert tie.upstream_iri == model.iri
        before = await _rows(session)

    again = await gamma.app[ARCHIVIST].restore(data)
    assert (again.versions, again.others) == (0, 0)
    await street.settle()
    assert street.mail == mail  # nobody was told of anything
    async with gamma.read() as session:
        assert await _rows(session) == before
        assert len(await restorations.of(session, theirs)) == 1

    # A mirror that lives on is moved by its author, and a fork made there is as any other.
    await gamma.follow(gamma.network, "@coop@alpha.test")
    await street.settle()
    await alpha.revise(model, a_sheet(text="On répare tout."))
    await street.settle()
    assert (await _known(gamma, model.iri))[0].number == 4

    # The archive of a fork carries what it took.
    of_fork = archive.read(await _make(beta, fork.iri))
    assert [one["id"] for one in of_fork.upstream] == [f"{model.iri}/versions/2"]
    assert proving.examine(of_fork, now=street.clock()).is_proven

    # What its author deletes comes back from no file: neither here nor where the author is asked.
    await alpha.delete(model)
    await street.settle()
    delta = (await street.open("delta"))[0]
    for house in (gamma, delta, alpha):
        with pytest.raises(Gone):
            await house.app[ARCHIVIST].restore(data)


@on_sqlite
async def test_when_the_site_is_gone_an_operator_has_to_have_compared_the_keys(
    street: Street,
) -> None:
    alpha, beta, gamma = await street.open("alpha", "beta", "gamma")
    coop = await alpha.organisation("coop")
    model = await alpha.publish(coop)
    await beta.lookup.resolve(model.iri)
    await alpha.revise(model, a_sheet(text="On répare mieux."))
    data = await _make(alpha, model.iri)
    [key] = {one.key for one in proving.examine(archive.read(data), now=street.clock()).versions}
    other = await _signed_anew(alpha, data)
    said = [one.digest for one in (await _known(alpha, model.iri))[1]]
    await alpha.stop()

    # Who knew the author's keys before needs nobody.
    done = await beta.app[ARCHIVIST].restore(data)
    assert (done.trust, done.versions) == (Trust.KEYS, 1)
    assert (await _known(beta, model.iri))[0].number == 2
    # Mirrors can be given on, with the proofs.
    assert proving.examine(archive.read(await _make(beta, model.iri)), now=street.clock()).is_proven

    with pytest.raises(NotAllowed, match="could not be asked for its keys"):
        await gamma.app[ARCHIVIST].restore(data)
    with pytest.raises(NotAllowed):
        await gamma.app[ARCHIVIST].restore(data, word=Word(frozenset({"z6Mkanother"})))
    with pytest.raises(NotAllowed):
        await gamma.app[ARCHIVIST].restore(data, word=Word(is_ours=True))
    assert key is not None
    with pytest.raises(NotAllowed):  # the compared key, beside another one that says whose it is
        await gamma.app[ARCHIVIST].restore(_with_a_key_of_ours(data), word=Word(frozenset({key})))
    done = await gamma.app[ARCHIVIST].restore(data, word=Word(frozenset({key})))
    assert (done.trust, done.versions) == (Trust.OPERATOR, 2)
    theirs, _ = await _known(gamma, model.iri)
    assert (theirs.is_ours, theirs.name) == (False, "Atelier de réparation")

    # The author's own key cannot say two things under one address.
    for house in (beta, gamma):
        with pytest.raises(Conflicting):
            await house.app[ARCHIVIST].restore(other)
        assert [one.digest for one in (await _known(house, model.iri))[1]] == said


def _with_a_key_of_ours(data: bytes) -> bytes:
    """The same archive, but the author's document lists a further key, and is signed by that."""
    contents = archive.read(data)
    [author] = contents.actors
    private = PrivateKey.from_pem(keyring.new_keys().ed25519)
    method, listed = Iri(f"{author['id']}#ours"), author["assertionMethod"]
    assert isinstance(listed, list)
    ours: Document = {"id": method, "type": "Multikey", "controller": author["id"]}
    ours["publicKeyMultibase"] = private.public.multikey()
    changed = unsealed(author) | {"assertionMethod": [*listed, ours]}
    made = sealed(changed, key=private, method=method, at=datetime(2026, 3, 2, 9, tzinfo=UTC))
    return archive.write(replace(contents, actors=(made,)))


async def _signed_anew(house: House, data: bytes) -> bytes:
    """The same archive with another title in version 2, signed with the author's own key."""
    contents = archive.read(data)
    version = {k: v for k, v in contents.versions[1].items() if k not in ("@context", "proof")}
    version["sections"] = []
    async with house.begin() as session:
        actor = (await session.scalars(select(Actor).where(Actor.handle == "coop"))).one()
        version["digest"] = documents._sheet(reading.read(version)).digest
        sealed = await posting.seal(session, house.site, actor, version)
    living = {k: v for k, v in contents.living.items() if k != "proof"}
    changed = replace(contents, living=living, versions=(contents.versions[0], sealed))
    return archive.write(changed)


@on_sqlite
async def test_what_was_lost_comes_home_by_our_own_keys_or_by_an_operators_word(
    street: Street,
) -> None:
    alpha, beta = await street.open("alpha", "beta")
    coop, guild = await alpha.organisation("coop"), await beta.organisation("guild")
    model = await alpha.publish(coop)
    await beta.lookup.resolve(model.iri)
    fork = await _fork(beta, guild, model.iri)
    await street.settle()
    await alpha.revise(model, a_sheet(text="On répare mieux."))
    await street.settle()
    async with alpha.begin() as session:
        pems = keyring.new_keys()
        await rotating.rotate(session, alpha.site, await session.get_one(Actor, coop.id), pems)
    await street.settle()
    await alpha.revise(model, a_sheet(text="On répare encore mieux."))
    await street.settle()
    data = await _make(alpha, model.iri)
    before, originals = await _known(alpha, model.iri)
    await _lose(alpha, model)

    stranger = await alpha.organisation("stranger")
    with pytest.raises(NotAllowed):
        await alpha.app[ARCHIVIST].restore(data, by=stranger)
    done = await alpha.app[ARCHIVIST].restore(data, by=coop)
    assert (done.trust, done.versions) == (Trust.OURS, 3)
    after, restored = await _known(alpha, model.iri)
    assert (after.is_ours, after.slug, after.number) == (True, before.slug, 3)
    assert [parse(one.document) for one in restored] == [parse(one.document) for one in originals]
    async with alpha.read() as session:
        assert [one.model.iri for one in await lineage.forks(session, after)] == [fork.iri]
    # It goes on where it stood, and who followed hears of it.
    await alpha.revise(after, a_sheet(text="Comme avant."))
    await street.settle()
    mirror, _ = await _known(beta, model.iri)
    assert mirror.number == 4
    assert street.refusals() == []

    # With the keys gone too, nobody can tell: an operator has to say so.
    data = await _make(alpha, model.iri)
    await _lose(alpha, after)
    async with alpha.begin() as session:
        keys = await session.scalars(select(Key).where(Key.actor_id == coop.id))
        for key in keys:
            if key.algorithm == keyring.ED25519 and key.private is None:
                await session.delete(key)
    with pytest.raises(NotAllowed, match="--ours"):
        await alpha.app[ARCHIVIST].restore(data, by=coop)
    done = await alpha.app[ARCHIVIST].restore(data, word=Word(is_ours=True))
    assert (done.trust, done.versions) == (Trust.WORD, 4)
    again = await _make(alpha, model.iri)
    assert proving.examine(archive.read(again), now=street.clock()).is_proven

    async with alpha.begin() as session:
        now = await session.get_one(Model, done.model.id)
        await forgetting.delete_model(session, alpha.site, now)
    with pytest.raises(Refusal):
        await alpha.app[ARCHIVIST].restore(again, word=Word(is_ours=True))


@on_sqlite
async def test_pictures_travel_along_are_verified_and_come_home(street: Street) -> None:
    (alpha,) = await street.open("alpha")
    coop = await alpha.organisation("coop")
    photo, statutes = await kept(alpha, coop), await kept(alpha, coop, "x", is_picture=False)
    shown = [media.to_document(alpha.origin, one) for one in (photo, statutes)]
    facts: dict[str, Json] = {"image": shown[0]}
    model = await alpha.publish(coop, replace(a_sheet(), facts=facts))
    await alpha.revise(model, replace(a_sheet(), facts={"attachment": [shown[1]]}))
    data = await _make(alpha, model.iri)
    contents = archive.read(data)
    assert sorted(contents.files) == sorted(
        [f"media/{photo.digest}.jpg", f"media/{statutes.digest}.pdf"]
    )
    assert proving.examine(contents, now=street.clock()).is_proven
    with pytest.raises(Refusal):  # one bit, wherever it is
        archive.read(data.replace(b"%PDF-1.4", b"%PDF-1.5"))
    for files in (
        {**contents.files, f"media/{photo.digest}.jpg": b"\xff\xd8\xff another"},
        {**contents.files, f"media/{'0' * 64}.jpg": a_picture()},
        {f"media/{statutes.digest}.jpg": a_document("x")},
    ):
        with pytest.raises(Refusal, match="altered"):
            archive.read(archive.write(replace(contents, files=files)))
    room = alpha.app[UPLOADS].files
    for one in (photo, statutes):
        room.path(one.digest).unlink()
    assert archive.read(await _make(alpha, model.iri)).files == {}  # lost here: the rest travels
    await _lose(alpha, model)
    async with alpha.begin() as session:
        await session.execute(delete(Media))
    for _ in range(2):
        await alpha.app[ARCHIVIST].restore(data, by=coop)
    for item in shown:
        async with street.session.get(str(item["url"])) as answer:
            assert answer.status == 200
    async with street.session.get(f"{shown[0]['url']}/small") as answer:
        assert answer.status == 200
    back, _ = await _known(alpha, model.iri)
    await alpha.delete(back)
    async with street.session.get(str(shown[0]["url"])) as answer:
        assert answer.status == 404
