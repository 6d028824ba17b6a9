"""Integrity proofs `eddsa-jcs-2022`: a document that proves by itself who made it.

FEP-8b32, and Data Integrity EdDSA Cryptosuites 1.0, section 3.3. The document without its proof and
the proof without its value are each put into canonical form (RFC 8785) and hashed; the two hashes
are signed. The proof carries the `@context` of the document, so that a proof cannot be moved to
other meanings.

A document carries at most one proof here: where there are two, one good one would cover for a bad
one.
"""

import hashlib
from datetime import datetime, timedelta

import base58

from activitypub import iris
from activitypub.canonical_json import Document, Json, canonical
from activitypub.errors import Malformed, NotAuthentic
from activitypub.iris import Iri
from activitypub.signatures.keys import ED25519, PrivateKey, PublicKey

SUITE = "eddsa-jcs-2022"
"""The only cryptosuite that is written and read here."""

SLACK = timedelta(minutes=5)
"""How far a proof may be from the future; the same as for requests."""

_LONGEST_VALUE = 100  # characters; 64 bytes in base58 are 88


def attach(document: Document, *, key: PrivateKey, method: Iri, created: datetime) -> Document:
    """A copy of the document with a proof; an earlier proof is replaced.

    Args:
        document: Complete, with its `@context`: any later change breaks the proof.
        key: An Ed25519 key.
        method: The id of the Multikey in the `assertionMethod` of the document's owner.
        created: The time, aware, UTC; written with seconds.

    Raises:
        Malformed: The document has no canonical form.
        NotAuthentic: The key is not an Ed25519 key.
    """
    if key.algorithm != ED25519:
        raise NotAuthentic("an eddsa-jcs-2022 proof needs an Ed25519 key", code="algorithm")
    bare = _without_proof(document)
    proof: Document = {
        "type": "DataIntegrityProof",
        "cryptosuite": SUITE,
        "verificationMethod": method,
        "proofPurpose": "assertionMethod",
        "created": created.strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    if "@context" in bare:
        proof = {"@context": bare["@context"], **proof}
    value = base58.b58encode(key.sign(_signed_bytes(bare, proof))).decode("ascii")
    return {**bare, "proof": {**proof, "proofValue": f"z{value}"}}


def method(document: Document) -> Iri | None:
    """The address of the key that the proof names; None if the document has no proof.

    Raises:
        NotAuthentic: It has more than one proof, or one that cannot be read.
    """
    if "proof" not in document:
        return None
    try:
        return iris.parse(_proof(document).get("verificationMethod"))
    except Malformed as fault:
        raise _broken("the proof names no key", code="key-url") from fault


def verify(document: Document, key: PublicKey, *, method_owner: Iri, now: datetime) -> None:
    """Check that the owner of this key has made this very document.

    The caller has fetched the key which `method` names, from the document of its owner, where it is
    listed in `assertionMethod`.

    Args:
        document: As it was parsed: numbers as sent, nothing added or left out.
        key: The public key.
        method_owner: The actor whose document lists the key.
        now: The time, aware, UTC.

    Raises:
        NotAuthentic: The proof does not hold, or the owner of the key is not that of the document.
    """
    proof = _proof(document)
    _check_form(proof, now)
    key_id = method(document)
    if key_id is None or not iris.same_origin(key_id, method_owner):
        raise _broken("the key of the proof is not its owner's", code="key-owner")
    if method_owner not in _owners(document):
        raise _broken("the document belongs to somebody else than the key", code="key-owner")
    bare = _without_proof(document)
    context = proof.get("@context")
    if context is not None:
        if not _begins(bare.get("@context"), context):
            raise _broken("the proof was made for another context", code="context")
        bare["@context"] = context
    options = {name: value for name, value in proof.items() if name != "proofValue"}
    if key.algorithm != ED25519:
        raise _broken("an eddsa-jcs-2022 proof needs an Ed25519 key", code="algorithm")
    try:
        signed = _signed_bytes(bare, options)
    except Malformed as fault:
        raise _broken("the document has no canonical form") from fault
    key.verify(ED25519, _value(proof), signed)


def _proof(document: Document) -> Document:
    proof = document.get("proof")
    if isinstance(proof, list) and len(proof) == 1:
        proof = proof[0]
    if not isinstance(proof, dict):
        raise _broken("a document must have exactly one proof")
    return proof


def _check_form(proof: Document, now: datetime) -> None:
    expected: tuple[tuple[str, str], ...] = (
        ("type", "DataIntegrityProof"),
        ("proofPurpose", "assertionMethod"),
    )
    if any(proof.get(name) != value for name, value in expected):
        raise _broken("the proof must be a DataIntegrityProof that asserts something")
    if proof.get("cryptosuite") != SUITE:
        raise _broken(f"only {SUITE} proofs are understood here", code="algorithm")
    created, expires = _moment(proof, "created"), _moment(proof, "expires")
    if created is not None and created > now + SLACK:
        raise _broken("the proof is from the future", code="time")
    if expires is not None and expires < now:
        raise _broken("the proof has expired", code="time")


def _moment(proof: Document, name: str) -> datetime | None:
    if name not in proof:
        return None
    try:
        moment = datetime.fromisoformat(str(proof[name]))
    except ValueError as fault:
        raise _broken(f"{name} of the proof is not a time", code="time") from fault
    if moment.tzinfo is None:
        raise _broken(f"{name} of the proof has no time zone", code="time")
    return moment


def _value(proof: Document) -> bytes:
    value = proof.get("proofValue")
    if not isinstance(value, str) or not value.startswith("z") or len(value) > _LONGEST_VALUE:
        raise _broken("the value of the proof must be in base58btc")
    try:
        return base58.b58decode(value[1:])
    except ValueError as fault:
        raise _broken("the value of the proof is not base58") from fault


def _owners(document: Document) -> tuple[Json, ...]:
    """Whose a document is: the actor's, the first author's, or its own if it is an actor."""
    for name in ("actor", "attributedTo"):
        value = document.get(name)
        if isinstance(value, list) and value:
            value = value[0]
        if isinstance(value, dict):
            value = value.get("id")
        if value is not None:
            return (value,)
    return (document.get("id"),)


def _begins(whole: Json, start: Json) -> bool:
    """Whether one context begins with all entries of the other (section 3.3.2)."""
    entries = whole if isinstance(whole, list) else [whole]
    first = start if isinstance(start, list) else [start]
    return entries[: len(first)] == first


def _without_proof(document: Document) -> Document:
    """Without the proof, and without an older Linked Data Signature (FEP-8b32)."""
    return {name: value for name, value in document.items() if name not in ("proof", "signature")}


def _signed_bytes(bare: Document, options: Document) -> bytes:
    return b"".join(hashlib.sha256(canonical(part)).digest() for part in (options, bare))


def _broken(reason: str, *, code: str = "signature-syntax") -> NotAuthentic:
    return NotAuthentic(reason, code=code)
