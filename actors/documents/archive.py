"""A model in one file: its versions, who made them, where it comes from and what became of it.

The file is a container (`rules.containers`) of canonical JSON documents (RFC 8785): what the world
sees at the addresses of these things, with the proofs that it has there. `manifest.json` lists all
other members with their sizes and digests. `lineage.json` is what the instance says that made the
file, and proven by nobody. The format for strangers is described in `deploy/archive.md`.

Nothing here asks what is proven: that is `documents.proving`.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from activitypub.canonical_json import Document, Json, canonical, parse
from activitypub.errors import ProtocolError
from activitypub.multihash import digest
from actors.documents import media
from actors.errors import Unwise
from actors.rules import containers
from actors.rules.pictures import HEAD, SUFFIXES, kind_of
from actors.vocabulary import NAMESPACE

FORMAT: Final = NAMESPACE + "Archive"
EDITION: Final = 1
WITH_FILES: Final = 2
WITH_PRACTICE: Final = 3
"""Editions of the format: of versions alone, which older readers know, with files, and with records
of practice (and perhaps files). A reader refuses every other one: it could not say what is proven.
"""

MANIFEST: Final = "manifest.json"
LIVING: Final = "model.json"
LINEAGE: Final = "lineage.json"
VERSIONS: Final = "versions"
ACTORS: Final = "actors"
UPSTREAM: Final = "upstream"
FORKS: Final = "forks"
RECORDS: Final = "records"
ATTESTATIONS: Final = "attestations"

_FOLDERS: Final = (VERSIONS, ACTORS, UPSTREAM, FORKS, RECORDS, ATTESTATIONS)
_PRACTICE: Final = (f"{RECORDS}/", f"{ATTESTATIONS}/")
_ALTERED: Final = "The archive was altered."


@dataclass(frozen=True)
class Contents:
    """What an archive holds.

    Attributes:
        living: the model as it is at its own address.
        versions: its versions, the oldest first; some may be missing.
        actors: whoever made a version in this file, with the public keys they list.
        upstream: the versions of other models that were taken into this one.
        forks: the newest version of each fork that is listed.
        records: records of practice that count for the model, as far as they have room.
        attestations: what others say of these, and have not taken back.
        lineage: what the maker of the file knows besides; see `actors.views.archives`.
        files: pictures and documents that the versions show, as far as they have room, by the names
            of their members.
    """

    living: Document
    versions: tuple[Document, ...]
    actors: tuple[Document, ...]
    lineage: Document
    upstream: tuple[Document, ...] = field(default=())
    forks: tuple[Document, ...] = field(default=())
    files: Mapping[str, bytes] = field(default_factory=dict)
    records: tuple[Document, ...] = field(default=())
    attestations: tuple[Document, ...] = field(default=())

    def members(self) -> dict[str, Document]:
        """Every document by the name of its member, manifest and files left out."""
        named = {LIVING: self.living, LINEAGE: self.lineage}
        named |= {f"{VERSIONS}/{number(one)}.json": one for one in self.versions}
        for folder, documents in (
            (ACTORS, self.actors),
            (UPSTREAM, self.upstream),
            (FORKS, self.forks),
            (RECORDS, self.records),
            (ATTESTATIONS, self.attestations),
        ):
            ordered = sorted(documents, key=lambda one: str(one.get("id")))
            named |= {f"{folder}/{place}.json": one for place, one in enumerate(ordered, start=1)}
        return named


def write(contents: Contents) -> bytes:
    """The archive of these contents: the same contents make the same bytes.

    Raises:
        Unwise: it would be larger than what is read again.
    """
    members = {name: canonical(document) for name, document in contents.members().items()}
    members |= contents.files
    manifest = _manifest(str(contents.living.get("id")), members)
    return containers.pack(members | {MANIFEST: canonical(manifest)})


def read(data: bytes) -> Contents:
    """What an archive holds, if it is whole.

    Raises:
        Unwise: it is not; `fields` names each member that is missing, altered or too much.
    """
    members = containers.unpack(data)
    if MANIFEST not in members:
        raise Unwise(f"This is no archive of a model: it has no {MANIFEST}.")
    manifest = _document(MANIFEST, members.pop(MANIFEST))
    is_known = manifest.get("edition") in (EDITION, WITH_FILES, WITH_PRACTICE)
    if manifest.get("format") != FORMAT or not is_known:
        raise Unwise("This is no archive of a model, or one of an edition that is not known here.")
    faults = dict(_altered(manifest, members))
    if faults:
        raise Unwise(_ALTERED, fields=faults)
    files = {name: data for name, data in members.items() if _is_file(name)}
    documents = {
        name: _document(name, written) for name, written in members.items() if name not in files
    }
    contents = replace(_contents(documents), files=files)
    strangers = dict(_strange(contents))
    if strangers:
        raise Unwise(_ALTERED, fields=strangers)
    expected = _manifest(str(contents.living.get("id")), members)
    if manifest != expected or contents.members() != documents:
        words = "It does not list what is there, or members do not go by their names."
        raise Unwise(_ALTERED, fields={MANIFEST: words})
    return contents


def _manifest(model: str, members: Mapping[str, bytes]) -> Document:
    listed: list[Json] = [
        {"name": name, "size": len(written), "digest": digest(written)}
        for name, written in sorted(members.items())
    ]
    edition = WITH_FILES if any(map(_is_file, members)) else EDITION
    if any(name.startswith(_PRACTICE) for name in members):
        edition = WITH_PRACTICE
    return {"format": FORMAT, "edition": edition, "model": model, "members": listed}


def file_name(digest: str, media_type: str) -> str | None:
    """What the member of a file is called; None where none of this type goes into an archive."""
    suffix = SUFFIXES.get(media_type)
    return None if suffix is None else f"{containers.FILES}/{digest}.{suffix}"


def shown(versions: Iterable[Document], practice: Iterable[Document] = ()) -> dict[str, str]:
    """The files that these versions show, and then those that are evidence of records of practice.

    Returns:
        Name of the member → digest, the newest version first.
    """
    found: dict[str, str] = {}
    for said in (*reversed([*versions]), *practice):
        for one in (*media.shown(said.get("image")), *media.shown(said.get("attachment"))):
            digest = media.plain_digest(one.digest)
            name = None if digest is None else file_name(digest, one.media_type)
            if name is not None and digest is not None:
                found.setdefault(name, digest)
    return found


def _strange(contents: Contents) -> Iterable[tuple[str, str]]:
    """Each file that nothing else shows, or that is not what its name says."""
    known = shown(contents.versions, contents.records)
    for name, data in contents.files.items():
        if name not in known:
            yield name, "Nothing in the archive shows this file."
        elif hashlib.sha256(data).hexdigest() != known[name]:
            yield name, "Its bytes are not those that a version shows."
        elif (kind := kind_of(data[:HEAD])) is None or not name.endswith(
            f".{SUFFIXES.get(kind.media_type)}"
        ):
            yield name, "It is of another kind than its name says."


def _is_file(name: str) -> bool:
    return name.startswith(f"{containers.FILES}/")


def _altered(manifest: Document, members: Mapping[str, bytes]) -> Iterable[tuple[str, str]]:
    """Each member that is not as the manifest says, with what is wrong."""
    listed = manifest.get("members")
    told = {
        str(one.get("name")): one
        for one in (listed if isinstance(listed, list) else [])
        if isinstance(one, dict)
    }
    for name in sorted(told.keys() | members.keys()):
        if name not in members:
            yield name, "It is listed in the manifest, and missing."
        elif name not in told:
            yield name, "It is not listed in the manifest."
        elif told[name].get("digest") != digest(members[name]):
            yield name, "It was altered: its digest is not the one in the manifest."
        elif told[name].get("size") != len(members[name]):
            yield name, "Its size is not the one in the manifest."


def _document(name: str, written: bytes) -> Document:
    """One member as JSON, if it is written in the one canonical way."""
    try:
        document = parse(written)
        is_canonical = canonical(document) == written
    except ProtocolError as fault:
        raise Unwise(_ALTERED, fields={name: f"It cannot be read: {fault.reason}."}) from fault
    if not is_canonical:
        raise Unwise(_ALTERED, fields={name: "It is not in canonical form (RFC 8785)."})
    return document


def _contents(documents: Mapping[str, Document]) -> Contents:
    for name in (LIVING, LINEAGE):
        if name not in documents:
            raise Unwise(_ALTERED, fields={name: "It is missing."})
    folders: dict[str, list[Document]] = {folder: [] for folder in _FOLDERS}
    for name, document in documents.items():
        folder = name.partition("/")[0]
        if folder in folders:
            folders[folder].append(document)
        elif name not in (LIVING, LINEAGE):
            raise Unwise(_ALTERED, fields={name: "No member has this name."})
    numbered = sorted(folders[VERSIONS], key=number)
    if not numbered:
        raise Unwise("The archive holds no version of its model.")
    return Contents(
        living=documents[LIVING],
        lineage=documents[LINEAGE],
        versions=tuple(numbered),
        actors=tuple(folders[ACTORS]),
        upstream=tuple(folders[UPSTREAM]),
        forks=tuple(folders[FORKS]),
        records=tuple(folders[RECORDS]),
        attestations=tuple(folders[ATTESTATIONS]),
    )


def number(version: Document) -> int:
    """The number of a version; 0 where it says none that could be."""
    said = version.get("versionNumber")
    is_number = isinstance(said, str) and said.isascii() and said.isdecimal() and len(said) <= 9
    return int(str(said)) if is_number else 0
