"""Request, key and time to a signed request.

What is signed, and in which order, is what Mastodon signs (`app/lib/request.rb`), because every
other server is tested against it: on POST `(request-target) host date digest content-type`, on GET
`(request-target) host date` and `accept` if it is sent. The algorithm is named `rsa-sha256`, not
`hs2019`: WordPress reads the latter as SHA-512 for keys of other sizes.

A signature is about one moment and one receiver: sign afresh for each try and each redirect.
"""

import base64
from datetime import datetime
from email.utils import format_datetime

from activitypub import iris
from activitypub.iris import Iri
from activitypub.signatures import cavage
from activitypub.signatures.digests import make_digest
from activitypub.signatures.keys import HS2019, RSA_SHA256, PrivateKey
from activitypub.wire import Request

_MADE_HERE = frozenset({"host", "date", "digest", "signature"})


def sign(request: Request, *, key_id: Iri, key: PrivateKey, now: datetime) -> Request:
    """A copy of the request with Host, Date, Digest (if it has a body) and Signature.

    Args:
        request: What is going to be sent, to the very address it will be sent to. Headers of these
            names that it already has are replaced.
        key_id: Where the receiver finds the public key.
        key: The private key.
        now: The time, aware, UTC.
    """
    headers = [(name, value) for name, value in request.headers if name not in _MADE_HERE]
    headers += [("host", iris.host(request.url)), ("date", format_datetime(now, usegmt=True))]
    covered = [cavage.TARGET, "host", "date"]
    if request.method == "POST":
        headers.append(("digest", make_digest(request.body)))
        covered.append("digest")
    sent = {name for name, _ in headers}
    covered += [name for name in _also(request.method) if name in sent]
    dressed = Request(request.method, request.url, tuple(headers), request.body)
    text = cavage.signing_strings(dressed, tuple(covered))[0]
    header = _header(key_id, key, covered, key.sign(text))
    return Request(request.method, request.url, (*dressed.headers, header), request.body)


def _also(method: str) -> tuple[str, ...]:
    return ("content-type",) if method == "POST" else ("accept",)


def _header(key_id: Iri, key: PrivateKey, covered: list[str], signature: bytes) -> tuple[str, str]:
    algorithm = RSA_SHA256 if key.algorithm == RSA_SHA256 else HS2019
    encoded = base64.b64encode(signature).decode("ascii")
    value = (
        f'keyId="{key_id}",algorithm="{algorithm}",headers="{" ".join(covered)}",'
        f'signature="{encoded}"'
    )
    return "signature", value
