"""Clocks: what time it was at hosts that refused a signature of ours.

What is noted counts for a day: a host that goes on refusing says it again with the next try. Where
our own clock is wrong nearly nobody takes our mail, and nothing else of ours says why.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from sqlalchemy import select, update

from actors.database import Session
from actors.mail import hosts
from actors.rules import clocks
from actors.rules.clocks import Judgement
from actors.site import Site
from actors.tables.host import Host

COUNTS_FOR: Final = timedelta(days=1)
"""Four tries of a delivery that is refused again and again."""

MOST: Final = 1000
"""Hosts that are asked: whose clock is wrong is plain long before."""


async def note(session: Session, site: Site, ahead: Mapping[str, int]) -> None:
    """These hosts have refused a signature.

    Args:
        session: an open transaction.
        site: the time.
        ahead: by how many seconds the clock of each was ahead of ours.
    """
    for name in sorted(ahead):
        if abs(ahead[name]) < clocks.WORTH_TELLING:
            # It refuses for something else: what was noted is over.
            changed = update(Host).where(Host.name == name, Host.clock_ahead.is_not(None))
            await session.execute(changed.values(clock_ahead=None, clock_seen_at=None))
            continue
        await hosts.make_known(session, site, name)
        await session.execute(
            update(Host)
            .where(Host.name == name)
            .values(clock_ahead=ahead[name], clock_seen_at=site.now())
        )


async def whose_is_wrong(session: Session, site: Site) -> Judgement:
    """Whose clock is wrong, as far as is known now."""
    rows = await session.execute(
        select(Host.name, Host.clock_ahead)
        .where(Host.clock_ahead.is_not(None), Host.clock_seen_at > site.now() - COUNTS_FOR)
        .order_by(Host.clock_seen_at.desc())
        .limit(MOST)
    )
    return clocks.judge({name: ahead for name, ahead in rows if ahead is not None})
