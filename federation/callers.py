"""Callers: from where a request comes, and whether that one asks too often.

The address is that of the connection. A proxy may name the one before it (`X-Forwarded-For`), and
only a proxy that the operator trusts is believed: everybody else could pass for anybody. Nothing
but limits depends on it.
"""

import hashlib
import ipaddress
from collections import Counter
from functools import lru_cache
from typing import Final

from aiohttp import web

from federation.app_keys import RATES, SETTINGS
from federation.middleware import OF_OPERATORS, PLACE
from federation.negotiation import Handler
from federation.proxies import address, believed
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
from federation.settings import Network

_API: Final = ("/api/", "/oauth/token", "/oauth/revoke", "/oauth/userinfo")
_SHOWN: Final = "Retry-After, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset"
_STANDING: Final[web.RequestKey[Standing | None]] = web.RequestKey("standing")
_ARRIVING: Final[web.AppKey[Counter[str]]] = web.AppKey("bodies_arriving", Counter)
LONGEST_CHAIN: Final = 200
"""Characters of an `X-Forwarded-For` whose meaning is remembered: four addresses at least."""

_IPV6_NEIGHBOURHOOD: Final = 64
"""Bits of an IPv6 address that belong to one customer (RFC 6177); Mastodon counts so too."""


def prepare(application: web.Application) -> None:
    """Give the application what is counted here alone."""
    application[_ARRIVING] = Counter()


def place(request: web.Request) -> str:
    """From where the request comes: an IPv4 address, or the network of an IPv6 address."""
    proxies = believed(request.app[SETTINGS].instance)
    named = request.headers.getall("X-Forwarded-For", [])
    whole = ",".join(named)
    found = _place if len(whole) <= LONGEST_CHAIN else _place.__wrapped__
    return found(request.remote or "", whole, proxies)


@lru_cache(maxsize=1024)  # addresses that ask again; what is forgotten is computed again
def _place(remote: str, named: str, proxies: tuple[Network, ...]) -> str:
    found = address(remote)
    if found is None:
        return remote or "-"
    for text in reversed(named.split(",")):
        if not any(found in network for network in proxies):
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
    try:
        request[_STANDING] = _standing(request, caller)
    except TooMany as refusal:
        request[_STANDING] = refusal.standing
        raise
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
        response.headers.setdefault("Access-Control-Expose-Headers", _SHOWN)
    standing = request.get(_STANDING)
    if standing is None or not request.path.startswith(_API):
        return
    response.headers["X-RateLimit-Limit"] = str(standing.limit.most)
    response.headers["X-RateLimit-Remaining"] = str(standing.left)
    until = standing.until.isoformat(timespec="milliseconds")
    response.headers["X-RateLimit-Reset"] = until.replace("+00:00", "Z")


def _standing(request: web.Request, caller: str) -> Standing | None:
    rates, path = request.app[RATES], request.path
    if request.method == "POST" and path.endswith("/inbox"):
        most = request.app[SETTINGS].inbox.most_per_address
        return rates.take(Limit("inbox", most, FIVE_MINUTES), caller) if most else None
    if not path.startswith(_API) or path.startswith(OF_OPERATORS) or request.method == "OPTIONS":
        return None
    token = _bearer(request)
    if token is None:
        return rates.take(STRANGER, caller)
    rates.check(WRONG_TOKEN, caller)
    return rates.take(TOKEN, hashlib.sha256(token.encode()).hexdigest())


def _bearer(request: web.Request) -> str | None:
    kind, _, secret = request.headers.get("Authorization", "").strip().partition(" ")
    return secret.strip() if kind.lower() == "bearer" else None
