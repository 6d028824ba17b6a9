"""Filters: what one of ours does not want to meet in apps, and where it met it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import bindparam, or_, select

from actors.asked import Asked
from actors.database import Session
from actors.rules.filtered import Word, found
from actors.site import Site
from actors.tables.actor import Actor
from actors.tables.base import Id, UtcTime
from actors.tables.word_filter import Filter, FilteredStatus, FilterWord


@dataclass
class Held:
    """A filter with everything that it looks for."""

    filter: Filter
    words: list[FilterWord] = field(default_factory=list)
    statuses: list[FilteredStatus] = field(default_factory=list)


@dataclass(frozen=True)
class Match:
    """What a filter found in a status: words, or the status itself."""

    held: Held
    words: Sequence[str]
    statuses: Sequence[int]


async def of(session: Session, owner: Actor) -> list[Held]:
    """The filters of an organisation, those that have ended too."""
    rows = await session.scalars(
        select(Filter).where(Filter.owner_id == owner.id).order_by(Filter.id)
    )
    held = {row.id: Held(row) for row in rows}
    if not held:
        return []
    for word in await session.scalars(
        select(FilterWord).where(FilterWord.filter_id.in_(held)).order_by(FilterWord.id)
    ):
        held[word.filter_id].words.append(word)
    for status in await session.scalars(
        select(FilteredStatus).where(FilteredStatus.filter_id.in_(held)).order_by(FilteredStatus.id)
    ):
        held[status.filter_id].statuses.append(status)
    return list(held.values())


_ANY: Final = Asked(
    lambda: (
        select(Filter.id)
        .where(
            Filter.owner_id == bindparam("owner", type_=Id),
            or_(Filter.expires_at.is_(None), Filter.expires_at > bindparam("now", type_=UtcTime())),
        )
        .limit(1)
    )
)


async def in_force(session: Session, site: Site, owner: Actor) -> list[Held]:
    """Those that have not ended."""
    now = site.now()
    if not await _ANY.rows(session, owner=owner.id, now=now):
        return []
    return [
        one
        for one in await of(session, owner)
        if one.filter.expires_at is None or one.filter.expires_at > now
    ]


async def by_id(session: Session, owner: Actor, filter_id: int) -> Held | None:
    """One of an organisation's filters; nobody else's."""
    return next((one for one in await of(session, owner) if one.filter.id == filter_id), None)


async def word(session: Session, owner: Actor, word_id: int) -> FilterWord | None:
    """One word of one of its filters."""
    row: FilterWord | None = await session.scalar(
        select(FilterWord)
        .join(Filter, Filter.id == FilterWord.filter_id)
        .where(FilterWord.id == word_id, Filter.owner_id == owner.id)
    )
    return row


async def status(session: Session, owner: Actor, row_id: int) -> FilteredStatus | None:
    """One status that one of its filters holds for."""
    row: FilteredStatus | None = await session.scalar(
        select(FilteredStatus)
        .join(Filter, Filter.id == FilteredStatus.filter_id)
        .where(FilteredStatus.id == row_id, Filter.owner_id == owner.id)
    )
    return row


def matches(held: Sequence[Held], subject_id: int, text: str) -> list[Match]:
    """What these filters find in a status.

    Args:
        held: filters that are in force.
        subject_id: the status's id.
        text: everything that it says, plain.
    """
    hits = []
    for one in held:
        words = found((Word(word.text, word.is_whole) for word in one.words), text)
        statuses = [row.subject_id for row in one.statuses if row.subject_id == subject_id]
        if words or statuses:
            hits.append(Match(one, words, statuses))
    return hits
