"""Models: sheets, their sections and versions, and what each says of its source."""

from collections.abc import Mapping
from typing import Final

from actors.rules.core import Relation
from actors.rules.modifications import Nature, Reason
from actors.rules.readiness import ADVISED, MANDATORY, Fact
from actors.rules.sections import Adaptability, Role
from actors.vocabulary import FORK_KINDS
from federation.api.facts import FACTS
from federation.api.schemas.notation import (
    BY_LANGUAGE,
    COUNT,
    FLAG,
    ID,
    IRI,
    NUMBER,
    TIME,
    array,
    one_of,
    or_null,
    page_of,
    record,
    ref,
    text,
)
from federation.api.shapes import Schema

KIND: Final = one_of("How the fork means to differ.", *FORK_KINDS)

RELATION: Final[Schema] = {
    "enum": [*(str(relation) for relation in Relation), None],
    "description": "Whether the core of the source is kept; null for an original.",
}

BROKEN: Final = "Keys, in the source, of the core sections that are not kept."

PARENTS: Final = array(
    IRI,
    "The versions this one was made from: the one before; after a fork or merge, upstream's too.",
)

_VERSION_MEMBERS: Final[dict[str, Schema]] = {
    "number": {**NUMBER, "description": "Counts up from 1."},
    "iri": {**IRI, "description": "The ActivityPub id of this version; it never changes."},
    "digest": text("Identical text has an identical digest on every instance."),
    "published": TIME,
    "note": text("What the author said about this version; may be empty."),
    "parents": PARENTS,
    "modifications": array(ref("Modification"), "What a fork has adapted so far, and why."),
    "credits": array(
        record(
            "A proposal that was taken in.",
            {
                "iri": {**IRI, "description": "The version of a fork that it came from, or it."},
                "by": {**IRI, "description": "Who proposed it."},
            },
        ),
        "Whose proposals are new in this version.",
    ),
}

SHORT_MODEL: Final[dict[str, Schema]] = {
    "id": ID,
    "iri": {**IRI, "description": "The ActivityPub id."},
    "url": {**IRI, "description": "The page for people."},
    "name": text("In the source language."),
    "names": BY_LANGUAGE,
    "language": text("The language it was written in (BCP 47)."),
    "languages": array({"type": "string"}, "Every language it speaks, its own first."),
    "summary": text("In the source language; may be empty."),
    "summaries": BY_LANGUAGE,
    "license": text("SPDX id, or LicenseRef-…."),
    "published": TIME,
    "updated": TIME,
    "author": ref("Actor"),
}

ILLUSTRATED: Final[dict[str, Schema]] = {
    "image": or_null(ref("Shown")),
    "attachments": array(ref("Shown"), "Further pictures, and documents, in order."),
}

SCHEMAS: Final[Mapping[str, Schema]] = {
    "Section": record(
        "One section of a model.",
        {
            "key": text("Its identity inside the model; also the fragment of its address."),
            "role": one_of("What it is about.", *(str(role) for role in Role)),
            "adaptability": one_of("How freely a fork may change it.", *map(str, Adaptability)),
            "name": BY_LANGUAGE,
            "text": {**BY_LANGUAGE, "description": "Markdown by language tag."},
            "digest": {**BY_LANGUAGE, "description": "The digest of each text."},
            "translatedFrom": {
                **BY_LANGUAGE,
                "description": "For each translation, the digest of the text it translates.",
            },
            "stale": array({"type": "string"}, "Languages whose source text has changed since."),
            "upstream": or_null(
                {**IRI, "description": "In a fork: the section it was taken from."}
            ),
        },
    ),
    "Modification": record(
        "One thing a fork does differently.",
        {
            "section": text("The key of the section."),
            "nature": one_of("What was done.", *map(str, Nature)),
            "reason": one_of("Why.", *map(str, Reason)),
            "note": text("In words; may be empty."),
            "planned": {**FLAG, "description": "Decided before starting, not found on the way."},
            "coreConsistent": {**FLAG, "description": "Whether it leaves the core as it is."},
        },
    ),
    "Version": record("One published version.", _VERSION_MEMBERS),
    "VersionInFull": record(
        "One published version with everything it says.",
        _VERSION_MEMBERS
        | {name: SHORT_MODEL[name] for name in ("name", "names", "language", "languages")}
        | {name: SHORT_MODEL[name] for name in ("summary", "summaries", "license")}
        | ILLUSTRATED
        | {"sections": array(ref("Section"), "In order."), "checklist": ref("Checklist")}
        | {name: shape.schema() for name, shape in FACTS.items()},
        optional=tuple(FACTS),
    ),
    "Versions": page_of("Version", "Versions of a model."),
    "ShortModel": record(
        "A model in a list.",
        SHORT_MODEL
        | {
            "versionNumber": NUMBER,
            "family": or_null(text("Family")),
            "territory": array({"type": "string"}, "Where."),
        },
    ),
    "Directory": page_of("ShortModel", "Models known here."),
    "Model": record(
        "A model as it is now. Structured facts that it does not state are left out.",
        SHORT_MODEL
        | {
            "version": ref("Version"),
            "parents": PARENTS,
            "sections": array(ref("Section"), "In order."),
            "upstream": or_null(ref("Upstream")),
            "forks": array(ref("Fork"), "The newest forks of it that are known here and listed."),
            "forkCount": {**COUNT, "description": "How many there are in all."},
            "relation": RELATION,
            "brokenCore": array({"type": "string"}, BROKEN),
            "acceptedBySource": {
                **FLAG,
                "description": "The source's newest core says what this fork says.",
            },
            "commons": or_null({**IRI, "description": "The commons in which it stands."}),
            "checklist": ref("Checklist"),
        }
        | ILLUSTRATED
        | {name: shape.schema() for name, shape in FACTS.items()},
        optional=tuple(FACTS),
    ),
    "Checklist": record(
        "Could a stranger start from this sheet?",
        {
            "startable": {**FLAG, "description": "Whether every mandatory section is there."},
            "missing": array(
                one_of("A role.", *map(str, MANDATORY)), "Mandatory sections that are missing."
            ),
            "advised": array(
                one_of("A role.", *map(str, ADVISED)), "Further sections that would help."
            ),
            "facts": array(one_of("A fact.", *map(str, Fact)), "What is not said beside the text."),
            "present": {**COUNT, "description": "How much of the list is there."},
            "asked": {**COUNT, "description": "How long the list is."},
        },
    ),
    "Upstream": record(
        "Where a fork comes from.",
        {
            "iri": {**IRI, "description": "The source, as it lives on."},
            "base": {**IRI, "description": "The exact version last taken from it."},
            "current": {**IRI, "description": "Its newest version known here."},
            "kind": KIND,
            "moved": {**FLAG, "description": "Whether it has changed since the base."},
            "author": or_null(ref("Actor")),
        },
    ),
}
