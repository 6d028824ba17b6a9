"""What one server hands us of what an actor of another one said."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select
from together.linked_data import signed
from together.stranger import Stranger, moved_in
from together.street import House, Street

from activitypub.iris import Iri
from activitypub.proofs import eddsa_jcs
from activitypub.signatures.keys import PrivateKey
from actors.tables.actor import Actor
from actors.tables.model import Model
from actors.tables.notice import Notice
from actors.tables.remark import Remark

Document = dict[str, Any]
AS2 = "https://www.w3.org/ns/activitystreams"
DATA_INTEGRITY = "https://w3id.org/security/data-integrity/v2"
PROVER = PrivateKey(Ed25519PrivateKey.from_private_bytes(bytes(range(32))))


@pytest.fixture
async def vera(street: Street) -> AsyncIterator[Stranger]:
    """An honest person of another server, with a key for proofs as well."""
    async with moved_in(street, "vera.test") as stranger:
        document = stranger.actor(
            assertionMethod=[
                {
                    "id": f"{stranger.iri}#proofs",
                    "type": "Multikey",
                    "controller": stranger.iri,
                    "publicKeyMultibase": PROVER.public.multikey(),
                }
            ]
        )
        document["@context"] = [
            AS2,
            "https://w3id.org/security/v1",
            "https://w3id.org/security/multikey/v1",
            "https://www.w3.org/ns/did/v1",
        ]
        stranger.documents["/users/mallory"] = (200, document)
        yield stranger


@pytest.fixture
async def model(alpha: House) -> Model:
    return await alpha.publish(await alpha.actor("coop"))


def bare(note: Document) -> Document:
    """A note as it stands in an activity."""
    return {name: value for name, value in note.items() if name != "@context"}


def answer_to(model: Model, vera: Stranger, **changes: Any) -> Document:
    """A Create of an answer of vera's."""
    note = bare(vera.note(inReplyTo=model.iri, **changes))
    return vera.activity("Create", note, to=note["to"])


def proven(document: Document, vera: Stranger, *, method: str | None = None) -> Document:
    whole = document | {"@context": [AS2, DATA_INTEGRITY]}
    return eddsa_jcs.attach(
        whole,
        key=PROVER,
        method=Iri(method or f"{vera.iri}#proofs"),
        created=vera.street.clock(),
    )


def signed_by(document: Document, stranger: Stranger) -> Document:
    return signed(document, stranger.key, stranger.key_id)


async def kept(house: House, iri: str) -> Remark | None:
    async with house.read() as session:
        return await session.scalar(
            select(Remark).where(Remark.iri == iri, Remark.deleted_at.is_(None))
        )


async def authors(house: House) -> set[str]:
    async with house.read() as session:
        rows = await session.scalars(select(Actor.iri).join(Remark, Remark.actor_id == Actor.id))
        return set(rows)


async def test_an_answer_with_a_linked_data_signature_is_believed_as_its_authors(
    street: Street, alpha: House, mallory: Stranger, vera: Stranger, model: Model
) -> None:
    create = signed_by(answer_to(model, vera), vera)
    assert (await mallory.send(alpha, create)).status == 202
    await street.settle()
    assert await kept(alpha, create["object"]["id"]) is not None
    assert await authors(alpha) == {vera.iri}
    assert vera.asked.count("/notes/1") == 0
    async with alpha.read() as session:
        assert [one.kind for one in await session.scalars(select(Notice))] == ["reply"]


async def test_an_answer_with_a_proof_is_believed_as_its_authors(
    street: Street, alpha: House, mallory: Stranger, vera: Stranger, model: Model
) -> None:
    create = proven(answer_to(model, vera), vera)
    assert (await mallory.send(alpha, create)).status == 202
    await street.settle()
    assert await authors(alpha) == {vera.iri}
    assert vera.asked.count("/notes/1") == 0


async def test_what_only_looks_signed_has_no_effect_but_its_owner_is_asked(
    street: Street, alpha: House, mallory: Stranger, vera: Stranger, model: Model
) -> None:
    """The words are then those of the owner's origin."""
    create = signed_by(answer_to(model, vera), vera)
    create["object"] = create["object"] | {"content": "<p>Achetez !</p>"}
    assert (await mallory.send(alpha, create)).status == 202
    assert await kept(alpha, create["object"]["id"]) is None
    await street.settle()
    found = await kept(alpha, create["object"]["id"])
    assert found is not None
    assert found.content == "<p>Bonjour</p>"
    assert vera.asked.count("/notes/1") == 1


async def test_what_its_owner_does_not_know_stays_unknown(
    street: Street, alpha: House, mallory: Stranger, vera: Stranger, model: Model
) -> None:
    create = signed(answer_to(model, vera), mallory.key, vera.key_id)
    del vera.documents["/notes/1"]
    await mallory.send(alpha, create)
    await street.settle()
    assert await authors(alpha) == set()


@pytest.mark.parametrize("creator", ["mallory", "alpha", "odd"])
async def test_a_signature_by_anybody_elses_key_proves_nothing(
    street: Street, alpha: House, mallory: Stranger, vera: Stranger, creator: str
) -> None:
    """Nothing here is answered, so its owner is not even asked."""
    key_id = {
        "mallory": mallory.key_id,
        "alpha": Iri(alpha.url("/actors/coop#main-key")),
        "odd": vera.key_id,
    }[creator]
    note = bare(vera.note())
    create = signed(vera.activity("Create", note), mallory.key, key_id)
    if creator == "odd":
        create["signature"]["type"] = "RsaSignature2019"
    assert (await mallory.send(alpha, create)).status == 401
    await street.settle()
    assert await authors(alpha) == set()
    assert "/notes/1" not in vera.asked


async def test_without_any_proof_the_sender_must_be_the_actor(
    alpha: House, mallory: Stranger, vera: Stranger
) -> None:
    note = vera.note()
    response = await mallory.send(alpha, vera.activity("Create", note))
    assert response.status == 401
    assert alpha.street.refusals() == ["signer-not-actor"]


@pytest.mark.parametrize(
    "fault", ["method elsewhere", "expired", "purpose", "suite", "two proofs", "key removed"]
)
async def test_every_proof_must_hold(
    street: Street, alpha: House, mallory: Stranger, vera: Stranger, fault: str
) -> None:
    """A good Linked Data signature beside a bad proof does not help."""
    note = bare(vera.note())
    plain = vera.activity("Create", note)
    create = proven(plain, vera)
    match fault:
        case "method elsewhere":
            create = proven(plain, vera, method=str(mallory.key_id))
        case "expired":
            create["proof"]["expires"] = "2020-01-01T00:00:00Z"
        case "purpose":
            create["proof"]["proofPurpose"] = "authentication"
        case "suite":
            create["proof"]["cryptosuite"] = "eddsa-rdfc-2022"
        case "two proofs":
            create["proof"] = [create["proof"], create["proof"]]
        case "key removed":
            vera.documents["/users/mallory"] = (200, vera.actor())
        case _:
            pytest.fail(fault)
    create = signed_by(create, vera)
    assert (await mallory.send(alpha, create)).status == 401
    await street.settle()
    assert await authors(alpha) == set()


@pytest.mark.parametrize("prove", [signed_by, proven])
async def test_what_was_deleted_is_not_brought_back_by_forwarding_it_again(
    street: Street, alpha: House, mallory: Stranger, vera: Stranger, model: Model, prove: Any
) -> None:
    create = prove(answer_to(model, vera), vera)
    await mallory.send(alpha, create)
    await street.settle()
    delete = vera.activity("Delete", create["object"]["id"], to=[f"{AS2}#Public"])
    await mallory.send(alpha, prove(delete, vera))
    await street.settle()
    assert await kept(alpha, create["object"]["id"]) is None
    again = prove(answer_to(model, vera), vera)
    for one in (create, again):
        await mallory.send(alpha, one)
        await street.settle()
    assert await kept(alpha, create["object"]["id"]) is None


async def test_a_delete_that_comes_first_binds(
    street: Street, alpha: House, mallory: Stranger, vera: Stranger, model: Model
) -> None:
    create = answer_to(model, vera)
    await mallory.send(alpha, signed_by(vera.activity("Delete", create["object"]["id"]), vera))
    await mallory.send(alpha, signed_by(create, vera))
    await street.settle()
    assert await kept(alpha, create["object"]["id"]) is None


async def test_a_forged_delete_is_looked_up_and_nothing_is_lost(
    street: Street, alpha: House, mallory: Stranger, vera: Stranger, model: Model
) -> None:
    create = signed_by(answer_to(model, vera), vera)
    await mallory.send(alpha, create)
    await street.settle()
    forged = vera.activity("Delete", create["object"]["id"])
    await mallory.send(alpha, signed(forged, mallory.key, vera.key_id))
    await street.settle()
    assert await kept(alpha, create["object"]["id"]) is not None
    vera.documents["/notes/1"] = (410, {})
    street.clock.turn(minutes=11)
    await mallory.send(alpha, signed(forged, mallory.key, vera.key_id))
    await street.settle()
    assert await kept(alpha, create["object"]["id"]) is None


async def test_only_what_makes_changes_or_ends_something_is_taken_from_others(
    street: Street, alpha: House, mallory: Stranger, vera: Stranger
) -> None:
    follow = vera.activity("Follow", alpha.url("/actors/coop"))
    profile = vera.activity("Update", vera.actor(name="Vera"))
    for one in (follow, profile):
        assert (await mallory.send(alpha, signed_by(one, vera))).status == 403
    await street.settle()
    assert street.mail == []


async def test_what_is_for_some_only_is_not_taken_from_others(
    street: Street, alpha: House, mallory: Stranger, vera: Stranger, model: Model
) -> None:
    create = answer_to(model, vera, to=[f"{vera.iri}/followers"])
    del vera.documents["/notes/1"]
    await mallory.send(alpha, signed_by(create, vera))
    await street.settle()
    assert await authors(alpha) == set()


async def test_an_address_is_not_read_again_for_every_forgery(
    street: Street, alpha: House, mallory: Stranger, vera: Stranger, model: Model
) -> None:
    for _ in range(5):
        forged = signed(answer_to(model, vera), mallory.key, vera.key_id)
        await mallory.send(alpha, forged)
        await street.settle()
    assert vera.asked.count("/notes/1") == 1


async def test_nine_tied_blank_nodes_are_answered_and_have_no_effect(
    street: Street, alpha: House, mallory: Stranger, vera: Stranger
) -> None:
    knots = [
        {"id": f"_:b{one}", "tag": [{"id": f"_:b{other}"} for other in range(9) if other != one]}
        for one in range(9)
    ]
    note = bare(vera.note(tag=knots))
    create = vera.activity("Create", note) | {
        "signature": {
            "type": "RsaSignature2017",
            "creator": vera.key_id,
            "created": "2026-03-02T08:00:00Z",
            "signatureValue": "AAAA",
        }
    }
    assert (await mallory.send(alpha, create)).status == 401
    await street.settle()
    assert await authors(alpha) == set()
