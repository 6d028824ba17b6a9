"""Hosts: which names a rule about a host covers.

A rule about `evil.example` covers that very name, every name below it and every port: whoever may
answer at one of them may answer at all. Mastodon's domain blocks cover subdomains too.
"""

from collections.abc import Collection

from activitypub.errors import Malformed
from activitypub.iris import canonical_host
from actors.errors import Unwise


def named(text: str) -> str:
    """The host that somebody means: its one spelling, without a port.

    Raises:
        Unwise: it is no host name.
    """
    words = "That is not the name of a site, such as site.example."
    try:
        return _bare(canonical_host(text.strip().lower().removesuffix(".")))
    except Malformed as fault:
        raise Unwise(words, fields={"host": words}) from fault


def covering(host: str) -> tuple[str, ...]:
    """Every name under which a rule covers this host: its own without the port, and its parents."""
    bare = _bare(host)
    if bare.startswith("["):
        return (bare,)
    labels = bare.split(".")
    return tuple(".".join(labels[place:]) for place in range(len(labels)))


def is_covered(host: str, names: Collection[str]) -> bool:
    """Whether one of these names covers the host."""
    return any(name in names for name in covering(host))


def _bare(host: str) -> str:
    if host.endswith("]"):
        return host
    name, colon, port = host.rpartition(":")
    return name if colon and port.isdigit() else host
