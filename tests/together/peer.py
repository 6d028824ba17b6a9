"""A peer of our own kind: another instance's members and models, without anybody being there.

Its documents are made by the code that makes ours, sealed with its own keys, and read back from
their bytes; a test may bend them before they are sealed or after.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import activitypub.vocabulary as ap
from activitypub import canonical_json, reading
from activitypub.addressing import PUBLIC
from activitypub.authority import Heard, Vouched, hear
from activitypub.canonical_json import Document
from activitypub.iris import Iri, host
from activitypub.signatures.keys import PrivateKey
from actors import reactions
from actors.database import Session
from actors.documents import activities, sealing
from actors.documents import model as model_documents
from actors.documents.model import ForkTerms, Telling
from actors.mail import inbox, keyring, outbox
from actors.rules.sections import Sheet, clean
from actors.site import Site
from actors.tables.actor import Actor
from actors.tables.lineage import Lineage
from actors.tables.model import Model
from actors.tables.revision import Revision
from actors.verbs import mirroring
from actors.views import profiles

Bend = Callable[[Document], Document]
"""Changes a document."""


def as_it_is(document: Document) -> Document:
    """Change nothing."""
    return document


@dataclass(frozen=True)
class Published:
    """A model at one moment: the living document, its version, and both as a receiver reads them.

    Attributes:
        article: the living document, sealed.
        version: the version, sealed.
    """

    article: Document
    version: Document

    @property
    def iri(self) -> Iri:
        """The model's id."""
        return Iri(str(self.article["id"]))

    @property
    def version_iri(self) -> Iri:
        """The version's id."""
        return Iri(str(self.version["id"]))

    @property
    def gathered(self) -> Mapping[Iri, ap.Object]:
        """What fetching gives: the version, and the model itself, under their ids."""
        return {self.version_iri: read(self.version), self.iri: read(self.article)}


class Peer:
    """Another host with a few actors, each with keys of its own.

    Args:
        site: ours; only its clock is shared.
        origin: theirs.
    """

    def __init__(self, site: Site, origin: str = "https://peer.test") -> None:
        self.ours = site
        self.site = replace(site, origin=Iri(origin))
        self.keys = keyring.new_keys()
        self._numbers = iter(range(1, 1_000_000))

    def iri(self, name: str) -> Iri:
        """The id of one of its actors."""
        return Iri(f"{self.site.origin}/users/{name}")

    def row(self, name: str) -> Actor:
        """An actor as the peer itself remembers it."""
        iri = self.iri(name)
        return Actor(
            id=1,
            iri=iri,
            is_ours=True,
            type="Organization",
            handle=name,
            host=host(iri),
            name=name.title(),
            inbox=f"{iri}/inbox",
            followers=f"{iri}/followers",
            document=b"",
            published_at=self.site.now(),
            updated_at=self.site.now(),
        )

    def actor(self, name: str = "ada", **changes: Any) -> Document:
        """An actor's document."""
        iri = self.iri(name)
        proving = PrivateKey.from_pem(self.keys.ed25519).public.multikey()
        signing = PrivateKey.from_pem(self.keys.rsa).public.pem()
        return {
            "@context": "https://www.w3.org/ns/activitystreams",
            "id": iri,
            "type": "Organization",
            "preferredUsername": name,
            "name": name.title(),
            "inbox": f"{iri}/inbox",
            "followers": f"{iri}/followers",
            "publicKey": {"id": f"{iri}#main-key", "owner": iri, "publicKeyPem": signing},
            "assertionMethod": [
                {
                    "id": f"{iri}#ed25519-key",
                    "type": "Multikey",
                    "controller": iri,
                    "publicKeyMultibase": proving,
                }
            ],
        } | changes

    async def known(self, session: Session, name: str = "ada") -> Actor:
        """The actor, remembered by us."""
        row = await profiles.by_iri(session, self.iri(name))
        if row is not None:
            return row
        return await mirroring.remember_actor(
            session, self.ours, reading.read_actor(self.actor(name))
        )

    def model(
        self,
        sheet: Sheet,
        *,
        name: str = "ada",
        slug: str = "atelier",
        number: int = 1,
        fork_of: tuple[str, str, str] | None = None,
        source_author: Actor | None = None,
        updated: datetime | None = None,
        bend: Bend = as_it_is,
        bend_version: Bend = as_it_is,
    ) -> Published:
        """A model of one of its actors, at one version.

        Args:
            sheet: what it says.
            name: whose it is.
            slug: the last part of its address.
            number: of the version.
            fork_of: source, exact version and its digest, for a fork.
            source_author: whose the source is; told in `cc` and by a Mention.
            updated: when; a minute after the version before, unless given.
            bend: changes the living document before it is sealed.
            bend_version: changes the version before it is sealed.
        """
        fit = clean(sheet)
        published = self.site.now()
        at = updated or published + timedelta(minutes=number - 1)
        iri = f"{self.site.origin}/models/{slug}"
        model = Model(
            id=1,
            iri=iri,
            actor_id=1,
            is_ours=True,
            slug=slug,
            url=f"{self.site.origin}/m/{slug}",
            language=fit.language,
            languages=[],
            names={},
            summaries={},
            license=fit.license,
            territory=[],
            number=number,
            document=b"",
            published_at=published,
            updated_at=at,
        )
        revision = Revision(
            id=1,
            iri=f"{iri}/versions/{number}",
            model_id=1,
            number=number,
            parent_iri=f"{iri}/versions/{number - 1}" if number > 1 else None,
            sheet={},
            digest=fit.digest,
            document=b"",
            made_at=at,
        )
        terms = None
        if fork_of is not None:
            tie = Lineage(
                id=1,
                model_id=1,
                upstream_iri=fork_of[0],
                base_iri=fork_of[1],
                base_digest=fork_of[2],
                seen_iri=fork_of[1],
                kind="variant",
            )
            terms = ForkTerms(lineage=tie, modifications=(), source_author=source_author)
        telling = Telling(self.site, model, revision, fit, self.row(name), terms)
        return Published(
            self.sealed(bend(model_documents.living(telling)), name),
            self.sealed(bend_version(model_documents.version(telling)), name),
        )

    def sealed(self, body: Document, name: str = "ada") -> Document:
        """A document with its context and the proof of one of its actors."""
        key = PrivateKey.from_pem(self.keys.ed25519)
        method = Iri(f"{self.iri(name)}#ed25519-key")
        return sealing.sealed(body, key=key, method=method, at=self.site.now())

    def activity(
        self, kind: str, subject: Any, *, name: str = "ada", iri: str | None = None, **more: Any
    ) -> Document:
        """Something that one of its actors does, under a fresh id."""
        return {
            "@context": "https://www.w3.org/ns/activitystreams",
            "id": iri or f"{self.site.origin}/activities/{next(self._numbers)}",
            "type": kind,
            "actor": self.iri(name),
            "object": subject,
            "to": [PUBLIC],
        } | more

    def about(self, kind: str, published: Published, *, name: str = "ada") -> Document:
        """Create or Update of a model, as it travels."""
        body = activities.about_object(
            self.site,
            kind,
            published.article,
            at=self.site.now(),
            linked=published.version,
        )
        return self.sealed(body | {"actor": self.iri(name)}, name)

    def note(
        self, *, name: str = "ada", path: str = "/notes/1", content: str = "Bonjour", **more: Any
    ) -> Document:
        """A public note."""
        return {
            "id": f"{self.site.origin}{path}",
            "type": "Note",
            "attributedTo": self.iri(name),
            "content": f"<p>{content}</p>",
            "published": self.site.now().isoformat(),
            "to": [PUBLIC],
            "cc": [],
        } | more

    async def say(
        self,
        session: Session,
        activity: Document,
        gathered: Mapping[Iri, ap.Object] | None = None,
        *,
        name: str = "ada",
    ) -> None:
        """Let us hear an activity: judged, and with its effect, as the receiving worker does.

        Raises:
            ProtocolError, Refusal: it has none.
        """
        await self.known(session, name)
        heard = self.heard(activity, name)
        await reactions.reaction_for(heard.activity).apply(
            session, self.ours, heard, gathered or {}
        )

    def heard(self, activity: Document, name: str = "ada") -> Heard[ap.Activity]:
        """An activity as the inbox believes it."""
        said = reading.read_activity(canonical_json.parse(canonical_json.encode(activity)))
        return hear(said, speaker=self.iri(name), vouched=Vouched.REQUEST, at=self.ours.now())

    async def publish(
        self, session: Session, published: Published, *, kind: str = "Create", name: str = "ada"
    ) -> None:
        """Let us hear of a model, its version fetched."""
        activity = self.about(kind, published, name=name)
        await self.say(session, activity, published.gathered, name=name)


def read(document: Document) -> ap.Object:
    """A document as a receiver reads it from its bytes."""
    return reading.read(canonical_json.parse(canonical_json.encode(document)))


async def work_off(session: Session, site: Site) -> list[str]:
    """Let what was posted to our own organisations have its effect.

    Returns:
        The types of what was heard, in order.
    """
    told: list[str] = []
    while True:
        count = await outbox.fan_out(session, site)
        letters = await inbox.claim(session, site, 10)
        if not count and not letters:
            return told
        for letter in letters:
            activity = reading.read_activity(canonical_json.parse(letter.document))
            heard = hear(
                activity,
                speaker=Iri(letter.speaker),
                vouched=Vouched[letter.vouched],
                at=letter.received_at,
            )
            await reactions.reaction_for(activity).apply(session, site, heard, {})
            await inbox.settle(session, letter.id, state=inbox.DONE)
            told.append(activity.type_name)
