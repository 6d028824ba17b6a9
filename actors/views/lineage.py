"""Where does it come from, and what became of it?"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import aliased

from actors.database import Session
from actors.rules import core, heading, merging
from actors.rules.core import Relation
from actors.rules.heading import ValueMerge
from actors.rules.merging import SectionMerge
from actors.rules.modifications import Modification
from actors.tables.actor import Actor
from actors.tables.lineage import Lineage
from actors.tables.model import Model
from actors.tables.revision import Revision
from actors.views import history, relations, ways
from actors.views.paging import Page

MOST_FORKS: Final = 1_000
"""Of one model that are looked at in one go, as many as an archive carries; lists are cut."""


@dataclass(frozen=True)
class Fork:
    """A fork that its source lists, with what it adapted and why."""

    model: Model
    author: Actor
    lineage: Lineage
    relation: Relation | None
    modifications: tuple[Modification, ...]


@dataclass(frozen=True)
class Upstream:
    """A fork beside its source: the three columns of a merge.

    Or beside another relative (`views.kin.beside`): then `is_direct` is False, `lineage` still the
    fork's own tie to its source, `own_base` the version of that which it took, and `base` the last
    version that both come from; an empty one with the number 0 where none is known here.
    """

    lineage: Lineage
    source: Model | None
    source_author: Actor | None
    base: Revision
    current: Revision
    ours: Revision
    sections: tuple[SectionMerge, ...]
    is_direct: bool = True
    own_base: Revision | None = None

    @property
    def other_iri(self) -> str:
        """The address of the model on the other side."""
        return self.lineage.upstream_iri if self.source is None else self.source.iri

    @property
    def moved(self) -> bool:
        """The source has a version that the fork has not taken yet."""
        return self.current.iri != self.base.iri

    @property
    def heading(self) -> tuple[ValueMerge, ...]:
        """Names, summaries, licence and facts on the three sides."""
        if not self.is_direct:  # what a relative is called is its own affair
            return ()
        return heading.compare(
            history.sheet(self.base), history.sheet(self.ours), history.sheet(self.current)
        )

    @property
    def fingerprints(self) -> dict[str, str]:
        """What there is to choose between, by key of section or value."""
        prints = {one.key: one.fingerprint for one in self.sections}
        return prints | {one.key: one.fingerprint for one in self.heading}


async def base_of(session: Session, tie: Lineage) -> Revision | None:
    """The version that a fork took, where it is as the fork says.

    None when we do not know it, when it is a version of another model than the source, or when it
    has another digest than the fork names.
    """
    row = await session.scalar(
        select(Revision)
        .join(Model, Model.id == Revision.model_id)
        .where(Revision.iri == tie.base_iri, Model.iri == tie.upstream_iri)
    )
    return row if row is not None and tie.base_digest in ("", row.digest) else None


async def of(session: Session, model: Model) -> Lineage | None:
    """A fork's tie to its source; None for an original."""
    return await session.scalar(select(Lineage).where(Lineage.model_id == model.id))


async def forks(
    session: Session, model: Model, *, limit: int = MOST_FORKS, before: int | None = None
) -> list[Fork]:
    """The forks that the model lists, the newest first.

    Args:
        session: an open transaction.
        model: ours or a mirror.
        limit: how many at most.
        before: only those with a smaller id (of the fork's `Model`).
    """
    head, base = aliased(Revision), aliased(Revision)
    statement = (
        select(Model, Actor, Lineage, head.id, head.digest, head.modifications)
        .add_columns(base.id, base.digest)
        .join(Lineage, Lineage.model_id == Model.id)
        .join(Actor, Actor.id == Model.actor_id)
        .join(head, head.id == Model.head_id)
        .outerjoin(base, and_(base.iri == Lineage.base_iri, base.model_id == model.id))
        .where(*_listed(model))
        .order_by(Model.id.desc())
        .limit(limit)
    )
    if before is not None:
        statement = statement.where(Model.id < before)
    rows = (await session.execute(statement)).all()
    pairs = {
        row[0].id: relations.Pair(row[3], row[4], row[6], row[7])
        for row in rows
        if row[6] is not None and row[2].base_digest in ("", row[7])
    }
    told = await relations.of(session, pairs.values())
    return [
        Fork(
            row[0],
            row[1],
            row[2],
            told[pairs[row[0].id]] if row[0].id in pairs else None,
            tuple(Modification.from_json(one) for one in row[5]),
        )
        for row in rows
    ]


async def count_forks(session: Session, model: Model) -> int:
    """How many forks the model lists."""
    joined = select(func.count()).select_from(Model).join(Lineage, Lineage.model_id == Model.id)
    return await session.scalar(joined.where(*_listed(model))) or 0


async def fork_addresses(session: Session, model: Model, page: Page) -> list[tuple[int, str]]:
    """The addresses of the forks that the model lists, the newest first, with what to page by."""
    rows = await session.execute(
        select(Lineage.id, Model.iri)
        .join(Model, Model.id == Lineage.model_id)
        .where(*_listed(model), *([Lineage.id < page.max_id] if page.max_id else []))
        .order_by(Lineage.id.desc())
        .limit(page.limit)
    )
    return [(number, iri) for number, iri in rows.all()]


def _listed(model: Model) -> tuple[ColumnElement[bool], ...]:
    return (
        Lineage.upstream_iri == model.iri,
        Lineage.listed_at.is_not(None),
        Model.deleted_at.is_(None),
    )


MOST_RELATIVES = 30
"""Forks in a list to compare with: what a reader looks through."""


async def some_forks(session: Session, model: Model) -> list[Model]:
    """Forks that the model lists, those that were changed last."""
    rows = await session.scalars(
        select(Model)
        .join(Lineage, Lineage.model_id == Model.id)
        .where(*_listed(model))
        .order_by(Model.updated_at.desc(), Model.id)
        .limit(MOST_RELATIVES)
    )
    return list(rows)


WORKING_COPY = "working-copy"


def is_working_copy(tie: Lineage | None) -> bool:
    """Whether it is made to prepare improvements of its source, and is no alternative to it."""
    return tie is not None and tie.kind == WORKING_COPY


@dataclass(frozen=True)
class CoreState:
    """What a fork is to its source, and why.

    `broken` are the core sections of the source that it does not keep, with their names by
    language; `is_accepted` tells that the newest version of the source says in its core what the
    fork says: taking that version makes it a replication.
    """

    relation: Relation
    broken: Mapping[str, Mapping[str, str]]
    is_accepted: bool = False


async def core_state(session: Session, model: Model) -> CoreState | None:
    """Which core sections a fork changed; None for an original, or where its base is unknown."""
    tie = await of(session, model)
    base = await base_of(session, tie) if tie else None
    if tie is None or base is None:
        return None
    fork, taken = history.sheet(await history.head(session, model)), history.sheet(base)
    names = {section.key: section.names for section in taken.sections}
    broken = {key: names[key] for key in core.broken_core(fork, taken)}
    if not broken:
        return CoreState(Relation.REPLICATION, {})
    newest = await history.revision_by_iri(session, tie.seen_iri)
    accepted = (
        newest is not None
        and newest.iri != base.iri
        and core.relation(fork, history.sheet(newest)) is Relation.REPLICATION
    )
    return CoreState(Relation.INSPIRED, broken, accepted)


async def made_by(session: Session, organisation: Actor, source: Model) -> list[Model]:
    """What an organisation has made of a model already."""
    rows = await session.scalars(
        select(Model)
        .join(Lineage, Lineage.model_id == Model.id)
        .where(
            Lineage.upstream_iri == source.iri,
            Model.actor_id == organisation.id,
            Model.deleted_at.is_(None),
        )
        .order_by(Model.id)
        .limit(MOST_RELATIVES)
    )
    return list(rows)


async def waiting(session: Session, organisation: Actor, page: Page) -> list[Model]:
    """Its adaptations whose source has a version not taken yet, the latest made first."""
    found = (
        select(Model)
        .join(Lineage, Lineage.model_id == Model.id)
        .where(
            Model.actor_id == organisation.id,
            Model.deleted_at.is_(None),
            Lineage.seen_iri != Lineage.base_iri,
        )
    )
    return list(await session.scalars(page.cut(found, Model.id.expression)))


async def relation(session: Session, model: Model) -> Relation | None:
    """Is it still a replication of its source, or inspired by it? None for an original."""
    lineage = await of(session, model)
    return None if lineage is None else await _relation(session, model, lineage)


async def upstream(session: Session, model: Model) -> Upstream | None:
    """A fork beside its source; None for an original."""
    lineage = await of(session, model)
    if lineage is None:
        return None
    base = await history.revision_by_iri(session, lineage.base_iri)
    current = await history.revision_by_iri(session, lineage.seen_iri)
    if base is None or current is None:
        return None
    ours = await history.head(session, model)
    source = await history.model_by_iri(session, lineage.upstream_iri)
    since = None
    if source is not None and base.iri != current.iri:
        known = await ways.ancestry(session, [model, source])
        since = await ways.between(session, known, base, ours, current)
    return Upstream(
        lineage=lineage,
        source=source,
        source_author=await history.author(session, source) if source else None,
        base=base,
        current=current,
        ours=ours,
        sections=merging.compare(
            history.sheet(base), history.sheet(ours), history.sheet(current), between=since
        ),
    )


async def _relation(session: Session, fork: Model, lineage: Lineage) -> Relation | None:
    base = await base_of(session, lineage)
    if base is None:
        return None
    head = await history.head(session, fork)
    return core.relation(history.sheet(head), history.sheet(base))
