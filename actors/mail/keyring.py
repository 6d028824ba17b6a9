"""The keyring: our key pairs, and the public keys we have learnt.

One RSA key of exactly 2048 bits signs requests (WordPress checks longer ones with another hash;
interop: the safe intersection), one Ed25519 key makes FEP-8b32 proofs. A private key is unlocked
once and kept. In the database it is locked (`actors.safe`).
"""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from sqlalchemy import delete, or_, select

from activitypub.iris import Iri
from activitypub.signatures.keys import RSA_SHA256, PrivateKey, PublicKey
from activitypub.vocabulary.actors import PublicKeyDocument
from actors.database import Session, safe_of
from actors.errors import NotFound
from actors.mail.claims import WAITING
from actors.safe import Safe
from actors.tables.actor import Actor, Key
from actors.tables.former_key import FormerKey
from actors.tables.mail import Delivery, Outgoing

RSA = "rsa"
ED25519 = "ed25519"

MULTIBASE = "z"
"""How a Multikey begins; a PEM begins otherwise."""

RSA_BITS = 2048
"""The only size that every known server verifies."""

UNLOCKED_KEYS = 512
"""Private keys kept in memory: an instance has tens of organisations with two keys each."""


@dataclass(frozen=True)
class KeyPems:
    """The private keys of a new actor, as PKCS#8 PEM."""

    rsa: str
    ed25519: str


@dataclass(frozen=True)
class HeldKey:
    """A private key of ours, unlocked, under the id that others know it by."""

    iri: Iri
    key: PrivateKey


def new_keys() -> KeyPems:
    """Make the keys of an actor.

    About 100 ms of CPU, so outside any transaction and off the event loop.
    """
    pems = (
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ).decode("ascii")
        for key in (
            rsa.generate_private_key(public_exponent=65537, key_size=RSA_BITS),
            ed25519.Ed25519PrivateKey.generate(),
        )
    )
    return KeyPems(*pems)


def public_half(pem: str) -> PublicKey:
    """What others may know of a private key of ours."""
    return PrivateKey.from_pem(pem).public


@lru_cache(maxsize=UNLOCKED_KEYS)
def unlocked(locked: str, safe: Safe) -> PrivateKey:
    """A private key of ours out of its row.

    Raises:
        WrongSafe: it was locked with another secret.
    """
    return PrivateKey.from_pem(safe.unlock(locked))


async def signing_key(session: Session, actor_id: int) -> HeldKey:
    """The RSA key with which an actor of ours signs requests.

    Raises:
        NotFound: it has none.
    """
    return await _held(session, actor_id, RSA)


async def proof_key(session: Session, actor_id: int) -> HeldKey:
    """The Ed25519 key with which an actor of ours proves its documents.

    Raises:
        NotFound: it has none.
    """
    return await _held(session, actor_id, ED25519)


async def former_key(
    session: Session, actor_id: int, *, inbox: str | None = None, host: str | None = None
) -> HeldKey | None:
    """The RSA key by which an inbox, or a host, still knows an actor of ours; None for today's.

    That is the oldest one whose successor it has not been told of yet.
    """
    there = Delivery.inbox == inbox if inbox is not None else Delivery.host == host
    untold = (
        select(Delivery.id)
        .where(Delivery.outgoing_id == FormerKey.update_id, Delivery.state == WAITING, there)
        .exists()
    )
    row = (
        await session.execute(
            select(Key.iri, FormerKey.private)
            .join(Key, Key.actor_id == FormerKey.actor_id)
            .join(Outgoing, Outgoing.id == FormerKey.update_id)
            .where(
                FormerKey.actor_id == actor_id,
                Key.algorithm == RSA,
                Key.private.is_not(None),
                or_(Outgoing.fanned_at.is_(None), untold),
            )
            .order_by(FormerKey.id)
            .limit(1)
        )
    ).one_or_none()
    return None if row is None else HeldKey(Iri(row[0]), unlocked(row[1], safe_of(session)))


async def forget_former_keys(session: Session) -> None:
    """Destroy the former keys that nobody needs any more to believe us."""
    still_told = select(Delivery.outgoing_id).where(Delivery.state == WAITING)
    unfanned = select(Outgoing.id).where(Outgoing.fanned_at.is_(None))
    await session.execute(
        delete(FormerKey).where(
            FormerKey.update_id.not_in(still_told), FormerKey.update_id.not_in(unfanned)
        )
    )


async def known(session: Session, key_iri: Iri) -> tuple[Key, Actor] | None:
    """A public key we have learnt, with whom it speaks for."""
    row = (
        await session.execute(
            select(Key, Actor).join(Actor, Actor.id == Key.actor_id).where(Key.iri == key_iri)
        )
    ).one_or_none()
    return None if row is None else (row[0], row[1])


def public_key(key: Key) -> PublicKey:
    """The usable half of a remembered key."""
    if key.public.startswith(MULTIBASE):
        return PublicKey.from_multikey(key.public)
    return PublicKey.from_pem(key.public)


def usable(listed: PublicKeyDocument) -> PublicKey:
    """The key that somebody lists.

    Raises:
        NotAuthentic: it cannot be read, or is too weak.
    """
    if listed.pem is not None:
        return PublicKey.from_pem(listed.pem)
    return PublicKey.from_multikey(listed.multibase)


def written(key: PublicKey) -> dict[str, str]:
    """A public key as its row has it."""
    if key.algorithm == RSA_SHA256:
        return {"algorithm": RSA, "public": key.pem()}
    return {"algorithm": ED25519, "public": key.multikey()}


def key_rows(
    safe: Safe,
    actor_id: int,
    key_ids: tuple[int, int],
    iris: tuple[Iri, Iri],
    pems: KeyPems,
    at: datetime,
) -> tuple[Key, Key]:
    """The two rows of a new actor's keys."""
    return (
        Key(
            id=key_ids[0],
            actor_id=actor_id,
            iri=iris[0],
            algorithm=RSA,
            public=public_half(pems.rsa).pem(),
            private=safe.lock(pems.rsa),
            read_at=at,
        ),
        Key(
            id=key_ids[1],
            actor_id=actor_id,
            iri=iris[1],
            algorithm=ED25519,
            public=public_half(pems.ed25519).multikey(),
            private=safe.lock(pems.ed25519),
            read_at=at,
        ),
    )


async def _held(session: Session, actor_id: int, algorithm: str) -> HeldKey:
    row = (
        await session.execute(
            select(Key.iri, Key.private).where(
                Key.actor_id == actor_id, Key.algorithm == algorithm, Key.private.is_not(None)
            )
        )
    ).one_or_none()
    if row is None:
        raise NotFound("that actor has no key of its own")
    return HeldKey(Iri(row[0]), unlocked(row[1], safe_of(session)))
