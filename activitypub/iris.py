"""Iri: the address that names everything in the network.

Only `parse` makes one, so whoever holds an `Iri` holds an absolute http(s) address with exactly one
spelling of its host: lower case, ASCII (IDNA 2008 with UTS 46), no default port, no user name, no
trailing dot. Path, query and fragment stay exactly as the peer wrote them, because peers compare
ids byte for byte and because signatures cover the raw path.

Two documents belong together when they share an *origin* (RFC 6454: scheme, host, port), which is
what FEP-fe34 builds its security on.
"""

import ipaddress
import re
from functools import lru_cache
from typing import NewType

import idna

from activitypub.errors import Malformed

Iri = NewType("Iri", str)
"""An absolute, normalised http(s) address; made only by `parse`."""

LONGEST = 2048
"""Characters. What Mastodon stores; also the longest address that old proxies let through."""

KEPT = 4096
"""Addresses and hosts that were judged lately: one activity names a dozen addresses, most of them
twice, and its neighbours name the same. At most 16 MB, if all were as long as they may be."""

_SHAPE = re.compile(
    r"(https?)://([^/?#]*)([^?#]*)(\?[^#]*)?(#.*)?", re.IGNORECASE | re.ASCII | re.DOTALL
)
_AUTHORITY = re.compile(r"(\[[0-9a-f:.]+\]|[^\[\]:@]+)(?::([0-9]{1,5}))?", re.IGNORECASE | re.ASCII)
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_NUMERIC = re.compile(r"[0-9]+|0x[0-9a-f]*")
_NEVER = re.compile(r'[ \\<>"`]')
_END_OF_HOST = re.compile(r"[/?#]")
_DEFAULT_PORTS = {"http": 80, "https": 443}
_LONGEST_HOST = 253  # RFC 1035
_LARGEST_PORT = 65535


def parse(text: object) -> Iri:
    """Read an address that a peer wrote.

    Args:
        text: Anything; peers put lists and numbers where an address should be.

    Raises:
        Malformed: It is not an absolute http or https address, or could be read in two ways.
    """
    if not isinstance(text, str):
        raise Malformed("an address must be a string")
    if len(text) > LONGEST:
        raise Malformed(f"an address may have {LONGEST} characters at most")
    return _parsed(str(text))


def origin(iri: Iri) -> str:
    """Scheme, host and port (the latter only if it is not the default): `https://host[:port]`."""
    scheme, rest = iri.split("://", 1)
    return f"{scheme}://{_END_OF_HOST.split(rest, 1)[0]}"


def host(iri: Iri) -> str:
    """Host and port (the latter only if it is not the default): `host[:port]`."""
    return _END_OF_HOST.split(iri.split("://", 1)[1], 1)[0]


def same_origin(one: Iri, other: Iri) -> bool:
    """Whether both addresses are under the same scheme, host and port (FEP-fe34)."""
    return origin(one) == origin(other)


def without_fragment(iri: Iri) -> Iri:
    """The address of the document in which the named thing is found."""
    return Iri(iri.split("#", 1)[0])


def fragment(iri: Iri) -> str:
    """What stands behind `#`, without it; empty when there is none."""
    return iri.partition("#")[2]


def canonical_host(text: str) -> str:
    """One spelling for a host name with an optional port, as it stands in handles and lists.

    Raises:
        Malformed: It is not a host name, or could be read in two ways.
    """
    return _authority("https", text)


@lru_cache(maxsize=KEPT)
def _parsed(text: str) -> Iri:
    # `isprintable` knows every space but U+0020.
    if not text.isprintable() or _NEVER.search(text):
        raise Malformed("an address may not contain spaces, control characters or backslashes")
    shape = _SHAPE.fullmatch(text)
    if shape is None:
        raise Malformed("an address must begin with https:// or http://")
    scheme, authority, path, query, fragment_part = shape.groups(default="")
    scheme = scheme.lower()
    return Iri(f"{scheme}://{_authority(scheme, authority)}{path}{query}{fragment_part}")


@lru_cache(maxsize=KEPT)
def _authority(scheme: str, authority: str) -> str:
    match = _AUTHORITY.fullmatch(authority)
    if match is None:
        raise Malformed("an address must name one host, with at most a port and without a user")
    name, port = match.groups()
    canonical = _ipv6(name) if name.startswith("[") else _name(name)
    if port is None or int(port) == _DEFAULT_PORTS[scheme]:
        return canonical
    if not 1 <= int(port) <= _LARGEST_PORT:
        raise Malformed("the port of an address must be between 1 and 65535")
    return f"{canonical}:{int(port)}"


def _ipv6(name: str) -> str:
    try:
        return f"[{ipaddress.IPv6Address(name[1:-1])}]"
    except ValueError as fault:
        raise Malformed("the address in brackets is not an IPv6 address") from fault


def _name(name: str) -> str:
    if not name.isascii():
        try:
            name = idna.encode(name, uts46=True).decode("ascii")
        except UnicodeError as fault:
            raise Malformed("the host name is not a valid international domain name") from fault
    name = name.lower()
    labels = name.split(".")
    if len(name) > _LONGEST_HOST or not all(_LABEL.fullmatch(label) for label in labels):
        raise Malformed("the host name is not valid")
    if _NUMERIC.fullmatch(labels[-1]) and not _is_dotted_quad(name):
        # What ends in a number is an IPv4 address to browsers and resolvers: 0x7f.1, 2130706433.
        raise Malformed("an IPv4 address must be written as four plain numbers")
    return name


def _is_dotted_quad(name: str) -> bool:
    try:
        return str(ipaddress.IPv4Address(name)) == name
    except ValueError:
        return False
