"""What a server asks for in Accept-Signature, and what it gets."""

from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from activitypub import iris, wire
from activitypub.errors import NotAuthentic
from activitypub.signatures import accepting, rfc9421
from activitypub.signatures.claims import Scheme, claim
from activitypub.signatures.keys import ED25519, RSA_SHA256, PrivateKey
from activitypub.signatures.signing import sign
from activitypub.signatures.verifying import verify

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
KEY_ID = iris.parse("https://ours.example/actor#ed25519-key")
ALWAYS = ("@method", "@target-uri", "content-digest")


def test_our_own_challenge_is_understood() -> None:
    asked = accepting.read(rfc9421.ACCEPTED, "POST")
    assert asked is not None
    assert (asked.label, asked.covered, asked.is_ordinary) == ("sig1", ALWAYS, True)
    on_get = accepting.read(rfc9421.ACCEPTED_ON_GET, "GET")
    assert on_get is not None
    assert on_get.covered == ALWAYS[:2]


def test_everything_that_is_asked_for_is_given() -> None:
    header = (
        'app=("@authority" "date");created;expires;keyid="https://ours.example/actor#ed25519-key";'
        'alg="ed25519";nonce="e8N7S2MFd/qrd6T2R3tdfAuuANngKI7LFtKYI/vowzk4IAZyadIX6wW25MwG7DCT9";'
        'tag="app-123"'
    )
    asked = accepting.read(header, "POST")
    assert asked is not None
    assert asked.covered == ("@authority", "date", *ALWAYS)
    assert (asked.algorithm, asked.key_id, asked.expires) == (ED25519, KEY_ID, True)
    assert not asked.is_ordinary

    key = PrivateKey(Ed25519PrivateKey.generate())
    url = iris.parse("https://peer.example/inbox?x=1")
    unsigned = wire.Request("POST", url, (("content-type", "application/activity+json"),), b"{}")
    signed = sign(unsigned, key_id=KEY_ID, key=key, now=NOW, scheme=Scheme.RFC9421, asked=asked)
    said = claim(signed)
    verify(signed, said, key.public, now=NOW)
    assert said.covered == asked.covered
    assert said.expires is not None
    parameters = signed.header("signature-input") or ""
    assert parameters.startswith("app=(")
    assert 'nonce="e8N7S2MFd' in parameters
    assert 'tag="app-123"' in parameters


@pytest.mark.parametrize("inner", ["", " ", '"@method"', '"content-type"'])
def test_nobody_gets_a_signature_over_next_to_nothing(inner: str) -> None:
    asked = accepting.read(f"sig1=({inner});created", "POST")
    assert asked is not None
    assert set(ALWAYS) <= set(asked.covered)


@pytest.mark.parametrize(
    "header",
    [
        "",
        "nonsense",
        'sig1=("@method";req);created',
        'sig1=("@query-param";name="x")',
        'sig1=("@method" "@method");created',
        'sig1=("@method");created;alg="hmac-sha256"',
        'sig1=("@method");created;keyid="not an address"',
        'sig1=("@method");context="x"',
        "sig1=(" + '"a" ' * 900 + ")",
        'sig1=("@method")' + " " * 3000,
        "sig1=(" + " ".join(f'"x-{number}"' for number in range(17)) + ")",
    ],
)
def test_what_cannot_be_given_is_passed_over(header: str) -> None:
    assert accepting.read(header, "POST") is None


def test_of_several_the_first_that_can_be_given_is_taken() -> None:
    header = 'a=("@method";req), b=("@path");alg="rsa-v1_5-sha256";created, c=("@query")'
    asked = accepting.read(header, "GET")
    assert asked is not None
    assert (asked.label, asked.algorithm) == ("b", RSA_SHA256)
    assert asked.covered == ("@path", "@method", "@target-uri")


def test_a_header_that_is_not_sent_cannot_be_signed() -> None:
    asked = accepting.read('sig1=("x-forwarded-for")', "GET")
    key = PrivateKey(Ed25519PrivateKey.generate())
    request = wire.Request("GET", iris.parse("https://peer.example/"), (), b"")
    with pytest.raises(NotAuthentic):
        sign(request, key_id=KEY_ID, key=key, now=NOW, scheme=Scheme.RFC9421, asked=asked)
