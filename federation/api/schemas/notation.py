"""Notation: short ways to write a schema."""

from collections.abc import Mapping
from typing import Final

from federation.api.shapes import Schema

IRI: Final[Schema] = {"type": "string", "format": "uri"}
TIME: Final[Schema] = {"type": "string", "format": "date-time", "description": "In UTC."}
FLAG: Final[Schema] = {"type": "boolean"}
NUMBER: Final[Schema] = {"type": "integer", "minimum": 1}
COUNT: Final[Schema] = {"type": "integer"}
ID: Final[Schema] = {
    "type": "string",
    "pattern": "^[0-9]+$",
    "description": "Local to this instance; sorts by time.",
}
BY_LANGUAGE: Final[Schema] = {
    "type": "object",
    "description": "By language tag (BCP 47).",
    "additionalProperties": {"type": "string"},
}


def record(says: str, members: Mapping[str, Schema], *, optional: tuple[str, ...] = ()) -> Schema:
    """An object with these members and no other."""
    return {
        "type": "object",
        "description": says,
        "properties": dict(members),
        "required": [name for name in members if name not in optional],
        "additionalProperties": False,
    }


def array(items: Schema, says: str = "In order.") -> Schema:
    """A list of such things."""
    return {"type": "array", "description": says, "items": items}


def one_of(says: str, *words: str) -> Schema:
    """One of these words."""
    return {"type": "string", "description": says, "enum": list(words)}


def or_null(schema: Schema) -> Schema:
    """The same, or null."""
    return {"oneOf": [schema, {"type": "null"}]}


def text(says: str) -> Schema:
    """Any text."""
    return {"type": "string", "description": says}


def ref(name: str) -> Schema:
    """What has a name of its own."""
    return {"$ref": f"#/components/schemas/{name}"}


def page_of(name: str, says: str) -> Schema:
    """A part of a list, and where the next one is."""
    return record(
        says,
        {
            "items": array(ref(name), "Newest first."),
            "next": or_null({**IRI, "description": "Where older ones are; null at the end."}),
        },
    )
