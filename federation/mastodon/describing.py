"""Describing: rows → entities, asking the views for what an entity needs beside its row.

One `Describer` lives as long as one transaction and remembers the accounts it has described,
because most lists name the same few authors again and again.
"""

from collections.abc import Iterable
from typing import Final

from activitypub import canonical_json
from activitypub.canonical_json import Document, Json
from activitypub.errors import ProtocolError
from activitypub.iris import Iri
from actors.database import Session
from actors.documents import media as media_documents
from actors.rules import consent
from actors.rules.consent import Consent
from actors.rules.pictures import MOST_ON_A_REMARK, PICTURE
from actors.rules.polls import Poll
from actors.rules.speech import tag_name
from actors.site import Site
from actors.tables.actor import Actor
from actors.tables.model import Model
from actors.tables.remark import Remark
from actors.verbs import picturing, quoting
from actors.views import media, pins, profiles, quotes, reception, timelines
from actors.views.timelines import Item, Tallies
from federation.mastodon import entities
from federation.mastodon.entities import Entity

MAX_FIELDS: Final = 16
"""Lines of a profile that apps are given: Mastodon shows 4, its relatives up to 16."""

MAX_TAGS: Final = 32
"""Hashtags and mentions of one remark that apps are given: more is spam, and each mention is a
question."""


class Describer:
    """Entities for one reader, within one transaction."""

    def __init__(self, session: Session, site: Site, viewer: Actor | None) -> None:
        """Look with the eyes of `viewer`; None sees what everybody sees."""
        self._session = session
        self._site = site
        self._viewer = viewer
        self._accounts: dict[int, Entity] = {}

    async def account(self, actor: Actor) -> Entity:
        """An Account."""
        if actor.id not in self._accounts:
            counts = await profiles.counts(self._session, actor)
            lines = [entities.field(name, value) for name, value in _lines(actor.document)]
            header = _header(actor) if actor.is_ours else ""
            self._accounts[actor.id] = entities.account(
                self._site.origin, actor, counts, lines, header
            )
        return self._accounts[actor.id]

    async def accounts(self, actors: Iterable[Actor]) -> list[Entity]:
        """Several Accounts, in the order given."""
        return [await self.account(actor) for actor in actors]

    async def status(self, item: Item) -> Entity:
        """A Status."""
        author, subject = await self.account(item.author), item.subject
        tallies = await timelines.tallies(self._session, Iri(subject.iri))
        if isinstance(subject, Model):
            inner = entities.model_status(author, subject, tallies)
            inner |= await self._pictures(subject, inner)
        else:
            inner = await self._remark(author, subject, tallies)
        ours = await reception.standing(self._session, self._viewer, subject.iri)
        inner |= {"favourited": ours.liked, "reblogged": ours.boosted}
        inner |= await self._quotes(item)
        if self._viewer is not None and self._viewer.id == item.author.id:
            is_pinned = await pins.is_pinned(self._session, self._viewer, subject.iri)
            inner |= {"pinned": is_pinned}
        if item.boost is None or item.booster is None:
            return inner
        return entities.boost_status(await self.account(item.booster), item.boost, inner)

    async def _remark(self, author: Entity, remark: Remark, tallies: Tallies) -> Entity:
        origin = self._site.origin
        inner = entities.remark_status(
            author,
            remark,
            tallies,
            mentions=await self._mentions(remark),
            tags=[entities.tag(origin, name) for name in _hashtags(remark.document)],
            reply_to=await self._reply_to(remark),
        )
        inner |= await self._media(remark)
        if remark.poll is None:
            return inner
        asked = Poll.from_json(remark.poll)
        return inner | {"poll": entities.poll(remark.id, asked, self._site.now())}

    async def _pictures(self, model: Model, inner: Entity) -> Entity:
        """The picture of a model of ours, and on its card; others' are not copied here."""
        if not model.is_ours:
            return {}
        files = await media.of_subject(self._session, picturing.MODEL, model.id)
        pictures = [one for one in files if one.kind == PICTURE][:MOST_ON_A_REMARK]
        if not pictures:
            return {}
        shown = [entities.media(self._site.origin, one) for one in pictures]
        return {"media_attachments": list(shown), "card": _with_picture(inner["card"], shown[0])}

    async def _media(self, remark: Remark) -> Entity:
        """What a remark shows; of others' files only where they are."""
        if b'"attachment"' not in remark.document:
            return {}
        said = _document(remark.document)
        found: list[Json] = []
        files = await media.of_subject(self._session, picturing.REMARK, remark.id)
        if files:
            shown = files[:MOST_ON_A_REMARK]  # a record of practice may have more
            found += [entities.media(self._site.origin, one) for one in shown]
        else:
            theirs = media_documents.shown(said.get("attachment"))[:MOST_ON_A_REMARK]
            found += [
                entities.remote_media(remark.id, place, one) for place, one in enumerate(theirs)
            ]
        is_sensitive = bool(remark.summary) or said.get("sensitive") is True
        return {"media_attachments": found, "sensitive": is_sensitive}

    async def _quotes(self, item: Item) -> Entity:
        """What a status quotes, who quotes it, and who may."""
        subject, author, quoted = item.subject, item.author, item.quote
        inner: Entity = {"quotes_count": await quotes.count(self._session, subject.iri)}
        if quoted is not None:
            shown = None
            if quoted.subject is not None and quoted.author is not None:
                within = Item(quoted.subject.id, quoted.subject, quoted.author)
                shown = await self.status(within)
            inner["quote"] = entities.quoted(quoted.state, shown)
        if quotes.is_open(subject):
            asked = Consent.DENIED
            if self._viewer is not None:
                asked = await quoting.policy_for(self._session, subject, author, self._viewer)
            said = quotes.policy(subject)
            circles = consent.circles(said, author.iri, author.followers, author.following)
            inner["quote_approval"] = entities.quote_approval(*circles, asked)
        return inner

    async def statuses(self, items: Iterable[Item]) -> list[Entity]:
        """Several Statuses, in the order given."""
        return [await self.status(item) for item in items]

    async def _mentions(self, remark: Remark) -> list[Entity]:
        found: list[Entity] = []
        for iri in remark.addressed[:MAX_TAGS]:
            actor = await profiles.by_iri(self._session, Iri(str(iri)))
            if actor is not None:
                found.append(entities.mention(self._site.origin, actor))
        return found

    async def _reply_to(self, remark: Remark) -> tuple[str, str] | None:
        """The status it answers, unless that is unknown, deleted or not for this reader's eyes."""
        if remark.in_reply_to is None:
            return None
        item = await timelines.by_iri(self._session, Iri(remark.in_reply_to), self._viewer)
        return (str(item.subject.id), str(item.author.id)) if item else None


def _with_picture(card: Json, picture: Entity) -> Json:
    """A card with the picture of what it leads to."""
    if not isinstance(card, dict):
        return card
    small = picture["meta"]
    measured = small["small"] if isinstance(small, dict) else {}
    size = measured if isinstance(measured, dict) else {}
    return card | {
        "image": picture["preview_url"],
        "image_description": picture["description"] or "",
        "width": size.get("width", 0),
        "height": size.get("height", 0),
        "blurhash": picture["blurhash"],
    }


def _document(body: bytes) -> Document:
    """The stored JSON; a document that was taken under older, wider limits is as good as none."""
    try:
        return canonical_json.parse(body)
    except ProtocolError:
        return {}


def _objects(value: Json, kind: str) -> list[Document]:
    listed = value if isinstance(value, list) else [value]
    return [each for each in listed if isinstance(each, dict) and each.get("type") == kind]


def _header(actor: Actor) -> str:
    """The picture above the page of one of ours."""
    if b'"image"' not in actor.document:
        return ""
    shown = media_documents.read(_document(actor.document).get("image"))
    return "" if shown is None else shown.url


def _lines(body: bytes) -> list[tuple[str, str]]:
    """The lines of a profile: PropertyValue attachments, as every server writes them."""
    lines = _objects(_document(body).get("attachment"), "PropertyValue")
    pairs = ((line.get("name"), line.get("value")) for line in lines[:MAX_FIELDS])
    return [
        (name, value) for name, value in pairs if isinstance(name, str) and isinstance(value, str)
    ]


def _hashtags(body: bytes) -> list[str]:
    """The hashtags of a remark, folded, without the sign."""
    names = [each.get("name") for each in _objects(_document(body).get("tag"), "Hashtag")]
    found = [tag_name(name) for name in names[:MAX_TAGS] if isinstance(name, str)]
    return list(dict.fromkeys(name for name in found if name))
