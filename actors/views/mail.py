"""How is the post office? For operators, NodeInfo and outbox readers."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.sql.elements import ColumnElement

from actors.database import Session
from actors.site import first_id
from actors.tables.actor import Actor
from actors.tables.backfill import Backfill
from actors.tables.mail import Outgoing
from actors.tables.member import Member
from actors.tables.model import Model
from actors.tables.organisation import Organisation
from actors.tables.remark import Remark
from actors.views import post_office as hosts_with_mail
from actors.views import queues
from actors.views.paging import Page
from actors.views.post_office import HostMail, Which

WEEKS = 12
"""Weeks of which an app is told how much was said, as on Mastodon."""


@dataclass(frozen=True)
class PostOffice:
    """Everything on its way, in numbers, and the first of the hosts that cannot be reached."""

    waiting: int
    parked: int
    received_waiting: int
    received_parked: int
    hosts: list[HostMail]


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
    """What waits, what was given up, and which hosts struggle: a page of those at most."""
    rows = {(one.name, one.state): one.rows for one in await queues.standing(session)}
    return PostOffice(
        waiting=rows["delivery", "waiting"],
        parked=rows["delivery", "parked"],
        received_waiting=rows["received", "waiting"],
        received_parked=rows["received", "parked"],
        hosts=await hosts_with_mail.hosts(session, Which.FAILING),
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


async def weeks(session: Session, now: datetime) -> list[tuple[datetime, int]]:
    """How much was said and published here in public in each of the last weeks, this one first."""
    monday = (now - timedelta(days=now.weekday())).replace(
        hour=0, minute=0, second=0, microsecond=0
    )
    found = []
    for number in range(WEEKS):
        start = monday - timedelta(weeks=number)
        end = start + timedelta(weeks=1)
        said = select(func.count(Remark.id)).join(Actor, Actor.id == Remark.actor_id)
        said = said.where(
            Actor.is_ours.is_(True),
            Remark.deleted_at.is_(None),
            Remark.visibility == "public",
            Remark.id.between(first_id(start), first_id(end) - 1),
        )
        published = select(func.count(Model.id)).where(
            Model.is_ours.is_(True),
            Model.deleted_at.is_(None),
            Model.id.between(first_id(start), first_id(end) - 1),
        )
        count = (await session.scalar(said) or 0) + (await session.scalar(published) or 0)
        found.append((start, count))
    return found
