"""How one JSON member becomes one field.

Each field of a vocabulary class names its member and a reader in its metadata:

    summary: str | None = field(default=None, metadata=term("summary", text))

A reader gets the JSON value and a way to read an embedded object, and returns the field's value, or
`UNREADABLE` when the value is of the wrong kind. What then happens is decided by
`activitypub.reading`: an optional field keeps its default, a required one makes the document
malformed. Readers never raise anything but a `ProtocolError`, whatever JSON they are given.

Plain values may stand alone or in an array of one: JSON-LD sees no difference, and Pleroma, Lemmy
and PeerTube each make use of that somewhere.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Final

from activitypub import iris
from activitypub.canonical_json import Document, Json
from activitypub.errors import Malformed, TooLarge
from activitypub.iris import Iri
from activitypub.limits import DEFAULT


class Unreadable:
    """The type of `UNREADABLE`."""


UNREADABLE: Final = Unreadable()
"""What a reader returns for a value of the wrong kind."""

Nest = Callable[[Document], object]
"""Reads an embedded object by the lexicon in use."""

Reader = Callable[[Json, Nest], object]
"""From a JSON value to the value of a field."""


def term(name: str, reader: Reader) -> Mapping[str, object]:
    """Field metadata: which member is read, and how."""
    return {"term": name, "reader": reader}


def text(value: Json, _nest: Nest) -> object:
    """A string."""
    single = _single(value)
    return single if isinstance(single, str) else UNREADABLE


def flag(value: Json, _nest: Nest) -> object:
    """A truth value; only `true` is true."""
    return value if isinstance(value, bool) else UNREADABLE


def count(value: Json, _nest: Nest) -> object:
    """A whole number that is not negative."""
    number = isinstance(value, int) and not isinstance(value, bool) and value >= 0
    return value if number else UNREADABLE


def texts(value: Json, _nest: Nest) -> object:
    """A language map, BCP 47 tag to string, in the order in which it was written."""
    if not isinstance(value, dict):
        return UNREADABLE
    return {key: entry for key, entry in value.items() if isinstance(entry, str)}


def iri(value: Json, _nest: Nest) -> object:
    """One address, or the `id` of one embedded object."""
    found = as_iri(_single(value))
    return UNREADABLE if found is None else found


def iris_of(limit: int) -> Reader:
    """Addresses, alone or in an array, in order and without repeats; others are left out.

    Args:
        limit: How many entries there may be; more make the document too large.
    """

    def read(value: Json, _nest: Nest) -> object:
        entries = as_list(value)
        if len(entries) > limit:
            raise TooLarge(f"a list of addresses may have {limit} entries at most")
        return tuple(dict.fromkeys(found for e in entries if (found := as_iri(e)) is not None))

    return read


recipients: Reader = iris_of(DEFAULT.addressees)
"""`to` and `cc`. The names `as:Public` and `Public` are kept as the one address that they mean."""


def page(value: Json, _nest: Nest) -> object:
    """Where people find it: a string, or the best of several Links (text/html wins)."""
    candidates = [_target(entry) for entry in as_list(value)]
    usable = [(href, kind) for href, kind in candidates if href is not None]
    pages = [href for href, kind in usable if kind == "text/html"]
    if pages:
        return pages[0]
    return usable[0][0] if usable else UNREADABLE


def moment(value: Json, _nest: Nest) -> object:
    """A point in time (RFC 3339) as an aware datetime in UTC."""
    if not isinstance(value, str):
        return UNREADABLE
    try:
        parsed = datetime.fromisoformat(value)
        return UNREADABLE if parsed.tzinfo is None else parsed.astimezone(UTC)
    except (ValueError, OverflowError):
        return UNREADABLE


def documents(value: Json, _nest: Nest) -> object:
    """Embedded documents as they are; bare strings among them are left out."""
    return tuple(entry for entry in as_list(value) if isinstance(entry, dict))[: DEFAULT.tags]


def first_documents(value: Json, _nest: Nest) -> object:
    """The first few embedded documents: as many as anybody shows."""
    return tuple(entry for entry in as_list(value) if isinstance(entry, dict))[
        : DEFAULT.attachments
    ]


def picture(value: Json, _nest: Nest) -> object:
    """The first embedded document, such as an Image with its url."""
    return next((entry for entry in as_list(value) if isinstance(entry, dict)), UNREADABLE)


def embedded(value: Json, nest: Nest) -> object:
    """An embedded object, or the address of one."""
    single = _single(value)
    if isinstance(single, dict):
        return nest(single)
    found = as_iri(single)
    return UNREADABLE if found is None else found


def first_embedded(value: Json, nest: Nest) -> object:
    """The first of one or several embedded objects or addresses."""
    entries = as_list(value)
    return embedded(entries[0], nest) if entries else UNREADABLE


def members(value: Json, nest: Nest) -> object:
    """Members of a collection: addresses and embedded objects in order, others left out."""
    entries = as_list(value)[: DEFAULT.members]
    read = [nest(e) if isinstance(e, dict) else as_iri(e) for e in entries]
    return tuple(entry for entry in read if entry is not None)


def as_list(value: Json) -> list[Json]:
    """A value that may stand alone or in an array, as a list; null is the empty list."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def as_iri(value: Json) -> Iri | None:
    """The address written here, or the `id` of the object embedded here; None if there is none."""
    if isinstance(value, dict):
        value = value.get("id")
    if value in PUBLIC_NAMES:
        return PUBLIC
    try:
        return iris.parse(value)
    except Malformed:
        return None


PUBLIC: Final = Iri("https://www.w3.org/ns/activitystreams#Public")
"""Everybody (ActivityPub 5.6)."""

PUBLIC_NAMES: Final[tuple[Json, ...]] = ("as:Public", "Public")
"""Short names of `PUBLIC` which JSON-LD produces; ActivityPub 5.6 wants them understood."""


def _single(value: Json) -> Json:
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def _target(entry: Json) -> tuple[str | None, str]:
    """Address and media type of a page, from a string or a Link."""
    kind = ""
    if isinstance(entry, dict):
        kind = str(entry.get("mediaType", ""))
        entry = entry.get("href")
    found = as_iri(entry) if isinstance(entry, str) else None
    return found, kind
