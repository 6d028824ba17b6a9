"""Schemas: the JSON Schema (2020-12) of every answer, as the OpenAPI document names it.

`answers` writes what is described here; a test compares real answers with these schemas. No answer
has a member that is not described.
"""

from collections.abc import Mapping
from typing import Final

from actors.documents.proving import Standing as Standings
from actors.rules import network_pages
from actors.rules.adapting import State
from actors.rules.commons import MayPost
from actors.rules.comparing import Change
from actors.rules.core import Relation
from actors.rules.heading import Kind
from actors.rules.merging import Verdict
from actors.rules.modifications import Nature, Reason
from actors.rules.permissions import Office
from actors.rules.proposals import Takes
from actors.rules.readiness import ADVISED, MANDATORY, Fact
from actors.rules.sections import Adaptability, Role
from actors.views.kin import Standing, Tie
from actors.vocabulary import FORK_KINDS
from federation.api import record_shapes
from federation.api.facts import FACTS
from federation.api.schemas_of_people import PEOPLE
from federation.api.schemas_of_translations import GLOSSARIES, TRANSLATIONS
from federation.api.shapes import Schema


def _record(says: str, members: Mapping[str, Schema], *, optional: tuple[str, ...] = ()) -> Schema:
    return {
        "type": "object",
        "description": says,
        "properties": dict(members),
        "required": [name for name in members if name not in optional],
        "additionalProperties": False,
    }


def _list(items: Schema, says: str) -> Schema:
    return {"type": "array", "description": says, "items": items}


def _one_of(says: str, *words: str) -> Schema:
    return {"type": "string", "description": says, "enum": list(words)}


def _or_null(schema: Schema) -> Schema:
    return {"oneOf": [schema, {"type": "null"}]}


def _text(says: str) -> Schema:
    return {"type": "string", "description": says}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _page_of(name: str, says: str) -> Schema:
    return _record(
        says,
        {
            "items": _list(_ref(name), "Newest first."),
            "next": _or_null({**_IRI, "description": "Where older ones are; null at the end."}),
        },
    )


_IRI: Final[Schema] = {"type": "string", "format": "uri"}
_TIME: Final[Schema] = {"type": "string", "format": "date-time", "description": "In UTC."}
_BOOL: Final[Schema] = {"type": "boolean"}
_NUMBER: Final[Schema] = {"type": "integer", "minimum": 1}
_COUNT: Final[Schema] = {"type": "integer"}
_ID: Final[Schema] = {
    "type": "string",
    "pattern": "^[0-9]+$",
    "description": "Local to this instance; sorts by time.",
}
_BY_LANGUAGE: Final[Schema] = {
    "type": "object",
    "description": "By language tag (BCP 47).",
    "additionalProperties": {"type": "string"},
}
_PARENTS: Final = _list(
    _IRI,
    "The versions this one was made from: the one before; after a fork or merge, upstream's too.",
)
_KIND: Final = _one_of("How the fork means to differ.", *FORK_KINDS)
_RELATION: Final[Schema] = {
    "enum": [*(str(relation) for relation in Relation), None],
    "description": "Whether the core of the source is kept; null for an original.",
}

_BROKEN: Final = "Keys, in the source, of the core sections that are not kept."
_VALUE: Final[dict[str, Schema]] = {
    "key": _text("`@name.fr`, `@summary.fr`, `@license`, or @ and the name of a fact."),
    "kind": _one_of("What it is.", *map(str, Kind)),
    "language": _or_null(_text("Of a name or summary.")),
}

_VERSION_MEMBERS: Final[dict[str, Schema]] = {
    "number": {**_NUMBER, "description": "Counts up from 1."},
    "iri": {**_IRI, "description": "The ActivityPub id of this version; it never changes."},
    "digest": _text("Identical text has an identical digest on every instance."),
    "published": _TIME,
    "note": _text("What the author said about this version; may be empty."),
    "parents": _PARENTS,
    "modifications": _list(_ref("Modification"), "What a fork has adapted so far, and why."),
    "credits": _list(
        _record(
            "A proposal that was taken in.",
            {
                "iri": {**_IRI, "description": "The version of a fork that it came from, or it."},
                "by": {**_IRI, "description": "Who proposed it."},
            },
        ),
        "Whose proposals are new in this version.",
    ),
}

_SHORT_MODEL: Final[dict[str, Schema]] = {
    "id": _ID,
    "iri": {**_IRI, "description": "The ActivityPub id."},
    "url": {**_IRI, "description": "The page for people."},
    "name": _text("In the source language."),
    "names": _BY_LANGUAGE,
    "language": _text("The language it was written in (BCP 47)."),
    "languages": _list({"type": "string"}, "Every language it speaks, its own first."),
    "summary": _text("In the source language; may be empty."),
    "summaries": _BY_LANGUAGE,
    "license": _text("SPDX id, or LicenseRef-…."),
    "published": _TIME,
    "updated": _TIME,
    "author": _ref("Actor"),
}

_SHORT_PROPOSAL: Final[dict[str, Schema]] = {
    "id": _ID,
    "iri": {**_IRI, "description": "The ActivityPub id."},
    "url": {**_IRI, "description": "The page for people."},
    "model": _record("What is to change.", {"id": _ID, "iri": _IRI, "name": _text("Name")}),
    "from": _ref("Actor"),
    "to": _ref("Actor"),
    "state": _one_of(
        "What became of it; gone: the model was deleted; left: who proposed has closed the account;"
        " moved: the owner has moved, and answers nothing under this address.",
        "open",
        "asked",
        "accepted",
        "rejected",
        "gone",
        "left",
        "moved",
    ),
    "message": _text("Why, by who proposes it."),
    "language": _or_null(_text("Of the message (BCP 47).")),
    "sections": _list({"type": "string"}, "The keys of the sections it is about."),
    "baseVersion": {**_IRI, "description": "The version it was written against."},
    "fork": _or_null({**_IRI, "description": "The version of a fork that it comes from."}),
    "answer": _text("What the owner said last; may be empty."),
    "keys": _list({"type": "string"}, "The sections that were taken, or are in conflict."),
    "result": _or_null({**_IRI, "description": "The version that it is in."}),
    "currentVersion": _or_null({**_IRI, "description": "The version at the refusal."}),
    "note": _or_null({**_IRI, "description": "The remark under which people talk about it."}),
    "at": _TIME,
    "answered": _or_null(_TIME),
}

_COMMONS: Final[dict[str, Schema]] = {
    "id": _ID,
    "iri": _IRI,
    "handle": _text("name@host"),
    "name": _text("In its own language."),
    "url": _or_null(_IRI),
    "language": _text("Its own language (BCP 47)."),
    "names": _BY_LANGUAGE,
    "summaries": _BY_LANGUAGE,
    "rules": _text("What one keeps to there, as Markdown; may be empty."),
    "family": _or_null(_text("Its theme: a family of models.")),
    "posting": _one_of("Who may put something into it.", *(one.value for one in MayPost)),
    "approvesMembers": {**_BOOL, "description": "Whether members are let in by hand."},
    "members": {"type": "integer", "minimum": 0},
    "moderators": _list(_ref("Actor"), "Who tends it."),
}

_TRUST: Final = _one_of(
    "Why it was believed: keys read at their owner's address, keys that an operator had compared,"
    " keys of our own, or an operator's word.",
    *("keys", "operator", "ours", "word"),
)

_ILLUSTRATED: Final[dict[str, Schema]] = {
    "image": _or_null(_ref("Shown")),
    "attachments": _list(_ref("Shown"), "Further pictures, and documents, in order."),
}

SCHEMAS: Final[Mapping[str, Schema]] = {
    "Actor": _record(
        "An organisation, or anybody else who can speak.",
        {
            "id": _ID,
            "iri": _IRI,
            "handle": _text("name@host"),
            "name": _text("As people know it."),
            "url": _or_null(_IRI),
        },
    ),
    "Section": _record(
        "One section of a model.",
        {
            "key": _text("Its identity inside the model; also the fragment of its address."),
            "role": _one_of("What it is about.", *(str(role) for role in Role)),
            "adaptability": _one_of("How freely a fork may change it.", *map(str, Adaptability)),
            "name": _BY_LANGUAGE,
            "text": {**_BY_LANGUAGE, "description": "Markdown by language tag."},
            "digest": {**_BY_LANGUAGE, "description": "The digest of each text."},
            "translatedFrom": {
                **_BY_LANGUAGE,
                "description": "For each translation, the digest of the text it translates.",
            },
            "stale": _list({"type": "string"}, "Languages whose source text has changed since."),
            "upstream": _or_null(
                {**_IRI, "description": "In a fork: the section it was taken from."}
            ),
        },
    ),
    "Modification": _record(
        "One thing a fork does differently.",
        {
            "section": _text("The key of the section."),
            "nature": _one_of("What was done.", *map(str, Nature)),
            "reason": _one_of("Why.", *map(str, Reason)),
            "note": _text("In words; may be empty."),
            "planned": {**_BOOL, "description": "Decided before starting, not found on the way."},
            "coreConsistent": {**_BOOL, "description": "Whether it leaves the core as it is."},
        },
    ),
    "Version": _record("One published version.", _VERSION_MEMBERS),
    "VersionInFull": _record(
        "One published version with everything it says.",
        _VERSION_MEMBERS
        | {name: _SHORT_MODEL[name] for name in ("name", "names", "language", "languages")}
        | {name: _SHORT_MODEL[name] for name in ("summary", "summaries", "license")}
        | _ILLUSTRATED
        | {"sections": _list(_ref("Section"), "In order."), "checklist": _ref("Checklist")}
        | {name: shape.schema() for name, shape in FACTS.items()},
        optional=tuple(FACTS),
    ),
    "Draft": _record(
        "What an organisation has written and not published.",
        {
            "id": _ID,
            "model": _or_null({**_ID, "description": "The model it is to be a version of."}),
            "base": _or_null({**_NUMBER, "description": "The version it was begun from."}),
            "changed": _TIME,
            "publishAt": _or_null({**_TIME, "description": "When it is published by itself."}),
            "zone": _or_null(_text("The time zone in which people are told of that.")),
            "failure": _text("Why it was not published at its time; may be empty."),
            "note": _text("What is new; may be empty."),
        }
        | {name: _SHORT_MODEL[name] for name in ("name", "names", "language", "languages")}
        | {name: _SHORT_MODEL[name] for name in ("summary", "summaries", "license")}
        | _ILLUSTRATED
        | {"sections": _list(_ref("Section"), "In order."), "checklist": _ref("Checklist")}
        | {name: shape.schema() for name, shape in FACTS.items()},
        optional=tuple(FACTS),
    ),
    "Shown": _record(
        "A picture or document as a version shows it, here or on another server.",
        {
            "kind": _one_of("What it is.", "image", "document", "audio", "video"),
            "url": {**_IRI, "description": "Where its bytes are."},
            "mediaType": _or_null(_text("As its author says.")),
            "description": _text("What a picture shows, or what a document is; may be empty."),
            "credit": _text("Who made it; may be empty."),
            "width": _or_null(_NUMBER),
            "height": _or_null(_NUMBER),
            "digest": _or_null(_text("Of its bytes: a sha-256 multihash in base58btc.")),
            "copy": _or_null(_text("The path of our copy of what lies on another server.")),
        },
    ),
    "File": _record(
        "A picture or document of the organisation.",
        {
            "id": _ID,
            "kind": _one_of("What it is.", "image", "document"),
            "mediaType": _text("Of what is kept; a picture may have been sent as another one."),
            "url": {**_IRI, "description": "Where its bytes are, for everybody and for ever."},
            "small": _or_null({**_IRI, "description": "Where its small picture is."}),
            "size": {**_COUNT, "description": "Bytes."},
            "width": _or_null(_NUMBER),
            "height": _or_null(_NUMBER),
            "digest": _text("Of its bytes: a sha-256 multihash in base58btc."),
            "description": _text("What a picture shows, or what a document is; may be empty."),
            "credit": _text("Who made it; may be empty."),
            "label": _text("What the file was called."),
            "focus": _list({"type": "number"}, "The point that matters most: across, up."),
            "blurhash": _or_null(_text("A picture of a few characters.")),
            "uses": {**_COUNT, "description": "How many things show it."},
            "made": _TIME,
        },
    ),
    "Files": _record(
        "Files of the organisation.",
        {
            "items": _list(_ref("File"), "Newest first."),
            "next": _or_null({**_IRI, "description": "Where older ones are; null at the end."}),
            "room": _record(
                "What they take, and what there is.",
                {"files": _COUNT, "bytes": _COUNT, "mostBytes": _COUNT},
            ),
        },
    ),
    "Portrait": _record(
        "How the organisation looks.",
        {"icon": _or_null(_ref("File")), "header": _or_null(_ref("File"))},
    ),
    "RecordDraft": _record(
        "A record of practice that an organisation has begun.",
        {
            "id": _ID,
            "model": {**_ID, "description": "The model it is about."},
            "file": _or_null({**_ID, "description": "The file that goes with it."}),
            "fields": {
                "type": "object",
                "description": "The form, as it was typed; empty fields are left out.",
                "additionalProperties": {"type": "string"},
            },
            "changed": _TIME,
        },
    ),
    "RecordDrafts": _record(
        "Every record of practice that the organisation has begun.",
        {"items": _list(_ref("RecordDraft"), "Changed last first.")},
    ),
    "Drafts": _record(
        "Every draft of the organisation.",
        {"items": _list(_ref("Draft"), "Changed last first."), "next": {"type": "null"}},
    ),
    "ShortModel": _record(
        "A model in a list.",
        _SHORT_MODEL
        | {
            "versionNumber": _NUMBER,
            "family": _or_null(_text("Family")),
            "territory": _list({"type": "string"}, "Where."),
        },
    ),
    "Model": _record(
        "A model as it is now. Structured facts that it does not state are left out.",
        _SHORT_MODEL
        | {
            "version": _ref("Version"),
            "parents": _PARENTS,
            "sections": _list(_ref("Section"), "In order."),
            "upstream": _or_null(_ref("Upstream")),
            "forks": _list(_ref("Fork"), "The newest forks of it that are known here and listed."),
            "forkCount": {**_COUNT, "description": "How many there are in all."},
            "relation": _RELATION,
            "brokenCore": _list({"type": "string"}, _BROKEN),
            "acceptedBySource": {
                **_BOOL,
                "description": "The source's newest core says what this fork says.",
            },
            "commons": _or_null({**_IRI, "description": "The commons in which it stands."}),
            "checklist": _ref("Checklist"),
        }
        | _ILLUSTRATED
        | {name: shape.schema() for name, shape in FACTS.items()},
        optional=tuple(FACTS),
    ),
    "Checklist": _record(
        "Could a stranger start from this sheet?",
        {
            "startable": {**_BOOL, "description": "Whether every mandatory section is there."},
            "missing": _list(
                _one_of("A role.", *map(str, MANDATORY)), "Mandatory sections that are missing."
            ),
            "advised": _list(
                _one_of("A role.", *map(str, ADVISED)), "Further sections that would help."
            ),
            "facts": _list(
                _one_of("A fact.", *map(str, Fact)), "What is not said beside the text."
            ),
            "present": {**_COUNT, "description": "How much of the list is there."},
            "asked": {**_COUNT, "description": "How long the list is."},
        },
    ),
    "Code": _record(
        "One entry of a code list.",
        {
            "code": _text("What people type."),
            "iri": _text("How documents name it."),
            "in": _or_null(_text("The code it belongs to: a country, a region, a section.")),
            "label": _text("In the language asked for, or else at home, or else in English."),
            "labels": _BY_LANGUAGE,
        },
    ),
    "Codes": _record(
        "What was found.",
        {"items": _list(_ref("Code"), "The best first."), "next": {"type": "null"}},
    ),
    "CodeList": _record(
        "A code list.",
        {
            "name": _text("Its name in addresses."),
            "edition": _text("Whose it is, and which edition."),
            "count": _COUNT,
        },
    ),
    "CodeLists": _record(
        "Every code list.", {"items": _list(_ref("CodeList"), "All."), "next": {"type": "null"}}
    ),
    "Evidence": _record(
        "What the versions of a model prove by themselves.",
        {
            "origin": _record(
                "Where it lives.",
                {
                    "host": _text("The site of its author."),
                    "isOurs": {**_BOOL, "description": "Whether that is this instance."},
                    "silentSince": _or_null(
                        {**_TIME, "description": "Since when that site does not answer."}
                    ),
                },
            ),
            "versions": _list(
                _record(
                    "One version.",
                    {
                        "number": _NUMBER,
                        "iri": _IRI,
                        "standing": _one_of(
                            "Whether its author has signed it.",
                            *("proven", "unsigned", "unknown-key", "broken"),
                        ),
                        "method": _or_null(_text("The id of the key that its proof names.")),
                        "key": _or_null(_text("That key, as a Multikey.")),
                        "created": _or_null(_text("When it was signed, as the signer says.")),
                    },
                ),
                "The newest first.",
            ),
            "restorations": _list(
                _record(
                    "An archive from which something of it came here.",
                    {
                        "archive": _text("The digest of the file."),
                        "trust": _TRUST,
                        "versions": {**_COUNT, "description": "That were new then."},
                        "at": _TIME,
                    },
                ),
                "The oldest first.",
            ),
        },
    ),
    "Restored": _record(
        "What came out of an archive.",
        {
            "model": _ref("Model"),
            "trust": _TRUST,
            "versions": {**_COUNT, "description": "Versions of it that are new here."},
            "others": {**_COUNT, "description": "The same of its sources and forks."},
            "left": {
                "type": "object",
                "description": "What was left out, by its name in the archive, and why.",
                "additionalProperties": {"type": "string"},
            },
        },
    ),
    "Upstream": _record(
        "Where a fork comes from.",
        {
            "iri": {**_IRI, "description": "The source, as it lives on."},
            "base": {**_IRI, "description": "The exact version last taken from it."},
            "current": {**_IRI, "description": "Its newest version known here."},
            "kind": _KIND,
            "moved": {**_BOOL, "description": "Whether it has changed since the base."},
            "author": _or_null(_ref("Actor")),
        },
    ),
    "Fork": _record(
        "A fork of a model.",
        {
            "id": _ID,
            "iri": _IRI,
            "url": _IRI,
            "name": _text("In its own language."),
            "author": _ref("Actor"),
            "kind": _KIND,
            "relation": _RELATION,
            "modifications": _list(_ref("Modification"), "What it does differently, and why."),
        },
    ),
    "Forks": _record(
        "A part of the forks of a model, the newest first.",
        {
            "items": _list(_ref("Fork"), "Those that are listed."),
            "next": _or_null({**_IRI, "description": "Where older ones are; null at the end."}),
        },
    ),
    "Comparison": _record(
        "Base, ours and theirs, section by section.",
        {
            "base": _or_null(
                {**_IRI, "description": "The last version that both come from; null for none."}
            ),
            "current": {**_IRI, "description": "The version that is compared with."},
            "values": _list(_ref("ComparedValue"), "Names, summaries, the licence and facts."),
            "sections": _list(_ref("ComparedSection"), "In the order of ours."),
        },
    ),
    "Lineage": _record(
        "A lineage, as it was last seen; nothing is asked of anybody for this answer.",
        {
            "of": {**_IRI, "description": "The model that it was asked for."},
            "knownAt": _or_null({**_TIME, "description": "When it was walked; null for never."}),
            "walking": {**_BOOL, "description": "It is being walked now."},
            "freeAt": _or_null(
                {**_TIME, "description": "When it can be walked again; null where that is now."}
            ),
            "cut": {**_BOOL, "description": "There are more than 300 models."},
            "models": _list(_ref("Relative"), "The first in line first, then its forks below it."),
        },
    ),
    "Relative": _record(
        "One model of a lineage.",
        {
            "iri": _IRI,
            "host": _text("Where it lives."),
            "name": _text("Its title; empty where it is not known, or was deleted."),
            "url": _or_null(_IRI),
            "author": _or_null(_ref("Actor")),
            "source": _or_null({**_IRI, "description": "What it comes from; null for the first."}),
            "tie": _or_null(
                _one_of(
                    "Who says so: both; the fork alone; the fork, and nobody could ask its source;"
                    " the source alone, of what was never read; the source, and the fork denies.",
                    *map(str, Tie),
                )
            ),
            "kind": _or_null(_KIND),
            "standing": _one_of(
                "How it was last found: ours; read where it lives; told by mail; not reached;"
                " refused; gone; something else is there; of a blocked host; an address only.",
                *map(str, Standing),
            ),
            "reason": _text("Why it was not read, in words; may be empty."),
            "lookedAt": _or_null(_TIME),
            "generation": {**_COUNT, "description": "Steps from the first in its line."},
            "inCircle": {**_BOOL, "description": "What it says of its source leads back to it."},
            "versionNumber": _or_null(_NUMBER),
            "kept": {**_COUNT, "description": "How many of its versions are here."},
        },
    ),
    "Siblings": _record(
        "Other forks of the same source.",
        {
            "count": {**_COUNT, "description": "How many are known here."},
            "known": _list(
                _record(
                    "A sibling.",
                    {
                        "iri": _IRI,
                        "url": _IRI,
                        "name": _text("Its title."),
                        "author": _ref("Actor"),
                    },
                ),
                "Those whose sheets were compared: the 30 that changed last.",
            ),
            "sections": {
                "type": "object",
                "description": "What they made of each section, by our key.",
                "additionalProperties": _list(_ref("Variation"), "One for each sibling."),
            },
            "added": _list(_ref("Variation"), "Sections that they added."),
        },
    ),
    "Variation": _record(
        "What a sibling made of one section.",
        {
            "by": _IRI,
            "before": _or_null({**_BY_LANGUAGE, "description": "The text that it took."}),
            "now": _or_null({**_BY_LANGUAGE, "description": "Its text now; null if removed."}),
            "digest": _or_null(_text("Of what the section says now.")),
            "reasons": _list(_ref("Modification"), "What it recorded about this."),
        },
    ),
    "KeptSources": _record(
        "What is kept of the sources of a fork.",
        {"items": _list(_ref("KeptSource"), "The nearest source first.")},
    ),
    "KeptSource": _record(
        "One source, whatever became of it.",
        {
            "iri": _IRI,
            "author": _or_null(_ref("Actor")),
            "deleted": {**_BOOL, "description": "Its organisation deleted it."},
            "silentSince": _or_null({**_TIME, "description": "Its site has not answered since."}),
            "standing": _or_null(_text("How it was found when the lineage was last walked.")),
            "lost": {**_BOOL, "description": "What is here may be all that is left."},
            "versions": _list(
                _record(
                    "A kept version.",
                    {
                        "number": _NUMBER,
                        "iri": _IRI,
                        "digest": _text("Of its sheet."),
                        "published": _TIME,
                        "name": _text("Its title."),
                        "proven": _one_of(
                            "What its signature proves, checked now.", *map(str, Standings)
                        ),
                        "key": _or_null(_text("The key that was its author's when it came.")),
                        "keyKnownSince": _or_null(_TIME),
                    },
                ),
                "The newest first.",
            ),
        },
    ),
    "ComparedSection": _record(
        "One section on three sides; a side that does not have it is null.",
        {
            "key": _text("Its key in our version."),
            "core": {**_BOOL, "description": "Whether upstream calls it core."},
            "verdict": _one_of(
                "What became of it. Only a conflict must be chosen about.", *map(str, Verdict)
            ),
            "base": _or_null(_ref("Section")),
            "ours": _or_null(_ref("Section")),
            "theirs": _or_null(_ref("Section")),
            "suggestion": _or_null(_ref("Section")),
        },
    ),
    "ShortProposal": _record("A change that is proposed, in a list.", _SHORT_PROPOSAL),
    "Proposals": _page_of("ShortProposal", "Changes that are proposed."),
    "Proposal": _record(
        "A change that is proposed, beside the model as it is now.",
        _SHORT_PROPOSAL
        | {
            "changes": _list(
                _record(
                    "One section as it shall be.",
                    {
                        "section": _text("Its key."),
                        "reason": _one_of("Why.", *(str(reason) for reason in Reason)),
                        "note": _text("The reason in words; may be empty."),
                        "text": _or_null({**_BY_LANGUAGE, "description": "Null: it shall go."}),
                        "name": _or_null(_BY_LANGUAGE),
                    },
                ),
                "As it was proposed.",
            ),
            "columns": _list(
                _ref("ComparedSection"),
                "Base: when it was proposed; ours: the model now; theirs: with the change.",
            ),
        },
    ),
    "ProposalPolicy": _record(
        "From whom an organisation takes proposals.",
        {"from": _one_of("From whom.", *(str(one) for one in Takes))},
    ),
    "ComparedValue": _record(
        "A value beside the sections on three sides; null where it is not there.",
        _VALUE
        | {
            "verdict": _one_of("As for sections.", *map(str, Verdict)),
            "base": {},
            "ours": {},
            "theirs": {},
            "suggestion": {},
        },
    ),
    "TwoVersions": _record(
        "What differs between two versions.",
        {
            "before": {**_IRI, "description": "The earlier version, or another model's."},
            "after": {**_IRI, "description": "The later version."},
            "values": _list(
                _record("A value that differs.", _VALUE | {"before": {}, "after": {}}),
                "Names, summaries, the licence and facts.",
            ),
            "sections": _list(
                _record(
                    "A section that differs.",
                    {
                        "key": _text("Its key afterwards; before, if it was removed."),
                        "core": {**_BOOL, "description": "Whether it is core, or was."},
                        "changes": _list(
                            _one_of("A way in which it changed.", *map(str, Change)), "How."
                        ),
                        "before": _or_null(_ref("Section")),
                        "after": _or_null(_ref("Section")),
                    },
                ),
                "Sections that differ, in the order of the later version.",
            ),
        },
    ),
    "Citation": _record(
        "A reference to one version.",
        {
            "text": _BY_LANGUAGE,
            "bibtex": _text("A BibTeX entry."),
            "csl": {"type": "object", "description": "A CSL-JSON item."},
        },
    ),
    "Choices": _record(
        "What was decided beside the source or another relative, and not published yet.",
        {
            "from": {**_IRI, "description": "The address of the model on the other side."},
            "choices": _list(
                _record(
                    "One decision.",
                    {
                        "key": _text("Of the section or value; `@note` is about the version."),
                        "choice": _or_null(_one_of("What.", "theirs", "ours", "own")),
                        "text": _BY_LANGUAGE,
                        "reason": _or_null(_one_of("Why.", *map(str, Reason))),
                        "note": _text("Why, in words."),
                        "planned": _BOOL,
                        "overtaken": {
                            **_BOOL,
                            "description": "One of the sides has changed since.",
                        },
                    },
                ),
                "By key.",
            ),
        },
    ),
    "MergePreview": _record(
        "What a merge would give.",
        {
            "name": _text("In the source language."),
            "names": _BY_LANGUAGE,
            "language": _text("The language it was written in (BCP 47)."),
            "languages": _list({"type": "string"}, "Every language it speaks, its own first."),
            "summary": _text("In the source language; may be empty."),
            "summaries": _BY_LANGUAGE,
            "license": _text("SPDX id, or LicenseRef-…."),
            **_ILLUSTRATED,
            "sections": _list(_ref("Section"), "In order."),
            "checklist": _ref("Checklist"),
            "relationBefore": _RELATION,
            "relation": _RELATION,
            "brokenCore": _list({"type": "string"}, _BROKEN),
        },
    ),
    "Progress": _record(
        "What is still to be done on a fork.",
        {
            "done": _COUNT,
            "total": _COUNT,
            "sections": _list(
                _record(
                    "A section.",
                    {
                        "key": _text("Its key; of the source, if it is left out here."),
                        "core": {**_BOOL, "description": "Whether it is core."},
                        "state": _one_of("How far it has come.", *map(str, State)),
                        "done": _BOOL,
                    },
                ),
                "In order; what is left out stands last.",
            ),
            "values": {
                "type": "object",
                "description": "What stands beside the sections → whether it is its own.",
                "additionalProperties": _BOOL,
            },
        },
    ),
    "Versions": _page_of("Version", "Versions of a model."),
    "Directory": _page_of("ShortModel", "Models known here."),
    "Search": _record(
        "What was found.",
        {
            "items": _list(_ref("Finding"), "What fits best first; of equal ones the latest."),
            "next": _or_null({**_IRI, "description": "The next page; null at the end."}),
            "count": {**_COUNT, "description": "What was found; at most 1,000 are looked at."},
            "hasMore": {**_BOOL, "description": "There is more: all counts are at least so many."},
            "facets": {
                "type": "object",
                "description": "How to narrow it: argument → values, the most frequent first.",
                "additionalProperties": _list(
                    _record("A value.", {"value": _text("To be given."), "count": _COUNT}),
                    "Values.",
                ),
            },
            "feed": {**_IRI, "description": "The same search as an Atom feed of models."},
        },
    ),
    "Finding": _record(
        "One thing that was found.",
        {
            "actor": _ref("Actor"),
            "model": _or_null(_ref("ShortModel")),
            "sections": _list(_ref("Extract"), "Where in the model it stands; the first three."),
        },
    ),
    "Extract": _record(
        "A place in a section where something stands that was looked for.",
        {
            "key": _text("Of the section."),
            "name": _text("Of the section."),
            "language": _text("Of the text (BCP 47)."),
            "before": _text("What stands before it."),
            "found": _text("The word."),
            "after": _text("What follows."),
        },
    ),
    "Concepts": _record("Concepts.", {"items": _list(_ref("Concept"), "In no order.")}),
    "Concept": _record(
        "A family or theme.",
        {
            "kind": _one_of("What it is.", "family", "theme"),
            "word": _text("What searches and models call it."),
            "iri": _IRI,
            "names": {
                "type": "object",
                "description": "By language tag (BCP 47): its name, then what else it is called.",
                "additionalProperties": {"type": "array", "items": {"type": "string"}},
            },
        },
    ),
    "Follow": _record(
        "Somebody the organisation follows.",
        {
            "id": _ID,
            "handle": _text("name@host"),
            "actor": _ref("Actor"),
            "state": _one_of(
                "What the other side has answered.", "pending", "accepted", "rejected"
            ),
        },
    ),
    "Follows": _page_of("Follow", "Whom the organisation follows."),
    "Commons": _record("A commons of this instance.", _COMMONS),
    "CommonsInFull": _record(
        "A commons and what stands in it.",
        {
            **_COMMONS,
            "entries": _list(
                _record(
                    "Something that stands there.",
                    {
                        "iri": _IRI,
                        "url": _IRI,
                        "kind": _one_of("What it is.", "model", "remark"),
                        "name": _or_null(_text("The title of a model.")),
                        "author": _ref("Actor"),
                        "at": _TIME,
                        "pinned": _BOOL,
                    },
                ),
                "What is pinned first, then newest first.",
            ),
        },
    ),
    "CommonsList": _page_of("Commons", "The commons of this instance."),
    "Notice": _record(
        "Something the organisation should know.",
        {
            "id": _ID,
            "kind": _text(
                "follow, followed, fork, upstream, reply, mention, like, boost, declined, removed, "
                "published, unpublished, proposal, proposal-accepted …"
            ),
            "from": _ref("Actor"),
            "model": _or_null(
                _record("The model it is about.", {"id": _ID, "iri": _IRI, "name": _text("Name")})
            ),
            "about": {"type": "object", "description": "Counts and section keys, by kind."},
            "at": _TIME,
            "read": _BOOL,
        },
    ),
    "Notices": _page_of("Notice", "What the organisation should know."),
    "Report": _record(
        "What the stewards of the network were told.",
        {
            "id": _ID,
            "from": _ref("Actor"),
            "about": _ref("Actor"),
            "category": _one_of("What it is about.", "other", "spam", "legal", "violation"),
            "comment": _text("Why, in plain text."),
            "things": {
                "type": "array",
                "items": _record(
                    "A post, as it was when it was reported.",
                    {"iri": _IRI, "words": _text("How it began.")},
                ),
            },
            "times": {"type": "integer", "description": "How often that host has said it."},
            "forwarded": _BOOL,
            "at": _TIME,
            "closedAt": _or_null(_TIME),
            "answer": _text("What was done about it; empty while it is open."),
        },
    ),
    "Look": _record(
        "How the pages of this instance look.",
        {
            "name": _text("What the network is called."),
            "colour": {
                "type": ["string", "null"],
                "description": "As it was chosen; what pages show may be darker, or lighter by "
                "night, so that it can be read. Null: that of every instance.",
            },
            "mark": {"type": ["string", "null"], "description": "Where it is; null: none."},
            "canBeUndone": {**_BOOL, "description": "Whether colour or mark ever changed."},
        },
    ),
    "NetworkPage": _record(
        "A page on which the network says something of itself.",
        {
            "kind": _one_of("Which one.", *(str(kind) for kind in network_pages.Kind)),
            "version": _text("Which version this is; empty while nobody has written the page."),
            "texts": {**_BY_LANGUAGE, "description": "Markdown by language."},
            "rules": _list(
                _record(
                    "A house rule.",
                    {
                        "number": _NUMBER,
                        "texts": {**_BY_LANGUAGE, "description": "One sentence, by language."},
                        "hints": {**_BY_LANGUAGE, "description": "What explains it."},
                    },
                ),
                "Of the house rules only, in their order.",
            ),
            "email": _text("To whom one may write; of `contact` only, else empty."),
            "since": _or_null(_TIME),
        },
    ),
    "NetworkPages": _record(
        "What the network says of itself and of its house.",
        {"items": _list(_ref("NetworkPage"), "Every page, written or not.")},
    ),
    "Reports": _page_of("Report", "What the stewards of the network were told."),
    "Myself": _record(
        "Who the token acts for.",
        {
            "member": _record("The person.", {"id": _ID, "name": _text("As given at sign-up.")}),
            "organisation": _ref("Actor"),
            "office": _one_of("What the person may do there.", *(str(office) for office in Office)),
            "isNetwork": {
                **_BOOL,
                "description": "Whether it is the network: its stewards run this instance.",
            },
            "scopes": _list({"type": "string"}, "What the token may do."),
        },
    ),
    "Journal": _record(
        "What came to the inboxes, the oldest first.",
        {
            "items": _list(
                _record(
                    "One request.",
                    {
                        "id": _COUNT,
                        "at": _TIME,
                        "peer": _text("The host of the key that was named, or -."),
                        "keyId": _text("The key that was named; nothing of it is believed, or -."),
                        "activity": _text("The id of the activity, or -."),
                        "disposition": _text(
                            "accepted, duplicate, refused:<reason> or ignored:<reason>."
                        ),
                        "bytes": _COUNT,
                        "ms": _COUNT,
                    },
                ),
                "At most `limit`.",
            ),
            "next": _or_null(
                {**_COUNT, "description": "`after` of the next part; null at the end."}
            ),
        },
    ),
    "Egress": _record(
        "Every try to call another server, the oldest first.",
        {
            "items": _list(
                _record(
                    "One call.",
                    {
                        "id": _COUNT,
                        "at": _TIME,
                        "purpose": _text(
                            "Why: key, actor, object, delivery, webfinger, nodeinfo …"
                        ),
                        "method": _text("Of HTTP."),
                        "url": _text("What was asked for."),
                        "ip": _text("The address that was called or refused; empty if none was."),
                        "port": _COUNT,
                        "hop": {**_COUNT, "description": "How many redirects led there."},
                        "result": _text("done:<status> or refused:<reason>."),
                        "bytes": _COUNT,
                        "ms": _COUNT,
                        "cause": _text("activity:<id>, user:<id>, walk:<actor> or request:<id>."),
                    },
                ),
                "At most `limit`.",
            ),
            "next": _or_null(
                {**_COUNT, "description": "`after` of the next part; null at the end."}
            ),
        },
    ),
    "Deliveries": _record(
        "What is on its way, by destination.",
        {
            "items": _list(
                _record(
                    "One host.",
                    {
                        "host": _text("Its name."),
                        "cursor": _or_null(
                            {
                                **_ID,
                                "description": "The newest entry of the outgoing log before "
                                "which this host is owed nothing.",
                            }
                        ),
                        "waiting": _COUNT,
                        "parked": _COUNT,
                        "attempts": {**_COUNT, "description": "Of the delivery tried most."},
                        "failures": {**_COUNT, "description": "Of the host, in a row."},
                        "oldest": _or_null(
                            _record(
                                "The oldest that is not delivered.",
                                {
                                    "activity": _IRI,
                                    "inbox": _IRI,
                                    "at": _TIME,
                                    "state": _one_of("How it stands.", "waiting", "parked"),
                                },
                            )
                        ),
                        "nextTry": _or_null(_TIME),
                        "lastError": _text("What the host last answered, or nothing."),
                    },
                ),
                "Hosts with something undelivered, by name.",
            ),
            "next": _or_null(_text("`after` of the next part; null at the end.")),
        },
    ),
    "Retried": _record("What is tried again.", {"retried": _COUNT}),
    "GivenUp": _record("What is given up.", {"host": _text("For this host."), "givenUp": _COUNT}),
    "Dropped": _record(
        "What is thrown away.", {"host": _text("For this host."), "dropped": _COUNT}
    ),
    "Clock": _record(
        "The clock of a laboratory.",
        {"offset": {**_COUNT, "description": "Seconds."}, "now": _TIME},
    ),
    **record_shapes.SCHEMAS,
    "Problem": {
        "type": "object",
        "description": "A problem document (RFC 9457).",
        "properties": {
            "type": {"type": "string", "format": "uri-reference"},
            "title": _text("The status in words."),
            "status": {"type": "integer"},
            "detail": _text("What is wrong, in one sentence."),
            "code": _text("The same in one short word."),
            "errors": {
                "type": "object",
                "description": "Path of a member, such as `sections[2].key` → what is wrong.",
                "additionalProperties": {"type": "string"},
            },
            "keys": _list({"type": "string"}, "What is in conflict: section keys, for instance."),
        },
        "required": ["type", "title", "status", "detail"],
    },
    **TRANSLATIONS,
    **GLOSSARIES,
    **PEOPLE,
}
"""Answer name → schema."""
