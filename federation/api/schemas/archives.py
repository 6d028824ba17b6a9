"""Archives: what versions prove by themselves, and what came out of a file."""

from collections.abc import Mapping
from typing import Final

from federation.api.schemas.notation import (
    COUNT,
    FLAG,
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

_TRUST: Final = one_of(
    "Why it was believed: keys read at their owner's address, keys that an operator had compared,"
    " keys of our own, or an operator's word.",
    *("keys", "operator", "ours", "word"),
)

SCHEMAS: Final[Mapping[str, Schema]] = {
    "Evidence": record(
        "What the versions of a model prove by themselves.",
        {
            "origin": record(
                "Where it lives.",
                {
                    "host": text("The site of its author."),
                    "isOurs": {**FLAG, "description": "Whether that is this instance."},
                    "silentSince": or_null(
                        {**TIME, "description": "Since when that site does not answer."}
                    ),
                },
            ),
            "versions": array(
                record(
                    "One version.",
                    {
                        "number": NUMBER,
                        "iri": IRI,
                        "standing": one_of(
                            "Whether its author has signed it.",
                            *("proven", "unsigned", "unknown-key", "broken"),
                        ),
                        "method": or_null(text("The id of the key that its proof names.")),
                        "key": or_null(text("That key, as a Multikey.")),
                        "created": or_null(text("When it was signed, as the signer says.")),
                    },
                ),
                "The newest first.",
            ),
            "restorations": array(
                record(
                    "An archive from which something of it came here.",
                    {
                        "archive": text("The digest of the file."),
                        "trust": _TRUST,
                        "versions": {**COUNT, "description": "That were new then."},
                        "at": TIME,
                    },
                ),
                "The oldest first.",
            ),
        },
    ),
    "Restored": record(
        "What came out of an archive.",
        {
            "model": ref("Model"),
            "trust": _TRUST,
            "versions": {**COUNT, "description": "Versions of it that are new here."},
            "others": {**COUNT, "description": "The same of its sources and forks."},
            "left": {
                "type": "object",
                "description": "What was left out, by its name in the archive, and why.",
                "additionalProperties": {"type": "string"},
            },
        },
    ),
}
