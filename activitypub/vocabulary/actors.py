"""Actors: who can be followed and can sign.

All five types read alike. Where each server expects what is told in FEP-521a (keys), FEP-2c59
(`webfinger`) and FEP-7628 (`movedTo`, `alsoKnownAs`).
"""

from dataclasses import dataclass, field
from typing import ClassVar

from activitypub.canonical_json import Json
from activitypub.iris import Iri
from activitypub.limits import DEFAULT
from activitypub.vocabulary.core import Object
from activitypub.vocabulary.terms import Nest, as_iri, as_list, flag, iri, iris_of, term, text


@dataclass(frozen=True, kw_only=True, slots=True)
class PublicKeyDocument:
    """A public key as an actor publishes it; `signatures.keys` checks what it is worth."""

    id: Iri
    owner: Iri
    pem: str | None = None
    """From `publicKeyPem`."""

    multibase: str | None = None
    """From `publicKeyMultibase` of a Multikey."""


def public_key(value: Json) -> PublicKeyDocument | None:
    """Read one entry of `publicKey` or `assertionMethod`; None if it is not a key with an owner."""
    if not isinstance(value, dict):
        return None
    key_id = as_iri(value.get("id"))
    owner = as_iri(value.get("owner") or value.get("controller"))
    pem, multibase = value.get("publicKeyPem"), value.get("publicKeyMultibase")
    if key_id is None or owner is None:
        return None
    if isinstance(pem, str):
        return PublicKeyDocument(id=key_id, owner=owner, pem=pem)
    if isinstance(multibase, str) and value.get("type") == "Multikey":
        return PublicKeyDocument(id=key_id, owner=owner, multibase=multibase)
    return None


def keys_in(value: Json) -> tuple[PublicKeyDocument, ...]:
    """All keys in `publicKey` or `assertionMethod`, an object or an array; others are left out."""
    entries = as_list(value)[: DEFAULT.public_keys]
    return tuple(key for entry in entries if (key := public_key(entry)) is not None)


def _plain_address(entry: Json) -> Iri | None:
    return as_iri(entry) if isinstance(entry, str) else None


def _keys(value: Json, _nest: Nest) -> object:
    return keys_in(value)


def _shared_inbox(value: Json, _nest: Nest) -> object:
    return as_iri(value.get("sharedInbox")) if isinstance(value, dict) else None


@dataclass(frozen=True, kw_only=True, slots=True)
class Actor(Object):
    """Somebody who can be followed. What is not on the actor's own origin has been dropped."""

    type_name: ClassVar[str] = "Actor"

    preferred_username: str = field(metadata=term("preferredUsername", text))
    inbox: Iri = field(metadata=term("inbox", iri))
    outbox: Iri | None = field(default=None, metadata=term("outbox", iri))
    followers: Iri | None = field(default=None, metadata=term("followers", iri))
    following: Iri | None = field(default=None, metadata=term("following", iri))
    featured: Iri | None = field(default=None, metadata=term("featured", iri))
    shared_inbox: Iri | None = field(default=None, metadata=term("endpoints", _shared_inbox))
    manually_approves_followers: bool = field(
        default=False, metadata=term("manuallyApprovesFollowers", flag)
    )
    discoverable: bool = field(default=False, metadata=term("discoverable", flag))
    indexable: bool = field(default=False, metadata=term("indexable", flag))
    webfinger: str | None = field(default=None, metadata=term("webfinger", text))
    """FEP-2c59: `name@host`, not checked."""

    public_keys: tuple[PublicKeyDocument, ...] = field(
        default=(), metadata=term("publicKey", _keys)
    )
    assertion_methods: tuple[PublicKeyDocument, ...] = field(
        default=(), metadata=term("assertionMethod", _keys)
    )
    also_known_as: tuple[Iri, ...] = field(
        default=(), metadata=term("alsoKnownAs", iris_of(DEFAULT.aliases))
    )
    moved_to: Iri | None = field(default=None, metadata=term("movedTo", iri))

    @property
    def keys(self) -> tuple[PublicKeyDocument, ...]:
        """All published keys: first those for requests, then the Multikeys for proofs."""
        return self.public_keys + self.assertion_methods

    @property
    def implements(self) -> frozenset[str]:
        """What its server says that it implements (FEP-844e), by address."""
        generator = self.document.get("generator")
        application = generator if isinstance(generator, dict) else {}
        own = self.document.get("implements") if isinstance(self, Application | Service) else None
        entries = [*as_list(application.get("implements")), *as_list(own)][: DEFAULT.capabilities]
        named = (one.get("href") if isinstance(one, dict) else one for one in entries)
        return frozenset(one for one in named if isinstance(one, str))

    @property
    def generator(self) -> Iri | None:
        """The server's own actor, where it is only named."""
        return _plain_address(self.document.get("generator"))

    @property
    def keys_elsewhere(self) -> tuple[Iri, ...]:
        """Keys that it lists by their addresses only; each must be read there."""
        listed = [
            entry
            for name in ("publicKey", "assertionMethod")
            for entry in as_list(self.document.get(name))[: DEFAULT.public_keys]
        ]
        return tuple(found for entry in listed if (found := _plain_address(entry)) is not None)


@dataclass(frozen=True, kw_only=True, slots=True)
class Person(Actor):
    """A human being."""

    type_name: ClassVar[str] = "Person"


@dataclass(frozen=True, kw_only=True, slots=True)
class Organization(Actor):
    """An organisation, network or cooperative."""

    type_name: ClassVar[str] = "Organization"


@dataclass(frozen=True, kw_only=True, slots=True)
class Group(Actor):
    """A group or community (FEP-1b12)."""

    type_name: ClassVar[str] = "Group"


@dataclass(frozen=True, kw_only=True, slots=True)
class Application(Actor):
    """A program, such as the actor of an instance (FEP-2677)."""

    type_name: ClassVar[str] = "Application"


@dataclass(frozen=True, kw_only=True, slots=True)
class Service(Actor):
    """A service or bot."""

    type_name: ClassVar[str] = "Service"
