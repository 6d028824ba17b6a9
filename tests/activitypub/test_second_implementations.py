"""What we sign, prove and canonicalise, held against programs that others wrote, both ways.

`http-message-signatures` is held against RFC 9421 in `signatures/test_rfc9421.py`, Fedify against
all of it in `tests/peers`.
"""

import copy
from datetime import UTC, datetime, timedelta
from typing import Any

import jcs
import pytest
from apsig import ProofSigner, ProofVerifier, draft
from apsig.exceptions import VerificationFailedError
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from hypothesis import given
from hypothesis import strategies as st

from activitypub import canonical_json
from activitypub.canonical_json import Document
from activitypub.errors import NotAuthentic
from activitypub.iris import Iri
from activitypub.proofs import eddsa_jcs
from activitypub.signatures.claims import claim
from activitypub.signatures.keys import PrivateKey
from activitypub.signatures.signing import sign
from activitypub.signatures.verifying import verify
from activitypub.wire import Request

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
ANY_TIME = int(timedelta(days=36500).total_seconds())  # the other program reads the real clock
ACTOR = "https://a.example/anna"
KEY = Iri(f"{ACTOR}#main-key")
METHOD = Iri(f"{ACTOR}#ed25519-key")
INBOX = Iri("https://b.example/inbox")
BODY = b'{"a":1}'
NOTE: Document = {
    "@context": ["https://www.w3.org/ns/activitystreams", {"x": "https://x.example/#"}],
    "id": f"{ACTOR}/notes/1",
    "type": "Note",
    "attributedTo": ACTOR,
    "content": "Ça va\u2028? \U0001f41d",
    "x:amount": [1, 0.5, 1e21, True, None, {"z": 1, "é": 2, "o": {}}],
}
OPTIONS = {
    "type": "DataIntegrityProof",
    "cryptosuite": "eddsa-jcs-2022",
    "proofPurpose": "assertionMethod",
    "verificationMethod": METHOD,
    "created": "2026-01-02T03:04:05Z",
}


@pytest.fixture(scope="module")
def rsa_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


@pytest.fixture(scope="module")
def ed25519_key() -> ed25519.Ed25519PrivateKey:
    return ed25519.Ed25519PrivateKey.generate()


def test_apsig_verifies_what_we_sign(rsa_key: rsa.RSAPrivateKey) -> None:
    request = Request("POST", INBOX, (), BODY)
    signed = sign(request, key_id=KEY, key=PrivateKey(rsa_key), now=NOW)
    checked = {"public_pem": rsa_key.public_key(), "method": "POST", "url": INBOX}
    by_them = draft.Verifier(
        **checked, headers=dict(signed.headers), body=BODY, clock_skew=ANY_TIME
    )
    assert by_them.verify(raise_on_fail=True) == KEY
    forged = draft.Verifier(
        **checked, headers=dict(signed.headers), body=BODY + b" ", clock_skew=ANY_TIME
    )
    with pytest.raises(VerificationFailedError):
        forged.verify(raise_on_fail=True)


@pytest.mark.parametrize("url", [INBOX, Iri("https://b.example/inbox?shared=1")])
def test_we_verify_what_apsig_signs(rsa_key: rsa.RSAPrivateKey, url: Iri) -> None:
    headers = draft.Signer(
        headers={"date": "Fri, 02 Jan 2026 03:04:05 GMT"},
        private_key=rsa_key,
        method="POST",
        url=url,
        key_id=KEY,
        body=BODY,
    ).sign()
    headers.pop("Authorization")
    sent = tuple((name.lower(), str(value)) for name, value in headers.items())
    request = Request("POST", url, sent, BODY)
    key = PrivateKey(rsa_key).public
    verify(request, claim(request), key, now=NOW)
    with pytest.raises(NotAuthentic):
        verify(Request("POST", url, sent, b"{}"), claim(request), key, now=NOW)


def test_apsig_verifies_what_we_prove(ed25519_key: ed25519.Ed25519PrivateKey) -> None:
    proven = eddsa_jcs.attach(NOTE, key=PrivateKey(ed25519_key), method=METHOD, created=NOW)
    verifier = ProofVerifier(ed25519_key.public_key())
    assert verifier.verify(copy.deepcopy(proven), raise_on_fail=True) == METHOD
    changed: dict[str, Any] = copy.deepcopy(proven) | {"content": "No."}
    with pytest.raises(VerificationFailedError):
        verifier.verify(changed, raise_on_fail=True)


def test_we_verify_what_apsig_proves(ed25519_key: ed25519.Ed25519PrivateKey) -> None:
    proven = ProofSigner(ed25519_key).sign(NOTE, OPTIONS)
    key = PrivateKey(ed25519_key).public
    eddsa_jcs.verify(proven, key, method_owner=Iri(ACTOR), now=NOW)
    with pytest.raises(NotAuthentic):
        eddsa_jcs.verify(proven | {"content": "No."}, key, method_owner=Iri(ACTOR), now=NOW)


EXACT = 2**53 - 1  # RFC 8785 knows no larger whole number
TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-EXACT, EXACT)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner)
    ),
)


@given(VALUES)
def test_canonical_json_is_that_of_the_library_jcs(value: Any) -> None:
    assert canonical_json.canonical(value) == jcs.canonicalize(value)
