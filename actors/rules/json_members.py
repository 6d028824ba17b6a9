"""Members of JSON objects, read with a clear error when they are not what they should be.

Sheets come back from database columns, archives and peers; a value of the wrong type must end in
words, never in a crash.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from activitypub.canonical_json import Json
from actors.errors import Unwise

Word = TypeVar("Word", bound=StrEnum)


def members(value: object, what: str) -> dict[str, Json]:
    """The members of a JSON object.

    Raises:
        Unwise: it is not an object.
    """
    if not isinstance(value, dict):
        raise misread(what, "must be an object")
    return value


def text(source: Mapping[str, Json], name: str) -> str:
    """A member that is a string.

    Raises:
        Unwise: it is missing or something else.
    """
    value = source.get(name)
    if not isinstance(value, str):
        raise misread(name, "must be a text")
    return value


def texts(source: Mapping[str, Json], name: str, *, required: bool = True) -> dict[str, str]:
    """A member that is an object of strings; empty when it is missing and not required.

    Raises:
        Unwise: it is missing or something else.
    """
    value = source.get(name)
    if value is None and not required:
        return {}
    if not isinstance(value, dict):
        raise misread(name, "must be texts by language")
    return {key: text(value, key) for key in value}


def word(kind: type[Word], source: Mapping[str, Json], name: str) -> Word:
    """A member that is one word of a closed list.

    Raises:
        Unwise: it is missing or another word.
    """
    value = text(source, name)
    try:
        return kind(value)
    except ValueError:
        raise misread(name, f"must be one of: {', '.join(kind)}") from None


def misread(name: str, fault: str) -> Unwise:
    """The error for one member that cannot be read."""
    return Unwise(f"The {name} {fault}.", fields={name: f"The {name} {fault}."})
