"""Expanding and compacting documents of ours."""

import pytest

from activitypub.canonical_json import Document
from activitypub.errors import Malformed, UnknownContext
from activitypub.jsonld import loader, processing

NOTE: Document = {
    "@context": loader.AS2,
    "id": "https://a.example/1",
    "type": "Note",
    "content": "Bonjour",
}


def test_a_document_is_expanded_and_compacted_again() -> None:
    (expanded,) = processing.expand(NOTE)
    assert expanded["@type"] == ["https://www.w3.org/ns/activitystreams#Note"]
    assert processing.compact(expanded, loader.AS2) == NOTE


def test_a_context_without_a_copy_is_refused() -> None:
    bad: Document = {**NOTE, "@context": [loader.AS2, "https://evil.example/context"]}
    with pytest.raises(UnknownContext):
        processing.expand(bad)
    with pytest.raises(UnknownContext):
        processing.compact(NOTE, "https://evil.example/context")


def test_what_is_not_json_ld_is_malformed() -> None:
    with pytest.raises(Malformed) as caught:
        processing.expand({"@context": {"a": 7}, "a": 1})
    assert caught.value.code == "context"
