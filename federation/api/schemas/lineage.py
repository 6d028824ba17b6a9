"""Lineage: forks of a model, its kin near and far, and what is kept of its sources."""

from collections.abc import Mapping
from typing import Final

from actors.documents.proving import Standing as Standings
from actors.views.kin import Standing, Tie
from federation.api.schemas.models import KIND, RELATION
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
    record,
    ref,
    text,
)
from federation.api.shapes import Schema

SCHEMAS: Final[Mapping[str, Schema]] = {
    "Fork": record(
        "A fork of a model.",
        {
            "id": ID,
            "iri": IRI,
            "url": IRI,
            "name": text("In its own language."),
            "author": ref("Actor"),
            "kind": KIND,
            "relation": RELATION,
            "modifications": array(ref("Modification"), "What it does differently, and why."),
        },
    ),
    "Forks": record(
        "A part of the forks of a model, the newest first.",
        {
            "items": array(ref("Fork"), "Those that are listed."),
            "next": or_null({**IRI, "description": "Where older ones are; null at the end."}),
        },
    ),
    "Lineage": record(
        "A lineage, as it was last seen; nothing is asked of anybody for this answer.",
        {
            "of": {**IRI, "description": "The model that it was asked for."},
            "knownAt": or_null({**TIME, "description": "When it was walked; null for never."}),
            "walking": {**FLAG, "description": "It is being walked now."},
            "freeAt": or_null(
                {**TIME, "description": "When it can be walked again; null where that is now."}
            ),
            "cut": {**FLAG, "description": "There are more than 300 models."},
            "models": array(ref("Relative"), "The first in line first, then its forks below it."),
        },
    ),
    "Relative": record(
        "One model of a lineage.",
        {
            "iri": IRI,
            "host": text("Where it lives."),
            "name": text("Its title; empty where it is not known, or was deleted."),
            "url": or_null(IRI),
            "author": or_null(ref("Actor")),
            "source": or_null({**IRI, "description": "What it comes from; null for the first."}),
            "tie": or_null(
                one_of(
                    "Who says so: both; the fork alone; the fork, and nobody could ask its source;"
                    " the source alone, of what was never read; the source, and the fork denies.",
                    *map(str, Tie),
                )
            ),
            "kind": or_null(KIND),
            "standing": one_of(
                "How it was last found: ours; read where it lives; told by mail; not reached;"
                " refused; gone; something else is there; of a blocked host; an address only.",
                *map(str, Standing),
            ),
            "reason": text("Why it was not read, in words; may be empty."),
            "lookedAt": or_null(TIME),
            "generation": {**COUNT, "description": "Steps from the first in its line."},
            "inCircle": {**FLAG, "description": "What it says of its source leads back to it."},
            "versionNumber": or_null(NUMBER),
            "kept": {**COUNT, "description": "How many of its versions are here."},
        },
    ),
    "Siblings": record(
        "Other forks of the same source.",
        {
            "count": {**COUNT, "description": "How many are known here."},
            "known": array(
                record(
                    "A sibling.",
                    {
                        "iri": IRI,
                        "url": IRI,
                        "name": text("Its title."),
                        "author": ref("Actor"),
                    },
                ),
                "Those whose sheets were compared: the 30 that changed last.",
            ),
            "sections": {
                "type": "object",
                "description": "What they made of each section, by our key.",
                "additionalProperties": array(ref("Variation"), "One for each sibling."),
            },
            "added": array(ref("Variation"), "Sections that they added."),
        },
    ),
    "Variation": record(
        "What a sibling made of one section.",
        {
            "by": IRI,
            "before": or_null({**BY_LANGUAGE, "description": "The text that it took."}),
            "now": or_null({**BY_LANGUAGE, "description": "Its text now; null if removed."}),
            "digest": or_null(text("Of what the section says now.")),
            "reasons": array(ref("Modification"), "What it recorded about this."),
        },
    ),
    "KeptSources": record(
        "What is kept of the sources of a fork.",
        {"items": array(ref("KeptSource"), "The nearest source first.")},
    ),
    "KeptSource": record(
        "One source, whatever became of it.",
        {
            "iri": IRI,
            "author": or_null(ref("Actor")),
            "deleted": {**FLAG, "description": "Its organisation deleted it."},
            "silentSince": or_null({**TIME, "description": "Its site has not answered since."}),
            "standing": or_null(text("How it was found when the lineage was last walked.")),
            "lost": {**FLAG, "description": "What is here may be all that is left."},
            "versions": array(
                record(
                    "A kept version.",
                    {
                        "number": NUMBER,
                        "iri": IRI,
                        "digest": text("Of its sheet."),
                        "published": TIME,
                        "name": text("Its title."),
                        "proven": one_of(
                            "What its signature proves, checked now.", *map(str, Standings)
                        ),
                        "key": or_null(text("The key that was its author's when it came.")),
                        "keyKnownSince": or_null(TIME),
                    },
                ),
                "The newest first.",
            ),
        },
    ),
}
