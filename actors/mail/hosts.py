"""Hosts: how another server is doing, when to try again, when to give up, how to sign to it.

A host that cannot be reached is left alone for a while that doubles with every failure; while it
is left alone, one probe at a time goes out and nothing else waits on it. Hearing from it, in
either direction, clears all of that; whoever was away for long is not overrun then. Everybody gives
up too early (GoToSocial after 4 minutes, Mastodon after 3 days): we hold mail for 30 days.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from sqlalchemy import select, update

from activitypub.signatures.claims import Scheme
from actors.database import Session, insert_once, waits_in
from actors.listed import among
from actors.mail import lanes
from actors.plain import Plain
from actors.rules import hosts as rules
from actors.site import Site
from actors.tables.host import Host
from actors.tables.mail import Delivery

FIRST_DELAY = timedelta(seconds=30)
LONGEST_DELAY = timedelta(hours=6)
"""A host that comes back is found within a quarter of a day, and costs four probes a day while it
is away."""

ABSENCE: Final = 5
"""Failures in a row after which a host was away, which is a quarter of an hour: who comes back from
there has lost its caches, and everybody has mail for it."""


_FAILING: Final = Plain(
    select(Host.name, Host.failures).where(among(Host.name, "names"), Host.failures > 0)
)
_MANNERS: Final = Plain(
    select(Host.name, Host.reads_rfc9421, Host.reads_ed25519).where(among(Host.name, "names"))
)
_SHUT: Final = Plain(select(Host.name).where(Host.is_blocked.is_(True), among(Host.name, "names")))


def delay(failures: int) -> timedelta:
    """How long to wait after so many failures in a row: 30 s, 1 min, 2 min … 6 h."""
    doublings = min(max(failures - 1, 0), 20)
    return min(FIRST_DELAY * (1 << doublings), LONGEST_DELAY)


async def heard_from(session: Session, *names: str) -> None:
    """These hosts spoke, or took our mail: whatever waits for them may go.

    At once, or a little at a time where a host was away for long (`lanes.spare`).
    """
    rows = await _FAILING.rows(session, {"names": names})
    back: dict[str, int] = dict(rows)  # type: ignore[arg-type]
    if not back:
        return
    await session.execute(
        update(Host)
        .where(Host.name.in_(back))
        .values(failures=0, failing_since=None, due_at=None)
        .execution_options(synchronize_session=False)
    )
    await lanes.reopen(session, back)
    await lanes.spare(session, [name for name, failures in back.items() if failures >= ABSENCE])
    waits_in(session, Delivery)


@dataclass(frozen=True)
class Trouble:
    """Why a host is left alone.

    Attributes:
        reason: what happened, for the operator.
        retry_after: how long it asked us to wait, if it did.
    """

    reason: str
    retry_after: timedelta | None = None


async def failed(session: Session, site: Site, troubles: Mapping[str, Trouble]) -> None:
    """These hosts could not be reached, or asked us to wait: leave them alone for a while.

    Several parcels in flight that fail together count once (Lemmy PR 4623): while the pause runs,
    nothing is added.

    Args:
        session: an open transaction.
        site: the time.
        troubles: the hosts, each with what happened.
    """
    now = site.now()
    known = await session.scalars(select(Host.name).where(Host.name.in_(troubles)))
    for name in sorted(troubles.keys() - set(known)):
        await make_known(session, site, name)
    rows = await session.scalars(
        select(Host).where(Host.name.in_(troubles)).order_by(Host.id).with_for_update()
    )
    pauses: dict[str, datetime] = {}
    for host in rows:
        if host.due_at is not None and host.due_at > now:
            continue
        host.failures += 1
        host.reason = troubles[host.name].reason
        host.failing_since = host.failing_since or now
        trouble = troubles[host.name]
        host.reason = trouble.reason
        pause = max(delay(host.failures), trouble.retry_after or timedelta(0))
        host.due_at = pauses[host.name] = now + min(pause, LONGEST_DELAY)
    await session.flush()
    await lanes.leave_alone(session, pauses)


class Manner(NamedTuple):
    """How requests to a host are signed.

    Attributes:
        scheme: what it reads, as far as we know.
        reads_ed25519: it says that it reads Ed25519 by RFC 9421.
    """

    scheme: Scheme = Scheme.CAVAGE
    reads_ed25519: bool = False


async def manner(session: Session, name: str) -> Manner:
    """How requests to that host are signed first."""
    return (await manners(session, [name])).get(name, Manner())


async def manners(session: Session, names: Collection[str]) -> dict[str, Manner]:
    """How requests to these hosts are signed first, where anything is known about it."""
    rows = await _MANNERS.rows(session, {"names": names})
    return {
        name: Manner(_scheme(reads_rfc9421=bool(rfc9421)), bool(ed25519))
        for name, rfc9421, ed25519 in rows
    }


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
    return name in await blocked_among(session, [name])


async def blocked_among(session: Session, names: Collection[str]) -> frozenset[str]:
    """Those that this instance blocks, or that are below one that it blocks."""
    above = {name: rules.covering(name.lower()) for name in names}
    asked = {one for covering in above.values() for one in covering}
    shut = {name for (name,) in await _SHUT.rows(session, {"names": asked})}
    return frozenset(name for name, covering in above.items() if not shut.isdisjoint(covering))


async def make_known(session: Session, site: Site, name: str) -> None:
    """There is a row for this host."""
    fresh = {"id": site.new_id(), "name": name, "failures": 0}
    flags = {"is_blocked": False, "reads_rfc9421": False, "block_reason": ""}
    flags |= {"reads_ed25519": False, "is_tried": False, "reason": ""}
    await insert_once(session, Host, fresh | flags)
