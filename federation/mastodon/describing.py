"""Describing: rows → entities, asking the views for what an entity needs beside its row.

One `Describer` lives as long as one transaction and remembers what it has looked up, because most
lists name the same few authors again and again. A list is looked up as a whole: `statuses`,
`status_rows` and `account_rows` ask as often for a page as for one.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import orjson

from activitypub import markup
from activitypub.canonical_json import Document, Json
from actors.database import Session
from actors.documents import media as media_documents
from actors.documents.media import Shown
from actors.rules import consent
from actors.rules.consent import Asker, Consent
from actors.rules.pictures import MOST_ON_A_REMARK, PICTURE
from actors.rules.polls import Poll
from actors.rules.speech import tag_name
from actors.site import Site
from actors.tables.actor import Actor
from actors.tables.model import Model
from actors.tables.remark import Remark
from actors.views import around, filters, polls, profiles, quotes
from actors.views.around import Around
from actors.views.filters import Held
from actors.views.timelines import Item, Tallies
from federation.mastodon import entities
from federation.mastodon.entities import Entity

MAX_FIELDS: Final = 16
"""Lines of a profile that apps are given: Mastodon shows 4, its relatives up to 16."""

MAX_TAGS: Final = 32
"""Hashtags and mentions of one remark that apps are given: more is spam, and each mention is a
question."""

PROFILES_KEPT: Final = 256
"""Documents of actors of which it is remembered what they say: to clean four fields takes 0.1 ms,
and a page names twenty people. What is remembered depends on the bytes alone."""

LONGEST_KEPT: Final = 8_192
"""Bytes of such a document; most have two thousand."""


class Describer:
    """Entities for one reader, within one transaction."""

    def __init__(
        self, session: Session, site: Site, viewer: Actor | None, context: str = ""
    ) -> None:
        """Look with the eyes of `viewer`; None sees what everybody sees.

        Args:
            session: an open transaction.
            site: our origin and clock.
            viewer: who looks.
            context: where the statuses will stand, in the words of filters (home, thread, …); for
                filters hold in some places only. Without, all of them are tried.
        """
        self._session = session
        self._site = site
        self._viewer = viewer
        self._context = context
        self._accounts: dict[int, Entity] = {}
        self._around = Around()
        self._filters: list[Held] | None = None

    async def account(self, actor: Actor) -> Entity:
        """An Account."""
        if actor.id not in self._accounts:
            counts = self._around.counts.get(actor.id)
            if counts is None:
                counts = await profiles.counts(self._session, actor)
            told = _profile(actor.document)
            lines = [dict(one) for one in told.fields]
            header = told.header if actor.is_ours else None
            self._accounts[actor.id] = entities.account(
                *(self._site.origin, actor, counts, lines),
                header="" if header is None else header.url,
                described=(told.icon, "" if header is None else header.name),
                is_discoverable=_says_yes(actor, b'"discoverable"'),
                is_indexable=_says_yes(actor, b'"indexable"'),
            )
        return self._accounts[actor.id]

    async def accounts(self, actors: Iterable[Actor]) -> list[Entity]:
        """Several Accounts, in the order given."""
        people = list(actors)
        unknown = {one.id for one in people} - self._around.counts.keys()
        self._around.counts |= await profiles.counts_of(self._session, unknown)
        return [await self.account(actor) for actor in people]

    async def account_rows(self, rows: Iterable[tuple[int, Actor]]) -> list[tuple[int, Entity]]:
        """Several Accounts, each under the id that its list is paged by."""
        listed = list(rows)
        shown = await self.accounts([actor for _, actor in listed])
        return [(one[0], entity) for one, entity in zip(listed, shown, strict=True)]

    async def statuses(self, items: Iterable[Item]) -> list[Entity]:
        """Several Statuses, in the order given."""
        listed = list(items)
        await self._look(listed)
        return [await self.status(item) for item in listed]

    async def status_rows(
        self, rows: Iterable[tuple[int, Item | None]]
    ) -> list[tuple[int, Entity | None]]:
        """Several Statuses, each under the id that its list is paged by."""
        listed = list(rows)
        await self._look([item for _, item in listed if item is not None])
        return [
            (number, None if item is None else await self.status(item)) for number, item in listed
        ]

    async def status(self, item: Item) -> Entity:
        """A Status."""
        await self._look([item])
        author, subject = await self.account(item.author), item.subject
        received = self._around.receptions[subject.iri]
        document = _document(subject.document)
        if isinstance(subject, Model):
            source = document.get("origin")
            made_from = source if isinstance(source, str) else ""
            inner = entities.model_status(author, subject, received.tallies, made_from)
            inner |= await self._pictures(subject, inner)
        else:
            inner = await self._remark(author, subject, document, received.tallies)
        inner |= {
            "favourited": received.ours.liked,
            "reblogged": received.ours.boosted,
            "bookmarked": subject.iri in self._around.marked,
            "muted": subject.id in self._around.hidden,
        }
        inner |= await self._quotes(item, document)
        inner["filtered"] = list(self._filtered(inner, subject))
        if self._viewer is not None and self._viewer.id == item.author.id:
            inner["pinned"] = subject.iri in self._around.pinned
        if item.boost is None or item.booster is None:
            return inner
        return entities.boost_status(await self.account(item.booster), item.boost, inner)

    async def _look(self, items: Sequence[Item]) -> None:
        if self._viewer is not None and self._filters is None:
            held = await filters.in_force(self._session, self._site, self._viewer)
            self._filters = [
                one for one in held if not self._context or self._context in one.filter.contexts
            ]
        if any(item.subject.iri not in self._around.receptions for item in items):
            await around.look(self._session, self._around, items, self._viewer)

    async def _remark(
        self, author: Entity, remark: Remark, document: Document, tallies: Tallies
    ) -> Entity:
        origin, people = self._site.origin, self._around.people
        named = (people.get(str(iri)) for iri in remark.addressed[:MAX_TAGS])
        above = self._around.above.get(remark.in_reply_to) if remark.in_reply_to else None
        inner = entities.remark_status(
            author,
            remark,
            tallies,
            mentions=[entities.mention(origin, one) for one in named if one is not None],
            tags=[entities.tag_of_status(origin, name) for name in _hashtags(document)],
            reply_to=(str(above[0]), str(above[1])) if above else None,
        )
        inner |= await self._media(remark, document)
        if remark.poll is None:
            return inner
        asked = Poll.from_json(remark.poll)
        return inner | {"poll": await self.poll(remark, asked)}

    async def poll(self, remark: Remark, asked: Poll) -> Entity:
        """A Poll; who asks is no voter, and is shown the numbers as one who has voted."""
        votes: Sequence[int] | None = None
        if self._viewer is None:
            votes = ()
        elif self._viewer.id != remark.actor_id:
            votes = await polls.chosen(self._session, remark, self._viewer)
        return entities.poll(remark.id, asked, self._site.now(), votes)

    async def _pictures(self, model: Model, inner: Entity) -> Entity:
        """The picture of a model of ours, and on its card; others' are not copied here."""
        if not model.is_ours:
            return {}
        files = self._around.files.get(model.id, [])
        pictures = [one for one in files if one.kind == PICTURE][:MOST_ON_A_REMARK]
        if not pictures:
            return {}
        shown = [entities.media(self._site.origin, one) for one in pictures]
        return {"media_attachments": list(shown), "card": _with_picture(inner["card"], shown[0])}

    async def _media(self, remark: Remark, said: Document) -> Entity:
        """What a remark shows; of others' files only where they are."""
        if b'"attachment"' not in remark.document:
            return {}
        found: list[Json] = []
        files = self._around.files.get(remark.id, [])
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

    async def _quotes(self, item: Item, document: Document) -> Entity:
        """What a status quotes, who quotes it, and who may."""
        subject, author, quoted = item.subject, item.author, item.quote
        inner: Entity = {"quotes_count": self._around.quoted.get(subject.iri, 0)}
        if quoted is not None:
            shown = None
            if quoted.subject is not None and quoted.author is not None:
                within = Item(quoted.subject.id, quoted.subject, quoted.author)
                shown = await self.status(within)
            inner["quote"] = entities.quoted(quoted.state, shown)
        if quotes.is_open(subject):
            said = document.get("interactionPolicy")
            asked = Consent.DENIED
            if self._viewer is not None:
                asker = Asker(
                    self._viewer.iri,
                    follows=author.id in self._around.follows,
                    is_followed=author.id in self._around.followed_by,
                )
                asked = consent.consent(said, asker, author.iri, author.followers, author.following)
            circles = consent.circles(said, author.iri, author.followers, author.following)
            inner["quote_approval"] = entities.quote_approval(*circles, asked)
        return inner

    def _filtered(self, inner: Entity, subject: Model | Remark) -> list[Entity]:
        """What the reader's filters find; in one's own words nothing is looked for."""
        is_own = self._viewer is not None and subject.actor_id == self._viewer.id
        if not self._filters or is_own:
            return []
        said = f"{inner['spoiler_text']}\n{markup.plain(str(inner['content']))}"
        hits = filters.matches(self._filters, subject.id, said)
        return [entities.filter_result(one) for one in hits]


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
    """The stored JSON, which was judged before it was stored; what is no document says nothing."""
    try:
        found = orjson.loads(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _objects(value: Json, kind: str) -> list[Document]:
    listed = value if isinstance(value, list) else [value]
    return [each for each in listed if isinstance(each, dict) and each.get("type") == kind]


def _described(picture: Json) -> str:
    """What an account says that its sign shows."""
    shown = media_documents.read(picture)
    return "" if shown is None else shown.name


def _says_yes(actor: Actor, name: bytes) -> bool:
    """Whether an actor says yes to this of itself; documents are written without blanks."""
    return name + b":true" in actor.document


@dataclass(frozen=True)
class _Profile:
    """What an actor's document says of it, beside its columns; nobody changes what is in it.

    Attributes:
        fields: made by `entities.field`.
        icon: what its sign shows, in words.
        header: the picture above its page.
    """

    fields: Sequence[Entity]
    icon: str
    header: Shown | None


def _profile(body: bytes) -> _Profile:
    return _kept_profile(body) if len(body) <= LONGEST_KEPT else _read_profile(body)


def _read_profile(body: bytes) -> _Profile:
    said = _document(body)
    return _Profile(
        [entities.field(name, value) for name, value in _lines(said)],
        _described(said.get("icon")),
        media_documents.read(said.get("image")),
    )


_kept_profile = lru_cache(maxsize=PROFILES_KEPT)(_read_profile)


def _lines(said: Document) -> list[tuple[str, str]]:
    """The lines of a profile: PropertyValue attachments, as every server writes them."""
    lines = _objects(said.get("attachment"), "PropertyValue")
    pairs = ((line.get("name"), line.get("value")) for line in lines[:MAX_FIELDS])
    return [
        (name, value) for name, value in pairs if isinstance(name, str) and isinstance(value, str)
    ]


def _hashtags(document: Document) -> list[str]:
    """The hashtags of a remark, folded, without the sign."""
    names = [each.get("name") for each in _objects(document.get("tag"), "Hashtag")]
    found = [tag_name(name) for name in names[:MAX_TAGS] if isinstance(name, str)]
    return list(dict.fromkeys(name for name in found if name))
