"""Collections: outbox, followers, history, forks … and their pages, not sealed.

They are our own lists, made on asking.
"""

from collections.abc import Sequence

from activitypub.canonical_json import Document, Json
from activitypub.jsonld.loader import AS2

PAGE = 20
"""Items of one page: what every server asks for at most in one go."""


def ordered(
    iri: str,
    *,
    total: int,
    first: str | None = None,
    items: Sequence[Json] | None = None,
    owner: str | None = None,
) -> Document:
    """An ordered collection: short ones whole, long ones by pages, hidden ones as a number only.

    Args:
        iri: its address.
        total: how many there are.
        first: its first page, if it has pages.
        items: what is in it, if it is short.
        owner: who keeps it, where that is no matter of course (FEP-7888: a conversation).
    """
    document: Document = {
        "@context": AS2,
        "id": iri,
        "type": "OrderedCollection",
        "totalItems": total,
    }
    if owner is not None:
        document["attributedTo"] = owner
    if first is not None:
        document["first"] = first
    if items is not None:
        document["orderedItems"] = list(items)
    return document


def page(iri: str, *, part_of: str, items: Sequence[Json], following: str | None) -> Document:
    """One page; `following` is the address of the next one, if there is more."""
    document: Document = {
        "@context": AS2,
        "id": iri,
        "type": "OrderedCollectionPage",
        "partOf": part_of,
        "orderedItems": list(items),
    }
    if following is not None:
        document["next"] = following
    return document
