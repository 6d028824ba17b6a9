"""Claim: what a request says about who signed it. Nothing of it is believed yet.

Parsed strictly: a parameter that appears twice, an unknown one, or a header that appears twice
might be read differently by the next program, so it is refused. Everything we have seen from real
servers passes.

Source: draft-cavage-http-signatures-12, section 2.1 and 4.
"""

import base64
import binascii
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum

from activitypub import iris
from activitypub.errors import Malformed, NotAuthentic
from activitypub.iris import Iri
from activitypub.signatures.keys import HS2019
from activitypub.wire import Request


class Scheme(Enum):
    """How a request is signed."""

    CAVAGE = "draft-cavage-http-signatures-12"


@dataclass(frozen=True, slots=True)
class Claim:
    """Who says they signed, and what the signature covers."""

    scheme: Scheme
    key_id: Iri
    covered: tuple[str, ...]
    """Header names in lower case and pseudo-headers in parentheses, in the order signed."""

    created: datetime | None
    """UTC."""

    expires: datetime | None
    """UTC."""

    signature: bytes
    algorithm: str = HS2019
    """As claimed; the key decides."""


_LONGEST = 8_192  # characters; with RSA-8192 and a long key id about 3,500 are needed
_PARAMETER = re.compile(r'\s*([A-Za-z]+)=(?:"([^"\\]*)"|([0-9]+))\s*')
_KNOWN = frozenset({"keyId", "algorithm", "headers", "signature", "created", "expires"})
_COMPONENT = re.compile(r"[a-z0-9-]+|\(request-target\)|\(created\)|\(expires\)")
_MOST_COMPONENTS = 32  # real signatures cover 3 to 8
_SECONDS = re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,6})?")


def claim(request: Request) -> Claim:
    """Read the claim of a request.

    Raises:
        NotAuthentic: There is none (`no-signature`), it cannot be read in exactly one way
            (`signature-syntax`), or its key has no http(s) address (`key-url`).
    """
    if request.headers_named("signature-input"):
        raise _unreadable(
            "RFC 9421 signatures are not understood here; please sign as in draft-cavage-12"
        )
    values = request.headers_named("signature")
    if not values:
        raise NotAuthentic("the request is not signed", code="no-signature")
    if len(values) > 1:
        raise _unreadable("there must be one Signature header")
    parameters = _parameters(values[0])
    if "keyId" not in parameters or "signature" not in parameters:
        raise _unreadable("a signature needs keyId and signature")
    return Claim(
        scheme=Scheme.CAVAGE,
        key_id=_key_id(parameters["keyId"]),
        covered=_covered(parameters.get("headers")),
        created=_moment(parameters.get("created")),
        expires=_moment(parameters.get("expires")),
        signature=_signature(parameters["signature"]),
        algorithm=parameters.get("algorithm", HS2019).lower(),
    )


def _parameters(header: str) -> dict[str, str]:
    if len(header) > _LONGEST:
        raise _unreadable("the Signature header is too long")
    parameters: dict[str, str] = {}
    position = 0
    while True:
        match = _PARAMETER.match(header, position)
        if match is None or match[1] not in _KNOWN or match[1] in parameters:
            raise _unreadable("the parameters of the signature cannot be read in one way")
        parameters[match[1]] = match[3] if match[2] is None else match[2]
        position = match.end()
        if position == len(header):
            return parameters
        if header[position] != ",":
            raise _unreadable("the parameters of the signature must be separated by commas")
        position += 1


def _key_id(text: str) -> Iri:
    try:
        return iris.parse(text)
    except Malformed as fault:
        raise NotAuthentic("keyId must be an http(s) address", code="key-url") from fault


def _covered(text: str | None) -> tuple[str, ...]:
    if text is None:
        return ("(created)",)  # the default of draft-cavage-12, section 2.1.6
    names = tuple(text.lower().split(" "))
    well_formed = all(_COMPONENT.fullmatch(name) for name in names)
    if not well_formed or len(names) > _MOST_COMPONENTS or len(set(names)) != len(names):
        raise _unreadable("the list of signed headers cannot be read in one way")
    return names


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    if not _SECONDS.fullmatch(text):
        raise _unreadable("created and expires must be seconds since 1970")
    try:
        return datetime.fromtimestamp(float(text), UTC)
    except (ValueError, OverflowError, OSError) as fault:
        raise _unreadable("created and expires must be seconds since 1970") from fault


def _signature(text: str) -> bytes:
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as fault:
        raise _unreadable("the signature is not base64") from fault
    if not raw:
        raise _unreadable("the signature is empty")
    return raw


def _unreadable(reason: str) -> NotAuthentic:
    return NotAuthentic(reason, code="signature-syntax")
