"""An archive proves what its author signed, and every kind of tampering is named."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from together.clock import Clock
from together.peer import Peer
from together.street import a_sheet

from activitypub.canonical_json import Document, Json, canonical, encode, parse
from activitypub.iris import Iri
from activitypub.multihash import digest
from actors.documents import archive, proving
from actors.documents.archive import Contents
from actors.documents.proving import Examination, Standing
from actors.errors import Unwise
from actors.rules import containers
from actors.site import Site, time_ordered_ids

NOTHING: Document = {"origin": None, "forks": [], "notes": {}}


@pytest.fixture(scope="module")
def site() -> Site:
    """A clock that stands still, for all tests here: making keys is what costs."""
    clock = Clock()
    return Site(origin=Iri("https://alpha.test"), now=clock, new_id=time_ordered_ids(clock))


@pytest.fixture(scope="module")
def ada(site: Site) -> Peer:
    """Whose model it is."""
    return Peer(site)


@pytest.fixture(scope="module")
def contents(site: Site, ada: Peer) -> Contents:
    """A model in three versions, and a fork of the second by somebody of another site."""
    bob = Peer(site, "https://other.test")
    told = [ada.model(a_sheet(text=f"Texte {n}."), number=n) for n in (1, 2, 3)]
    taken = told[1]
    of = (str(taken.iri), str(taken.version_iri), str(taken.version["digest"]))
    fork = bob.model(a_sheet("Officina"), slug="officina", fork_of=of)
    return Contents(
        living=told[-1].article,
        versions=tuple(one.version for one in told),
        actors=(ada.actor(), bob.actor()),
        forks=(fork.version,),
        lineage=NOTHING,
    )


def examined(site: Site, data: bytes) -> Examination:
    return proving.examine(archive.read(data), now=site.now())


def repacked(data: bytes, change: Callable[[dict[str, bytes]], object]) -> bytes:
    """The archive by somebody who mends every check sum of the container."""
    members = containers.unpack(data)
    change(members)
    return containers.pack(members)


def mended(data: bytes, change: Callable[[dict[str, bytes]], object]) -> bytes:
    """By somebody who mends the manifest too."""
    members = containers.unpack(data)
    change(members)
    listed: list[Json] = [
        {"name": name, "size": len(written), "digest": digest(written)}
        for name, written in sorted(members.items())
        if name != archive.MANIFEST
    ]
    manifest = parse(members[archive.MANIFEST]) | {"members": listed}
    return containers.pack(members | {archive.MANIFEST: canonical(manifest)})


def test_the_same_contents_make_the_same_bytes_and_come_out_again(
    site: Site, contents: Contents
) -> None:
    data = archive.write(contents)
    again = replace(contents, actors=contents.actors[::-1])
    assert archive.write(again) == data
    out = archive.read(data)
    assert out.members() == contents.members()
    found = examined(site, data)
    assert found.is_proven
    assert found.missing == ()
    assert {one.standing for one in found.versions} == {Standing.PROVEN}
    assert found.author == "https://peer.test/users/ada"


def test_every_member_that_is_altered_is_named(contents: Contents) -> None:
    data = archive.write(contents)
    for name in containers.unpack(data):
        if name == archive.MANIFEST:
            continue

        def alter(members: dict[str, bytes], name: str = name) -> None:
            members[name] = canonical(parse(members[name]) | {"more": 1})

        def reorder(members: dict[str, bytes], name: str = name) -> None:
            members[name] = encode(dict(reversed(parse(members[name]).items())))

        with pytest.raises(Unwise) as refused:
            archive.read(repacked(data, alter))
        assert refused.value.fields == {
            name: "It was altered: its digest is not the one in the manifest."
        }
        with pytest.raises(Unwise) as refused:
            archive.read(mended(data, reorder))
        assert "canonical" in refused.value.fields[name]

        def leave_out(members: dict[str, bytes], name: str = name) -> None:
            del members[name]

        with pytest.raises(Unwise) as refused:
            archive.read(repacked(data, leave_out))
        assert "missing" in refused.value.fields[name]
    with pytest.raises(Unwise) as refused:
        archive.read(repacked(data, lambda members: members.update({"extra.json": b"{}"})))
    assert "not listed" in refused.value.fields["extra.json"]


def test_a_manifest_that_is_altered_is_no_manifest(contents: Contents) -> None:
    data = archive.write(contents)
    changes: tuple[Document, ...] = (
        {"model": "https://evil.test/models/x"},
        {"more": 1},
        {"edition": 2},
        {"format": "x"},
        {"members": "none"},
        {"members": [{"name": "x"}]},
    )
    for change in changes:

        def alter(members: dict[str, bytes], change: Document = change) -> None:
            manifest = parse(members[archive.MANIFEST])
            members[archive.MANIFEST] = canonical(manifest | change)

        with pytest.raises(Unwise):
            archive.read(repacked(data, alter))
    with pytest.raises(Unwise, match="has no manifest"):
        archive.read(repacked(data, lambda members: members.pop(archive.MANIFEST)))


def test_who_mends_the_manifest_too_is_betrayed_by_the_proofs(
    site: Site, contents: Contents
) -> None:
    data = archive.write(contents)
    for name in ("versions/1.json", "versions/3.json", "model.json", "forks/1.json"):

        def alter(members: dict[str, bytes], name: str = name) -> None:
            members[name] = canonical(parse(members[name]) | {"summary": "Otherwise."})

        found = examined(site, mended(data, alter))
        assert not found.is_proven
        assert "proof does not hold" in found.faults[name]


def _text(version: Document) -> None:
    version["name"] = "Another title"
    version["nameMap"] = {"fr": "Another title"}


def _author(version: Document) -> None:
    version["attributedTo"] = "https://other.test/users/ada"


def _address(version: Document) -> None:
    version["id"] = "https://victim.test/models/atelier/versions/2"


def _model(version: Document) -> None:
    version["versionOf"] = "https://victim.test/models/atelier"


def _parent(version: Document) -> None:
    version["wasRevisionOf"] = "https://peer.test/models/atelier/versions/7"


def _no_proof(version: Document) -> None:
    del version["proof"]


def _two_proofs(version: Document) -> None:
    version["proof"] = [version["proof"], version["proof"]]


def _no_key(version: Document) -> None:
    version["proof"] = {**_proof(version), "verificationMethod": "https://peer.test/users/ada#x"}


def _key_of_another(version: Document) -> None:
    key = "https://other.test/users/ada#ed25519-key"
    version["proof"] = {**_proof(version), "verificationMethod": key}


def _later(version: Document) -> None:
    version["proof"] = {**_proof(version), "created": "2027-01-01T00:00:00Z"}


def _proof(version: Document) -> Document:
    proof = version["proof"]
    assert isinstance(proof, dict)
    return proof


@pytest.mark.parametrize(
    ("bend", "standing", "is_faulty"),
    [
        (_text, Standing.BROKEN, True),
        (_author, Standing.BROKEN, True),
        (_address, Standing.BROKEN, True),
        (_model, Standing.BROKEN, True),
        (_parent, Standing.BROKEN, True),
        (_no_proof, Standing.UNSIGNED, False),
        (_two_proofs, Standing.BROKEN, True),
        (_no_key, Standing.UNKNOWN_KEY, False),
        (_key_of_another, Standing.BROKEN, True),
        (_later, Standing.BROKEN, True),
    ],
)
def test_a_version_that_its_author_did_not_make_so_is_not_proven(
    site: Site,
    contents: Contents,
    bend: Callable[[Document], None],
    standing: Standing,
    is_faulty: bool,
) -> None:
    version = dict(contents.versions[1])
    bend(version)
    versions = (contents.versions[0], version, contents.versions[2])
    found = proving.examine(replace(contents, versions=versions), now=site.now())
    assert not found.is_proven
    assert [one.standing for one in found.versions] == [
        Standing.PROVEN,
        standing,
        Standing.PROVEN,
    ]
    assert ("versions/2.json" in found.faults) is is_faulty


def test_a_key_put_into_the_actors_document_proves_only_that_key(
    site: Site, contents: Contents
) -> None:
    forger = Peer(site)  # the same addresses, other keys
    forged = forger.model(a_sheet(text="Faux."), number=3)
    versions = (*contents.versions[:2], forged.version)
    found = proving.examine(replace(contents, versions=versions), now=site.now())
    assert "versions/3.json" in found.faults
    whole = replace(contents, versions=(forged.version,), actors=(forger.actor(),))
    found = proving.examine(replace(whole, living=forged.article), now=site.now())
    assert found.is_proven  # so its key is shown, and has to be compared
    assert {one.key for one in found.versions} != {
        one.key for one in proving.examine(contents, now=site.now()).versions
    }


@pytest.mark.parametrize("bend", [_address, _model, _author, _parent])
def test_not_even_its_author_can_sign_it_to_another_place(
    site: Site, ada: Peer, contents: Contents, bend: Callable[[Document], None]
) -> None:
    def bent(document: Document) -> Document:
        bend(document)
        return document

    version = ada.model(a_sheet(text="Texte 2."), number=2, bend_version=bent).version
    versions = (contents.versions[0], version, contents.versions[2])
    found = proving.examine(replace(contents, versions=versions), now=site.now())
    assert "versions/2.json" in found.faults


def test_versions_that_are_missing_are_counted_without_counting(
    site: Site, ada: Peer, contents: Contents
) -> None:
    last = ada.model(a_sheet(), number=999_999_999, updated=site.now()).version
    found = proving.examine(
        replace(contents, versions=(contents.versions[1], last)), now=site.now()
    )
    assert found.missing == ((1, 1), (3, 999_999_998))


@pytest.mark.parametrize("number", [None, 0, "0", "x", "1" * 10, [1], "²"])
def test_a_version_without_a_number_is_no_version(
    site: Site, contents: Contents, number: object
) -> None:
    version = dict(contents.versions[1]) | {"versionNumber": number}
    bent = replace(contents, versions=(contents.versions[0], version))  # type: ignore[arg-type]
    found = proving.examine(archive.read(archive.write(bent)), now=site.now())
    assert not found.is_proven
    assert found.faults


@pytest.mark.parametrize("living", [{}, {"id": 7, "type": "Article"}, {"type": ["x"], "id": "y"}])
def test_what_is_no_model_is_told_so(site: Site, contents: Contents, living: Document) -> None:
    data = archive.write(replace(contents, living=living))
    found = examined(site, data)
    assert found.faults[archive.LIVING]


def test_an_archive_without_versions_is_none(contents: Contents) -> None:
    with pytest.raises(Unwise, match="no version"):
        archive.read(archive.write(replace(contents, versions=())))
