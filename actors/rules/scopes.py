"""Scopes: what an app may do, as Mastodon names it.

`read` covers every `read:…`, `write` every `write:…`, `admin:read` every `admin:read:…`; the old
`follow` covers following, muting and blocking, both to read and to write. Source:
docs.joinmastodon.org/api/oauth-scopes (4.2), and `profile` of 4.3, which some apps ask for already.
"""

from collections.abc import Collection
from typing import Final

DEFAULT: Final = "read"
"""What an app gets that asks for nothing, as on Mastodon."""

_READ: Final = (
    "accounts blocks bookmarks favourites filters follows lists mutes notifications search statuses"
)
_WRITE: Final = (
    "accounts blocks bookmarks conversations favourites filters follows lists media mutes "
    "notifications reports statuses"
)
_ADMIN: Final = (
    "accounts reports domain_allows domain_blocks ip_blocks email_domain_blocks "
    "canonical_email_blocks"
)

_FOLLOW: Final = frozenset(
    f"{way}:{thing}" for way in ("read", "write") for thing in ("follows", "blocks", "mutes")
)

KNOWN: Final = (
    "profile",
    "read",
    *(f"read:{thing}" for thing in _READ.split()),
    "write",
    *(f"write:{thing}" for thing in _WRITE.split()),
    "follow",
    "push",
    "admin",
    "admin:read",
    *(f"admin:read:{thing}" for thing in _ADMIN.split()),
    "admin:write",
    *(f"admin:write:{thing}" for thing in _ADMIN.split()),
)
"""Every scope that can be asked for, in the order in which we list them."""


def allows(granted: Collection[str], wanted: str) -> bool:
    """Whether scopes that were granted cover the one that is wanted."""
    parts = wanted.split(":")
    covering = {":".join(parts[: length + 1]) for length in range(len(parts))}
    if wanted in _FOLLOW:
        covering.add("follow")
    return not covering.isdisjoint(granted)


def within(granted: Collection[str], wanted: Collection[str]) -> bool:
    """Whether every scope that is wanted is covered by what was granted."""
    return all(allows(granted, scope) for scope in wanted)


def unknown(wanted: Collection[str]) -> list[str]:
    """The names among these that are no scope."""
    return [scope for scope in wanted if scope not in KNOWN]
