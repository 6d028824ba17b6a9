"""Signing as Mastodon does what others may forward: `RsaSignature2017`, with PyLD alone."""

import base64
import hashlib
from typing import Any

from pyld import jsonld

from activitypub.jsonld import frozen
from activitypub.signatures.keys import PrivateKey

Document = dict[str, Any]


def signed(document: Document, key: PrivateKey, creator: str, **more: Any) -> Document:
    """A copy of the document with a signature; `more` are further members of it."""
    options = {"creator": creator, "created": "2026-03-02T08:00:00Z"} | more
    context = {"@context": "https://w3id.org/identity/v1"}
    value = key.sign((_digest(context | options) + _digest(document)).encode())
    return document | {
        "signature": {
            "type": "RsaSignature2017",
            **options,
            "signatureValue": base64.b64encode(value).decode(),
        }
    }


def _digest(document: Document) -> str:
    text = jsonld.normalize(
        document,
        {
            "algorithm": "URDNA2015",
            "format": "application/n-quads",
            "documentLoader": frozen.loader(),
        },
    )
    return hashlib.sha256(text.encode()).hexdigest()
