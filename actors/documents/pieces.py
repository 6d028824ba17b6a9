"""Pieces: the versions in an archive, read, and put together by the model they are of."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import activitypub.vocabulary as ap
from activitypub import iris, reading
from activitypub.canonical_json import Document
from activitypub.errors import ProtocolError
from activitypub.iris import Iri
from activitypub.proofs import eddsa_jcs
from actors.documents import archive, model
from actors.documents.model import Reading


@dataclass(frozen=True)
class Version:
    """One version in an archive."""

    member: str
    document: Document
    thing: ap.Object
    says: Reading
    merged_iri: str | None = None

    @property
    def iri(self) -> Iri:
        """Its address, which was read before."""
        return iris.parse(self.document.get("id"))


@dataclass(frozen=True)
class Piece:
    """Some versions of one model, the oldest first."""

    model: Iri
    author: Iri
    versions: tuple[Version, ...]
    living: Document | None = None


def piece(named: Mapping[str, Document], living: Document | None = None) -> Piece:
    """Versions of one model, with what each one took from its source."""
    versions: list[Version] = []
    for member, document in sorted(named.items(), key=lambda one: archive.number(one[1])):
        thing = reading.read(document)
        says = model.read(thing)
        before = versions[-1].says if versions else None
        versions.append(Version(member, document, thing, says, _merged(says, before)))
    of = versions[0].thing
    return Piece(
        model=iris.parse(of.extra.get("versionOf")),
        author=of.attributed_to[0],
        versions=tuple(versions),
        living=living,
    )


def _merged(says: Reading, before: Reading | None) -> str | None:
    """The version of its source that this one took: another one than the version before names."""
    if says.origin is None or (before is None and says.number > 1):
        return None
    is_same = before is not None and before.origin and before.origin.base == says.origin.base
    return None if is_same else says.origin.base


def others(members: Mapping[str, Document]) -> list[Piece]:
    """Sources and forks, by model; what names no model or no author is none of them."""
    found = named(members, archive.UPSTREAM) | named(members, archive.FORKS)
    by_model: dict[tuple[str, str], dict[str, Document]] = {}
    for member, document in found.items():
        of = (str(document.get("versionOf")), str(document.get("attributedTo")))
        by_model.setdefault(of, {})[member] = document
    pieces = (piece(one) for of, one in by_model.items() if all(map(_is_address, of)))
    return [
        one
        for one in pieces
        if len({each.says.number for each in one.versions}) == len(one.versions)
    ]


def _is_address(text: str) -> bool:
    try:
        return bool(iris.parse(text))
    except ProtocolError:
        return False


def named(members: Mapping[str, Document], folder: str) -> dict[str, Document]:
    """The members in one folder."""
    return {name: one for name, one in members.items() if name.startswith(f"{folder}/")}


def methods(versions: Iterable[Version]) -> frozenset[Iri]:
    """The ids of the keys that the proofs of these versions name."""
    named_keys = (eddsa_jcs.method(one.document) for one in versions)
    return frozenset(one for one in named_keys if one is not None)
