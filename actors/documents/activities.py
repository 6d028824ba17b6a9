"""Wrapping: the activities we send, with the right addressing, not yet sealed.

`to` and `cc` stand on the activity and again, identical, on the object. An activity stays under 48
KB, because Misskey's inbox takes 64: what is larger loses its sections and gains a `data` link to
the version, with its digest; if that is not enough, its text gives way to a link that people on
GoToSocial, Akkoma and Misskey can follow, who would open an empty post otherwise (FEDERATION.md,
rules 5 and 7).
"""

from collections.abc import Iterator
from datetime import datetime
from html import escape

from activitypub.addressing import PUBLIC
from activitypub.canonical_json import Document, Json, encode
from activitypub.mediatypes import ACTIVITY_JSON
from activitypub.multihash import digest_of
from actors import places
from actors.documents.sealing import unsealed
from actors.documents.times import wire_time
from actors.places import place
from actors.site import Site
from actors.vocabulary import MODEL_FACTS

LARGEST_ACTIVITY = 48 * 1024
"""Bytes of one activity: Misskey refuses 64 KB, and others may embed ours in one of theirs."""

LARGEST_OBJECT = LARGEST_ACTIVITY - 4 * 1024
"""Bytes of what an activity embeds: its context, addresses and proof need room."""

HEAVY = ("sections", "wasGeneratedBy")
"""What only our own kind reads, and reads in the version anyhow."""


def activity(
    site: Site,
    activity_type: str,
    actor_iri: str,
    subject: Json,
    *,
    at: datetime,
    to: Json = None,
    cc: Json = None,
    **more: Json,
) -> Document:
    """Any activity of ours under a fresh id."""
    return {
        "id": place(site.origin, places.ACTIVITY, id=site.new_id()),
        "type": activity_type,
        "actor": actor_iri,
        "published": wire_time(at),
        "to": to,
        "cc": cc,
        "object": subject,
    } | more


def about_object(
    site: Site,
    activity_type: str,
    document: Document,
    *,
    at: datetime,
    linked: Document | None = None,
) -> Document:
    """Create or Update of an object of ours, addressed as the object is.

    Args:
        site: our origin and the next id.
        activity_type: `Create` or `Update`.
        document: the object, sealed; it is embedded without context and proof.
        at: when.
        linked: the object's version, sealed, for the `data` link where the object is too large;
            the link's digest is taken over its canonical bytes.
    """
    subject = unsealed(document)
    if linked is not None and len(encode(subject)) > LARGEST_OBJECT:
        lighter = list(_lighter(subject, linked))
        fitting = (one for one in lighter if len(encode(one)) <= LARGEST_OBJECT)
        subject = next(fitting, lighter[-1])
    return activity(
        site,
        activity_type,
        str(document.get("attributedTo") or document["id"]),
        subject,
        at=at,
        to=document.get("to") or [PUBLIC],
        cc=document.get("cc") or [],
        audience=document.get("audience"),
    )


def _lighter(document: Document, linked: Document) -> Iterator[Document]:
    """A model with less and less of what its version says in whole.

    First without what only our own kind reads; then in one language; then with its title and a
    link instead of its text; last without its facts, and with titles and sentences in one language.
    """
    light = {name: value for name, value in document.items() if name not in HEAVY}
    light["data"] = {
        "type": "Link",
        "href": document["currentVersion"],
        "mediaType": ACTIVITY_JSON,
        "digest": digest_of(linked),
    }
    yield light
    contents = document["contentMap"]
    language = next(iter(contents)) if isinstance(contents, dict) else ""
    yield light | {"contentMap": {language: document["content"]}}
    url, title = escape(str(document["url"])), escape(str(document["name"]))
    text = f'<p><a href="{url}">{title}</a></p>'
    titled = light | {"content": text, "contentMap": {language: text}}
    yield titled
    yield {name: value for name, value in titled.items() if name not in MODEL_FACTS} | {
        "nameMap": {language: document["name"]},
        "summaryMap": {language: document["summary"]},
        "inLanguage": [language],
    }


def tombstone(document: Document, *, at: datetime) -> Document:
    """What answers under the id of something deleted, for ever."""
    return {
        "id": document["id"],
        "type": "Tombstone",
        "formerType": document.get("type"),
        "deleted": wire_time(at),
    }
