"""Digests that say which algorithm made them.

A digest on the wire is a multihash (0x12: sha-256, 0x20: 32 bytes long) in multibase base58btc, so
it begins with `zQm`. A digest of a JSON value is the digest of its canonical bytes (RFC 8785):
identical text has an identical digest on every instance.
"""

import hashlib
import hmac

import base58

from activitypub.canonical_json import Json, canonical

_SHA_256 = b"\x12\x20"  # https://github.com/multiformats/multicodec: sha2-256, then the length
_BASE58_BTC = "z"


def digest(data: bytes) -> str:
    """The sha-256 multihash of these bytes, as a multibase string of 47 characters."""
    multihash = _SHA_256 + hashlib.sha256(data).digest()
    return _BASE58_BTC + base58.b58encode(multihash).decode("ascii")


def digest_of(value: Json) -> str:
    """The digest of a JSON value, computed over its canonical bytes.

    Raises:
        Malformed: The value has no canonical form.
    """
    return digest(canonical(value))


def matches(digest_text: str, data: bytes) -> bool:
    """Whether these bytes have this digest. A digest by another algorithm matches nothing."""
    return hmac.compare_digest(digest(data).encode(), digest_text.encode("utf-8", "replace"))
