"""Forgetting: delete, and leave a Tombstone for ever.

A deleted id answers 410 and never comes back. What others made of a model stays: a fork keeps the
version it took, because its owner could not merge or show its lineage without it. A Delete that
comes before its Create is remembered and binds the actor who spoke it.

Wire: Delete{Tombstone} (ActivityPub 6.4).
"""

from sqlalchemy import delete, or_, select

import activitypub.vocabulary as ap
from activitypub.addressing import PUBLIC
from activitypub.authority import Heard
from activitypub.canonical_json import encode, parse
from actors.database import Session
from actors.documents import activities
from actors.site import Site
from actors.tables.actor import Actor, Key
from actors.tables.follow import Follow
from actors.tables.lineage import Lineage
from actors.tables.model import Model
from actors.tables.notice import Notice
from actors.tables.remark import Boost, Like, Remark
from actors.tables.revision import Revision
from actors.tables.timeline import TimelineEntry
from actors.verbs import hearing, mirroring, posting, publishing
from actors.verbs.mirroring import Gathered


async def delete_model(session: Session, site: Site, model: Model) -> None:
    """Delete a model of ours, everywhere.

    Raises:
        NotAllowed: it is not ours. Gone: it was deleted already.
    """
    model = await publishing.held(session, model)
    organisation = await session.get_one(Actor, model.actor_id)
    recipients = await publishing.audience(session, model)
    stone = activities.tombstone(parse(model.document), at=site.now())
    sealed = await posting.seal(session, site, organisation, stone)
    network = await publishing.network(session)
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


async def on_delete(
    session: Session, site: Site, heard: Heard[ap.Delete], gathered: Gathered
) -> None:
    """A peer deletes something of its own: a model, a remark, or itself.

    Unknown things leave a tombstone.
    """
    iri = hearing.iri_of(heard.activity.object)
    speaker = await hearing.speaker(session, heard)
    if hearing.is_our_own(heard):
        return
    if iri == speaker.iri:
        await _bury_actor(session, site, speaker)
        return
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
    else:
        await mirroring.bury(session, site, iri, speaker)


async def forget_read(session: Session, site: Site, iri: str, *, for_ever: bool) -> None:
    """The origin of something of a peer's, when asked, says that it is not there.

    A note goes then. A model goes only if it is said to be gone for ever: others build on it, and
    an address that is lost for a day says nothing.
    """
    theirs = select(Actor.id).where(Actor.is_ours.is_(False))
    remark = await session.scalar(
        select(Remark).where(Remark.iri == iri, Remark.actor_id.in_(theirs))
    )
    model = await session.scalar(select(Model).where(Model.iri == iri, Model.is_ours.is_(False)))
    if remark is not None and remark.deleted_at is None:
        await _bury_remark(session, site, remark)
    if model is not None and for_ever:
        stone = activities.tombstone(parse(model.document), at=site.now())
        await _bury_model(session, site, model, encode(stone))


async def _bury_model(session: Session, site: Site, model: Model, document: bytes) -> None:
    if model.deleted_at is not None:
        return
    model.deleted_at, model.document = site.now(), document
    model.names, model.summaries, model.sought = {}, {}, ""
    await session.execute(delete(TimelineEntry).where(TimelineEntry.subject_id == model.id))
    await session.execute(delete(Notice).where(Notice.model_id == model.id))
    kept = (
        select(Lineage.id)
        .where(or_(Lineage.base_iri == Revision.iri, Lineage.seen_iri == Revision.iri))
        .exists()
    )
    await session.execute(delete(Revision).where(Revision.model_id == model.id, ~kept))
    await session.execute(delete(Lineage).where(Lineage.model_id == model.id))
    await session.flush()


async def _bury_remark(session: Session, site: Site, remark: Remark) -> None:
    remark.deleted_at, remark.content, remark.summary = site.now(), "", ""
    remark.document = b""
    await session.execute(delete(TimelineEntry).where(TimelineEntry.subject_id == remark.id))
    await session.execute(delete(Notice).where(Notice.remark_id == remark.id))
    await session.flush()


async def _bury_actor(session: Session, site: Site, actor: Actor) -> None:
    """An account ended.

    Its follows, likes, boosts, keys and remarks go, its models are buried, its name stays taken.
    """
    actor.gone_at, actor.summary = site.now(), ""
    await session.execute(
        delete(Follow).where(or_(Follow.follower_id == actor.id, Follow.followee_id == actor.id))
    )
    for kind in (Key, Like, Boost):
        await session.execute(delete(kind).where(kind.actor_id == actor.id))
    for remark in await session.scalars(select(Remark).where(Remark.actor_id == actor.id)):
        await _bury_remark(session, site, remark)
    for model in await session.scalars(select(Model).where(Model.actor_id == actor.id)):
        await _bury_model(session, site, model, actor.document)
    await session.flush()
