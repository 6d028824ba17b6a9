"""What we sign, in the way that every server understands."""

from datetime import UTC, datetime

from activitypub.iris import Iri
from activitypub.signatures.claims import claim
from activitypub.signatures.keys import PrivateKey
from activitypub.signatures.signing import sign
from activitypub.signatures.verifying import verify
from activitypub.wire import Request

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
KEY = Iri("https://a.example/anna#main-key")
POST = Request(
    "POST",
    Iri("https://b.example:8443/inbox?x=1"),
    (("content-type", "application/activity+json"), ("host", "wrong.example"), ("date", "never")),
    b"{}",
)


def test_a_post_is_signed_as_mastodon_signs_it(rsa: PrivateKey) -> None:
    signed = sign(POST, key_id=KEY, key=rsa, now=NOW)
    assert signed.header("host") == "b.example:8443"
    assert signed.header("date") == "Fri, 02 Jan 2026 03:04:05 GMT"
    assert signed.header("digest") == "SHA-256=RBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4o="
    assert (signed.header("signature") or "").startswith(
        f'keyId="{KEY}",algorithm="rsa-sha256",'
        'headers="(request-target) host date digest content-type",signature="'
    )
    assert signed.body == b"{}"
    verify(signed, claim(signed), rsa.public, now=NOW)


def test_a_get_has_no_digest_and_signs_what_it_accepts(rsa: PrivateKey) -> None:
    get = Request("GET", Iri("https://b.example/x"), (("accept", "application/activity+json"),))
    signed = sign(get, key_id=KEY, key=rsa, now=NOW)
    assert signed.header("digest") is None
    assert claim(signed).covered == ("(request-target)", "host", "date", "accept")
    verify(signed, claim(signed), rsa.public, now=NOW)
    bare = sign(Request("GET", Iri("https://b.example/x"), ()), key_id=KEY, key=rsa, now=NOW)
    assert claim(bare).covered == ("(request-target)", "host", "date")


def test_signing_again_replaces_the_first_signature(rsa: PrivateKey) -> None:
    once = sign(POST, key_id=KEY, key=rsa, now=NOW)
    assert sign(once, key_id=KEY, key=rsa, now=NOW) == once


def test_an_ed25519_key_signs_too(ed25519: PrivateKey) -> None:
    signed = sign(POST, key_id=KEY, key=ed25519, now=NOW)
    assert claim(signed).algorithm == "hs2019"
    verify(signed, claim(signed), ed25519.public, now=NOW)
