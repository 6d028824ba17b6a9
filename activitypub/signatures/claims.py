"""Claim: what a request says about who signed it. Nothing of it is believed yet.

Parsed strictly: a parameter that appears twice, an unknown one, or a header that appears twice
might be read differently by the next program, so it is refused. Everything we have seen from real
servers passes.

A request is signed by one scheme. `Signature-Input` makes it RFC 9421; a second signature beside
it, in whatever header, is refused, so that nobody can choose the weaker of two.

Source: draft-cavage-http-signatures-12, section 2.1 and 4; RFC 9421, section 4.
"""

import binascii
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from functools import lru_cache

from activitypub import iris
from activitypub.errors import Malformed, NotAuthentic
from activitypub.iris import Iri
from activitypub.signatures import rfc9421
from activitypub.signatures.keys import ED25519, HS2019, RSA_SHA256
from activitypub.wire import Request


class Scheme(Enum):
    """How a request is signed."""

    CAVAGE = "draft-cavage-http-signatures-12"
    RFC9421 = "rfc9421"


@dataclass(frozen=True, slots=True)
class Claim:
    """Who says they signed, and what the signature covers."""

    scheme: Scheme
    key_id: Iri
    covered: tuple[str, ...]
    """Header names in lower case and pseudo-headers (in parentheses, or with `@`), in the order
    signed.
    """

    created: datetime | None
    """UTC."""

    expires: datetime | None
    """UTC."""

    signature: bytes
    algorithm: str = HS2019
    """As claimed; the key decides."""

    parameters: str = ""
    """RFC 9421: the value of `@signature-params`."""


class NoAddress(NotAuthentic):
    """The key id is not the address of anything.

    Attributes:
        text: what it says.
    """

    default_code = "key-url"

    def __init__(self, text: str) -> None:
        super().__init__("the key id must be an http(s) address")
        self.text = text


LISTS_KEPT = 64
"""Lists of signed headers that were judged lately; at most half a megabyte."""

_LONGEST = 8_192  # characters; with RSA-8192 and a long key id about 3,500 are needed
_PARAMETER = re.compile(r'\s*([A-Za-z]+)=(?:"([^"\\]*)"|([0-9]+))\s*')
_KNOWN = frozenset({"keyId", "algorithm", "headers", "signature", "created", "expires"})
_COMPONENT = re.compile(r"[a-z0-9-]+|\(request-target\)|\(created\)|\(expires\)")
_MOST_COMPONENTS = 32  # real signatures cover 3 to 8
_REGISTERED = {None: HS2019, "rsa-v1_5-sha256": RSA_SHA256, "ed25519": ED25519}
"""RFC 9421, section 6.2.2: those that servers sign with. None leaves it to the key."""

_SECONDS = re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,6})?")


def claim(request: Request) -> Claim:
    """Read the claim of a request.

    Raises:
        NotAuthentic: There is none (`no-signature`), it cannot be read in exactly one way
            (`signature-syntax`), its key has no http(s) address (`key-url`), or it needs what is
            not understood here (`coverage`, `algorithm`).
    """
    if request.headers_named("signature-input"):
        return _by_rfc9421(request)
    return _by_cavage(request)


def _by_rfc9421(request: Request) -> Claim:
    beside = request.header("authorization") or ""
    if beside.lower().startswith("signature"):
        raise _unreadable("a request is signed once: by RFC 9421 or as in draft-cavage-12")
    found = rfc9421.read(request)
    algorithm = found.strings.get("alg")
    if algorithm not in _REGISTERED:
        raise NotAuthentic("the algorithm is not understood here", code="algorithm")
    if "keyid" not in found.strings:
        raise _unreadable("a signature needs keyid")
    return Claim(
        scheme=Scheme.RFC9421,
        key_id=_key_id(found.strings["keyid"]),
        covered=found.covered,
        created=_instant(found.numbers.get("created")),
        expires=_instant(found.numbers.get("expires")),
        signature=found.signature,
        algorithm=_REGISTERED[algorithm],
        parameters=found.text,
    )


def _by_cavage(request: Request) -> Claim:
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
        raise NoAddress(text) from fault


@lru_cache(maxsize=LISTS_KEPT)  # each program writes one list, or two
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
    return _instant(float(text))


def _instant(seconds: float | None) -> datetime | None:
    if seconds is None:
        return None
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError) as fault:
        raise _unreadable("created and expires must be seconds since 1970") from fault


def _signature(text: str) -> bytes:
    try:
        raw = binascii.a2b_base64(text, strict_mode=True)
    except (binascii.Error, ValueError) as fault:
        raise _unreadable("the signature is not base64") from fault
    if not raw:
        raise _unreadable("the signature is empty")
    return raw


def _unreadable(reason: str) -> NotAuthentic:
    return NotAuthentic(reason, code="signature-syntax")
