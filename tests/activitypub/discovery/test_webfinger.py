"""WebFinger: from a handle to an actor."""

from typing import Any

import pytest

from activitypub.canonical_json import Document
from activitypub.discovery import webfinger
from activitypub.errors import Malformed
from activitypub.handles import Handle
from activitypub.iris import Iri

HANDLE = Handle("demo", "fr.example")
ACTOR = Iri("https://fr.example/actors/demo")
PAGE = "https://fr.example/@demo"


def test_our_answer_is_read_back_by_ourselves() -> None:
    jrd = webfinger.describe(HANDLE, actor=ACTOR, page=PAGE)
    assert webfinger.subject(jrd) == HANDLE
    assert webfinger.actor_link(jrd, Handle("DEMO", "fr.example")) == ACTOR


def test_our_answer_has_what_mastodon_looks_for() -> None:
    assert webfinger.describe(
        HANDLE, actor=ACTOR, page=PAGE, subscribe="https://fr.example/follow?uri={uri}"
    ) == {
        "subject": "acct:demo@fr.example",
        "aliases": [ACTOR, PAGE],
        "links": [
            {"rel": "self", "type": "application/activity+json", "href": ACTOR},
            {
                "rel": "http://webfinger.net/rel/profile-page",
                "type": "text/html",
                "href": PAGE,
            },
            {
                "rel": "http://ostatus.org/schema/1.0/subscribe",
                "template": "https://fr.example/follow?uri={uri}",
            },
        ],
    }


def test_the_server_itself_can_be_asked_for() -> None:
    assert webfinger.describe_server(Iri("https://fr.example"), actor=ACTOR) == {
        "subject": "https://fr.example",
        "links": [
            {
                "rel": "https://www.w3.org/ns/activitystreams#Service",
                "type": "application/activity+json",
                "href": ACTOR,
            }
        ],
    }


def jrd(*links: Any, subject: Any = "acct:demo@fr.example") -> Document:
    return {"subject": subject, "links": list(links)}


def test_the_first_link_of_the_right_type_counts() -> None:
    answer = jrd(
        "nonsense",
        {"rel": "self", "type": "text/html", "href": "https://fr.example/page"},
        {
            "rel": "self",
            "type": 'application/ld+json; profile="https://www.w3.org/ns/activitystreams"',
            "href": ACTOR,
        },
        {"rel": "self", "type": "application/activity+json", "href": "https://evil.example/"},
    )
    assert webfinger.actor_link(answer, HANDLE) == ACTOR


@pytest.mark.parametrize(
    "answer",
    [
        {},
        jrd(subject=None),
        jrd(subject=["acct:demo@fr.example"]),
        jrd(subject="https://fr.example/@demo"),
        jrd(subject="acct:victim@other.example"),
        jrd(),
        {"subject": "acct:demo@fr.example", "links": "none"},
        jrd({"rel": "self", "type": "application/activity+json"}),
        jrd({"rel": "self", "type": "application/activity+json", "href": "javascript:x"}),
        jrd({"rel": ["self"], "type": ["application/activity+json"], "href": ACTOR}),
    ],
)
def test_an_answer_that_names_no_actor_is_refused(answer: Document) -> None:
    with pytest.raises(Malformed):
        webfinger.actor_link(answer, HANDLE)
