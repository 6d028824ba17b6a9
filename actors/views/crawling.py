"""Crawling: what search engines may list, as far as those it is about consent.

Sources: `discoverable` (Mastodon), `indexable` (FEP-5feb); sitemaps.org, protocol 0.9.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import func, select

from actors.database import Session
from actors.tables.actor import Actor
from actors.tables.listing import Listing
from actors.tables.model import Model

MOST: Final = 5_000
"""Addresses of one map: a tenth of what the protocol allows, so that it is drawn in a moment."""

_OURS: Final = (
    select(Model.slug, Actor.handle, Listing.changed_at)
    .select_from(Listing)
    .join(Actor, Actor.id == Listing.actor_id)
    .outerjoin(Model, Model.id == Listing.id)
    .where(Actor.is_ours, Listing.is_shut.is_(False), Listing.is_withheld.is_(False))
)


class Place(NamedTuple):
    """One of our pages, by what it is about, and when that changed.

    Attributes:
        slug: of a model; None for an organisation.
        handle: of whose page it is, or whose model.
        changed_at: aware UTC.
    """

    slug: str | None
    handle: str
    changed_at: datetime


async def is_withheld(session: Session, listed: int) -> bool:
    """Whether an actor or a model, by its id, does not want to be found."""
    found = select(Listing.is_withheld).where(Listing.id == listed)
    return await session.scalar(found) is True


async def author_of(session: Session, model: Model) -> tuple[Actor, bool]:
    """Whose model it is, and whether the model does not want to be found: one question for both."""
    found = await session.execute(
        select(Actor, Listing.is_withheld)
        .outerjoin(Listing, Listing.id == model.id)
        .where(Actor.id == model.actor_id)
    )
    author, withheld = found.one()
    return author, withheld is True


async def starts(session: Session) -> Sequence[int]:
    """Where each map of ours begins: 0, then the last listing of the map before."""
    rank = func.row_number().over(order_by=Listing.id).label("rank")
    ours = _OURS.with_only_columns(Listing.id, rank).subquery()
    last = select(ours.c.id).where(ours.c.rank % MOST == 0).order_by(ours.c.id)
    return [0, *await session.scalars(last)]


async def places_after(session: Session, start: int) -> list[Place]:
    """Our pages of one map, oldest first, at most MOST."""
    rows = await session.execute(_OURS.where(Listing.id > start).order_by(Listing.id).limit(MOST))
    return [Place(*row) for row in rows]
