"""A document of ours carries exactly the context it needs."""

from typing import Any

import pytest

from activitypub.canonical_json import Document, Json
from activitypub.jsonld import loader, processing, reading_alike
from activitypub.writing import with_context

EX = "https://ex.example/ns#"
TERMS: dict[str, Json] = {
    "ex": EX,
    "xmore": "https://more.example/#",
    "toot": "http://joinmastodon.org/ns#",
    "Hashtag": "as:Hashtag",
    "Section": "ex:Section",
    "sections": {"@id": "ex:sections", "@type": "@id", "@container": "@list"},
    "role": {"@id": "ex:role", "@type": "@id"},
    "textDigest": {"@id": "ex:textDigest", "@container": "@language"},
    "amount": {"@id": "ex:amount", "@type": "xmore:Money"},
    "featured": {"@id": "toot:featured", "@type": "@id"},
    "unused": "ex:unused",
}
MODEL: Document = {
    "id": "https://a.example/models/m",
    "type": "Article",
    "name": "Modèle",
    "sections": [
        {
            "id": "https://a.example/models/m#s",
            "type": "Section",
            "role": "ex:Value",
            "textDigest": {"fr": "zQm1"},
        }
    ],
    "tag": [{"type": "Hashtag", "name": "#x"}],
    "amount": "7",
}


def inline(document: Document) -> Any:
    context = document["@context"]
    assert isinstance(context, list)
    return context[-1]


def test_only_the_terms_in_use_and_their_prefixes_are_defined() -> None:
    written = with_context(MODEL, TERMS)
    assert next(iter(written)) == "@context"
    assert set(inline(written)) == {
        "ex",
        "xmore",
        "Hashtag",
        "Section",
        "sections",
        "role",
        "textDigest",
        "amount",
    }
    reading_alike.check(written)


def test_a_processor_finds_every_property_under_its_own_name() -> None:
    (expanded,) = processing.expand(with_context(MODEL, TERMS))
    assert not [name for name in expanded if name.startswith("_:")]
    assert f"{EX}amount" in expanded
    section: Any = expanded[f"{EX}sections"]
    assert section[0]["@list"][0][f"{EX}role"] == [{"@id": f"{EX}Value"}]
    assert section[0]["@list"][0][f"{EX}textDigest"] == [{"@language": "fr", "@value": "zQm1"}]


def test_writing_twice_changes_nothing() -> None:
    once = with_context(MODEL, TERMS, [loader.DATA_INTEGRITY])
    assert with_context(once, TERMS, [loader.DATA_INTEGRITY]) == once
    signed: Document = {**once, "proof": {"@context": once["@context"], "type": "x"}}
    assert with_context(signed, TERMS) == signed


def test_plain_as2_needs_only_its_own_context() -> None:
    note: Document = {"type": "Note", "content": "x", "@context": "https://old.example/"}
    assert with_context(note, TERMS) == {
        "@context": loader.AS2,
        "type": "Note",
        "content": "x",
    }


def test_keys_and_proofs_bring_their_contexts_in_a_fixed_order() -> None:
    actor: Document = {
        "id": "https://a.example/a",
        "type": "Organization",
        "proof": {"type": "DataIntegrityProof", "proofPurpose": "assertionMethod"},
        "assertionMethod": [{"type": "Multikey", "publicKeyMultibase": "z6Mk"}],
        "publicKey": {"id": "https://a.example/a#main-key", "publicKeyPem": "pem"},
        "featured": "https://a.example/a/featured",
    }
    purl = "https://purl.archive.org/socialweb/webfinger"
    written = with_context(actor, TERMS, [purl, loader.MULTIKEY])
    assert isinstance(written["@context"], list)
    assert written["@context"][:-1] == [
        loader.AS2,
        loader.SECURITY,
        loader.DATA_INTEGRITY,
        loader.DID,
        loader.MULTIKEY,
        purl,
    ]
    assert set(inline(written)) == {"toot", "featured"}
    (expanded,) = processing.expand(written)
    assert not [name for name in expanded if name.startswith("_:")]
    reading_alike.check(written)


def test_a_signed_object_inside_keeps_its_own_context() -> None:
    model = with_context(MODEL, TERMS, [loader.DATA_INTEGRITY])
    create: Document = {"type": "Create", "object": model}
    written = with_context(create, TERMS)
    assert written == {"@context": loader.AS2, "type": "Create", "object": model}
    (expanded,) = processing.expand(written)
    inner: Any = expanded["https://www.w3.org/ns/activitystreams#object"]
    assert f"{EX}sections" in inner[0]
    reading_alike.check(written)


@pytest.mark.parametrize(
    ("value", "terms"),
    [
        ("ex:Value", {"ex", "role"}),
        (["https://a.example/", "ex:Value"], {"ex", "role"}),
        ("plain", {"ex", "role"}),
        (7, {"ex", "role"}),
    ],
)
def test_prefixes_in_values_are_defined(value: Json, terms: set[str]) -> None:
    assert set(inline(with_context({"type": "Note", "role": value}, TERMS))) == terms


def test_prefixed_types_are_defined() -> None:
    assert set(inline(with_context({"type": ["Note", "ex:Odd"]}, TERMS))) == {"ex"}
