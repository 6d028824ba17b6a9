"""Requests and responses keep every header as it was sent."""

from activitypub.iris import Iri
from activitypub.wire import Request, Response

HEADERS = (("host", "example.com"), ("date", "one"), ("date", "two"))


def test_a_request_knows_its_headers_by_name() -> None:
    request = Request("POST", Iri("https://example.com/inbox"), HEADERS, b"{}")
    assert request.header("Host") == "example.com"
    assert request.headers_named("date") == ("one", "two")
    assert request.header("digest") is None


def test_a_header_that_was_sent_twice_has_no_one_value() -> None:
    assert Response(200, HEADERS).header("date") is None
    assert Response(200, HEADERS).headers_named("Date") == ("one", "two")
    assert Response(200, HEADERS).body == b""
