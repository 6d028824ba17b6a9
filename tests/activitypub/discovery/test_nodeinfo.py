"""NodeInfo: what software is that?"""

from typing import Any

import pytest

from activitypub.canonical_json import Document, Json
from activitypub.discovery import nodeinfo
from activitypub.errors import Malformed
from activitypub.iris import Iri

WHERE = Iri("https://fr.example/nodeinfo/2.1")
OLDER = Iri("https://fr.example/nodeinfo/2.0")
APPLICATION = Iri("https://fr.example/actor")


def test_our_links_are_read_back_by_ourselves() -> None:
    answer = nodeinfo.well_known(WHERE, OLDER, APPLICATION)
    assert nodeinfo.document_link(answer) == WHERE
    assert {
        "rel": "https://www.w3.org/ns/activitystreams#Application",
        "href": APPLICATION,
    } in answer["links"]  # type: ignore[operator]
    older = {"rel": nodeinfo.SCHEMA_2_0, "href": OLDER}  # Mastodon.py looks for this one alone
    assert older in answer["links"]  # type: ignore[operator]


def test_our_document_says_what_we_are_and_rounds_what_we_count() -> None:
    document = nodeinfo.describe(
        version="0.1.0",
        users=1234,
        active=57,
        posts=0,
        name="Réseau de démonstration",
        registrations_open=False,
    )
    assert nodeinfo.read(document) == ("essaim", "0.1.0")
    assert document["version"] == "2.1"
    assert document["protocols"] == ["activitypub"]
    assert document["openRegistrations"] is False
    assert document["usage"] == {"users": {"total": 1200, "activeMonth": 57}, "localPosts": 0}
    assert document["metadata"] == {
        "nodeName": "Réseau de démonstration",
        "upstream": {"name": "mastodon"},
    }


@pytest.mark.parametrize(("number", "shown"), [(0, 0), (7, 7), (99, 99), (123, 120), (4567, 4600)])
def test_counts_keep_two_digits(number: int, shown: int) -> None:
    assert nodeinfo.rounded(number) == shown


def test_the_newer_schema_is_preferred() -> None:
    old: Json = {"rel": nodeinfo.SCHEMA.replace("2.1", "2.0"), "href": "https://a.example/2.0"}
    new: Json = {"rel": nodeinfo.SCHEMA, "href": "https://a.example/2.1"}
    assert (
        nodeinfo.document_link({"links": ["x", {"rel": []}, old, new]}) == "https://a.example/2.1"
    )
    assert nodeinfo.document_link({"links": [old]}) == "https://a.example/2.0"


@pytest.mark.parametrize(
    "answer",
    [{}, {"links": 7}, {"links": [{"rel": "x"}]}, {"links": [{"rel": nodeinfo.SCHEMA, "href": 7}]}],
)
def test_a_server_that_offers_none_is_refused(answer: Document) -> None:
    with pytest.raises(Malformed):
        nodeinfo.document_link(answer)


@pytest.mark.parametrize("software", [None, 7, {}, {"name": 7}, {"name": ""}, {"name": "a b"}])
def test_a_document_without_a_name_is_refused(software: Any) -> None:
    with pytest.raises(Malformed):
        nodeinfo.read({"software": software})


def test_a_missing_version_is_no_fault() -> None:
    assert nodeinfo.read({"software": {"name": "Mastodon"}}) == ("mastodon", "")
    assert nodeinfo.read({"software": {"name": "x", "version": "1" * 500}})[1] == "1" * 100
