"""Forgetting: delete, and leave a Tombstone for ever.

A deleted id answers 410 and never comes back. What others made of a model stays: a fork keeps the
version it took, because its owner could not merge or show its lineage without it. A Delete that
comes before its Create is remembered and binds the actor who spoke it.

Wire: Delete{Tombstone} (ActivityPub 6.4), Delete of an actor by its id.
"""

from datetime import timedelta

from sqlalchemy import delete, func, or_, select, update

import activitypub.vocabulary as ap
from activitypub.addressing import PUBLIC
from activitypub.authority import Heard
from activitypub.canonical_json import encode, parse
from actors.database import Session, tells
from actors.documents import activities
from actors.errors import Gone, NotAllowed
from actors.mail import outbox
from actors.rules import news
from actors.rules.proposals import State
from actors.site import Site
from actors.tables.actor import Actor, Key
from actors.tables.draft import Draft
from actors.tables.follow import Follow
from actors.tables.kept_file import KeptFile
from actors.tables.lineage import Lineage
from actors.tables.mail import Delivery, Outgoing
from actors.tables.model import Model
from actors.tables.notice import Notice
from actors.tables.organisation import Organisation
from actors.tables.pin import Pin
from actors.tables.proposal import Proposal
from actors.tables.record_draft import RecordDraft
from actors.tables.remark import Boost, Like, Remark
from actors.tables.replication import Replication
from actors.tables.revision import Revision
from actors.tables.timeline import TimelineEntry
from actors.tables.tombstone import Tombstone
from actors.tables.translation import Term, Translation
from actors.tables.unsent import Unsent
from actors.tables.vote import Ballot, Vote
from actors.tables.wording import Hashtag, Wording
from actors.verbs import (
    attesting,
    hearing,
    mirroring,
    noticing,
    picturing,
    posting,
    publishing,
    quoting,
    replicating,
    rewording,
)
from actors.verbs.mirroring import Gathered
from actors.views import coverage, proposals, quotes, timelines

REMEMBERED = timedelta(days=90)
"""How long a Delete or Undo binds what has not come yet: no server known to us tries for longer
than a month, and whoever deletes what never was shall not fill our disk for ever."""


async def delete_model(session: Session, site: Site, model: Model) -> None:
    """Delete a model of ours, everywhere.

    Raises:
        NotAllowed: it is not ours. Gone: it was deleted already.
    """
    model = await publishing.held(session, model)
    organisation = await session.get_one(Actor, model.actor_id)
    recipients = await publishing.audience(session, model)
    recipients += await proposals.waiting_proposers(session, model)
    stone = activities.tombstone(parse(model.document), at=site.now())
    sealed = await posting.seal(session, site, organisation, stone)
    network = await publishing.network(session)
    await outbox.hide_all_about(session, model.iri)
    await posting.say(
        session,
        site,
        organisation,
        "Delete",
        stone,
        about=model.iri,
        recipients=recipients,
        followers_of=[organisation, network],
        to=[PUBLIC],
        cc=[organisation.followers, *recipients],
        is_public=True,
    )
    await _bury_model(session, site, model, encode(sealed))


async def delete_remark(session: Session, site: Site, remark: Remark) -> None:
    """Delete a remark of ours, everywhere it was sent to.

    Its address answers 410 for ever; of one that was not for everybody it answers what it always
    did, that there is nothing.

    Raises:
        NotAllowed: it is not ours. Gone: it was deleted already.
    """
    remark, author = await rewording.held(session, remark)
    document = parse(remark.document)
    stone = activities.tombstone(document, at=site.now())
    recipients = await rewording.audience(session, remark)
    is_open = remark.visibility in timelines.OPEN
    sealed = encode(await posting.seal(session, site, author, stone)) if is_open else b""
    await outbox.hide_all_about(session, remark.iri)
    await posting.say(
        session,
        site,
        author,
        "Delete",
        stone,
        about=remark.iri,
        recipients=recipients,
        followers_of=[] if remark.visibility == "direct" else [author],
        to=document.get("to"),
        cc=document.get("cc"),
        is_public=is_open,
    )
    await _bury_remark(session, site, remark)
    remark.document = sealed
    await session.flush()


async def forget_old_tombstones(session: Session, site: Site) -> None:
    """What was taken back before we saw it, and never came: by now nobody delivers it any more."""
    await session.execute(delete(Tombstone).where(Tombstone.made_at < site.now() - REMEMBERED))


async def close_organisation(session: Session, site: Site, organisation: Actor) -> None:
    """An organisation of ours ends, everywhere and for ever; its name is never given again.

    One Delete of the actor goes to every host that we know, because any of them may have read it;
    servers drop with an account what it published. What still waits to be sent is dropped. Its
    models leave Tombstones; forks keep the version that they took.

    Raises:
        NotAllowed: it is the network of this instance. Gone: it was closed already.
    """
    organisation = await posting.held(session, organisation)
    if organisation.gone_at is not None:
        raise Gone("that organisation was deleted")
    if (await session.get_one(Organisation, organisation.id)).is_network:
        raise NotAllowed("the network of an instance cannot be closed")
    await _say_nothing_more(session, site, organisation)
    await session.execute(delete(Draft).where(Draft.actor_id == organisation.id))
    await session.execute(delete(Term).where(Term.actor_id == organisation.id))
    await session.execute(delete(RecordDraft).where(RecordDraft.actor_id == organisation.id))
    await session.execute(delete(Unsent).where(Unsent.actor_id == organisation.id))
    for model in await session.scalars(
        select(Model).where(Model.actor_id == organisation.id, Model.deleted_at.is_(None))
    ):
        stone = activities.tombstone(parse(model.document), at=site.now())
        sealed = await posting.seal(session, site, organisation, stone)
        await _bury_model(session, site, model, encode(sealed))
    everybody = await session.scalars(
        select(func.min(Actor.iri))
        .where(Actor.is_ours.is_(False), Actor.gone_at.is_(None), Actor.shut_at.is_(None))
        .group_by(func.coalesce(Actor.shared_inbox, Actor.inbox))
    )
    await posting.say(
        session,
        site,
        organisation,
        "Delete",
        organisation.iri,
        about=organisation.iri,
        recipients=list(everybody),
        to=[PUBLIC],
    )
    stone = activities.tombstone(parse(organisation.document), at=site.now())
    organisation.document = encode(await posting.seal(session, site, organisation, stone))
    await _bury_actor(session, site, organisation)
    await picturing.let_all_go(session, organisation)


async def _say_nothing_more(session: Session, site: Site, organisation: Actor) -> None:
    """What an organisation said is not shown any more, and what waits of it is not sent."""
    said = select(Outgoing.id).where(Outgoing.actor_id == organisation.id)
    await session.execute(delete(Delivery).where(Delivery.outgoing_id.in_(said)))
    await session.execute(
        update(Outgoing)
        .where(Outgoing.actor_id == organisation.id)
        .values(is_public=False, fanned_at=func.coalesce(Outgoing.fanned_at, site.now()))
    )


async def on_delete(
    session: Session, site: Site, heard: Heard[ap.Delete], gathered: Gathered
) -> None:
    """A peer deletes something of its own: a model, a remark, its consent to a quote, or itself.

    Unknown things leave a tombstone.

    Raises:
        NotAuthoritative: it is a neighbour's.
    """
    iri = hearing.iri_of(heard.activity.object)
    speaker = await hearing.speaker(session, heard)
    if hearing.is_our_own(heard):
        return
    if iri == speaker.iri:
        await _bury_actor(session, site, speaker)
        return
    await hearing.check_owner(session, iri, speaker)
    model = await session.scalar(
        select(Model).where(Model.iri == iri, Model.actor_id == speaker.id)
    )
    remark = await session.scalar(
        select(Remark).where(Remark.iri == iri, Remark.actor_id == speaker.id)
    )
    if model is not None:
        await _bury_model(session, site, model, encode(heard.activity.document))
    elif remark is not None:
        await _bury_remark(session, site, remark)
    elif not await _bury_practice(session, site, iri, speaker):
        await quoting.on_stamp_deleted(session, site, iri, speaker)
        await mirroring.bury(session, site, iri, speaker)


async def forget_read(session: Session, site: Site, iri: str, *, for_ever: bool) -> None:
    """The origin of something of a peer's, when asked, says that it is not there.

    What is said to be gone for ever goes. What is only not found goes if it is a note for
    everybody: one that is for some does not exist for whoever asks, so anybody who pointed us there
    could delete it. Others build on a model, and an address that is lost for a day says nothing.
    """
    theirs = select(Actor.id).where(Actor.is_ours.is_(False))
    remark = await session.scalar(
        select(Remark).where(Remark.iri == iri, Remark.actor_id.in_(theirs))
    )
    model = await session.scalar(select(Model).where(Model.iri == iri, Model.is_ours.is_(False)))
    if remark is not None and remark.deleted_at is None and (for_ever or quotes.is_open(remark)):
        await _bury_remark(session, site, remark)
    if model is not None and for_ever:
        stone = activities.tombstone(parse(model.document), at=site.now())
        await _bury_model(session, site, model, encode(stone))


async def _bury_model(session: Session, site: Site, model: Model, document: bytes) -> None:
    if model.deleted_at is not None:
        return
    model.deleted_at, model.document = site.now(), document
    tells(session, news.word(news.GONE, model.id))
    model.names, model.summaries = {}, {}
    await session.execute(delete(TimelineEntry).where(TimelineEntry.subject_id == model.id))
    await session.execute(delete(Notice).where(Notice.model_id == model.id))
    await session.execute(delete(Pin).where(Pin.object_iri == model.iri))
    for prepared in (Draft, KeptFile, RecordDraft, Translation, Term):
        await session.execute(delete(prepared).where(prepared.model_id == model.id))
    kept = (
        select(Lineage.id)
        .where(or_(Lineage.base_iri == Revision.iri, Lineage.seen_iri == Revision.iri))
        .exists()
    )
    await session.execute(delete(Revision).where(Revision.model_id == model.id, ~kept))
    await picturing.let_go(session, picturing.MODEL, model.id)
    await session.execute(delete(Lineage).where(Lineage.model_id == model.id))
    await session.flush()


async def _bury_practice(session: Session, site: Site, iri: str, speaker: Actor) -> bool:
    """A record of practice, or what somebody said of one, of which we keep no remark."""
    record = await coverage.by_iri(session, iri)
    if record is not None and record.actor_id == speaker.id:
        await replicating.forget(session, site, iri)
        await mirroring.bury(session, site, iri, speaker)
        return True
    return await attesting.on_deleted(session, site, iri, speaker)


async def _bury_remark(session: Session, site: Site, remark: Remark) -> None:
    remark.deleted_at, remark.content, remark.summary = site.now(), "", ""
    tells(session, news.word(news.GONE, remark.id))
    remark.document, remark.source, remark.poll = b"", "", None
    for said in (Wording, Hashtag, Vote, Ballot):
        await session.execute(delete(said).where(said.remark_id == remark.id))
    await picturing.let_go(session, picturing.REMARK, remark.id)
    for done in (Like, Boost):
        await session.execute(delete(done).where(done.object_iri == remark.iri))
    await session.execute(delete(TimelineEntry).where(TimelineEntry.subject_id == remark.id))
    await session.execute(delete(Notice).where(Notice.remark_id == remark.id))
    await session.execute(delete(Pin).where(Pin.object_iri == remark.iri))
    await replicating.forget(session, site, remark.iri)
    await session.flush()


async def _bury_proposals(session: Session, site: Site, actor: Actor) -> None:
    """What somebody proposed and nobody took in vanishes with the account, as if withdrawn.

    What was accepted is part of somebody's model, and stays.
    """
    rows = await session.scalars(
        select(Proposal).where(
            Proposal.proposer_id == actor.id,
            Proposal.state.not_in((State.ACCEPTED, State.WITHDRAWN)),
        )
    )
    for row in rows.all():
        await noticing.unsay_proposal(session, row)
        if actor.is_ours:
            stone = activities.tombstone(parse(row.document), at=site.now())
            row.document = encode(await posting.seal(session, site, actor, stone))
            row.state = State.WITHDRAWN
            row.message, row.changes, row.answer, row.keys = "", [], "", []
        else:
            await session.delete(row)
    await session.flush()


async def _bury_actor(session: Session, site: Site, actor: Actor) -> None:
    """An account ended.

    Its follows, likes, boosts, keys and remarks go, its models are buried, its name stays taken.
    """
    actor.gone_at, actor.summary = site.now(), ""
    await session.execute(
        delete(Follow).where(or_(Follow.follower_id == actor.id, Follow.followee_id == actor.id))
    )
    for kind in (Like, Boost):
        await session.execute(delete(kind).where(kind.actor_id == actor.id))
    if not actor.is_ours:  # ours still sign their own Delete
        await session.execute(delete(Key).where(Key.actor_id == actor.id))
    records = select(Replication.iri).where(Replication.actor_id == actor.id)
    for iri in (await session.scalars(records)).all():
        await replicating.forget(session, site, iri)
    await attesting.forget_all(session, site, actor)
    await _bury_proposals(session, site, actor)
    for remark in await session.scalars(select(Remark).where(Remark.actor_id == actor.id)):
        await _bury_remark(session, site, remark)
    for model in await session.scalars(select(Model).where(Model.actor_id == actor.id)):
        await _bury_model(session, site, model, actor.document)
    await session.flush()
