"""Onlooking: what happened, seen with the eyes of each organisation that looks on.

A stream tells what its timeline would show: the same blocks, mutes, lists and rights decide, asked
of the same views. What was not meant for everybody is told to nobody else, and neither is that it
was deleted.
"""

from collections.abc import Callable, Mapping
from typing import Final

from aiohttp import web

from actors.database import Session
from actors.rules import news, scopes
from actors.rules.news import Word
from actors.site import Site
from actors.tables.actor import Actor
from actors.tables.remark import Remark
from actors.views import access, blocks, circles, notices, profiles, shelves, timelines
from actors.views.timelines import Item, Told
from federation.app_keys import DATABASE, SITE
from federation.mastodon import bookmarks, notifications
from federation.mastodon.describing import Describer
from federation.mastodon.streaming import text
from federation.streams import Checked, Connection, Event, Looked, Stream

_ABOUT: Final = frozenset({news.SAID, news.CHANGED, news.GONE})
"""Words that everybody may want to hear of, by the id of a model, a remark or a boost."""

_AT_HOME: Final = ("user", "list")
"""Streams on which stands what others pass on."""

_OF_NOTICES: Final = "read:notifications"
"""Without this scope a token hears of no notification, on whichever stream."""


def looking(application: web.Application) -> Looked:
    """What looks words up for connections, one organisation after the other."""

    async def looked(words: list[Word], connections: list[Connection]) -> None:
        by_owner: dict[int, list[Connection]] = {}
        for connection in connections:
            if connection.streams and not connection.is_over:
                by_owner.setdefault(connection.owner_id, []).append(connection)
        about = {word.numbers[-1] for word in words if word.kind in _ABOUT and word.numbers}
        if not by_owner or not words:
            return
        async with application[DATABASE].read() as session:
            told = await timelines.told(session, about)
        for owner_id, readers in by_owner.items():
            onlooker = _Onlooker(owner_id, readers, told)
            mine = [word for word in words if onlooker.may_want(word)]
            if mine:
                async with application[DATABASE].read() as session:
                    us = await profiles.by_id(session, owner_id)
                    if us is not None:
                        await onlooker.look(session, application[SITE], us, mine)

    return looked


def checking(application: web.Application) -> Checked:
    """What ends connections whose tokens hold no longer."""

    async def checked(connections: list[Connection]) -> None:
        async with application[DATABASE].read() as session:
            held = await access.holding(session, {one.secret for one in connections})
        for one in connections:
            if one.secret not in held:
                one.end()

    return checked


class _Onlooker:
    """One organisation, the connections that it has, and one transaction in which it looks."""

    _session: Session
    _us: Actor
    _describer: Describer

    def __init__(self, owner_id: int, readers: list[Connection], told: Mapping[int, Told]) -> None:
        self._owner_id = owner_id
        self._readers = readers
        self._told = told
        self._streams = {stream for reader in readers for stream in reader.streams}
        self._names = {stream.name for stream in self._streams}

    def may_want(self, word: Word) -> bool:
        """Whether anything may follow from a word, as far as that can be said without looking."""
        if word.kind in _ABOUT:
            told = self._told.get(word.numbers[-1]) if word.numbers else None
            if told is None:  # what somebody passed on, and does no longer
                return word.kind == news.GONE and not self._names.isdisjoint(_AT_HOME)
            is_own = told.teller_id == self._owner_id
            return is_own or word.kind != news.SAID or (told.is_public and self._hears_all())
        return bool(word.numbers) and word.numbers[0] == self._owner_id

    def _hears_all(self) -> bool:
        return any(name.startswith(("public", "hashtag")) for name in self._names)

    async def look(self, session: Session, site: Site, us: Actor, words: list[Word]) -> None:
        """Look words up, and tell who wants to hear of them."""
        self._session, self._us = session, us
        self._describer = Describer(session, site, us)
        for word in words:
            await self._look(word)

    async def _look(self, word: Word) -> None:
        match word.kind, word.numbers:
            case news.SHOWN, (_, number):
                await self._status(number, "update", is_said=False)
            case news.SAID, (number,):
                await self._status(number, "update", is_said=True)
            case news.CHANGED, (number,):
                await self._status(number, "status.update", is_said=True)
            case news.GONE, (number,):
                await self._gone(number)
            case news.NOTICE, (_, number):
                await self._notice(number)
            case news.FILTERS, (_,):
                self._tell(lambda one: one.name == "user", "filters_changed", None)
            case _:
                pass  # of tokens, which are looked at apart, or a word with too many numbers

    async def _status(self, number: int, event: str, *, is_said: bool) -> None:
        item = await timelines.status(self._session, number, self._us)
        if item is None:
            return
        if is_said and event == "update":
            await self._conversation(item)
        wanted = await self._places(item, is_said=is_said, is_new=event == "update")
        if wanted.isdisjoint(self._streams):
            return
        entity = await self._describer.status(item)
        if not entity["media_attachments"]:
            wanted = {one for one in wanted if not one.name.endswith(":media")}
        self._tell(lambda one: one in wanted, event, text(entity))

    async def _places(self, item: Item, *, is_said: bool, is_new: bool) -> set[Stream]:
        """The streams in which it stands: where things are shown, or where they are just said."""
        found: set[Stream] = set()
        teller = item.booster or item.author
        if teller.id == self._us.id and is_said:
            found.add(Stream("user"))
        if not (is_said and is_new):
            found |= await self._at_home(item)
        is_public = not isinstance(item.subject, Remark) or item.subject.visibility == "public"
        if is_said and item.boost is None and is_public:
            found |= await self._in_public(item)
        return found

    async def _at_home(self, item: Item) -> set[Stream]:
        found: set[Stream] = set()
        if "user" in self._names and await timelines.stands_at_home(
            self._session, self._us, item.subject.id
        ):
            found.add(Stream("user"))
        for one in self._streams:
            if one.name == "list":
                row = await circles.by_id(self._session, self._us, int(one.about))
                if row is not None and await timelines.stands_in_circle(
                    self._session, self._us, row, item.subject.id
                ):
                    found.add(one)
        return found

    async def _in_public(self, item: Item) -> set[Stream]:
        if not self._hears_all():
            return set()
        standing = await blocks.standing(self._session, self._us, item.author)
        if standing.blocking or standing.host_blocking or standing.muting:
            return set()
        where = "local" if item.author.is_ours else "remote"
        names = ("public", "public:media", f"public:{where}", f"public:{where}:media")
        found = {Stream(name) for name in names}
        if isinstance(item.subject, Remark):
            tags = ("hashtag", "hashtag:local") if where == "local" else ("hashtag",)
            for one in self._streams:
                if one.name in tags and await timelines.is_tagged(
                    self._session, item.subject, one.about
                ):
                    found.add(one)
        return found

    async def _gone(self, number: int) -> None:
        """Whoever could see it may hear that it is gone; nobody else that it ever was."""
        told = self._told.get(number)
        if told is None:
            self._tell(lambda one: one.name in _AT_HOME, "delete", str(number))
        elif await timelines.could_see(self._session, told, self._us):
            apart = ("user:notification", "direct")
            self._tell(lambda one: one.name not in apart, "delete", str(number))

    async def _notice(self, number: int) -> None:
        item = await notices.one(self._session, self._us, number)
        if item is None:
            return
        if item.notice.remark_id is not None:
            said = await timelines.status(self._session, item.notice.remark_id, self._us)
            if said is not None:
                await self._conversation(said)
        if item.notice.kind not in notifications.KINDS:
            return
        readers = [one for one in self._readers if scopes.allows(one.scopes, _OF_NOTICES)]
        names = ("user", "user:notification")
        if not any(stream.name in names for one in readers for stream in one.streams):
            return
        entity = await notifications.notification(self._session, self._describer, self._us, item)
        if entity is not None:
            self._tell(lambda one: one.name in names, "notification", text(entity), readers)

    async def _conversation(self, item: Item) -> None:
        """An exchange of direct remarks goes on."""
        subject = item.subject
        is_direct = isinstance(subject, Remark) and subject.visibility == "direct"
        if not is_direct or "direct" not in self._names:
            return
        found = await shelves.conversation_with(self._session, self._us, subject.id)
        if found is not None:
            entity = await bookmarks.shown(self._describer, found)
            self._tell(lambda one: one.name == "direct", "conversation", text(entity))

    def _tell(
        self,
        wants: Callable[[Stream], bool],
        event: str,
        payload: str | None,
        readers: list[Connection] | None = None,
    ) -> None:
        for reader in self._readers if readers is None else readers:
            chosen = tuple(one for one in reader.streams if wants(one))
            if chosen:
                reader.tell(Event(chosen, event, payload))
