"""Tracing: remember what is seen of a lineage where it lives, by whatever host it goes.

A lineage is walked in the background, never while somebody waits (`federation.workers.tracing`).
What is found is remembered as it stood when it was looked at: that a model was there, was refused,
is gone; what it says it was made from; whom it lists as made from it. Neither side is believed
about the other. What cannot be reached now stays as it was last seen.

Nothing of ours is ever written by this: a neighbour who lies changes only what is said of it.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, func, select

import activitypub.vocabulary as ap
from activitypub import iris
from activitypub.errors import ProtocolError
from activitypub.iris import Iri
from actors.database import Session, insert_once
from actors.mail import explorations
from actors.mail.claims import WAITING
from actors.site import Site
from actors.tables.exploration import Exploration
from actors.tables.kin import ListedFork, Sighting
from actors.tables.model import Model
from actors.tables.revision import Revision
from actors.verbs import mirroring
from actors.views import history

SEEN: Final = "seen"
UNREACHABLE: Final = "unreachable"
REFUSED: Final = "refused"
GONE: Final = "gone"
ODD: Final = "odd"
CLOSED: Final = "closed"
STATES: Final = (SEEN, UNREACHABLE, REFUSED, GONE, ODD, CLOSED)

FRESH: Final = timedelta(days=1)
"""How long a lineage counts as known: sheets move by months, and a day is what "as known on" says.
Who wants it newer asks for it, at most every quarter of an hour (`explorations.COOL_DOWN`)."""

MOST_LISTED: Final = 200
"""Entries of one list of forks: more than any model in the field has; a list of thousands would
fill our disk with addresses that nobody looks at."""


async def ask(session: Session, site: Site, model: Model) -> bool:
    """Let a lineage be walked, unless that was done a moment ago.

    Returns:
        False when it is under way, or was walked within the last quarter of an hour.
    """
    if await explorations.is_fresh(session, site, explorations.KIN, model.iri):
        return False
    await explorations.ask(session, site, explorations.KIN, model.iri)
    return True


async def free_at(session: Session, site: Site, model: Model) -> datetime | None:
    """When its lineage may be walked again; None where that is now."""
    begun = await session.scalar(
        select(Exploration.started_at).where(
            Exploration.kind == explorations.KIN, Exploration.iri == model.iri
        )
    )
    free = None if begun is None else begun + explorations.COOL_DOWN
    return free if free is not None and free > site.now() else None


async def is_stale(session: Session, site: Site, model: Model) -> bool:
    """Whether a member who looks at this should cause a walk: it was never done, or a day ago."""
    begun = await session.scalar(
        select(Exploration.started_at).where(
            Exploration.kind == explorations.KIN, Exploration.iri == model.iri
        )
    )
    seen = await session.scalar(select(Sighting.looked_at).where(Sighting.iri == model.iri))
    last = max((one for one in (begun, seen) if one is not None), default=None)
    return last is None or last <= site.now() - FRESH


async def is_walking(session: Session, model: Model) -> bool:
    """Whether a lineage is being walked from here now."""
    found = await session.scalar(
        select(Exploration.id).where(
            Exploration.kind == explorations.KIN,
            Exploration.iri == model.iri,
            Exploration.state == WAITING,
        )
    )
    return found is not None


async def sighted(
    session: Session,
    site: Site,
    iri: str,
    state: str,
    *,
    reason: str = "",
    upstream: str | None = None,
) -> None:
    """A model was looked at where it lives.

    Args:
        session: an open transaction.
        site: the time and ids.
        iri: the model's address.
        state: one of STATES.
        reason: why not, in words.
        upstream: what it says it was made from; only believed when it was seen.
    """
    now = site.now()
    fresh = {"id": site.new_id(), "iri": iri, "state": state, "reason": reason, "looked_at": now}
    fresh |= {"upstream_iri": upstream, "seen_at": now if state == SEEN else None, "forks_at": None}
    if await insert_once(session, Sighting, fresh):
        return
    row = (await session.scalars(select(Sighting).where(Sighting.iri == iri))).one()
    row.state, row.reason, row.looked_at = state, reason, now
    if state == SEEN:
        row.upstream_iri, row.seen_at = upstream, now
    await session.flush()


async def listed(
    session: Session, site: Site, source: str, found: Sequence[Iri], *, begins: bool
) -> None:
    """A page of somebody's list of forks was read.

    Args:
        session: an open transaction.
        site: the time and ids.
        source: the model whose list it is.
        found: the addresses on it.
        begins: it is the first page: what stood in the list before is forgotten.
    """
    if begins:
        await session.execute(delete(ListedFork).where(ListedFork.source_iri == source))
    count = select(func.count()).select_from(ListedFork).where(ListedFork.source_iri == source)
    room = MOST_LISTED - (await session.scalar(count) or 0)
    for fork in [one for one in found if one != source][: max(0, room)]:
        values = {"id": site.new_id(), "source_iri": source, "fork_iri": fork}
        await insert_once(session, ListedFork, values)
    row = await session.scalar(select(Sighting).where(Sighting.iri == source))
    if row is not None:
        row.forks_at = site.now()
    await session.flush()


async def remember_version(session: Session, site: Site, version: ap.Object) -> Revision | None:
    """Remember an earlier version of somebody's model that was read at its own address.

    Returns:
        None where we do not know its model, or know no later version of it.

    Raises:
        Malformed, NotAuthoritative, NotAuthentic: as `mirroring.remember_model`.
    """
    model = await history.model_by_iri(session, str(version.extra.get("versionOf")))
    if model is None or model.is_ours or model.deleted_at is not None or model.head_id is None:
        return None
    if version.id is None or not iris.same_origin(version.id, Iri(model.iri)):
        return None
    known = await history.revision_by_iri(session, version.id)
    if known is not None:
        return known
    newest = await history.head(session, model)
    return await mirroring.remember_earlier(session, site, model, version, newest)


def source_of(article: ap.Object) -> Iri | None:
    """What a model says it was made from; None for an original, or where it says nonsense."""
    said = article.extra.get("origin")
    said = said.get("id") if isinstance(said, dict) else said
    try:
        return None if said is None else iris.parse(said)
    except ProtocolError:
        return None


def forks_of(article: ap.Object) -> Iri | None:
    """Where a model lists what was made from it: on its own host, or nowhere."""
    said = article.extra.get("forks")
    try:
        at = iris.parse(said)
    except ProtocolError:
        return None
    return at if article.id is not None and iris.same_origin(at, article.id) else None
