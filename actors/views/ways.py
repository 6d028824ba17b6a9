"""Ways: by which versions did two models come from what they share?

Rows become the values that `rules.ancestry` computes with. A version that somebody names but that
was never read here counts with its address alone.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Final

from sqlalchemy import select

from actors.database import Session
from actors.rules.ancestry import Ancestry, Version, roots
from actors.rules.merging import Between
from actors.rules.sections import Sheet
from actors.tables.lineage import Lineage
from actors.tables.model import Model
from actors.tables.revision import Revision
from actors.views import history

MOST_OF_ONE: Final = 500
"""Versions of one model that are looked at, the newest ones: more than ten years of a busy one."""

DEEPEST: Final = 16
"""Sources above each other: as far as a walk goes (`federation.workers.tracing`)."""

_ADDRESS = re.compile(r"(https://.+)/versions/([1-9][0-9]{0,8})")


async def sources(session: Session, model: Model) -> list[tuple[Model, Lineage]]:
    """The models above one another that a model comes from, each with the tie of its fork.

    The nearest first; as far as they are known here. A circle is followed once.
    """
    found: list[tuple[Model, Lineage]] = []
    seen, at = {model.iri}, model
    while len(found) < DEEPEST:
        tie = await session.scalar(select(Lineage).where(Lineage.model_id == at.id))
        source = None if tie is None else await history.model_by_iri(session, tie.upstream_iri)
        if tie is None or source is None or source.iri in seen:
            break
        seen.add(source.iri)
        found.append((source, tie))
        at = source
    return found


async def ancestry(session: Session, models: Iterable[Model]) -> Ancestry:
    """How the versions of these models come from each other."""
    versions: dict[str, Version] = {}
    for model in models:
        rows = await session.execute(
            select(Revision.iri, Revision.number, Revision.parent_iri, Revision.merged_iri)
            .where(Revision.model_id == model.id)
            .order_by(Revision.number.desc())
            .limit(MOST_OF_ONE)
        )
        tie = await session.scalar(select(Lineage).where(Lineage.model_id == model.id))
        for place, (iri, number, parent, merged) in enumerate(rows.all()):
            base = tie.base_iri if tie is not None and place == 0 else None
            parents = tuple(dict.fromkeys(one for one in (parent, merged, base) if one))
            versions[iri] = Version(iri, model.iri, number, parents)
    for named in [one for known in versions.values() for one in known.parents]:
        address = _ADDRESS.fullmatch(named)
        if named not in versions and address is not None:
            versions[named] = Version(named, address[1], int(address[2]), is_known=False)
    return Ancestry(versions.values())


async def between(
    session: Session,
    known: Ancestry,
    base: Revision | None,
    ours: Revision,
    theirs: Revision,
    hops: Sequence[tuple[Model, Lineage]] = (),
) -> Between:
    """What both sides said since a version that they share, for `merging.compare`.

    Args:
        session: to read with.
        known: the versions of all models concerned.
        base: what they share; None for nothing.
        ours: our version now.
        theirs: theirs now.
        hops: the models between the base and both sides, the nearest to the base last.
    """
    at = None if base is None else base.iri
    return Between(
        ours=await _sheets(session, known.between(at, ours.iri)),
        theirs=await _sheets(session, known.between(at, theirs.iri)),
        is_fork=base is None or base.model_id != theirs.model_id,
        roots=await _roots(session, base, hops),
    )


async def _roots(
    session: Session, base: Revision | None, hops: Sequence[tuple[Model, Lineage]]
) -> dict[str, str]:
    """For each section of the models on the way, which section of the base it was."""
    on_way = [one for one, _ in hops if base is None or (one.id != base.model_id and one.head_id)]
    models = list(reversed(on_way))
    sheets = [history.sheet(await history.head(session, one)) for one in models]
    tied = [[(one.key, one.upstream) for one in sheet.sections] for sheet in sheets]
    return dict(roots(tied, lambda place, key: f"{models[place].iri}#{key}"))


async def _sheets(session: Session, iris: Sequence[str]) -> list[Sheet]:
    rows = await session.scalars(select(Revision).where(Revision.iri.in_(iris)))
    by_iri = {one.iri: one for one in rows}
    return [history.sheet(by_iri[iri]) for iri in iris if iri in by_iri]
