"""PyLD's loader over the pinned copies of contexts.

PyLD takes 10 MB of memory, and most servers never need it: only its users import this.
"""

from functools import cache

from pyld import FrozenDocumentLoader

from activitypub.jsonld.loader import KNOWN, path


@cache
def loader() -> FrozenDocumentLoader:
    """Loads the contexts that we know, and refuses every other address."""
    return FrozenDocumentLoader({url: path(url) for url in KNOWN})
