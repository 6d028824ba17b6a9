"""What a request says about who signed it."""

from datetime import UTC, datetime

import pytest

from activitypub.errors import NotAuthentic
from activitypub.iris import Iri
from activitypub.signatures.claims import Scheme, claim
from activitypub.wire import Request

KEY = "https://a.example/anna#main-key"
GOOD = f'keyId="{KEY}",algorithm="rsa-sha256",headers="(request-target) host date",signature="AAAA"'


def request(*signatures: str, more: tuple[tuple[str, str], ...] = ()) -> Request:
    headers = tuple(("signature", value) for value in signatures)
    return Request("POST", Iri("https://b.example/inbox"), headers + more)


def test_a_claim_says_who_and_what() -> None:
    read = claim(request(GOOD))
    assert read.scheme is Scheme.CAVAGE
    assert read.key_id == KEY
    assert read.covered == ("(request-target)", "host", "date")
    assert (read.created, read.expires) == (None, None)
    assert (read.signature, read.algorithm) == (b"\x00\x00\x00", "rsa-sha256")


@pytest.mark.parametrize("seconds", ["1402170695", '"1402170695"'])
def test_created_and_expires_are_seconds(seconds: str) -> None:
    read = claim(request(f'keyId="{KEY}", created={seconds}, expires={seconds} , signature="AAAA"'))
    assert read.created == read.expires == datetime(2014, 6, 7, 19, 51, 35, tzinfo=UTC)
    assert read.covered == ("(created)",)
    assert read.algorithm == "hs2019"


def test_upper_case_header_names_mean_the_same() -> None:
    value = GOOD.replace("host date", "Host Date").replace("rsa-sha256", "RSA-SHA256")
    read = claim(request(value))
    assert read.covered == ("(request-target)", "host", "date")
    assert read.algorithm == "rsa-sha256"


@pytest.mark.parametrize(
    ("signatures", "code"),
    [
        ((), "no-signature"),
        ((GOOD, GOOD), "signature-syntax"),
        (("",), "signature-syntax"),
        (("," * 5000,), "signature-syntax"),
        ((GOOD + ",",), "signature-syntax"),
        ((GOOD + ";",), "signature-syntax"),
        ((GOOD[:-1],), "signature-syntax"),
        ((GOOD + f',keyId="{KEY}"',), "signature-syntax"),
        ((GOOD + ',signature="AAAA"',), "signature-syntax"),
        ((GOOD + ',headers="date"',), "signature-syntax"),
        ((GOOD + ',opaque="x"',), "signature-syntax"),
        ((f'keyId="{KEY}"',), "signature-syntax"),
        (('signature="AAAA"',), "signature-syntax"),
        ((GOOD.replace("AAAA", "A"),), "signature-syntax"),
        ((GOOD.replace("AAAA", "A-A_"),), "signature-syntax"),
        ((GOOD.replace("AAAA", "\u00e9"),), "signature-syntax"),
        ((GOOD.replace("AAAA", ""),), "signature-syntax"),
        ((GOOD.replace("AAAA", "A" * 10_000),), "signature-syntax"),
        ((GOOD.replace("host", "host host"),), "signature-syntax"),
        ((GOOD.replace("host", "(odd)"),), "signature-syntax"),
        ((GOOD.replace("host ", "host  "),), "signature-syntax"),
        ((GOOD.replace("host", " ".join(f"h{n}" for n in range(40))),), "signature-syntax"),
        ((GOOD.replace("(request-target) host date", ""),), "signature-syntax"),
        ((GOOD + ",created=" + "9" * 400,), "signature-syntax"),
        ((GOOD + ",created=999999999999",), "signature-syntax"),
        ((GOOD + ',created="-1"',), "signature-syntax"),
        ((GOOD + ',expires="soon"',), "signature-syntax"),
        ((GOOD.replace(KEY, ""),), "key-url"),
        ((GOOD.replace(KEY, "acct:anna@a.example"),), "key-url"),
        ((GOOD.replace(KEY, "file:///etc/passwd"),), "key-url"),
        ((GOOD.replace(KEY, "https://u:p@a.example/"),), "key-url"),
        ((GOOD.replace(KEY, "https://a.example:99999/"),), "key-url"),
        ((GOOD.replace(KEY, "https://a.example/ x"),), "key-url"),
    ],
)
def test_what_can_be_read_in_two_ways_is_refused(signatures: tuple[str, ...], code: str) -> None:
    with pytest.raises(NotAuthentic) as caught:
        claim(request(*signatures))
    assert caught.value.code == code
