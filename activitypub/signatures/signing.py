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
from email.utils import format_datetime

from activitypub import iris
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
        NotAuthentic: What is asked for cannot be signed, because it is not sent.
    """
    headers = [(name, value) for name, value in request.headers if name not in _MADE_HERE]
    headers += [("host", iris.host(request.url)), ("date", format_datetime(now, usegmt=True))]
    dressed = Request(request.method, request.url, tuple(headers), request.body)
    if scheme is Scheme.RFC9421:
        return _by_rfc9421(dressed, key_id, key, now, asked)
    return _by_cavage(dressed, key_id, key)


def _by_cavage(request: Request, key_id: Iri, key: PrivateKey) -> Request:
    covered: tuple[str, ...] = (cavage.TARGET, "host", "date")
    if request.method == "POST":
        request = _with(request, ("digest", make_digest(request.body)))
        covered = (*covered, "digest")
    covered = (*covered, *_also(request))
    signature = key.sign(cavage.signing_strings(request, covered)[0])
    algorithm = RSA_SHA256 if key.algorithm == RSA_SHA256 else HS2019
    value = (
        f'keyId="{key_id}",algorithm="{algorithm}",headers="{" ".join(covered)}",'
        f'signature="{_base64(signature)}"'
    )
    return _with(request, ("signature", value))


def _by_rfc9421(
    request: Request, key_id: Iri, key: PrivateKey, now: datetime, asked: Asked | None
) -> Request:
    covered: tuple[str, ...] = (rfc9421.METHOD, rfc9421.TARGET_URI)
    if request.method == "POST":
        request = _with(request, (rfc9421.CONTENT_DIGEST, make_content_digest(request.body)))
        covered = (*covered, rfc9421.CONTENT_DIGEST)
    covered = (*covered, *_also(request))
    created = int(now.timestamp())
    text = rfc9421.parameters(
        covered if asked is None else asked.covered,
        created=created,
        key_id=key_id,
        algorithm="rsa-v1_5-sha256" if key.algorithm == RSA_SHA256 else ED25519,
        expires=created + _LIFETIME if asked is not None and asked.expires else None,
        nonce=asked.nonce if asked is not None else None,
        tag=asked.tag if asked is not None else None,
    )
    label = _LABEL if asked is None else asked.label
    base = rfc9421.signature_base(request, covered if asked is None else asked.covered, text)
    return _with(
        request,
        ("signature-input", f"{label}={text}"),
        ("signature", f"{label}=:{_base64(key.sign(base))}:"),
    )


def _also(request: Request) -> tuple[str, ...]:
    """What is covered besides, where it is sent."""
    names = ("content-type", HEADER) if request.method == "POST" else ("accept",)
    return tuple(name for name in names if request.headers_named(name))


def _with(request: Request, *headers: tuple[str, str]) -> Request:
    return Request(request.method, request.url, (*request.headers, *headers), request.body)


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")
