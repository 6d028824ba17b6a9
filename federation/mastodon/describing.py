"""Describing: rows → entities, asking the views for what an entity needs beside its row.

One `Describer` lives as long as one transaction and remembers what it has looked up, because most
lists name the same few authors again and again. A list is looked up as a whole: `statuses`,
`status_rows` and `account_rows` ask as often for a page as for one. What a status is for everybody
is made in `shared`, and remembered; here is added what it is for its reader.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from activitypub import markup
from activitypub.canonical_json import Document, Json
from actors import remembered
from actors.database import Session
from actors.documents import media as media_documents
from actors.documents.media import Shown
from actors.remembered import Name
from actors.rules import consent
from actors.rules.consent import Asker, Consent
from actors.rules.polls import Poll
from actors.site import Site
from actors.tables.actor import Actor
from actors.tables.remark import Remark
from actors.views import around, filters, polls, profiles, timelines
from actors.views.around import Around
from actors.views.filters import Held
from actors.views.profiles import Counts
from actors.views.timelines import Item, Line
from federation.mastodon import shared
from federation.mastodon.entities import attachments, people, posts, reading
from federation.mastodon.entities.entity import Entity
from federation.mastodon.shared import Circles, Shared, document_of, objects

MAX_FIELDS: Final = 16
"""Lines of a profile that apps are given: Mastodon shows 4, its relatives up to 16."""

_ACCOUNT, _STATUS, _QUOTED, _BOOST = "account", "status", "quoted", "boost"
"""Kinds of what is remembered: what is quoted shows nothing that it quotes itself."""

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
        self._look = remembered.at(session)
        self._accounts: dict[int, Entity] = {}
        self._shared: dict[Name, Shared] = {}
        self._around = Around()
        self._stood: set[str] = set()
        self._filters: list[Held] | None = None

    async def account(self, actor: Actor) -> Entity:
        """An Account."""
        return (await self.accounts([actor]))[0]

    async def accounts(self, actors: Iterable[Actor]) -> list[Entity]:
        """Several Accounts, in the order given."""
        shown = list(actors)
        unknown = {one.id: one for one in shown if not self._knows(one)}
        counted = await profiles.counts_of(self._session, unknown)
        for one in unknown.values():
            entity = self._accounts[one.id] = self._made(one, counted[one.id])
            self._look.keep((_ACCOUNT, one.id), entity, (one.id,))
        return [self._accounts[one.id] for one in shown]

    def _knows(self, actor: Actor) -> bool:
        """Whether it is known what an account looks like, now or as it is remembered."""
        if actor.id in self._accounts:
            return True
        kept: Entity | None = self._look.get((_ACCOUNT, actor.id))
        if kept is not None:
            self._accounts[actor.id] = kept
        return kept is not None

    def _made(self, actor: Actor, counts: Counts) -> Entity:
        told = _profile(actor.document)
        lines = [dict(one) for one in told.fields]
        header = told.header if actor.is_ours else None
        return people.account(
            *(self._site.origin, actor, counts, lines),
            header="" if header is None else header.url,
            described=(told.icon, "" if header is None else header.name),
            is_discoverable=_says_yes(actor, b'"discoverable"'),
            is_indexable=_says_yes(actor, b'"indexable"'),
        )

    async def account_rows(self, rows: Iterable[tuple[int, Actor]]) -> list[tuple[int, Entity]]:
        """Several Accounts, each under the id that its list is paged by."""
        listed = list(rows)
        shown = await self.accounts([actor for _, actor in listed])
        return [(one[0], entity) for one, entity in zip(listed, shown, strict=True)]

    async def statuses(self, items: Iterable[Item]) -> list[Entity]:
        """Several Statuses, in the order given."""
        return [await self._status(one) for one in await self._prepared(list(items))]

    async def status(self, item: Item) -> Entity:
        """A Status."""
        return (await self.statuses([item]))[0]

    async def status_rows(
        self, rows: Iterable[tuple[int, Item | None]]
    ) -> list[tuple[int, Entity | None]]:
        """Several Statuses, each under the id that its list is paged by."""
        listed = list(rows)
        shown = iter(await self.statuses(item for _, item in listed if item is not None))
        return [(number, None if item is None else next(shown)) for number, item in listed]

    async def line_rows(self, lines: Iterable[Line]) -> list[tuple[int, Entity]]:
        """The Statuses of lines, likewise; what is remembered is not even loaded."""
        known: list[tuple[int, _Told]] = []
        unknown: list[Line] = []
        for line in lines:
            told = self._remembered(line)
            if told is None:
                unknown.append(line)
            else:
                known.append((line.id, told))
        items = await timelines.items_of(self._session, unknown)
        loaded = await self._prepared(items, [one for _, one in known])
        known += [(item.id, one) for item, one in zip(items, loaded, strict=True)]
        return [(number, await self._status(one)) for number, one in known]

    def _remembered(self, line: Line) -> "_Told | None":
        made: Shared | None = self._look.get((_STATUS, line.subject_id))
        if made is None or line.boost_id is None:
            return None if made is None else _Told(made)
        passed_on: Entity | None = self._look.get((_BOOST, line.boost_id))
        return None if passed_on is None else _Told(made, passed_on)

    async def _prepared(
        self, items: Sequence[Item], known: Iterable["_Told"] = ()
    ) -> list["_Told"]:
        """What these are for everybody, after it was looked at how the reader stands to them all.

        Args:
            items: what is to be shown.
            known: what is to be shown beside them.
        """
        within = [_within(one) for one in items]
        await self._share([one for one in within if one is not None], _QUOTED)
        await self._share(items, _STATUS)
        boosters = [one.booster for one in items if one.booster is not None]
        await self.accounts(boosters)
        told = [_Told(self._shared[_STATUS, one.subject.id], self._passed_on(one)) for one in items]
        await self._stand([*told, *known])
        return told

    async def _share(self, items: Sequence[Item], kind: str) -> None:
        """Make what is not known of these."""
        unknown: dict[int, Item] = {}
        for item in items:
            name = kind, item.subject.id
            kept: Shared | None = self._look.get(name)
            if kept is not None:
                self._shared[name] = kept
            elif name not in self._shared:
                unknown[item.subject.id] = item
        things = [one.subject for one in unknown.values()]
        await around.look(self._session, self._around, things, self._viewer)
        accounts = await self.accounts(one.author for one in unknown.values())
        for item, account in zip(unknown.values(), accounts, strict=True):
            within = _within(item)
            quoted = None if within is None else self._shared[_QUOTED, within.subject.id]
            made = shared.make(self._site, item, account, self._around, quoted)
            self._shared[kind, made.id] = made
            if made.is_for_all:
                self._look.keep((kind, made.id), made, made.rows)

    def _passed_on(self, item: Item) -> Entity | None:
        if item.boost is None or item.booster is None:
            return None
        made = posts.passing_on(self._accounts[item.booster.id], item.boost)
        self._look.keep((_BOOST, item.boost.id), made, (item.boost.id, item.booster.id))
        return made

    async def _stand(self, told: Iterable["_Told"]) -> None:
        """Look how the reader stands to these, and what she does not want to meet."""
        if self._viewer is None:
            return
        if self._filters is None:
            held = await filters.in_force(self._session, self._site, self._viewer)
            self._filters = [
                one for one in held if not self._context or self._context in one.filter.contexts
            ]
        things = {
            one.iri: one for each in told for one in each.things if one.iri not in self._stood
        }
        if things:
            self._stood |= things.keys()
            await around.stand(self._session, self._around, things.values(), self._viewer)

    async def _status(self, told: "_Told") -> Entity:
        inner = await self._seen(told.shared)
        return inner if told.passed_on is None else posts.boost_status(told.passed_on, inner)

    async def _seen(self, made: Shared) -> Entity:
        """A status as its reader sees it."""
        found = self._around
        inner: Entity = made.entity | {
            "favourited": made.iri in found.liked,
            "reblogged": made.iri in found.boosted,
            "bookmarked": made.iri in found.marked,
            "muted": made.id in found.hidden,
            "filtered": list(self._filtered(made)),
        }
        if made.asks is not None and made.asks.poll is not None:
            inner["poll"] = await self.poll(made.asks, Poll.from_json(made.asks.poll))
        if made.quoted is not None:
            state, thing = made.quoted
            inner["quote"] = posts.quoted(state, await self._seen(thing) if thing else None)
        if made.circles is not None:
            inner["quote_approval"] = self._approval(made.author_id, made.circles)
        if self._viewer is not None and self._viewer.id == made.author_id:
            inner["pinned"] = made.iri in found.pinned
        return inner

    def _approval(self, author_id: int, circles: Circles) -> Entity:
        asked = Consent.DENIED
        if self._viewer is not None:
            asker = Asker(
                self._viewer.iri,
                follows=author_id in self._around.follows,
                is_followed=author_id in self._around.followed_by,
            )
            asked = consent.consent(circles.policy, asker, *circles.author)
        return posts.quote_approval(circles.automatic, circles.manual, asked)

    async def poll(self, remark: Remark, asked: Poll) -> Entity:
        """A Poll; who asks is no voter, and is shown the numbers as one who has voted."""
        votes: Sequence[int] | None = None
        if self._viewer is None:
            votes = ()
        elif self._viewer.id != remark.actor_id:
            votes = await polls.chosen(self._session, remark, self._viewer)
        return attachments.poll(remark.id, asked, self._site.now(), votes)

    def _filtered(self, made: Shared) -> list[Entity]:
        """What the reader's filters find; in one's own words nothing is looked for."""
        is_own = self._viewer is not None and made.author_id == self._viewer.id
        if not self._filters or is_own:
            return []
        inner = made.entity
        said = f"{inner['spoiler_text']}\n{markup.plain(str(inner['content']))}"
        hits = filters.matches(self._filters, made.id, said)
        return [reading.filter_result(one) for one in hits]


@dataclass(frozen=True, slots=True)
class _Told:
    """A status, and what it is as somebody passed it on."""

    shared: Shared
    passed_on: Entity | None = None

    @property
    def things(self) -> Iterator[Shared]:
        """What is shown in it."""
        yield self.shared
        if self.shared.quoted is not None and self.shared.quoted[1] is not None:
            yield self.shared.quoted[1]


def _within(item: Item) -> Item | None:
    """What an item quotes, where it may be shown; what that one quotes is not."""
    quote = item.quote
    if quote is None or quote.subject is None or quote.author is None:
        return None
    return Item(quote.subject.id, quote.subject, quote.author)


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
        fields: made by `people.field`.
        icon: what its sign shows, in words.
        header: the picture above its page.
    """

    fields: Sequence[Entity]
    icon: str
    header: Shown | None


def _profile(body: bytes) -> _Profile:
    return _kept_profile(body) if len(body) <= LONGEST_KEPT else _read_profile(body)


def _read_profile(body: bytes) -> _Profile:
    said = document_of(body)
    return _Profile(
        [people.field(name, value) for name, value in _lines(said)],
        _described(said.get("icon")),
        media_documents.read(said.get("image")),
    )


_kept_profile = lru_cache(maxsize=PROFILES_KEPT)(_read_profile)


def _lines(said: Document) -> list[tuple[str, str]]:
    """The lines of a profile: PropertyValue attachments, as every server writes them."""
    lines = objects(said.get("attachment"), "PropertyValue")
    pairs = ((line.get("name"), line.get("value")) for line in lines[:MAX_FIELDS])
    return [
        (name, value) for name, value in pairs if isinstance(name, str) and isinstance(value, str)
    ]
