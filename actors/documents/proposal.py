"""Proposal ↔ `ChangeProposal`, the object of an Offer (FEDERATION.md, "Proposals").

It names the exact version that it was written against and gives whole sections as they shall be;
`digest` is that of the sheet which comes of it, so that both sides know that they mean the same.
Everybody may read it at its own address. One that is too large for an activity is embedded without
its changes, with a `data` link to itself and the digest of the whole document.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import activitypub.vocabulary as ap
from activitypub import iris
from activitypub.addressing import PUBLIC
from activitypub.canonical_json import Document, Json, encode
from activitypub.errors import Malformed
from activitypub.iris import Iri
from activitypub.mediatypes import ACTIVITY_JSON
from activitypub.multihash import digest_of
from actors.documents.activities import LARGEST_OBJECT
from actors.documents.model import section_iri
from actors.documents.sealing import unsealed
from actors.documents.times import wire_time
from actors.errors import Unwise
from actors.rules import proposals
from actors.rules.modifications import Reason
from actors.rules.proposals import MAX_MESSAGE, Change
from actors.rules.sections import MAX_SECTIONS, Adaptability, Role, Section, Sheet
from actors.tables.actor import Actor
from actors.tables.model import Model
from actors.tables.proposal import Proposal
from actors.vocabulary import bare, prefixed

TYPE = "ChangeProposal"

MOST_CHANGES = 2 * MAX_SECTIONS
"""Changes that are read at all: every section of a full sheet removed, and as many added."""


@dataclass(frozen=True)
class Offered:
    """What a `ChangeProposal` says, in our own words."""

    iri: Iri
    by: Iri
    model: Iri
    base: Iri
    base_digest: str
    fork: Iri | None
    digest: str
    message: str
    language: str | None
    changes: tuple[Change, ...]
    note: Iri | None


def to_document(
    proposal: Proposal, model: Model, owner: Actor, proposer: Actor, base: Sheet
) -> Document:
    """A proposal of ours, not yet sealed."""
    changes = [Change.from_json(one) for one in proposal.changes]
    return {
        "id": proposal.iri,
        "type": TYPE,
        "attributedTo": proposer.iri,
        "target": model.iri,
        "summary": proposal.message,
        "summaryMap": {proposal.language: proposal.message} if proposal.language else None,
        "url": proposal.iri,
        "published": wire_time(proposal.made_at),
        "to": [PUBLIC],
        "cc": [owner.iri],
        "baseVersion": {"id": proposal.base_iri, "digest": proposal.base_digest},
        "wasDerivedFrom": proposal.fork_iri,
        "digest": proposal.digest,
        "preview": proposal.note_iri,
        "changes": [_change(model.iri, one, base) for one in changes],
    }


def embedded(document: Document) -> Document:
    """A sealed proposal as an Offer carries it."""
    whole = unsealed(document)
    if len(encode(whole)) <= LARGEST_OBJECT:
        return whole
    light = {name: value for name, value in whole.items() if name != "changes"}
    light["data"] = {
        "type": "Link",
        "href": document["id"],
        "mediaType": ACTIVITY_JSON,
        "digest": digest_of(document),
    }
    return light


def elsewhere(thing: ap.Object) -> bool:
    """Does it leave what it proposes to its own address?"""
    return "data" in thing.extra


def fits_link(announced: ap.Object, whole: ap.Object) -> bool:
    """Is this document the one that the link pins?"""
    link = announced.extra.get("data")
    return isinstance(link, dict) and link.get("digest") == digest_of(whole.document)


def read(thing: ap.Object) -> Offered:
    """What somebody proposes.

    Raises:
        Malformed: it is no proposal that we can understand.
    """
    extra = thing.extra
    if TYPE not in thing.types or thing.id is None or not thing.attributed_to:
        raise Malformed("a proposal has a type, an id and an author", code="json")
    base = extra.get("baseVersion")
    base = base if isinstance(base, dict) else {"id": base}
    message = (thing.summary or "").strip()
    if not message or len(message) > MAX_MESSAGE:
        raise Malformed(f"a proposal says why, in at most {MAX_MESSAGE} characters", code="json")
    given = extra.get("changes")
    items = given if isinstance(given, list) else []
    if len(items) > MOST_CHANGES:
        raise Malformed("a proposal changes more sections than a model has", code="json")
    return Offered(
        iri=thing.id,
        by=thing.attributed_to[0],
        model=_needed(extra.get("target"), "the model"),
        base=_needed(base.get("id"), "the version that it is written against"),
        base_digest=str(base.get("digest") or ""),
        fork=_iri(extra.get("wasDerivedFrom")),
        digest=str(extra.get("digest") or ""),
        message=message,
        language=next(iter(thing.summary_map), None),
        changes=tuple(_read(items)),
        note=_iri(extra.get("preview")),
    )


def _change(model_iri: str, change: Change, base: Sheet) -> Json:
    body: dict[str, Json] = {
        "type": "Modification",
        "onSection": section_iri(model_iri, change.key),
        "nature": prefixed(proposals.nature(change, base)),
        "reason": prefixed(change.reason),
    }
    if change.note:
        body["summary"] = change.note
    section = change.section
    if section is None:
        return body
    body |= {
        "role": prefixed(section.role.value),
        "adaptability": prefixed(section.adaptability.value),
        "nameMap": dict(section.names),
        "contentMap": dict(section.texts),
    }
    if section.translated_from:
        body["translatedFromDigest"] = dict(section.translated_from)
    return body


def _read(items: Iterable[Json]) -> Iterable[Change]:
    for one in items:
        if not isinstance(one, dict):
            raise Malformed("a change is an object", code="json")
        try:
            key = iris.fragment(_needed(one.get("onSection"), "its section"))
            reason = bare(str(one.get("reason")))
            yield Change(
                key=key,
                section=_section(key, one) if "contentMap" in one else None,
                reason=Reason(reason) if reason in list(Reason) else Reason.LESSON,
                note=str(one.get("summary") or ""),
            )
        except (ValueError, Unwise) as error:
            raise Malformed("a change cannot be understood", code="json") from error


def _section(key: str, one: Mapping[str, Json]) -> Section:
    return Section(
        key=key,
        role=Role(bare(str(one.get("role")))),
        adaptability=Adaptability(bare(str(one.get("adaptability")))),
        names=_texts(one.get("nameMap")),
        texts=_texts(one.get("contentMap")),
        translated_from=_texts(one.get("translatedFromDigest")),
    )


def _texts(value: Json) -> dict[str, str]:
    if not isinstance(value, dict):
        return {}
    return {key: text for key, text in value.items() if isinstance(text, str)}


def _needed(value: Json, what: str) -> Iri:
    found = _iri(value)
    if found is None:
        raise Malformed(f"a proposal names {what}", code="json")
    return found


def _iri(value: Json) -> Iri | None:
    value = value.get("id") if isinstance(value, dict) else value
    return None if value is None else iris.parse(value)
