"""Posting: seal an activity of ours and put it into the post, in the caller's transaction."""

from collections.abc import Sequence

from activitypub.addressing import PUBLIC
from activitypub.canonical_json import Document, Json
from actors.database import Session
from actors.documents import activities
from actors.documents.sealing import sealed
from actors.errors import NotAllowed
from actors.mail import keyring, outbox, relays
from actors.site import Site
from actors.tables.actor import Actor
from actors.tables.mail import Outgoing
from actors.views import profiles


def must_be_here(actor: Actor) -> None:
    """Refuse what somebody says under an address from which they have moved away.

    Raises:
        NotAllowed: they have.
    """
    if actor.moved_to is not None:
        raise NotAllowed("this organisation has moved, and says nothing new here")


async def held(session: Session, actor: Actor) -> Actor:
    """An actor of ours, read anew and held until the transaction ends.

    For whoever changes what it says of itself: of two who do so at once, neither undoes the other.
    """
    await session.flush()
    return await session.get_one(Actor, actor.id, with_for_update=True, populate_existing=True)


async def seal(
    session: Session,
    site: Site,
    actor: Actor,
    document: Document,
    *,
    well_known: tuple[str, ...] = (),
) -> Document:
    """A document with its context, and with the proof of the actor who answers for it."""
    held = await keyring.proof_key(session, actor.id)
    return sealed(document, key=held.key, method=held.iri, at=site.now(), well_known=well_known)


async def say(
    session: Session,
    site: Site,
    actor: Actor,
    activity_type: str,
    subject: Json,
    *,
    about: str,
    recipients: Sequence[str] = (),
    followers_of: Sequence[Actor] = (),
    to: Json = None,
    cc: Json = None,
    is_public: bool = False,
    **more: Json,
) -> Outgoing:
    """Post one activity about something that is not embedded (Follow, Accept, Announce, Undo …).

    Without `to`, it is addressed to its recipients.
    """
    document = activities.activity(
        site,
        activity_type,
        actor.iri,
        subject,
        at=site.now(),
        to=list(recipients) if to is None else to,
        cc=cc,
        **more,
    )
    return await outbox.post(
        session,
        site,
        actor,
        await seal(session, site, actor, document),
        about=about,
        recipients=recipients,
        followers_of=followers_of,
        is_public=is_public,
    )


async def tell_of(
    session: Session,
    site: Site,
    actor: Actor,
    activity_type: str,
    document: Document,
    *,
    recipients: Sequence[str] = (),
    followers_of: Sequence[Actor] = (),
    linked: Document | None = None,
    is_public: bool = True,
) -> Outgoing:
    """Post a Create or Update with its object embedded, addressed as the object is.

    The id of what is new and for everybody is announced to LitePub relays, by the instance actor.
    """
    body = activities.about_object(site, activity_type, document, at=site.now(), linked=linked)
    posted = await outbox.post(
        session,
        site,
        actor,
        await seal(session, site, actor, body),
        about=str(document["id"]),
        recipients=recipients,
        followers_of=followers_of,
        is_public=is_public,
    )
    if activity_type == "Create" and is_public and relays.is_for_everybody(body["to"]):
        await _announce_to_relays(session, site, str(document["id"]))
    return posted


async def _announce_to_relays(session: Session, site: Site, iri: str) -> None:
    recipients = await relays.announced_to(session)
    if recipients:
        ourselves = await profiles.instance_actor(session)
        await say(
            session,
            site,
            ourselves,
            "Announce",
            iri,
            about=iri,
            recipients=recipients,
            to=[PUBLIC],
            cc=list(recipients),
        )
