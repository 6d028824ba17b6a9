"""Who is a document for? `to` and `cc` to a visibility, and back.

The four visibilities are Mastodon's convention, which every server follows: the public collection
in `to` is public, in `cc` unlisted, the author's followers only, or just the actors that are named.
`bto` and `bcc` are never sent nor kept (ActivityPub 6).
"""

import re
from collections.abc import Sequence
from enum import Enum

from activitypub.canonical_json import Document, Json, encode
from activitypub.iris import Iri
from activitypub.vocabulary import terms

PUBLIC = terms.PUBLIC
"""Everybody (ActivityPub 5.6)."""

_BLIND = frozenset({"bto", "bcc"})
_PERHAPS_BLIND = re.compile(rb'"b(?:to|cc)":')


class Visibility(Enum):
    """Who may see it. From the widest to the narrowest."""

    PUBLIC = "public"
    UNLISTED = "unlisted"
    FOLLOWERS = "followers"
    DIRECT = "direct"


def visibility(to: Sequence[str], cc: Sequence[str], followers: Iri | None) -> Visibility:
    """Who may see a document that is addressed so.

    Args:
        to: First recipients; `as:Public` and `Public` count as `PUBLIC`.
        cc: Further recipients.
        followers: The followers collection of the author, if there is one.
    """
    if any(_is_public(entry) for entry in to):
        return Visibility.PUBLIC
    if any(_is_public(entry) for entry in cc):
        return Visibility.UNLISTED
    if followers is not None and (followers in to or followers in cc):
        return Visibility.FOLLOWERS
    return Visibility.DIRECT


def addresses(
    visible: Visibility, followers: Iri | None, mentioned: Sequence[Iri]
) -> tuple[tuple[Iri, ...], tuple[Iri, ...]]:
    """The `to` and `cc` of a document that this circle shall see.

    Args:
        visible: The circle.
        followers: The followers collection of the author; without one, nobody stands for it.
        mentioned: Actors that are told in any case.

    Returns:
        `to` and `cc`, without repeats.
    """
    circle = () if followers is None else (followers,)
    if visible is Visibility.PUBLIC:
        return (PUBLIC,), _unique((*circle, *mentioned))
    if visible is Visibility.UNLISTED:
        return circle, _unique((PUBLIC, *mentioned))
    if visible is Visibility.FOLLOWERS:
        return circle, _unique(mentioned)
    return _unique(mentioned), ()


def without_blind_copies(document: Document) -> Document:
    """The document without `bto` and `bcc`, at any depth; the given one stays as it is."""
    return {key: _without(value) for key, value in document.items() if key not in _BLIND}


def encoded_without_blind_copies(document: Document) -> bytes:
    """The same in bytes, to be kept; where none is written, as nearly always, nothing is copied.

    Raises:
        Malformed: as `canonical_json.encode`.
    """
    written = encode(document)
    if _PERHAPS_BLIND.search(written) is None:
        return written
    return encode(without_blind_copies(document))


def _without(value: Json) -> Json:
    if isinstance(value, dict):
        return without_blind_copies(value)
    if isinstance(value, list):
        return [_without(entry) for entry in value]
    return value


def _unique(entries: Sequence[Iri]) -> tuple[Iri, ...]:
    return tuple(dict.fromkeys(entries))


def _is_public(entry: str) -> bool:
    return entry == PUBLIC or entry in terms.PUBLIC_NAMES
