"""Request, key and time to a signed request.

As in draft-cavage-12, what is signed and in which order is what Mastodon signs
(`app/lib/request.rb`), because every other server is tested against it: on POST `(request-target)
host date digest content-type` (and `collection-synchronization`), on GET `(request-target) host
date` and `accept` if it is sent. The algorithm is named `rsa-sha256`, not `hs2019`: WordPress reads
the latter as SHA-512 for keys of other sizes.

By RFC 9421 it is `@method @target-uri content-digest content-type`, and on GET `accept` in place of
the last two. `alg` is named although the key decides, because WordPress guesses without it.

A signature is about one moment and one receiver: sign afresh for each try and each redirect.
"""

import base64
from datetime import datetime
from email.utils import formatdate
from functools import lru_cache

from activitypub import iris
from activitypub.errors import NotAuthentic
from activitypub.iris import Iri
from activitypub.signatures import cavage, rfc9421
from activitypub.signatures.accepting import Asked
from activitypub.signatures.claims import Scheme
from activitypub.signatures.digests import make_content_digest, make_digest
from activitypub.signatures.keys import ED25519, HS2019, RSA_SHA256, PrivateKey
from activitypub.synchronisation import HEADER
from activitypub.wire import Request

_MADE_HERE = frozenset({"host", "date", "digest", "content-digest", "signature", "signature-input"})
_LABEL = "sig1"
_LIFETIME = 300  # seconds; Mastodon's, where a signature does not say
_NAMES = {RSA_SHA256: "rsa-v1_5-sha256", ED25519: ED25519}
_KEPT = 64  # what hundreds of requests of one second share: dates, lists of what is signed

_Headers = list[tuple[str, str]]


def sign(
    request: Request,
    *,
    key_id: Iri,
    key: PrivateKey,
    now: datetime,
    scheme: Scheme = Scheme.CAVAGE,
    asked: Asked | None = None,
) -> Request:
    """A copy of the request with Host, Date, a digest (on POST) and a signature.

    Args:
        request: What is going to be sent, to the very address it will be sent to. Headers of these
            names that it already has are replaced.
        key_id: Where the receiver finds the public key.
        key: The private key.
        now: The time, aware, UTC.
        scheme: How to sign; every server understands the default.
        asked: By RFC 9421: what the receiver wants to see.

    Raises:
        NotAuthentic: What is to be signed is not sent, or twice.
    """
    headers = [one for one in request.headers if one[0] not in _MADE_HERE]
    created = int(now.timestamp())
    headers += [("host", iris.host(request.url)), ("date", _date(created))]
    if request.method == "POST":
        digest = make_content_digest if scheme is Scheme.RFC9421 else make_digest
        name = rfc9421.CONTENT_DIGEST if scheme is Scheme.RFC9421 else "digest"
        headers.append((name, digest(request.body)))
    if scheme is Scheme.CAVAGE:
        headers.append(("signature", _by_cavage(request, headers, key_id, key)))
    elif asked is None:
        headers += _by_rfc9421(request, headers, key_id, key, created)
    else:
        headers += _as_asked(_with(request, headers), key_id, key, created, asked)
    return _with(request, headers)


def _by_cavage(request: Request, headers: _Headers, key_id: Iri, key: PrivateKey) -> str:
    """The value of the header."""
    sent = _sent_once(headers)
    covered = ["host", "date", *_also(request, sent, "digest")]
    lines = [f"{cavage.TARGET}: {request.method.lower()} {_target(request.url)}"]
    lines += [f"{name}: {sent[name].strip()}" for name in covered]
    signature = key.sign("\n".join(lines).encode())
    algorithm = RSA_SHA256 if key.algorithm == RSA_SHA256 else HS2019
    return (
        f'keyId="{key_id}",algorithm="{algorithm}",headers="{cavage.TARGET} {" ".join(covered)}",'
        f'signature="{_base64(signature)}"'
    )


def _by_rfc9421(
    request: Request, headers: _Headers, key_id: Iri, key: PrivateKey, created: int
) -> _Headers:
    """The two headers, as every server understands them."""
    sent = _sent_once(headers)
    covered = _also(request, sent, rfc9421.CONTENT_DIGEST)
    algorithm = _NAMES[key.algorithm]
    text = _parameters((rfc9421.METHOD, rfc9421.TARGET_URI, *covered), created, key_id, algorithm)
    lines = [
        f'"{rfc9421.METHOD}": {request.method}',
        f'"{rfc9421.TARGET_URI}": {iris.origin(request.url)}{_target(request.url)}',
        *(f'"{name}": {sent[name].strip()}' for name in covered),
        f'"@signature-params": {text}',
    ]
    signature = key.sign("\n".join(lines).encode("ascii"))
    return _two_headers(_LABEL, text, signature)


def _as_asked(
    request: Request, key_id: Iri, key: PrivateKey, created: int, asked: Asked
) -> _Headers:
    """The two headers, as the receiver wants them."""
    text = rfc9421.parameters(
        asked.covered,
        created=created,
        key_id=key_id,
        algorithm=_NAMES[key.algorithm],
        expires=created + _LIFETIME if asked.expires else None,
        nonce=asked.nonce,
        tag=asked.tag,
    )
    base = rfc9421.signature_base(request, asked.covered, text)
    return _two_headers(asked.label, text, key.sign(base))


def _two_headers(label: str, text: str, signature: bytes) -> _Headers:
    return [
        ("signature-input", f"{label}={text}"),
        ("signature", f"{label}=:{_base64(signature)}:"),
    ]


@lru_cache(_KEPT)
def _parameters(covered: tuple[str, ...], created: int, key_id: Iri, algorithm: str) -> str:
    """The same for all that one actor sends within a second."""
    return rfc9421.parameters(covered, created=created, key_id=key_id, algorithm=algorithm)


@lru_cache(_KEPT)
def _date(seconds: int) -> str:
    return formatdate(seconds, usegmt=True)


def _target(url: Iri) -> str:
    """Path and query, as they are sent."""
    return iris.without_fragment(url).removeprefix(iris.origin(url)) or "/"


def _sent_once(headers: _Headers) -> dict[str, str]:
    sent = dict(headers)
    if len(sent) < len(headers):
        raise NotAuthentic("a header that is signed must be sent exactly once", code="coverage")
    return sent


def _also(request: Request, sent: dict[str, str], digest: str) -> list[str]:
    """What is covered besides, where it is sent."""
    names = (digest, "content-type", HEADER) if request.method == "POST" else ("accept",)
    return [name for name in names if name in sent]


def _with(request: Request, headers: _Headers) -> Request:
    return Request(request.method, request.url, tuple(headers), request.body)


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")
