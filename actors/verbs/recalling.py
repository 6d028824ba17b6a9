"""Recalling: what is known here of what an archive says, and rows for what is not."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import select

from activitypub import reading
from activitypub.canonical_json import Document
from activitypub.iris import Iri
from actors.database import Session
from actors.documents.pieces import Piece, Version
from actors.documents.proving import HeldBy
from actors.errors import Conflicting, Gone, NotFound
from actors.mail import keyring
from actors.site import Site
from actors.tables.actor import Actor, Key
from actors.tables.model import Model
from actors.tables.revision import Revision
from actors.verbs import mirroring
from actors.views import history, profiles

_AT_ONCE: Final = 500
"""Values in one statement: SQLite took 999 in older versions."""


async def hold(session: Session, owner: Actor) -> None:
    """Whoever else speaks of this owner's things waits until the transaction ends."""
    await session.execute(
        select(Actor.id).where(Actor.id == owner.id).with_for_update(key_share=True)
    )


async def check_living(session: Session, piece: Piece, owner: Actor) -> None:
    """What is deleted stays deleted, and a model has one owner.

    Raises:
        Gone, Conflicting: so it is.
    """
    known = await history.model_by_iri(session, piece.model)
    buried = await mirroring.is_buried(session, piece.model, owner)
    if buried or (known is not None and known.deleted_at is not None):
        raise Gone("This model was deleted by its organisation, and stays so.")
    if known is not None and known.actor_id != owner.id:
        raise Conflicting("Here this model belongs to somebody else.")


async def check_known(session: Session, model: Iri, versions: Iterable[Version]) -> None:
    """A version that is known says the same here.

    Raises:
        Conflicting: it does not; `keys` are the numbers.
    """
    known = await history.model_by_iri(session, model)
    here_now = [] if known is None else await history.revisions(session, known)
    by_number = {one.number: one for one in here_now}
    by_iri = {one.iri: one for one in await rows(session, versions)}
    wrong = [
        str(one.says.number)
        for one in versions
        for here in (by_number.get(one.says.number), by_iri.get(one.iri))
        if here is not None
        and (here.iri, here.digest, here.number) != (one.iri, one.says.digest, one.says.number)
    ]
    if wrong:
        numbers = tuple(dict.fromkeys(wrong))
        raise Conflicting("Other words are known here under the same version", keys=numbers)


async def unknown(session: Session, versions: Sequence[Version]) -> list[Version]:
    """Those of these versions that are not remembered yet."""
    known = {one.iri for one in await rows(session, versions)}
    return [one for one in versions if one.iri not in known]


async def rows(session: Session, versions: Iterable[Version]) -> list[Revision]:
    """The rows of these versions, as far as there are some."""
    found: list[Revision] = []
    wanted = [one.iri for one in versions]
    for start in range(0, len(wanted), _AT_ONCE):
        part = wanted[start : start + _AT_ONCE]
        found += await session.scalars(select(Revision).where(Revision.iri.in_(part)))
    return found


def row(site: Site, model: Model, one: Version, document: bytes, *, note: str = "") -> Revision:
    """The row of a version as its author published it, under the bytes given."""
    origin = one.says.origin
    return Revision(
        id=site.new_id(),
        iri=one.iri,
        model_id=model.id,
        number=one.says.number,
        parent_iri=one.says.parent,
        merged_iri=one.merged_iri,
        note=note,
        sheet=one.says.sheet.to_json(),
        modifications=[each.to_json() for each in origin.modifications] if origin else [],
        credits=[each.to_json() for each in one.says.credits],
        digest=one.says.digest,
        document=document,
        made_at=one.thing.published or site.now(),
    )


async def keys_named(session: Session, methods: Iterable[Iri | None]) -> dict[Iri, HeldBy]:
    """Those of these keys that we know, each with whose it is."""
    found: dict[Iri, HeldBy] = {}
    for method in methods:
        known = await keyring.known(session, method) if method else None
        if known is not None and method is not None:
            found[method] = HeldBy(Iri(known[1].iri), keyring.public_key(known[0]))
    return found


async def keys_of(session: Session, owner: Actor) -> dict[Iri, HeldBy]:
    """Every key of an actor's."""
    rows = await session.scalars(select(Key).where(Key.actor_id == owner.id))
    return {Iri(one.iri): HeldBy(Iri(owner.iri), keyring.public_key(one)) for one in rows}


async def owner_of(session: Session, piece: Piece) -> Actor:
    """Whose the model is.

    Raises:
        NotFound: nobody here knows them.
    """
    owner = await profiles.by_iri(session, piece.author)
    if owner is None:
        raise NotFound(f"{piece.author} is not known here; add that organisation first.")
    return owner


def said_at(site: Site, document: Document) -> datetime:
    """When something was published, as it says itself; the wire says so in whole seconds."""
    return reading.read(document).published or site.now()
