"""People: members, invitations, and imported lists of organisations."""

from collections.abc import Mapping
from typing import Final

from actors.rules.permissions import Office
from federation.api.schemas.notation import record, ref
from federation.api.shapes import Schema

_TEXT: Final[Schema] = {"type": "string"}
_ID: Final[Schema] = {"type": "string", "pattern": "^[0-9]+$"}
_TIME: Final[Schema] = {"type": "string", "format": "date-time"}
_LINK: Final[Schema] = {
    "oneOf": [{"type": "string", "format": "uri"}, {"type": "null"}],
    "description": "What to hand over; null where it cannot be shown again, or has ended.",
}
_COUNT: Final[Schema] = {"type": "integer", "minimum": 0}
_ROLE: Final[Schema] = {"type": "string", "enum": [one.value for one in Office]}
_LETTER: Final[Schema] = {
    "type": "string",
    "enum": ["none", "waiting", "sent", "failed"],
    "description": "What became of the e-mail.",
}


def _all_of(name: str, says: str) -> Schema:
    items = {"type": "array", "items": ref(name)}
    return record(says, {"items": items, "next": {"type": "null"}})


SCHEMAS: Final[Mapping[str, Schema]] = {
    "Member": record(
        "Somebody who acts for the organisation.",
        {"id": _ID, "name": _TEXT, "email": _TEXT, "role": _ROLE, "since": _TIME},
    ),
    "Members": _all_of("Member", "All of them, at most 500, the stewards first."),
    "Invitation": record(
        "Somebody is asked to act for the organisation.",
        {
            "id": _ID,
            "name": _TEXT,
            "email": {**_TEXT, "description": "Empty where the link is handed over in person."},
            "role": _ROLE,
            "made": _TIME,
            "until": _TIME,
            "link": _LINK,
            "letter": _LETTER,
        },
    ),
    "Invitations": _all_of("Invitation", "Those that nobody has answered, the newest first."),
    "RosterPreview": record(
        "What was understood of a list; nothing is kept.",
        {
            "fit": {**_COUNT, "description": "Lines that can be taken in."},
            "unknownColumns": {"type": "array", "items": _TEXT},
            "rows": {
                "type": "array",
                "items": record(
                    "One line.",
                    {
                        "line": _COUNT,
                        "name": _TEXT,
                        "handle": _TEXT,
                        "email": _TEXT,
                        "problems": {
                            "type": "array",
                            "items": _TEXT,
                            "description": "In plain words; a line with problems is left out.",
                        },
                    },
                ),
            },
        },
    ),
    "Roster": record(
        "A list of organisations that was imported, and how far it has come.",
        {
            "id": _ID,
            "name": _TEXT,
            "made": _TIME,
            "size": _COUNT,
            "claimed": _COUNT,
            "waiting": _COUNT,
            "declined": _COUNT,
            "unasked": {**_COUNT, "description": "Of those that wait: without a link that works."},
        },
    ),
    "Rosters": _all_of("Roster", "All of them, the newest first."),
    "Entries": record(
        "Profiles of a list, in its order.",
        {
            "items": {
                "type": "array",
                "items": record(
                    "One organisation of the list.",
                    {
                        "id": _ID,
                        "name": _TEXT,
                        "handle": {**_TEXT, "description": "Empty once the profile is claimed."},
                        "email": {**_TEXT, "description": "Empty once the profile is claimed."},
                        "state": {
                            "type": "string",
                            "enum": ["unasked", "asked", "expired", "claimed"],
                        },
                        "link": _LINK,
                        "letter": _LETTER,
                    },
                ),
            },
            "next": {"oneOf": [{"type": "string", "format": "uri"}, {"type": "null"}]},
        },
    ),
}
