"""Replicating: an organisation records that it does a model somewhere, and how that goes.

A record is for everybody. The owner of the model hears of it, and tells the owner of its source
(Add to `replications`), who reads the record at its own address, checks that the model below is
still a replication, and tells the next one. A record is also something that was said: people
answer it, like it and pass it on as any remark.

Wire: Create, Update and Delete of an Article that conforms to `ess:Replication`; Add and Remove
with `target` = the `replications` of a source (FEDERATION.md, "Records").
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select

import activitypub.vocabulary as ap
from activitypub.authority import Heard
from activitypub.canonical_json import encode
from activitypub.errors import NotAuthoritative
from activitypub.iris import Iri
from actors import places
from actors.database import Session, insert_once
from actors.documents import media as media_documents
from actors.documents import replication as documents
from actors.documents.replication import Addressed
from actors.errors import Conflicting, Gone, NotAllowed, Unwise
from actors.places import place
from actors.rules import evidence, records
from actors.rules.pictures import PICTURE
from actors.rules.records import Addition, File, Record
from actors.site import Site
from actors.tables.actor import Actor
from actors.tables.lineage import Lineage
from actors.tables.media import Media
from actors.tables.model import Model
from actors.tables.notice import Notice
from actors.tables.remark import Remark
from actors.tables.replication import Replication
from actors.tables.revision import Revision
from actors.verbs import counting, hearing, mirroring, noticing, passing, picturing, posting
from actors.verbs.mirroring import Gathered
from actors.verbs.picturing import DESCRIBE
from actors.views import coverage, history
from actors.views import media as media_views
from actors.vocabulary import is_record


async def replicate(
    session: Session,
    site: Site,
    organisation: Actor,
    model: Model,
    version: Revision,
    record: Record,
    files: Sequence[Media] = (),
) -> Replication:
    """An organisation of ours records its practice.

    Args:
        session: an open transaction.
        site: our origin, clock and ids.
        organisation: who does it.
        model: which model, ours or somebody else's.
        version: which version of it.
        record: what it says.
        files: pictures and documents of the organisation, as evidence.

    Raises:
        Unwise: with every fault at once. Gone: the model was deleted.
    """
    posting.must_be_here(organisation)
    if model.deleted_at is not None:
        raise Gone("This model was deleted by its organisation.")
    record = records.grown(record, Addition(files=_evidence(site, files)))
    records.check(record, today=site.now().date())
    now, record_id = site.now(), site.new_id()
    iri = place(site.origin, places.RECORD, id=record_id)
    row = Replication(
        id=record_id,
        iri=iri,
        actor_id=organisation.id,
        is_ours=True,
        url=iri,
        model_iri=model.iri,
        version_iri=version.iri,
        document=b"",
        published_at=now,
        updated_at=now,
        **_copied(record),
    )
    session.add(row)
    await session.flush()
    models = await counting.count(session, site, row)
    remark = Remark(
        id=site.new_id(),
        iri=iri,
        actor_id=organisation.id,
        url=iri,
        content=_shown(row, record),
        language=record.language,
        visibility="public",
        addressed=[],
        document=b"",
        published_at=now,
        updated_at=now,
    )
    session.add(remark)
    await session.flush()
    await picturing.show(session, site, picturing.REMARK, remark.id, _once(files))
    await _tell(session, site, row, organisation, remark, models, "Create")
    return row


async def add(
    session: Session,
    site: Site,
    row: Replication,
    addition: Addition,
    files: Sequence[Media] = (),
) -> Replication:
    """Add a stage, an indicator, a link, an observation or a file to a record of ours.

    Raises:
        NotAllowed: it is not ours. Gone: it was deleted. Conflicting: nothing is added.
        Unwise: with every fault at once.
    """
    row = await session.get_one(Replication, row.id, with_for_update=True, populate_existing=True)
    if not row.is_ours:
        raise NotAllowed("Only its own organisation adds to a record.")
    if row.deleted_at is not None:
        raise Gone("This record was deleted.")
    addition = replace(addition, files=_evidence(site, files))
    before = Record.from_json(row.record)
    record = records.grown(before, addition)
    if record == before:
        raise Conflicting("Nothing was added.")
    organisation = await session.get_one(Actor, row.actor_id)
    posting.must_be_here(organisation)
    records.check(record, today=site.now().date())
    for name, value in _copied(record, level=row.level).items():
        setattr(row, name, value)
    # Peers take an Update for one only when its time is later, and the wire counts whole seconds.
    row.updated_at = max(site.now(), row.updated_at + timedelta(seconds=1))
    await session.flush()
    await counting.reckon(session, row)
    remark = (await session.scalars(select(Remark).where(Remark.iri == row.iri))).one()
    remark.content, remark.updated_at = _shown(row, record), row.updated_at
    if files:
        former = await media_views.of_subject(session, picturing.REMARK, remark.id)
        await picturing.show(session, site, picturing.REMARK, remark.id, _once([*former, *files]))
    models = await coverage.counted_for(session, row)
    await _tell(session, site, row, organisation, remark, models, "Update")
    return row


async def forget(session: Session, site: Site, iri: str) -> None:
    """A record is deleted: whoever was told of it by us is told that too."""
    row = await coverage.by_iri(session, iri)
    if row is None or row.deleted_at is not None:
        return
    models = await coverage.counted_for(session, row)
    await passing.back(session, site, row, models)
    await counting.forget(session, site, iri)


def sealed_wanted(heard: Heard[ap.Activity], gathered: Gathered) -> frozenset[Iri]:
    """The record at its own address, where it carries its author's proof."""
    thing = heard.activity.object
    if hearing.is_our_own(heard) or not isinstance(thing, ap.Object) or thing.id is None:
        return frozenset()
    return frozenset({thing.id}) - gathered.keys()


async def on_record(
    session: Session, site: Site, heard: Heard[ap.Activity], gathered: Gathered
) -> None:
    """Somebody records their practice, or adds to it: count it, and tell whose models it is of."""
    iri = hearing.iri_of(heard.activity.object)
    speaker = await hearing.speaker(session, heard)
    row = await coverage.by_iri(session, iri)
    before = None if row is None else row.stage
    if not hearing.is_our_own(heard):
        row = await remember(session, site, gathered[Iri(iri)], speaker)
    if row is None or row.deleted_at is not None:
        return
    models = await counting.count(session, site, row)
    if hearing.is_our_own(heard) and isinstance(heard.activity, ap.Create):
        before = None
    if before != row.stage:
        await _notify(session, site, row, speaker, models)
    if not row.is_ours:
        await passing.up(session, site, row, models)


async def remember(
    session: Session, site: Site, thing: ap.Object, owner: Actor
) -> Replication | None:
    """Remember somebody's record, or its newer state, as its own address says it.

    Returns:
        The row; None where it is no record, or was deleted.

    Raises:
        Malformed, NotAuthoritative, NotAuthentic: it cannot be believed.
    """
    iri = str(thing.id)
    if not is_record(thing) or await mirroring.is_buried(session, iri, owner):
        return None
    if thing.attributed_to != (owner.iri,):
        raise NotAuthoritative("the record belongs to somebody else", code="attribution")
    await mirroring.check_proof(session, site, thing, owner)
    says = documents.read(thing)
    await _check_version(session, says)
    known = await coverage.by_iri(session, iri)
    if known is not None and known.actor_id != owner.id:
        raise NotAuthoritative("the record belongs to somebody else", code="origin-object")
    if known is not None and (known.is_ours or known.deleted_at is not None):
        return known if known.deleted_at is None else None
    now = site.now()
    published = min(thing.published or now, now)
    updated = max(published, min(thing.updated or published, now))
    values = {
        "url": mirroring.page_of(thing, Iri(iri)),
        "model_iri": says.model,
        "version_iri": says.version,
        "document": encode(thing.document),
        "updated_at": updated,
    }
    if known is None:
        fresh = {"id": site.id_for(published), "iri": iri, "actor_id": owner.id, "is_ours": False}
        fresh |= {"published_at": published, "deleted_at": None}
        await insert_once(session, Replication, values | fresh | _copied(says.record))
        return await coverage.by_iri(session, iri)
    if updated >= known.updated_at:
        if known.model_iri != says.model:
            raise NotAuthoritative("a record stays with its model", code="origin-object")
        for name, value in (values | _copied(says.record, level=known.level)).items():
            setattr(known, name, value)
        await session.flush()
    return known


def listed_wanted(heard: Heard[ap.Activity], gathered: Gathered) -> frozenset[Iri]:
    """A record that the owner of a fork tells us of, and its author; nothing for other lists."""
    if not _is_listing(heard) or hearing.is_our_own(heard):
        return frozenset()
    iri = Iri(hearing.iri_of(heard.activity.object))
    thing = gathered.get(iri)
    wanted = {iri} if thing is None else set(thing.attributed_to[:1])
    return frozenset(wanted - gathered.keys())


async def may_list(session: Session, heard: Heard[ap.Activity]) -> bool:
    """Only whoever has made one of our models a model of their own tells us of records."""
    if not _is_listing(heard):
        return True
    return await _listing(session, heard) is not None


async def on_listed(session: Session, site: Site, heard: Heard[ap.Add], gathered: Gathered) -> None:
    """The owner of a fork tells us of a record that counts for it: does it count for ours too?"""
    if hearing.is_our_own(heard) or not _is_listing(heard):
        return
    found = await _listing(session, heard)
    if found is None:
        return
    below, model = found
    thing = gathered[Iri(hearing.iri_of(heard.activity.object))]
    if not is_record(thing) or len(thing.attributed_to) != 1:
        return
    known = await coverage.by_iri(session, str(thing.id))
    author_thing = gathered.get(thing.attributed_to[0])
    if not isinstance(author_thing, ap.Actor):
        return
    author = await mirroring.make_known(session, site, author_thing)
    if author.shut_at is not None or author.gone_at is not None:
        return
    before = None if known is None else known.stage
    row = await remember(session, site, thing, author)
    if row is None:
        return
    models = await counting.count(session, site, row, below=below)
    if not any(one.id == model.id for one in models):
        return
    if before != row.stage:
        await _notify(session, site, row, author, models)
    await passing.up(session, site, row, models)


async def on_unlisted(
    session: Session, site: Site, heard: Heard[ap.Remove], gathered: Gathered
) -> None:
    """The owner of a fork takes back what they told us of a record."""
    if hearing.is_our_own(heard) or not _is_listing(heard):
        return
    found = await _listing(session, heard)
    row = await coverage.by_iri(session, hearing.iri_of(heard.activity.object))
    if found is None or row is None:
        return
    models = await coverage.counted_for(session, row)
    if not any(one.id == found[1].id for one in models):
        return
    await passing.back(session, site, row, models)
    await counting.uncount(session, row, found[0])


def _is_listing(heard: Heard[ap.Activity]) -> bool:
    return str(heard.activity.target or "").endswith("/replications")


async def _listing(session: Session, heard: Heard[ap.Activity]) -> tuple[Model, Model] | None:
    """The speaker's model, and the one of ours that is its source and lists it."""
    origin = heard.activity.extra.get("origin")
    target = str(heard.activity.target).removesuffix("/replications")
    row = (
        await session.execute(
            select(Model, Actor.iri, Lineage.upstream_iri)
            .join(Actor, Actor.id == Model.actor_id)
            .join(Lineage, Lineage.model_id == Model.id)
            .where(Model.iri == str(origin), Model.deleted_at.is_(None))
        )
    ).first()
    if row is None or row[1] != heard.speaker or row[2] != target:
        return None
    above = await coverage.above_of(session, row[0])
    return None if above is None or not above.is_ours else (row[0], above)


async def _check_version(session: Session, says: documents.ReadRecord) -> None:
    """A version that we know has to be one of the model that is named beside it."""
    model_iri = await session.scalar(
        select(Model.iri)
        .join(Revision, Revision.model_id == Model.id)
        .where(Revision.iri == says.version)
    )
    if model_iri is not None and model_iri != says.model:
        raise NotAuthoritative("the version is another model's", code="origin-object")


async def _tell(
    session: Session,
    site: Site,
    row: Replication,
    organisation: Actor,
    remark: Remark,
    models: Iterable[Model],
    activity_type: str,
) -> None:
    owners = [await history.author(session, one) for one in models]
    others = list({one.id: one for one in owners if one.id != organisation.id}.values())
    addressed = Addressed(organisation.followers, others)
    record = Record.from_json(row.record)
    body = documents.to_document(site.origin, row, record, organisation, addressed)
    sealed = await posting.seal(session, site, organisation, body)
    row.document = remark.document = encode(sealed)
    remark.addressed = [str(one) for name in ("to", "cc") for one in _list(sealed.get(name))]
    await session.flush()
    await posting.tell_of(
        session,
        site,
        organisation,
        activity_type,
        sealed,
        recipients=[one.iri for one in others],
        followers_of=[organisation],
    )


async def _notify(
    session: Session, site: Site, row: Replication, author: Actor, models: Iterable[Model]
) -> None:
    """Tell the owners of our models, once each; not also that they are named in it."""
    told: set[int] = set()
    remark_id = await session.scalar(select(Remark.id).where(Remark.iri == row.iri))
    for model in models:
        if not model.is_ours or model.actor_id in told:
            continue
        told.add(model.actor_id)
        if remark_id is not None:
            await session.execute(
                delete(Notice).where(
                    Notice.owner_id == model.actor_id,
                    Notice.remark_id == remark_id,
                    Notice.kind == "mention",
                    Notice.read_at.is_(None),
                )
            )
        about = {"record": str(row.id), "stage": row.stage, "name": row.name}
        await noticing.tell(
            session, site, model.actor_id, "record", author, model=model, about=about
        )


def _evidence(site: Site, files: Sequence[Media]) -> tuple[File, ...]:
    """Files of ours as a record tells of them, with the words that they have now.

    Raises:
        Unwise: a picture has none.
    """
    faults = {
        f"files[{place}]": DESCRIBE
        for place, one in enumerate(files)
        if one.kind == PICTURE and not one.description
    }
    if faults:
        raise Unwise(DESCRIBE, fields=faults)
    told = [media_documents.to_document(site.origin, one) for one in files]
    return tuple(map(documents.file_of, media_documents.shown(list(told))))


def _once(files: Iterable[Media]) -> list[Media]:
    return list({one.digest: one for one in files}.values())


def _copied(record: Record, *, level: int | None = None) -> dict[str, Any]:
    """What lists need to know of a record."""
    code = records.place_code(record.territory)
    is_region = code != record.territory
    own = int(evidence.own_level(record))
    return {
        "name": record.name,
        "language": record.language,
        "territory": code,
        "country": code[:2] if is_region else "",
        "stage": record.stage.value,
        "level": own if level is None else max(own, level),
        "record": record.to_json(),
        "digest": record.digest,
    }


def _shown(row: Replication, record: Record) -> str:
    """As people read it in apps: title, sentence, link."""
    return documents.as_remark(row.url, record)


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []
