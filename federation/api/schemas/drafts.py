"""Drafts: what is written and not published."""

from collections.abc import Mapping
from typing import Final

from federation.api.facts import FACTS
from federation.api.schemas.models import ILLUSTRATED, SHORT_MODEL
from federation.api.schemas.notation import ID, NUMBER, TIME, array, or_null, record, ref, text
from federation.api.shapes import Schema

SCHEMAS: Final[Mapping[str, Schema]] = {
    "Draft": record(
        "What an organisation has written and not published.",
        {
            "id": ID,
            "model": or_null({**ID, "description": "The model it is to be a version of."}),
            "base": or_null({**NUMBER, "description": "The version it was begun from."}),
            "changed": TIME,
            "publishAt": or_null({**TIME, "description": "When it is published by itself."}),
            "zone": or_null(text("The time zone in which people are told of that.")),
            "failure": text("Why it was not published at its time; may be empty."),
            "note": text("What is new; may be empty."),
        }
        | {name: SHORT_MODEL[name] for name in ("name", "names", "language", "languages")}
        | {name: SHORT_MODEL[name] for name in ("summary", "summaries", "license")}
        | ILLUSTRATED
        | {"sections": array(ref("Section"), "In order."), "checklist": ref("Checklist")}
        | {name: shape.schema() for name, shape in FACTS.items()},
        optional=tuple(FACTS),
    ),
    "Drafts": record(
        "Every draft of the organisation.",
        {"items": array(ref("Draft"), "Changed last first."), "next": {"type": "null"}},
    ),
    "RecordDraft": record(
        "A record of practice that an organisation has begun.",
        {
            "id": ID,
            "model": {**ID, "description": "The model it is about."},
            "file": or_null({**ID, "description": "The file that goes with it."}),
            "fields": {
                "type": "object",
                "description": "The form, as it was typed; empty fields are left out.",
                "additionalProperties": {"type": "string"},
            },
            "changed": TIME,
        },
    ),
    "RecordDrafts": record(
        "Every record of practice that the organisation has begun.",
        {"items": array(ref("RecordDraft"), "Changed last first.")},
    ),
}
