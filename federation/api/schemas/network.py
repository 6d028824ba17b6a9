"""The network: its commons, its look, what it says of itself, and what it is told."""

from collections.abc import Mapping
from typing import Final

from actors.rules import network_pages
from actors.rules.commons import MayPost
from federation.api.schemas.notation import (
    BY_LANGUAGE,
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

_COMMONS: Final[dict[str, Schema]] = {
    "id": ID,
    "iri": IRI,
    "handle": text("name@host"),
    "name": text("In its own language."),
    "url": or_null(IRI),
    "language": text("Its own language (BCP 47)."),
    "names": BY_LANGUAGE,
    "summaries": BY_LANGUAGE,
    "rules": text("What one keeps to there, as Markdown; may be empty."),
    "family": or_null(text("Its theme: a family of models.")),
    "posting": one_of("Who may put something into it.", *(one.value for one in MayPost)),
    "approvesMembers": {**FLAG, "description": "Whether members are let in by hand."},
    "members": {"type": "integer", "minimum": 0},
    "moderators": array(ref("Actor"), "Who tends it."),
}

SCHEMAS: Final[Mapping[str, Schema]] = {
    "Commons": record("A commons of this instance.", _COMMONS),
    "CommonsInFull": record(
        "A commons and what stands in it.",
        {
            **_COMMONS,
            "entries": array(
                record(
                    "Something that stands there.",
                    {
                        "iri": IRI,
                        "url": IRI,
                        "kind": one_of("What it is.", "model", "remark"),
                        "name": or_null(text("The title of a model.")),
                        "author": ref("Actor"),
                        "at": TIME,
                        "pinned": FLAG,
                    },
                ),
                "What is pinned first, then newest first.",
            ),
        },
    ),
    "CommonsList": page_of("Commons", "The commons of this instance."),
    "Look": record(
        "How the pages of this instance look.",
        {
            "name": text("What the network is called."),
            "colour": {
                "type": ["string", "null"],
                "description": "As it was chosen; what pages show may be darker, or lighter by "
                "night, so that it can be read. Null: that of every instance.",
            },
            "mark": {"type": ["string", "null"], "description": "Where it is; null: none."},
            "canBeUndone": {**FLAG, "description": "Whether colour or mark ever changed."},
        },
    ),
    "NetworkPage": record(
        "A page on which the network says something of itself.",
        {
            "kind": one_of("Which one.", *(str(kind) for kind in network_pages.Kind)),
            "version": text("Which version this is; empty while nobody has written the page."),
            "texts": {**BY_LANGUAGE, "description": "Markdown by language."},
            "rules": array(
                record(
                    "A house rule.",
                    {
                        "number": NUMBER,
                        "texts": {**BY_LANGUAGE, "description": "One sentence, by language."},
                        "hints": {**BY_LANGUAGE, "description": "What explains it."},
                    },
                ),
                "Of the house rules only, in their order.",
            ),
            "email": text("To whom one may write; of `contact` only, else empty."),
            "since": or_null(TIME),
        },
    ),
    "NetworkPages": record(
        "What the network says of itself and of its house.",
        {"items": array(ref("NetworkPage"), "Every page, written or not.")},
    ),
    "Report": record(
        "What the stewards of the network were told.",
        {
            "id": ID,
            "from": ref("Actor"),
            "about": ref("Actor"),
            "category": one_of("What it is about.", "other", "spam", "legal", "violation"),
            "comment": text("Why, in plain text."),
            "things": {
                "type": "array",
                "items": record(
                    "A post, as it was when it was reported.",
                    {"iri": IRI, "words": text("How it began.")},
                ),
            },
            "times": {"type": "integer", "description": "How often that host has said it."},
            "forwarded": FLAG,
            "at": TIME,
            "closedAt": or_null(TIME),
            "answer": text("What was done about it; empty while it is open."),
        },
    ),
    "Reports": page_of("Report", "What the stewards of the network were told."),
}
