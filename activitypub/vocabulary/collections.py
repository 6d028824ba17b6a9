"""Collections and their pages (AS2 Core, section 5).

`Collection` and `OrderedCollection` differ in the name of their list only; both are read into
`items`.
"""

from dataclasses import dataclass, field
from typing import ClassVar

from activitypub.iris import Iri
from activitypub.vocabulary.core import Object
from activitypub.vocabulary.terms import count, embedded, iri, members, term


@dataclass(frozen=True, kw_only=True, slots=True)
class Collection(Object):
    """A set of objects, listed here or on pages."""

    type_name: ClassVar[str] = "Collection"

    total_items: int | None = field(default=None, metadata=term("totalItems", count))
    unordered: tuple[Object | Iri, ...] = field(default=(), metadata=term("items", members))
    ordered: tuple[Object | Iri, ...] = field(default=(), metadata=term("orderedItems", members))
    first: Object | Iri | None = field(default=None, metadata=term("first", embedded))
    last: Iri | None = field(default=None, metadata=term("last", iri))

    @property
    def items(self) -> tuple[Object | Iri, ...]:
        """The members, under whichever name they were sent."""
        return self.ordered or self.unordered


@dataclass(frozen=True, kw_only=True, slots=True)
class OrderedCollection(Collection):
    """A collection whose order means something: newest first, in ActivityPub."""

    type_name: ClassVar[str] = "OrderedCollection"


@dataclass(frozen=True, kw_only=True, slots=True)
class CollectionPage(Collection):
    """A part of a collection."""

    type_name: ClassVar[str] = "CollectionPage"

    part_of: Iri | None = field(default=None, metadata=term("partOf", iri))
    next: Iri | None = field(default=None, metadata=term("next", iri))
    prev: Iri | None = field(default=None, metadata=term("prev", iri))


@dataclass(frozen=True, kw_only=True, slots=True)
class OrderedCollectionPage(CollectionPage):
    """A part of an ordered collection."""

    type_name: ClassVar[str] = "OrderedCollectionPage"
