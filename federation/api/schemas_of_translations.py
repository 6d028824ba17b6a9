"""Schemas of translations and of glossaries: part of `schemas`, which names all answers."""

from collections.abc import Mapping
from typing import Final

from actors.rules.glossaries import MOST_ENTRIES
from actors.rules.translations import State
from actors.views.translations import MOST_LANGUAGES
from federation.api.shapes import Schema

_TEXT: Final[Schema] = {"type": "string"}
_COUNT: Final[Schema] = {"type": "integer", "minimum": 0}
_FLAG: Final[Schema] = {"type": "boolean"}


def _record(says: str, members: Mapping[str, Schema]) -> Schema:
    return {
        "type": "object",
        "description": says,
        "properties": dict(members),
        "required": list(members),
        "additionalProperties": False,
    }


def _list(items: Schema, says: str = "In order.") -> Schema:
    return {"type": "array", "description": says, "items": items}


def _or_null(schema: Schema) -> Schema:
    return {"oneOf": [schema, {"type": "null"}]}


TRANSLATIONS: Final[Mapping[str, Schema]] = {
    "Languages": _record(
        "How far each language of a model is, as published.",
        {
            "language": {**_TEXT, "description": "That it is written in."},
            "items": _list(
                _record(
                    "One language.",
                    {
                        "language": _TEXT,
                        "title": {**_FLAG, "description": "Whether there is a title in it."},
                        "sections": {**_COUNT, "description": "All of them."},
                        "new": {**_COUNT, "description": "Not there yet."},
                        "stale": {**_COUNT, "description": "Behind their source."},
                        "fresh": {**_COUNT, "description": "Translating what the source says."},
                        "own": {**_COUNT, "description": "Written for themselves."},
                    },
                ),
                f"At most {MOST_LANGUAGES}; the language it is written in is not among them.",
            ),
            "next": {"type": "null"},
        },
    ),
    "Translation": _record(
        "A model in one language, as its translator meets it.",
        {
            "language": _TEXT,
            "version": {**_COUNT, "description": "That is translated."},
            "done": {**_COUNT, "description": "Sections that need no work, prepared ones among."},
            "sections": {**_COUNT, "description": "Sections that have a source."},
            "prepared": {**_COUNT, "description": "Pieces that are not published."},
            "waiting": _list(_TEXT, "In a fork: sections whose source has a new text to take."),
            "units": _list(
                _record(
                    "A section, or title and sentence (`.title`).",
                    {
                        "section": _TEXT,
                        "state": {"enum": [state.value for state in State]},
                        "needsWork": _FLAG,
                        "source": _or_null(
                            _record(
                                "What to translate from.",
                                {
                                    "language": _TEXT,
                                    "name": _TEXT,
                                    "text": {
                                        **_TEXT,
                                        "description": "Empty where only its digest is known.",
                                    },
                                    "digest": _TEXT,
                                },
                            )
                        ),
                        "name": {**_TEXT, "description": "As published; may be empty."},
                        "text": {**_TEXT, "description": "As published; may be empty."},
                        "prepared": _or_null(
                            _record(
                                "What is prepared.",
                                {
                                    "name": _TEXT,
                                    "text": _TEXT,
                                    "source": _TEXT,
                                    "late": {**_FLAG, "description": "The source has changed."},
                                    "overtaken": {
                                        **_FLAG,
                                        "description": "Another text was published meanwhile.",
                                    },
                                },
                            )
                        ),
                        "standing": {
                            **_TEXT,
                            "description": "The digest of what stands here; send it as `seen`.",
                        },
                        "changed": _or_null(
                            _record(
                                "What changed in the source since the translation.",
                                {
                                    "at": _or_null({**_TEXT, "format": "date-time"}),
                                    "words": _list(
                                        _record(
                                            "Some words.",
                                            {
                                                "op": {"enum": ["same", "added", "removed"]},
                                                "text": _TEXT,
                                            },
                                        )
                                    ),
                                },
                            )
                        ),
                        "words": _list(
                            _record(
                                "An entry of a glossary that stands in the source.",
                                {"term": _TEXT, "equivalent": _TEXT, "note": _TEXT},
                            )
                        ),
                    },
                )
            ),
            "lost": _list(
                _record(
                    "Prepared for a section that is gone.",
                    {"section": _TEXT, "name": _TEXT, "text": _TEXT},
                )
            ),
        },
    ),
}

_ENTRY: Final[Mapping[str, Schema]] = {
    "id": {**_TEXT, "pattern": "^[0-9]+$"},
    "term": _TEXT,
    "language": _TEXT,
    "equivalent": {**_TEXT, "description": "May be empty: then the note explains the word."},
    "equivalentLanguage": _TEXT,
    "note": _TEXT,
    "changed": {**_TEXT, "format": "date-time"},
}

GLOSSARIES: Final[Mapping[str, Schema]] = {
    "GlossaryEntry": {
        "type": "object",
        "description": "How a word is said in another language.",
        "properties": dict(_ENTRY),
        "required": list(_ENTRY),
        "additionalProperties": False,
    },
    "Glossary": {
        "type": "object",
        "description": f"All entries of a glossary, by their words; at most {MOST_ENTRIES}.",
        "properties": {
            "items": {"type": "array", "items": {"$ref": "#/components/schemas/GlossaryEntry"}},
            "next": {"type": "null"},
        },
        "required": ["items", "next"],
        "additionalProperties": False,
    },
}
