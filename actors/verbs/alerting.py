"""Alerting: an app asks to be told of notices while it is closed, changes that, and ends it.

Source: docs.joinmastodon.org/methods/push (4.5); the Push API of the W3C for the keys.
"""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import delete, select

from actors.database import Session, safe_of
from actors.errors import Unwise
from actors.rules.secrets import digest
from actors.site import Site
from actors.tables.access import Token
from actors.tables.push import PushMessage, PushSubscription

POLICIES: Final = ("all", "followed", "follower", "none")
"""Of whose deeds an app may want to be told: of everybody's, of those whom one follows, of those
who follow, of nobody's."""

POINT: Final = 65
"""Bytes of a public key on P-256, uncompressed (SEC 1, 2.3.3)."""

SECRET: Final = 16
"""Bytes of the secret that app and server share (RFC 8291, 3.2)."""

LONGEST_ENDPOINT: Final = 2_048
"""Characters of an address at a push service: theirs have some 200."""

BAD_ENDPOINT: Final = "Validation failed: Endpoint is invalid"
BAD_KEYS: Final = "Validation failed: Key p256dh is invalid, Key auth is invalid"
BAD_POLICY: Final = "Validation failed: Policy is not included in the list"


@dataclass(frozen=True)
class Wanted:
    """What an app asks for.

    Attributes:
        endpoint: https, at a push service.
        p256dh: its public key, in the base64 of addresses, padded or not.
        auth: the secret that it shares with us, likewise.
        alerts: types of notifications.
        policy: one of `POLICIES`.
        is_standard: it reads RFC 8291.
    """

    endpoint: str
    p256dh: str
    auth: str
    alerts: Mapping[str, bool]
    policy: str
    is_standard: bool


def must_be_sound(wanted: Wanted) -> None:
    """Refuse what nothing could be sent to.

    Raises:
        Unwise: the address is none, or the keys are none.
    """
    if not wanted.endpoint.startswith(("https://", "http://")):
        raise Unwise(BAD_ENDPOINT)
    if len(wanted.endpoint) > LONGEST_ENDPOINT or not wanted.endpoint.isascii():
        raise Unwise(BAD_ENDPOINT)
    point, secret = unpadded(wanted.p256dh), unpadded(wanted.auth)
    if len(point) != POINT or point[0] != 4 or len(secret) != SECRET:
        raise Unwise(BAD_KEYS)
    must_be_policy(wanted.policy)


def must_be_policy(policy: str) -> None:
    """Refuse what says nothing.

    Raises:
        Unwise: it is none of `POLICIES`.
    """
    if policy not in POLICIES:
        raise Unwise(BAD_POLICY)


async def of_token(session: Session, secret: str) -> PushSubscription | None:
    """The subscription that was made with this token; to the app, one that was stopped is none."""
    found: PushSubscription | None = await session.scalar(
        select(PushSubscription)
        .join(Token, Token.id == PushSubscription.token_id)
        .where(Token.secret == digest(secret), PushSubscription.stopped_at.is_(None))
    )
    return found


async def subscribe(
    session: Session, site: Site, owner_id: int, secret: str, wanted: Wanted
) -> PushSubscription:
    """Tell this app from now on; what it asked for before with the same token is over.

    Args:
        session: an open transaction.
        site: our clock and ids.
        owner_id: the organisation it acts for.
        secret: its token, which is known to hold.
        wanted: where, and of what.

    Raises:
        Unwise: nothing could be sent there.
    """
    must_be_sound(wanted)
    token = (await session.scalars(select(Token).where(Token.secret == digest(secret)))).one()
    await unsubscribe(session, secret)
    row = PushSubscription(
        id=site.new_id(),
        token_id=token.id,
        owner_id=owner_id,
        endpoint=wanted.endpoint,
        p256dh=wanted.p256dh,
        auth=wanted.auth,
        bearer=safe_of(session).lock(secret),
        alerts=dict(wanted.alerts),
        policy=wanted.policy,
        is_standard=wanted.is_standard,
        made_at=site.now(),
    )
    session.add(row)
    await session.flush()
    return row


async def change(
    session: Session, row: PushSubscription, alerts: Mapping[str, bool], policy: str
) -> None:
    """Tell it of other things.

    Raises:
        Unwise: the policy is none.
    """
    must_be_policy(policy)
    row.alerts, row.policy = dict(alerts), policy
    await session.flush()


async def stop(session: Session, site: Site, row: PushSubscription) -> None:
    """A member wants no messages for this app any more; what waits for it is thrown away."""
    if row.stopped_at is None:
        row.stopped_at = site.now()
        await session.flush()
    await session.execute(delete(PushMessage).where(PushMessage.subscription_id == row.id))


async def resume(session: Session, row: PushSubscription) -> None:
    """She takes that back: the app is told again, of what happens from now on."""
    row.stopped_at = None
    await session.flush()


async def unsubscribe(session: Session, secret: str) -> None:
    """Tell it nothing more; fine where it was told nothing."""
    token = select(Token.id).where(Token.secret == digest(secret)).scalar_subquery()
    await session.execute(
        delete(PushSubscription)
        .where(PushSubscription.token_id == token)
        .execution_options(synchronize_session="fetch")
    )


def unpadded(text: str) -> bytes:
    """The bytes behind the base64 of addresses; nothing where it is none."""
    try:
        bare = text.rstrip("=").replace("+", "-").replace("/", "_")
        return base64.b64decode(bare + "=" * (-len(bare) % 4), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error):
        return b""
