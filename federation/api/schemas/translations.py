"""Translations: how far they are, what a translator meets, and the words of glossaries."""

from collections.abc import Mapping
from typing import Final

from actors.rules.glossaries import MOST_ENTRIES
from actors.rules.translations import State
from actors.views.translations import MOST_LANGUAGES
from federation.api.schemas.notation import FLAG, array, or_null, record, ref
from federation.api.shapes import Schema

_TEXT: Final[Schema] = {"type": "string"}
_COUNT: Final[Schema] = {"type": "integer", "minimum": 0}

_ENTRY: Final[Mapping[str, Schema]] = {
    "id": {**_TEXT, "pattern": "^[0-9]+$"},
    "term": _TEXT,
    "language": _TEXT,
    "equivalent": {**_TEXT, "description": "May be empty: then the note explains the word."},
    "equivalentLanguage": _TEXT,
    "note": _TEXT,
    "changed": {**_TEXT, "format": "date-time"},
}

SCHEMAS: Final[Mapping[str, Schema]] = {
    "Languages": record(
        "How far each language of a model is, as published.",
        {
            "language": {**_TEXT, "description": "That it is written in."},
            "items": array(
                record(
                    "One language.",
                    {
                        "language": _TEXT,
                        "title": {**FLAG, "description": "Whether there is a title in it."},
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
    "Translation": record(
        "A model in one language, as its translator meets it.",
        {
            "language": _TEXT,
            "version": {**_COUNT, "description": "That is translated."},
            "done": {**_COUNT, "description": "Sections that need no work, prepared ones among."},
            "sections": {**_COUNT, "description": "Sections that have a source."},
            "prepared": {**_COUNT, "description": "Pieces that are not published."},
            "waiting": array(_TEXT, "In a fork: sections whose source has a new text to take."),
            "units": array(
                record(
                    "A section, or title and sentence (`.title`).",
                    {
                        "section": _TEXT,
                        "state": {"enum": [state.value for state in State]},
                        "needsWork": FLAG,
                        "source": or_null(
                            record(
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
                        "prepared": or_null(
                            record(
                                "What is prepared.",
                                {
                                    "name": _TEXT,
                                    "text": _TEXT,
                                    "source": _TEXT,
                                    "late": {**FLAG, "description": "The source has changed."},
                                    "overtaken": {
                                        **FLAG,
                                        "description": "Another text was published meanwhile.",
                                    },
                                },
                            )
                        ),
                        "standing": {
                            **_TEXT,
                            "description": "The digest of what stands here; send it as `seen`.",
                        },
                        "changed": or_null(
                            record(
                                "What changed in the source since the translation.",
                                {
                                    "at": or_null({**_TEXT, "format": "date-time"}),
                                    "words": array(
                                        record(
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
                        "words": array(
                            record(
                                "An entry of a glossary that stands in the source.",
                                {"term": _TEXT, "equivalent": _TEXT, "note": _TEXT},
                            )
                        ),
                    },
                )
            ),
            "lost": array(
                record(
                    "Prepared for a section that is gone.",
                    {"section": _TEXT, "name": _TEXT, "text": _TEXT},
                )
            ),
        },
    ),
    "GlossaryEntry": record("How a word is said in another language.", _ENTRY),
    "Glossary": record(
        f"All entries of a glossary, by their words; at most {MOST_ENTRIES}.",
        {
            "items": {"type": "array", "items": ref("GlossaryEntry")},
            "next": {"type": "null"},
        },
    ),
}
