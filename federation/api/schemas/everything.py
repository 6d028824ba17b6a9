"""Everything: each answer by its name, and the problem that may be told instead."""

from collections.abc import Mapping
from typing import Final

from federation.api import record_shapes
from federation.api.schemas import (
    archives,
    comparing,
    drafts,
    files,
    finding,
    lineage,
    models,
    network,
    operating,
    organisations,
    people,
    proposals,
    translations,
)
from federation.api.schemas.notation import array, text
from federation.api.shapes import Schema

SCHEMAS: Final[Mapping[str, Schema]] = {
    **organisations.SCHEMAS,
    **models.SCHEMAS,
    **drafts.SCHEMAS,
    **files.SCHEMAS,
    **finding.SCHEMAS,
    **archives.SCHEMAS,
    **lineage.SCHEMAS,
    **comparing.SCHEMAS,
    **proposals.SCHEMAS,
    **network.SCHEMAS,
    **operating.SCHEMAS,
    **record_shapes.SCHEMAS,
    **translations.SCHEMAS,
    **people.SCHEMAS,
    "Problem": {
        "type": "object",
        "description": "A problem document (RFC 9457).",
        "properties": {
            "type": {"type": "string", "format": "uri-reference"},
            "title": text("The status in words."),
            "status": {"type": "integer"},
            "detail": text("What is wrong, in one sentence."),
            "code": text("The same in one short word."),
            "errors": {
                "type": "object",
                "description": "Path of a member, such as `sections[2].key` → what is wrong.",
                "additionalProperties": {"type": "string"},
            },
            "keys": array({"type": "string"}, "What is in conflict: section keys, for instance."),
        },
        "required": ["type", "title", "status", "detail"],
    },
}
"""Answer name → schema."""
