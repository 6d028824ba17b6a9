"""Ways: by which versions did two models come from what they share?

Rows become the values that `rules.ancestry` computes with. A version that somebody names but that
was never read here counts with its address alone.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select

from activitypub.canonical_json import parse
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


@dataclass(frozen=True)
class Claim:
    """What a fork says of itself: its source, and the version of it that it took last."""

    source: str
    base: str | None = None
    kind: str = ""
    is_listed: bool = False


@dataclass(frozen=True)
class Above:
    """What a model comes from.

    Attributes:
        models: the sources above one another that are known here, the nearest first.
        addresses: those of the same sources, and of the first one that is not known here.
    """

    models: tuple[Model, ...]
    addresses: tuple[str, ...]


async def sources(session: Session, model: Model) -> Above:
    """The models above one another that a model comes from; a circle is followed once."""
    found: list[Model] = []
    seen: dict[str, None] = {model.iri: None}
    at: Model | None = model
    while at is not None and len(found) < DEEPEST:
        claim = await claim_of(session, at)
        if claim is None or claim.source in seen:
            break
        seen[claim.source] = None
        at = await history.model_by_iri(session, claim.source)
        found += [] if at is None else [at]
    return Above(tuple(found), tuple(one for one in seen if one != model.iri))


async def claim_of(session: Session, model: Model) -> Claim | None:
    """What a model says it comes from; a deleted one, by the newest of its versions kept here."""
    tie = await session.scalar(select(Lineage).where(Lineage.model_id == model.id))
    if tie is not None:
        is_listed = tie.listed_at is not None
        return Claim(tie.upstream_iri, tie.base_iri, tie.kind, is_listed)
    return await claim_of_deleted(session, model)


async def claim_of_deleted(session: Session, model: Model) -> Claim | None:
    """What a deleted model was made from, by the newest of its versions that is kept."""
    if model.deleted_at is None:
        return None
    document = await session.scalar(
        select(Revision.document)
        .where(Revision.model_id == model.id)
        .order_by(Revision.number.desc())
        .limit(1)
    )
    source = None if document is None else parse(document).get("origin")
    if document is None or not isinstance(source, str):
        return None
    return Claim(source, next(iter(_derived(document)), None))


def _derived(document: bytes) -> list[str]:
    """The versions that a version says it was made from, besides the one before."""
    said = parse(document).get("wasDerivedFrom")
    entries = said if isinstance(said, list) else [said]
    ids = (one.get("id") if isinstance(one, dict) else one for one in entries)
    return [one for one in ids if isinstance(one, str)]


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
            made_from = [parent, merged, base, *(await _kept_parents(session, model, iri))]
            parents = tuple(dict.fromkeys(one for one in made_from if one))
            versions[iri] = Version(iri, model.iri, number, parents)
    for named in [one for known in versions.values() for one in known.parents]:
        address = _ADDRESS.fullmatch(named)
        if named not in versions and address is not None:
            versions[named] = Version(named, address[1], int(address[2]), is_known=False)
    return Ancestry(versions.values())


async def _kept_parents(session: Session, model: Model, iri: str) -> list[str]:
    """Of a deleted model few versions are left, and no tie: what they say themselves counts."""
    if model.deleted_at is None:
        return []
    document = await session.scalar(select(Revision.document).where(Revision.iri == iri))
    return _derived(document) if document else []


async def between(
    session: Session,
    known: Ancestry,
    base: Revision | None,
    ours: Revision,
    theirs: Revision,
    hops: Sequence[Model] = (),
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


async def _roots(session: Session, base: Revision | None, hops: Sequence[Model]) -> dict[str, str]:
    """For each section of the models on the way, which section of the base it was."""
    newest = [
        (one, revision)
        for one in reversed(hops)
        if (base is None or one.id != base.model_id)
        and (revision := await _newest_kept(session, one)) is not None
    ]
    models = [one for one, _ in newest]
    sheets = [history.sheet(revision) for _, revision in newest]
    tied = [[(one.key, one.upstream) for one in sheet.sections] for sheet in sheets]
    return dict(roots(tied, lambda place, key: f"{models[place].iri}#{key}"))


async def _newest_kept(session: Session, model: Model) -> Revision | None:
    return await session.scalar(
        select(Revision)
        .where(Revision.model_id == model.id)
        .order_by(Revision.number.desc())
        .limit(1)
    )


async def _sheets(session: Session, iris: Sequence[str]) -> list[Sheet]:
    rows = await session.scalars(select(Revision).where(Revision.iri.in_(iris)))
    by_iri = {one.iri: one for one in rows}
    return [history.sheet(by_iri[iri]) for iri in iris if iri in by_iri]
