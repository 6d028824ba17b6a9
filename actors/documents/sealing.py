"""Sealing: the last step of every document of ours: its context and its proof.

FEDERATION.md, rules 2 and 9: the AS2 context, the well-known security contexts in use, one inline
object with the terms that this document uses; then an `eddsa-jcs-2022` proof over exactly that.
"""

from datetime import datetime

from activitypub.canonical_json import Document
from activitypub.iris import Iri
from activitypub.proofs import eddsa_jcs
from activitypub.signatures.keys import PrivateKey
from activitypub.writing import with_context
from actors.vocabulary import TERMS

PROOF_CONTEXT = "https://w3id.org/security/data-integrity/v2"
KEY_CONTEXTS = ("https://w3id.org/security/v1", "https://w3id.org/security/multikey/v1")


def sealed(
    document: Document,
    *,
    key: PrivateKey,
    method: Iri,
    at: datetime,
    well_known: tuple[str, ...] = (),
) -> Document:
    """The document with its context and its proof.

    Args:
        document: the body; every member whose value is None is left out.
        key: the Ed25519 key of the actor who answers for it.
        method: the id under which the world finds the public half.
        at: the moment the proof is made.
        well_known: further published contexts it needs.
    """
    body: Document = {name: value for name, value in document.items() if value is not None}
    whole = with_context(body, TERMS, (*well_known, PROOF_CONTEXT))
    return eddsa_jcs.attach(whole, key=key, method=method, created=at)


def unsealed(document: Document) -> Document:
    """The body alone, to be embedded in an activity, whose own context and proof cover it."""
    return {name: value for name, value in document.items() if name not in ("@context", "proof")}
