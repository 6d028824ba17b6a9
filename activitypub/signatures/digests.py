"""Digest and Content-Digest: which body a signature is about.

A signature covers headers, and the digest header ties the body to them. Only SHA-256 counts (RFC
3230 as draft-cavage uses it; RFC 9530 for Content-Digest): other algorithms beside it are ignored,
and alone they are as good as none. Two SHA-256 values in one header are refused even when one of
them is right, because the next reader may pick the other one (CVE-2023-49079 shows what a digest
not checked costs).
"""

import base64
import binascii
import hashlib
import hmac
import re
from functools import lru_cache

from activitypub.errors import NotAuthentic

_DIGEST_ENTRY = re.compile(r"([A-Za-z0-9-]+)=([A-Za-z0-9+/]+={0,2})")
_CONTENT_DIGEST_ENTRY = re.compile(r"([a-z0-9-]+)=:([A-Za-z0-9+/]+={0,2}):")
_LONGEST = 1_000  # characters; two digests of 64 bytes need 200
_KEPT = 16  # bodies whose digest is remembered: one activity goes to thousands of inboxes


def make_digest(body: bytes) -> str:
    """The value of a `Digest` header: `SHA-256=` and base64."""
    return f"SHA-256={_base64(body)}"


def make_content_digest(body: bytes) -> str:
    """The value of a `Content-Digest` header (RFC 9530): `sha-256=:` base64 `:`."""
    return f"sha-256=:{_base64(body)}:"


def check_digest(value: str, body: bytes) -> None:
    """Compare a `Digest` header with the body.

    Raises:
        NotAuthentic: It is malformed, has no or two SHA-256 values, or is that of another body.
    """
    _check(value, body, _DIGEST_ENTRY)


def check_content_digest(value: str, body: bytes) -> None:
    """Compare a `Content-Digest` header with the body.

    Raises:
        NotAuthentic: It is malformed, has no or two SHA-256 values, or is that of another body.
    """
    _check(value, body, _CONTENT_DIGEST_ENTRY)


def _check(value: str, body: bytes, entry: re.Pattern[str]) -> None:
    if len(value) > _LONGEST:
        raise _wrong("the digest header is too long")
    found: list[bytes] = []
    for part in value.split(","):
        match = entry.fullmatch(part.strip())
        if match is None:
            raise _wrong("the digest header is malformed")
        if match[1].lower() == "sha-256":
            found.append(_decoded(match[2]))
    if len(found) != 1:
        raise _wrong("the digest header must have exactly one SHA-256 value")
    if not hmac.compare_digest(found[0], hashlib.sha256(body).digest()):
        raise _wrong("the digest is not that of the body")


def _decoded(text: str) -> bytes:
    try:
        return binascii.a2b_base64(text, strict_mode=True)
    except binascii.Error as fault:
        raise _wrong("the digest is not base64") from fault


@lru_cache(_KEPT)
def _base64(body: bytes) -> str:
    return base64.b64encode(hashlib.sha256(body).digest()).decode("ascii")


def _wrong(reason: str) -> NotAuthentic:
    return NotAuthentic(reason, code="digest")
