"""Addresses: one spelling of the host, everything else as the peer wrote it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activitypub import iris
from activitypub.errors import Malformed, ProtocolError
from activitypub.iris import Iri


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("https://example.com/users/a", "https://example.com/users/a"),
        ("HTTPS://EXAMPLE.com:443/A%2fb?x=%0A#Key", "https://example.com/A%2fb?x=%0A#Key"),
        ("http://example.com:80", "http://example.com"),
        ("https://example.com:8443/", "https://example.com:8443/"),
        ("https://example.com:0443/", "https://example.com/"),
        ("http://fr.localhost:8001/actors/demo", "http://fr.localhost:8001/actors/demo"),
        ("https://bücher.example/ü", "https://xn--bcher-kva.example/ü"),
        ("https://127.0.0.1:18081/x", "https://127.0.0.1:18081/x"),
        ("https://[::1]:8443/x", "https://[::1]:8443/x"),
        ("https://[2001:DB8:0:0::1]/", "https://[2001:db8::1]/"),
        ("https://my_host.example/a/../b//c", "https://my_host.example/a/../b//c"),
        ("https://example.com?q=1", "https://example.com?q=1"),
    ],
)
def test_an_address_has_one_spelling_of_its_host(written: str, read: str) -> None:
    assert iris.parse(written) == read
    assert iris.parse(read) == read


@pytest.mark.parametrize(
    "written",
    [
        None,
        7,
        ["https://example.com/"],
        {"id": "https://example.com/"},
        "",
        "example.com",
        "/users/a",
        "acct:a@example.com",
        "javascript:alert(1)",
        "ftp://example.com/",
        "http\u017f://example.com/",
        "https:///path",
        "https://",
        "https://user@example.com/",
        "https://user:pass@example.com/",
        "https://example.com\\@evil.example/",
        "https://example.com/a b",
        "https://example.com/\n",
        "https://example.com/\x00",
        "https://example.com/\u202e",
        "https://exam\tple.com/",
        "https://example.com./",
        "https://.example.com/",
        "https://exa..mple/",
        "https://-a.example/",
        "https://" + "a" * 64 + ".example/",
        "https://" + ".".join(["a" * 60] * 5) + "/",
        "https://evil%2eexample/",
        "https://exa$mple.com/",
        "https://example.com:/",
        "https://example.com:0/",
        "https://example.com:65536/",
        "https://example.com:99999999/",
        "https://example.com:8x/",
        "https://0x7f.1/",
        "https://2130706433/",
        "https://127.1/",
        "https://127.0.0.01/",
        "https://256.1.1.1/",
        "https://1.2.3.0x4/",
        "https://[::1/",
        "https://[fe80::1%25eth0]/",
        "https://[1::2::3]/",
        "https://::1/",
        "https://\u2028.example/",
        "https://xn--\u00fc.example/",
        "https://example.com/" + "a" * 2048,
    ],
)
def test_what_can_be_read_in_two_ways_is_refused(written: object) -> None:
    with pytest.raises(Malformed):
        iris.parse(written)


def test_origins_decide_who_belongs_together() -> None:
    actor = iris.parse("https://Example.com:443/users/a?x=1#main-key")
    assert iris.origin(actor) == "https://example.com"
    assert iris.host(actor) == "example.com"
    assert iris.same_origin(actor, Iri("https://example.com/inbox"))
    assert not iris.same_origin(actor, Iri("http://example.com/inbox"))
    assert not iris.same_origin(actor, Iri("https://example.com:8443/inbox"))
    assert not iris.same_origin(actor, Iri("https://example.com.evil.example/inbox"))
    assert iris.host(Iri("http://localhost:8001?x")) == "localhost:8001"
    assert iris.origin(Iri("https://example.com#x")) == "https://example.com"


def test_a_fragment_can_be_taken_off_and_read() -> None:
    key = Iri("https://example.com/users/a#main-key")
    assert iris.without_fragment(key) == "https://example.com/users/a"
    assert iris.fragment(key) == "main-key"
    assert iris.fragment(Iri("https://example.com/users/a")) == ""


def test_a_host_alone_gets_the_same_spelling() -> None:
    assert iris.canonical_host("Bücher.Example:443") == "xn--bcher-kva.example"
    assert iris.canonical_host("localhost:8001") == "localhost:8001"


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    for written in (text, f"https://{text}/", f"https://example.com/{text}"):
        try:
            read = iris.parse(written)
        except ProtocolError:
            continue
        assert iris.parse(read) == read
        assert iris.origin(read).isascii()
