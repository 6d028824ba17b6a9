"""Organisation ↔ actor document (FEDERATION.md, "Organisation")."""

import html
from collections.abc import Mapping, Sequence

from activitypub.canonical_json import Document, Json
from activitypub.markup import render
from actors import places
from actors.documents.times import wire_time
from actors.places import place
from actors.site import Site
from actors.tables.actor import Actor, Key
from actors.vocabulary import NETWORK, ORGANISATION_FACTS, RFC_9421, RFC_9421_ED25519

IMPLEMENTS: Json = [
    {
        "type": "Link",
        "name": "FEP-8b32: Object Integrity Proofs",
        "href": "https://w3id.org/fep/8b32",
    },
    {
        "type": "Link",
        "name": "FEP-521a: Representing actor's public keys",
        "href": "https://w3id.org/fep/521a",
    },
    {
        "type": "Link",
        "name": "RFC-9421: HTTP Message Signatures",
        "href": RFC_9421,
    },
    {
        "type": "Link",
        "name": "RFC-9421 signatures using the Ed25519 algorithm",
        "href": RFC_9421_ED25519,
    },
    {
        "type": "Link",
        "name": "FEP-8fcf: Followers collection synchronization across servers",
        "href": "https://w3id.org/fep/8fcf",
    },
]
"""What FEP-844e lets a peer know beforehand."""


def to_document(
    site: Site,
    actor: Actor,
    keys: tuple[Key, ...],
    *,
    facts: Mapping[str, Json],
    locale: str,
    is_network: bool,
    lines: Sequence[tuple[str, str]] = (),
    wordings: Mapping[str, Mapping[str, str]] | None = None,
) -> Document:
    """The actor document of an organisation of ours, not yet sealed.

    Args:
        site: our origin.
        actor: its row; every address in it is set.
        keys: the RSA key, then the Ed25519 keys, the one in use first.
        facts: structured statements by their names on the wire.
        locale: the language it works in.
        is_network: it is this instance's network.
        lines: name and value of what it shows beside the facts, plain text.
        wordings: language → its `name` and `note` in other languages than its own.
    """
    document = actor_document(site, actor, keys)
    document |= {
        "conformsTo": NETWORK if is_network else None,
        "outbox": actor.outbox,
        "followers": actor.followers,
        "following": actor.following,
        "featured": actor.featured,
        "alsoKnownAs": list(actor.aliases) or None,
        "movedTo": actor.moved_to,
        "attachment": [*_lines(facts, locale), *map(_line, lines)] or None,
    }
    document |= {name: facts[name] for name in ORGANISATION_FACTS if name in facts}
    if wordings:
        document |= _by_language(actor, locale, wordings)
    return document


def _by_language(
    actor: Actor, locale: str, wordings: Mapping[str, Mapping[str, str]]
) -> dict[str, Json]:
    """Name and summary by language, its own first and as they stand beside (rule 3)."""
    names: dict[str, Json] = {locale: actor.name}
    summaries: dict[str, Json] = {locale: actor.summary}
    for tag, wording in wordings.items():
        if tag != locale and wording["name"]:
            names[tag] = wording["name"]
        if tag != locale and wording["note"]:
            summaries[tag] = markdown_summary(wording["note"])
    return {
        "nameMap": names if len(names) > 1 else None,
        "summaryMap": summaries if len(summaries) > 1 else None,
    }


def instance_document(site: Site, actor: Actor, keys: tuple[Key, ...]) -> Document:
    """The Application actor that signs our fetches: readable by anybody, without a signature."""
    document = actor_document(site, actor, keys)
    document |= {"outbox": actor.outbox, "discoverable": False, "indexable": False}
    return document


def markdown_summary(text: str) -> str:
    """A profile's text as the HTML that everybody shows."""
    return render(text) if text.strip() else ""


def actor_document(site: Site, actor: Actor, keys: tuple[Key, ...]) -> Document:
    """What every actor of ours says of itself, whatever its type."""
    signing, *proving = keys
    return {
        "id": actor.iri,
        "type": actor.type,
        "preferredUsername": actor.handle,
        "webfinger": actor.address,
        "name": actor.name,
        "summary": actor.summary,
        "url": actor.url,
        "inbox": actor.inbox,
        "endpoints": {"sharedInbox": place(site.origin, places.SHARED_INBOX)},
        "manuallyApprovesFollowers": actor.approves_followers,
        "discoverable": True,
        "indexable": True,
        "published": wire_time(actor.published_at),
        "publicKey": {"id": signing.iri, "owner": actor.iri, "publicKeyPem": signing.public},
        "assertionMethod": [
            {
                "id": one.iri,
                "type": "Multikey",
                "controller": actor.iri,
                "publicKeyMultibase": one.public,
            }
            for one in proving
        ],
        "generator": {"type": "Application", "name": "Essaim", "implements": IMPLEMENTS},
    }


LINES = {
    "legalName": {
        "fr": "Nom légal",
        "en": "Legal name",
        "it": "Denominazione legale",
        "es": "Denominación legal",
        "de": "Rechtlicher Name",
    },
    "legalFormInWords": {
        "fr": "Forme juridique",
        "en": "Legal form",
        "it": "Forma giuridica",
        "es": "Forma jurídica",
        "de": "Rechtsform",
    },
    "foundingDate": {
        "fr": "Fondation",
        "en": "Founded",
        "it": "Fondazione",
        "es": "Fundación",
        "de": "Gründung",
    },
    "legalNumber": {
        "fr": "Numéro d’immatriculation",
        "en": "Registration number",
        "it": "Numero di registrazione",
        "es": "Número de registro",
        "de": "Registernummer",
    },
    "address": {
        "fr": "Adresse",
        "en": "Address",
        "it": "Indirizzo",
        "es": "Dirección",
        "de": "Anschrift",
    },
    "website": {
        "fr": "Site web",
        "en": "Website",
        "it": "Sito web",
        "es": "Sitio web",
        "de": "Website",
    },
}
"""The facts that a Mastodon reader should see, and how the organisation's language calls them."""


def _lines(facts: Mapping[str, Json], locale: str) -> list[Json]:
    """The name-value lines that every server shows on a profile."""
    return [
        _line((labels.get(locale.partition("-")[0], labels["en"]), value))
        for name, labels in LINES.items()
        if isinstance(value := facts.get(name), str)
    ]


def _line(line: tuple[str, str]) -> Json:
    """Readers take a line for HTML: an address becomes a link, all else stays what it says."""
    name, value = line
    shown = html.escape(value, quote=False)
    if value.startswith(("https://", "http://")) and not set(value) & set("\"' "):
        shown = f'<a href="{shown}" rel="me nofollow noopener">{shown}</a>'
    return {"type": "PropertyValue", "name": name, "value": shown}
