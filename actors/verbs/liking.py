"""Liking, and passing on: what an organisation of ours does with what others say.

What one may see one may like; only its author is told, and the number stands where the thing is
shown. What everybody may see one may pass on: that is told to the author and to one's own
followers. Doing either twice is doing it once; both can be taken back.

Wire: Like, Announce, Undo of both (ActivityPub 6.8, 6.11, 6.10), addressed as Mastodon does.
"""

from sqlalchemy import select

from activitypub.addressing import PUBLIC
from activitypub.canonical_json import Document
from actors import places
from actors.database import Session, insert_once, tells
from actors.errors import NotAllowed, NotFound
from actors.mail import outbox
from actors.places import place
from actors.rules import news
from actors.site import Site
from actors.tables.actor import Actor
from actors.tables.model import Model
from actors.tables.remark import Boost, Like, Remark
from actors.verbs import distributing, noticing, posting
from actors.views import timelines


async def like(session: Session, site: Site, organisation: Actor, subject: Model | Remark) -> None:
    """An organisation of ours likes a model or a remark; its author is told.

    Raises:
        NotFound: it may not see that.
    """
    author = await _author(session, organisation, subject)
    if await _liked(session, organisation, subject) is not None:
        return
    iri = str(place(site.origin, places.ACTIVITY, id=site.new_id()))
    if not author.is_ours:
        said = await posting.say(
            session,
            site,
            organisation,
            "Like",
            subject.iri,
            about=subject.iri,
            recipients=[author.iri],
        )
        iri = said.activity_iri
    await insert_once(
        session,
        Like,
        {
            "id": site.new_id(),
            "iri": iri,
            "actor_id": organisation.id,
            "object_iri": subject.iri,
            "made_at": site.now(),
        },
    )
    await _tell(session, site, "like", organisation, author, subject)


async def unlike(
    session: Session, site: Site, organisation: Actor, subject: Model | Remark
) -> None:
    """It likes that no longer; nothing happens where it did not.

    Raises:
        NotFound: it may not see that.
    """
    author = await _author(session, organisation, subject)
    held = await _liked(session, organisation, subject)
    if held is None:
        return
    await session.delete(held)
    await session.flush()
    if not author.is_ours:
        await posting.say(
            session,
            site,
            organisation,
            "Undo",
            _said("Like", held.iri, organisation, subject),
            about=subject.iri,
            recipients=[author.iri],
        )


async def boost(
    session: Session, site: Site, organisation: Actor, subject: Model | Remark
) -> Boost:
    """An organisation of ours passes a model or a remark on to its followers.

    Raises:
        NotFound: it may not see that.
        NotAllowed: not everybody may.
    """
    author = await _author(session, organisation, subject)
    if isinstance(subject, Remark) and subject.visibility not in timelines.OPEN:
        raise NotAllowed("Only what everybody may see can be passed on.")
    held = await _boosted(session, organisation, subject)
    if held is not None:
        return held
    said = await posting.say(
        session,
        site,
        organisation,
        "Announce",
        subject.iri,
        about=subject.iri,
        recipients=[author.iri],
        followers_of=[organisation],
        to=[PUBLIC],
        cc=[organisation.followers, author.iri],
        is_public=True,
    )
    row = Boost(
        id=site.new_id(),
        iri=said.activity_iri,
        actor_id=organisation.id,
        object_iri=subject.iri,
        made_at=site.now(),
    )
    session.add(row)
    await session.flush()
    tells(session, news.word(news.SAID, row.id))
    await distributing.distribute(session, site, organisation, subject, row)
    await _tell(session, site, "boost", organisation, author, subject)
    return row


async def unboost(
    session: Session, site: Site, organisation: Actor, subject: Model | Remark
) -> None:
    """It passes that on no longer; nothing happens where it did not.

    Raises:
        NotFound: it may not see that.
    """
    author = await _author(session, organisation, subject)
    held = await _boosted(session, organisation, subject)
    if held is None:
        return
    await posting.say(
        session,
        site,
        organisation,
        "Undo",
        _said("Announce", held.iri, organisation, subject),
        about=subject.iri,
        recipients=[author.iri],
        followers_of=[organisation],
        to=[PUBLIC],
        cc=[organisation.followers, author.iri],
    )
    await outbox.hide(session, held.iri)
    tells(session, news.word(news.GONE, held.id))
    await session.delete(held)
    await session.flush()


async def _author(session: Session, organisation: Actor, subject: Model | Remark) -> Actor:
    """Whose it is. What an organisation may not see does not exist for it.

    Two colleagues who press a button at the same moment come one after the other.
    """
    await session.execute(
        select(Actor.id).where(Actor.id == organisation.id).with_for_update(key_share=True)
    )
    author = await session.get_one(Actor, subject.actor_id)
    is_gone = subject.deleted_at is not None
    if is_gone or not await timelines.may_see(session, subject, author, organisation):
        raise NotFound("There is no such remark here.")
    return author


async def _liked(session: Session, organisation: Actor, subject: Model | Remark) -> Like | None:
    return await session.scalar(
        select(Like).where(Like.actor_id == organisation.id, Like.object_iri == subject.iri)
    )


async def _boosted(session: Session, organisation: Actor, subject: Model | Remark) -> Boost | None:
    return await session.scalar(
        select(Boost).where(Boost.actor_id == organisation.id, Boost.object_iri == subject.iri)
    )


def _said(kind: str, iri: str, organisation: Actor, subject: Model | Remark) -> Document:
    """What is taken back, whole: Mastodon finds it by actor and object where it forgot the id."""
    return {"id": iri, "type": kind, "actor": organisation.iri, "object": subject.iri}


async def _tell(
    session: Session,
    site: Site,
    kind: str,
    sender: Actor,
    author: Actor,
    subject: Model | Remark,
) -> None:
    """A neighbour is told at once; everybody else hears it by mail."""
    if author.is_ours:
        model = subject if isinstance(subject, Model) else None
        said = subject if isinstance(subject, Remark) else None
        await noticing.tell(session, site, author.id, kind, sender, model=model, remark=said)
