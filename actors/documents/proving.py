"""Proving: what an archive, or one version, shows by itself about who made it.

A version is *proven* when its FEP-8b32 proof holds by a key of the organisation that the version
names as its author, and when its digest is that of its text. Where keys come from is the caller's:
out of the archive's own actor documents (then it remains to be told whose keys those are), or what
an instance has read at their owner's address.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import activitypub.vocabulary as ap
from activitypub import iris, reading
from activitypub.canonical_json import Document
from activitypub.errors import ProtocolError
from activitypub.iris import Iri
from activitypub.jsonld import reading_alike
from activitypub.proofs import eddsa_jcs
from activitypub.signatures.keys import PublicKey
from actors.documents import archive, model, replication
from actors.documents.archive import Contents
from actors.vocabulary import is_attestation, is_record


class Standing(StrEnum):
    """How much a document proves."""

    PROVEN = "proven"
    UNSIGNED = "unsigned"
    UNKNOWN_KEY = "unknown-key"
    BROKEN = "broken"


@dataclass(frozen=True)
class HeldBy:
    """A public key, and whose it is."""

    owner: Iri
    key: PublicKey


Keys = Mapping[Iri, HeldBy]
"""Public keys by their ids."""


@dataclass(frozen=True)
class Evidence:
    """What is known about one document.

    Attributes:
        member: its name in the archive.
        iri: its id, as it says itself.
        author: who made it, as it says itself.
        standing: whether that is proven.
        method: the id of the key that its proof names; None without a proof.
        key: that key as a Multikey, where it is known.
        created: when the proof was made, as its maker says.
        fault: what is wrong, in words; empty if nothing is.
    """

    member: str
    iri: str
    author: str
    standing: Standing
    method: Iri | None = None
    key: str | None = None
    created: str = ""
    fault: str = ""


@dataclass(frozen=True)
class Examination:
    """Everything that can be told of an archive without asking anybody.

    Attributes:
        model: the model's id.
        author: the organisation it belongs to.
        versions: the evidence for each of its versions, the oldest first.
        others: that for the living model, for actors, sources and forks.
        missing: first and last number of each row of versions that are not in the file, below the
            newest one that is.
        faults: what contradicts itself, by member.
    """

    model: str
    author: str
    versions: tuple[Evidence, ...]
    others: tuple[Evidence, ...]
    missing: tuple[tuple[int, int], ...]
    faults: Mapping[str, str]

    @property
    def is_proven(self) -> bool:
        """Nothing contradicts anything, and every version is proven."""
        return not self.faults and all(one.standing is Standing.PROVEN for one in self.versions)

    @property
    def methods(self) -> frozenset[Iri]:
        """The ids of all keys that were used for versions."""
        return frozenset(one.method for one in self.versions if one.method)


def examine(contents: Contents, *, now: datetime) -> Examination:
    """What an archive shows by the keys that lie in it."""
    keys = keys_in(contents.actors)
    members = contents.members()
    evidence = {
        name: weigh(document, keys, member=name, now=now)
        for name, document in members.items()
        if name != archive.LINEAGE
    }
    faults = {name: one.fault for name, one in evidence.items() if one.standing is Standing.BROKEN}
    for name, words in _contradictions(contents, members):
        faults.setdefault(name, words)
    living = evidence[archive.LIVING]
    return Examination(
        model=living.iri,
        author=living.author,
        versions=tuple(evidence[name] for name in _names(contents)),
        others=tuple(
            one for name, one in evidence.items() if not name.startswith(f"{archive.VERSIONS}/")
        ),
        missing=tuple(_gaps(contents)),
        faults=faults,
    )


def keys_in(documents: tuple[Document, ...]) -> dict[Iri, HeldBy]:
    """The keys that actors list in their own documents; what cannot be used is left out."""
    found: dict[Iri, HeldBy] = {}
    for document in documents:
        try:
            actor = reading.read_actor(document)
        except ProtocolError:
            continue
        for listed in actor.assertion_methods:
            if actor.id is None or listed.owner != actor.id or listed.multibase is None:
                continue
            try:
                found.setdefault(
                    listed.id, HeldBy(actor.id, PublicKey.from_multikey(listed.multibase))
                )
            except ProtocolError:
                continue
    return found


def weigh(document: Document, keys: Keys, *, member: str = "", now: datetime) -> Evidence:
    """Whether a document is proven by one of these keys."""
    iri = str(document.get("id") or "")
    author = _author(document)
    try:
        method = eddsa_jcs.method(document)
    except ProtocolError as fault:
        return Evidence(member, iri, author, Standing.BROKEN, fault=_sentence(fault))
    if method is None:
        return Evidence(member, iri, author, Standing.UNSIGNED)
    held = keys.get(method)
    if held is None:
        return Evidence(member, iri, author, Standing.UNKNOWN_KEY, method)
    standing, fault_words = Standing.PROVEN, ""
    try:
        reading_alike.check(document)
        eddsa_jcs.verify(document, held.key, method_owner=held.owner, now=now)
    except ProtocolError as fault:
        standing, fault_words = Standing.BROKEN, f"Its proof does not hold: {fault.reason}."
    return Evidence(
        member,
        iri,
        author,
        standing,
        method,
        held.key.multikey(),
        _created(document),
        fault_words,
    )


def by_these(document: Document, evidence: Evidence, keys: Keys, *, now: datetime) -> Standing:
    """How much it proves by these keys, when its evidence by those in the archive is known.

    Where they are the same keys, nothing is computed again.
    """
    held = keys.get(evidence.method) if evidence.method is not None else None
    if evidence.standing is not Standing.PROVEN or held is None:
        return weigh(document, keys, now=now).standing
    is_same = (held.key.multikey(), held.owner) == (evidence.key, evidence.author)
    return Standing.PROVEN if is_same else Standing.BROKEN


def _contradictions(
    contents: Contents, members: Mapping[str, Document]
) -> Iterator[tuple[str, str]]:
    """What a document says that another one, or its own text, does not bear out."""
    article = _read(contents.living)
    if article is None or article.id is None or len(article.attributed_to) != 1:
        yield archive.LIVING, "It is no model that can be understood."
        return
    for name in (one for one in members if one.startswith(f"{archive.VERSIONS}/")):
        if words := _wrong_version(members[name], article):
            yield name, words
    newest = members[_names(contents)[-1]].get("id")
    if contents.living.get("currentVersion", newest) != newest:
        yield archive.LIVING, "It is at another version than the newest one in the file."
    yield from _wrong_chain(contents)
    for folder in (archive.UPSTREAM, archive.FORKS):
        for name in (one for one in members if one.startswith(f"{folder}/")):
            if words := _wrong_text(members[name]):
                yield name, words
    yield from _wrong_practice(members)


def _wrong_practice(members: Mapping[str, Document]) -> Iterator[tuple[str, str]]:
    """Records of practice that cannot be read, and statements about none that is in the file."""
    known: set[str] = set()
    for name in (one for one in members if one.startswith(f"{archive.RECORDS}/")):
        thing = _read(members[name])
        try:
            if thing is None or not is_record(thing) or len(thing.attributed_to) != 1:
                yield name, "It is no record of practice."
                continue
            replication.read(thing)
            known.add(str(thing.id))
        except ProtocolError as fault:
            yield name, f"It cannot be: {fault.reason}."
    for name in (one for one in members if one.startswith(f"{archive.ATTESTATIONS}/")):
        thing = _read(members[name])
        try:
            is_one = thing is not None and is_attestation(thing)
            if thing is None or not is_one or len(thing.attributed_to) != 1:
                yield name, "It is nothing that is said of a record."
            elif replication.read_attestation(thing).record not in known:
                yield name, "The record that it is about is not in the file."
        except ProtocolError as fault:
            yield name, f"It cannot be: {fault.reason}."


def _wrong_version(document: Document, article: ap.Object) -> str | None:
    words = _wrong_text(document)
    thing = _read(document)
    if words is None and thing is not None and not model.belongs_together(article, thing):
        words = "It is not a version of this model by its author."
    return words


def _wrong_text(document: Document) -> str | None:
    """What is wrong with what a version says of its own text."""
    thing = _read(document)
    try:
        if thing is None:
            return "It is no version of a model."
        says = model.read(thing)
        of = iris.parse(thing.extra.get("versionOf"))
    except ProtocolError as fault:
        return f"It cannot be: {fault.reason}."
    if thing.id != f"{of}/versions/{says.number}" or len(thing.attributed_to) != 1:
        return "It does not stand at the address of a version of its model."
    if not iris.same_origin(of, thing.attributed_to[0]):
        return "Its author is of another site than the model."
    return None


def _wrong_chain(contents: Contents) -> Iterator[tuple[str, str]]:
    """Each version names the one before it, where that is in the file."""
    by_number = {archive.number(one): one for one in contents.versions}
    for number, document in by_number.items():
        before = by_number.get(number - 1)
        if before is not None and document.get("wasRevisionOf") != before.get("id"):
            name = f"{archive.VERSIONS}/{number}.json"
            yield name, f"It does not follow version {number - 1} that is in the file."


def _gaps(contents: Contents) -> Iterator[tuple[int, int]]:
    expected = 1
    for number in map(archive.number, contents.versions):
        if number > expected:
            yield expected, number - 1
        expected = number + 1


def _names(contents: Contents) -> list[str]:
    """The members that are versions, the oldest first."""
    return [f"{archive.VERSIONS}/{archive.number(one)}.json" for one in contents.versions]


def _read(document: Document) -> ap.Object | None:
    try:
        return reading.read(document)
    except ProtocolError:
        return None


def _author(document: Document) -> str:
    said = document.get("attributedTo", document.get("id"))
    return said if isinstance(said, str) else ""


def _created(document: Document) -> str:
    proof = document.get("proof")
    said = proof.get("created") if isinstance(proof, dict) else None
    return said[:40] if isinstance(said, str) else ""


def _sentence(fault: ProtocolError) -> str:
    return f"{fault.reason[:1].upper()}{fault.reason[1:]}."
