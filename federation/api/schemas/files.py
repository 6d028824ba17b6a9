"""Files: pictures and documents, in the library, on a version, and on a page."""

from collections.abc import Mapping
from typing import Final

from federation.api.schemas.notation import (
    COUNT,
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
    "Shown": record(
        "A picture or document as a version shows it, here or on another server.",
        {
            "kind": one_of("What it is.", "image", "document", "audio", "video"),
            "url": {**IRI, "description": "Where its bytes are."},
            "mediaType": or_null(text("As its author says.")),
            "description": text("What a picture shows, or what a document is; may be empty."),
            "credit": text("Who made it; may be empty."),
            "width": or_null(NUMBER),
            "height": or_null(NUMBER),
            "digest": or_null(text("Of its bytes: a sha-256 multihash in base58btc.")),
            "copy": or_null(text("The path of our copy of what lies on another server.")),
        },
    ),
    "File": record(
        "A picture or document of the organisation.",
        {
            "id": ID,
            "kind": one_of("What it is.", "image", "document"),
            "mediaType": text("Of what is kept; a picture may have been sent as another one."),
            "url": {**IRI, "description": "Where its bytes are, for everybody and for ever."},
            "small": or_null({**IRI, "description": "Where its small picture is."}),
            "size": {**COUNT, "description": "Bytes."},
            "width": or_null(NUMBER),
            "height": or_null(NUMBER),
            "digest": text("Of its bytes: a sha-256 multihash in base58btc."),
            "description": text("What a picture shows, or what a document is; may be empty."),
            "credit": text("Who made it; may be empty."),
            "label": text("What the file was called."),
            "focus": array({"type": "number"}, "The point that matters most: across, up."),
            "blurhash": or_null(text("A picture of a few characters.")),
            "uses": {**COUNT, "description": "How many things show it."},
            "made": TIME,
        },
    ),
    "Files": record(
        "Files of the organisation.",
        {
            "items": array(ref("File"), "Newest first."),
            "next": or_null({**IRI, "description": "Where older ones are; null at the end."}),
            "room": record(
                "What they take, and what there is.",
                {"files": COUNT, "bytes": COUNT, "mostBytes": COUNT},
            ),
        },
    ),
    "Portrait": record(
        "How the organisation looks.",
        {"icon": or_null(ref("File")), "header": or_null(ref("File"))},
    ),
}
