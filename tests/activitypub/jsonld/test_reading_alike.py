"""Documents pass only if a JSON-LD processor would read them as we do."""

from typing import Any

import pytest

from activitypub.canonical_json import Document
from activitypub.errors import ProtocolError
from activitypub.jsonld import loader
from activitypub.jsonld.reading_alike import check

NS = "https://www.w3.org/ns/activitystreams#"


def create(*context: Any, **more: Any) -> Document:
    """A Create whose context has these entries behind AS2, and these members besides its own."""
    return {
        "@context": [loader.AS2, *context],
        "id": "https://a.example/1",
        "type": "Create",
        "actor": "https://a.example/anna",
        "object": {"id": "https://a.example/2", "type": "Note", "content": "x"},
        **more,
    }


MASTODON = {
    "ostatus": "http://ostatus.org#",
    "atomUri": "ostatus:atomUri",
    "inReplyToAtomUri": "ostatus:inReplyToAtomUri",
    "conversation": "ostatus:conversation",
    "sensitive": "as:sensitive",
    "toot": "http://joinmastodon.org/ns#",
    "votersCount": "toot:votersCount",
    "Hashtag": "as:Hashtag",
    "manuallyApprovesFollowers": "as:manuallyApprovesFollowers",
    "featured": {"@id": "toot:featured", "@type": "@id"},
    "alsoKnownAs": {"@id": "as:alsoKnownAs", "@type": "@id"},
    "movedTo": {"@id": "as:movedTo", "@type": "@id"},
    "focalPoint": {"@container": "@list", "@id": "toot:focalPoint"},
}


@pytest.mark.parametrize(
    "document",
    [
        {"@context": loader.AS2, "id": "https://a.example/1", "type": "Note"},
        create(MASTODON),
        create(loader.SECURITY, MASTODON),
        create("https://unknown.example/litepub.jsonld", {"@language": "und"}),
        create({"@language": None, "@version": 1.1}),
        create("https://join-lemmy.org/context.json"),
        create("https://gotosocial.org/ns", "https://purl.archive.org/socialweb/webfinger"),
        create(
            loader.DATA_INTEGRITY,
            loader.DID,
            loader.MULTIKEY,
            {"pt": "https://joinpeertube.org/ns#"},
        ),
        create({"icons": "as:icon", "likes": {"@id": "as:likes", "@type": "@id"}}),
        create(
            {"sc": "http://schema.org#", "location": {"@id": "sc:location", "@type": "sc:Place"}}
        ),
        create({"location": {"@id": "as:location", "@type": "@id"}}),
        create({"as": NS, "id": "@id", "type": "@type"}),
        create({"members": {"@id": "as:members", "@container": ["@set"]}}),
        create({"ex:word": "https://ex.example/#word", "plain": {"@type": "xsd:string"}}),
        create({"ex": "https://ex.example/#", "ex:more": {"@type": "@id"}}),
        {**create(), "@context": ["http://schema.org/", loader.AS2]},
        create(
            {"vcard": "http://www.w3.org/2006/vcard/ns#"},
            **{"vcard:hasAddress": {"@type": "vcard:Home", "vcard:country-name": "FR"}},
        ),
        create(object={"@context": loader.AS2, "type": "Note", "content": "x"}),
        create(
            MASTODON,
            proof={
                "@context": [loader.AS2, MASTODON],
                "type": "DataIntegrityProof",
                "created": "2026-01-01T00:00:00Z",
            },
        ),
        create(
            "https://unknown.example/c",
            object={"@context": [loader.AS2, "https://unknown.example/c"], "type": "Note"},
        ),
        create(contentMap={"@none": "x", "fr": "y"}),
        create(object={"type": "Person", "as:manuallyApprovesFollowers": False}),
        create({"ex": "https://ex.example/#"}, type=["Create", "ex:Special"]),
        create(type=["Create", "https://ex.example/#Special"]),
    ],
)
def test_documents_as_real_servers_send_them_pass(document: Document) -> None:
    check(document)


@pytest.mark.parametrize(
    "context",
    [
        None,
        "https://evil.example/context",
        "http://www.w3.org/ns/activitystreams",
        {"as": NS},
        [],
        [[loader.AS2]],
        [None],
    ],
)
def test_the_as2_context_must_be_there(context: Any) -> None:
    with pytest.raises(ProtocolError) as caught:
        check({**create(), "@context": context})
    assert caught.value.code == "context"
    without = create()
    del without["@context"]
    with pytest.raises(ProtocolError):
        check(without)


@pytest.mark.parametrize(
    "inline",
    [
        # words of AS2 with another meaning
        {"actor": "https://evil.example/actor"},
        {"object": "as:actor"},
        {"to": "as:cc"},
        {"to": "as:to"},
        {"actor": None},
        {"content": {"@id": "as:content", "@container": "@language"}},
        {"location": "as:actor"},
        {"Create": "as:Like"},
        {"as": "https://evil.example/#"},
        {"id": "https://evil.example/id"},
        {"type": "as:type"},
        # other words for AS2
        {"doer": "as:actor"},
        {"doer": {"@id": "as:actor", "@type": "@id"}},
        {"doer": f"{NS}actor"},
        {"x": NS, "doer": "x:actor"},
        {"x": NS},
        {"x": "https://www.w3.org/ns/activitystreams"},
        {"x": {"@id": "https://www.w3.org/ns/", "@prefix": True}},
        {"Make": "as:Create"},
        {"https://ex.example/#doer": "as:actor"},
        # keywords
        {"self": "@id"},
        {"kind": "@type"},
        {"id": "@type"},
        {"all": "@graph"},
        {"all": {"@id": "@included"}},
        {"back": "@reverse"},
        {"@base": "https://evil.example/"},
        {"@vocab": NS},
        {"@import": "https://evil.example/"},
        {"@propagate": False},
        {"@protected": True},
        {"@language": {"a": "b"}},
        # definitions that say too much
        {"word": {"@id": "https://ex.example/", "@context": {"actor": "as:object"}}},
        {"word": {"@reverse": "as:actor"}},
        {"word": {"@id": "https://ex.example/", "@nest": "as:object"}},
        {"word": {"@id": "https://ex.example/", "@type": "@json"}},
        {"word": {"@id": "https://ex.example/", "@container": "@graph"}},
        {"word": {"@id": "https://ex.example/", "@container": ["@index", "@set"]}},
        {"word": {"@id": 7}},
        {"word": {"@id": "https://ex.example/", "@type": []}},
        {"word": 7},
        {"word": ["https://ex.example/"]},
        {"a": "b:x", "b": "a:x"},
    ],
)
def test_a_context_may_not_change_what_as2_means(inline: dict[str, Any]) -> None:
    with pytest.raises(ProtocolError) as caught:
        check(create(inline))
    assert caught.value.code == "context"
    with pytest.raises(ProtocolError):
        check(create(object={"@context": inline, "type": "Note"}))


@pytest.mark.parametrize(
    "members",
    [
        {"@graph": []},
        {"@included": []},
        {"@reverse": {}},
        {"@id": "https://evil.example/1"},
        {"@type": "Like"},
        {"@nest": {}},
        {"@index": "x"},
        {"object": {"@value": {}, "@type": "@json"}},
        {"object": {"@list": []}},
        {"tag": [[{"@set": []}]]},
    ],
)
def test_keywords_of_json_ld_may_not_stand_in_a_document(members: dict[str, Any]) -> None:
    with pytest.raises(ProtocolError) as caught:
        check(create(**members))
    assert caught.value.code == "ld-keyword"


@pytest.mark.parametrize(
    "members",
    [
        {"as:actor": "https://evil.example/"},
        {"as:icon": "https://evil.example/"},
        {f"{NS}actor": "https://evil.example/"},
        {"object": {"as:attributedTo": "https://evil.example/"}},
        {"type": "as:Like"},
        {"type": ["Create", f"{NS}Like"]},
    ],
)
def test_as2_may_not_be_written_by_other_names(members: dict[str, Any]) -> None:
    with pytest.raises(ProtocolError) as caught:
        check(create(**members))
    assert caught.value.code == "context"


def test_a_prefix_that_reaches_into_as2_by_parts_is_found_where_it_is_used() -> None:
    parts = {"x": f"{NS}act"}
    check(create(parts))
    with pytest.raises(ProtocolError):
        check(create(parts, **{"x:or": "https://evil.example/"}))


@pytest.mark.parametrize("url", ["http://schema.org/", "https://w3id.org/identity/v1"])
def test_a_known_context_that_overrides_as2_must_stand_before_it(url: str) -> None:
    with pytest.raises(ProtocolError):
        check(create(url))
    with pytest.raises(ProtocolError):
        check(create(object={"@context": url, "type": "Note", "name": "x"}))
    check(create(object={"@context": [url, loader.AS2], "type": "Note", "name": "x"}))


@pytest.mark.parametrize(
    "context", ["https://unknown.example/c", ["https://unknown.example/c"], 7, None]
)
def test_a_nested_context_names_only_what_is_known(context: Any) -> None:
    with pytest.raises(ProtocolError):
        check(create(object={"@context": context, "type": "Note"}))


SIGNATURE = {
    "@context": "https://w3id.org/identity/v1",
    "type": "RsaSignature2017",
    "creator": "https://a.example/anna#main-key",
    "created": "2026-01-01T00:00:00Z",
    "signatureValue": "c2ln",
}


def test_a_linked_data_signature_stands_in_the_context_it_is_computed_in() -> None:
    check(create(signature=SIGNATURE))
    check(create(signature={name: SIGNATURE[name] for name in SIGNATURE if name != "@context"}))


@pytest.mark.parametrize(
    "more",
    [
        {"signature": {**SIGNATURE, "name": "read as schema:name by others"}},
        {"signature": {**SIGNATURE, "creator": {"type": "Person", "name": "x"}}},
        {"signature": {**SIGNATURE, "@context": ["https://w3id.org/identity/v1"]}},
        {"object": {**SIGNATURE, "type": "Note"}},
        {"object": {"type": "Note", "signature": SIGNATURE}},
    ],
)
def test_what_only_looks_like_a_signature_is_no_way_around(more: dict[str, Any]) -> None:
    with pytest.raises(ProtocolError):
        check(create(**more))


def test_a_context_is_bounded_in_entries_and_terms() -> None:
    terms = {f"t{n}": f"https://ex.example/#{n}" for n in range(201)}
    with pytest.raises(ProtocolError):
        check(create(terms))
    with pytest.raises(ProtocolError):
        check(create(*["https://ex.example/"] * 10_000))


@pytest.mark.parametrize(("size", "number"), [(199, 60), (1, 600)])
def test_all_contexts_of_a_document_are_bounded_together(size: int, number: int) -> None:
    terms = {f"t{n}": f"https://ex.example/#{n}" for n in range(size)}
    inner = {"@context": terms, "type": "Note"}
    check(create(items=[inner] * 20))
    with pytest.raises(ProtocolError):
        check(create(items=[inner] * number))


def test_what_a_peer_wrote_is_shown_short_and_quoted() -> None:
    with pytest.raises(ProtocolError) as caught:
        check(create(**{"@\n" + "x" * 500: 1}))
    assert "\n" not in caught.value.reason
    assert len(caught.value.reason) < 100


def test_a_type_that_is_no_word_of_as2_may_be_written_by_its_prefix() -> None:
    check(create(tag=[{"type": "as:Hashtag", "name": "#x"}]))
