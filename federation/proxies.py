"""Proxies: whether what hands us a request is one that the operator trusts.

What a proxy says of a request is believed from a trusted one alone: everybody else could say the
same. Two things are read: the address before it (`callers`), and the number it gave to the request,
so that its log and ours can be laid side by side.
"""

import ipaddress
import re
from typing import Final

from aiohttp import web

from federation.app_keys import SETTINGS
from federation.settings import Instance, Network

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

LOOPBACK: Final = (ipaddress.ip_network("127.0.0.0/8"), ipaddress.ip_network("::1/128"))
"""Where the proxy of an instance with TLS is, unless the operator says otherwise."""

_NUMBER: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{7,63}")
"""What may stand in our log for the number of a request."""


def address(text: str) -> Address | None:
    """The address that a text is, if it is one."""
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return mapped or found


def believed(instance: Instance) -> tuple[Network, ...]:
    """Where our own proxies are."""
    if instance.trusted_proxies:
        return instance.trusted_proxies
    return LOOPBACK if instance.origin.startswith("https://") else ()


def number_given(request: web.Request) -> str | None:
    """The `X-Request-Id` of a trusted proxy, where it is one that a log can hold."""
    given = request.headers.get("X-Request-Id")
    if given is None or _NUMBER.fullmatch(given) is None:
        return None
    at = address(request.remote or "")
    proxies = believed(request.app[SETTINGS].instance)
    return given if at is not None and any(at in network for network in proxies) else None
