"""Which body is a signature about?"""

import base64
import hashlib

import pytest

from activitypub.errors import NotAuthentic
from activitypub.signatures.digests import (
    check_content_digest,
    check_digest,
    make_content_digest,
    make_digest,
)

BODY = b'{"hello": "world"}'
# Published in draft-cavage-http-signatures-12, appendix C.
PUBLISHED = "SHA-256=X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE="
WRONG = make_digest(b"other")
SHA512 = "SHA-512=" + base64.b64encode(hashlib.sha512(BODY).digest()).decode()


def test_our_digest_is_the_published_one() -> None:
    assert make_digest(BODY) == PUBLISHED
    assert make_content_digest(BODY) == (
        "sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:"  # RFC 9530, appendix D
    )


@pytest.mark.parametrize(
    "value",
    [PUBLISHED, PUBLISHED.replace("SHA", "sha"), f"{SHA512}, {PUBLISHED}", f"a=b,{PUBLISHED}"],
)
def test_the_right_digest_is_accepted(value: str) -> None:
    check_digest(value, BODY)


@pytest.mark.parametrize(
    "value",
    [
        "",
        WRONG,
        SHA512,
        "MD5=Sd/dVLAcvNLSq16eXua5uQ==",
        f"{WRONG},unixsum=30637",
        f"{PUBLISHED},{PUBLISHED}",
        f"{WRONG},{PUBLISHED}",
        PUBLISHED.removeprefix("SHA-256="),
        PUBLISHED + "x",
        "SHA-256=X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE",
        "SHA-256=X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBP-_",
        "SHA-256=A",
        "," * 2000,
    ],
)
def test_every_other_digest_is_refused(value: str) -> None:
    with pytest.raises(NotAuthentic) as caught:
        check_digest(value, BODY)
    assert caught.value.code == "digest"


def test_content_digest_follows_the_same_rules() -> None:
    check_content_digest(make_content_digest(BODY), BODY)
    for value in (make_content_digest(b"x"), PUBLISHED, "sha-256=::", "sha-256=:A:"):
        with pytest.raises(NotAuthentic):
            check_content_digest(value, BODY)
