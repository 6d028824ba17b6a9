"""What did it say, and when? Models and their versions."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from actors.database import Session
from actors.rules.citing import Citation
from actors.rules.modifications import Modification
from actors.rules.sections import Sheet
from actors.tables.actor import Actor
from actors.tables.lineage import Lineage
from actors.tables.member import Member
from actors.tables.model import Model
from actors.tables.revision import Revision


async def model_by_id(session: Session, model_id: int) -> Model | None:
    """A model by its local id; deleted ones too."""
    return await session.get(Model, model_id)


async def model_by_slug(session: Session, slug: str) -> Model | None:
    """A model of ours by the last part of its address; deleted ones too."""
    return await session.scalar(select(Model).where(Model.slug == slug))


async def model_by_iri(session: Session, iri: str) -> Model | None:
    """Any model we know by its id on the wire; deleted ones too."""
    return await session.scalar(select(Model).where(Model.iri == iri))


async def author(session: Session, model: Model) -> Actor:
    """Whose model it is."""
    return await session.get_one(Actor, model.actor_id)


async def revisions(session: Session, model: Model) -> list[Revision]:
    """Every version we know, the newest first."""
    rows = await session.scalars(
        select(Revision).where(Revision.model_id == model.id).order_by(Revision.number.desc())
    )
    return list(rows)


async def revisions_below(
    session: Session, model: Model, below: int | None, limit: int
) -> list[Revision]:
    """Some of them, the newest first: those with a smaller number than `below`."""
    wanted = select(Revision).where(Revision.model_id == model.id)
    if below is not None:
        wanted = wanted.where(Revision.number < below)
    return list(await session.scalars(wanted.order_by(Revision.number.desc()).limit(limit)))


MOST_NUMBERS = 500
"""Numbers in a list to choose a version from; older ones are reached from the history."""


async def numbers(session: Session, model: Model) -> list[int]:
    """The numbers of the versions that we know, the newest first."""
    rows = await session.scalars(
        select(Revision.number)
        .where(Revision.model_id == model.id)
        .order_by(Revision.number.desc())
        .limit(MOST_NUMBERS)
    )
    return list(rows)


async def makers(session: Session, revisions: Sequence[Revision]) -> dict[int, str]:
    """The names of the members who made these versions, by their ids; of ours alone."""
    wanted = {one.author_id for one in revisions if one.author_id is not None}
    rows = await session.execute(select(Member.id, Member.name).where(Member.id.in_(wanted)))
    return {int(row[0]): str(row[1]) for row in rows}


@dataclass(frozen=True)
class Taken:
    """Another model's version that went into one."""

    revision: Revision
    model: Model
    author: Actor


async def taken(session: Session, revisions: Sequence[Revision]) -> dict[str, Taken]:
    """What these versions took from other models, by the id of what was taken, if it is known."""
    wanted = {one.merged_iri for one in revisions if one.merged_iri is not None}
    if not wanted:
        return {}
    rows = await session.execute(
        select(Revision, Model, Actor)
        .join(Model, Model.id == Revision.model_id)
        .join(Actor, Actor.id == Model.actor_id)
        .where(Revision.iri.in_(wanted))
    )
    return {row[0].iri: Taken(row[0], row[1], row[2]) for row in rows}


async def said_before(
    session: Session, model: Model, revisions: Sequence[Revision]
) -> dict[str, int]:
    """By digest, the number of the first version that said what these versions say."""
    wanted = {one.digest for one in revisions}
    rows = await session.execute(
        select(Revision.digest, func.min(Revision.number))
        .where(Revision.model_id == model.id, Revision.digest.in_(wanted))
        .group_by(Revision.digest)
    )
    return {str(row[0]): int(row[1]) for row in rows}


async def revision_by_iri(session: Session, iri: str) -> Revision | None:
    """A version by its id on the wire."""
    return await session.scalar(select(Revision).where(Revision.iri == iri))


async def revision_by_number(session: Session, model: Model, number: int) -> Revision | None:
    """A model's version by its number."""
    return await session.scalar(
        select(Revision).where(Revision.model_id == model.id, Revision.number == number)
    )


async def head(session: Session, model: Model) -> Revision:
    """The newest version."""
    return await session.get_one(Revision, model.head_id)


def sheet(revision: Revision) -> Sheet:
    """What a version says."""
    return Sheet.from_json(revision.sheet)


def modifications(revision: Revision) -> tuple[Modification, ...]:
    """What a fork had adapted by this version, and why."""
    return tuple(Modification.from_json(one) for one in revision.modifications)


async def citation(session: Session, model: Model, revision: Revision) -> Citation:
    """One version, to be cited; a fork with the version of its source that it took last."""
    said, who = sheet(revision), await author(session, model)
    base = await session.scalar(select(Lineage.base_iri).where(Lineage.model_id == model.id))
    return Citation(
        title=said.names.get(said.language) or next(iter(said.names.values()), ""),
        who=who.name or who.handle,
        number=revision.number,
        at=revision.made_at,
        address=revision.iri,
        licence=said.license,
        language=said.language,
        digest=revision.digest,
        origin=base,
    )
