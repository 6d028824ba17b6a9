"""Rotating: one of our actors gets new keys, and whoever knows the old ones is told with them.

The RSA key keeps its id, because Akkoma compares key ids byte for byte and knows one key for each
actor. The Update that carries the new one is signed with the old one, as GoToSocial asks (it
believes no key that only appears); until an inbox has taken it, everything else for that inbox is
signed with the old one too (`keyring.former_key`).

The Ed25519 key gets an id of its own, because every proof names the key that made it. The former
one stays listed, so that what it proved can be checked for ever; its private half is destroyed.
The Update is the last thing that it proves.

All of it is one transaction: whenever the process dies, either the old keys hold or the new ones.
"""

from collections.abc import Sequence

from sqlalchemy import func, or_, select

from actors import places
from actors.database import Session, safe_of
from actors.errors import Gone
from actors.mail import keyring
from actors.mail.claims import WAITING
from actors.mail.keyring import KeyPems
from actors.site import Site
from actors.tables.actor import Actor, Key
from actors.tables.follow import Follow
from actors.tables.former_key import FormerKey
from actors.tables.mail import Delivery, Outgoing
from actors.verbs import enrolling, posting


async def rotate(session: Session, site: Site, actor: Actor, pems: KeyPems) -> None:
    """Give an actor of ours new keys, and post the Update that says so.

    Args:
        session: an open transaction.
        site: our origin, clock and ids.
        actor: an organisation of ours, or our instance's own actor.
        pems: made beforehand by `keyring.new_keys`.

    Raises:
        Gone: the organisation was deleted.
    """
    actor = await posting.held(session, actor)
    if actor.gone_at is not None:
        raise Gone("that organisation was deleted")
    signing, proving = await _held(session, actor, keyring.RSA, keyring.ED25519)
    former_private = str(signing.private)
    safe = safe_of(session)
    signing.private, signing.public = safe.lock(pems.rsa), keyring.public_half(pems.rsa).pem()
    signing.read_at = site.now()
    successor = Key(
        id=site.new_id(),
        actor_id=actor.id,
        iri=await _next_iri(session, actor),
        algorithm=keyring.ED25519,
        public=keyring.public_half(pems.ed25519).multikey(),
        read_at=site.now(),
    )
    session.add(successor)
    await session.flush()

    actor.updated_at = site.now()
    is_instance = actor.handle == enrolling.INSTANCE_HANDLE
    update = await posting.tell_of(
        session,
        site,
        actor,
        "Update",
        await enrolling.described(session, site, actor),
        followers_of=[actor],
        recipients=await _hosts(session) if is_instance else await _acquaintances(session, actor),
        is_public=not is_instance,
    )
    proving.private, successor.private = None, safe.lock(pems.ed25519)
    session.add(
        FormerKey(
            id=site.new_id(),
            actor_id=actor.id,
            private=former_private,
            update_id=update.id,
            retired_at=site.now(),
        )
    )
    await session.flush()
    await enrolling.seal_actor(session, site, actor)
    site.passes("key.rotated")


async def _held(session: Session, actor: Actor, *algorithms: str) -> list[Key]:
    """The keys that the actor uses now, one of each kind."""
    return [
        (
            await session.scalars(
                select(Key).where(
                    Key.actor_id == actor.id,
                    Key.algorithm == algorithm,
                    Key.private.is_not(None),
                )
            )
        ).one()
        for algorithm in algorithms
    ]


async def _next_iri(session: Session, actor: Actor) -> str:
    """`…#ed25519-key-2` after `…#ed25519-key`, and so on; no id is given twice."""
    count = await session.scalar(
        select(func.count()).where(Key.actor_id == actor.id, Key.algorithm == keyring.ED25519)
    )
    return f"{actor.iri}{places.ED25519_KEY}-{(count or 0) + 1}"


async def _acquaintances(session: Session, actor: Actor) -> Sequence[str]:
    """Who knows the actor's key besides its followers: whom it follows, and whom it writes to."""
    followed = select(Follow.followee_id).where(Follow.follower_id == actor.id)
    waiting = (
        select(Delivery.inbox)
        .join(Outgoing, Outgoing.id == Delivery.outgoing_id)
        .where(Outgoing.actor_id == actor.id, Delivery.state == WAITING)
    )
    address = func.coalesce(Actor.shared_inbox, Actor.inbox)
    rows = await session.scalars(
        select(func.min(Actor.iri))
        .where(
            Actor.is_ours.is_(False),
            Actor.gone_at.is_(None),
            or_(Actor.id.in_(followed), address.in_(waiting)),
        )
        .group_by(address)
    )
    return [str(iri) for iri in rows]


async def _hosts(session: Session) -> Sequence[str]:
    """Somebody on each host: any of them may have been asked for something, and know our key."""
    rows = await session.scalars(
        select(func.min(Actor.iri))
        .where(Actor.is_ours.is_(False), Actor.gone_at.is_(None))
        .group_by(Actor.host)
    )
    return [str(iri) for iri in rows]
