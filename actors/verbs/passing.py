"""Passing: the owner of a source is told of the records that count for what was made from it.

Add and Remove with `target` = the `replications` of the source (FEDERATION.md, "Records"). Each
state of a record is told once to each source: sources may live here and there in turn, and
lineages that lie may run in a ring, in which mail would go round for ever.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from sqlalchemy import select

from activitypub.canonical_json import parse
from actors.database import Session
from actors.site import Site
from actors.tables.model import Model
from actors.tables.replication import Counted, Replication
from actors.verbs import posting
from actors.views import coverage, history

MOST_AT_ONCE: Final = 500
"""Records that are told of in one go when a model counts for its source again, the latest; each is
one activity, and all are posted with the version that is the reason. Others go when they grow."""


async def up(session: Session, site: Site, row: Replication, models: Sequence[Model]) -> None:
    """Tell of a record, or of its newer state, where it was not told yet.

    Args:
        session: an open transaction.
        site: our clock and ids.
        row: the record.
        models: for which it counts, each made from the next.
    """
    for below, above in _abroad(models):
        counted = await session.scalar(
            select(Counted).where(Counted.replication_id == row.id, Counted.model_id == above.id)
        )
        if counted is not None and counted.told_at != row.updated_at:
            counted.told_at = row.updated_at
            await _tell(session, site, row, below, above, "Add", about=row.iri)


async def all_up(session: Session, site: Site, model: Model) -> None:
    """Tell of what counts for the source since the model's newest version, which was just posted.

    In the same line as that: whoever hears of a record judges by the version whether it counts.
    """
    for below, above in _abroad(await coverage.chain(session, model)):
        rows = await session.execute(
            select(Replication, Counted)
            .join(Counted, Counted.replication_id == Replication.id)
            .where(
                Counted.model_id == above.id,
                Counted.told_at.is_(None),
                Counted.replication_id.in_(
                    select(Counted.replication_id).where(Counted.model_id == below.id)
                ),
                Replication.deleted_at.is_(None),
            )
            .order_by(Replication.id.desc())
            .limit(MOST_AT_ONCE)
        )
        for row, counted in rows.all():
            counted.told_at = row.updated_at
            await _tell(session, site, row, below, above, "Add", about=below.iri)


async def back(session: Session, site: Site, row: Replication, models: Sequence[Model]) -> None:
    """Take back what was told of a record."""
    for below, above in _abroad(models):
        await _tell(session, site, row, below, above, "Remove", about=row.iri)


def _abroad(models: Sequence[Model]) -> list[tuple[Model, Model]]:
    """The steps from a model of ours to somebody else's."""
    return [
        (below, above) for below, above in pairwise(models) if below.is_ours and not above.is_ours
    ]


async def _tell(
    session: Session,
    site: Site,
    row: Replication,
    below: Model,
    above: Model,
    activity_type: str,
    *,
    about: str,
) -> None:
    target = parse(above.document).get("replications") if above.document else None
    if not isinstance(target, str):
        return
    owner = await history.author(session, above)
    await posting.say(
        session,
        site,
        await history.author(session, below),
        activity_type,
        row.iri,
        about=about,
        recipients=[owner.iri],
        target=target,
        origin=below.iri,
    )
