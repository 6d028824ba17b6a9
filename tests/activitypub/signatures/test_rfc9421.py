"""RFC 9421: the RFC's own examples, an independent library in both directions, and refusals."""

import base64
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import http_message_signatures as oracle
import pytest

from activitypub.errors import NotAuthentic
from activitypub.iris import Iri
from activitypub.signatures import rfc9421
from activitypub.signatures.claims import Scheme, claim
from activitypub.signatures.digests import make_content_digest
from activitypub.signatures.keys import PrivateKey, PublicKey
from activitypub.signatures.signing import sign
from activitypub.signatures.verifying import verify
from activitypub.wire import Request

NOW = datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC)
AT = int(NOW.timestamp())
KEY = Iri("https://a.example/anna#main-key")
INBOX = Iri("https://b.example/inbox?x=1")
BODY = b'{"a":1}'
ENOUGH = ("@method", "@target-uri", "content-digest")

# RFC 9421, appendix B.1.1 and B.1.4
TEST_KEY_RSA = """-----BEGIN RSA PUBLIC KEY-----
MIIBCgKCAQEAhAKYdtoeoy8zcAcR874L8cnZxKzAGwd7v36APp7Pv6Q2jdsPBRrw
WEBnez6d0UDKDwGbc6nxfEXAy5mbhgajzrw3MOEt8uA5txSKobBpKDeBLOsdJKFq
MGmXCQvEG7YemcxDTRPxAleIAgYYRjTSd/QBwVW9OwNFhekro3RtlinV0a75jfZg
kne/YiktSvLG34lw2zqXBDTC5NHROUqGTlML4PlNZS5Ri2U4aCNx2rUPRcKIlE0P
uKxI4T+HIaFpv8+rdV6eUgOrB2xeI1dSFFn/nnv5OoZJEIB+VmuKn3DCUcCZSFlQ
PSXSfBDiUGhwOw76WuSSsf1D4b/vLoJ10wIDAQAB
-----END RSA PUBLIC KEY-----
"""
TEST_KEY_ED25519 = """-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEAJrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs=
-----END PUBLIC KEY-----
"""
EXAMPLE_BODY = b'{"hello": "world"}'
EXAMPLE_DIGEST = (
    "sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJ"
    "wew==:"
)
SECTION_4_3 = Request(
    "POST",
    Iri("https://origin.host.internal.example/foo?param=Value&Pet=dog"),
    (
        ("host", "origin.host.internal.example"),
        ("content-type", "application/json"),
        ("content-length", "18"),
        ("forwarded", "for=192.0.2.123;host=example.com;proto=https"),
        ("content-digest", EXAMPLE_DIGEST),
        (
            "signature-input",
            'proxy_sig=("@method" "@authority" "@path" "content-digest" "content-type" '
            '"content-length" "forwarded");created=1618884480;keyid="test-key-rsa";'
            'alg="rsa-v1_5-sha256";expires=1618884540',
        ),
        (
            "signature",
            "proxy_sig=:S6ZzPXSdAMOPjN/6KXfXWNO/f7V6cHm7BXYUh3YD/fRad4BCaRZxP+JH+8XY1I6+8Cy+CM5g92i"
            "HgxtRPz+MjniOaYmdkDcnL9cCpXJleXsOckpURl49GwiyUpZ10KHgOEe11sx3G2gxI8S0jnxQB+Pu68U9vVca"
            "sqOWAEObtNKKZd8tSFu7LB5YAv0RAGhB8tmpv7sFnIm9y+7X5kXQfi8NMaZaA8i2ZHwpBdg7a6CMfwnnrtflz"
            "vZdXAsD3LH2TwevU+/PBPv0B6NMNk93wUs/vfJvye+YuI87HU38lZHowtznbLVdp770I6VHR6WfgS9ddzirrs"
            "wsE1w5o0LV/g==:",
        ),
    ),
    EXAMPLE_BODY,
)
APPENDIX_B_2_6 = Request(
    "POST",
    Iri("https://example.com/foo?param=Value&Pet=dog"),
    (
        ("host", "example.com"),
        ("date", "Tue, 20 Apr 2021 02:07:55 GMT"),
        ("content-type", "application/json"),
        ("content-length", "18"),
        (
            "signature-input",
            'sig-b26=("date" "@method" "@path" "@authority" "content-type" "content-length")'
            ';created=1618884473;keyid="test-key-ed25519"',
        ),
        (
            "signature",
            "sig-b26=:wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lI"
            "p5WPpBKRCw==:",
        ),
    ),
    EXAMPLE_BODY,
)


@pytest.mark.parametrize(
    ("example", "pem"), [(SECTION_4_3, TEST_KEY_RSA), (APPENDIX_B_2_6, TEST_KEY_ED25519)]
)
def test_the_examples_of_the_rfc_are_read_as_they_were_made(example: Request, pem: str) -> None:
    read = rfc9421.read(example)
    base = rfc9421.signature_base(example, read.covered, read.text)
    key = PublicKey.from_pem(pem)
    key.verify(key.algorithm, read.signature, base)


@pytest.mark.parametrize("example", [SECTION_4_3, APPENDIX_B_2_6])
def test_the_examples_cover_too_little_for_an_inbox(example: Request) -> None:
    with pytest.raises(NotAuthentic) as caught:
        rfc9421.check_coverage(example, rfc9421.read(example).covered)
    assert caught.value.code == "coverage"


def test_every_derived_component_of_a_request_has_its_value() -> None:
    request = Request("GET", Iri("https://b.example:8443/a%20b?x=1&y"), ())
    names = ("@target-uri", "@authority", "@scheme", "@request-target", "@path", "@query")
    base = rfc9421.signature_base(request, names, "()").decode()
    assert base.splitlines() == [
        '"@target-uri": https://b.example:8443/a%20b?x=1&y',
        '"@authority": b.example:8443',
        '"@scheme": https',
        '"@request-target": /a%20b?x=1&y',
        '"@path": /a%20b',
        '"@query": ?x=1&y',
        '"@signature-params": ()',
    ]


@dataclass
class Message:
    """A request as the library wants it."""

    method: str
    url: str
    headers: dict[str, str]
    body: bytes = BODY


class Keys(oracle.HTTPSignatureKeyResolver):
    """One pair for every id."""

    def __init__(self, key: PrivateKey) -> None:
        self.key = key

    def resolve_public_key(self, key_id: str) -> oracle.VerificationKey:
        assert key_id == KEY
        return self.key.public.key

    def resolve_private_key(self, key_id: str) -> oracle.SigningKey:
        assert key_id == KEY
        return self.key.key


def by_library(key: PrivateKey, *covered: str, alg: bool = True, tag: str | None = None) -> Request:
    """A POST that the library signed."""
    used = (
        oracle.algorithms.RSA_V1_5_SHA256
        if key.algorithm == "rsa-sha256"
        else oracle.algorithms.ED25519
    )
    headers = {
        "Host": "b.example",
        "Date": format_datetime(NOW, usegmt=True),
    }
    message = Message("POST", INBOX, headers)
    oracle.HTTPMessageSigner(signature_algorithm=used, key_resolver=Keys(key)).sign(
        message,
        key_id=KEY,
        created=NOW,
        expires=NOW + timedelta(minutes=5),
        nonce='a "quoted" \\ word',
        tag=tag,
        include_alg=alg,
        covered_component_ids=covered or ENOUGH,
        body=BODY,
    )
    pairs = tuple((name.lower(), value) for name, value in message.headers.items())
    return Request("POST", INBOX, pairs, BODY)


@pytest.mark.parametrize("alg", [True, False])
def test_what_the_library_signs_is_accepted(
    rsa: PrivateKey, ed25519: PrivateKey, *, alg: bool
) -> None:
    for key in (rsa, ed25519):
        request = by_library(key, *ENOUGH, "@authority", "host", "date", alg=alg, tag="x")
        read = claim(request)
        assert (read.scheme, read.key_id, read.created) == (Scheme.RFC9421, KEY, NOW)
        verify(request, read, key.public, now=NOW)


def test_what_we_sign_is_accepted_by_the_library(rsa: PrivateKey, ed25519: PrivateKey) -> None:
    for key, used in (
        (rsa, oracle.algorithms.RSA_V1_5_SHA256),
        (ed25519, oracle.algorithms.ED25519),
    ):
        post = Request("POST", INBOX, (("content-type", "application/activity+json"),), BODY)
        request = sign(post, key_id=KEY, key=key, now=NOW, scheme=Scheme.RFC9421)
        verify(request, claim(request), key.public, now=NOW)
        message = Message("POST", INBOX, dict(request.headers))
        verifier = oracle.HTTPMessageVerifier(signature_algorithm=used, key_resolver=Keys(key))
        [result] = verifier.verify(message, max_age=None, body=BODY, require_components=ENOUGH)
        assert result.parameters["created"] == AT


def test_what_we_ask_with_is_signed_too(rsa: PrivateKey) -> None:
    get = Request("GET", INBOX, (("accept", "application/activity+json"),))
    request = sign(get, key_id=KEY, key=rsa, now=NOW, scheme=Scheme.RFC9421)
    read = claim(request)
    assert read.covered == ("@method", "@target-uri", "accept")
    verify(request, read, rsa.public, now=NOW)
    assert request.headers_named("content-digest") == ()


def by_hand(
    key: PrivateKey,
    *,
    covered: tuple[str, ...] = ENOUGH,
    parameters: str = f';created={AT};keyid="{KEY}";alg="rsa-v1_5-sha256"',
    body: bytes = BODY,
    more: tuple[tuple[str, str], ...] = (),
) -> Request:
    """A POST signed with whatever components and parameters."""
    headers = (
        ("host", "b.example"),
        ("date", format_datetime(NOW, usegmt=True)),
        ("content-digest", make_content_digest(body)),
        *more,
    )
    text = "(" + " ".join(f'"{name}"' for name in covered) + ")" + parameters
    request = Request("POST", INBOX, headers, body)
    signature = base64.b64encode(key.sign(rfc9421.signature_base(request, covered, text))).decode()
    added = (("signature-input", f"sig1={text}"), ("signature", f"sig1=:{signature}:"))
    return replace(request, headers=(*headers, *added))


def changed(request: Request, **headers: str) -> Request:
    """The same request with other values in these headers (`_` stands for `-`)."""
    new = {name.replace("_", "-"): value for name, value in headers.items()}
    return replace(
        request, headers=tuple((name, new.get(name, value)) for name, value in request.headers)
    )


def refusal(request: Request, key: PrivateKey, *, now: datetime = NOW) -> str:
    with pytest.raises(NotAuthentic) as caught:
        verify(request, claim(request), key.public, now=now)
    return caught.value.code


@pytest.fixture
def signed(rsa: PrivateKey) -> Request:
    request = by_hand(rsa)
    verify(request, claim(request), rsa.public, now=NOW)
    return request


@pytest.mark.parametrize(
    "covered",
    [
        (),
        ("@method", "@target-uri"),
        ("@method", "content-digest"),
        ("@target-uri", "content-digest"),
        ("@method", "@authority", "@path", "content-digest"),
    ],
)
def test_a_signature_that_leaves_out_too_much_is_refused(
    rsa: PrivateKey, covered: tuple[str, ...]
) -> None:
    assert refusal(by_hand(rsa, covered=covered), rsa) == "coverage"


def test_a_signature_without_a_time_is_refused(rsa: PrivateKey) -> None:
    assert refusal(by_hand(rsa, parameters=f';keyid="{KEY}"'), rsa) == "coverage"


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        (f';created={AT - 3960};keyid="{KEY}"', "time"),
        (f';created={AT + 360};keyid="{KEY}"', "time"),
        (f';created=-1;keyid="{KEY}"', "time"),
        (f';created={AT};expires={AT - 1};keyid="{KEY}"', "time"),
        (f';created={AT + 60};expires={AT + 30};keyid="{KEY}"', "time"),
        (f';created=999999999999999;keyid="{KEY}"', "signature-syntax"),
        (f';created="{AT}";keyid="{KEY}"', "signature-syntax"),
        (f';created={AT}.5;keyid="{KEY}"', "signature-syntax"),
        (f';created;keyid="{KEY}"', "signature-syntax"),
        (f';created={AT};created={AT};keyid="{KEY}"', "signature-syntax"),
        (f';created={AT};keyid="{KEY}";odd="1"', "signature-syntax"),
        (f';created={AT};keyid=1;alg="ed25519"', "signature-syntax"),
        (f";created={AT}", "signature-syntax"),
        (f';created={AT};keyid="acct:anna@a.example"', "key-url"),
        (f';created={AT};keyid="{KEY}";alg="hmac-sha256"', "algorithm"),
        (f';created={AT};keyid="{KEY}";alg="rsa-pss-sha512"', "algorithm"),
        (f';created={AT};keyid="{KEY}";alg="RSA-V1_5-SHA256"', "algorithm"),
        (f';created={AT};keyid="{KEY}";alg="ed25519"', "algorithm"),
    ],
)
def test_parameters_that_do_not_hold_are_refused(
    rsa: PrivateKey, parameters: str, code: str
) -> None:
    assert refusal(by_hand(rsa, parameters=parameters), rsa) == code


@pytest.mark.parametrize("parameter", [";sf", ";bs", ";req", ";tr", ';key="a"', ";sf;bs;req;tr"])
def test_a_component_with_parameters_is_refused(
    signed: Request, rsa: PrivateKey, parameter: str
) -> None:
    text = signed.header("signature-input") or ""
    bent = changed(
        signed, signature_input=text.replace('"content-digest"', f'"content-digest"{parameter}')
    )
    assert refusal(bent, rsa) == "coverage"


@pytest.mark.parametrize("name", ["@status", "@query-param", "@odd", "@signature-params", "x-odd"])
def test_a_component_that_is_unknown_or_not_sent_is_refused(
    signed: Request, rsa: PrivateKey, name: str
) -> None:
    text = signed.header("signature-input") or ""
    bent = changed(signed, signature_input=text.replace('"@method"', f'"@method" "{name}"'))
    assert refusal(bent, rsa) == "coverage"


def test_a_header_that_is_not_ascii_cannot_be_signed(signed: Request, rsa: PrivateKey) -> None:
    text = signed.header("signature-input") or ""
    bent = changed(signed, signature_input=text.replace('"@method"', '"@method" "x-name"'))
    assert refusal(replace(bent, headers=(*bent.headers, ("x-name", "\u00e9"))), rsa) == "coverage"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("sig1=", "sig2="),
        ("sig1=", "Sig1="),
        ("sig1=", ""),
        ('"@method"', '"@method" "@method"'),
        ('"@method"', '"@Method"'),
        ('"@method"', "@method"),
        ('"@method" ', '"@method"'),
        ('"@method" ', '"@method",'),
        ("(", "(("),
        (")", ""),
        (";created", " ;created"),
        ("sig1=", 'sig0=("@method");created=1;keyid="https://evil.example/#k", sig1='),
        ('"@method"', " ".join(f'"h{n}"' for n in range(40))),
        ("sig1=", " " * 9000 + "sig1="),
    ],
)
def test_what_can_be_read_in_two_ways_is_refused(
    signed: Request, rsa: PrivateKey, old: str, new: str
) -> None:
    text = signed.header("signature-input") or ""
    assert old in text
    bent = changed(signed, signature_input=text.replace(old, new, 1))
    assert refusal(bent, rsa) == "signature-syntax"


@pytest.mark.parametrize(
    "value",
    [
        "",
        "sig1=::",
        "sig1=:A:",
        "sig1=:A-A_:",
        "sig1=:AAAA:, sig2=:AAAA:",
        'keyId="x"',
        "sig2=:AAAA:",
    ],
)
def test_a_signature_that_is_none_is_refused(signed: Request, rsa: PrivateKey, value: str) -> None:
    assert refusal(changed(signed, signature=value), rsa) == "signature-syntax"


def test_zeros_are_no_signature(signed: Request, rsa: PrivateKey) -> None:
    zeros = base64.b64encode(bytes(256)).decode()
    assert refusal(changed(signed, signature=f"sig1=:{zeros}:"), rsa) == "signature-syntax"


def test_blanks_that_structured_fields_allow_change_nothing(
    signed: Request, rsa: PrivateKey
) -> None:
    text = signed.header("signature-input") or ""
    airy = text.replace("(", "(  ").replace(")", " )").replace('" "', '"   "').replace(";", ";  ")
    request = changed(signed, signature_input=f" {airy} ")
    verify(request, claim(request), rsa.public, now=NOW)


@pytest.mark.parametrize(
    "header",
    [
        ("authorization", 'Signature keyId="x",signature="AAAA"'),
        ("signature", 'keyId="https://a.example/anna#main-key",signature="AAAA"'),
        ("signature-input", 'sig2=("@method");created=1;keyid="https://evil.example/#k"'),
    ],
)
def test_a_request_is_signed_once(
    signed: Request, rsa: PrivateKey, header: tuple[str, str]
) -> None:
    twice = replace(signed, headers=(*signed.headers, header))
    assert refusal(twice, rsa) == "signature-syntax"


@pytest.mark.parametrize(
    ("digest", "code"),
    [
        (make_content_digest(b"other"), "digest"),
        (f"{make_content_digest(BODY)}, {make_content_digest(b'other')}", "digest"),
        (make_content_digest(BODY).replace(":", ""), "digest"),
        (make_content_digest(BODY).replace("sha-256", "sha-512"), "digest"),
        ("", "digest"),
    ],
)
def test_a_digest_that_is_not_that_of_the_body_is_refused(
    signed: Request, rsa: PrivateKey, digest: str, code: str
) -> None:
    assert refusal(changed(signed, content_digest=digest), rsa) == code


def test_a_changed_request_is_found(
    signed: Request, rsa: PrivateKey, other_rsa: PrivateKey
) -> None:
    other_body = replace(signed, body=b"{}")
    assert refusal(other_body, rsa) == "digest"
    covered_up = changed(other_body, content_digest=make_content_digest(b"{}"))
    assert refusal(covered_up, rsa) == "signature-syntax"
    for path in ("/inbox", "/inbox?x=2", "/users/c/inbox?x=1"):
        elsewhere = replace(signed, url=Iri(f"https://b.example{path}"))
        assert refusal(elsewhere, rsa) == "signature-syntax"
    assert refusal(replace(signed, url=Iri("https://c.example/inbox?x=1")), rsa) == "host"
    assert refusal(replace(signed, method="PUT"), rsa) == "signature-syntax"
    assert refusal(signed, other_rsa) == "signature-syntax"


@pytest.mark.parametrize("name", ["content-digest", "host", "date"])
def test_a_header_that_must_be_unique_is_sent_once(
    signed: Request, rsa: PrivateKey, name: str
) -> None:
    twice = replace(signed, headers=(*signed.headers, (name, signed.header(name) or "")))
    assert refusal(twice, rsa) == "coverage"


@pytest.mark.parametrize(
    ("late", "accepted"), [(59, True), (64, True), (66, False), (-4, True), (-6, False)]
)
def test_a_request_is_good_for_an_hour(
    signed: Request, rsa: PrivateKey, late: int, *, accepted: bool
) -> None:
    now = NOW + timedelta(minutes=late)
    if accepted:
        verify(signed, claim(signed), rsa.public, now=now)
    else:
        assert refusal(signed, rsa, now=now) == "time"


def test_a_get_needs_no_digest(rsa: PrivateKey) -> None:
    text = f'("@method" "@target-uri");created={AT};keyid="{KEY}"'
    bare = Request("GET", INBOX, (("host", "b.example"),))
    base = rfc9421.signature_base(bare, ("@method", "@target-uri"), text)
    signature = base64.b64encode(rsa.sign(base)).decode()
    request = replace(
        bare,
        headers=(
            *bare.headers,
            ("signature-input", f"a={text}"),
            ("signature", f"a=:{signature}:"),
        ),
    )
    verify(request, claim(request), rsa.public, now=NOW)
