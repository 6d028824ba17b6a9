"""Linked Data signatures: what is signed is read, what is not signed is not there."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from together.linked_data import signed

import activitypub.vocabulary as ap
from activitypub import reading
from activitypub.addressing import PUBLIC
from activitypub.canonical_json import Document
from activitypub.errors import NotAuthentic, ProtocolError, TooLarge
from activitypub.proofs import rsa2017
from activitypub.signatures.keys import PrivateKey, PublicKey
from actors.mail import keyring

VECTOR = json.loads(
    (Path(__file__).parents[2] / "vectors" / "rsa-signature-2017.json").read_text("utf-8")
)
AS2 = "https://www.w3.org/ns/activitystreams"
ADA = "https://social.example/users/ada"
KEY_ID = f"{ADA}#main-key"
TERMS: Document = {"ess": "https://w3id.org/essaim/ns#", "conformsTo": {"@id": "ess:conformsTo"}}


@pytest.fixture(scope="module")
def key() -> PrivateKey:
    return PrivateKey.from_pem(keyring.new_keys().rsa)


def verified(document: dict[str, Any], key: PrivateKey) -> dict[str, Any]:
    return rsa2017.verified(document, key.public, terms=TERMS)


def a_create(**changes: Any) -> dict[str, Any]:
    return {
        "@context": AS2,
        "id": f"{ADA}/statuses/1/activity",
        "type": "Create",
        "actor": ADA,
        "to": [PUBLIC],
        "object": {
            "id": f"{ADA}/statuses/1",
            "type": "Note",
            "attributedTo": ADA,
            "content": "<p>Bonjour</p>",
            "to": [PUBLIC],
            "cc": [f"{ADA}/followers"],
        },
    } | changes


def test_what_another_library_signed_is_read_with_everything_in_it() -> None:
    document = VECTOR["document"]
    key = PublicKey.from_pem(VECTOR["publicKeyPem"])
    activity = reading.read_activity(rsa2017.verified(document, key, terms={}))
    plain = reading.read_activity(document)

    assert rsa2017.creator(document) == KEY_ID
    assert (activity.id, activity.actor, activity.to, set(activity.cc)) == (
        plain.id,
        plain.actor,
        plain.to,
        set(plain.cc),
    )
    note, before = activity.object, plain.object
    assert isinstance(note, ap.Note)
    assert isinstance(before, ap.Note)
    for name in (
        "id",
        "content",
        "content_map",
        "attributed_to",
        "in_reply_to",
        "published",
        "url",
    ):
        assert getattr(note, name) == getattr(before, name), name
    assert len(note.tag) == len(before.tag) == 2
    assert note.document["sensitive"] is False


def test_one_changed_letter_is_a_forgery() -> None:
    document = copy.deepcopy(VECTOR["document"])
    document["object"]["content"] = "<p>Bien dit!</p>"
    with pytest.raises(NotAuthentic):
        rsa2017.verified(document, PublicKey.from_pem(VECTOR["publicKeyPem"]), terms={})


def test_another_key_did_not_sign_it(key: PrivateKey) -> None:
    document = signed(a_create(), key, KEY_ID)
    with pytest.raises(NotAuthentic):
        verified(document, PrivateKey.from_pem(keyring.new_keys().rsa))


@pytest.mark.parametrize("member", ["creator", "created"])
def test_the_members_of_the_signature_are_signed_too(key: PrivateKey, member: str) -> None:
    document = signed(a_create(), key, KEY_ID)
    document["signature"][member] = "https://evil.test/users/mallory#main-key"
    with pytest.raises(NotAuthentic):
        verified(document, key)


def test_a_member_that_no_context_defines_is_not_signed_and_not_read(key: PrivateKey) -> None:
    document = signed(a_create(), key, KEY_ID)
    document["object"]["conformsTo"] = "https://w3id.org/essaim/ns#Model"
    document["data"] = "https://evil.test/"
    found = verified(document, key)
    assert "conformsTo" not in found["object"]
    assert "data" not in found


def test_a_word_of_ours_that_is_defined_and_signed_is_read(key: PrivateKey) -> None:
    note = a_create()["object"] | {"conformsTo": "https://w3id.org/essaim/ns#Model"}
    document = a_create(object=note) | {"@context": [AS2, TERMS]}
    found = verified(signed(document, key, KEY_ID), key)
    assert found["object"]["conformsTo"] == "https://w3id.org/essaim/ns#Model"


def test_a_description_that_was_moved_elsewhere_stands_where_it_belongs(key: PrivateKey) -> None:
    """Statements are signed, not their places: the whole text may be turned inside out."""
    create = a_create(inReplyTo=f"{ADA}/statuses/1")
    document = signed(create, key, KEY_ID)
    document["inReplyTo"], document["object"] = document["object"], f"{ADA}/statuses/1"
    assert verified(document, key)["object"]["cc"] == f"{ADA}/followers"


@pytest.mark.parametrize(
    "added",
    [
        {"attachment": {"id": "picture", "type": "Image"}},
        {"attachment": {"type": "Image"}},
        {"contentMap": {"no language": "<p>Adieu</p>"}},
        {"attributedTo": [ADA, "https://evil.test/users/mallory"]},
    ],
)
def test_what_is_added_breaks_the_signature(key: PrivateKey, added: dict[str, Any]) -> None:
    document = signed(a_create(), key, KEY_ID)
    document["object"] |= added
    with pytest.raises(NotAuthentic):
        verified(document, key)


@pytest.mark.parametrize(
    "twist",
    [
        {"@graph": [{"id": "https://evil.test/1", "type": "Delete"}]},
        {"@included": [{"id": "https://evil.test/1", "type": "Delete"}]},
        {"@reverse": {"object": {"id": "https://evil.test/1", "type": "Delete"}}},
        {"@context": [AS2, {"sed": "@graph"}], "sed": []},
        {"@context": [AS2, {"object": "as:result"}]},
        {"as:actor": "https://evil.test/users/mallory"},
        {"@context": [AS2, "https://evil.test/context.json"]},
    ],
)
def test_twisted_json_ld_is_refused(key: PrivateKey, twist: dict[str, Any]) -> None:
    document = signed(a_create(), key, KEY_ID) | twist
    with pytest.raises(ProtocolError):
        verified(document, key)


@pytest.mark.parametrize(
    "change",
    [
        {"type": "RsaSignature2018"},
        {"type": ["RsaSignature2017"]},
        {"signatureValue": "not base64"},
        {"signatureValue": "A" * 10_000},
        {"signatureValue": None},
        {"creator": None},
        {"created": {"@value": "2026"}},
        {"proofPurpose": "assertionMethod"},
        {"@context": "https://evil.test/context.json"},
        {"@context": {"creator": "as:actor"}},
    ],
)
def test_a_signature_of_an_odd_form_proves_nothing(key: PrivateKey, change: dict[str, Any]) -> None:
    document = signed(a_create(), key, KEY_ID)
    document["signature"] |= change
    with pytest.raises(ProtocolError):
        verified(document, key)


@pytest.mark.parametrize("signature", [None, "signed", [], ["a", "b"], 3])
def test_something_else_than_a_signature_proves_nothing(key: PrivateKey, signature: Any) -> None:
    with pytest.raises(NotAuthentic):
        verified(a_create(signature=signature), key)


def test_nine_blank_nodes_that_point_to_each_other_are_refused_at_once(key: PrivateKey) -> None:
    """PyLD alone would work on them for hours."""
    knots = [
        {"id": f"_:b{one}", "tag": [{"id": f"_:b{other}"} for other in range(9) if other != one]}
        for one in range(9)
    ]
    document = a_create(tag=knots, signature=VECTOR["document"]["signature"])
    with pytest.raises(NotAuthentic):
        verified(document, key)


def _tree(depth: int, width: int) -> dict[str, Any]:
    below = [_tree(depth - 1, width) for _ in range(width)] if depth else []
    return {"type": "Object", "tag": below}


@pytest.mark.parametrize(("depth", "width"), [(1, 9), (3, 4), (6, 2), (60, 1)])
def test_blank_nodes_that_all_look_alike_are_refused_or_soon_done(
    key: PrivateKey, depth: int, width: int
) -> None:
    document = a_create(tag=[_tree(depth, width)], signature=VECTOR["document"]["signature"])
    with pytest.raises(ProtocolError):
        verified(document, key)


def test_too_many_statements_are_refused_before_they_are_made(key: PrivateKey) -> None:
    crowd = [f"https://social.example/users/{number}" for number in range(1_001)]
    document = a_create(cc=crowd, signature=VECTOR["document"]["signature"])
    with pytest.raises(TooLarge):
        verified(document, key)


def test_a_poll_whose_answers_look_alike_is_read(key: PrivateKey) -> None:
    answers = [
        {"type": "Note", "name": name, "replies": {"type": "Collection", "totalItems": 0}}
        for name in ("oui", "non", "peut-être", "jamais")
    ]
    question = a_create()["object"] | {"type": "Question", "oneOf": answers}
    found = verified(signed(a_create(object=question), key, KEY_ID), key)
    assert [one["name"] for one in found["object"]["oneOf"]] == [one["name"] for one in answers]


_LEAVES = st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=5)
_VALUES = st.recursive(
    _LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["id", "type", "tag", "to", "content", "@id", "_:x"]), inner
        )
    ),
    max_leaves=12,
)


@settings(max_examples=60)
@given(extra=st.dictionaries(st.sampled_from(["tag", "cc", "object", "summary"]), _VALUES))
def test_whatever_is_sent_is_refused_or_read_and_nothing_else(extra: dict[str, Any]) -> None:
    document = a_create(**extra, signature=VECTOR["document"]["signature"])
    with pytest.raises(ProtocolError):
        rsa2017.verified(document, PublicKey.from_pem(VECTOR["publicKeyPem"]), terms={})
