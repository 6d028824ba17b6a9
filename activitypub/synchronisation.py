"""Followers synchronisation (FEP-8fcf): do two servers agree on who follows whom?

Who delivers to its followers says with it what the ids of the receiver's own among them add up to:
the XOR of their sha-256 sums. Who counts otherwise reads that part of the list, and mends what it
remembers. The digest is also what a list must add up to that was read: one that was cut off, or
that another moment has changed, changes nothing (Ghost lost its followers to such a list).

Header as in Mastodon's `app/lib/activitypub/followers_synchronizer` and the FEP:
`collectionId="…", digest="…", url="…"`.
"""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass

from activitypub import iris
from activitypub.canonical_json import Document, Json
from activitypub.errors import Malformed, TooLarge
from activitypub.iris import Iri

HEADER = "collection-synchronization"
"""The name of the header, in lower case; it must be signed."""

MOST_FOLLOWERS = 25_000
"""Followers of one actor up to which anybody compares (Mastodon's number): a list of so many ids
has a megabyte and a half."""

_LONGEST = 4_096  # characters; two addresses and a digest have a few hundred
_MEMBER = re.compile(r'\s*([A-Za-z]+)="([^"\\]*)"\s*(?:,|$)')
_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Announced:
    """What the header says."""

    collection: Iri
    """The followers collection of the sender."""

    digest: str
    """Of the receiver's own in it, in hexadecimal."""

    url: Iri
    """Where the receiver may read which these are."""


def digest(ids: Iterable[str]) -> str:
    """The XOR of the sha-256 sums of the ids, in hexadecimal; zeroes for nobody."""
    total = 0
    for one in set(ids):
        total ^= int.from_bytes(hashlib.sha256(one.encode("utf-8")).digest(), "big")
    return f"{total:064x}"


def written(announced: Announced) -> str:
    """The value of the header."""
    return (
        f'collectionId="{announced.collection}", digest="{announced.digest}", url="{announced.url}"'
    )


def read(text: str) -> Announced:
    """What a header says.

    Raises:
        Malformed: It is none, or says something twice.
    """
    members: dict[str, str] = {}
    position = 0
    while len(text) <= _LONGEST and (match := _MEMBER.match(text, position)):
        if match[1] in members:
            raise Malformed("a member of Collection-Synchronization stands twice")
        members[match[1]] = match[2]
        position = match.end()
    if position != len(text) or not members.keys() >= {"collectionId", "digest", "url"}:
        raise Malformed("Collection-Synchronization cannot be read")
    if not _DIGEST.fullmatch(members["digest"].lower()):
        raise Malformed("the digest of Collection-Synchronization is not sha-256")
    return Announced(
        iris.parse(members["collectionId"]), members["digest"].lower(), iris.parse(members["url"])
    )


def members_of(document: Document, *, host: str) -> frozenset[Iri]:
    """Whom a partial collection lists.

    Args:
        document: As it was read at the address that the header names.
        host: Whose members alone it may list.

    Raises:
        Malformed: It is no collection that holds all its members itself, or lists others as well.
        TooLarge: It lists more than anybody compares.
    """
    if document.get("type") not in ("Collection", "OrderedCollection"):
        raise Malformed("there is no collection at that address", code="type")
    if any(name in document for name in ("first", "next", "last")):
        raise Malformed("a partial collection in pages is not read", code="type")
    listed: Json = document.get("orderedItems", document.get("items", []))
    entries = listed if isinstance(listed, list) else [listed]
    if len(entries) > MOST_FOLLOWERS:
        raise TooLarge(f"at most {MOST_FOLLOWERS} followers are compared")
    members = [iris.parse(entry) for entry in entries]
    if any(iris.host(member) != host for member in members):
        raise Malformed("the collection lists followers of others too", code="origin-object")
    return frozenset(members)
