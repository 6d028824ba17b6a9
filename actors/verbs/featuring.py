"""Featuring: what an actor wants to be seen first.

An organisation of ours pins up to five of its public models and remarks; Mastodon shows them to
whoever follows it for the first time, and nothing else that is old. Who pinned nothing shows the
five newest models. Of others we take what they pin of their own, in their own `featured`, if we
know it and everybody may see it; that of somebody newly followed is read whole.

Wire: Add and Remove with `target` = the actor's `featured` (Mastodon; ActivityPub 7.8, 7.9).
"""

from collections.abc import Sequence

from sqlalchemy import delete, func, select

import activitypub.vocabulary as ap
from activitypub.addressing import PUBLIC
from activitypub.authority import Heard
from actors.database import Session, insert_once
from actors.errors import NotAllowed, Unwise
from actors.site import Site
from actors.tables.actor import Actor
from actors.tables.model import Model
from actors.tables.pin import Pin
from actors.tables.remark import Remark
from actors.verbs import hearing, posting
from actors.verbs.hearing import iri_of
from actors.verbs.mirroring import Gathered
from actors.views import pins, timelines


async def pin(session: Session, site: Site, organisation: Actor, subject: Model | Remark) -> None:
    """An organisation of ours shows something of its own first; again: no change.

    Raises:
        NotAllowed: it is somebody else's, or not for everybody.
        Unwise: there are enough.
    """
    if subject.actor_id != organisation.id:
        raise NotAllowed("only what is one's own can be pinned")
    if isinstance(subject, Remark) and subject.visibility not in timelines.OPEN:
        raise NotAllowed("only what everybody may see can be pinned")
    if await pins.is_pinned(session, organisation, subject.iri):
        return
    count = select(func.count()).where(Pin.actor_id == organisation.id)
    if (await session.scalar(count) or 0) >= pins.MOST:
        raise Unwise(f"At most {pins.MOST} things can be pinned; unpin one first.")
    row = Pin(
        id=site.new_id(),
        actor_id=organisation.id,
        object_iri=subject.iri,
        made_at=site.now(),
    )
    session.add(row)
    await session.flush()
    await posting.say(
        session,
        site,
        organisation,
        "Add",
        subject.iri,
        about=subject.iri,
        followers_of=[organisation],
        to=[PUBLIC],
        cc=[organisation.followers],
        target=organisation.featured,
    )


async def unpin(session: Session, site: Site, organisation: Actor, subject: Model | Remark) -> None:
    """An organisation of ours shows something first no longer; nothing happens if it did not."""
    if not await pins.is_pinned(session, organisation, subject.iri):
        return
    await session.execute(
        delete(Pin).where(Pin.actor_id == organisation.id, Pin.object_iri == subject.iri)
    )
    await posting.say(
        session,
        site,
        organisation,
        "Remove",
        subject.iri,
        about=subject.iri,
        followers_of=[organisation],
        to=[PUBLIC],
        cc=[organisation.followers],
        target=organisation.featured,
    )


async def on_add(session: Session, site: Site, heard: Heard[ap.Add], gathered: Gathered) -> None:
    """Somebody pins something of their own; everything else that is added has no effect."""
    owner = await _owner(session, heard)
    item = await timelines.by_iri(session, iri_of(heard.activity.object), None)
    if owner is None or item is None or item.author.id != owner.id or item.boost is not None:
        return
    count = select(func.count()).where(Pin.actor_id == owner.id)
    if (await session.scalar(count) or 0) < pins.MOST:
        values = {"id": site.new_id(), "actor_id": owner.id, "made_at": site.now()}
        await insert_once(session, Pin, values | {"object_iri": item.subject.iri})


async def on_featured(session: Session, site: Site, owner: Actor, listed: Sequence[str]) -> None:
    """What somebody's own `featured` lists is what they show first, in that order.

    As with Add: only what is known here, their own, and for everybody; the rest has no effect.
    """
    found = [await timelines.by_iri(session, iri, None) for iri in listed[: pins.MOST]]
    own = [one.subject.iri for one in found if one is not None and one.author.id == owner.id]
    await session.execute(delete(Pin).where(Pin.actor_id == owner.id))
    for iri in reversed(own):
        values = {"id": site.new_id(), "actor_id": owner.id, "made_at": site.now()}
        await insert_once(session, Pin, values | {"object_iri": iri})


async def on_remove(
    session: Session, site: Site, heard: Heard[ap.Remove], gathered: Gathered
) -> None:
    """Somebody unpins something of their own."""
    owner = await _owner(session, heard)
    if owner is not None:
        iri = iri_of(heard.activity.object)
        await session.execute(delete(Pin).where(Pin.actor_id == owner.id, Pin.object_iri == iri))


async def _owner(session: Session, heard: Heard[ap.Activity]) -> Actor | None:
    """The speaker, if the collection is the one that the speaker's own document names."""
    speaker = await hearing.speaker(session, heard)
    target = heard.activity.target
    is_own = target is not None and target == speaker.featured
    return speaker if is_own and not hearing.is_our_own(heard) else None
