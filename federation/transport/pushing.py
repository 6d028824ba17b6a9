"""Pushing: a message, locked for one app, on its way to the push service that wakes it.

RFC 8030 (how), RFC 8291 (locked how), RFC 8292 (who sends it: VAPID). Apps that were written
before those read their drafts of 2016: `aesgcm` and `WebPush`. Locking is `http-ece`'s and signing
`py-vapid`'s; the connection is ours, with all that the guard forbids.

| answer | meaning |
|---|---|
| 2xx | taken |
| 408, 429, 5xx, no answer | later |
| everything else, and what the guard refuses | the service knows this app no more |
"""

import base64
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Final

import http_ece
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from py_vapid import Vapid01, Vapid02

from activitypub import iris
from activitypub.errors import ProtocolError
from actors.mail.pushes import KEPT, Push
from federation.errors import TEMPORARY_STATUSES, TransportError, Unsafe
from federation.transport.client import Client
from federation.transport.redirects import retry_after

LARGEST: Final = 3_000
"""Bytes of a message before it is locked: services take 4,096 after that (RFC 8030, 7.2)."""

SIGNED_FOR: Final = timedelta(hours=12)
"""How long a service may take us for who we are; RFC 8292 allows a day."""


class Told(Enum):
    """What became of one try."""

    TAKEN = "taken"
    LATER = "later"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class PushResult:
    """What became of one try, and why.

    Attributes:
        told: what to do with the message.
        reason: for the operator, one line.
        retry_after: how long the service asked us to wait, if it did.
    """

    told: Told
    reason: str
    retry_after: timedelta | None = None


@dataclass(frozen=True)
class Identity:
    """Who we are to push services.

    Attributes:
        pem: the private key, on P-256.
        contact: whom they can write to: a `mailto:` or our address.
    """

    pem: str
    contact: str


def new_key() -> tuple[str, str]:
    """A key by which push services know an instance: PEM, and the public point in base64.

    It takes less than a millisecond.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return pem.decode("ascii"), _text(_point(key))


async def push(
    client: Client,
    identity: Identity,
    parcel: Push,
    payload: bytes,
    now: Callable[[], datetime],
) -> PushResult:
    """Give one message to its service. Never raises for what the network or the service does.

    Args:
        client: opens the connection.
        identity: who we are.
        parcel: for whom.
        payload: what the app is told, at most `LARGEST` bytes.
        now: tells the time.
    """
    try:
        headers, body = sealed(identity, parcel, payload, now())
        response = await client.request(
            "POST", iris.parse(parcel.endpoint), headers, body, purpose="push"
        )
    except (Unsafe, ProtocolError, ValueError) as error:
        return PushResult(Told.GONE, getattr(error, "reason", "its keys are none"))
    except TransportError as error:
        return PushResult(Told.LATER, error.reason)
    status = response.status
    if 200 <= status < 300:
        return PushResult(Told.TAKEN, str(status))
    if status in TEMPORARY_STATUSES or status >= 500:
        return PushResult(Told.LATER, str(status), retry_after(response))
    return PushResult(Told.GONE, str(status))


def sealed(
    identity: Identity, parcel: Push, payload: bytes, now: datetime
) -> tuple[tuple[tuple[str, str], ...], bytes]:
    """The headers and the body of one message.

    Raises:
        ValueError: the app's key is no point of the curve.
    """
    own = ec.generate_private_key(ec.SECP256R1())
    coding = "aes128gcm" if parcel.is_standard else "aesgcm"
    salt = secrets.token_bytes(16)
    body = bytes(
        http_ece.encrypt(
            payload,
            salt=salt,
            private_key=own,
            dh=_bytes(parcel.p256dh),
            auth_secret=_bytes(parcel.auth),
            version=coding,
        )
    )
    claims = {
        "aud": iris.origin(iris.parse(parcel.endpoint)),
        "exp": int((now + SIGNED_FOR).timestamp()),
        "sub": identity.contact,
    }
    how = Vapid02 if parcel.is_standard else Vapid01
    key = serialization.load_pem_private_key(identity.pem.encode(), None)
    signed: dict[str, str] = how(key, {"no-strict": True}).sign(claims)
    headers = [
        ("content-type", "application/octet-stream"),
        ("content-encoding", coding),
        ("ttl", str(max(0, min(int((parcel.expires_at - now).total_seconds()), _LONGEST)))),
        ("urgency", "normal"),
        ("authorization", signed["Authorization"]),
    ]
    if not parcel.is_standard:
        headers.append(("encryption", f"salt={_text(salt)}"))
        headers.append(("crypto-key", f"dh={_text(_point(own))};{signed['Crypto-Key']}"))
    return tuple(headers), body


_LONGEST: Final = int(KEPT.total_seconds())


def _point(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.public_key().public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    )


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def _bytes(text: str) -> bytes:
    bare = text.rstrip("=").replace("+", "-").replace("/", "_")
    return base64.urlsafe_b64decode(bare + "=" * (-len(bare) % 4))
