"""Jottings: what stands in the form of a record of practice before it is one.

Everything is kept as it was typed, whatever it means: who comes back finds what she left. Only what
is published is judged.
"""

from collections.abc import Mapping
from typing import Final

from actors.errors import Unwise

FIELDS: Final = (
    "name", "summary", "language", "territory", "place", "stage", "since", "reason", "what",
    "value", "unit", "on", "method", "href", "link", "evaluation", "difficulty", "lesson",
    "conclusion", "description", "credit",
)  # fmt: skip
"""Names of the fields, in the order of the form."""

MOST_CHARACTERS: Final = 20_000
"""Of all fields together: a record of practice is a page or two."""

TOO_MUCH: Final = f"A draft of a record has at most {MOST_CHARACTERS:,} characters."


def checked(fields: Mapping[str, str]) -> dict[str, str]:
    """Those fields that say something.

    Raises:
        Unwise: they are too long, or none of the form's.
    """
    faults = {name: "There is no such field." for name in fields if name not in FIELDS}
    if faults:
        raise Unwise(next(iter(faults.values())), fields=faults)
    if sum(map(len, fields.values())) > MOST_CHARACTERS:
        raise Unwise(TOO_MUCH)
    return {name: fields[name] for name in FIELDS if fields.get(name, "").strip()}
