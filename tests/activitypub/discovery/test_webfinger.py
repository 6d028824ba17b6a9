"""WebFinger: from a handle to an actor."""

from typing import Any

import pytest

from activitypub.canonical_json import Document
from activitypub.discovery import webfinger
from activitypub.discovery.webfinger import Intent
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
        HANDLE, actor=ACTOR, page=PAGE, interact="https://fr.example/interact?uri="
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
                "template": "https://fr.example/interact?uri={uri}",
            },
            {
                "rel": "https://w3id.org/fep/3b86/Follow",
                "template": "https://fr.example/interact?uri={object}",
            },
            {
                "rel": "https://w3id.org/fep/3b86/Create",
                "template": "https://fr.example/interact?uri={inReplyTo}",
            },
            {
                "rel": "https://w3id.org/fep/3b86/Object",
                "template": "https://fr.example/interact?uri={object}",
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


THING = Iri("https://us.example/models/café?a=1&b=2")
QUOTED = "https%3A%2F%2Fus.example%2Fmodels%2Fcaf%C3%A9%3Fa%3D1%26b%3D2"


@pytest.mark.parametrize(
    ("links", "expected"),
    [
        (
            [
                (
                    "https://w3id.org/fep/3b86/Follow",
                    "https://fr.example/i?o={object}&s={on-success}",
                )
            ],
            f"https://fr.example/i?o={QUOTED}&s=",
        ),
        (
            [
                ("http://ostatus.org/schema/1.0/subscribe", "https://fr.example/old?uri={uri}"),
                ("https://w3id.org/fep/3b86/follow", "https://fr.example/new?uri={object}"),
            ],
            f"https://fr.example/new?uri={QUOTED}",
        ),
        (
            [
                ("https://w3id.org/fep/3b86/Create", "https://fr.example/share?text={content}"),
                ("https://w3id.org/fep/3b86/Object", "https://fr.example/see?uri={object}"),
            ],
            f"https://fr.example/see?uri={QUOTED}",
        ),
        (
            [("http://ostatus.org/schema/1.0/subscribe", "https://fr.example/old?uri={uri}")],
            f"https://fr.example/old?uri={QUOTED}",
        ),
        ([], None),
        ([("https://w3id.org/fep/3b86/Follow", "")], None),
        ([("https://w3id.org/fep/3b86/Follow", "https://fr.example/" + "a" * 2000)], None),
    ],
)
def test_a_server_says_where_it_takes_people_who_want_to_follow(
    links: list[tuple[str, str]], expected: str | None
) -> None:
    answer = jrd(*({"rel": rel, "template": template} for rel, template in links))
    assert webfinger.destination(answer, Intent.FOLLOW, THING) == expected


@pytest.mark.parametrize(
    "template", ["javascript:alert(1)//{object}", "//evil.example/{object}", "/follow?{object}"]
)
def test_a_server_cannot_send_people_to_a_script(template: str) -> None:
    answer = jrd({"rel": Intent.FOLLOW, "template": template})
    with pytest.raises(Malformed):
        webfinger.destination(answer, Intent.FOLLOW, THING)


@pytest.mark.parametrize("link", ["x", {"rel": 1, "template": "a"}, {"rel": Intent.FOLLOW}])
def test_a_link_of_another_shape_is_no_way(link: Any) -> None:
    assert webfinger.destination(jrd(link), Intent.CREATE, THING) is None


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
