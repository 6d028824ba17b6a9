"""The journal: what came to our inboxes, and whom we called.

What is accepted is written with the acceptance itself, in one transaction, so that nothing that was
answered 202 is missing after kill -9. Everything else may come later and in bundles.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import delete, func, insert, or_, select, update

from actors.database import Session, columns, new
from actors.plain import Plain
from actors.site import Site
from actors.tables.journal import Called, Heard

ACCEPTED, DUPLICATE = "accepted", "duplicate"

KEPT = timedelta(days=30)
"""No longer than web servers keep their logs: it says who wrote to whom."""

MOST_ROWS = 200_000
"""Rows of each of the two tables: some 100 MB, however much a stranger sends."""


_HEARD = insert(columns(Heard))


@dataclass(frozen=True)
class HeardEntry:
    """A row of `heard` to be written."""

    at: datetime
    peer: str
    key_iri: str
    activity_iri: str
    disposition: str
    size: int
    ms: int


class CalledEntry(NamedTuple):
    """A row of `called` to be written."""

    at: datetime
    purpose: str
    method: str
    url: str
    ip: str
    port: int
    hop: int
    result: str
    size: int
    ms: int
    cause: str


_CALLED = Plain(insert(columns(Called)), CalledEntry._fields)


async def write(
    session: Session, heard: Sequence[HeardEntry], called: Sequence[CalledEntry] = ()
) -> None:
    """Add rows, in the order in which they are given."""
    if len(heard) == 1:
        row = vars(heard[0])
        await new(Heard, tuple(row)).rows(session, row)
    elif heard:
        await session.execute(_HEARD, [vars(one) for one in heard])
    if called:
        await _CALLED.each(session, [one._asdict() for one in called])


async def decided(session: Session, activity_iri: str, disposition: str) -> None:
    """What an activity that was accepted came to, when it came to nothing."""
    await session.execute(
        update(Heard)
        .where(Heard.activity_iri == activity_iri, Heard.disposition == ACCEPTED)
        .values(disposition=disposition)
    )


async def prune(session: Session, site: Site) -> None:
    """Throw away what is too old, and what is too much."""
    for table in (Heard, Called):
        newest = await session.scalar(select(func.max(table.id)))
        await session.execute(
            delete(table)
            .where(or_(table.at < site.now() - KEPT, table.id <= (newest or 0) - MOST_ROWS))
            .execution_options(synchronize_session=False)
        )
