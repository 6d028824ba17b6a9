"""The published contexts that we understand, from pinned copies: known, or refused. Never a fetch.

The copies and where they come from are listed in `contexts/SOURCES.md`.
"""

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path

from activitypub.canonical_json import Document
from activitypub.errors import UnknownContext

AS2 = "https://www.w3.org/ns/activitystreams"
"""The context of ActivityStreams 2.0."""

SECURITY = "https://w3id.org/security/v1"
"""`publicKey` and its members, as every server writes them."""

DATA_INTEGRITY = "https://w3id.org/security/data-integrity/v2"
"""`proof` and its members (FEP-8b32)."""

DID = "https://www.w3.org/ns/did/v1"
"""`assertionMethod` on an actor (FEP-521a); Fedify names it for the same purpose."""

MULTIKEY = "https://w3id.org/security/multikey/v1"
"""`Multikey` in `assertionMethod` (FEP-521a)."""

_FOLDER = files("activitypub.jsonld") / "contexts"
_FILES: Mapping[str, str] = json.loads((_FOLDER / "index.json").read_text("utf-8"))

KNOWN = frozenset(_FILES)
"""The addresses of all contexts that we have copies of."""


@cache
def document(url: str) -> Document:
    """The pinned copy of a published context: a document with one member, `@context`.

    The copy is shared: do not change it.

    Raises:
        UnknownContext: We have no copy.
    """
    if url not in _FILES:
        raise UnknownContext("a JSON-LD context is not known here")
    copy: Document = json.loads((_FOLDER / _FILES[url]).read_text("utf-8"))
    return copy


def path(url: str) -> Path:
    """Where the pinned copy of a published context is; the address is one of `KNOWN`."""
    return Path(str(_FOLDER / _FILES[url]))
