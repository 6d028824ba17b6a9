"""Tending: those who moderate a commons take things out of it, pin them, and keep people out.

The effect is on the commons alone: what was removed from it stays where its author published it.
Members learn it as Lemmy says it: an Announce by the commons of the moderator's own Delete (with
the reason as its summary), Block, Add or Remove; Mastodon learns it by the Undo of the Announce.
What we decide about is our own list, so nobody needs to believe more than the commons itself.

Wire: Announce{Delete}, Undo{Announce}, Announce{Block}, Announce{Undo{Block}}, Announce{Add},
Announce{Remove} (FEP-1b12; Lemmy `crates/apub/activities/src/{deletion,block,community}`).
"""

from enum import StrEnum

from sqlalchemy import delete, func, select

from activitypub.addressing import PUBLIC
from activitypub.canonical_json import Document, Json
from actors import places
from actors.database import Session, insert_once
from actors.documents import activities
from actors.errors import Conflicting, NotAllowed, NotFound, Unwise
from actors.places import place
from actors.rules.commons import LONGEST_SUMMARY
from actors.site import Site
from actors.tables.actor import Actor
from actors.tables.commons import Exclusion, Moderator, Posting
from actors.tables.follow import Follow
from actors.tables.model import Model
from actors.tables.organisation import Organisation
from actors.tables.remark import Boost, Remark
from actors.tables.timeline import TimelineEntry
from actors.verbs import joining, noticing, posting, sharing

MOST_PINNED = 10
"""Things at the top of a commons: more would not be the top."""


async def remove(
    session: Session, site: Site, commons: Actor, moderator: Actor, iri: str, reason: str
) -> None:
    """Take something out of a commons; it does not come back with its next version.

    Raises:
        NotFound: it does not stand there.
        NotAllowed: the moderator does not tend this commons.
    """
    await must_tend(session, commons, moderator)
    row = await _standing(session, commons, iri)
    row.removed_at, row.pinned_at, row.reason = site.now(), None, _checked(reason)
    inner = await _said(session, site, commons, moderator, "Delete", iri, summary=row.reason)
    author = await session.get_one(Actor, row.actor_id)
    await _tell_members(session, site, commons, inner, about=iri, also=author)
    if author.is_ours:
        await _tell_author(session, site, commons, row, author)
    boost = await session.scalar(
        select(Boost).where(Boost.actor_id == commons.id, Boost.object_iri == iri)
    )
    if boost is not None:
        await _take_back(session, site, commons, boost)


async def pin(session: Session, site: Site, commons: Actor, moderator: Actor, iri: str) -> None:
    """Put something at the top of a commons.

    Raises:
        NotFound: it does not stand there.
        Conflicting: there is no more room.
        NotAllowed: the moderator does not tend this commons.
    """
    await must_tend(session, commons, moderator)
    row = await _standing(session, commons, iri)
    if row.pinned_at is not None:
        return
    pinned = await session.scalar(
        select(func.count(Posting.id)).where(
            Posting.commons_id == commons.id, Posting.pinned_at.is_not(None)
        )
    )
    if (pinned or 0) >= MOST_PINNED:
        raise Conflicting(f"A commons has at most {MOST_PINNED} pinned things.")
    row.pinned_at = site.now()
    inner = await _said(session, site, commons, moderator, "Add", iri, target=commons.featured)
    await _tell_members(session, site, commons, inner, about=iri)


async def unpin(session: Session, site: Site, commons: Actor, moderator: Actor, iri: str) -> None:
    """Take something from the top of a commons.

    Raises:
        NotFound: it does not stand there.
        NotAllowed: the moderator does not tend this commons.
    """
    await must_tend(session, commons, moderator)
    row = await _standing(session, commons, iri)
    if row.pinned_at is None:
        return
    row.pinned_at = None
    inner = await _said(session, site, commons, moderator, "Remove", iri, target=commons.featured)
    await _tell_members(session, site, commons, inner, about=iri)


async def exclude(
    session: Session, site: Site, commons: Actor, moderator: Actor, somebody: Actor, reason: str
) -> None:
    """Keep somebody out of a commons: no membership, and nothing of theirs is passed on.

    Raises:
        Conflicting: they tend it themselves.
        NotAllowed: the moderator does not tend this commons.
    """
    await must_tend(session, commons, moderator)
    if await tends(session, commons, somebody):
        raise Conflicting("Those who tend a commons cannot be kept out of it.")
    words = _checked(reason)
    inner = await _said(
        session, site, commons, moderator, "Block", somebody.iri, target=commons.iri, summary=words
    )
    is_new = await insert_once(
        session,
        Exclusion,
        {
            "id": site.new_id(),
            "iri": str(inner["id"]),
            "commons_id": commons.id,
            "actor_id": somebody.id,
            "reason": words,
            "made_at": site.now(),
        },
    )
    if is_new:
        await _tell_members(session, site, commons, inner, about=str(inner["id"]), also=somebody)
        await session.execute(
            delete(Follow).where(
                Follow.follower_id == somebody.id, Follow.followee_id == commons.id
            )
        )


async def readmit(
    session: Session, site: Site, commons: Actor, moderator: Actor, somebody: Actor
) -> None:
    """Let somebody who was kept out come back.

    Raises:
        NotFound: they were not kept out.
        NotAllowed: the moderator does not tend this commons.
    """
    await must_tend(session, commons, moderator)
    row = await session.scalar(
        select(Exclusion).where(
            Exclusion.commons_id == commons.id, Exclusion.actor_id == somebody.id
        )
    )
    if row is None:
        raise NotFound("This account is not kept out.")
    block: Document = {
        "id": row.iri,
        "type": "Block",
        "actor": moderator.iri,
        "object": somebody.iri,
        "target": commons.iri,
        "to": [PUBLIC],
        "cc": [commons.iri],
        "audience": commons.iri,
    }
    inner = await _said(session, site, commons, moderator, "Undo", block)
    await _tell_members(session, site, commons, inner, about=row.iri, also=somebody)
    await session.delete(row)
    await session.flush()


async def appoint(
    session: Session, site: Site, commons: Actor, moderator: Actor, organisation: Actor
) -> None:
    """Let another organisation of ours tend a commons too.

    Raises:
        Unwise: it is no organisation of this instance.
        NotAllowed: the moderator does not tend this commons.
    """
    await must_tend(session, commons, moderator)
    if await session.get(Organisation, organisation.id) is None:
        raise Unwise("Only organisations of this site tend its commons.")
    values = {"id": site.new_id(), "commons_id": commons.id, "actor_id": organisation.id}
    if await insert_once(session, Moderator, values):
        await _tell_of_moderator(session, site, commons, moderator, "Add", organisation)


async def dismiss(
    session: Session, site: Site, commons: Actor, moderator: Actor, organisation: Actor
) -> None:
    """An organisation no longer tends a commons.

    Raises:
        NotFound: it does not tend it.
        Conflicting: nobody would be left.
        NotAllowed: the moderator does not tend this commons.
    """
    await must_tend(session, commons, moderator)
    rows = (
        await session.scalars(select(Moderator).where(Moderator.commons_id == commons.id))
    ).all()
    row = next((one for one in rows if one.actor_id == organisation.id), None)
    if row is None:
        raise NotFound("This organisation does not tend it.")
    if len(rows) == 1:
        raise Conflicting("Somebody has to tend a commons: appoint another organisation first.")
    await session.delete(row)
    await session.flush()
    await _tell_of_moderator(session, site, commons, moderator, "Remove", organisation)


async def tends(session: Session, commons: Actor, somebody: Actor) -> bool:
    """Whether somebody moderates this commons."""
    found = await session.scalar(
        select(Moderator.id).where(
            Moderator.commons_id == commons.id, Moderator.actor_id == somebody.id
        )
    )
    return found is not None


async def must_tend(session: Session, commons: Actor, somebody: Actor) -> None:
    """Refuse those who do not moderate this commons.

    Raises:
        NotAllowed: they do not.
    """
    if not await tends(session, commons, somebody):
        raise NotAllowed("Only those who tend this commons do that.")


async def _tell_author(
    session: Session, site: Site, commons: Actor, row: Posting, author: Actor
) -> None:
    """A notice for an author who lives here: what we announce ourselves tells us nothing."""
    model = await session.scalar(select(Model).where(Model.iri == row.iri))
    remark = await session.scalar(select(Remark).where(Remark.iri == row.iri))
    about = {"reason": row.reason}
    await noticing.tell(
        session, site, author.id, "removed", commons, model=model, remark=remark, about=about
    )


async def _standing(session: Session, commons: Actor, iri: str) -> Posting:
    for row in await sharing.stands_in(session, iri):
        if row.commons_id == commons.id:
            return row
    raise NotFound("This does not stand in the commons.")


async def _said(
    session: Session,
    site: Site,
    commons: Actor,
    moderator: Actor,
    activity_type: str,
    subject: Json,
    **more: Json,
) -> Document:
    """What the moderator did, sealed, addressed to the commons and everybody."""
    document = activities.activity(
        site,
        activity_type,
        moderator.iri,
        subject,
        at=site.now(),
        to=[PUBLIC],
        cc=[commons.iri],
        audience=commons.iri,
        **more,
    )
    return await posting.seal(session, site, moderator, document)


async def _tell_members(
    session: Session,
    site: Site,
    commons: Actor,
    inner: Document,
    *,
    about: str,
    also: Actor | None = None,
) -> None:
    """Announce what a moderator did to all members, and to whom it concerns."""
    await posting.say(
        session,
        site,
        commons,
        "Announce",
        inner,
        about=about,
        recipients=[also.iri] if also else [],
        followers_of=[commons],
        to=[PUBLIC],
        cc=[one for one in (commons.followers, also.iri if also else None) if one],
        is_public=True,
    )


async def _tell_of_moderator(
    session: Session, site: Site, commons: Actor, moderator: Actor, word: str, who: Actor
) -> None:
    collection = place(site.origin, places.MODERATORS, handle=commons.handle)
    inner = await _said(session, site, commons, moderator, word, who.iri, target=collection)
    await _tell_members(session, site, commons, inner, about=commons.iri)


async def _take_back(session: Session, site: Site, commons: Actor, boost: Boost) -> None:
    """Undo the Announce of the thing itself, and take it from the timelines here."""
    announced: Document = {
        "id": boost.iri,
        "type": "Announce",
        "actor": commons.iri,
        "object": boost.object_iri,
    }
    await posting.say(
        session,
        site,
        commons,
        "Undo",
        announced,
        about=boost.object_iri,
        followers_of=[commons],
        to=[PUBLIC],
        cc=[commons.followers],
        is_public=True,
    )
    await session.execute(delete(TimelineEntry).where(TimelineEntry.boost_id == boost.id))
    await session.delete(boost)
    await session.flush()


def _checked(reason: str) -> str:
    """A reason in words.

    Raises:
        Unwise: there is none, or it is too long.
    """
    words = reason.strip()
    if not words or len(words) > LONGEST_SUMMARY:
        told = f"Say why, in at most {LONGEST_SUMMARY:,} characters."
        raise Unwise(told, fields={"reason": told})
    return words


class Act(StrEnum):
    """What those who tend a commons do."""

    REMOVE = "remove"
    PIN = "pin"
    UNPIN = "unpin"
    EXCLUDE = "exclude"
    READMIT = "readmit"
    ADMIT = "admit"
    TURN_AWAY = "turn-away"
    APPOINT = "appoint"
    DISMISS = "dismiss"


ABOUT_THINGS = frozenset({Act.REMOVE, Act.PIN, Act.UNPIN})
"""What is done to something that stands there; all else is done to somebody."""


async def tend(
    session: Session,
    site: Site,
    commons: Actor,
    moderator: Actor,
    act: Act,
    *,
    iri: str = "",
    somebody: Actor | None = None,
    reason: str = "",
) -> None:
    """Do one of these, to the thing with this id or to somebody.

    Raises:
        Unwise: it is not said to what or to whom, or not why.
        NotFound, Conflicting, NotAllowed: as the verb of that name.
    """
    if act in ABOUT_THINGS:
        if act is Act.REMOVE:
            await remove(session, site, commons, moderator, iri, reason)
        else:
            change = pin if act is Act.PIN else unpin
            await change(session, site, commons, moderator, iri)
        return
    if somebody is None:
        raise Unwise("Say who is meant.", fields={"handle": "Say who is meant."})
    await must_tend(session, commons, moderator)
    if act is Act.EXCLUDE:
        await exclude(session, site, commons, moderator, somebody, reason)
    elif act in (Act.ADMIT, Act.TURN_AWAY):
        answer = joining.admit if act is Act.ADMIT else joining.turn_away
        await answer(session, site, commons, somebody)
    else:
        change_of = {Act.READMIT: readmit, Act.APPOINT: appoint, Act.DISMISS: dismiss}[act]
        await change_of(session, site, commons, moderator, somebody)
