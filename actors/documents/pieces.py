"""Pieces: the versions in an archive, read, and put together by the model they are of."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

import activitypub.vocabulary as ap
from activitypub import iris, reading
from activitypub.canonical_json import Document
from activitypub.errors import ProtocolError
from activitypub.iris import Iri
from activitypub.multihash import digest
from actors.documents import archive, model, proving
from actors.documents.archive import Contents
from actors.documents.model import Reading
from actors.documents.proving import Evidence
from actors.errors import Unwise


@dataclass(frozen=True)
class Version:
    """One version in an archive."""

    member: str
    document: Document
    thing: ap.Object
    says: Reading
    evidence: Evidence
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


@dataclass(frozen=True)
class Brought:
    """An archive that does not contradict itself, ready to be remembered.

    Attributes:
        contents: all of it.
        fingerprint: the digest of the file.
        evidence: what each member proves by the keys in the archive.
        main: the versions of its model.
        others: those of sources and forks.
    """

    contents: Contents
    fingerprint: str
    evidence: Mapping[str, Evidence]
    main: Piece
    others: tuple[Piece, ...]


def brought(data: bytes, *, now: datetime) -> Brought:
    """Everything that can be told of a file without looking anything up.

    Raises:
        Unwise: it is no archive, was altered, or contradicts itself.
    """
    contents = archive.read(data)
    found = proving.examine(contents, now=now)
    if found.faults:
        raise Unwise("The archive was altered.", fields=found.faults)
    evidence = {one.member: one for one in (*found.versions, *found.others)}
    members = contents.members()
    main = _piece(named(members, archive.VERSIONS), evidence, contents.living)
    return Brought(contents, digest(data), evidence, main, _others(members, evidence))


def _piece(
    named: Mapping[str, Document],
    evidence: Mapping[str, Evidence],
    living: Document | None = None,
) -> Piece:
    """Versions of one model, with what each one took from its source."""
    versions: list[Version] = []
    for member, document in sorted(named.items(), key=lambda one: archive.number(one[1])):
        thing = reading.read(document)
        says = model.read(thing)
        before = versions[-1].says if versions else None
        merged = _merged(says, before)
        versions.append(Version(member, document, thing, says, evidence[member], merged))
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
    return next(iter(says.origin.also), None) if is_same else says.origin.base


def _others(members: Mapping[str, Document], evidence: Mapping[str, Evidence]) -> tuple[Piece, ...]:
    """Sources and forks, by model; what names no model or no author is none of them."""
    found = named(members, archive.UPSTREAM) | named(members, archive.FORKS)
    by_model: dict[tuple[str, str], dict[str, Document]] = {}
    for member, document in found.items():
        of = (str(document.get("versionOf")), str(document.get("attributedTo")))
        by_model.setdefault(of, {})[member] = document
    read = (_piece(one, evidence) for of, one in by_model.items() if all(map(_is_address, of)))
    return tuple(
        one for one in read if len({each.iri for each in one.versions}) == len(one.versions)
    )


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
    return frozenset(one.evidence.method for one in versions if one.evidence.method)
