"""Each reader makes a field of a JSON value, or says that it cannot; never anything else."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activitypub import reading
from activitypub.canonical_json import Document, Json
from activitypub.errors import TooLarge
from activitypub.limits import DEFAULT
from activitypub.vocabulary import terms
from activitypub.vocabulary.terms import UNREADABLE, Reader

A, B = "https://a.example/1", "https://b.example/2"


def nest(document: Document) -> object:
    return ("read", document)


@pytest.mark.parametrize(
    ("reader", "value", "expected"),
    [
        (terms.text, "x", "x"),
        (terms.text, ["x"], "x"),
        (terms.text, ["x", "y"], UNREADABLE),
        (terms.text, 7, UNREADABLE),
        (terms.flag, True, True),
        (terms.flag, "true", UNREADABLE),
        (terms.count, 7, 7),
        (terms.count, True, UNREADABLE),
        (terms.count, -1, UNREADABLE),
        (terms.count, 1.5, UNREADABLE),
        (terms.texts, {"fr": "à", "en": 7}, {"fr": "à"}),
        (terms.texts, ["fr"], UNREADABLE),
        (terms.iri, A, A),
        (terms.iri, [A], A),
        (terms.iri, {"id": A, "type": "Person"}, A),
        (terms.iri, [A, B], UNREADABLE),
        (terms.iri, "javascript:alert(1)", UNREADABLE),
        (terms.iri, {}, UNREADABLE),
        (terms.recipients, A, (A,)),
        (terms.recipients, [A, {"id": B}, A, 7, "nonsense"], (A, B)),
        (terms.recipients, ["as:Public", "Public"], (terms.PUBLIC,)),
        (terms.page, "HTTPS://A.example/@x", "https://a.example/@x"),
        (
            terms.page,
            [
                {"type": "Link", "mediaType": "video/mp4", "href": A},
                {"type": "Link", "mediaType": "text/html", "href": B},
            ],
            B,
        ),
        (terms.page, [{"href": "javascript:x", "mediaType": "text/html"}, A], A),
        (terms.page, [{"href": ["x"]}, 7], UNREADABLE),
        (terms.moment, "2026-01-02T03:04:05Z", datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)),
        (terms.moment, "2026-01-02T03:04:05.678+01:00", datetime(2026, 1, 2, 2, 4, 5, 678000, UTC)),
        (terms.moment, "2026-01-02T03:04:05", UNREADABLE),
        (terms.moment, "0001-01-01T00:00:00+23:00", UNREADABLE),
        (terms.moment, "yesterday", UNREADABLE),
        (terms.moment, 7, UNREADABLE),
        (terms.documents, [{"a": 1}, "x", {"b": 2}], ({"a": 1}, {"b": 2})),
        (terms.documents, "x", ()),
        (terms.picture, ["x", {"url": A}, {"url": B}], {"url": A}),
        (terms.picture, "x", UNREADABLE),
        (terms.embedded, A, A),
        (terms.embedded, [{"id": A}], ("read", {"id": A})),
        (terms.embedded, [A, B], UNREADABLE),
        (terms.first_embedded, [A, B], A),
        (terms.first_embedded, {"id": A}, ("read", {"id": A})),
        (terms.first_embedded, [], UNREADABLE),
        (terms.members, [A, {"id": B}, 7], (A, ("read", {"id": B}))),
        (terms.members, [], ()),
    ],
)
def test_values_are_read_as_their_field_needs(reader: Reader, value: Json, expected: Any) -> None:
    assert reader(value, nest) == expected


def test_lists_of_addresses_are_bounded() -> None:
    assert terms.iris_of(2)([A, B], nest) == (A, B)
    with pytest.raises(TooLarge):
        terms.iris_of(2)([A, B, A], nest)


def test_long_lists_of_members_and_documents_are_cut() -> None:
    documents = terms.documents([{"n": n} for n in range(DEFAULT.tags + 5)], nest)
    members = terms.members([A] * (DEFAULT.members + 5), nest)
    assert isinstance(documents, tuple)
    assert isinstance(members, tuple)
    assert len(documents) == DEFAULT.tags
    assert len(members) == DEFAULT.members


def test_a_term_names_its_member_and_its_reader() -> None:
    assert terms.term("summary", terms.text) == {"term": "summary", "reader": terms.text}
    assert terms.as_list(None) == []


READERS = [
    terms.text,
    terms.flag,
    terms.count,
    terms.texts,
    terms.iri,
    terms.recipients,
    terms.page,
    terms.moment,
    terms.documents,
    terms.picture,
    terms.embedded,
    terms.first_embedded,
    terms.members,
]
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just(A),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["id", "href", "mediaType", "x"]), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(VALUES)
def test_no_value_whatsoever_upsets_a_reader(value: Any) -> None:
    for reader in READERS:
        reader(value, nest)


def test_of_a_hundred_attachments_as_many_are_read_as_anybody_shows() -> None:
    attached: list[Json] = [{"type": "Image", "name": "x" * 5_000} for _ in range(150)]
    post: Document = {"id": "https://a.example/1", "type": "Note", "attachment": attached}
    assert len(reading.read(post).attachment) == 16
