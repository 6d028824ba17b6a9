"""Actors and the keys they publish."""

from typing import Any

import pytest

import activitypub.vocabulary as ap
from activitypub.iris import Iri
from activitypub.reading import read_actor
from activitypub.vocabulary.actors import keys_in, public_key

ACTOR = Iri("https://a.example/anna")
PEM: dict[str, Any] = {"id": f"{ACTOR}#main-key", "owner": ACTOR, "publicKeyPem": "pem"}
MULTIKEY: dict[str, Any] = {
    "id": f"{ACTOR}#ed25519-key",
    "type": "Multikey",
    "controller": ACTOR,
    "publicKeyMultibase": "z6Mk",
}


def test_both_kinds_of_key_are_read() -> None:
    assert public_key(PEM) == ap.PublicKeyDocument(
        id=Iri(f"{ACTOR}#main-key"), owner=ACTOR, pem="pem"
    )
    assert public_key(MULTIKEY) == ap.PublicKeyDocument(
        id=Iri(f"{ACTOR}#ed25519-key"), owner=ACTOR, multibase="z6Mk"
    )


@pytest.mark.parametrize(
    "value",
    [
        None,
        "https://a.example/anna#main-key",
        {},
        {**PEM, "id": 7},
        {**PEM, "owner": None},
        {**PEM, "publicKeyPem": ["pem"]},
        {**MULTIKEY, "type": "Ed25519VerificationKey2020"},
        {**MULTIKEY, "publicKeyMultibase": None},
    ],
)
def test_what_is_no_key_is_left_out(value: Any) -> None:
    assert public_key(value) is None
    assert keys_in([value, PEM]) == (public_key(PEM),)


def test_keys_and_shared_inbox_are_found_where_actors_publish_them() -> None:
    actor = read_actor(
        {
            "id": ACTOR,
            "type": "Service",
            "preferredUsername": "anna",
            "inbox": f"{ACTOR}/inbox",
            "endpoints": {"sharedInbox": "https://a.example/inbox"},
            "publicKey": PEM,
            "assertionMethod": MULTIKEY,
        }
    )
    assert isinstance(actor, ap.Service)
    assert actor.keys == (public_key(PEM), public_key(MULTIKEY))
    assert actor.shared_inbox == "https://a.example/inbox"


def test_ten_keys_are_read_and_no_more() -> None:
    keys = keys_in([PEM] * 12)
    assert len(keys) == 10


def test_an_actor_lists_request_keys_before_proof_keys() -> None:
    one, other = public_key(PEM), public_key(MULTIKEY)
    assert one is not None
    assert other is not None
    actor = ap.Person(
        id=ACTOR,
        preferred_username="anna",
        inbox=Iri(f"{ACTOR}/inbox"),
        assertion_methods=(other,),
        public_keys=(one,),
    )
    assert actor.keys == (one, other)
