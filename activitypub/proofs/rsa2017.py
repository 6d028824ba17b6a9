"""Linked Data signatures `RsaSignature2017`: who said what somebody else forwards.

Mastodon signs public posts so when they answer somebody or go to relays, and forwards them (and
their Update and Delete) as they are. Verified here, never made: FEP-8b32 proofs say the same, and
bind the document as it stands instead of the RDF that may be read out of it.

Signed are two sha-256 sums in hexadecimal, one after the other: that of the signature's own members
without `type`, `id` and `signatureValue`, and that of the document without `signature`, each over
canonical N-Quads (Mastodon, `app/lib/activitypub/linked_data_signature.rb`).

Since statements are signed and not the text, the text proves nothing. So `verified` gives back a
document made of the statements alone, and the one that came is not to be read any more.

Whose key it is remains the caller's question: `creator` only names it.
"""

import base64
import binascii
import hashlib
from collections.abc import Mapping

from activitypub import iris
from activitypub.canonical_json import Document, Json
from activitypub.errors import Malformed, NotAuthentic
from activitypub.iris import Iri
from activitypub.jsonld import loader, reading_alike
from activitypub.signatures.keys import RSA_SHA256, PublicKey

TYPE = "RsaSignature2017"
"""The only kind of Linked Data signature that is understood."""

_OPTIONS_CONTEXT = "https://w3id.org/identity/v1"
_NOT_SIGNED = frozenset({"@context", "type", "id", "signatureValue"})
_SIGNED = frozenset({"creator", "created", "nonce", "domain"})

_WORDS: Mapping[str, Json] = {
    "Hashtag": "as:Hashtag",
    "sensitive": "as:sensitive",
    "manuallyApprovesFollowers": "as:manuallyApprovesFollowers",
    "toot": "http://joinmastodon.org/ns#",
    "Emoji": "toot:Emoji",
    "blurhash": "toot:blurhash",
    "votersCount": "toot:votersCount",
}
"""Words of Mastodon's that AS2 does not define: https://docs.joinmastodon.org/spec/activitypub/"""

_LONGEST_VALUE = 2_048  # characters; an RSA-8192 signature in base64 has 1,368


def creator(document: Document) -> Iri | None:
    """The address of the key that the signature names; None if the document has no signature.

    Raises:
        NotAuthentic: The signature cannot be read, or is of another kind.
    """
    if "signature" not in document:
        return None
    try:
        return iris.parse(_signature(document).get("creator"))
    except Malformed as fault:
        raise NotAuthentic("the signature names no key", code="key-url") from fault


def verified(document: Document, key: PublicKey, *, terms: Mapping[str, Json]) -> Document:
    """What the holder of this key has signed, and nothing else.

    Takes up to half a second for a hostile document: not on an event loop.

    Args:
        document: As it was parsed.
        key: The public key, which the caller has fetched from its owner.
        terms: Further words, and what they mean, by which the result is to be written.

    Returns:
        The document, written anew from the statements that are signed, without `signature`.

    Raises:
        NotAuthentic: The signature does not hold.
        UnknownContext, Malformed, TooLarge: What is signed cannot be read.
    """
    from activitypub.jsonld import statements  # noqa: PLC0415 - loads PyLD, 10 MB

    reading_alike.check(document)
    signature = _signature(document)
    options: Document = {"@context": _OPTIONS_CONTEXT}
    options |= {name: value for name, value in signature.items() if name not in _NOT_SIGNED}
    bare = {name: value for name, value in document.items() if name != "signature"}
    root = iris.parse(bare.get("id"))
    signed = statements.read(bare)
    text = _digest(statements.read(options).canonical()) + _digest(signed.canonical())
    key.verify(RSA_SHA256, _value(signature), text.encode("ascii"))
    return signed.tree(root, [loader.AS2, loader.SECURITY, {**_WORDS, **terms}])


def _signature(document: Document) -> Document:
    signature = document.get("signature")
    if not isinstance(signature, dict):
        raise NotAuthentic("a document must have exactly one signature")
    if signature.get("type") != TYPE:
        raise NotAuthentic(f"only {TYPE} signatures are understood here", code="algorithm")
    if not signature.keys() <= _NOT_SIGNED | _SIGNED:
        raise NotAuthentic("the signature says more than it may")
    if not all(isinstance(value, str) for value in signature.values()):
        raise NotAuthentic("the members of a signature are strings")
    if signature.get("@context", _OPTIONS_CONTEXT) not in (_OPTIONS_CONTEXT, loader.SECURITY):
        raise NotAuthentic("the signature is in a context of its own", code="context")
    return signature


def _value(signature: Document) -> bytes:
    value = signature.get("signatureValue")
    if not isinstance(value, str) or len(value) > _LONGEST_VALUE:
        raise NotAuthentic("the value of the signature must be in base64")
    try:
        return base64.b64decode("".join(value.split()), validate=True)
    except (binascii.Error, ValueError) as fault:
        raise NotAuthentic("the value of the signature is not base64") from fault


def _digest(canonical: str) -> str:
    return hashlib.sha256(canonical.encode("utf-8")).hexdigest()
