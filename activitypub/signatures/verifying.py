"""Request, claim, key and time to nothing, or to the reason why the request proves nothing.

The order matters: coverage first, because a signature that leaves something out says nothing about
it; then host, time and digest, which cost little; the signature itself last.

Times follow Mastodon: a request is good for five minutes, plus an hour for clocks that are wrong or
on summer time; both are settings of the caller.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache

from activitypub import iris
from activitypub.errors import Malformed, NotAuthentic
from activitypub.signatures import cavage, rfc9421
from activitypub.signatures.claims import Claim, Scheme
from activitypub.signatures.digests import check_content_digest, check_digest
from activitypub.signatures.keys import ED25519, HS2019, PublicKey
from activitypub.wire import Request

DATES_KEPT = 64
"""Dates that were read lately: all that is signed within a second has the same."""


@dataclass(frozen=True, slots=True)
class Window:
    """How far the time of a request may be from ours."""

    back: timedelta = timedelta(hours=1, minutes=5)
    """Mastodon: five minutes to live and an hour of grace."""

    ahead: timedelta = timedelta(minutes=5)
    """Clocks that are kept by NTP differ by less than a second; five minutes are generous."""


DEFAULT_WINDOW = Window()
"""What is used unless a caller says otherwise."""


def verify(
    request: Request,
    claim: Claim,
    key: PublicKey,
    *,
    now: datetime,
    window: Window = DEFAULT_WINDOW,
) -> None:
    """Check that the holder of this key has sent this very request, to us, just now.

    Whether that key belongs to the actor who is said to act is another question, and the caller's.

    Args:
        request: As it came; its URL is the one by which we are known, whatever its Host says.
        claim: What `claims.claim` read from it.
        key: The public key which `claim.key_id` names.
        now: The time, aware, UTC.
        window: How far its time may be from ours.

    Raises:
        NotAuthentic: The code says what does not hold: `coverage`, `host`, `time`, `digest`,
            `algorithm` or `signature-syntax`.
    """
    check = _by_rfc9421 if claim.scheme is Scheme.RFC9421 else _by_cavage
    texts = check(request, claim)
    _check_host(request)
    _check_time(request, claim, now, window)
    _check_body(request, claim)
    _check_signature(claim, key, texts)


def _by_cavage(request: Request, claim: Claim) -> tuple[bytes, ...]:
    """What may have been signed, once it is clear that it covers enough."""
    cavage.check_coverage(request, claim)
    texts = cavage.signing_strings(
        request, claim.covered, created=claim.created, expires=claim.expires
    )
    # Section 2.3: the older algorithms know no (created) and (expires).
    timed = {cavage.CREATED, cavage.EXPIRES} & set(claim.covered)
    if timed and claim.algorithm not in (HS2019, ED25519):
        raise NotAuthentic("(created) and (expires) need hs2019", code="algorithm")
    return texts


def _by_rfc9421(request: Request, claim: Claim) -> tuple[bytes, ...]:
    """What must have been signed, once it is clear that it covers enough."""
    rfc9421.check_coverage(request, claim.covered)
    if claim.created is None:
        raise NotAuthentic("the signature must say when it was created", code="coverage")
    return (rfc9421.signature_base(request, claim.covered, claim.parameters),)


def _check_body(request: Request, claim: Claim) -> None:
    """Compare the body with the digest that is signed; on POST there is one."""
    if claim.scheme is Scheme.RFC9421:
        if rfc9421.CONTENT_DIGEST in claim.covered:
            check_content_digest(request.header(rfc9421.CONTENT_DIGEST) or "", request.body)
    elif "digest" in claim.covered:
        check_digest(request.header("digest") or "", request.body)


def _check_host(request: Request) -> None:
    try:
        host = iris.host(iris.parse(f"{request.url.split(':')[0]}://{request.header('host')}"))
    except Malformed as fault:
        raise NotAuthentic("the Host header is malformed", code="host") from fault
    if host != iris.host(request.url):
        raise NotAuthentic("the request was signed for another host", code="host")


def _check_time(request: Request, claim: Claim, now: datetime, window: Window) -> None:
    moments: list[datetime] = []
    if "date" in claim.covered:
        moments.append(_date(request.header("date") or ""))
    if claim.created is not None:
        moments.append(claim.created)
    for moment in moments:
        if not now - window.back <= moment <= now + window.ahead:
            raise _untimely("the request is too old, or from the future")
    if claim.expires is not None and claim.expires < max(now, claim.created or now):
        raise _untimely("the signature has expired")


@lru_cache(maxsize=DATES_KEPT)
def _date(text: str) -> datetime:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError) as fault:
        raise _untimely("the Date header cannot be read") from fault
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


def _check_signature(claim: Claim, key: PublicKey, texts: tuple[bytes, ...]) -> None:
    for text in texts[:-1]:
        try:
            key.verify(claim.algorithm, claim.signature, text)
        except NotAuthentic:
            continue
        return
    key.verify(claim.algorithm, claim.signature, texts[-1])


def _untimely(reason: str) -> NotAuthentic:
    return NotAuthentic(reason, code="time")
