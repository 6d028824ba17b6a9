"""Which changes are proposed, to whom, and what became of them?

One that was withdrawn is in no list, on neither side.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import func, literal, not_, or_, select
from sqlalchemy.orm import aliased
from sqlalchemy.sql.elements import ColumnElement

from actors.database import Session
from actors.rules import proposals as rules
from actors.rules.merging import SectionMerge
from actors.rules.proposals import WAITING, Change, Credit, Gain, State, Takes
from actors.rules.sections import Sheet
from actors.tables.actor import Actor
from actors.tables.base import Json
from actors.tables.lineage import Lineage
from actors.tables.model import Model
from actors.tables.organisation import Organisation
from actors.tables.proposal import Proposal
from actors.tables.revision import Revision
from actors.views import history, lineage
from actors.views.lineage import Upstream
from actors.views.paging import Page

MOST_CREDITS = 50
"""Contributions named on the page of a model, the newest: more is in the history of versions."""


LEFT: Final = "left"
GONE: Final = "gone"
MOVED: Final = "moved"


@dataclass(frozen=True)
class Item:
    """A proposal with the model it is about, whose that is, and who proposes."""

    proposal: Proposal
    model: Model
    owner: Actor
    proposer: Actor

    @property
    def standing(self) -> str:
        """What it is at: one of `State`; or why nothing can become of it any more.

        `left` where who proposed has closed the account, `gone` where the model was deleted,
        `moved` where its owner has moved away, and answers nothing under the old address.
        """
        is_open = self.proposal.state in WAITING
        if is_open and self.proposer.gone_at is not None:
            return LEFT
        if self.model.deleted_at is not None:
            return GONE
        return MOVED if is_open and self.owner.moved_to is not None else self.proposal.state

    @property
    def is_waiting(self) -> bool:
        """Its owner can still decide: it is open, and both sides and the model are there."""
        return self.standing in WAITING

    @property
    def changes(self) -> tuple[Change, ...]:
        """What it proposes."""
        return tuple(Change.from_json(one) for one in self.proposal.changes)


@dataclass(frozen=True)
class Beside:
    """A proposal beside its model: the three columns.

    Attributes:
        base: the version it was written against.
        ours: the version of now.
        theirs: the sheet with all changes.
        rows: the sections that it is about.
    """

    base: Revision
    ours: Revision
    theirs: Sheet
    rows: tuple[SectionMerge, ...]


@dataclass(frozen=True)
class Contribution:
    """Whose proposal is in which version of a model."""

    number: int
    revision: Revision
    iri: str
    by: str
    author: Actor | None


@dataclass(frozen=True)
class Counts:
    """What waits for an organisation: to be decided by it, and questions put to it."""

    to_decide: int
    asked_back: int


@dataclass(frozen=True)
class Giving:
    """What the page of a model says about proposals.

    Attributes:
        open: how many wait for its owner.
        source: what it was adapted from, where its owner looks at her own.
        gains: what that source could take from it.
        has_fork: who looks has adapted it.
        contributions: whose proposals are in it.
    """

    open: int
    source: Model | None
    gains: tuple[Gain, ...]
    has_fork: bool
    contributions: list[Contribution]


async def by_id(session: Session, proposal_id: int) -> Item | None:
    """One by its local id, also where it was withdrawn."""
    return await _one(session, Proposal.id == proposal_id)


async def by_iri(session: Session, iri: str) -> Item | None:
    """One by its id on the wire."""
    return await _one(session, Proposal.iri == iri)


async def by_offer(session: Session, offer_iri: str) -> Item | None:
    """The one that an Offer brought."""
    return await _one(session, Proposal.offer_iri == offer_iri)


async def received(
    session: Session, us: Actor, page: Page, *, waiting: bool | None = None
) -> list[Item]:
    """What was proposed to an organisation, the newest first."""
    return await _many(session, page, Model.actor_id == us.id, *_waits(waiting=waiting))


async def sent(
    session: Session, us: Actor, page: Page, *, waiting: bool | None = None
) -> list[Item]:
    """What an organisation proposed, the newest first."""
    return await _many(session, page, Proposal.proposer_id == us.id, *_waits(waiting=waiting))


async def about(
    session: Session, model: Model, page: Page, *, waiting: bool | None = None
) -> list[Item]:
    """What is proposed for a model, as far as it is known here, the newest first."""
    return await _many(session, page, Proposal.model_id == model.id, *_waits(waiting=waiting))


async def counts(session: Session, us: Actor) -> Counts:
    """What waits for an organisation."""
    return Counts(
        await _count(session, Model.actor_id == us.id, *_waits(waiting=True)),
        await _count(
            session,
            Proposal.proposer_id == us.id,
            Proposal.state == State.ASKED,
            *_waits(waiting=True),
        ),
    )


async def open_about(session: Session, model: Model) -> int:
    """How many wait for the owner of a model."""
    return await _count(session, Proposal.model_id == model.id, *_waits(waiting=True))


async def waiting_proposers(session: Session, model: Model) -> list[str]:
    """Who waits for an answer about a model, by their ids on the wire."""
    waiting = select(Proposal.proposer_id).where(
        Proposal.model_id == model.id, Proposal.state.in_(WAITING)
    )
    return list(await session.scalars(select(Actor.iri).where(Actor.id.in_(waiting))))


async def open_from(session: Session, proposer: Actor, owner: Actor) -> tuple[int, int]:
    """How many of somebody's wait for an owner, and how many of everybody's on that host."""
    to_her = (Model.actor_id == owner.id, *_waits(waiting=True))
    own = await _count(session, Proposal.proposer_id == proposer.id, *to_her)
    neighbours = select(Actor.id).where(Actor.host == proposer.host)
    return own, await _count(session, Proposal.proposer_id.in_(neighbours), *to_her)


async def takes_from(session: Session, owner: Actor) -> Takes:
    """From whom an organisation of ours takes proposals."""
    row = await session.get(Organisation, owner.id)
    return Takes(row.proposals_from) if row is not None else Takes.NOBODY


async def beside(session: Session, item: Item) -> Beside | None:
    """A proposal beside its model; None where the version it was written against is not known."""
    base = await history.revision_by_iri(session, item.proposal.base_iri)
    if base is None or base.model_id != item.model.id or item.model.head_id is None:
        return None
    ours = await history.head(session, item.model)
    theirs, _, rows = rules.beside(history.sheet(base), history.sheet(ours), item.changes)
    return Beside(base, ours, theirs, rows)


async def gains(session: Session, fork: Model) -> tuple[Model | None, tuple[Gain, ...]]:
    """What the source of a fork of ours could take from it; without a source, nothing."""
    found = await lineage.upstream(session, fork)
    source = found.source if found else None
    if found is None or source is None or source.deleted_at is not None:
        return None, ()
    return source, rules.gains(found.sections, history.sheet(found.current))


async def giving(
    session: Session, model: Model, us: Actor | None, upstream: Upstream | None
) -> Giving:
    """What the page of a model says about proposals to who looks at it."""
    is_mine = us is not None and us.id == model.actor_id
    source = upstream.source if upstream and is_mine else None
    if source is not None and (source.deleted_at is not None or source.actor_id == model.actor_id):
        source = None
    return Giving(
        open=await open_about(session, model),
        source=source,
        gains=rules.gains(upstream.sections, history.sheet(upstream.current))
        if source and upstream
        else (),
        has_fork=us is not None and not is_mine and bool(await forks_of(session, us, model)),
        contributions=await contributions(session, model),
    )


async def forks_of(session: Session, us: Actor, source: Model) -> list[Model]:
    """The forks of a model that an organisation has made, the oldest first."""
    rows = await session.scalars(
        select(Model)
        .join(Lineage, Lineage.model_id == Model.id)
        .where(
            Lineage.upstream_iri == source.iri,
            Model.actor_id == us.id,
            Model.is_ours.is_(True),
            Model.deleted_at.is_(None),
        )
        .order_by(Model.id)
    )
    return list(rows)


async def contributions(session: Session, model: Model) -> list[Contribution]:
    """Whose proposals went into a model, the newest version first."""
    revisions = await session.scalars(
        select(Revision)
        .where(Revision.model_id == model.id, Revision.credits != literal([], Json))
        .order_by(Revision.number.desc())
        .limit(MOST_CREDITS)
    )
    found = [
        (revision, one) for revision in revisions for one in map(Credit.from_json, revision.credits)
    ]
    actors = await session.scalars(select(Actor).where(Actor.iri.in_({one.by for _, one in found})))
    by_iri_ = {actor.iri: actor for actor in actors}
    return [
        Contribution(revision.number, revision, one.iri, one.by, by_iri_.get(one.by))
        for revision, one in found
    ]


def _waits(*, waiting: bool | None) -> Sequence[ColumnElement[bool]]:
    if waiting is None:
        return (Proposal.state != State.WITHDRAWN,)
    unanswerable = or_(
        Model.deleted_at.is_not(None),
        Model.actor_id.in_(select(Actor.id).where(Actor.moved_to.is_not(None))),
        Proposal.proposer_id.in_(select(Actor.id).where(Actor.gone_at.is_not(None))),
    )
    if waiting:
        return (Proposal.state.in_(WAITING), not_(unanswerable))
    settled = Proposal.state.in_((State.ACCEPTED, State.REJECTED))
    return (or_(settled, unanswerable), Proposal.state != State.WITHDRAWN)


async def _one(session: Session, which: ColumnElement[bool]) -> Item | None:
    owner = aliased(Actor)
    row = (
        await session.execute(
            select(Proposal, Model, owner, Actor)
            .join(Model, Model.id == Proposal.model_id)
            .join(owner, owner.id == Model.actor_id)
            .join(Actor, Actor.id == Proposal.proposer_id)
            .where(which)
        )
    ).first()
    return None if row is None else Item(row[0], row[1], row[2], row[3])


async def _many(session: Session, page: Page, *which: ColumnElement[bool]) -> list[Item]:
    owner = aliased(Actor)
    statement = (
        select(Proposal, Model, owner, Actor)
        .join(Model, Model.id == Proposal.model_id)
        .join(owner, owner.id == Model.actor_id)
        .join(Actor, Actor.id == Proposal.proposer_id)
        .where(Actor.shut_at.is_(None), *which)
    )
    rows = await session.execute(page.cut(statement, Proposal.id.expression))
    return [Item(row[0], row[1], row[2], row[3]) for row in rows]


async def _count(session: Session, *which: ColumnElement[bool]) -> int:
    count = await session.scalar(
        select(func.count())
        .select_from(Proposal)
        .join(Model, Model.id == Proposal.model_id)
        .where(*which)
    )
    return int(count or 0)
