"""Comparing: versions side by side, what was chosen between them, and what would come of it."""

from collections.abc import Mapping
from typing import Final

from actors.rules.adapting import State
from actors.rules.comparing import Change
from actors.rules.heading import Kind
from actors.rules.merging import Verdict
from actors.rules.modifications import Reason
from federation.api.schemas.models import BROKEN, ILLUSTRATED, RELATION
from federation.api.schemas.notation import (
    BY_LANGUAGE,
    COUNT,
    FLAG,
    IRI,
    array,
    one_of,
    or_null,
    record,
    ref,
    text,
)
from federation.api.shapes import Schema

_VALUE: Final[dict[str, Schema]] = {
    "key": text("`@name.fr`, `@summary.fr`, `@license`, or @ and the name of a fact."),
    "kind": one_of("What it is.", *map(str, Kind)),
    "language": or_null(text("Of a name or summary.")),
}

SCHEMAS: Final[Mapping[str, Schema]] = {
    "Comparison": record(
        "Base, ours and theirs, section by section.",
        {
            "base": or_null(
                {**IRI, "description": "The last version that both come from; null for none."}
            ),
            "current": {**IRI, "description": "The version that is compared with."},
            "values": array(ref("ComparedValue"), "Names, summaries, the licence and facts."),
            "sections": array(ref("ComparedSection"), "In the order of ours."),
        },
    ),
    "ComparedSection": record(
        "One section on three sides; a side that does not have it is null.",
        {
            "key": text("Its key in our version."),
            "core": {**FLAG, "description": "Whether upstream calls it core."},
            "verdict": one_of(
                "What became of it. Only a conflict must be chosen about.", *map(str, Verdict)
            ),
            "base": or_null(ref("Section")),
            "ours": or_null(ref("Section")),
            "theirs": or_null(ref("Section")),
            "suggestion": or_null(ref("Section")),
        },
    ),
    "ComparedValue": record(
        "A value beside the sections on three sides; null where it is not there.",
        _VALUE
        | {
            "verdict": one_of("As for sections.", *map(str, Verdict)),
            "base": {},
            "ours": {},
            "theirs": {},
            "suggestion": {},
        },
    ),
    "TwoVersions": record(
        "What differs between two versions.",
        {
            "before": {**IRI, "description": "The earlier version, or another model's."},
            "after": {**IRI, "description": "The later version."},
            "values": array(
                record("A value that differs.", _VALUE | {"before": {}, "after": {}}),
                "Names, summaries, the licence and facts.",
            ),
            "sections": array(
                record(
                    "A section that differs.",
                    {
                        "key": text("Its key afterwards; before, if it was removed."),
                        "core": {**FLAG, "description": "Whether it is core, or was."},
                        "changes": array(
                            one_of("A way in which it changed.", *map(str, Change)), "How."
                        ),
                        "before": or_null(ref("Section")),
                        "after": or_null(ref("Section")),
                    },
                ),
                "Sections that differ, in the order of the later version.",
            ),
        },
    ),
    "Citation": record(
        "A reference to one version.",
        {
            "text": BY_LANGUAGE,
            "bibtex": text("A BibTeX entry."),
            "csl": {"type": "object", "description": "A CSL-JSON item."},
        },
    ),
    "Choices": record(
        "What was decided beside the source or another relative, and not published yet.",
        {
            "from": {**IRI, "description": "The address of the model on the other side."},
            "choices": array(
                record(
                    "One decision.",
                    {
                        "key": text("Of the section or value; `@note` is about the version."),
                        "choice": or_null(one_of("What.", "theirs", "ours", "own")),
                        "text": BY_LANGUAGE,
                        "reason": or_null(one_of("Why.", *map(str, Reason))),
                        "note": text("Why, in words."),
                        "planned": FLAG,
                        "overtaken": {
                            **FLAG,
                            "description": "One of the sides has changed since.",
                        },
                    },
                ),
                "By key.",
            ),
        },
    ),
    "MergePreview": record(
        "What a merge would give.",
        {
            "name": text("In the source language."),
            "names": BY_LANGUAGE,
            "language": text("The language it was written in (BCP 47)."),
            "languages": array({"type": "string"}, "Every language it speaks, its own first."),
            "summary": text("In the source language; may be empty."),
            "summaries": BY_LANGUAGE,
            "license": text("SPDX id, or LicenseRef-…."),
            **ILLUSTRATED,
            "sections": array(ref("Section"), "In order."),
            "checklist": ref("Checklist"),
            "relationBefore": RELATION,
            "relation": RELATION,
            "brokenCore": array({"type": "string"}, BROKEN),
        },
    ),
    "Progress": record(
        "What is still to be done on a fork.",
        {
            "done": COUNT,
            "total": COUNT,
            "sections": array(
                record(
                    "A section.",
                    {
                        "key": text("Its key; of the source, if it is left out here."),
                        "core": {**FLAG, "description": "Whether it is core."},
                        "state": one_of("How far it has come.", *map(str, State)),
                        "done": FLAG,
                    },
                ),
                "In order; what is left out stands last.",
            ),
            "values": {
                "type": "object",
                "description": "What stands beside the sections → whether it is its own.",
                "additionalProperties": FLAG,
            },
        },
    ),
}
