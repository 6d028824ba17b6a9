"""Enrolling: the instance itself, its organisations, its members.

Founding an instance makes three things at once: its row, the Application actor that signs fetches
(FEP-2677, FEP-d556) and the network's organisation, whose stewards administer the instance. A name
is never given twice, not even after its organisation is gone.
"""

from collections.abc import Mapping

from sqlalchemy import select

from activitypub.canonical_json import Document, Json, encode
from activitypub.iris import host
from activitypub.lettering import named
from actors import places
from actors.database import Session, insert_once, safe_of
from actors.documents import commons as commons_documents
from actors.documents import media as media_documents
from actors.documents import organisation as documents
from actors.documents.sealing import KEY_CONTEXTS
from actors.errors import Conflicting, Unwise
from actors.mail import keyring
from actors.mail.keyring import KeyPems, key_rows
from actors.places import place
from actors.rules.naming import check_email, check_handle
from actors.rules.permissions import Office
from actors.site import Site
from actors.tables.actor import Actor, Key
from actors.tables.commons import Commons
from actors.tables.invitation import Entry
from actors.tables.member import Mandate, Member
from actors.tables.organisation import Instance, Organisation
from actors.verbs import listing, posting
from actors.views import media as media_views

INSTANCE_HANDLE = "instance.actor"
"""The Application actor's name; the dot keeps it out of the names that organisations take."""


async def found_instance(
    session: Session,
    site: Site,
    *,
    name: str,
    handle: str = "network",
    locale: str = "fr",
    instance_keys: KeyPems,
    network_keys: KeyPems,
) -> Actor:
    """Make this database an instance, once.

    Returns:
        The network's organisation.

    Raises:
        Conflicting: it is one already.
    """
    if await session.scalar(select(Instance.id)) is not None:
        raise Conflicting("this database holds an instance already")
    application = await new_actor(
        session,
        site,
        iri=place(site.origin, places.INSTANCE_ACTOR),
        actor_type="Application",
        handle=INSTANCE_HANDLE,
        name=name,
        summary="",
        keys=instance_keys,
    )
    await seal_actor(session, site, application)
    network = await add_organisation(
        session, site, handle=handle, name=name, locale=locale, keys=network_keys, is_network=True
    )
    session.add(
        Instance(
            id=site.new_id(),
            origin=site.origin,
            actor_id=application.id,
            network_id=network.id,
            made_at=site.now(),
            safe_check=safe_of(session).check(),
        )
    )
    await session.flush()
    return network


async def add_organisation(
    session: Session,
    site: Site,
    *,
    handle: str,
    name: str,
    summary: str = "",
    facts: Mapping[str, Json] | None = None,
    locale: str | None = None,
    keys: KeyPems,
    is_network: bool = False,
) -> Actor:
    """Give an organisation its place on this instance.

    Args:
        session: an open transaction.
        site: our origin, clock and ids.
        handle: its name in addresses; checked, and never given twice.
        name: what people call it.
        summary: a few words about it, Markdown.
        facts: structured statements by their names on the wire.
        locale: the language it works in.
        keys: made beforehand by `keyring.new_keys`.
        is_network: it is the network of this instance; once, at founding.

    Raises:
        Unwise: the handle cannot be used.
        Conflicting: the handle is taken.
    """
    handle = await free_handle(session, handle)
    actor = await new_actor(
        session,
        site,
        iri=place(site.origin, places.ACTOR, handle=handle),
        actor_type="Organization",
        handle=handle,
        name=name,
        summary=documents.markdown_summary(summary),
        keys=keys,
    )
    session.add(
        Organisation(
            id=actor.id,
            is_network=is_network,
            locale=locale or site.locale,
            facts=dict(facts or {}),
        )
    )
    await session.flush()
    await seal_actor(session, site, actor)
    return actor


async def free_handle(session: Session, handle: str) -> str:
    """The handle as it is written, if nobody of ours has it or ever had it.

    One that an imported list keeps for somebody is taken too.

    Raises:
        Unwise: it cannot be used.
        Conflicting: it is taken.
    """
    handle = check_handle(handle)
    taken = await session.scalar(
        select(Actor.id).where(Actor.is_ours.is_(True), Actor.handle == handle.lower())
    )
    reserved = await session.scalar(select(Entry.id).where(Entry.handle == handle.lower()))
    if taken is not None or reserved is not None:
        raise Conflicting(f"the name {handle} is taken")
    return handle


async def update_organisation(
    session: Session,
    site: Site,
    organisation: Actor,
    *,
    name: str,
    summary: str,
    facts: Mapping[str, Json],
) -> None:
    """Change a profile, and tell the followers."""
    organisation = await posting.held(session, organisation)
    row = await session.get_one(Organisation, organisation.id)
    organisation.name, row.facts = name, dict(facts)
    organisation.summary = documents.markdown_summary(summary)
    await tell_profile(session, site, organisation)


async def present_network(
    session: Session, site: Site, network: Actor, *, name: str, summary: str, locale: str
) -> None:
    """Name the network of this instance when it is opened; its own actor is called the same."""
    row = await session.get_one(Organisation, network.id)
    row.locale = locale
    await update_organisation(
        session, site, network, name=named(name), summary=summary, facts=row.facts
    )
    instance = await session.scalar(select(Instance).where(Instance.network_id == network.id))
    if instance is not None:
        application = await session.get_one(Actor, instance.actor_id)
        application.name = named(name)
        application.updated_at = site.now()
        await seal_actor(session, site, application)


async def set_approval(session: Session, site: Site, organisation: Actor, *, by_hand: bool) -> None:
    """Let an organisation of ours decide itself who follows it, or let everybody."""
    organisation = await posting.held(session, organisation)
    if organisation.approves_followers != by_hand:
        organisation.approves_followers = by_hand
        await tell_profile(session, site, organisation)


async def tell_profile(session: Session, site: Site, organisation: Actor) -> None:
    """Something in a profile has changed: write its document anew, and tell the followers."""
    organisation.updated_at = site.now()
    document = await seal_actor(session, site, organisation)
    await posting.tell_of(
        session, site, organisation, "Update", document, followers_of=[organisation]
    )


async def add_member(
    session: Session,
    site: Site,
    *,
    email: str,
    name: str,
    password_hash: str,
    organisation: Actor,
    office: Office,
) -> Member:
    """Let a person act for an organisation.

    Somebody known gets a further mandate and keeps her password.

    Raises:
        Unwise: the address is none.
        Conflicting: she acts for this organisation already.
    """
    address = check_email(email).lower()
    member = await session.scalar(select(Member).where(Member.email == address))
    if member is None:
        member = Member(
            id=site.new_id(),
            email=address,
            name=name,
            password=password_hash,
            joined_at=site.now(),
        )
        session.add(member)
        await session.flush()
    await add_mandate(session, site, member, organisation, office)
    return member


async def add_mandate(
    session: Session, site: Site, member: Member, organisation: Actor, office: Office
) -> None:
    """Let a member act for an organisation.

    Raises:
        Conflicting: she does already.
    """
    is_new = await insert_once(
        session,
        Mandate,
        {
            "id": site.new_id(),
            "member_id": member.id,
            "organisation_id": organisation.id,
            "office": office.value,
        },
    )
    if not is_new:
        raise Conflicting(f"{member.email} acts for {organisation.handle} already")


async def new_member(
    session: Session, site: Site, *, email: str, name: str, password_hash: str, locale: str
) -> Member:
    """Somebody gets a sign-in.

    Raises:
        Unwise: the address is none, or somebody signs in with it already.
    """
    address = check_email(email).lower()
    number = site.new_id()
    is_new = await insert_once(
        session,
        Member,
        {
            "id": number,
            "email": address,
            "name": named(name) or address.partition("@")[0],
            "password": password_hash,
            "locale": locale,
            "joined_at": site.now(),
        },
    )
    if not is_new:
        words = "Somebody signs in with this address already. If it is you, sign in first."
        raise Unwise(words, fields={"email": words})
    return await session.get_one(Member, number)


async def new_actor(
    session: Session,
    site: Site,
    *,
    iri: str,
    actor_type: str,
    handle: str,
    name: str,
    summary: str,
    keys: KeyPems,
) -> Actor:
    """Write the rows of an actor of ours and its keys; its document is still to be sealed."""
    now = site.now()
    is_somebody = actor_type != "Application"

    def of_organisation(template: str) -> str | None:
        return place(site.origin, template, handle=handle) if is_somebody else None

    actor = Actor(
        id=site.new_id(),
        iri=iri,
        is_ours=True,
        type=actor_type,
        handle=handle,
        host=host(site.origin),
        name=name,
        summary=summary,
        url=of_organisation(places.ACTOR_PAGE) or place(site.origin, "/"),
        inbox=of_organisation(places.INBOX) or place(site.origin, places.SHARED_INBOX),
        shared_inbox=place(site.origin, places.SHARED_INBOX),
        outbox=of_organisation(places.OUTBOX) or place(site.origin, places.INSTANCE_OUTBOX),
        followers=of_organisation(places.FOLLOWERS),
        following=of_organisation(places.FOLLOWING),
        featured=of_organisation(places.FEATURED),
        document=b"",
        published_at=now,
        updated_at=now,
    )
    session.add(actor)
    await session.flush()
    session.add_all(
        key_rows(
            safe_of(session),
            actor.id,
            (site.new_id(), site.new_id()),
            (
                place(site.origin, iri.removeprefix(site.origin) + places.MAIN_KEY),
                place(site.origin, iri.removeprefix(site.origin) + places.ED25519_KEY),
            ),
            keys,
            now,
        )
    )
    await session.flush()
    return actor


async def described(session: Session, site: Site, actor: Actor) -> Document:
    """The document of an actor of ours as it is now, not yet sealed."""
    rows = (
        await session.scalars(select(Key).where(Key.actor_id == actor.id).order_by(Key.id.desc()))
    ).all()
    signing = next(one for one in rows if one.algorithm == keyring.RSA)
    keys = (signing, *(one for one in rows if one.algorithm == keyring.ED25519))
    organisation = await session.get(Organisation, actor.id)
    commons = await session.get(Commons, actor.id)
    if commons is not None:
        body = commons_documents.to_document(site, actor, keys, commons)
    elif organisation is None:
        body = documents.instance_document(site, actor, keys)
    else:
        body = documents.to_document(
            site,
            actor,
            keys,
            facts=organisation.facts,
            locale=organisation.locale,
            is_network=organisation.is_network,
            lines=organisation.lines,
            wordings=organisation.wordings,
        )
        body |= {
            "discoverable": organisation.is_discoverable,
            "indexable": organisation.is_indexable,
        }
    if organisation is not None:
        looks = await media_views.portrait(session, actor.id)
        body |= media_documents.portrait(site.origin, looks.icon, looks.header)
    return {name: value for name, value in body.items() if value is not None}


async def seal_actor(session: Session, site: Site, actor: Actor) -> Document:
    """Write the actor's document anew, as the world will see it."""
    body = await described(session, site, actor)
    document = await posting.seal(session, site, actor, body, well_known=KEY_CONTEXTS)
    actor.document = encode(document)
    await session.flush()
    await listing.list_actor(session, actor)
    return document
