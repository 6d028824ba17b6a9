"""Who is that? Actors, ours and theirs, and how they stand to each other."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import CompoundSelect, Select, cast, func, literal, null, select, union_all
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.elements import ColumnElement

from actors.asked import IDS, Asked, Values, words
from actors.database import Session
from actors.errors import NotFound
from actors.rules import labels, wishes
from actors.tables.actor import Actor
from actors.tables.circle import Acquaintance
from actors.tables.follow import Follow
from actors.tables.listing import Listing
from actors.tables.model import Model
from actors.tables.organisation import Instance, Organisation
from actors.tables.remark import Remark
from actors.views import blocks, findings
from actors.views.blocks import Standing
from actors.views.paging import Page


@dataclass(frozen=True)
class Counts:
    """What a profile page counts."""

    followers: int
    following: int
    models: int
    remarks: int
    last_at: datetime | None


@dataclass(frozen=True)
class Listed:
    """Somebody on a list of followers, under the id that the list is paged by."""

    id: int
    actor: Actor


@dataclass(frozen=True)
class Relationship:
    """How one of ours stands to somebody."""

    following: bool
    requested: bool
    followed_by: bool
    follow: Follow | None
    requested_by: bool = False
    between: Standing = blocks.NOTHING
    """What lies between them: blocks and mutes."""
    noted: Acquaintance | None = None
    """What we note of them for ourselves."""


async def by_iri(session: Session, iri: str) -> Actor | None:
    """The actor with this id, gone ones too."""
    return await session.scalar(select(Actor).where(Actor.iri == iri))


async def by_id(session: Session, actor_id: int) -> Actor | None:
    """The actor with this local id, gone ones too."""
    return await session.get(Actor, actor_id)


async def by_ids(session: Session, ids: Sequence[int]) -> list[Actor]:
    """The actors with these local ids, in their order; gone and shut ones are left out."""
    rows = await session.scalars(
        select(Actor).where(Actor.id.in_(ids), Actor.gone_at.is_(None), Actor.shut_at.is_(None))
    )
    by_number = {row.id: row for row in rows}
    return [by_number[one] for one in ids if one in by_number]


async def by_handle(session: Session, handle: str) -> Actor | None:
    """An organisation of ours by its name, written in any case; names of ours are in lower case."""
    return await session.scalar(
        select(Actor).where(Actor.is_ours.is_(True), Actor.handle == handle.lower())
    )


async def by_address(session: Session, name: str, host: str) -> Actor | None:
    """Anybody we remember, by `name@host`."""
    return await session.scalar(
        select(Actor)
        .where(
            func.lower(Actor.handle) == name.lower(),
            Actor.host == host.lower(),
            Actor.gone_at.is_(None),
        )
        .order_by(Actor.id)  # a neighbour who takes the same name later does not displace anybody
        .limit(1)
    )


async def instance(session: Session) -> Instance | None:
    """Whose database this is; None before `essaim init`."""
    return await session.scalar(select(Instance))


async def instance_actor(session: Session) -> Actor:
    """The Application actor that signs our fetches."""
    return await session.get_one(Actor, (await _founded(session)).actor_id)


async def network(session: Session) -> Actor:
    """The organisation that this instance is the home of."""
    return await session.get_one(Actor, (await _founded(session)).network_id)


async def organisations(session: Session) -> list[Actor]:
    """The organisations of this instance, the network first, the others by name."""
    rows = await session.scalars(
        select(Actor)
        .join(Organisation, Organisation.id == Actor.id)
        .where(Actor.gone_at.is_(None))
        .order_by(Organisation.is_network.desc(), func.lower(Actor.name))
    )
    return list(rows)


async def facts(session: Session, actor: Actor) -> Mapping[str, Any]:
    """The structured facts of an organisation of ours; empty for anybody else."""
    organisation = await session.get(Organisation, actor.id)
    return organisation.facts if organisation else {}


async def counts(session: Session, actor: Actor) -> Counts:
    """What the profile of an actor counts, as far as this instance knows."""
    accepted = Follow.state == "accepted"
    models = [Model.actor_id == actor.id, Model.deleted_at.is_(None)]
    remarks = [
        Remark.actor_id == actor.id,
        Remark.deleted_at.is_(None),
        Remark.visibility.in_(("public", "unlisted")),
    ]
    row = (
        await session.execute(
            select(
                select(func.count())
                .where(Follow.followee_id == actor.id, accepted)
                .scalar_subquery(),
                select(func.count())
                .where(Follow.follower_id == actor.id, accepted)
                .scalar_subquery(),
                select(func.count(Model.id)).where(*models).scalar_subquery(),
                select(func.count(Remark.id)).where(*remarks).scalar_subquery(),
                select(func.max(Model.updated_at)).where(*models).scalar_subquery(),
                select(func.max(Remark.published_at)).where(*remarks).scalar_subquery(),
            )
        )
    ).one()
    last_at = max((moment for moment in row[4:] if moment is not None), default=None)
    return Counts(row[0], row[1], row[2], row[3], last_at)


def _counted(ids: Values) -> CompoundSelect[Any]:
    accepted = Follow.state == "accepted"
    there = (Model.deleted_at.is_(None),)
    said = (Remark.deleted_at.is_(None), Remark.visibility.in_(words("public", "unlisted")))
    return union_all(
        _grouped("models", Model.actor_id.expression, ids, *there, last=Model.updated_at),
        _grouped("remarks", Remark.actor_id.expression, ids, *said, last=Remark.published_at),
        _grouped("followers", Follow.followee_id.expression, ids, accepted),
        _grouped("followed", Follow.follower_id.expression, ids, accepted),
    )


_COUNTED: Final = Asked(_counted, ids=IDS)


async def counts_of(session: Session, ids: Collection[int]) -> dict[int, Counts]:
    """The same for several actors at once, by their ids."""
    rows = await _COUNTED.rows(session, ids=ids) if ids else ()
    by_kind: dict[str, dict[int, tuple[int, Any]]] = {}
    for kind, one, number, last in rows:
        by_kind.setdefault(kind, {})[one] = (number, last)
    models, remarks, followers, followed = (
        by_kind.get(kind, {}) for kind in ("models", "remarks", "followers", "followed")
    )
    found = {}
    for one in ids:
        times = [rows[one][1] for rows in (models, remarks) if one in rows]
        found[one] = Counts(
            followers.get(one, (0,))[0],
            followed.get(one, (0,))[0],
            models.get(one, (0,))[0],
            remarks.get(one, (0,))[0],
            max((time for time in times if time is not None), default=None),
        )
    return found


def _grouped(
    kind: str,
    column: ColumnElement[int],
    ids: Values,
    *limits: ColumnElement[bool],
    last: InstrumentedAttribute[datetime] | None = None,
) -> Select[tuple[str, int, int, Any]]:
    """One row for each of these that has any: how many, and when the last was."""
    latest = cast(null(), Model.updated_at.type) if last is None else func.max(last)
    return (
        select(literal(kind), column, func.count(), latest)
        .where(column.in_(ids), *limits)
        .group_by(column)
    )


async def followers(session: Session, actor: Actor, page: Page) -> list[Listed]:
    """Who follows the actor."""
    statement = select(Follow.id, Actor).join(Actor, Actor.id == Follow.follower_id)
    statement = statement.where(Follow.followee_id == actor.id, Follow.state == "accepted")
    rows = await session.execute(page.cut(statement, Follow.id.expression))
    return [Listed(row[0], row[1]) for row in rows]


async def requests(session: Session, actor: Actor, page: Page) -> list[Listed]:
    """Who asked to follow the actor, and waits for an answer."""
    statement = select(Follow.id, Actor).join(Actor, Actor.id == Follow.follower_id)
    statement = statement.where(Follow.followee_id == actor.id, Follow.state == "pending")
    rows = await session.execute(page.cut(statement, Follow.id.expression))
    return [Listed(row[0], row[1]) for row in rows]


async def follow_of(session: Session, follower: Actor, followee: Actor) -> Follow | None:
    """The follow of one by the other, whatever its state."""
    return await session.scalar(
        select(Follow).where(Follow.follower_id == follower.id, Follow.followee_id == followee.id)
    )


async def following(session: Session, actor: Actor, page: Page) -> list[Listed]:
    """Whom the actor follows."""
    statement = select(Follow.id, Actor).join(Actor, Actor.id == Follow.followee_id)
    statement = statement.where(Follow.follower_id == actor.id, Follow.state == "accepted")
    rows = await session.execute(page.cut(statement, Follow.id.expression))
    return [Listed(row[0], row[1]) for row in rows]


async def our_follows(session: Session, us: Actor) -> list[tuple[Follow, Actor]]:
    """Everybody whom one of ours follows or asked to follow, newest first."""
    rows = await session.execute(
        select(Follow, Actor)
        .join(Actor, Actor.id == Follow.followee_id)
        .where(Follow.follower_id == us.id)
        .order_by(Follow.id.desc())
    )
    return [(row[0], row[1]) for row in rows]


async def relationship(session: Session, us: Actor, them: Actor) -> Relationship:
    """How one of ours stands to somebody."""
    ours = await session.scalar(
        select(Follow).where(Follow.follower_id == us.id, Follow.followee_id == them.id)
    )
    theirs = await session.scalar(
        select(Follow.state).where(Follow.follower_id == them.id, Follow.followee_id == us.id)
    )
    state = ours.state if ours else None
    return Relationship(
        following=state == "accepted",
        requested=state == "pending",
        followed_by=theirs == "accepted",
        requested_by=theirs == "pending",
        follow=ours,
        between=await blocks.standing(session, us, them),
        noted=await session.scalar(
            select(Acquaintance).where(
                Acquaintance.owner_id == us.id, Acquaintance.actor_id == them.id
            )
        ),
    )


async def search_actors(session: Session, text: str, limit: int) -> list[Actor]:
    """Actors whose name and handle have words that begin like the text's; ours first."""
    wanted = wishes.by_name(text.lstrip("@").partition("@")[0])
    if wanted is None:
        return []
    statement = (
        select(Actor)
        .join(Listing, Listing.id == Actor.id)
        .where(Actor.gone_at.is_(None), Actor.shut_at.is_(None), Listing.kind != labels.MODEL)
        .order_by(findings.by_id(session))
    )
    # Apart, because the first of many are found in their order without looking at all of them.
    found: list[Actor] = []
    for whose in (Actor.is_ours.is_(True), Actor.is_ours.is_(False)):
        theirs = findings.listed(session, statement.where(whose), wanted)
        found += await session.scalars(theirs.limit(limit - len(found)))
    return found


async def knows_host(session: Session, host: str) -> bool:
    """Whether anybody from there is remembered."""
    found = select(Actor.id).where(Actor.host == host).limit(1)
    return await session.scalar(found) is not None


async def of_ours(session: Session, actor: Actor) -> Organisation:
    """What is said about one of ours beside its actor."""
    return await session.get_one(Organisation, actor.id)


async def requests_waiting(session: Session, actor: Actor) -> int:
    """How many ask to follow the actor and wait for an answer."""
    count = select(func.count()).where(Follow.followee_id == actor.id, Follow.state == "pending")
    return int(await session.scalar(count) or 0)


async def _founded(session: Session) -> Instance:
    row = await instance(session)
    if row is None:
        raise NotFound("this database holds no instance yet")
    return row
