"""`essaim archive`: a model as one file; what such a file proves; and back from it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final

from cyclopts import Parameter

from activitypub.canonical_json import Json
from activitypub.multihash import digest
from actors.documents import archive, proving
from actors.documents.proving import Evidence, Examination, Standing
from actors.errors import Unwise
from actors.files import Files
from actors.rules.containers import MOST_BYTES
from actors.tables.model import Model
from actors.verbs.reclaiming import Restored, Trust
from actors.verbs.restoring import Word
from federation import archives
from federation.application import utc_now
from federation.archives import Archivist
from federation.commands.instance import Instance, opened
from federation.commands.output import PLAIN, Failed, Output

CANNOT_PROVE: Final = (
    "Whose these keys are: compare them with those at their owner's address, or with what its"
    " owner tells you by other means.",
    "Whether the keys were still valid: a stolen key signs as well as its owner.",
    "When it was signed: the times are those that the signer has written.",
    "Whether anything was left out, or has been said, corrected or deleted since.",
    "What lineage.json says: it is the word of whoever made the file.",
)
"""What no file can prove alone."""

_STANDINGS: Final = {
    Standing.PROVEN: "signed by its author",
    Standing.UNSIGNED: "carries no proof: nothing says who made it",
    Standing.UNKNOWN_KEY: "is signed with a key that is not in the archive",
    Standing.BROKEN: "has a proof that does not hold",
}

_TRUSTS: Final = {
    Trust.KEYS: "believed by keys that were read at their owner's own address",
    Trust.OPERATOR: "believed by the keys that you named",
    Trust.OURS: "ours by our own keys",
    Trust.WORD: "ours by your word, and signed anew",
}


async def make(
    directory: Path, address: str, /, *, file: Path | None = None, output: Output = PLAIN
) -> None:
    """Write everything that is known here of a model into one file.

    Args:
        directory: The instance.
        address: The address of the model, ours or anybody's; what is not known is read first.
        file: Where to write it; by default into this directory, by its name.
        output: How to answer.
    """
    async with opened(directory) as instance:
        found = await instance.lookup.resolve(address)
        if not isinstance(found, Model):
            raise Failed(f"There is no model at {address}.")
        data = await _archivist(instance).make(found.id)
    path = file or Path(archives.of(found))
    if path.exists():
        raise Failed(f"{path} is there already; name another file with --file.")
    path.write_bytes(data)
    fingerprint = digest(data)
    output.say(
        f"{found.name} is in {path}: {len(data)} bytes, {fingerprint}.",
        {"file": str(path), "bytes": len(data), "digest": fingerprint, "model": found.iri},
    )


async def verify(
    file: Path,
    /,
    *,
    key: Annotated[tuple[str, ...], Parameter(negative=())] = (),
    output: Output = PLAIN,
) -> None:
    """Say what an archive proves by itself: no network, no instance, nothing is changed.

    The exit code is 0 when every version in it is proven by its author's key, and 1 otherwise.

    Args:
        file: The archive.
        key: A key (z6Mk…) that you know to be the author's; only such keys count then.
        output: How to answer.
    """
    data = _read(file)
    fingerprint = digest(data)
    try:
        contents = archive.read(data)
    except Unwise as refusal:
        output.say(
            "\n".join([f"{file}: damaged or altered.", *_faults(refusal.fields)]),
            {
                "file": str(file),
                "isWhole": False,
                "isProven": False,
                "faults": dict(refusal.fields),
            },
        )
        raise
    found = proving.examine(contents, now=utc_now())
    strange = sorted({one.key for one in found.versions if one.key} - set(key)) if key else []
    output.say(_told(found, fingerprint), _as_json(file, found, fingerprint))
    if strange:
        raise Failed(f"Signed with a key that you did not name: {', '.join(strange)}.")
    if not found.is_proven:
        raise Failed("Not every version in this archive is proven.")


async def restore(
    directory: Path,
    file: Path,
    /,
    *,
    key: Annotated[tuple[str, ...], Parameter(negative=())] = (),
    ours: Annotated[bool, Parameter(negative=())] = False,
    output: Output = PLAIN,
) -> None:
    """Remember here what an archive holds, as its authors': nothing is announced.

    Args:
        directory: The instance.
        file: The archive.
        key: A key (z6Mk…) in it that you have compared with its owner's by other means, for an
            author whose site does not answer any more.
        ours: What names an organisation of this instance as its author is ours, though it is not
            signed with our keys; our present keys sign it anew.
        output: How to answer.
    """
    data = _read(file)
    async with opened(directory) as instance:
        done = await _archivist(instance).restore(data, word=Word(frozenset(key), is_ours=ours))
    lines = [_restored(done), *(f"  left out: {name}: {why}" for name, why in done.left.items())]
    output.say(
        "\n".join(lines),
        {
            "id": str(done.model.id),
            "iri": done.model.iri,
            "trust": done.trust.value,
            "versions": done.versions,
            "others": done.others,
            "left": dict(done.left),
        },
    )


def _archivist(instance: Instance) -> Archivist:
    settings = instance.settings
    files = Files(settings.media_directory)
    room = settings.media.room
    return Archivist(instance.database, instance.site, instance.lookup, files, room)


def _read(file: Path) -> bytes:
    """A file of a size that an archive can have; one byte more shows that it is none."""
    with file.open("rb") as source:
        return source.read(MOST_BYTES + 1)


def _restored(done: Restored) -> str:
    if not done.versions and not done.others:
        return f"Everything in it is known here: {done.model.iri}. Nothing was changed."
    return (
        f"{done.model.name} ({done.model.iri}): {done.versions} versions are new here,"
        f" {_TRUSTS[done.trust]}; {done.others} of its sources and forks."
    )


def _told(found: Examination, fingerprint: str) -> str:
    """The examination in words."""
    lines = [f"Model: {found.model}", f"Author: {found.author}", f"Archive: {fingerprint}", ""]
    lines += ["What it proves:" if found.is_proven else "What it holds:"]
    lines += [f"  {_line(one)}" for one in found.versions]
    folders = ("upstream", "forks", "records", "attestations")
    others = [one for one in found.others if one.member.startswith(folders)]
    lines += [f"  {one.iri} by {one.author}: {_STANDINGS[one.standing]}" for one in others]
    if found.missing:
        rows = (str(one) if one == two else f"{one} to {two}" for one, two in found.missing)
        lines.append(f"  Not in this file: version {', '.join(rows)}.")
    if found.faults:
        lines += ["", "What contradicts itself:", *_faults(found.faults)]
    keys = sorted({one.key for one in found.versions if one.key})
    lines += ["", "Keys used:", *(f"  {one}" for one in keys or ["none"])]
    return "\n".join([*lines, "", "What it cannot prove:", *(f"  {one}" for one in CANNOT_PROVE)])


def _line(one: Evidence) -> str:
    when = f", {one.created}" if one.standing is Standing.PROVEN and one.created else ""
    by = f" with {one.method}" if one.method else ""
    return f"{one.member}: {_STANDINGS[one.standing]}{by}{when}"


def _faults(fields: Mapping[str, str]) -> list[str]:
    return [f"  {name}: {words}" for name, words in fields.items()]


def _as_json(file: Path, found: Examination, fingerprint: str) -> dict[str, Json]:
    return {
        "file": str(file),
        "digest": fingerprint,
        "model": found.model,
        "author": found.author,
        "isWhole": True,
        "isProven": found.is_proven,
        "versions": [_evidence(one) for one in found.versions],
        "others": [_evidence(one) for one in found.others],
        "missing": [list(one) for one in found.missing],
        "faults": dict(found.faults),
        "cannotProve": list(CANNOT_PROVE),
    }


def _evidence(one: Evidence) -> Json:
    return {
        "member": one.member,
        "iri": one.iri,
        "author": one.author,
        "standing": one.standing.value,
        "method": one.method,
        "key": one.key,
        "created": one.created or None,
        "fault": one.fault or None,
    }
