"""Presenting: the stewards of a network write its pages: who we are, house rules, privacy.

Every change is a version of its own, kept with its day and its author; an earlier one comes back as
a new one, so that nothing is ever lost by going back. Nothing of it is sent to anybody: whoever
wants it reads the page, and apps ask for it.
"""

from typing import Final

from sqlalchemy import delete, select

from actors.database import Session
from actors.errors import Conflicting
from actors.rules.network_pages import Kind, Said
from actors.site import Site
from actors.tables.member import Member
from actors.tables.network_page import NetworkPage
from actors.tables.organisation import Instance
from actors.views import network_pages as views
from actors.views.network_pages import Version

MOST_KEPT: Final = 50
"""Versions of one page: a page that is changed every month keeps four years."""


async def write(
    session: Session, site: Site, member: Member, kind: Kind, said: Said, *, seen: int
) -> Version:
    """A page says this from now on; what it said before is kept.

    Args:
        session: an open transaction.
        site: our clock and ids.
        member: a steward of the network.
        kind: which page.
        said: all of it.
        seen: the version that she changed; 0 where there was none.

    Raises:
        Conflicting: somebody else changed the page meanwhile; nothing was changed.
    """
    await session.execute(select(Instance.id).with_for_update())  # one writer after the other
    before = await views.now(session, kind)
    if before.said == said:
        return before
    if before.id != seen:
        raise Conflicting("Somebody else changed this page meanwhile.")
    session.add(
        NetworkPage(
            id=site.new_id(),
            kind=kind,
            said=said.to_json(),
            made_at=site.now(),
            member_id=member.id,
        )
    )
    await session.flush()
    await _forget_old(session, kind)
    return await views.now(session, kind)


async def restore(
    session: Session, site: Site, member: Member, kind: Kind, number: int, *, seen: int
) -> Version:
    """A page says again what one of its versions said.

    Raises:
        NotFound: there is no such version of it.
        Conflicting: somebody else changed the page meanwhile; nothing was changed.
    """
    former = await views.version(session, kind, number)
    return await write(session, site, member, kind, former.said, seen=seen)


async def _forget_old(session: Session, kind: Kind) -> None:
    too_old = await session.scalars(
        select(NetworkPage.id)
        .where(NetworkPage.kind == kind)
        .order_by(NetworkPage.id.desc())
        .offset(MOST_KEPT)
    )
    await session.execute(delete(NetworkPage).where(NetworkPage.id.in_(list(too_old))))
