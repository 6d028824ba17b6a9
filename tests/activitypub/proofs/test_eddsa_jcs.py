"""A document that proves by itself who made it."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import base58
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from activitypub.canonical_json import Document
from activitypub.errors import Malformed, NotAuthentic
from activitypub.iris import Iri
from activitypub.jsonld import reading_alike
from activitypub.proofs.eddsa_jcs import attach, method, verify
from activitypub.signatures.keys import PrivateKey, PublicKey

VECTOR: dict[str, Any] = json.loads(
    (Path(__file__).parents[2] / "vectors" / "fep-8b32.json").read_text("utf-8")
)
NOW = datetime(2023, 2, 24, 23, 36, 38, tzinfo=UTC)
ALICE = Iri("https://server.example/users/alice")
METHOD = Iri(f"{ALICE}#ed25519-key")
SIGNED: dict[str, Any] = VECTOR["signed"]
PUBLIC = PublicKey.from_multikey(VECTOR["public_key"])
# A Multikey secret: multicodec 0x1300 as a varint, then 32 bytes.
SECRET = PrivateKey(
    Ed25519PrivateKey.from_private_bytes(base58.b58decode(VECTOR["secret_key"][1:])[2:])
)


def check(document: Document, *, owner: Iri = ALICE, now: datetime = NOW) -> None:
    verify(document, PUBLIC, method_owner=owner, now=now)


def test_the_published_proof_is_made_again() -> None:
    assert attach(VECTOR["document"], key=SECRET, method=METHOD, created=NOW) == SIGNED


def test_the_published_proof_holds() -> None:
    check(SIGNED)
    assert method(SIGNED) == METHOD
    reading_alike.check(SIGNED)


def test_a_proof_replaces_an_earlier_one_and_ignores_older_signatures() -> None:
    again = attach(SIGNED, key=SECRET, method=METHOD, created=NOW)
    assert again == SIGNED
    check({**SIGNED, "signature": {"type": "RsaSignature2017"}})


def test_a_document_without_context_can_be_signed() -> None:
    document: Document = {"id": ALICE, "type": "Person"}
    signed = attach(document, key=SECRET, method=METHOD, created=NOW)
    assert "@context" not in signed["proof"]  # type: ignore[operator]
    check(signed)


def test_owners_are_found_as_the_kinds_of_document_have_them() -> None:
    for members in (
        {"attributedTo": ALICE},
        {"attributedTo": [ALICE, "https://server.example/users/bob"]},
        {"actor": {"id": ALICE}},
        {"id": ALICE},
    ):
        check(attach({"type": "x", **members}, key=SECRET, method=METHOD, created=NOW))  # type: ignore[dict-item]


def test_only_ed25519_keys_make_such_proofs(rsa: PrivateKey) -> None:
    with pytest.raises(NotAuthentic):
        attach(VECTOR["document"], key=rsa, method=METHOD, created=NOW)
    with pytest.raises(NotAuthentic) as caught:
        verify(SIGNED, rsa.public, method_owner=ALICE, now=NOW)
    assert caught.value.code == "algorithm"


def test_what_has_no_canonical_form_cannot_be_signed() -> None:
    with pytest.raises(Malformed):
        attach({"id": ALICE, "n": float("inf")}, key=SECRET, method=METHOD, created=NOW)
    with pytest.raises(NotAuthentic):
        check({**SIGNED, "n": float("inf")})


def proof(**changes: Any) -> Document:
    changed = {**SIGNED["proof"], **changes}
    return {**SIGNED, "proof": {k: v for k, v in changed.items() if v is not None}}


@pytest.mark.parametrize(
    ("document", "code"),
    [
        ({**SIGNED, "id": "https://server.example/activities/2"}, "signature-syntax"),
        ({**SIGNED, "extra": 1}, "signature-syntax"),
        ({**SIGNED, "proof": None}, "signature-syntax"),
        ({**SIGNED, "proof": "x"}, "signature-syntax"),
        ({**SIGNED, "proof": []}, "signature-syntax"),
        ({**SIGNED, "proof": [SIGNED["proof"], SIGNED["proof"]]}, "signature-syntax"),
        (VECTOR["document"], "signature-syntax"),
        (proof(type="Ed25519Signature2020"), "signature-syntax"),
        (proof(proofPurpose="authentication"), "signature-syntax"),
        (proof(cryptosuite="eddsa-rdfc-2022"), "algorithm"),
        (proof(created="2024-02-24T23:36:38Z"), "time"),
        (proof(created="2023-02-24T23:36:39Z"), "signature-syntax"),
        (proof(created="yesterday"), "time"),
        (proof(created="2023-02-24T23:36:38"), "time"),
        (proof(created=7), "time"),
        (proof(expires="2023-02-24T23:36:37Z"), "time"),
        (proof(verificationMethod="https://evil.example/#key"), "key-owner"),
        (proof(verificationMethod="did:key:z6Mk"), "key-url"),
        (proof(proofValue="z1"), "signature-syntax"),
        (proof(proofValue="z0"), "signature-syntax"),
        (proof(proofValue=7), "signature-syntax"),
        (proof(proofValue="z" + "1" * 200), "signature-syntax"),
        (proof(proofValue="m" + SIGNED["proof"]["proofValue"][1:]), "signature-syntax"),
        ({**SIGNED, "@context": "https://www.w3.org/ns/activitystreams"}, "context"),
        (proof(**{"@context": None}), "signature-syntax"),
        ({**SIGNED, "actor": "https://server.example/users/bob"}, "key-owner"),
    ],
)
def test_a_proof_that_does_not_hold_is_refused(document: Document, code: str) -> None:
    with pytest.raises(NotAuthentic) as caught:
        check(document)
    assert caught.value.code == code


def test_one_proof_in_an_array_is_one_proof() -> None:
    check({**SIGNED, "proof": [SIGNED["proof"]]})


def test_a_context_may_only_grow_behind_the_signed_one() -> None:
    check({**SIGNED, "@context": [*SIGNED["@context"], "https://w3id.org/security/v1"]})


def test_a_neighbour_cannot_vouch_for_it() -> None:
    with pytest.raises(NotAuthentic) as caught:
        check(SIGNED, owner=Iri("https://server.example/users/bob"))
    assert caught.value.code == "key-owner"


def test_an_old_proof_still_holds() -> None:
    check(SIGNED, now=NOW + timedelta(days=3650))


def test_a_document_without_a_proof_names_no_key() -> None:
    assert method(VECTOR["document"]) is None
