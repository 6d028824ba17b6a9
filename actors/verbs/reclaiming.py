"""Reclaiming: a model that we made and lost comes home in an archive.

It is ours again where our own keys made its proofs, or where an operator says that it is ours: then
our present keys prove its versions anew, because nobody could check the former ones. What they say
stays as it was, under the same addresses. Nobody is told: whoever knew it knows it still.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from activitypub.canonical_json import encode
from activitypub.iris import Iri
from actors import places
from actors.database import Session
from actors.documents import model as documents
from actors.documents import proving
from actors.documents.archive import Contents
from actors.documents.model import ForkTerms, Reading, Telling
from actors.documents.pieces import Piece, Version
from actors.documents.proving import Standing
from actors.documents.sealing import unsealed
from actors.errors import Gone, NotAllowed, Unwise
from actors.places import place
from actors.rules.modifications import MAX_NOTE
from actors.site import Site
from actors.tables.actor import Actor
from actors.tables.lineage import Lineage
from actors.tables.model import Model
from actors.verbs import cataloguing, listing, posting, recalling
from actors.views import history, lineage
from actors.vocabulary import audience


class Trust(StrEnum):
    """Why the proofs of an archive were believed."""

    KEYS = "keys"
    """By keys that we had read at their owner's own address."""

    OPERATOR = "operator"
    """By keys that an operator had compared by other means."""

    OURS = "ours"
    """By keys of our own."""

    WORD = "word"
    """It is ours by an operator's word; the proofs were made anew."""


@dataclass(frozen=True)
class Restored:
    """What came of it.

    Attributes:
        model: the model, as it is here now.
        trust: why it was believed.
        versions: how many versions of it are new here.
        others: how many versions of its sources and forks are.
        left: what was not taken, by its name in the archive, and why.
    """

    model: Model
    trust: Trust
    versions: int
    others: int = 0
    left: Mapping[str, str] = field(default_factory=dict)


async def reclaim(
    session: Session, site: Site, piece: Piece, contents: Contents, *, is_word_given: bool
) -> Restored:
    """A model of one of ours comes home.

    Raises:
        NotFound, Gone, NotAllowed, Conflicting, Unwise: as `restore`.
    """
    owner = await recalling.owner_of(session, piece)
    if not owner.is_ours or owner.gone_at is not None:
        raise Gone("That organisation of ours was closed.")
    slug = places.path_value(site.origin, places.MODEL, "slug", piece.model)
    if slug is None or any(one.iri != _address(site, slug, one) for one in piece.versions):
        raise Unwise("These are no addresses of models here.")
    owner = await posting.held(session, owner)
    posting.must_be_here(owner)
    await recalling.check_living(session, piece, owner)
    await recalling.check_known(session, piece.model, piece.versions)
    keys, now = await recalling.keys_of(session, owner), site.now()
    proven = {
        one.iri
        for one in piece.versions
        if proving.by_these(one.document, one.evidence, keys, now=now) is Standing.PROVEN
    }
    is_proven = len(proven) == len(piece.versions)
    if not is_proven and not is_word_given:
        raise NotAllowed(
            f"This is said to be by {owner.iri}, which lives here, and is not signed with its keys."
            " An operator who knows that it is ours can say so with `essaim archive import --ours`."
        )
    model = await history.model_by_iri(session, piece.model)
    if model is None:
        model = await _our_model(session, site, piece, owner, slug)
    fresh = await recalling.unknown(session, piece.versions)
    for one in fresh:
        document = one.document
        if one.iri not in proven:
            document = await posting.seal(session, site, owner, unsealed(document))
        session.add(recalling.row(site, model, one, encode(document), note=_note(contents, one)))
    await session.flush()
    if piece.versions[-1].says.number > model.number:
        await _move_head(session, site, model, piece, owner)
    return Restored(model, Trust.OURS if is_proven else Trust.WORD, len(fresh))


async def _our_model(session: Session, site: Site, piece: Piece, owner: Actor, slug: str) -> Model:
    first, newest = piece.versions[0], piece.versions[-1]
    published_at = recalling.said_at(site, piece.living or first.document)
    model = Model(
        id=replace(site, is_catching_up=True).id_for(published_at),
        iri=piece.model,
        actor_id=owner.id,
        is_ours=True,
        slug=slug,
        url=place(site.origin, places.MODEL_PAGE, slug=slug),
        language=newest.says.sheet.language,
        license=newest.says.sheet.license,
        published_at=published_at,
        updated_at=published_at,
    )
    session.add(model)
    await session.flush()
    return model


async def _move_head(
    session: Session, site: Site, model: Model, piece: Piece, owner: Actor
) -> None:
    """Our model says again what its newest version says; its living document is made anew."""
    newest = piece.versions[-1]
    [revision] = await recalling.rows(session, [newest])
    cataloguing.enter(model, newest.says.sheet)
    model.number, model.head_id = revision.number, revision.id
    model.updated_at = max(model.updated_at, revision.made_at)
    model.commons_iri = next(iter(audience(newest.thing)), None)
    tie = await _tie(session, site, model, newest.says)
    await session.flush()
    terms = None
    if tie is not None:
        source = await history.model_by_iri(session, tie.upstream_iri)
        author = await history.author(session, source) if source else None
        took = revision.merged_iri if revision.merged_iri != tie.base_iri else None
        also = await history.revision_by_iri(session, took) if took else None
        terms = ForkTerms(tie, history.modifications(revision), author, also)
    telling = Telling(site, model, revision, newest.says.sheet, owner, terms)
    model.document = encode(await posting.seal(session, site, owner, documents.living(telling)))
    await session.flush()
    await listing.list_model(session, model, newest.says.sheet)


async def _tie(session: Session, site: Site, model: Model, says: Reading) -> Lineage | None:
    """A fork's tie to its source, at the version that its newest version names."""
    tie, origin = await lineage.of(session, model), says.origin
    if origin is None:
        return tie
    if tie is None:
        tie = Lineage(
            id=site.new_id(),
            model_id=model.id,
            upstream_iri=origin.source,
            base_iri=origin.base,
            base_digest=origin.base_digest,
            seen_iri=origin.base,
            kind=origin.kind,
        )
        session.add(tie)
    elif tie.upstream_iri == origin.source:
        tie.base_iri, tie.base_digest = origin.base, origin.base_digest
    return tie


async def list_forks(session: Session, site: Site, model: Model, contents: Contents) -> None:
    """List the forks that were listed, where they name a version that we have.

    That is what makes a fork listed when it comes by itself (`verbs.forking`).
    """
    said = contents.lineage.get("forks")
    for one in said if isinstance(said, list) else []:
        if not isinstance(one, dict) or not one.get("listed"):
            continue
        fork = await history.model_by_iri(session, str(one.get("model")))
        tie = await lineage.of(session, fork) if fork else None
        if tie is None or tie.listed_at is not None or tie.upstream_iri != model.iri:
            continue
        if await lineage.base_of(session, tie) is not None:
            tie.listed_at = site.now()
    await session.flush()


def _address(site: Site, slug: str, one: Version) -> Iri:
    return place(site.origin, places.VERSION, slug=slug, number=one.says.number)


def _note(contents: Contents, one: Version) -> str:
    notes = contents.lineage.get("notes")
    said = notes.get(one.iri) if isinstance(notes, dict) else None
    return said[:MAX_NOTE] if isinstance(said, str) else ""
