"""How is the post office? For operators, NodeInfo and outbox readers."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.sql.elements import ColumnElement

from actors.database import Session
from actors.tables.actor import Actor
from actors.tables.backfill import Backfill
from actors.tables.host import Host
from actors.tables.mail import Delivery, Outgoing, Received
from actors.tables.member import Member
from actors.tables.model import Model
from actors.tables.organisation import Organisation
from actors.tables.remark import Remark
from actors.views.paging import Page


@dataclass(frozen=True)
class HostState:
    """What waits for one host, and how it is doing."""

    name: str
    waiting: int
    parked: int
    oldest_at: datetime | None
    failures: int
    due_at: datetime | None
    reason: str


@dataclass(frozen=True)
class PostOffice:
    """Everything on its way, in numbers, and the hosts that have something to say about it."""

    waiting: int
    parked: int
    received_waiting: int
    received_parked: int
    hosts: list[HostState]


@dataclass(frozen=True)
class WalkState:
    """How the reading of what somebody published before ours followed them went."""

    actor: str
    state: str
    taken: int
    due_at: datetime
    reason: str

    @property
    def is_given_up(self) -> bool:
        """It is not tried again by itself."""
        return self.state == "parked"


@dataclass(frozen=True)
class Statistics:
    """The size of an instance."""

    members: int
    organisations: int
    models: int
    remarks: int
    hosts: int


async def outbox_page(session: Session, actor: Actor, page: Page) -> list[Outgoing]:
    """The public activities of an actor, the newest first."""
    statement = select(Outgoing).where(Outgoing.actor_id == actor.id, Outgoing.is_public.is_(True))
    return list(await session.scalars(page.cut(statement, Outgoing.id.expression)))


async def outbox_total(session: Session, actor: Actor) -> int:
    """How many public activities an actor has sent."""
    count = await session.scalar(
        select(func.count()).where(Outgoing.actor_id == actor.id, Outgoing.is_public.is_(True))
    )
    return int(count or 0)


async def activity(session: Session, iri: str) -> Outgoing | None:
    """A public activity of ours by its id."""
    return await session.scalar(
        select(Outgoing).where(Outgoing.activity_iri == iri, Outgoing.is_public.is_(True))
    )


async def newest(session: Session) -> int:
    """The id of the newest activity of ours; 0 before there is one."""
    return await session.scalar(select(func.max(Outgoing.id))) or 0


async def post_office(session: Session) -> PostOffice:
    """What waits, what was given up, and which hosts struggle."""
    waiting = func.count().filter(Delivery.state == "waiting")
    parked = func.count().filter(Delivery.state == "parked")
    rows = await session.execute(
        select(
            Delivery.host,
            waiting,
            parked,
            func.min(Delivery.made_at),
            func.coalesce(func.max(Host.failures), 0),
            func.max(Host.due_at),
            func.max(Delivery.reason),
        )
        .outerjoin(Host, Host.name == Delivery.host)
        .group_by(Delivery.host)
        .order_by(Delivery.host)
    )
    hosts = [HostState(*row) for row in rows]
    states = await session.execute(
        select(Received.state, func.count())
        .where(Received.state.in_(("waiting", "parked")))
        .group_by(Received.state)
    )
    received = dict(states.all())
    return PostOffice(
        waiting=sum(host.waiting for host in hosts),
        parked=sum(host.parked for host in hosts),
        received_waiting=received.get("waiting", 0),
        received_parked=received.get("parked", 0),
        hosts=hosts,
    )


async def walks(session: Session) -> list[WalkState]:
    """Outboxes of followed people that could not be read: given up, or tried again later."""
    return await _walks(session, Backfill.state != "done", Backfill.reason != "")


async def walk_of(session: Session, actor_iri: str) -> WalkState | None:
    """How the last walk through somebody's outbox went; None when nobody here followed them."""
    return next(iter(await _walks(session, Actor.iri == actor_iri)), None)


async def _walks(session: Session, *limits: ColumnElement[bool]) -> list[WalkState]:
    rows = await session.execute(
        select(Actor.iri, Backfill.state, Backfill.taken, Backfill.due_at, Backfill.reason)
        .join(Actor, Actor.id == Backfill.actor_id)
        .where(*limits)
        .order_by(Actor.host, Backfill.id)
    )
    return [WalkState(*row) for row in rows]


async def statistics(session: Session) -> Statistics:
    """The numbers that NodeInfo and the instance pages show."""
    ours = select(func.count(Remark.id)).join(Organisation, Organisation.id == Remark.actor_id)
    row = (
        await session.execute(
            select(
                select(func.count(Member.id)).scalar_subquery(),
                select(func.count(Organisation.id)).scalar_subquery(),
                select(func.count(Model.id))
                .where(Model.is_ours.is_(True), Model.deleted_at.is_(None))
                .scalar_subquery(),
                ours.where(Remark.deleted_at.is_(None)).scalar_subquery(),
                select(func.count(func.distinct(Actor.host)))
                .where(Actor.is_ours.is_(False))
                .scalar_subquery(),
            )
        )
    ).one()
    return Statistics(*row)
