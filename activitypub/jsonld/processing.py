"""Expand and compact our own documents with PyLD, over the pinned contexts only.

For exports and for checking what we write. Not for what a peer sent: PyLD has no work limit.
"""

from collections.abc import Sequence

from pyld import jsonld

from activitypub.canonical_json import Document, Json
from activitypub.errors import Malformed, ProtocolError, UnknownContext
from activitypub.jsonld import frozen


def expand(document: Document) -> list[Document]:
    """The document with every term replaced by the IRI that it stands for.

    Raises:
        UnknownContext: It names a context of which we have no copy.
        Malformed: It is not JSON-LD.
    """
    try:
        expanded: list[Document] = jsonld.expand(document, {"documentLoader": frozen.loader()})
    except jsonld.JsonLdError as fault:
        raise _refusal(fault) from fault
    return expanded


def compact(document: Document, context: str | Document | Sequence[Json]) -> Document:
    """The document written with the terms of another context.

    Args:
        document: Any JSON-LD document, expanded or not.
        context: What would stand in `@context`.

    Raises:
        UnknownContext: A context is named of which we have no copy.
        Malformed: It is not JSON-LD.
    """
    try:
        compacted: Document = jsonld.compact(document, context, {"documentLoader": frozen.loader()})
    except jsonld.JsonLdError as fault:
        raise _refusal(fault) from fault
    return compacted


def _refusal(fault: jsonld.JsonLdError) -> ProtocolError:
    cause: BaseException | None = fault
    while isinstance(cause, jsonld.JsonLdError):
        if "loading" in str(cause.code):
            return UnknownContext("a JSON-LD context is not known here")
        cause = cause.__cause__
    return Malformed("the document is not valid JSON-LD", code="context")
