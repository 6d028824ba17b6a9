"""The header of FEP-8fcf, its digest, and which lists are compared."""

import hashlib
from functools import reduce
from operator import xor
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activitypub import synchronisation
from activitypub.canonical_json import Document
from activitypub.errors import Malformed, ProtocolError
from activitypub.iris import Iri
from activitypub.synchronisation import Announced, digest, members_of, read, written

ALPHA = "https://alpha.test"
ANNOUNCED = Announced(
    Iri("https://beta.test/actors/coop/followers"),
    "0" * 64,
    Iri("https://beta.test/actors/coop/followers_synchronization"),
)


def test_the_digest_of_nobody_is_zero() -> None:
    assert digest([]) == "0" * 64


def test_the_digest_of_one_is_its_sha256() -> None:
    assert digest([f"{ALPHA}/a"]) == hashlib.sha256(f"{ALPHA}/a".encode()).hexdigest()


@given(st.sets(st.text(st.characters(codec="ascii"), max_size=20), max_size=8))
def test_the_digest_is_the_xor_of_all_byte_by_byte(ids: set[str]) -> None:
    sums = [hashlib.sha256(one.encode()).digest() for one in ids]
    expected = bytes(reduce(xor, column) for column in zip(*sums, strict=True)) or bytes(32)
    assert digest(sorted(ids)) == digest([*ids, *ids]) == expected.hex()


def test_the_members_may_come_in_any_order() -> None:
    first, second, third = written(ANNOUNCED).split(", ")
    assert read(f"{third},{first} , {second}") == ANNOUNCED


def test_what_is_written_is_read() -> None:
    assert read(written(ANNOUNCED)) == ANNOUNCED


@pytest.mark.parametrize(
    "text",
    [
        "",
        "collectionId",
        'collectionId="https://a.test/"',
        written(ANNOUNCED) + ', digest="' + "1" * 64 + '"',
        written(ANNOUNCED).replace("0" * 64, "0"),
        written(ANNOUNCED).replace("https://", "javascript:"),
        written(ANNOUNCED) + " " * 5_000 + "x",
    ],
)
def test_an_odd_header_is_refused(text: str) -> None:
    with pytest.raises(Malformed):
        read(text)


@given(st.text(max_size=200))
def test_any_header_is_read_or_refused(text: str) -> None:
    with pytest.raises(Malformed):
        read(text)


def test_a_list_that_holds_all_its_members_is_read() -> None:
    listed: Document = {
        "type": "OrderedCollection",
        "orderedItems": [f"{ALPHA}/a", f"{ALPHA}/b"],
    }
    assert members_of(listed, host="alpha.test") == {f"{ALPHA}/a", f"{ALPHA}/b"}
    assert members_of({"type": "Collection"}, host="alpha.test") == frozenset()
    assert members_of({"type": "Collection", "items": f"{ALPHA}/a"}, host="alpha.test")


@pytest.mark.parametrize(
    "document",
    [
        {"type": "Note"},
        {"type": "Collection", "first": f"{ALPHA}/page"},
        {"type": "CollectionPage", "items": []},
        {"type": "Collection", "items": ["https://gamma.test/a"]},
        {"type": "Collection", "items": [{"id": f"{ALPHA}/a"}]},
        {"type": "Collection", "items": [None]},
        {"type": "Collection", "items": [f"{ALPHA}/{n}" for n in range(25_001)]},
    ],
)
def test_an_odd_list_is_refused(document: dict[str, Any]) -> None:
    with pytest.raises(ProtocolError):
        members_of(document, host="alpha.test")


def test_twenty_five_thousand_are_compared() -> None:
    ids = [f"{ALPHA}/{number}" for number in range(synchronisation.MOST_FOLLOWERS)]
    assert len(members_of({"type": "Collection", "items": [*ids]}, host="alpha.test")) == len(ids)
