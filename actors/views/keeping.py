"""Keeping: what is kept here of the sources of a model, whatever became of where they live.

A fork keeps the versions that it was made from, also when their author deletes the model, when its
site answers no more, or when a source between two others has gone. Each version can still be
proven by the key that was its author's when it came (`tables.kin.Witness`).
"""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import select

from actors.database import Session
from actors.tables.actor import Actor
from actors.tables.kin import Sighting, Witness
from actors.tables.model import Model
from actors.tables.revision import Revision
from actors.views import history, kin, origins
from actors.views.origins import Origin

DEEPEST: Final = 16
"""Sources above each other that are shown: as far as a walk goes."""

MOST: Final = 100
"""Versions of one source that are listed, the newest ones."""


@dataclass(frozen=True)
class Kept:
    """One source, and what is kept of it.

    Attributes:
        iri: its address.
        model: what is remembered of it; None where nothing is.
        author: whose it was.
        origin: whether its site still answers; None for ours.
        sighting: how it was found when it was last looked at.
        versions: what is kept, the newest first, each with the key that it was signed with.
    """

    iri: str
    model: Model | None
    author: Actor | None
    origin: Origin | None
    sighting: Sighting | None
    versions: tuple[tuple[Revision, Witness | None], ...]

    @property
    def is_lost(self) -> bool:
        """Whether what is here may be all that is left."""
        if self.model is not None and self.model.is_ours:
            return self.model.deleted_at is not None
        silent = self.origin is not None and self.origin.silent_since is not None
        gone = self.model is None or self.model.deleted_at is not None
        unseen = self.sighting is not None and self.sighting.state != "seen"
        return silent or gone or unseen


async def sources(session: Session, model: Model) -> list[Kept]:
    """The sources of a model, the nearest first."""
    found: list[Kept] = []
    seen, at = {model.iri}, (await kin.family_of(session, model.iri)).source
    while at is not None and at not in seen and len(found) < DEEPEST:
        seen.add(at)
        found.append(await _kept(session, at))
        at = (await kin.family_of(session, at)).source
    return found


async def version(
    session: Session, model: Model, revision_id: int
) -> tuple[Kept, Revision, Witness | None] | None:
    """A kept version of one of the sources of a model; None where it is none of theirs."""
    for source in await sources(session, model):
        for revision, witness in source.versions:
            if revision.id == revision_id:
                return source, revision, witness
    return None


async def witness_of(session: Session, revision: Revision) -> Witness | None:
    """The key that a version was signed with when it came here."""
    return await session.scalar(select(Witness).where(Witness.revision_id == revision.id))


async def _kept(session: Session, iri: str) -> Kept:
    model = await history.model_by_iri(session, iri)
    author = None if model is None else await history.author(session, model)
    rows = await session.execute(
        select(Revision, Witness)
        .outerjoin(Witness, Witness.revision_id == Revision.id)
        .where(Revision.model_id == (0 if model is None else model.id))
        .order_by(Revision.number.desc())
        .limit(MOST)
    )
    return Kept(
        iri=iri,
        model=model,
        author=author,
        origin=None if author is None else await origins.of(session, author),
        sighting=await session.scalar(select(Sighting).where(Sighting.iri == iri)),
        versions=tuple((revision, witness) for revision, witness in rows.all()),
    )
