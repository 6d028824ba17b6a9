"""Counting: for which models a record of practice counts, and what it amounts to.

A record counts for the model it names, for that one's source, and so on upwards, as long as each is
still a replication of the next: who changed the core is "inspired by", and leaves the count of the
source. Counted anew whenever a record comes, a model moves on, or somebody vouches.
"""

from collections.abc import Iterable

from sqlalchemy import delete, or_, select

from actors.database import Session, insert_once
from actors.site import Site
from actors.tables.actor import Actor
from actors.tables.lineage import Lineage
from actors.tables.model import Model
from actors.tables.replication import Counted, Replication
from actors.verbs import listing
from actors.views import blocks, coverage

_AT_ONCE = 500
"""Values in one statement: SQLite took 999 in older versions."""


async def count(
    session: Session, site: Site, row: Replication, *, below: Model | None = None
) -> list[Model]:
    """Write down for which models a record counts.

    Args:
        session: an open transaction.
        site: ids.
        row: the record.
        below: the model whose owner told us of it, where the record's own is not known here.

    Returns:
        The models, the one it names first; none where its owner blocks the record's author.
    """
    own = await _known(session, row.model_iri)
    start = own or below
    if start is None:
        return []
    author = await session.get_one(Actor, row.actor_id)
    if start.is_ours and await blocks.bars(session, start.actor_id, author):
        return []
    models = await coverage.chain(session, start)
    via = None if own is not None else start.iri
    for model in models:
        await _insert(session, site, row.id, model.id, via)
    await reckon(session, row)
    return models


async def reckon(session: Session, row: Replication) -> None:
    """Compute the level of a record anew, and by what its models are found."""
    row.level = int(await coverage.level_of(session, row))
    await session.flush()
    await _relabel(session, [one.id for one in await coverage.counted_for(session, row)])


async def moved(session: Session, site: Site, model: Model) -> None:
    """A model is new here or has moved on: do its records still count for what it was made from?"""
    rows = await session.scalars(
        select(Replication.id)
        .where(Replication.model_iri == model.iri, Replication.deleted_at.is_(None))
        .union(select(Counted.replication_id).where(Counted.model_id == model.id))
    )
    records = set(rows)
    if not records:
        return
    counting = await coverage.chain(session, model)
    kept = {one.id for one in counting}
    dropped = [one for one in await _ancestors(session, model) if one not in kept]
    changed: set[int] = set()
    for model_id in dropped:
        changed |= records & await _counted(session, model_id)
        for some in _parts(sorted(changed)):
            await session.execute(
                delete(Counted).where(
                    Counted.model_id == model_id, Counted.replication_id.in_(some)
                )
            )
    for one in counting:
        missing = records - await _counted(session, one.id)
        changed |= missing
        for record_id in sorted(missing):
            await _insert(session, site, record_id, one.id, None)
    for record_id in sorted(changed):
        await reckon(session, await session.get_one(Replication, record_id))
    if changed:
        await _relabel(session, [*dropped, *kept])


async def uncount(session: Session, row: Replication, below: Model) -> None:
    """Whoever told us of somebody else's record, because of a model of theirs, takes that back.

    It counts no more for what that model was made from. What counts for nothing here any more is
    forgotten: else the next version of the model would count it anew.
    """
    models = await coverage.counted_for(session, row)
    above = await _ancestors(session, below)
    await session.execute(
        delete(Counted).where(
            Counted.replication_id == row.id,
            or_(Counted.via_iri == below.iri, Counted.model_id.in_(above)),
        )
    )
    await _relabel(session, [one.id for one in models])
    left = {one.id for one in await coverage.counted_for(session, row)} - {below.id}
    if not left and not row.is_ours:
        await session.delete(row)
        await session.flush()


async def forget(session: Session, site: Site, iri: str) -> None:
    """A record is deleted: it counts nowhere any more, and what was said of it is of nothing."""
    row = await coverage.by_iri(session, iri)
    if row is None or row.deleted_at is not None:
        return
    models = await coverage.counted_for(session, row)
    row.deleted_at, row.record, row.document, row.name = site.now(), {}, b"", ""
    await session.execute(delete(Counted).where(Counted.replication_id == row.id))
    await session.flush()
    await _relabel(session, [one.id for one in models])


async def _relabel(session: Session, model_ids: Iterable[int]) -> None:
    for model_id in dict.fromkeys(model_ids):
        best = await coverage.best_level(session, model_id)
        await listing.list_evidence(session, model_id, best)


async def _insert(
    session: Session, site: Site, record_id: int, model_id: int, via: str | None
) -> None:
    row = {"id": site.new_id(), "replication_id": record_id, "model_id": model_id, "via_iri": via}
    await insert_once(session, Counted, row)


async def _counted(session: Session, model_id: int) -> set[int]:
    return set(
        await session.scalars(select(Counted.replication_id).where(Counted.model_id == model_id))
    )


async def _ancestors(session: Session, model: Model) -> list[int]:
    """The models above, whatever became of the core: ids, the nearest first."""
    found: list[int] = []
    below = model.id
    while len(found) < coverage.DEEPEST_CHAIN:
        above = await session.scalar(
            select(Model.id)
            .join(Lineage, Lineage.upstream_iri == Model.iri)
            .where(Lineage.model_id == below)
        )
        if above is None or above in found or above == model.id:
            break
        found.append(above)
        below = above
    return found


async def _known(session: Session, iri: str) -> Model | None:
    return await session.scalar(select(Model).where(Model.iri == iri, Model.deleted_at.is_(None)))


def _parts(ids: list[int]) -> Iterable[list[int]]:
    return (ids[start : start + _AT_ONCE] for start in range(0, len(ids), _AT_ONCE))
