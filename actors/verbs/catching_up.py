"""Catching up: versions of somebody's model that were published between two that we know.

An Update may be about a version whose predecessors never reached us: we were away, or its server
sends only the newest of what it has not sent yet (`actors.mail.superseding`; others give up
after minutes). Each version names the one before it, which never changes, so they are read at
their own addresses, back to one that we know. What was published before we heard of the
model at all stays where it is.

A version from the middle moves nothing: the model is where its newest Update put it.

Of some models nobody tells us for a while: whoever published or passed them on was not followed any
more, or not yet, and we know them from then or from elsewhere. When a follow begins to count, those
are read anew: an outbox tells of what is new there, and a network's says once that a model is
there, never that it moved.

Wire: GET of `wasRevisionOf`, GET of the model (FEDERATION.md, "Model").
"""

from typing import Final

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import aliased

import activitypub.vocabulary as ap
from activitypub import iris
from activitypub.iris import Iri
from actors.database import Session
from actors.mail import errands
from actors.mail.errands import Kind
from actors.site import Site
from actors.tables.actor import Actor
from actors.tables.model import Model
from actors.tables.remark import Boost
from actors.tables.revision import Revision
from actors.verbs import mirroring
from actors.views import history

MOST: Final = 100
"""Versions that are missing in a row: more than anybody publishes in the month that mail is held
for, and no more requests than a hostile model is worth."""

MOST_GAPS: Final = 5
"""Gaps between versions that are asked about at once, the newest first: each Update asks again."""


async def ask(session: Session, site: Site, model: Model) -> None:
    """Let what is missing between the versions of somebody's model be read.

    Also what could not be read when it was missed first.
    """
    if model.is_ours:
        return
    before = aliased(Revision)
    gaps = (
        select(Revision)
        .where(
            Revision.model_id == model.id,
            Revision.parent_iri.is_not(None),
            ~exists().where(before.iri == Revision.parent_iri),
        )
        .order_by(Revision.number.desc())
        .limit(MOST_GAPS + 1)  # the first that we know has one before it too
    )
    for revision in (await session.scalars(gaps)).all():
        await _ask_before(session, site, model, revision)


async def remember(session: Session, site: Site, version: ap.Object) -> None:
    """Remember a version that was read at its own address, if it is one that is missing.

    Raises:
        Malformed, NotAuthoritative, NotAuthentic: as `mirroring.remember_model`.
    """
    model = await history.model_by_iri(session, str(version.extra.get("versionOf")))
    if model is None or model.is_ours or model.deleted_at is not None:
        return
    following = await session.scalar(
        select(Revision)
        .where(Revision.model_id == model.id, Revision.parent_iri == version.id)
        .limit(1)
    )
    if following is None:
        return
    kept = await mirroring.remember_earlier(session, site, model, version, following)
    await _ask_before(session, site, model, kept)


async def look_again(session: Session, site: Site, model: Model) -> None:
    """Let somebody's model be read anew: nobody may have told us that it moved."""
    if not model.is_ours:
        await errands.ask_for_models(session, site, [(model.iri, model.actor_id)])


async def look_again_at_all(session: Session, site: Site, teller: Actor) -> None:
    """Let everything be read anew that somebody published or passed on, as far as we know it.

    Those that changed last come first: there may not be room for all.
    """
    passed_on = select(Boost.object_iri).where(Boost.actor_id == teller.id)
    rows = await session.execute(
        select(Model.iri, Model.actor_id)
        .where(
            Model.is_ours.is_(False),
            Model.deleted_at.is_(None),
            or_(Model.actor_id == teller.id, Model.iri.in_(passed_on)),
        )
        .order_by(Model.updated_at.desc(), Model.id.desc())
        .limit(errands.MOST_MODELS)
    )
    await errands.ask_for_models(session, site, [(row[0], row[1]) for row in rows])


async def _ask_before(session: Session, site: Site, model: Model, revision: Revision) -> None:
    iri = await _missing(session, model, revision)
    if iri is not None:
        owner = await session.get_one(Actor, model.actor_id)
        await errands.ask(session, site, Kind.VERSION, iri, owner)


async def _missing(session: Session, model: Model, revision: Revision) -> Iri | None:
    """The version before this one, if it is to be read."""
    if revision.parent_iri is None:
        return None
    parent = iris.parse(revision.parent_iri)
    if not iris.same_origin(parent, Iri(model.iri)):
        return None
    if await history.revision_by_iri(session, parent) is not None:
        return None
    known = await session.scalar(
        select(func.max(Revision.number)).where(
            Revision.model_id == model.id, Revision.number < revision.number
        )
    )
    return parent if known is not None and revision.number - known <= MOST else None
