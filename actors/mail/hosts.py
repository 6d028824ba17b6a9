"""Hosts: how another server is doing, when to try again, when to give up, how to sign to it.

A host that cannot be reached is left alone for a while that doubles with every failure; while it
is left alone, one probe at a time goes out and nothing else waits on it. Hearing from it, in
either direction, clears all of that. Everybody gives up too early (GoToSocial after 4 minutes,
Mastodon after 3 days): we hold mail for 30 days.
"""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import or_, select, update

from activitypub.signatures.claims import Scheme
from actors.database import Session, insert_once
from actors.rules import hosts as rules
from actors.site import Site
from actors.tables.host import Host

FIRST_DELAY = timedelta(seconds=30)
LONGEST_DELAY = timedelta(hours=6)
"""A host that comes back is found within a quarter of a day, and costs four probes a day while it
is away."""


def delay(failures: int) -> timedelta:
    """How long to wait after so many failures in a row: 30 s, 1 min, 2 min … 6 h."""
    doublings = min(max(failures - 1, 0), 20)
    return min(FIRST_DELAY * (1 << doublings), LONGEST_DELAY)


async def heard_from(session: Session, name: str) -> None:
    """The host spoke, or took our mail: whatever waits for it may go at once."""
    await session.execute(
        update(Host)
        .where(Host.name == name, Host.failures > 0)
        .values(failures=0, failing_since=None, due_at=None)
    )


async def failed(
    session: Session, site: Site, name: str, *, retry_after: timedelta | None, reason: str = ""
) -> None:
    """The host could not be reached, or asked us to wait: leave it alone for a while.

    Several parcels in flight that fail together count once (Lemmy PR 4623): while the pause runs,
    nothing is added.
    """
    now = site.now()
    await make_known(session, site, name)
    failures = await session.scalar(
        select(Host.failures).where(
            Host.name == name, or_(Host.due_at.is_(None), Host.due_at <= now)
        )
    )
    if failures is None:
        return
    pause = max(delay(failures + 1), retry_after or timedelta(0))
    await session.execute(
        update(Host)
        .where(Host.name == name)
        .values(failures=failures + 1, due_at=now + min(pause, LONGEST_DELAY), reason=reason)
    )
    await session.execute(
        update(Host)
        .where(Host.name == name, Host.failing_since.is_(None))
        .values(failing_since=now)
    )


@dataclass(frozen=True)
class Manner:
    """How requests to a host are signed.

    Attributes:
        scheme: what it reads, as far as we know.
        reads_ed25519: it says that it reads Ed25519 by RFC 9421.
    """

    scheme: Scheme = Scheme.CAVAGE
    reads_ed25519: bool = False


async def manner(session: Session, name: str) -> Manner:
    """How requests to that host are signed first."""
    row = (
        await session.execute(
            select(Host.reads_rfc9421, Host.reads_ed25519).where(Host.name == name)
        )
    ).one_or_none()
    return Manner() if row is None else Manner(_scheme(reads_rfc9421=row[0]), row[1])


async def reads(
    session: Session, site: Site, name: str, scheme: Scheme, *, is_by_ed25519: bool = False
) -> None:
    """The host took a request that was signed so, after it had refused another way.

    From then on it is signed to in this way first, whatever it says of itself.
    """
    await make_known(session, site, name)
    await session.execute(
        update(Host)
        .where(Host.name == name)
        .values(reads_rfc9421=scheme is Scheme.RFC9421, reads_ed25519=is_by_ed25519, is_tried=True)
    )


async def announces(session: Session, site: Site, name: str, *, reads_ed25519: bool) -> None:
    """Somebody there says that the host reads RFC 9421 (FEP-844e); what was tried says more."""
    await make_known(session, site, name)
    await session.execute(
        update(Host)
        .where(Host.name == name, Host.is_tried.is_(False))
        .values(reads_rfc9421=True, reads_ed25519=reads_ed25519)
    )


def _scheme(*, reads_rfc9421: bool) -> Scheme:
    return Scheme.RFC9421 if reads_rfc9421 else Scheme.CAVAGE


async def is_blocked(session: Session, name: str) -> bool:
    """Whether this instance blocks the host, or one that it is below."""
    found = select(Host.id).where(
        Host.name.in_(rules.covering(name.lower())), Host.is_blocked.is_(True)
    )
    return await session.scalar(found.limit(1)) is not None


async def make_known(session: Session, site: Site, name: str) -> None:
    """There is a row for this host."""
    fresh = {"id": site.new_id(), "name": name, "failures": 0}
    flags = {"is_blocked": False, "reads_rfc9421": False, "block_reason": ""}
    flags |= {"reads_ed25519": False, "is_tried": False, "reason": ""}
    await insert_once(session, Host, fresh | flags)
