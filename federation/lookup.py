"""Lookup: a handle or an address → something remembered, asking the network if it must.

Network first, transaction second: everything is fetched before one short transaction remembers it.
What lives on our own host is answered from the database and never fetched. A document is believed
as what its own address says; whom a key speaks for is told by the owner's own document, never by
the key's (Akkoma 2025.03: key-user poisoning).

Keys that could not be had are remembered too, for a while: see `misses`.
"""

import asyncio
from dataclasses import replace
from typing import Final
from weakref import WeakValueDictionary

import structlog

import activitypub.vocabulary as ap
from activitypub import addressing, canonical_json, handles, iris, reading
from activitypub.canonical_json import Document
from activitypub.errors import Malformed, NotAuthentic, NotAuthoritative, ProtocolError
from activitypub.handles import Handle
from activitypub.iris import Iri
from activitypub.proofs import eddsa_jcs
from activitypub.signatures.keys import PublicKey
from activitypub.vocabulary.actors import PublicKeyDocument
from actors import places
from actors.database import Database, Session
from actors.errors import Gone, NotFound, Unwise
from actors.mail import hosts, keyring
from actors.site import Site, id_in
from actors.tables.actor import Actor
from actors.tables.model import Model
from actors.tables.remark import Remark
from actors.verbs import conversing, forking, mirroring
from actors.views import history, profiles, timelines
from actors.vocabulary import is_model
from federation import kept
from federation.errors import TransportError
from federation.kept import Kept, Number
from federation.misses import Misses
from federation.newcomers import Newcomers
from federation.transport import discovering
from federation.transport.client import Client, not_even_tried, refused
from federation.transport.fetching import Fetcher

_NOTHING_TO_READ: Final = (ap.Activity, ap.Collection, ap.QuoteAuthorization, ap.Tombstone)


KEYS_KEPT: Final = 4096
"""Public keys at hand, with whom they speak for: more than speak at one time, some 20 MB."""

HOSTS_KEPT: Final = 4096
"""Hosts of which we know at once that nobody has blocked them."""

KEYS_AT_ONCE: Final = 4
"""Unknown keys of one host that are read at the same time; the next ones wait."""

_log = structlog.stdlib.get_logger("federation.lookup")


class Lookup:
    """Finds things, here first and on the network second.

    No method may be called while a transaction is open.

    Args:
        client: opens the connections.
        fetcher: reads documents in the name of this instance.
        database: what is remembered.
        site: our origin and clock.
        keys: stands for what the database says of keys, their owners and blocked hosts.
    """

    def __init__(
        self,
        client: Client,
        fetcher: Fetcher,
        database: Database,
        site: Site,
        *,
        keys: Number = kept.unknown,
    ) -> None:
        self._client = client
        self._fetcher = fetcher
        self._database = database
        self._site = site
        self._keys: Kept[Iri, tuple[PublicKey, Actor]] = Kept(keys, KEYS_KEPT)
        self._open_hosts: Kept[str, str] = Kept(keys, HOSTS_KEPT)
        self._misses = Misses(site.now)
        self._newcomers = Newcomers(site.now)
        self._flights: WeakValueDictionary[Iri, asyncio.Lock] = WeakValueDictionary()
        self._key_readers: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()

    async def key(self, key_id: Iri) -> tuple[PublicKey, Actor]:
        """The public key with this id, and the actor it speaks for; both are remembered then.

        Raises:
            KeyGone: its address answers 404 or 410.
            NotAuthentic: it is on our own host, or not to be had, too weak, or not listed by its
                owner.
            Unreachable: its server has a temporary trouble, or too many of its keys
                could not be read or were new here.
        """
        if self._is_ours(key_id):
            raise NotAuthentic("that key is this server's own", code="key-url")
        if (at_hand := self._keys.get(key_id)) is not None:
            return at_hand
        async with self._flights.setdefault(iris.without_fragment(key_id), asyncio.Lock()):
            as_of = self._keys.number()
            async with self._database.read() as session:
                known = await keyring.known(session, key_id)
            if known is not None:
                found = keyring.public_key(known[0]), known[1]
                self._keys.keep(key_id, found, as_of=as_of)
                return found
            queue = self._key_readers.setdefault(iris.host(key_id), asyncio.Semaphore(KEYS_AT_ONCE))
            async with queue:  # so that a burst finds out what its first ones have found out
                if (unsafe := self._misses.unsafe(key_id)) is not None:
                    refused(unsafe, url=key_id, purpose="key")
                self._misses.check(key_id)
                await self._admit(key_id)
                try:
                    return await self._learn_key(key_id)
                except (ProtocolError, TransportError) as error:
                    raise self._misses.note(key_id, error) from error

    async def is_blocked(self, host: str) -> bool:
        """Whether this instance blocks the host, or one that it is below."""
        if self._open_hosts.get(host):
            return False
        as_of = self._open_hosts.number()
        async with self._database.read() as session:
            is_blocked = await hosts.is_blocked(session, host)
        if not is_blocked:
            self._open_hosts.keep(host, host, as_of=as_of)
        return is_blocked

    async def refetched_key(self, key_id: Iri) -> tuple[PublicKey, Actor] | None:
        """The key as its owner shows it now, for when a signature does not fit the remembered one.

        What else its owner's document says is remembered only together with another key: a forgery
        changes nothing here. A key that was changed is a line in the log.

        Returns:
            None when it was read again lately, cannot be read, or is what we have.
        """
        if self._is_ours(key_id) or not self._misses.may_refetch(key_id):
            return None
        async with self._database.read() as session:
            known = await keyring.known(session, key_id)
        try:
            owner, listed = await self._listed_key(key_id)
            if known is not None and keyring.public_key(known[0]) == keyring.usable(listed):
                return None
            found = await self._remember_key(owner, listed)
        except (ProtocolError, TransportError):
            return None
        _log.info("key.changed", peer=iris.host(key_id), key=key_id)
        return found

    async def know_prover(self, thing: ap.Object) -> None:
        """Learn the key that the thing's proof names, if its owner has it since we last looked.

        Whether the proof holds is judged where the thing is believed, not here.

        Raises:
            Unreachable: the key cannot be read at present.
        """
        try:
            method = eddsa_jcs.method(thing.document)
            if method is None or thing.id is None or not iris.same_origin(method, thing.id):
                return
            await self.key(method)
        except ProtocolError:
            return

    async def actor(self, iri: Iri) -> Actor:
        """The actor at this address, remembered.

        Raises:
            NotFound: the address is ours, and nobody lives there.
            Gone: the actor was deleted.
            Unreachable: too many of that host are new here.
            TransportError, ProtocolError: it cannot be read, or is no actor.
        """
        async with self._database.read() as session:
            known = await profiles.by_iri(session, iri)
        if known is not None:
            return _living(known)
        if self._is_ours(iri):
            raise NotFound("there is nobody at that address")
        await self._admit(iri)
        fetched = await self._fetcher.document(iri, purpose="actor")
        return await self._remember_actor(reading.read_actor(fetched.document))

    async def by_address(self, handle: Handle) -> Actor:
        """The actor behind `name@host`, remembered.

        Raises:
            NotFound: nobody has that name, here or there.
            Gone: the actor was deleted.
            TransportError, ProtocolError: the host does not say, or the actor cannot be read.
        """
        is_ours = handle.host == iris.host(self._site.origin)
        async with self._database.read() as session:
            known = (
                await profiles.by_handle(session, handle.name)
                if is_ours
                else await profiles.by_address(session, handle.name, handle.host)
            )
        if known is not None:
            return _living(known)
        if is_ours:
            raise NotFound("nobody here has that name")
        found = await self.actor(await discovering.webfinger(self._client, handle))
        if found.handle.lower() != handle.name.lower():
            # The host may point anywhere; whoever lives there must agree to the name.
            raise NotFound(f"nobody goes by the name {handle}")
        return found

    async def object(self, iri: Iri) -> ap.Object:
        """The object at this address: what we remember, otherwise what its origin says.

        Nothing is remembered by the way.

        Raises:
            NotFound: the address is ours, and there is nothing.
            NotAuthoritative: it says that somebody of another origin made it.
            TransportError, ProtocolError: it cannot be read.
        """
        async with self._database.read() as session:
            stored = await _stored(session, iri)
        if stored:
            return reading.read(canonical_json.parse(stored))
        if self._is_ours(iri):
            raise NotFound("there is nothing at that address")
        return await self._fetch(iri)

    async def check_dealings(self, iri: Iri) -> None:
        """Refuse an address on a host that the operator has nothing to do with.

        Raises:
            Unsafe: the host is blocked, or none of those that this instance deals with.
        """
        if not self._is_ours(iri):
            await self._client.check_dealings(iris.host(iri))

    async def newest(self, iri: Iri) -> ap.Object:
        """The object at this address as its origin says it now: ours from what we remember.

        Raises:
            NotFound: the address is ours, and there is nothing.
            NotAuthoritative: it says that somebody of another origin made it.
            TransportError, ProtocolError: it cannot be read.
        """
        return await (self.object(iri) if self._is_ours(iri) else self._fetch(iri))

    async def fresh(self, iri: Iri) -> ap.Object:
        """The object at this address as its origin says it now; nothing is remembered by the way.

        Raises:
            NotFound: the address is ours.
            NotAuthoritative: it says that somebody of another origin made it.
            TransportError, ProtocolError: it cannot be read.
        """
        if self._is_ours(iri):
            raise NotFound("that address is this server's own")
        return await self._fetch(iri)

    async def resolve(self, text: str) -> Actor | Model | Remark:
        """Whatever a person pasted: a handle, or an address of an actor, a model or a note.

        The address of a page of one will do.
        What is found is remembered. A thing of another server is read anew, so that a fork starts
        from its newest version; when its server cannot be reached, what we remember is the answer.

        Raises:
            Unwise: it is neither a handle nor an address, or there is something else at that
                address.
            NotFound, Gone: there is nothing, or nothing any more.
            TransportError, ProtocolError: it cannot be read.
        """
        text = text.strip()
        if not text.lower().startswith(("https://", "http://")):
            try:
                return await self.by_address(handles.parse(text))
            except Malformed as error:
                if ":" in text or text.startswith(("//", "@")):
                    not_even_tried(text, purpose="object")
                raise Unwise(
                    "That is neither a handle such as @name@host nor an address."
                ) from error
        try:
            iri = iris.parse(text)
        except Malformed:
            not_even_tried(text, purpose="object")
            raise
        async with self._database.read() as session:
            known = await _remembered(session, self._site, iri)
        if self._is_ours(iri):
            if known is None:
                raise NotFound("there is nothing at that address")
            return known
        try:
            return await self.mirror(await self._fetch(iri))
        except TransportError as error:
            if known is None or not error.temporary:
                raise
            return known

    def _is_ours(self, iri: Iri) -> bool:
        return iris.host(iri) == iris.host(self._site.origin)

    async def _admit(self, iri: Iri) -> None:
        """Somebody whom nobody here knows: is there room for one more of that host?"""
        host = iris.host(iri)
        async with self._database.read() as session:
            is_known = await profiles.knows_host(session, host)
        self._newcomers.admit(host, is_known=is_known)

    async def _admit_if_new(self, actor: ap.Actor) -> None:
        if actor.id is None:
            return
        async with self._database.read() as session:
            known = await profiles.by_iri(session, actor.id)
        if known is None:
            await self._admit(actor.id)

    async def _learn_key(self, key_id: Iri) -> tuple[PublicKey, Actor]:
        return await self._remember_key(*await self._listed_key(key_id))

    async def _listed_key(self, key_id: Iri) -> tuple[ap.Actor, PublicKeyDocument]:
        """The owner's own document, and the key as it is listed there."""
        owner, shown = await self._owner_of_key(key_id)
        listed = next((one for one in owner.keys if one.id == key_id), None)
        if listed is None and key_id in owner.keys_elsewhere:
            listed = shown
        if listed is None or listed.owner != owner.id:
            raise NotAuthentic("its owner does not list that key", code="key-owner")
        return owner, listed

    async def _remember_key(
        self, owner: ap.Actor, listed: PublicKeyDocument
    ) -> tuple[PublicKey, Actor]:
        key = keyring.usable(listed)
        async with self._database.begin() as session:
            actor = await mirroring.remember_actor(session, self._site, owner, shown=listed)
            known = await keyring.known(session, listed.id)
        if known is None or known[1].id != actor.id:
            raise NotAuthentic("that key is somebody else's", code="key-owner")
        self._misses.forget(listed.id)
        return key, actor

    async def _owner_of_key(self, key_id: Iri) -> tuple[ap.Actor, PublicKeyDocument]:
        """The owner's own document, and the key as it is shown at its own address.

        What is found there may be the owner, a stub of it (GoToSocial serves one at `…/main-key`),
        or the key alone.
        """
        found = await self._fetcher.document(key_id, purpose="key")
        shown = next((one for one in reading.read_keys(found.document) if one.id == key_id), None)
        if shown is None or not iris.same_origin(shown.owner, key_id):
            raise NotAuthentic("that key names no owner on its own server", code="key-owner")
        if found.iri != shown.owner or "inbox" not in found.document:
            found = await self._fetcher.document(shown.owner, purpose="key")
        return reading.read_actor(found.document), shown

    async def _remember_actor(self, actor: ap.Actor) -> Actor:
        async with self._database.begin() as session:
            return _living(await mirroring.remember_actor(session, self._site, actor))

    async def _fetch(self, iri: Iri) -> ap.Object:
        found: Document = (await self._fetcher.document(iri, purpose="object")).document
        if "inbox" in found:
            return reading.read_actor(found)
        thing = reading.read(found)
        if thing.id is None or not all(
            iris.same_origin(thing.id, author) for author in thing.attributed_to
        ):
            raise NotAuthoritative("it names an author of another server", code="attribution")
        return thing

    async def mirror(
        self, thing: ap.Object, *, may_ask: bool = True, is_history: bool = False
    ) -> Actor | Model | Remark:
        """Remember what was read at its own address.

        Args:
            thing: as `fresh` gave it.
            may_ask: let a worker read what it quotes and answers; False where one has found it.
            is_history: it was published before we asked for it, and stands below what is new.

        Raises:
            Unwise: it is none of what we remember.
            Gone: it was deleted.
            TransportError, ProtocolError: its author or version cannot be read.
        """
        if isinstance(thing, ap.Actor):
            await self._admit_if_new(thing)
            return await self._remember_actor(thing)
        site = replace(self._site, is_catching_up=is_history)
        if is_model(thing):
            return await self._mirror_model(thing, site)
        if isinstance(thing, _NOTHING_TO_READ) or not thing.attributed_to:
            raise Unwise(
                "There is something else at that address than an organisation, a model or a note."
            )
        owner = await self.actor(thing.attributed_to[0])
        followers = None if owner.followers is None else Iri(owner.followers)
        audience = addressing.visibility(thing.to, thing.cc, followers)
        async with self._database.begin() as session:
            remark = await mirroring.remember_remark(
                session, site, thing, owner, visibility=audience.name.lower()
            )
            if remark is not None:
                await conversing.keep(session, self._site, remark, thing, may_ask=may_ask)
        if remark is None:
            raise Gone("that note was deleted")
        return remark

    async def _mirror_model(self, article: ap.Object, site: Site) -> Model:
        living = article.extra.get("versionOf")
        if living is not None:  # somebody pasted the address of one version
            article = await self._fetch(iris.parse(living))
        if not is_model(article) or "versionOf" in article.extra or not article.attributed_to:
            raise Unwise("There is a version at that address whose model cannot be read.")
        current = article.extra.get("currentVersion")
        version = article if current is None else await self.object(iris.parse(current))
        owner = await self.actor(article.attributed_to[0])
        await self.know_prover(version)
        async with self._database.begin() as session:
            model = await mirroring.remember_model(session, site, article, version, owner)
            if model is not None:
                await forking.on_read_anew(session, self._site, model.iri)
        if model is None:
            raise Gone("that model was deleted")
        return model


def _living(actor: Actor) -> Actor:
    if actor.gone_at is not None:
        raise Gone("that organisation was deleted")
    return actor


async def _stored(session: Session, iri: Iri) -> bytes | None:
    """The document that we keep under this id."""
    if (actor := await profiles.by_iri(session, iri)) is not None:
        return actor.document
    if (model := await history.model_by_iri(session, iri)) is not None:
        return model.document
    if (revision := await history.revision_by_iri(session, iri)) is not None:
        return revision.document
    item = await timelines.by_iri(session, iri, None)
    return None if item is None else item.subject.document


async def _remembered(session: Session, site: Site, iri: Iri) -> Actor | Model | Remark | None:
    """What we remember under an id, or, on our own host, under the address of a page."""
    if (
        actor := await profiles.by_iri(session, iri) or await _by_page(session, site, iri)
    ) is not None:
        return _living(actor)
    if (model := await _model(session, site, iri)) is not None:
        if model.deleted_at is not None:
            raise Gone("that model was deleted")
        return model
    item = await timelines.by_iri(session, iri, None)
    return None if item is None else item.subject


async def _by_page(session: Session, site: Site, iri: Iri) -> Actor | None:
    name = places.path_value(site.origin, places.ACTOR_PAGE, "handle", iri)
    if name is None:
        return None
    if "@" not in name:
        return await profiles.by_handle(session, name)
    handle = handles.parse(name)
    return await profiles.by_address(session, handle.name, handle.host)


async def _model(session: Session, site: Site, iri: Iri) -> Model | None:
    if (model := await history.model_by_iri(session, iri)) is not None:
        return model
    if (revision := await history.revision_by_iri(session, iri)) is not None:
        return await history.model_by_id(session, revision.model_id)
    address, _, version = iri.partition("/versions/")
    slug = places.path_value(site.origin, places.MODEL_PAGE, "slug", address)
    if slug is None or (version and not version.isdecimal()):
        return None
    if (number := id_in(slug)) is not None:
        return await history.model_by_id(session, number)
    return await history.model_by_slug(session, slug)
