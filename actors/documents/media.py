"""Media ↔ Image and Document, as they stand in `image` and `attachment`.

Mastodon, Akkoma and GoToSocial want exactly this shape: `type`, `mediaType`, `url` as a string, and
the alternative text in `name`; more members do no harm. `blurhash` and `focalPoint` are Mastodon's
(docs.joinmastodon.org/spec/activitypub), `digest` is ours and pins the bytes.

What comes from elsewhere is kept as it came and read with care: nothing of it is ever fetched, and
people are shown an address and the words beside it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import base58

from activitypub import iris
from activitypub.canonical_json import Document, Json
from activitypub.errors import ProtocolError
from activitypub.iris import Iri
from actors import places
from actors.places import place
from actors.rules.pictures import (
    DOCUMENT,
    LONGEST_CREDIT,
    LONGEST_DESCRIPTION,
    LONGEST_NAME,
    PICTURE,
    SUFFIXES,
)
from actors.tables.media import Media

MOST_SHOWN: Final = 32
"""Media of one document that are looked at: as many attachments as are read at all."""

_MULTIHASH: Final = b"\x12\x20"  # sha2-256, 32 bytes
_MULTIHASH_BYTES: Final = 34
_TYPES: Final = {"Image": PICTURE, "Document": DOCUMENT, "Audio": "audio", "Video": "video"}


@dataclass(frozen=True)
class Shown:
    """One file as a document tells of it.

    Attributes:
        kind: `image`, `document`, `audio` or `video`.
        url: where its bytes are; http or https.
        host: of that address.
        name: the alternative text, or what it is called.
        media_type: as its author says.
        credit: who made it.
        label: what the file was called.
        width: of a picture, 0 where it is not said.
        height: of a picture, 0 where it is not said.
        digest: of the bytes, where it is said.
        original: where its author keeps it, if `url` is a copy of ours.
    """

    kind: str
    url: str
    host: str
    name: str = ""
    media_type: str = ""
    credit: str = ""
    label: str = ""
    width: int = 0
    height: int = 0
    digest: str = ""
    original: str = ""

    @property
    def small(self) -> str:
        """Where the small picture of one of ours is."""
        return self.url + places.SMALL


def address(origin: Iri, media: Media) -> Iri:
    """Where the bytes of a file of ours are, for ever the same."""
    return place(origin, places.MEDIA, name=f"{media.digest}.{SUFFIXES[media.media_type]}")


def small_address(origin: Iri, media: Media) -> Iri:
    """Where its small picture is; a document has none, and leads to itself."""
    return Iri(address(origin, media) + places.SMALL) if media.small_digest else Iri("")


def multihash(digest: str) -> str:
    """The digest of a file as documents give it."""
    return "z" + base58.b58encode(_MULTIHASH + bytes.fromhex(digest)).decode("ascii")


def plain_digest(multihash: str) -> str | None:
    """The hexadecimal digest in what a document gives; None where it is another kind of digest."""
    try:
        raw = base58.b58decode(multihash.removeprefix("z")) if multihash.startswith("z") else b""
    except ValueError:
        return None
    return raw[2:].hex() if raw[:2] == _MULTIHASH and len(raw) == _MULTIHASH_BYTES else None


def to_document(origin: Iri, media: Media) -> Document:
    """A file of ours."""
    url = address(origin, media)
    told: Document = {
        "type": "Image" if media.kind == PICTURE else "Document",
        "mediaType": media.media_type,
        "url": url,
        "name": media.description or media.label or None,
        "digest": multihash(media.digest),
        "creditText": media.credit or None,
    }
    if media.kind == PICTURE:
        told |= {"width": media.width, "height": media.height, "blurhash": media.blurhash or None}
        if media.focus_x or media.focus_y:
            told["focalPoint"] = [media.focus_x, media.focus_y]
        if not media.description:
            told["name"] = None
    return {name: value for name, value in told.items() if value is not None}


def shown_by(origin: Iri, media: Sequence[Media], *, is_sensitive: bool = False) -> Document:
    """What a note that shows these says beside its words; nothing where it shows none."""
    if not media:
        return {}
    told: Document = {"attachment": [to_document(origin, one) for one in media]}
    return told | ({"sensitive": True} if is_sensitive else {})


def portrait(origin: Iri, icon: Media | None, header: Media | None) -> Document:
    """How an organisation of ours looks, in its own document."""
    said: Document = {} if icon is None else {"icon": to_document(origin, icon)}
    return said if header is None else said | {"image": to_document(origin, header)}


def read(value: Json) -> Shown | None:
    """What a document says of one file; None where it says nothing that people could use."""
    if not isinstance(value, dict) or value.get("type") not in _TYPES:
        return None
    try:
        url = iris.parse(value.get("url"))
        host = iris.host(url)
    except ProtocolError:
        return None
    return Shown(
        kind=_kind(value),
        url=url,
        host=host,
        name=_text(value.get("name"), LONGEST_DESCRIPTION),
        media_type=_text(value.get("mediaType"), LONGEST_NAME),
        credit=_text(value.get("creditText"), LONGEST_CREDIT),
        width=_number(value.get("width")),
        height=_number(value.get("height")),
        digest=_text(value.get("digest"), LONGEST_NAME),
    )


def shown(values: Json) -> tuple[Shown, ...]:
    """All files in an `attachment`, or the one in an `image`."""
    return tuple(_shown(values))


def _shown(values: Json) -> Iterator[Shown]:
    for value in (values if isinstance(values, list) else [values])[:MOST_SHOWN]:
        found = read(value)
        if found is not None:
            yield found


def as_copied(one: Shown, copies: Mapping[str, str]) -> Shown:
    """The same, at the address of our copy where there is one.

    Args:
        one: what a document says.
        copies: addresses of files elsewhere → those of our copies.
    """
    here = copies.get(one.url)
    return one if here is None else replace(one, url=here, original=one.url)


def name_of(origin: Iri, url: str) -> str | None:
    """The digest in an address of a file of ours; None where it is none."""
    name = places.path_value(origin, places.MEDIA, "name", url)
    return None if name is None else name.partition(".")[0]


def _kind(value: Mapping[str, Json]) -> str:
    """Mastodon writes `Document` for everything; the media type says more."""
    family = str(value.get("mediaType") or "").partition("/")[0]
    return family if family in _TYPES.values() else _TYPES[str(value.get("type"))]


def _text(value: Json, longest: int) -> str:
    return " ".join(value.split())[:longest] if isinstance(value, str) else ""


def _number(value: Json) -> int:
    is_whole = isinstance(value, int) and not isinstance(value, bool)
    return value if is_whole and isinstance(value, int) and 0 < value < 100_000 else 0
