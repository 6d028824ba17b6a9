"""Mirroring: remember somebody else's document.

What is remembered was vouched for by its owner's origin, key or proof before it came here. A
version never changes once it is known; a living thing changes only forward in time; a deleted one
never comes back.
"""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import BindParameter, bindparam, delete, func, select

import activitypub.vocabulary as ap
from activitypub import reading
from activitypub.addressing import encoded_without_blind_copies
from activitypub.canonical_json import encode
from activitypub.canonical_json import parse as parse_document
from activitypub.errors import Malformed, NotAuthentic, NotAuthoritative
from activitypub.iris import Iri, host, parse, same_origin
from activitypub.lettering import named
from activitypub.limits import DEFAULT
from activitypub.markup import clean
from activitypub.multihash import digest_of
from activitypub.proofs import eddsa_jcs
from activitypub.signatures.keys import PublicKey
from activitypub.vocabulary.actors import PublicKeyDocument
from actors.database import Session, columns, insert_new, insert_once, is_sqlite, tells
from actors.documents import model as model_documents
from actors.documents import remark as remark_documents
from actors.mail import hosts, keyring
from actors.plain import Plain
from actors.rules import news, polls
from actors.rules.polls import Poll
from actors.rules.sections import Sheet
from actors.rules.speech import tag_name
from actors.site import Site
from actors.tables.actor import Actor, Key
from actors.tables.lineage import Lineage
from actors.tables.model import Model
from actors.tables.remark import Remark
from actors.tables.revision import Revision
from actors.tables.tombstone import Tombstone
from actors.tables.wording import Wording
from actors.verbs import cataloguing, counting, deriving, listing, safeguarding, witnessing
from actors.vocabulary import RFC_9421, RFC_9421_ED25519, audience

Gathered = Mapping[Iri, ap.Object]
"""What a reaction asked to be fetched, by id: each read from its own origin, or from what we
remember."""

MOST_WORDINGS = 50
"""Earlier wordings that are kept of one remark: who rewords more often wants to fill our disk."""

MOST_HASHTAGS = 32
"""Hashtags of one note that are remembered: more is spam."""

_IRI: BindParameter[str] = bindparam("iri")
_LOCK = select(Actor.id).where(Actor.id == bindparam("id")).with_for_update(key_share=True)
_REMARK, _TOMB = columns(Remark).c, columns(Tombstone).c
_BURIED = select(_TOMB.id).where(_TOMB.iri == _IRI, _TOMB.speaker == bindparam("speaker"))
_KNOWN = Plain(
    select(select(_REMARK.id).where(_REMARK.iri == _IRI).scalar_subquery(), _BURIED.exists())
)


async def remember_actor(
    session: Session, site: Site, actor: ap.Actor, *, shown: PublicKeyDocument | None = None
) -> Actor:
    """Remember an actor, or what is new about one, with the public keys it lists.

    Args:
        session: an open transaction.
        site: our origin, clock and ids.
        actor: its own document.
        shown: a key of its that was read at the key's own address.

    Raises:
        NotAuthoritative: it claims to be one of ours, or a key that belongs to somebody else.
    """
    iri = _id(actor)
    row = await session.scalar(select(Actor).where(Actor.iri == iri))
    if host(iri) == host(site.origin):
        if row is None or not row.is_ours:
            raise NotAuthoritative("nobody else speaks for this instance", code="key-owner")
        return row
    if row is not None and row.gone_at is not None:
        # Its keys are still read, so that what it says now is refused for the right reason.
        await _remember_keys(session, site, row, actor, shown)
        return row
    name = named((actor.name or "")[: DEFAULT.name])
    values = {
        "type": actor.type_name,
        "handle": actor.preferred_username,
        "host": host(iri),
        "name": name or actor.preferred_username,
        "summary": clean((actor.summary or "")[: DEFAULT.summary]),
        "url": page_of(actor, iri),
        "icon": _picture(actor),
        "inbox": str(actor.inbox),
        "shared_inbox": actor.shared_inbox,
        "outbox": actor.outbox,
        "followers": actor.followers,
        "following": actor.following,
        "featured": actor.featured,
        "approves_followers": actor.manually_approves_followers,
        "document": encode(actor.document),
    }
    if row is None:
        fresh = {"id": site.new_id(), "iri": iri, "is_ours": False, "gone_at": None, "aliases": []}
        fresh["updated_at"] = site.now()
        fresh["published_at"] = actor.published or site.now()
        fresh["shut_at"] = site.now() if await hosts.is_blocked(session, host(iri)) else None
        await insert_once(session, Actor, values | fresh)
        row = (await session.scalars(select(Actor).where(Actor.iri == iri))).one()
        await listing.list_actor(session, row)
    elif any(getattr(row, name) != value for name, value in values.items()):
        for name, value in (values | {"updated_at": site.now()}).items():
            setattr(row, name, value)
        await listing.list_actor(session, row)
    await _remember_keys(session, site, row, actor, shown)
    await _remember_capabilities(session, site, row, actor)
    return row


async def make_known(session: Session, site: Site, actor: ap.Actor) -> Actor:
    """The row of an actor that was gathered; one whom we know stays as we know it.

    What was gathered may be what we remembered a while ago, and the actor may have said something
    newer since: a profile, or keys that replace stolen ones.

    Raises:
        NotAuthoritative: as `remember_actor`.
    """
    known = await session.scalar(select(Actor).where(Actor.iri == _id(actor)))
    return known or await remember_actor(session, site, actor)


async def remember_model(
    session: Session, site: Site, article: ap.Object, version: ap.Object, owner: Actor
) -> Model | None:
    """Remember a model and the version it currently is at.

    Returns:
        The model; None when it was deleted, and therefore stays deleted.

    Raises:
        Malformed: the sheet cannot be understood, or a digest does not fit.
        NotAuthoritative: the version is not one of this model's, or the model not the owner's.
        NotAuthentic: the version carries a proof that does not hold.
    """
    iri = _id(article)
    await _one_at_a_time(session, owner)
    known = await session.scalar(select(Model).where(Model.iri == iri))
    if known is not None and (known.is_ours or known.deleted_at is not None):
        return known if known.deleted_at is None else None
    _check_owner(article, owner, known)
    if await is_buried(session, iri, owner):
        return None
    if not model_documents.belongs_together(article, version):
        raise NotAuthoritative("the version is not one of this model's", code="origin-object")
    await check_proof(session, site, version, owner)
    reading = model_documents.read(version)
    _check_announced(article, version, reading)
    said_at = _not_later_than_now(site, article.updated or article.published)
    model = known or _new_model(site, iri, owner, reading.sheet, article, said_at)
    if known is None:
        session.add(model)
        await session.flush()
    revision = await _remember_revision(session, site, model, version, reading)
    if revision.number >= model.number and (known is None or said_at >= model.updated_at):
        _move_head(model, revision, reading.sheet, article, said_at)
    await _remember_lineage(session, site, model, reading)
    await session.flush()
    if model.head_id == revision.id:
        await listing.list_model(session, model, reading.sheet)
        await counting.moved(session, site, model)
        await safeguarding.want(session, site, model, reading.sheet)
    if not site.is_catching_up:
        tells(session, news.word(news.SAID if known is None else news.CHANGED, model.id))
    return model


async def remember_earlier(
    session: Session, site: Site, model: Model, version: ap.Object, following: Revision
) -> Revision:
    """Remember the version before one that we know; the model stays at the one it is at.

    Raises:
        Malformed, NotAuthoritative, NotAuthentic: as `remember_model`.
    """
    owner = await session.get_one(Actor, model.actor_id)
    await _one_at_a_time(session, owner)
    if version.attributed_to != (owner.iri,):
        raise NotAuthoritative("the version belongs to somebody else", code="attribution")
    await check_proof(session, site, version, owner)
    reading = model_documents.read(version)
    if reading.number >= following.number:
        raise Malformed("a version has a higher number than the one before", code="json")
    return await _remember_revision(session, site, model, version, reading)


async def remember_remark(
    session: Session, site: Site, note: ap.Object, owner: Actor, *, visibility: str
) -> Remark | None:
    """Remember a note, or its newer wording; None when it was deleted."""
    known, is_buried = await what_is_known(session, note, owner)
    if is_buried or (known and (known.deleted_at is not None or known.actor_id != owner.id)):
        return None
    if known is None:
        return await remember_new_remark(session, site, note, owner, visibility=visibility)
    said_at = _not_later_than_now(site, note.updated or note.published)
    _count_votes(known, polls.read(note), said_at)
    if said_at > known.updated_at:
        await keep_wording(session, site, known)
        known.content, known.summary = clean(remark_documents.shown(note)), note.summary or ""
        known.document = encoded_without_blind_copies(note.document)
        known.updated_at = said_at
        await cataloguing.tag(session, site, known, hashtags(note))
        tells(session, news.word(news.CHANGED, known.id))
    return known


async def what_is_known(
    session: Session, note: ap.Object, owner: Actor
) -> tuple[Remark | None, bool]:
    """What we have of a note, and whether its owner took it back before it came.

    From here on, nobody else can remember anything of this owner's until the transaction ends.
    """
    await _one_at_a_time(session, owner)
    named = {"iri": _id(note), "speaker": owner.iri}
    ((known, is_buried),) = await _KNOWN.rows(session, named)
    remark = None if known is None else await session.get_one(Remark, known)
    return remark, bool(is_buried) or owner.gone_at is not None


async def remember_new_remark(
    session: Session, site: Site, note: ap.Object, owner: Actor, *, visibility: str
) -> Remark:
    """Remember a note of which `what_is_known` knows nothing."""
    iri, poll = _id(note), polls.read(note)
    published_at = _not_later_than_now(site, note.published)
    values = {
        "id": site.id_for(published_at),
        "iri": iri,
        "actor_id": owner.id,
        "url": page_of(note, iri),
        "language": next(iter(note.content_map), None),
        "in_reply_to": note.in_reply_to,
        "visibility": visibility,
        "addressed": [*note.to, *note.cc],
        "content": clean(remark_documents.shown(note)),
        "summary": note.summary or "",
        "poll": poll.to_json() if poll else None,
        "document": encoded_without_blind_copies(note.document),
        "published_at": published_at,
        "updated_at": _not_later_than_now(site, note.updated or note.published),
        "commons_iri": next(iter(audience(note)), None),
    }
    remark = await insert_new(session, Remark, values)
    if not site.is_catching_up:
        tells(session, news.word(news.SAID, remark.id))
    await cataloguing.tag_new(session, site, remark, hashtags(note))
    return remark


async def keep_wording(session: Session, site: Site, remark: Remark) -> None:
    """Remember what a remark says, because it will say something else now."""
    kept = await session.scalar(
        select(func.count()).select_from(Wording).where(Wording.remark_id == remark.id)
    )
    if (kept or 0) >= MOST_WORDINGS:
        return
    session.add(
        Wording(
            id=site.new_id(),
            remark_id=remark.id,
            content=remark.content,
            summary=remark.summary,
            said_at=remark.updated_at,
        )
    )
    await session.flush()


def _count_votes(known: Remark, poll: Poll | None, said_at: datetime) -> None:
    """A poll counts on without being reworded; what is asked changes only forward in time."""
    if known.poll is None or poll is None or said_at < known.updated_at:
        return
    if said_at > known.updated_at or polls.same_options(Poll.from_json(known.poll), poll):
        known.poll = poll.to_json()


def hashtags(note: ap.Object) -> list[str]:
    """The hashtags of somebody's note, folded; as many as are shown."""
    written = (one.get("name") for one in note.tag if one.get("type") == "Hashtag")
    names = (tag_name(one) for one in written if isinstance(one, str))
    return [name for name in names if name][:MOST_HASHTAGS]


def _new_model(
    site: Site, iri: Iri, owner: Actor, sheet: Sheet, article: ap.Object, said_at: datetime
) -> Model:
    published_at = min(article.published or said_at, said_at)
    return Model(
        id=site.id_for(published_at),
        iri=iri,
        actor_id=owner.id,
        is_ours=False,
        url=page_of(article, iri),
        language=sheet.language,
        license=sheet.license,
        document=encode(article.document),
        published_at=published_at,
        updated_at=said_at,
    )


def _move_head(
    model: Model, revision: Revision, sheet: Sheet, article: ap.Object, said_at: datetime
) -> None:
    """The model now says what this version says."""
    model.head_id, model.number = revision.id, revision.number
    cataloguing.enter(model, sheet)
    model.url = page_of(article, Iri(model.iri))
    model.document = encode(article.document)
    model.updated_at = said_at
    model.commons_iri = next(iter(audience(article)), None)


async def _remember_revision(
    session: Session,
    site: Site,
    model: Model,
    version: ap.Object,
    reading: model_documents.Reading,
) -> Revision:
    iri = _id(version)
    known = await session.scalar(select(Revision).where(Revision.iri == iri))
    if known is not None:
        if known.model_id != model.id:
            raise NotAuthoritative("the version is another model's", code="origin-object")
        if known.digest != reading.digest:
            raise Malformed("a version never changes once it is published", code="digest")
        return known
    if await _has_number(session, model, reading.number):
        raise NotAuthoritative("the model has a version of that number", code="origin-object")
    origin = reading.origin
    revision = Revision(
        id=site.new_id(),
        iri=iri,
        model_id=model.id,
        number=reading.number,
        parent_iri=reading.parent,
        sheet=reading.sheet.to_json(),
        modifications=[one.to_json() for one in origin.modifications] if origin else [],
        credits=[one.to_json() for one in reading.credits],
        digest=reading.digest,
        document=encode(version.document),
        made_at=version.published or site.now(),
    )
    session.add(revision)
    await session.flush()
    await witnessing.witness(session, site, revision)
    await deriving.note(session, revision)
    return revision


async def _remember_lineage(
    session: Session, site: Site, model: Model, reading: model_documents.Reading
) -> None:
    origin = reading.origin
    if origin is None or model.number != reading.number:
        return
    lineage = await session.scalar(select(Lineage).where(Lineage.model_id == model.id))
    if lineage is None:
        session.add(
            Lineage(
                id=site.new_id(),
                model_id=model.id,
                upstream_iri=origin.source,
                base_iri=origin.base,
                base_digest=origin.base_digest,
                seen_iri=origin.base,
                kind=origin.kind,
            )
        )
    elif lineage.upstream_iri == origin.source and await _may_be_base(session, origin):
        lineage.base_iri, lineage.base_digest = origin.base, origin.base_digest


async def _may_be_base(session: Session, origin: model_documents.Origin) -> bool:
    """Of a source of ours, only a version of ours; of others we may not know every version.

    Nor do we of a source of ours that was deleted.
    """
    source = await session.scalar(select(Model).where(Model.iri == origin.source))
    if source is None or not source.is_ours or source.deleted_at is not None:
        return True
    base = await session.scalar(
        select(Revision.digest).where(Revision.iri == origin.base, Revision.model_id == source.id)
    )
    return base is not None and origin.base_digest in ("", base)


async def _remember_capabilities(session: Session, site: Site, row: Actor, actor: ap.Actor) -> None:
    """How its host may be signed to, as it says by itself or by the server's actor (FEP-844e)."""
    said = actor.implements
    if actor.generator is not None and host(actor.generator) == row.host:
        known = await session.scalar(select(Actor.document).where(Actor.iri == actor.generator))
        said |= reading.read_actor(parse_document(known)).implements if known else frozenset()
    if RFC_9421 in said or RFC_9421_ED25519 in said:
        await hosts.announces(session, site, row.host, reads_ed25519=RFC_9421_ED25519 in said)


async def _remember_keys(
    session: Session, site: Site, row: Actor, actor: ap.Actor, shown: PublicKeyDocument | None
) -> None:
    """Replace what we knew of an actor's keys by what its own document says now.

    An id below somebody else's address is believed only where that address shows the key: otherwise
    a neighbour on the same host could take it before its owner comes.
    """
    trusted = set(await session.scalars(select(Key.iri).where(Key.actor_id == row.id)))
    listed = {one.id: one for one in reversed(actor.keys)}
    if shown is not None:
        trusted.add(shown.id)
        listed.setdefault(shown.id, shown)
    held = await session.execute(select(Key.iri, Key.public).where(Key.actor_id == row.id))
    known = {row.iri: row.public for row in held}
    # What is listed by its address only stays as it was read there; what did not change stays too,
    # because anybody can make us read it again with a forged signature.
    stays = set(actor.keys_elsewhere) - listed.keys()
    stays |= {Iri(iri) for iri in known if _is_as_listed(row, known[iri], listed.get(Iri(iri)))}
    await session.execute(delete(Key).where(Key.actor_id == row.id, Key.iri.not_in(stays)))
    for one in listed.values():
        key = None if one.id in stays else _usable(one)
        if key is None or one.owner != row.iri or not same_origin(one.id, Iri(row.iri)):
            continue
        holder = await session.scalar(select(Key.actor_id).where(Key.iri == one.id))
        if holder not in (None, row.id):
            raise NotAuthoritative("the key is somebody else's already", code="key-owner")
        if one.id in trusted or one.id.startswith((f"{row.iri}#", f"{row.iri}/")):
            await _insert_key(session, site, row, one.id, key)


def _is_as_listed(row: Actor, public: str, listed: PublicKeyDocument | None) -> bool:
    key = None if listed is None or listed.owner != row.iri else _usable(listed)
    return key is not None and keyring.written(key)["public"] == public


def _usable(listed: PublicKeyDocument) -> PublicKey | None:
    try:
        return keyring.usable(listed)
    except NotAuthentic:
        return None


async def _insert_key(session: Session, site: Site, row: Actor, iri: Iri, key: PublicKey) -> None:
    values = {"id": site.new_id(), "actor_id": row.id, "iri": iri, "private": None}
    values |= keyring.written(key) | {"read_at": site.now()}
    is_new = await insert_once(session, Key, values)
    if not is_new and await session.scalar(select(Key.actor_id).where(Key.iri == iri)) != row.id:
        raise NotAuthoritative("the key is somebody else's already", code="key-owner")


async def check_proof(session: Session, site: Site, version: ap.Object, owner: Actor) -> None:
    """A proof that is there has to hold.

    A version without one rests on the origin it was read at.
    """
    method = eddsa_jcs.method(version.document)
    if method is None:
        return
    found = await keyring.known(session, method)
    if found is None or found[1].id != owner.id:
        raise NotAuthentic(
            "the proof was made with a key that is not the owner's", code="key-owner"
        )
    eddsa_jcs.verify(
        version.document, keyring.public_key(found[0]), method_owner=Iri(owner.iri), now=site.now()
    )


async def bury(session: Session, site: Site, iri: str, speaker: Actor) -> None:
    """The speaker took something back that we have not seen: it will not count when it comes.

    That binds the speaker alone: a neighbour cannot bury what others are about to say.
    """
    await insert_once(
        session,
        Tombstone,
        {"id": site.new_id(), "iri": iri, "speaker": speaker.iri, "made_at": site.now()},
    )


async def is_buried(session: Session, iri: str, speaker: Actor) -> bool:
    """Did the speaker take it back before we saw it, or is the speaker gone altogether?"""
    row = await session.scalar(
        select(Tombstone.id).where(Tombstone.iri == iri, Tombstone.speaker == speaker.iri)
    )
    return row is not None or speaker.gone_at is not None


async def _one_at_a_time(session: Session, owner: Actor) -> None:
    """Whoever else speaks of this owner's things waits until the transaction ends.

    An author's Create and a reader's Announce of one new thing often come at the same moment.
    SQLite has one writer at a time, and needs no lock.
    """
    if not is_sqlite(session):
        await session.execute(_LOCK, {"id": owner.id})


async def _has_number(session: Session, model: Model, number: int) -> bool:
    found = await session.scalar(
        select(Revision.id).where(Revision.model_id == model.id, Revision.number == number)
    )
    return found is not None


def _not_later_than_now(site: Site, moment: datetime | None) -> datetime:
    """When something was said; a clock that runs ahead would keep it on top for ever."""
    return min(moment or site.now(), site.now())


def _check_announced(
    article: ap.Object, version: ap.Object, reading: model_documents.Reading
) -> None:
    """The version has to be the one that the living model speaks of, and that its link pins."""
    names_one = "currentVersion" in article.extra
    if names_one and model_documents.current_version(article) != version.id:
        raise NotAuthoritative("the version goes by another id", code="origin-object")
    pinned = model_documents.pinned_digest(article)
    if pinned is not None and pinned != digest_of(version.document):
        raise Malformed("the version is not what the link to it says", code="digest")
    if article.extra.get("digest") not in (None, reading.digest):
        raise Malformed("the model was announced with another digest", code="digest")


def _check_owner(article: ap.Object, owner: Actor, known: Model | None) -> None:
    if article.attributed_to != (owner.iri,) or (known and known.actor_id != owner.id):
        raise NotAuthoritative("the model belongs to somebody else", code="attribution")


def _id(thing: ap.Object) -> Iri:
    if thing.id is None:
        raise Malformed("what is to be remembered needs an id", code="json")
    return thing.id


def page_of(thing: ap.Object, iri: Iri) -> str:
    """Where people read it: only on its own host, or anybody could pass for anybody's page."""
    url = thing.url
    try:
        return url if url and host(parse(url)) == host(iri) else iri
    except Malformed:
        return iri


def _picture(actor: ap.Actor) -> str | None:
    url = (actor.icon or {}).get("url")
    return url if isinstance(url, str) else None
