"""Archives: a model as one file, and back: for pages, programs and operators alike.

Reading, packing and weighing proofs costs up to seconds for a large file, so it happens in a
thread, one archive at a time; who comes meanwhile waits. Before something is restored, its author's
site is asked: what it answers counts more than a file.
"""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Final

import activitypub.vocabulary as ap
from activitypub import iris, reading
from activitypub.canonical_json import Document, canonical, parse
from activitypub.errors import ProtocolError
from activitypub.iris import Iri
from activitypub.signatures.keys import PublicKey
from actors.database import Database
from actors.documents import archive, pieces, proving
from actors.documents.archive import Contents
from actors.documents.pieces import Brought, Piece
from actors.documents.proving import Evidence, HeldBy, Keys
from actors.errors import Conflicting, Gone, NotFound, Refusal
from actors.files import Files
from actors.rules.containers import MOST_BYTES
from actors.rules.pictures import Room
from actors.site import Site
from actors.tables.actor import Actor
from actors.tables.kin import Witness
from actors.tables.model import Model
from actors.tables.restoration import Restoration
from actors.tables.revision import Revision
from actors.verbs import archiving, attesting, picturing, recalling, restoring, safeguarding
from actors.verbs.reclaiming import Restored
from actors.verbs.restoring import NO_WORD, Word
from actors.views import history, origins, restorations
from federation.errors import Refused, TransportError
from federation.lookup import Lookup

MEDIA_TYPE: Final = "application/zip"

FOR_LISTS: Final = 2 * 1024 * 1024
"""Bytes kept free in an archive for its manifest and the lists of a container: some 400 for each of
5,000 members."""

MOST_ASKED: Final = 20
"""Authors whose sites are asked because of one archive: the same budget as one activity has."""

GONE: Final = 410


@dataclass(frozen=True)
class Proofs:
    """What is known about the versions of a model.

    Attributes:
        host: the site of its author.
        silent_since: see `actors.views.origins`.
        versions: number and evidence, the newest first.
        restorations: the archives from which something of it came here.
    """

    host: str
    silent_since: datetime | None
    versions: list[tuple[int, Evidence]]
    restorations: list[Restoration]


class Archivist:
    """Makes archives, and restores from them. No method may be called in a transaction.

    Args:
        database: what is remembered.
        site: our origin and clock.
        lookup: asks authors' sites.
        files: where pictures and documents lie.
        room: how many bytes there is room for.
    """

    def __init__(
        self, database: Database, site: Site, lookup: Lookup, files: Files, room: Room
    ) -> None:
        self._files = files
        self._room = room
        self._database = database
        self._site = site
        self._lookup = lookup
        self._turn = asyncio.Semaphore()

    async def make(self, model_id: int, most: int = MOST_BYTES) -> bytes:
        """The archive of a model, ours or a mirror.

        Args:
            model_id: which one.
            most: bytes that whoever asks can take.

        Raises:
            NotFound, Gone: there is none, or no longer.
            Unwise: it says more than an archive holds.
        """
        async with self._turn:
            async with self._database.read() as session:
                model = await history.model_by_id(session, model_id)
                if model is None:
                    raise NotFound("There is no such model here.")
                if model.deleted_at is not None:
                    raise Gone("This model was deleted.")
                gathered = await archiving.gather(session, model, most)
            return await asyncio.to_thread(lambda: _written(gathered.contents(), self._files, most))

    async def restore(
        self, data: bytes, *, by: Actor | None = None, word: Word = NO_WORD
    ) -> Restored:
        """Remember what an archive holds; see `actors.verbs.restoring`.

        Args:
            data: the file.
            by: the organisation that brings it; None for an operator.
            word: what the operator says of it.

        Raises:
            Refusal: it is damaged, not proven, or contradicts what is known; or its author deleted
                the model.
            Unsafe: it is of a host that this instance has nothing to do with.
        """
        async with self._turn:
            read = partial(pieces.brought, data, now=self._site.now())
            brought = await asyncio.to_thread(read)
        await self._ask(brought)
        async with self._database.begin() as session:
            done = await restoring.restore(session, self._site, brought, by=by, word=word)
            held = brought.contents
            practice = map(reading.read, held.records), map(reading.read, held.attestations)
            await attesting.bring_back(session, self._site, *map(list, practice))
        if held.files:
            await asyncio.to_thread(self._lay, held.files.values())
            async with self._database.begin() as session:
                if done.model.is_ours:
                    await picturing.bring_back(session, self._site, done.model, held)
                await safeguarding.bring_back(session, self._site, done.model, held, self._room)
        return done

    def _lay(self, files: Iterable[bytes]) -> None:
        """Lay files where they are looked for; their bytes are what their names say."""
        for data in files:
            self._files.put(data)

    async def evidence(self, model_id: int) -> Proofs:
        """What each version of a model proves, by the keys that we know to be its author's.

        Raises:
            NotFound: there is no such model.
        """
        async with self._turn:
            async with self._database.read() as session:
                model = await history.model_by_id(session, model_id)
                if model is None:
                    raise NotFound("There is no such model here.")
                author = await history.author(session, model)
                origin = await origins.of(session, author)
                restored = await restorations.of(session, model)
                keys = await recalling.keys_of(session, author)
                revisions = await history.revisions(session, model)
            weigh = partial(_all_weighed, revisions, keys, self._site.now())
            found = await asyncio.to_thread(weigh)
        since = None if origin is None else origin.silent_since
        return Proofs(author.host, since, found, restored)

    async def _ask(self, brought: Brought) -> None:
        """Ask the sites of its authors for what we do not know: keys, and whether it is still so.

        Who does not answer is not waited for: the archive may be all that is left.
        """
        main, ours = brought.main, iris.host(self._site.origin)
        if iris.host(main.author) != ours:
            await self._lookup.check_dealings(main.author)
            await self._check_still_so(main.model, main.author)
        asked = {main.author: main}
        for piece in brought.others:
            asked.setdefault(piece.author, piece)
        theirs = [one for author, one in asked.items() if iris.host(author) != ours]
        await asyncio.gather(*(self._know(one) for one in theirs[:MOST_ASKED]))
        held = brought.contents
        signers = {str(one.get("attributedTo")): one for one in held.records + held.attestations}
        others = [one for author, one in signers.items() if author not in asked]
        await asyncio.gather(*(self._know_signer(one) for one in others[:MOST_ASKED]))

    async def _know_signer(self, document: Document) -> None:
        """Learn whose record or statement this is, and the key of its proof, if one answers."""
        try:
            thing = reading.read(document)
            if iris.host(thing.attributed_to[0]) != iris.host(self._site.origin):
                await self._lookup.actor(thing.attributed_to[0])
                await self._lookup.know_prover(thing)
        except (Refusal, TransportError, ProtocolError):
            return

    async def _check_still_so(self, model: Iri, author: Iri) -> None:
        """What the model's own address says now.

        Raises:
            Gone: its organisation has deleted it. Conflicting: it is somebody else's there.
        """
        try:
            thing = await self._lookup.fresh(model)
        except Refused as refused:
            if refused.status == GONE:
                raise Gone("Its organisation has deleted this model.") from refused
            return
        except (TransportError, ProtocolError):
            return
        if isinstance(thing, ap.Tombstone):
            raise Gone("Its organisation has deleted this model.")
        if thing.attributed_to != (author,):
            raise Conflicting("At its own address this model belongs to somebody else.")

    async def _know(self, piece: Piece) -> None:
        """Learn an author and the keys of these versions, where the site answers."""
        try:
            await self._lookup.actor(piece.author)
            by_key = {one.evidence.method: one.thing for one in piece.versions}
            for thing in by_key.values():
                await self._lookup.know_prover(thing)
        except (Refusal, TransportError, ProtocolError):
            return


def _written(contents: Contents, files: Files, most: int) -> bytes:
    """The archive, with as many of the files that it shows as have room, the newest first."""
    found: dict[str, bytes] = {}
    room = most - sum(map(len, map(canonical, contents.members().values()))) - FOR_LISTS
    for name, digest in archive.shown(contents.versions, contents.records).items():
        path = files.path(digest)
        try:
            if path.stat().st_size <= room:
                found[name] = path.read_bytes()
                room -= len(found[name])
        except OSError:
            continue  # of another server, or lost here: the version still says what it was
    return archive.write(replace(contents, files=found))


def of(model: Model) -> str:
    """What the file of a model is called."""
    return f"{model.slug or model.id}.essaim.zip"


def weighed(revision: Revision, keys: Keys, now: datetime) -> Evidence:
    """What a version that we remember proves by these keys."""
    return proving.weigh(parse(revision.document), keys, now=now)


def standings(
    versions: Iterable[tuple[Revision, Witness | None]], keys: Keys, now: datetime
) -> dict[int, str]:
    """What kept versions prove, by the key each was signed with; by row.

    That key is the one that was kept with the version; else one that its author has now.
    """
    found: dict[int, str] = {}
    for revision, seen in versions:
        own = dict(keys)
        if seen is not None:
            public = PublicKey.from_multikey(seen.public)
            own[Iri(seen.method)] = HeldBy(Iri(seen.owner_iri), public)
        found[revision.id] = str(weighed(revision, own, now).standing)
    return found


def _all_weighed(
    revisions: list[Revision], keys: Keys, now: datetime
) -> list[tuple[int, Evidence]]:
    return [(one.number, weighed(one, keys, now)) for one in revisions]
