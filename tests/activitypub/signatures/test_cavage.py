"""The string that is signed, against the vectors published with the draft."""

import base64
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from activitypub.errors import NotAuthentic
from activitypub.iris import Iri
from activitypub.signatures.cavage import check_coverage, signing_strings
from activitypub.signatures.claims import Claim, Scheme
from activitypub.signatures.keys import PrivateKey
from activitypub.wire import Request

VECTORS: dict[str, Any] = json.loads(
    (Path(__file__).parents[2] / "vectors" / "cavage-12.json").read_text("utf-8")
)
PUBLISHED = Request(
    VECTORS["method"],
    Iri(VECTORS["url"]),
    tuple((name, value) for name, value in VECTORS["headers"]),
    VECTORS["body"].encode(),
)


@pytest.mark.parametrize("number", range(3))
def test_the_published_signatures_are_made_again(number: int) -> None:
    vector = VECTORS["signatures"][number]
    text = signing_strings(PUBLISHED, tuple(vector["headers"]))[0]
    made = PrivateKey.from_pem(VECTORS["private_key"]).sign(text)
    assert base64.b64encode(made).decode() == vector["signature"]


def test_the_published_string_is_made_again() -> None:
    covered = tuple(VECTORS["signatures"][2]["headers"])
    assert signing_strings(PUBLISHED, covered)[0].decode() == (
        "(request-target): post /foo?param=value&pet=dog\n"
        "host: example.com\n"
        "date: Sun, 05 Jan 2014 21:31:40 GMT\n"
        "content-type: application/json\n"
        "digest: SHA-256=X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=\n"
        "content-length: 18"
    )


def test_the_query_may_be_left_out_of_the_target() -> None:
    assert signing_strings(PUBLISHED, ("(request-target)",)) == (
        b"(request-target): post /foo?param=value&pet=dog",
        b"(request-target): post /foo",
    )


def test_the_raw_path_is_signed() -> None:
    request = Request("GET", Iri("https://a.example/x%0Ahost:%20b#part"), ())
    assert signing_strings(request, ("(request-target)",)) == (
        b"(request-target): get /x%0Ahost:%20b",
    )
    bare = Request("GET", Iri("https://a.example"), ())
    assert signing_strings(bare, ("(request-target)",)) == (b"(request-target): get /",)


def test_times_stand_as_seconds() -> None:
    at = datetime(2014, 6, 7, 20, 51, 35, tzinfo=UTC)
    text = signing_strings(PUBLISHED, ("(created)", "(expires)"), created=at, expires=at)
    assert text == (b"(created): 1402174295\n(expires): 1402174295",)


@pytest.mark.parametrize(
    ("headers", "covered"),
    [
        ((), ("date",)),
        ((("date", "a"), ("date", "b")), ("date",)),
        ((), ("(created)",)),
        ((), ("(expires)",)),
    ],
)
def test_what_is_signed_must_have_been_sent_once(
    headers: tuple[tuple[str, str], ...], covered: tuple[str, ...]
) -> None:
    with pytest.raises(NotAuthentic) as caught:
        signing_strings(Request("GET", Iri("https://a.example/"), headers), covered)
    assert caught.value.code == "coverage"


def claimed(*covered: str) -> Claim:
    return Claim(Scheme.CAVAGE, Iri("https://a.example/#k"), covered, None, None, b"x")


FULL = ("(request-target)", "host", "date", "digest")


@pytest.mark.parametrize(
    ("method", "covered"),
    [
        ("POST", FULL),
        ("POST", ("(request-target)", "host", "(created)", "digest", "content-type")),
        ("GET", ("(request-target)", "host", "date")),
        ("GET", ("(request-target)", "host", "(created)", "accept")),
    ],
)
def test_enough_is_enough(method: str, covered: tuple[str, ...]) -> None:
    check_coverage(Request(method, Iri("https://a.example/"), ()), claimed(*covered))


@pytest.mark.parametrize("missing", FULL)
def test_a_post_without_one_of_these_proves_nothing(missing: str) -> None:
    covered = [name for name in FULL if name != missing]
    with pytest.raises(NotAuthentic) as caught:
        check_coverage(Request("POST", Iri("https://a.example/"), ()), claimed(*covered))
    assert caught.value.code == "coverage"


@pytest.mark.parametrize("name", ["host", "date", "digest"])
def test_a_header_that_must_be_unique_may_not_be_sent_twice(name: str) -> None:
    request = Request("POST", Iri("https://a.example/"), ((name, "a"), (name, "a")))
    with pytest.raises(NotAuthentic) as caught:
        check_coverage(request, claimed(*FULL))
    assert caught.value.code == "coverage"
