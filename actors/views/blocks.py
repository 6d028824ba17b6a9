"""Who wants nothing to do with whom?

An organisation of ours bars those whom it blocks and everybody of a host that it blocks; it hides
those whom it mutes as well. A whole host that this instance blocks shows in `Actor.shut_at`.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import CompoundSelect, and_, func, literal, or_, select, union, union_all
from sqlalchemy.orm import aliased

from actors.database import Session
from actors.rules import hosts
from actors.tables.actor import Actor
from actors.tables.block import Block, HostBlock, Mute
from actors.tables.host import Host
from actors.views.paging import Page


@dataclass(frozen=True)
class Standing:
    """What lies between one of ours and somebody.

    Attributes:
        blocking: we block them.
        blocked_by: they block us, as far as they said so.
        host_blocking: we block their host.
        muting: we do not want to read them.
        muting_notices: nor to be told what they do to us.
    """

    blocking: bool = False
    blocked_by: bool = False
    host_blocking: bool = False
    muting: bool = False
    muting_notices: bool = False


NOTHING = Standing()


@dataclass(frozen=True)
class Barred:
    """Somebody who is blocked or muted, under the id that the list is paged by."""

    id: int
    actor: Actor
    until: datetime | None = None
    """When a mute ends by itself."""


@dataclass(frozen=True)
class ShutHost:
    """A host that this instance blocks, why, and whom that concerns."""

    name: str
    reason: str
    blocked_at: datetime | None
    actors: int


async def standing(session: Session, us: Actor, them: Actor) -> Standing:
    """What lies between one of ours and somebody."""
    blocks = set(
        await session.scalars(
            select(Block.blocker_id).where(
                or_(
                    and_(Block.blocker_id == us.id, Block.blocked_id == them.id),
                    and_(Block.blocker_id == them.id, Block.blocked_id == us.id),
                )
            )
        )
    )
    mute = await session.scalar(
        select(Mute).where(Mute.muter_id == us.id, Mute.muted_id == them.id)
    )
    return Standing(
        blocking=us.id in blocks,
        blocked_by=them.id in blocks,
        host_blocking=await _blocks_host(session, us.id, them.host),
        muting=mute is not None,
        muting_notices=mute is not None and mute.hides_notices,
    )


async def bars(session: Session, owner_id: int, them: Actor) -> bool:
    """Whether an organisation wants nothing of somebody: it blocks them, or their host."""
    block = select(Block.id).where(Block.blocker_id == owner_id, Block.blocked_id == them.id)
    if await session.scalar(block) is not None or them.shut_at is not None:
        return True
    return await _blocks_host(session, owner_id, them.host)


async def barring(session: Session, them: Actor) -> frozenset[int]:
    """The ids of all organisations that block somebody, or their host."""
    direct = await session.scalars(select(Block.blocker_id).where(Block.blocked_id == them.id))
    by_host = await session.scalars(
        select(HostBlock.owner_id).where(HostBlock.name.in_(hosts.covering(them.host)))
    )
    return frozenset(direct).union(by_host)


async def silences(session: Session, owner_id: int, them: Actor) -> bool:
    """Whether an organisation does not want to be told what somebody does to it."""
    mute = select(Mute.id).where(
        Mute.muter_id == owner_id, Mute.muted_id == them.id, Mute.hides_notices.is_(True)
    )
    if await session.scalar(mute) is not None:
        return True
    return await bars(session, owner_id, them)


async def hides_anybody(session: Session, viewer: Actor) -> bool:
    """Whether there is anybody in `hidden_from`, or may be: most lists need not ask further."""
    some = union_all(
        select(literal(1)).where(Block.blocker_id == viewer.id),
        select(literal(1)).where(Mute.muter_id == viewer.id),
        select(literal(1)).where(HostBlock.owner_id == viewer.id),
    )
    return await session.scalar(some.limit(1)) is not None


def hidden_from(viewer: Actor) -> CompoundSelect[tuple[int]]:
    """The ids of everybody whom an organisation does not want to read, as a subquery."""
    # `.name:` is found in `.name:`, `.below.name:` and `.name:8443:`, and in no other host.
    written = literal(".").concat(func.lower(Actor.host)).concat(":")
    # An underscore, which a name may hold, stands for itself.
    name = func.replace(func.replace(HostBlock.name, "!", "!!"), "_", "!_")
    own = aliased(HostBlock)
    blocks_any = select(own.id).where(own.owner_id == viewer.id).exists()
    of_hosts = select(Actor.id).join(
        HostBlock, written.like(literal("%.").concat(name).concat(":%"), escape="!")
    )
    return union(
        select(Block.blocked_id).where(Block.blocker_id == viewer.id),
        select(Mute.muted_id).where(Mute.muter_id == viewer.id),
        # Without the second condition everybody would be looked at for those who block no host.
        of_hosts.where(HostBlock.owner_id == viewer.id, blocks_any),
    )


async def blocked(session: Session, us: Actor, page: Page) -> list[Barred]:
    """Whom an organisation blocks, the latest first."""
    statement = select(Block.id, Actor).join(Actor, Actor.id == Block.blocked_id)
    rows = await session.execute(
        page.cut(statement.where(Block.blocker_id == us.id), Block.id.expression)
    )
    return [Barred(row[0], row[1]) for row in rows]


async def muted(session: Session, us: Actor, page: Page) -> list[Barred]:
    """Whom an organisation mutes, the latest first."""
    statement = select(Mute.id, Actor, Mute.expires_at).join(Actor, Actor.id == Mute.muted_id)
    rows = await session.execute(
        page.cut(statement.where(Mute.muter_id == us.id), Mute.id.expression)
    )
    return [Barred(row[0], row[1], row[2]) for row in rows]


async def blocked_hosts(session: Session, us: Actor) -> list[str]:
    """The hosts that an organisation blocks, by name."""
    names = select(HostBlock.name).where(HostBlock.owner_id == us.id).order_by(HostBlock.name)
    return list(await session.scalars(names))


async def host_blocks(session: Session, us: Actor, page: Page) -> list[tuple[int, str]]:
    """The same, the latest first, each under the id of its block."""
    statement = select(HostBlock.id, HostBlock.name).where(HostBlock.owner_id == us.id)
    rows = await session.execute(page.cut(statement, HostBlock.id.expression))
    return [(row[0], row[1]) for row in rows]


async def shut_hosts(session: Session) -> list[ShutHost]:
    """The hosts that this instance blocks, by name."""
    rows = await session.scalars(select(Host).where(Host.is_blocked.is_(True)).order_by(Host.name))
    known = await session.execute(
        select(Actor.host, func.count())
        .where(Actor.shut_at.is_not(None), Actor.is_ours.is_(False))
        .group_by(Actor.host)
    )
    counts = [(name, int(count)) for name, count in known]
    return [
        ShutHost(
            row.name,
            row.block_reason,
            row.blocked_at,
            sum(count for name, count in counts if hosts.is_covered(name, (row.name,))),
        )
        for row in rows
    ]


async def _blocks_host(session: Session, owner_id: int, host: str) -> bool:
    found = select(HostBlock.id).where(
        HostBlock.owner_id == owner_id, HostBlock.name.in_(hosts.covering(host))
    )
    return await session.scalar(found.limit(1)) is not None
