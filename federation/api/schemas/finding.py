"""Finding: what was searched for, and the lists of codes and concepts that one searches by."""

from collections.abc import Mapping
from typing import Final

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

SCHEMAS: Final[Mapping[str, Schema]] = {
    "Search": record(
        "What was found.",
        {
            "items": array(ref("Finding"), "What fits best first; of equal ones the latest."),
            "next": or_null({**IRI, "description": "The next page; null at the end."}),
            "count": {**COUNT, "description": "What was found; at most 1,000 are looked at."},
            "hasMore": {**FLAG, "description": "There is more: all counts are at least so many."},
            "facets": {
                "type": "object",
                "description": "How to narrow it: argument → values, the most frequent first.",
                "additionalProperties": array(
                    record("A value.", {"value": text("To be given."), "count": COUNT}),
                    "Values.",
                ),
            },
            "feed": {**IRI, "description": "The same search as an Atom feed of models."},
        },
    ),
    "Finding": record(
        "One thing that was found.",
        {
            "actor": ref("Actor"),
            "model": or_null(ref("ShortModel")),
            "sections": array(ref("Extract"), "Where in the model it stands; the first three."),
        },
    ),
    "Extract": record(
        "A place in a section where something stands that was looked for.",
        {
            "key": text("Of the section."),
            "name": text("Of the section."),
            "language": text("Of the text (BCP 47)."),
            "before": text("What stands before it."),
            "found": text("The word."),
            "after": text("What follows."),
        },
    ),
    "Code": record(
        "One entry of a code list.",
        {
            "code": text("What people type."),
            "iri": text("How documents name it."),
            "in": or_null(text("The code it belongs to: a country, a region, a section.")),
            "label": text("In the language asked for, or else at home, or else in English."),
            "labels": BY_LANGUAGE,
        },
    ),
    "Codes": record(
        "What was found.",
        {"items": array(ref("Code"), "The best first."), "next": {"type": "null"}},
    ),
    "CodeList": record(
        "A code list.",
        {
            "name": text("Its name in addresses."),
            "edition": text("Whose it is, and which edition."),
            "count": COUNT,
        },
    ),
    "CodeLists": record(
        "Every code list.", {"items": array(ref("CodeList"), "All."), "next": {"type": "null"}}
    ),
    "Concepts": record("Concepts.", {"items": array(ref("Concept"), "In no order.")}),
    "Concept": record(
        "A family or theme.",
        {
            "kind": one_of("What it is.", "family", "theme"),
            "word": text("What searches and models call it."),
            "iri": IRI,
            "names": {
                "type": "object",
                "description": "By language tag (BCP 47): its name, then what else it is called.",
                "additionalProperties": {"type": "array", "items": {"type": "string"}},
            },
        },
    ),
}
