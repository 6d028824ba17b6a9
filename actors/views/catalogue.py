"""Which models are there? The directory, over everything this instance knows.

Its own and what peers sent.
"""

from dataclasses import dataclass

from sqlalchemy import func, or_, select

from actors.database import Session
from actors.rules import wishes
from actors.rules.wishes import Wish
from actors.tables.actor import Actor
from actors.tables.lineage import Lineage
from actors.tables.listing import Listing
from actors.tables.model import Model
from actors.views import findings
from actors.views.lineage import WORKING_COPY
from actors.views.paging import Page


@dataclass(frozen=True)
class Entry:
    """A model and whose it is."""

    model: Model
    author: Actor


async def search(
    session: Session,
    *,
    q: str = "",
    language: str | None = None,
    territory: str | None = None,
    family: str | None = None,
    page: Page,
) -> list[Entry]:
    """Models that hold every word of `q` and every facet, the latest first.

    Args:
        session: an open transaction.
        q: words, in any form and language; at most `wishes.MOST_WORDS` of them.
        language: a language the model can be read in (`it`).
        territory: a territory's IRI or the end of it (`FR`, `ITC4`); larger ones find what lies in
            them.
        family: a family of the sector (`hosting`).
        page: which part of the list.
    """
    wish = Wish(q=q, language=language or "", territory=territory or "", family=family or "")
    steps = wishes.steps(wish)
    if q.strip() and not steps:
        return []  # only signs were typed
    statement = (
        select(Model, Actor)
        .join(Listing, Listing.id == Model.id)
        .join(Actor, Actor.id == Model.actor_id)
        .where(Listing.is_shut.is_(False), Listing.is_withheld.is_(False))
        .where(Model.deleted_at.is_(None), Actor.shut_at.is_(None))
    )
    key = Listing.id.expression
    if not wish.is_empty:
        key = findings.by_id(session)
        words = steps[-1] if steps else None
        statement = findings.listed(session, statement, words, wishes.narrowed(wish))
    rows = await session.execute(page.cut(statement, key))
    return [Entry(row[0], row[1]) for row in rows]


async def of_actor(session: Session, actor_id: int, page: Page) -> list[Model]:
    """The models of one organisation, the latest first."""
    statement = select(Model).where(Model.actor_id == actor_id, Model.deleted_at.is_(None))
    return list(await session.scalars(page.cut(statement, Model.id.expression)))


async def latest(session: Session, limit: int) -> list[Entry]:
    """What was published or changed last."""
    rows = await session.execute(
        select(Model, Actor)
        .join(Actor, Actor.id == Model.actor_id)
        .outerjoin(Lineage, Lineage.model_id == Model.id)
        .where(Model.deleted_at.is_(None), Actor.shut_at.is_(None))
        .where(or_(Lineage.kind.is_(None), Lineage.kind != WORKING_COPY))
        .order_by(Model.updated_at.desc(), Model.id.desc())
        .limit(limit)
    )
    return [Entry(row[0], row[1]) for row in rows]


async def families(session: Session) -> list[tuple[str, int]]:
    """The families that have models, with how many, the largest first."""
    rows = await session.execute(
        select(Model.family, func.count())
        .join(Actor, Actor.id == Model.actor_id)
        .where(Actor.shut_at.is_(None))
        .where(Model.deleted_at.is_(None), Model.family.is_not(None))
        .group_by(Model.family)
        .order_by(func.count().desc(), Model.family)
    )
    return [(str(row[0]), int(row[1])) for row in rows]
