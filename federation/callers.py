"""Callers: from where a request comes, and whether that one asks too often.

The address is that of the connection. A proxy may name the one before it (`X-Forwarded-For`), and
only a proxy that the operator trusts is believed: everybody else could pass for anybody. Nothing
but limits depends on it.
"""

import hashlib
import ipaddress
from collections import Counter
from typing import Final

from aiohttp import web

from federation.app_keys import RATES, SETTINGS
from federation.middleware import OF_OPERATORS, PLACE
from federation.negotiation import Handler
from federation.proxies import address, is_trusted
from federation.rates import (
    BODIES_AT_ONCE,
    FIVE_MINUTES,
    STRANGER,
    TOKEN,
    WRONG_TOKEN,
    Limit,
    Standing,
    TooMany,
)

_API: Final = ("/api/", "/oauth/token", "/oauth/revoke")
_STANDING: Final[web.RequestKey[Standing | None]] = web.RequestKey("standing")
_ARRIVING: Final[web.AppKey[Counter[str]]] = web.AppKey("bodies_arriving", Counter)
_IPV6_NEIGHBOURHOOD: Final = 64
"""Bits of an IPv6 address that belong to one customer (RFC 6177); Mastodon counts so too."""


def prepare(application: web.Application) -> None:
    """Give the application what is counted here alone."""
    application[_ARRIVING] = Counter()


def place(request: web.Request) -> str:
    """From where the request comes: an IPv4 address, or the network of an IPv6 address."""
    found = address(request.remote or "")
    if found is None:
        return request.remote or "-"
    named = request.headers.getall("X-Forwarded-For", [])
    for text in reversed(",".join(named).split(",")):
        if not is_trusted(request, found):
            break
        before = address(text.strip())
        if before is None:
            break
        found = before
    if found.version == 4:
        return str(found)
    return str(ipaddress.ip_network((found, _IPV6_NEIGHBOURHOOD), strict=False))


@web.middleware
async def counted(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Let nobody use up the server.

    Raises:
        TooMany: this caller has asked too often, or sends too many bodies at a time.
    """
    caller = request[PLACE] = place(request)
    request[_STANDING] = _standing(request)
    if request.content.is_eof():
        return await handler(request)
    arriving = request.app[_ARRIVING]
    if arriving[caller] >= BODIES_AT_ONCE:
        raise TooMany(FIVE_MINUTES / 60)
    arriving[caller] += 1
    try:
        return await handler(request)
    finally:
        arriving[caller] -= 1
        if not arriving[caller]:
            del arriving[caller]


async def tell(request: web.Request, response: web.StreamResponse) -> None:
    """Signal `on_response_prepare`: what an app may still ask, in Mastodon's headers.

    A token that nobody has is counted here, where the answer is known.
    """
    if response.status == 401 and _bearer(request) is not None:
        try:
            request.app[RATES].take(WRONG_TOKEN, place(request))
        except TooMany:
            return
    if response.status == 429 and request.path.startswith(_API):
        response.headers.setdefault("Access-Control-Allow-Origin", "*")
        response.headers.setdefault("Access-Control-Expose-Headers", "Retry-After")
    standing = request.get(_STANDING)
    if standing is None or not request.path.startswith(_API):
        return
    response.headers["X-RateLimit-Limit"] = str(standing.limit.most)
    response.headers["X-RateLimit-Remaining"] = str(standing.left)
    until = standing.until.isoformat(timespec="milliseconds")
    response.headers["X-RateLimit-Reset"] = until.replace("+00:00", "Z")


def _standing(request: web.Request) -> Standing | None:
    rates, path = request.app[RATES], request.path
    if request.method == "POST" and path.endswith("/inbox"):
        most = request.app[SETTINGS].inbox.most_per_address
        return rates.take(Limit("inbox", most, FIVE_MINUTES), place(request)) if most else None
    if not path.startswith(_API) or path.startswith(OF_OPERATORS) or request.method == "OPTIONS":
        return None
    token = _bearer(request)
    if token is None:
        return rates.take(STRANGER, place(request))
    rates.check(WRONG_TOKEN, place(request))
    return rates.take(TOKEN, hashlib.sha256(token.encode()).hexdigest())


def _bearer(request: web.Request) -> str | None:
    kind, _, secret = request.headers.get("Authorization", "").strip().partition(" ")
    return secret.strip() if kind.lower() == "bearer" else None
