"""Pushes: notices on their way to apps that are closed, through the push services of others.

A notice and what is to be told of it are written in one transaction, so nothing is forgotten when a
process dies. One message at a time goes to each subscription: a service that hangs holds one place,
whatever waits for it. A service that is away is left alone for longer and longer; what is older
than `KEPT` is not worth telling any more.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Final

from sqlalchemy import bindparam, delete, func, select, update
from sqlalchemy.orm import aliased

from actors.database import Session, columns, insert_once, safe_of, waits_in
from actors.errors import NotFound
from actors.mail import claims, hosts
from actors.mail.claims import WAITING
from actors.plain import Plain
from actors.site import Site
from actors.tables.access import Token
from actors.tables.member import Mandate
from actors.tables.notice import Notice
from actors.tables.organisation import Instance
from actors.tables.push import PushMessage, PushSubscription

KEPT: Final = timedelta(hours=48)
"""How long a message may wait, here and at the push service (its TTL), as on Mastodon."""

CLAIM: Final = timedelta(minutes=2)
"""How long one message may take: one call of at most `federation.total_timeout`."""

MOST_WAITING: Final = 100
"""Messages that wait for one subscription in trouble: nobody reads more when it comes back."""


@dataclass(frozen=True)
class Push:
    """A claimed message, with all that is needed to send it.

    Attributes:
        id: of the message.
        subscription_id: whom it is for.
        owner_id: the organisation that is told.
        notice_id: of what.
        endpoint: the address at the push service.
        p256dh: the app's public key, in the base64 of addresses.
        auth: the secret that it shares with us.
        bearer: its token, unlocked.
        alerts: the types that it wants to be told of.
        policy: of whose deeds.
        is_standard: see `PushSubscription`.
        expires_at: until when it is worth telling.
    """

    id: int
    subscription_id: int
    owner_id: int
    notice_id: int
    endpoint: str
    p256dh: str
    auth: str
    bearer: str
    alerts: dict[str, Any]
    policy: str
    is_standard: bool
    expires_at: datetime


async def put(session: Session, site: Site, owner_id: int, notice_id: int) -> None:
    """A notice was written: let every app of its owner be told, whose member still acts for it."""
    rows = await _to_tell().rows(session, {"owner": owner_id})
    now = site.now()
    for subscription_id, failures, paused_until in rows:
        if failures and await _waiting(session, subscription_id) >= MOST_WAITING:
            continue
        row = {
            "id": site.new_id(),
            "subscription_id": subscription_id,
            "notice_id": notice_id,
            "state": WAITING,
            "made_at": now,
            "due_at": max(now, paused_until) if paused_until else now,
        }
        await insert_once(session, PushMessage, row)
        waits_in(session, PushMessage)


async def may_be_due(session: Session, site: Site) -> bool:
    """Whether it is worth while to `claim`."""
    return await claims.are_due(session, PushMessage, site.now())


async def claim(session: Session, site: Site, *, limit: int) -> list[Push]:
    """Take what is due, the oldest first, at most one for each subscription."""
    now = site.now()
    await claims.turn(session, PushMessage)
    other = aliased(PushMessage)
    is_under_way = (
        select(other.id)
        .where(other.subscription_id == PushMessage.subscription_id, other.claimed_until > now)
        .exists()
    )
    due = (
        select(func.min(PushMessage.id).label("id"))
        .where(PushMessage.state == WAITING, PushMessage.due_at <= now, ~is_under_way)
        .group_by(PushMessage.subscription_id)
        .order_by(func.min(PushMessage.id))
        .limit(limit)
    )
    chosen = list(await session.scalars(due))
    taken = await claims.take(session, PushMessage, chosen, now=now, until=now + CLAIM)
    rows = await session.execute(
        select(PushMessage, PushSubscription)
        .join(PushSubscription, PushSubscription.id == PushMessage.subscription_id)
        .where(PushMessage.id.in_(taken))
        .order_by(PushMessage.id)
    )
    safe = safe_of(session)
    return [
        Push(
            id=message.id,
            subscription_id=to.id,
            owner_id=to.owner_id,
            notice_id=message.notice_id,
            endpoint=to.endpoint,
            p256dh=to.p256dh,
            auth=to.auth,
            bearer=safe.unlock(to.bearer),
            alerts=to.alerts,
            policy=to.policy,
            is_standard=to.is_standard,
            expires_at=message.made_at + KEPT,
        )
        for message, to in rows
    ]


async def is_wanted(session: Session, site: Site, push: Push) -> bool:
    """Whether it is still to be told: not too late, the app still may, and nobody has read it."""
    if push.expires_at <= site.now():
        return False
    found = await session.scalar(
        select(Notice.id)
        .join(PushSubscription, PushSubscription.owner_id == Notice.owner_id)
        .where(
            Notice.id == push.notice_id,
            Notice.read_at.is_(None),
            Notice.is_held.is_(False),
            PushSubscription.id == push.subscription_id,
            _holds(),
        )
    )
    return found is not None


async def done(session: Session, push: Push, *, has_arrived: bool) -> None:
    """It was told, or is not to be told."""
    await session.execute(
        delete(PushMessage).where(PushMessage.id == push.id, claims.ours(session, PushMessage))
    )
    if has_arrived:
        await session.execute(
            update(PushSubscription)
            .where(PushSubscription.id == push.subscription_id, PushSubscription.failures > 0)
            .values(failures=0, paused_until=None)
            .execution_options(synchronize_session=False)
        )
        await _let_go(session, push.subscription_id, None)
    waits_in(session, PushMessage)  # the next one for the same app


async def postpone(
    session: Session, site: Site, push: Push, *, retry_after: timedelta | None = None
) -> None:
    """The service cannot be reached, or asks us to wait: everything for this app waits."""
    failures = await session.scalar(
        select(PushSubscription.failures).where(PushSubscription.id == push.subscription_id)
    )
    pause = max(hosts.delay((failures or 0) + 1), retry_after or timedelta(0))
    until = site.now() + min(pause, hosts.LONGEST_DELAY)
    await session.execute(
        update(PushSubscription)
        .where(PushSubscription.id == push.subscription_id)
        .values(failures=PushSubscription.failures + 1, paused_until=until)
        .execution_options(synchronize_session=False)
    )
    await session.execute(
        update(PushMessage)
        .where(PushMessage.id == push.id, claims.ours(session, PushMessage))
        .values(claimed_until=None)
        .execution_options(synchronize_session=False)
    )
    await _let_go(session, push.subscription_id, until)


async def gone(session: Session, push: Push) -> None:
    """The service knows this app no more: nor do we."""
    await session.execute(
        delete(PushSubscription).where(PushSubscription.id == push.subscription_id)
    )


async def give_back(session: Session, pushes: Sequence[Push]) -> None:
    """What was claimed and not begun may be taken by anybody."""
    await session.execute(
        update(PushMessage)
        .where(PushMessage.id.in_([one.id for one in pushes]), claims.ours(session, PushMessage))
        .values(claimed_until=None)
        .execution_options(synchronize_session=False)
    )


async def forget_ended(session: Session, site: Site) -> None:
    """Throw away subscriptions whose token was revoked, and messages that are too old."""
    revoked = select(Token.id).where(Token.revoked_at.is_not(None))
    await session.execute(delete(PushSubscription).where(PushSubscription.token_id.in_(revoked)))
    await session.execute(delete(PushMessage).where(PushMessage.made_at <= site.now() - KEPT))


async def key(session: Session) -> str:
    """The private key by which push services know this instance, as PEM.

    Raises:
        NotFound: there is none yet: a mistake, for one is made at the first start.
    """
    private: str | None = await session.scalar(select(Instance.push_private))
    if private is None:
        raise NotFound("this instance has no key for push services yet")
    return safe_of(session).unlock(private)


async def public_key(session: Session) -> str:
    """Its public point, in the base64 of addresses; empty before there is one."""
    return await session.scalar(select(Instance.push_public)) or ""


async def keep_key(session: Session, pem: str, public: str) -> None:
    """This is the pair from now on, unless another process was quicker."""
    await session.execute(
        update(Instance)
        .where(Instance.push_private.is_(None))
        .values(push_private=safe_of(session).lock(pem), push_public=public)
        .execution_options(synchronize_session=False)
    )


@cache
def _to_tell() -> Plain:
    """Asked for every notice of whoever has an app that is told."""
    to = columns(PushSubscription).c
    return Plain(
        select(to.id, to.failures, to.paused_until).where(
            to.owner_id == bindparam("owner"), _holds()
        )
    )


def _holds() -> Any:
    """It was not stopped, its token is not revoked, and who got that still acts here."""
    token, mandate, to = columns(Token), columns(Mandate), columns(PushSubscription).c
    return to.stopped_at.is_(None) & (
        select(token.c.id)
        .join(
            mandate,
            (mandate.c.member_id == token.c.member_id)
            & (mandate.c.organisation_id == token.c.organisation_id),
        )
        .where(
            token.c.id == to.token_id,
            token.c.revoked_at.is_(None),
            token.c.organisation_id == to.owner_id,
        )
        .exists()
    )


async def _waiting(session: Session, subscription_id: int) -> int:
    count = select(func.count()).where(PushMessage.subscription_id == subscription_id)
    return int(await session.scalar(count) or 0)


async def _let_go(session: Session, subscription_id: int, until: datetime | None) -> None:
    """What waits for this subscription is due then; None for at once."""
    await session.execute(
        update(PushMessage)
        .where(PushMessage.subscription_id == subscription_id, PushMessage.state == WAITING)
        .values(due_at=claims.LONG_AGO if until is None else until)
        .execution_options(synchronize_session=False)
    )
