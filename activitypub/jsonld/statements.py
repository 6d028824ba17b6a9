"""What a JSON-LD document states, as RDF: the canonical text that signatures cover, and back.

Needed only for Linked Data signatures on what others forward, and the one place where PyLD reads
what a stranger sent. PyLD has no work limit, so the limits are here: contexts come from pinned
copies only, the number of statements is bounded, blank nodes may not be tied to each other other
than as a tree (JSON without labels cannot do anything else), and the canonicalisation counts its
steps. The graphs that cost hours (nodes that all point to each other) are refused before it begins.

`tree` makes a document of nothing but the statements: what no statement holds (a word that no
context defines, a relative address, a second description of the same thing) is not in it.

Source: JSON-LD 1.1, RDF Dataset Canonicalization (URDNA2015), section 4.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias, TypedDict

from pyld import jsonld
from pyld.canon import URDNA2015
from pyld.identifier_issuer import IdentifierIssuer

from activitypub.canonical_json import Document, Json, encode
from activitypub.errors import Malformed, NotAuthentic, TooLarge, UnknownContext
from activitypub.jsonld import frozen

LARGEST = 128 * 1024
"""Bytes of a document: twice what Misskey takes; expanding so much takes a quarter of a second."""

MOST_STATEMENTS = 1_000
"""A Note with forty mentions and ten pictures makes some three hundred. PyLD compares each value
with all others that a thing has: a thousand in one place take half a second."""

MOST_BLANK = 200
"""Things without an id: each mention, hashtag and picture is one."""

MOST_STEPS = 400
"""Steps of the search for an order among blank nodes that look alike; a step takes 0.1 ms. A poll
of ten answers whose lists of votes look alike needs twenty."""

MOST_ALIKE = 4
"""Blank nodes below one other that look alike: their 24 orders are all tried at each step."""

_DEFAULT_GRAPH = "@default"
_BLANK = "blank node"


class _Term(TypedDict):
    type: str
    value: str


_Statement: TypeAlias = dict[str, _Term]


@dataclass(frozen=True)
class Statements:
    """What a document states, in one graph without a name."""

    _statements: tuple[_Statement, ...]

    def canonical(self) -> str:
        """The statements as N-Quads in canonical order (URDNA2015).

        Raises:
            NotAuthentic: Too many blank nodes look alike.
        """
        return _Bounded().text(self._copies())

    def tree(self, root: str, context: Sequence[Json]) -> Document:
        """The statements as one document that begins at `root`.

        Raises:
            Malformed: Nothing is said about `root`, or it would be larger than what was read.
        """
        flat: list[Document] = jsonld.from_rdf(
            {_DEFAULT_GRAPH: self._copies()}, {"useNativeTypes": True}
        )
        nodes = {str(node["@id"]): node for node in flat}
        if root not in nodes:
            raise Malformed("nothing is said about what the document is about", code="context")
        whole = _Embedding(nodes).of(root)
        try:
            compacted: Document = jsonld.compact(
                whole, list(context), {"documentLoader": frozen.loader()}
            )
        except jsonld.JsonLdError as fault:
            raise Malformed("the document is not valid JSON-LD", code="context") from fault
        return compacted

    def _copies(self) -> list[_Statement]:
        """PyLD writes into what it is given."""
        return [{part: term.copy() for part, term in one.items()} for one in self._statements]


def read(document: Document) -> Statements:
    """What the document states.

    Args:
        document: As parsed, and judged by `reading_alike`.

    Raises:
        UnknownContext: It names a context of which we have no copy.
        TooLarge: It says more than can be put in order in a moment.
        NotAuthentic: Its blank nodes are tied to each other.
        Malformed: It is not JSON-LD, or holds named graphs.
    """
    if len(encode(document)) > LARGEST:
        raise TooLarge(f"a document with such a signature may have {LARGEST} bytes")
    _check_values(document)
    try:
        dataset: dict[str, list[_Statement]] = jsonld.to_rdf(
            document, {"documentLoader": frozen.loader()}
        )
    except jsonld.JsonLdError as fault:
        raise _refusal(fault) from fault
    if dataset.keys() - {_DEFAULT_GRAPH}:
        raise Malformed("a document may not hold named graphs", code="ld-keyword")
    statements = tuple(dataset.get(_DEFAULT_GRAPH, []))
    _check_size(statements)
    return Statements(statements)


def _check_values(document: Document) -> None:
    """Count before PyLD does anything: every value may become a statement."""
    pending: list[Json] = [document]
    for value in pending:
        inside = value.values() if isinstance(value, dict) else value
        if isinstance(inside, str) or not isinstance(inside, Iterable):
            continue
        pending.extend(inside)
        if len(pending) > MOST_STATEMENTS:
            raise TooLarge("the document makes too many statements")


def _check_size(statements: tuple[_Statement, ...]) -> None:
    """Refuse what is too much, and blank nodes that two others point to, or that form a ring."""
    if len(statements) > MOST_STATEMENTS:
        raise TooLarge("the document makes too many statements")
    blank = {term["value"] for one in statements for term in _terms(one) if term["type"] == _BLANK}
    if len(blank) > MOST_BLANK:
        raise TooLarge("too many things in the document have no id")
    parents: dict[str, str] = {}
    for one in statements:
        below = one["object"]
        if below["type"] == _BLANK:
            if below["value"] in parents:
                raise _tied()
            parents[below["value"]] = one["subject"]["value"]
    for start in parents:
        node, steps = start, 0
        while node in parents and node in blank:
            node, steps = parents[node], steps + 1
            if steps > len(parents):
                raise _tied()


def _terms(statement: _Statement) -> Iterator[_Term]:
    return (statement[part] for part in ("subject", "object"))


def _tied() -> NotAuthentic:
    return NotAuthentic("things without an id are tied to each other", code="signature-syntax")


class _Bounded(URDNA2015):  # type: ignore[misc] # PyLD has no types
    """PyLD's canonicalisation, which ends after so many steps."""

    def __init__(self) -> None:
        super().__init__()
        self._steps = 0

    def text(self, statements: list[_Statement]) -> str:
        """The canonical N-Quads."""
        whole: str = self.main({_DEFAULT_GRAPH: statements}, {"format": "application/n-quads"})
        return whole

    def hash_n_degree_quads(self, id_: str, issuer: IdentifierIssuer) -> dict[str, object]:
        """One step (4.8)."""
        self._steps += 1
        if self._steps > MOST_STEPS:
            raise _alike()
        found: dict[str, object] = super().hash_n_degree_quads(id_, issuer)
        return found

    def create_hash_to_related(self, id_: str, issuer: IdentifierIssuer) -> dict[str, list[str]]:
        """Which neighbours look alike: all their orders are tried (4.8.3)."""
        related: dict[str, list[str]] = super().create_hash_to_related(id_, issuer)
        if any(len(nodes) > MOST_ALIKE for nodes in related.values()):
            raise _alike()
        return related


def _alike() -> NotAuthentic:
    return NotAuthentic("too many things without an id look alike", code="signature-syntax")


class _Embedding:
    """Puts every thing that is described into the places that point to it.

    Args:
        nodes: Id to description, flat and expanded.
    """

    def __init__(self, nodes: dict[str, Document]) -> None:
        self._nodes = nodes
        self._left = MOST_STATEMENTS

    def of(self, node_id: str, above: frozenset[str] = frozenset()) -> Document:
        """One description with all below it; who stands above is only named."""
        self._left -= 1
        if self._left < 0:
            raise TooLarge("the things in the document point to each other too often")
        here = above | {node_id}
        return {
            name: self._value(value, here)
            for name, value in self._nodes[node_id].items()
            # The labels of blank nodes were given by the way, and mean nothing outside.
            if name != "@id" or not node_id.startswith("_:")
        }

    def _value(self, value: Json, here: frozenset[str]) -> Json:
        if isinstance(value, list):
            return [self._value(entry, here) for entry in value]
        if not isinstance(value, dict):
            return value
        if "@list" in value:
            return {"@list": self._value(value["@list"], here)}
        inner = value.get("@id")
        if isinstance(inner, str) and inner in self._nodes and inner not in here:
            return self.of(inner, here)
        return value


def _refusal(fault: jsonld.JsonLdError) -> Malformed | UnknownContext:
    cause: BaseException | None = fault
    while isinstance(cause, jsonld.JsonLdError):
        if "loading" in str(cause.code):
            return UnknownContext("a JSON-LD context is not known here")
        cause = cause.__cause__
    return Malformed("the document is not valid JSON-LD", code="context")
