"""What does the network say of itself and of its house, and what did it say before?"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from actors.database import Session
from actors.errors import NotFound
from actors.rules.network_pages import NOTHING, Kind, Said
from actors.tables.member import Member
from actors.tables.network_page import NetworkPage


@dataclass(frozen=True)
class Version:
    """One state of a page.

    Attributes:
        id: of this version; 0 where the page was never written.
        kind: which page.
        said: what it says.
        made_at: since when; None where the page was never written.
        by: the name of who wrote it; empty where nobody knows any more.
    """

    id: int
    kind: Kind
    said: Said
    made_at: datetime | None = None
    by: str = ""


async def now(session: Session, kind: Kind) -> Version:
    """What a page says today."""
    row = await session.scalar(
        select(NetworkPage).where(NetworkPage.kind == kind).order_by(NetworkPage.id.desc()).limit(1)
    )
    return Version(0, kind, NOTHING) if row is None else _read(row)


async def all_now(session: Session) -> dict[Kind, Version]:
    """What every page says today, in the order of `Kind`."""
    newest = select(func.max(NetworkPage.id)).group_by(NetworkPage.kind)
    rows = await session.scalars(select(NetworkPage).where(NetworkPage.id.in_(newest)))
    found = {row.kind: _read(row) for row in rows}
    return {kind: found.get(kind, Version(0, kind, NOTHING)) for kind in Kind}


async def versions(session: Session, kind: Kind) -> list[Version]:
    """All that is kept of a page, the newest first; `presenting.MOST_KEPT` at most."""
    rows = await session.execute(
        select(NetworkPage, Member.name)
        .outerjoin(Member, Member.id == NetworkPage.member_id)
        .where(NetworkPage.kind == kind)
        .order_by(NetworkPage.id.desc())
    )
    return [_read(row, name or "") for row, name in rows]


async def version(session: Session, kind: Kind, number: int) -> Version:
    """One state of a page.

    Raises:
        NotFound: it never said that, or it is too long ago.
    """
    row = await session.get(NetworkPage, number)
    if row is None or row.kind != kind:
        raise NotFound("There is no such version of this page.")
    return _read(row)


def _read(row: NetworkPage, by: str = "") -> Version:
    return Version(row.id, Kind(row.kind), Said.from_json(row.said), row.made_at, by)
