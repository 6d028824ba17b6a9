"""Which types are documents, and who asks for one."""

import pytest

from activitypub.mediatypes import LD_JSON, is_activity, prefers_activity


@pytest.mark.parametrize(
    "content_type",
    [
        "application/activity+json",
        "Application/Activity+JSON; charset=utf-8",
        "application/activity+json;charset=UTF-8",
        LD_JSON,
        'application/ld+json; charset=utf-8; profile="https://www.w3.org/ns/activitystreams"',
        'application/ld+json;profile="https://www.w3.org/ns/activitystreams https://x.example/"',
    ],
)
def test_documents_come_in_several_legal_spellings(content_type: str) -> None:
    assert is_activity(content_type)


@pytest.mark.parametrize(
    "content_type",
    [
        "",
        "application/json",
        "text/html",
        "text/plain",
        "application/octet-stream",
        "application/ld+json",
        'application/ld+json; profile="https://evil.example/"',
        'application/ld+json; profile="https://www.w3.org/ns/activitystreams/evil"',
        'application/json; profile="https://www.w3.org/ns/activitystreams"',
        'application/ld+json; profile="x"; profile="https://www.w3.org/ns/activitystreams"',
        "text/plain; a=application/activity+json",
        "application/activity+jsonx",
        "application/activity+json, text/html",
        "application/activity+json; =",
    ],
)
def test_everything_else_is_no_document(content_type: str) -> None:
    assert not is_activity(content_type)


@pytest.mark.parametrize(
    "accept",
    [
        "application/activity+json",
        f"application/activity+json, {LD_JSON}",
        LD_JSON,
        "application/activity+json, application/ld+json, text/html;q=0.1",
        "text/html;q=0.5, application/activity+json;q=0.9",
        "application/activity+json, text/html",
        "application/json",
        "application/json, */*;q=0.1",
    ],
)
def test_programs_get_the_document(accept: str) -> None:
    assert prefers_activity(accept)


@pytest.mark.parametrize(
    "accept",
    [
        "",
        "*/*",
        "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
        "text/html, application/json",
        "text/html, application/activity+json;q=0.5",
        "application/activity+json;q=0",
        "application/activity+json;q=nonsense",
        "image/png",
        "nonsense",
        ",,,",
    ],
)
def test_people_get_the_page(accept: str) -> None:
    assert not prefers_activity(accept)
