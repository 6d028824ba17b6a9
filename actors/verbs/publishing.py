"""Publishing: models and their versions.

A version, once published, never changes; the model moves on to the next. Followers of the
organisation hear of it, the network passes a new model on to its own followers (Announce), and the
owners of every listed fork are told when the model moves.

Wire: Create{Article}, Update{Article} (FEDERATION.md, "Model"); Announce by the network.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select

import activitypub.vocabulary as ap
from activitypub.addressing import PUBLIC
from activitypub.authority import Heard
from activitypub.canonical_json import Document, encode, parse
from activitypub.iris import Iri
from activitypub.limits import DEFAULT
from actors import places
from actors.database import Session, tells
from actors.documents import model as documents
from actors.errors import Conflicting, Gone, NotAllowed, Unwise
from actors.places import place
from actors.rules import licences, naming, news, provenance
from actors.rules import modifications as adaptations
from actors.rules.modifications import Modification
from actors.rules.proposals import Credit
from actors.rules.sections import Sheet, check, clean
from actors.site import Site
from actors.tables.actor import Actor
from actors.tables.lineage import Lineage
from actors.tables.member import Member
from actors.tables.model import Model
from actors.tables.organisation import Instance
from actors.tables.remark import Boost
from actors.tables.replication import Counted, Replication
from actors.tables.revision import Revision
from actors.verbs import (
    cataloguing,
    catching_up,
    counting,
    distributing,
    hearing,
    heeding,
    listing,
    mirroring,
    passing,
    picturing,
    posting,
    safeguarding,
)
from actors.verbs.mirroring import Gathered
from actors.views import history
from actors.views import lineage as lineage_views


@dataclass(frozen=True)
class Making:
    """Who makes a version, why, and what stands behind it."""

    author: Member | None = None
    note: str = ""
    parent: Revision | None = None
    merged_iri: str | None = None
    modifications: tuple[Modification, ...] = ()
    credits: tuple[Credit, ...] = ()


async def publish(
    session: Session,
    site: Site,
    organisation: Actor,
    sheet: Sheet,
    *,
    author: Member | None = None,
    note: str = "",
    commons: Actor | None = None,
) -> Model:
    """An organisation of ours publishes a new model, also into a commons if one is given.

    Raises:
        Unwise: the sheet cannot be published, with every fault at once; or that is no commons.
    """
    group = _group(commons)
    fit = provenance.carried(None, clean(sheet), upstream_language=None, adapted=())
    check(fit)
    return await start(
        session, site, organisation, fit, Making(author=author, note=note), commons_iri=group
    )


async def revise(
    session: Session,
    site: Site,
    model: Model,
    sheet: Sheet,
    *,
    author: Member | None = None,
    note: str = "",
    modifications: Sequence[Modification] = (),
    after: int | None = None,
) -> Revision:
    """An organisation of ours publishes the next version of its model.

    Args:
        session: an open transaction.
        site: our origin, clock and ids.
        model: one of ours.
        sheet: the whole sheet; where its texts come from is carried over from the version before.
        author: the member who acts.
        note: why, in her words.
        modifications: for a fork, what she adapted and why; kept beside what was recorded before.
        after: the number of the version that she changed, so that nothing is undone unseen that
            somebody else published or merged meanwhile.

    Raises:
        Unwise: the sheet cannot be published.
        Conflicting: it says what the newest version says, or is not made from that one.
        NotAllowed: the model is not one of ours.
        Gone: it was deleted.
    """
    model = await held(session, model)
    before = await history.head(session, model)
    if after is not None and after != before.number:
        raise Conflicting("Somebody has published another version meanwhile.")
    base = await _base(session, model)
    if base is not None and sheet.license.strip() != history.sheet(before).license:
        licences.judge_fork(base.license, sheet.license.strip())
    fit = provenance.carried(
        history.sheet(before),
        clean(sheet),
        upstream_language=base.language if base else None,
        adapted=adaptations.adapted(modifications),
    )
    check(fit)
    recorded = adaptations.merged(
        history.modifications(before), adaptations.judged(modifications, base)
    )
    if fit.digest == before.digest and recorded == history.modifications(before):
        raise Conflicting("nothing has changed since the newest version")
    making = Making(author=author, note=note, parent=before, modifications=recorded)
    return await advance(session, site, model, fit, making)


async def start(
    session: Session,
    site: Site,
    organisation: Actor,
    sheet: Sheet,
    making: Making,
    *,
    lineage: Lineage | None = None,
    commons_iri: str | None = None,
) -> Model:
    """Write a new model with its first version, and tell everybody. `sheet` is fit already."""
    posting.must_be_here(organisation)
    now = site.now()
    slug = naming.slug(sheet.names[documents.shown_language(sheet)], await _slugs(session))
    model = Model(
        id=site.new_id(),
        iri=place(site.origin, places.MODEL, slug=slug),
        actor_id=organisation.id,
        is_ours=True,
        slug=slug,
        url=place(site.origin, places.MODEL_PAGE, slug=slug),
        language=sheet.language,
        license=sheet.license,
        published_at=now,
        updated_at=now,
        commons_iri=commons_iri,
    )
    session.add(model)
    await session.flush()
    if lineage is not None:
        lineage.model_id = model.id
        session.add(lineage)
        await session.flush()
    document, linked = await _write(session, site, model, organisation, sheet, making)
    await posting.tell_of(
        session,
        site,
        organisation,
        "Create",
        document,
        recipients=await audience(session, model),
        followers_of=[] if lineage_views.is_working_copy(lineage) else [organisation],
        linked=linked,
    )
    if not lineage_views.is_working_copy(lineage):
        tells(session, news.word(news.SAID, model.id))
        await _pass_on(session, site, organisation, model)
    return model


async def place_in(session: Session, site: Site, model: Model, commons: Actor | None) -> None:
    """Put a model of ours into a commons, into another one, or take it out of every one.

    Its text and its versions stay as they are; who follows it is told of the new address.

    Raises:
        Unwise: that is no commons.
        Conflicting: it stands there already.
        NotAllowed, Gone: as `held`.
    """
    model = await held(session, model)
    group, before = _group(commons), await audience(session, model)
    if group == model.commons_iri:
        raise Conflicting("The model stands there already.")
    organisation = await session.get_one(Actor, model.actor_id)
    revision = await history.head(session, model)
    model.commons_iri = group
    model.updated_at = max(site.now(), model.updated_at + timedelta(seconds=1))
    making = Making(merged_iri=revision.merged_iri, modifications=history.modifications(revision))
    telling = documents.Telling(
        site,
        model,
        revision,
        history.sheet(revision),
        organisation,
        await _fork_terms(session, model, making),
    )
    living = await posting.seal(session, site, organisation, documents.living(telling))
    model.document = _fitting(living)
    await session.flush()
    await posting.tell_of(
        session,
        site,
        organisation,
        "Update",
        living,
        recipients=list(dict.fromkeys([*before, *await audience(session, model)])),
        followers_of=[organisation, await network(session)],
        linked=parse(revision.document),
    )


async def advance(
    session: Session, site: Site, model: Model, sheet: Sheet, making: Making
) -> Revision:
    """Write the next version of a model of ours, and tell everybody. `sheet` is fit already."""
    organisation = await session.get_one(Actor, model.actor_id)
    posting.must_be_here(organisation)
    document, linked = await _write(session, site, model, organisation, sheet, making)
    is_shown = not lineage_views.is_working_copy(await _lineage(session, model))
    if is_shown:
        tells(session, news.word(news.CHANGED, model.id))
    await posting.tell_of(
        session,
        site,
        organisation,
        "Update",
        document,
        recipients=await audience(session, model),
        followers_of=[organisation, await network(session)] if is_shown else [],
        linked=linked,
    )
    await passing.all_up(session, site, model)
    return await history.head(session, model)


async def tell_newest(
    session: Session, site: Site, model: Model, recipients: Sequence[str]
) -> None:
    """Tell some who could not hear of it at its time at which version a model of ours is."""
    newest = await history.head(session, model)
    await posting.tell_of(
        session,
        site,
        await session.get_one(Actor, model.actor_id),
        "Update",
        parse(model.document),
        recipients=recipients,
        linked=parse(newest.document),
        is_public=False,
    )


async def audience(session: Session, model: Model) -> list[str]:
    """Who must hear of a change besides the followers.

    The source's owner, the owners of listed forks, who practises it by a record that counts for it,
    and the commons in which it stands. Those who practise it need it to know what others' words
    about their record are worth: who is the source of what may change with any version.
    """
    forkers = await session.scalars(
        select(Actor.iri)
        .join(Model, Model.actor_id == Actor.id)
        .join(Lineage, Lineage.model_id == Model.id)
        .where(Lineage.upstream_iri == model.iri, Lineage.listed_at.is_not(None))
    )
    practising = await session.scalars(
        select(Actor.iri)
        .distinct()
        .join(Replication, Replication.actor_id == Actor.id)
        .join(Counted, Counted.replication_id == Replication.id)
        .where(Counted.model_id == model.id, Replication.deleted_at.is_(None))
    )
    group = [model.commons_iri] if model.commons_iri else []
    owners = [*await _source_owners(session, model), *forkers, *practising]
    return [*dict.fromkeys(owners), *group]


async def on_create(
    session: Session, site: Site, heard: Heard[ap.Create], gathered: Gathered
) -> None:
    """A peer publishes a model: remember it, and show it to those of ours who follow its owner."""
    model = await _remembered(session, site, heard, gathered)
    if model is not None:
        owner = await hearing.speaker(session, heard)
        await distributing.distribute(session, site, owner, model)
        await heeding.tell(session, site, owner, model)


async def on_update(
    session: Session, site: Site, heard: Heard[ap.Update], gathered: Gathered
) -> None:
    """A peer's model moved on: remember the new version, and read what we missed before it.

    An Update of an unknown model counts as its Create.
    """
    model = await _remembered(session, site, heard, gathered)
    if model is not None:
        await catching_up.ask(session, site, model)


def version_wanted(heard: Heard[ap.Activity], gathered: Gathered) -> frozenset[Iri]:
    """What must be fetched before a model can be remembered: the exact version it is at."""
    thing = heard.activity.object
    if hearing.is_our_own(heard) or not isinstance(thing, ap.Object):
        return frozenset()
    return frozenset({documents.current_version(thing)}) - gathered.keys()


async def _remembered(
    session: Session, site: Site, heard: Heard[ap.Activity], gathered: Gathered
) -> Model | None:
    thing = heard.activity.object
    if hearing.is_our_own(heard) or not isinstance(thing, ap.Object):
        return await history.model_by_iri(session, hearing.iri_of(thing))
    owner = await hearing.speaker(session, heard)
    version = gathered[documents.current_version(thing)]
    return await mirroring.remember_model(session, site, thing, version, owner)


async def _write(
    session: Session,
    site: Site,
    model: Model,
    organisation: Actor,
    sheet: Sheet,
    making: Making,
) -> tuple[Document, Document]:
    """Write one version and move the model to it.

    Returns:
        The living document and the version, both sealed.

    Raises:
        Unwise: peers would refuse the document for its size.
    """
    # Peers take an Update for one only when its time is later, and the wire counts whole seconds.
    now = max(site.now(), model.updated_at + timedelta(seconds=1))
    if model.head_id is None:  # the first version is no change of what was published
        now = model.published_at
    number = max(model.number, await _forgotten(session)) + 1
    revision = Revision(
        id=site.new_id(),
        iri=place(site.origin, places.VERSION, slug=str(model.slug), number=number),
        model_id=model.id,
        number=number,
        parent_iri=making.parent.iri if making.parent else None,
        merged_iri=making.merged_iri,
        author_id=making.author.id if making.author else None,
        note=making.note,
        sheet=sheet.to_json(),
        modifications=[one.to_json() for one in making.modifications],
        credits=[one.to_json() for one in making.credits],
        digest=sheet.digest,
        document=b"",
        made_at=now,
    )
    cataloguing.enter(model, sheet)
    model.number, model.head_id, model.updated_at = number, revision.id, now
    telling = documents.Telling(
        site, model, revision, sheet, organisation, await _fork_terms(session, model, making)
    )
    sealed = await posting.seal(session, site, organisation, documents.version(telling))
    revision.document = _fitting(sealed)
    living = await posting.seal(session, site, organisation, documents.living(telling))
    model.document = _fitting(living)
    session.add(revision)
    await session.flush()
    await listing.list_model(session, model, sheet)
    files = [sheet.facts.get(name) for name in picturing.FACTS]
    await picturing.show_named(
        session, site, picturing.MODEL, model.id, files, organisation.id, with_former=True
    )
    await safeguarding.want(session, site, model, sheet)
    await counting.moved(session, site, model)
    return living, sealed


async def _forgotten(session: Session) -> int:
    """Up to which number versions may have been given out that we remember nothing of."""
    above = await session.scalar(select(Instance.versions_above))
    return above or 0


def _fitting(document: Document) -> bytes:
    """The bytes of a document that everybody can fetch."""
    written = encode(document)
    if len(written) > DEFAULT.body:
        words = "This is too long for other servers to read; shorten it, or publish two models."
        raise Unwise(words, fields={"sections": words})
    return written


async def _pass_on(session: Session, site: Site, organisation: Actor, model: Model) -> None:
    """The network passes on what its organisations publish: that is how its followers find them."""
    passing = await network(session)
    if passing.id == organisation.id:
        return
    outgoing = await posting.say(
        session,
        site,
        passing,
        "Announce",
        model.iri,
        about=model.iri,
        followers_of=[passing],
        to=[PUBLIC],
        cc=[passing.followers, organisation.iri],
        is_public=True,
    )
    session.add(
        Boost(
            id=site.new_id(),
            iri=outgoing.activity_iri,
            actor_id=passing.id,
            object_iri=model.iri,
            made_at=site.now(),
        )
    )
    await session.flush()


async def _fork_terms(session: Session, model: Model, making: Making) -> documents.ForkTerms | None:
    lineage = await _lineage(session, model)
    if lineage is None:
        return None
    source = await history.model_by_iri(session, lineage.upstream_iri)
    took = making.merged_iri if making.merged_iri != lineage.base_iri else None
    return documents.ForkTerms(
        lineage=lineage,
        modifications=making.modifications,
        source_author=await history.author(session, source) if source else None,
        also=await history.revision_by_iri(session, took) if took else None,
    )


async def _source_owners(session: Session, model: Model) -> list[str]:
    """The owner of what a model was forked from, if it was."""
    owners = await session.scalars(
        select(Actor.iri)
        .join(Model, Model.actor_id == Actor.id)
        .join(Lineage, Lineage.upstream_iri == Model.iri)
        .where(Lineage.model_id == model.id)
    )
    return list(owners)


async def _base(session: Session, model: Model) -> Sheet | None:
    """What a fork took last; None for an original."""
    lineage = await _lineage(session, model)
    base = await history.revision_by_iri(session, lineage.base_iri) if lineage else None
    return history.sheet(base) if base else None


def _group(commons: Actor | None) -> str | None:
    """The id of a commons.

    Raises:
        Unwise: it is something else, or no longer there.
    """
    if commons is None:
        return None
    if commons.type != "Group" or commons.gone_at is not None:
        words = "This is not a commons."
        raise Unwise(words, fields={"commons": words})
    return commons.iri


async def _lineage(session: Session, model: Model) -> Lineage | None:
    return await session.scalar(select(Lineage).where(Lineage.model_id == model.id))


async def network(session: Session) -> Actor:
    """The organisation of ours that passes on what the others publish."""
    network_id = (await session.scalars(select(Instance.network_id))).one()
    return await session.get_one(Actor, network_id)


async def _slugs(session: Session) -> set[str]:
    """Every slug ever given: one that was deleted is never given again.

    Until the transaction ends nobody else is given one: two models of the same name that are
    published at the same moment would both take the first that is free.
    """
    await session.execute(select(Instance.id).with_for_update(key_share=True))
    ours = select(Model.slug).where(Model.slug.is_not(None))
    return {slug for slug in await session.scalars(ours) if slug is not None}


async def held(session: Session, model: Model) -> Model:
    """A model of ours, read anew and held until the transaction ends.

    Two editors cannot both make version 4.

    Raises:
        NotAllowed: it is not ours to change.
        Gone: it was deleted.
    """
    if not model.is_ours:
        raise NotAllowed("only its own organisation can change a model; fork it instead")
    row = await session.get_one(Model, model.id, with_for_update=True, populate_existing=True)
    if row.deleted_at is not None:
        raise Gone("this model was deleted")
    return row
