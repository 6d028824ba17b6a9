"""Essaim's own words: which documents are ours, and the JSON-LD terms we write.

The terms are those of `essaim-terms.jsonld`; each document carries only the ones that it uses, as
one inline object, and never a context URL of our own (FEDERATION.md, rule 2).
"""

import json
from collections.abc import Mapping
from importlib.resources import files
from types import MappingProxyType

import activitypub.vocabulary as ap
from activitypub.canonical_json import Json

NAMESPACE = "https://w3id.org/essaim/ns#"
PREFIX = "ess:"
MODEL = NAMESPACE + "Model"
NETWORK = NAMESPACE + "Network"
REPLICATION = NAMESPACE + "Replication"
ATTESTATION = NAMESPACE + "Attestation"

RFC_9421 = "https://datatracker.ietf.org/doc/html/rfc9421"
"""How FEP-844e names HTTP Message Signatures."""

RFC_9421_ED25519 = "https://datatracker.ietf.org/doc/html/rfc9421#name-eddsa-using-curve-edwards25"
"""The same, by Ed25519: in the spelling that Mitra and tootik announce and look for."""

TERMS: Mapping[str, Json] = MappingProxyType(
    json.loads(files("actors").joinpath("essaim-terms.jsonld").read_text("utf-8"))["@context"]
)

MODEL_FACTS = (
    "family",
    "markPolicy",
    "maturity",
    "replicationMode",
    "themes",
    "sdg",
    "territory",
    "cost",
    "legalFormIn",
    "economicActivity",
    "resourceLicense",
    "supportOffered",
    "steward",
    "image",
    "attachment",
)
"""The structured facts a model may state beside its text, by their names on the wire."""

ORGANISATION_FACTS = (
    "legalName",
    "legalForm",
    "essLegalForm",
    "legalIdentifier",
    "essStatus",
    "family",
    "economicActivity",
    "areaServed",
    "foundingDate",
    "knowsLanguage",
    "charter",
)
"""The structured facts an organisation may state, by their names on the wire."""

FORK_KINDS = {"variant": "Variant", "translation": "Translation", "working-copy": "WorkingCopy"}
"""How people and programs name a kind of fork → how the wire does."""


def conforms_to(thing: ap.Object, profile: str) -> bool:
    """Does the object say that it follows this profile of ours?"""
    said = thing.extra.get("conformsTo")
    return profile in said if isinstance(said, list) else said == profile


def is_model(thing: ap.Object) -> bool:
    """A model is an Article that says so; an Article that does not is somebody's long post."""
    return isinstance(thing, ap.Article) and conforms_to(thing, MODEL)


def is_record(thing: ap.Object) -> bool:
    """A record of practice is an Article that says so; to others it reads as a long post."""
    return isinstance(thing, ap.Article) and conforms_to(thing, REPLICATION)


def is_attestation(thing: ap.Object) -> bool:
    """What somebody says of a record is a Note that says so; to others it reads as an answer."""
    return isinstance(thing, ap.Note) and conforms_to(thing, ATTESTATION)


def is_note(thing: ap.Object) -> bool:
    """Something that was said: a note, a question, a post of Lemmy or a long post; no model."""
    said = isinstance(thing, ap.Note | ap.Question | ap.Page | ap.Article)
    return said and not is_model(thing)


def audience(thing: ap.Object) -> tuple[str, ...]:
    """The groups for which something is meant (FEP-1b12); most name one as a string."""
    said = thing.extra.get("audience")
    return tuple(
        str(one) for one in (said if isinstance(said, list) else [said]) if isinstance(one, str)
    )


def prefixed(value: str) -> str:
    """`Core` → `ess:Core`; what has a prefix or is an IRI already stays."""
    return value if ":" in value else PREFIX + value


def bare(value: str) -> str:
    """`ess:Core` or the whole IRI → `Core`."""
    return value.removeprefix(NAMESPACE).removeprefix(PREFIX)
