"""A request proves something only if everything holds."""

import base64
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from activitypub.errors import NotAuthentic
from activitypub.iris import Iri
from activitypub.signatures.cavage import signing_strings
from activitypub.signatures.claims import Claim, Scheme, claim
from activitypub.signatures.digests import make_digest
from activitypub.signatures.keys import PrivateKey
from activitypub.signatures.signing import sign
from activitypub.signatures.verifying import Window, verify
from activitypub.wire import Request

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
KEY = Iri("https://a.example/anna#main-key")
INBOX = Iri("https://b.example/inbox")
POST = Request("POST", INBOX, (("content-type", "application/activity+json"),), b'{"a":1}')


def changed(request: Request, **headers: str) -> Request:
    """The same request with other values in these headers."""
    return replace(
        request, headers=tuple((name, headers.get(name, value)) for name, value in request.headers)
    )


def refusal(request: Request, key: PrivateKey, *, now: datetime = NOW) -> str:
    with pytest.raises(NotAuthentic) as caught:
        verify(request, claim(request), key.public, now=now)
    return caught.value.code


@pytest.fixture
def signed(rsa: PrivateKey) -> Request:
    return sign(POST, key_id=KEY, key=rsa, now=NOW)


def test_what_was_signed_is_accepted(signed: Request, rsa: PrivateKey) -> None:
    verify(signed, claim(signed), rsa.public, now=NOW)


def test_a_changed_body_is_found(signed: Request, rsa: PrivateKey) -> None:
    other = replace(signed, body=b'{"a":2}')
    assert refusal(other, rsa) == "digest"
    covered_up = changed(other, digest=make_digest(other.body))
    assert refusal(covered_up, rsa) == "signature-syntax"


def test_another_target_is_found(signed: Request, rsa: PrivateKey) -> None:
    assert refusal(replace(signed, url=Iri("https://b.example/users/c/inbox")), rsa) == (
        "signature-syntax"
    )
    assert refusal(replace(signed, method="GET"), rsa) == "signature-syntax"


def test_a_request_for_another_host_is_not_for_us(signed: Request, rsa: PrivateKey) -> None:
    assert refusal(replace(signed, url=Iri("https://c.example/inbox")), rsa) == "host"
    assert refusal(replace(signed, url=Iri("https://b.example:8443/inbox")), rsa) == "host"
    assert refusal(changed(signed, host="b.example\\"), rsa) == "host"
    assert refusal(changed(signed, host="c.example"), rsa) == "host"
    assert refusal(changed(signed, host="b.example:443"), rsa) == "signature-syntax"


def test_a_key_of_somebody_else_does_not_fit(signed: Request, other_rsa: PrivateKey) -> None:
    assert refusal(signed, other_rsa) == "signature-syntax"


@pytest.mark.parametrize(
    ("late", "accepted"),
    [
        (timedelta(), True),
        (timedelta(minutes=59), True),
        (timedelta(minutes=66), False),
        (timedelta(days=1), False),
        (timedelta(minutes=-4), True),
        (timedelta(minutes=-6), False),
    ],
)
def test_a_request_is_good_for_an_hour(
    signed: Request, rsa: PrivateKey, late: timedelta, *, accepted: bool
) -> None:
    if accepted:
        verify(signed, claim(signed), rsa.public, now=NOW + late)
    else:
        assert refusal(signed, rsa, now=NOW + late) == "time"


def test_the_window_can_be_narrower(signed: Request, rsa: PrivateKey) -> None:
    narrow = Window(back=timedelta(minutes=1), ahead=timedelta())
    with pytest.raises(NotAuthentic):
        verify(signed, claim(signed), rsa.public, now=NOW + timedelta(minutes=2), window=narrow)


@pytest.mark.parametrize("date", ["", "yesterday", "Thu, 01 Jan 1970 00:00:00 GMT", "9" * 400])
def test_a_date_that_is_none_is_refused(signed: Request, rsa: PrivateKey, date: str) -> None:
    assert refusal(changed(signed, date=date), rsa) == "time"


def test_a_date_without_zone_counts_as_gmt(rsa: PrivateKey) -> None:
    request = own(rsa, algorithm="rsa-sha256", date="Fri, 02 Jan 2026 03:04:05 -0000")
    verify(request, claim(request), rsa.public, now=NOW)


def own(
    key: PrivateKey,
    *,
    algorithm: str = "hs2019",
    target: str | None = None,
    created: float | None = None,
    expires: float | None = None,
    date: str | None = None,
    url: Iri = INBOX,
) -> Request:
    """A request signed by hand, as other servers do it."""
    body = b"{}"
    covered = ["(request-target)", "host", "digest"]
    headers = [("host", "b.example"), ("digest", make_digest(body))]
    if created is None:
        headers.append(("date", date or format_datetime(NOW, usegmt=True)))
        covered.append("date")
    else:
        covered.append("(created)")
    parameters = ""
    for name, seconds in (("created", created), ("expires", expires)):
        if seconds is not None:
            parameters += f',{name}="{seconds}"'
    if expires is not None:
        covered.append("(expires)")
    moments = [None if at is None else datetime.fromtimestamp(at, UTC) for at in (created, expires)]
    signed_url = url if target is None else Iri(target)
    text = signing_strings(
        Request("POST", signed_url, tuple(headers), body),
        tuple(covered),
        created=moments[0],
        expires=moments[1],
    )[0]
    signature = base64.b64encode(key.sign(text)).decode()
    value = (
        f'keyId="{KEY}",algorithm="{algorithm}",headers="{" ".join(covered)}"'
        f'{parameters},signature="{signature}"'
    )
    return Request("POST", url, (*headers, ("signature", value)), body)


AT = int(NOW.timestamp())


def test_created_and_expires_may_stand_for_the_date(rsa: PrivateKey) -> None:
    request = own(rsa, created=AT, expires=AT + 60)
    verify(request, claim(request), rsa.public, now=NOW)


def test_parameters_that_are_not_signed_are_judged_all_the_same(rsa: PrivateKey) -> None:
    request = sign(POST, key_id=KEY, key=rsa, now=NOW)
    late = changed(request, signature=f"{request.header('signature')},expires={AT - 1}")
    assert refusal(late, rsa) == "time"


@pytest.mark.parametrize(
    ("created", "expires", "algorithm", "code"),
    [
        (AT + 600, None, "hs2019", "time"),
        (AT - 7200, None, "hs2019", "time"),
        (AT, AT - 1, "hs2019", "time"),
        (AT + 60, AT + 30, "hs2019", "time"),
        (AT, None, "rsa-sha256", "algorithm"),
        (AT, AT + 60, "rsa-sha256", "algorithm"),
        (AT, None, "hmac-sha256", "algorithm"),
    ],
)
def test_bad_times_are_refused(
    rsa: PrivateKey, created: int, expires: int | None, algorithm: str, code: str
) -> None:
    assert refusal(own(rsa, created=created, expires=expires, algorithm=algorithm), rsa) == code


def test_the_query_may_be_signed_or_not(rsa: PrivateKey) -> None:
    url = Iri("https://b.example/inbox?x=1")
    for target in (None, "https://b.example/inbox"):
        request = own(rsa, url=url, target=target)
        verify(request, claim(request), rsa.public, now=NOW)
    assert refusal(own(rsa, url=url, target="https://b.example/inbox?x=2"), rsa) == (
        "signature-syntax"
    )


def test_an_algorithm_that_the_key_does_not_have_is_refused(
    rsa: PrivateKey, ed25519: PrivateKey
) -> None:
    assert refusal(own(rsa, algorithm="hmac-sha256"), rsa) == "algorithm"
    assert refusal(own(rsa, algorithm="ed25519"), rsa) == "algorithm"
    request = own(ed25519, algorithm="ed25519", created=AT)
    verify(request, claim(request), ed25519.public, now=NOW)


def test_a_get_needs_no_digest(rsa: PrivateKey) -> None:
    request = sign(Request("GET", INBOX, ()), key_id=KEY, key=rsa, now=NOW)
    verify(request, claim(request), rsa.public, now=NOW)


def test_a_get_with_a_signed_digest_has_its_body_compared(rsa: PrivateKey) -> None:
    headers = (
        ("host", "b.example"),
        ("date", format_datetime(NOW, usegmt=True)),
        ("digest", make_digest(b"other")),
    )
    covered = ("(request-target)", "host", "date", "digest")
    request = Request("GET", INBOX, headers)
    signature = rsa.sign(signing_strings(request, covered)[0])
    made = Claim(Scheme.CAVAGE, KEY, covered, None, None, signature)
    with pytest.raises(NotAuthentic) as caught:
        verify(request, made, rsa.public, now=NOW)
    assert caught.value.code == "digest"


def test_a_header_that_is_signed_but_not_sent_is_refused(signed: Request, rsa: PrivateKey) -> None:
    without = replace(
        signed, headers=tuple(each for each in signed.headers if each[0] != "content-type")
    )
    assert refusal(without, rsa) == "coverage"
