"""Backfilling: after a follow, walk the outbox and put what it holds into our inbox.

One step of a walk reads one page and puts a few activities; `Receiving` then hears them as it hears
everything, with the same rules, reactions and retries. Only what the owner of the outbox did
itself, under ids of its own origin, is taken: an outbox is its owner's word for nobody else. A walk
ends at the activity where the one before began, or when it has cost enough; what is older then
stays where it is. Mastodon shows strangers no pages of some outboxes: such a walk ends at once.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import structlog

import activitypub.vocabulary as ap
from activitypub import canonical_json, iris, reading
from activitypub.authority import Vouched, hear
from activitypub.iris import Iri
from actors.database import Database
from actors.mail import backfill, inbox
from actors.mail.backfill import Found, Walk
from actors.site import Site
from actors.verbs import distributing
from actors.views import profiles
from federation.errors import Unsafe
from federation.lookup import Lookup
from federation.refusals import FORESEEN, Foreseen
from federation.settings import Settings
from federation.transport.causes import caused_by
from federation.workers.crew import Crew

AT_ONCE: Final = 4
"""Outboxes walked at the same time: with `AHEAD` they take less than two thirds of what is heard at
once, so that the mail of everybody else finds a place."""

AHEAD: Final = 10
"""Activities of one walk that wait in the inbox: their speaker's live mail comes behind them."""

MOST_TAKEN: Final = 200
"""Activities of one walk: years of a network that passes on a model a week, and ten pages of ours.
"""

MOST_PAGES: Final = 10
"""Pages of one walk: two hundred activities of ours and of Mastodon's twenty to a page. A circle
ends here."""

MOST_FETCHES: Final = 300
"""Documents that one walk reads in the outbox: each page twice (`AHEAD` is half of ours), and each
activity by itself where the pages only name them."""

STEP_FETCHES: Final = 12
"""Documents that one step reads: it must end within its claim, even if each takes ten seconds."""

PATIENCE: Final = 3
"""Tries after which an activity that cannot be read by itself is passed over."""

_TOLD: Final = (ap.Create, ap.Update, ap.Delete, ap.Announce)
"""What makes, changes, ends or passes on something to read. Answers, follows and likes are of their
moment: an Undo of last year must not end a follow of today."""

_log = structlog.stdlib.get_logger("federation.backfill")


_Entry = tuple[Iri, ap.Object | Iri]


@dataclass(frozen=True)
class _Opened:
    """A page, and the address at which it is read again; None for what the outbox begins with."""

    page: ap.Collection
    address: Iri | None


class _Reader:
    """Reads an outbox at its owner's origin, and counts."""

    def __init__(self, lookup: Lookup, owner: Iri) -> None:
        self._lookup = lookup
        self._owner = owner
        self.fetches = 0

    async def whole(self, item: ap.Object | Iri) -> ap.Object:
        """The thing itself, where it is only named."""
        return item if isinstance(item, ap.Object) else await self.read(item)

    async def collection(self, item: ap.Object | Iri) -> ap.Collection:
        """A collection or a page of one.

        Raises:
            Unsafe: there is something else.
        """
        thing = await self.whole(item)
        if not isinstance(thing, ap.Collection):
            raise Unsafe("there is no list at the address of its outbox", code="content-type")
        return thing

    async def read(self, iri: Iri) -> ap.Object:
        """What is at an address now.

        Raises:
            Unsafe: it is on another origin, or leads there.
            TransportError, ProtocolError: it cannot be read.
        """
        self._must_be_beside(iri)
        self.fetches += 1
        thing = await self._lookup.fresh(iri)
        self._must_be_beside(thing.id)
        return thing

    def _must_be_beside(self, iri: Iri | None) -> None:
        if iri is None or not iris.same_origin(iri, self._owner):
            raise Unsafe("a part of its outbox lives elsewhere", code="id-mismatch")


class Backfilling:
    """Walks the outboxes of those whom ours began to follow.

    Args:
        database: where walks and what they find wait.
        site: our clock and ids.
        lookup: reads pages.
        settings: how long a peer that is away is tried.
    """

    def __init__(self, database: Database, site: Site, lookup: Lookup, settings: Settings) -> None:
        self._database = database
        self._site = site
        self._lookup = lookup
        self._hold = timedelta(days=settings.federation.give_up_after_days)
        self._crew = Crew()

    async def work(self) -> int:
        """Take the next step of every walk that is due, and wait until one is done, or a second.

        Returns:
            How many were begun or are under way; 0 when nothing is due.
        """
        walks: list[Walk] = []
        async with self._database.read() as session:
            may_be_due = await backfill.may_be_due(session, self._site)
        if may_be_due:
            async with self._database.begin() as session:
                await backfill.renew(session, self._site)
                walks = await backfill.claim(session, self._site, limit=AT_ONCE - len(self._crew))
        for walk in walks:
            self._crew.begin(self._take(walk))
        return await self._crew.first_done(begun=len(walks))

    async def ended(self) -> None:
        """Wait until what is under way has ended."""
        await self._crew.ended()

    async def stop(self) -> None:
        """Break off what is under way: it is taken up again."""
        await self._crew.stop()

    async def _take(self, walk: Walk) -> None:
        try:
            with caused_by("walk", walk.speaker):
                await self._step(walk)
        except FORESEEN as error:
            await self._not_read(walk, error)
        except Exception:  # noqa: BLE001 - a bug with one outbox must not stop the others
            _log.exception("backfill.failed", actor=walk.speaker)
            await self._postpone(walk, "a mistake in this program: see the log", None)

    async def _step(self, walk: Walk) -> None:
        if (reason := await self._enough(walk)) is not None:
            await self._end(walk, reason)
            return
        if walk.outbox is None:
            await self._end(walk, "it shows no outbox")
            return
        reader = _Reader(self._lookup, walk.speaker)
        opened = await _open(reader, walk, walk.outbox)
        entries, is_at_mark = _above_the_mark(opened.page, walk.mark)
        async with self._database.read() as session:
            wanted = await inbox.unsettled(
                session, [iri for iri, _ in entries], before=walk.started_at
            )
        room = min(AHEAD, MOST_TAKEN - walk.taken)
        found, is_whole = await self._believed(
            reader, walk, [one for one in entries if one[0] in wanted], room
        )
        following = None if is_at_mark else _next(opened.page)
        async with self._database.begin() as session:
            await backfill.keep(
                session,
                self._site,
                walk,
                # The oldest first: what happened to a thing is told in its order.
                found[::-1],
                page=following if is_whole else opened.address,
                newest=walk.newest or _first(opened.page),
                pages=int(is_whole),
                fetches=reader.fetches,
            )
            if is_whole and following is None:
                await backfill.finish(session, self._site, walk)
        _log.debug("backfill.read", actor=walk.speaker, found=len(found), fetches=reader.fetches)

    async def _enough(self, walk: Walk) -> str | None:
        """Why this walk need not go on; None while it should."""
        async with self._database.read() as session:
            actor = await profiles.by_iri(session, walk.speaker)
            is_followed = actor is not None and await distributing.is_followed(session, actor)
        if not is_followed:
            return "nobody here follows it any more"
        for spent, most, what in (
            (walk.taken, MOST_TAKEN, "activities"),
            (walk.pages, MOST_PAGES, "pages"),
            (walk.fetches, MOST_FETCHES, "documents"),
        ):
            if spent >= most:
                return f"stopped after {most} {what}"
        return None

    async def _believed(
        self, reader: _Reader, walk: Walk, entries: list[_Entry], room: int
    ) -> tuple[list[Found], bool]:
        """What the outbox's owner did, as far as there is room for it.

        Returns:
            The activities, newest first, and whether all entries were looked at.
        """
        found: list[Found] = []
        for _, item in entries:
            if len(found) >= room or reader.fetches >= STEP_FETCHES:
                return found, False
            try:
                one = self._judged(walk, await reader.whole(item))
            except FORESEEN as error:
                if error.temporary and walk.tries < PATIENCE:
                    raise
                _log.info("backfill.passed_over", actor=walk.speaker, reason=error.code)
                continue
            if one is not None:
                found.append(one)
        return found, True

    def _judged(self, walk: Walk, item: ap.Object) -> Found | None:
        """An activity that its speaker may say and that can be read later.

        Raises:
            ProtocolError: it is somebody else's, or about what is somebody else's.
        """
        activity = reading.read_activity(item.document)
        hear(activity, speaker=walk.speaker, vouched=Vouched.ORIGIN, at=self._site.now())
        if not isinstance(activity, _TOLD) or _is_about_the_speaker(activity, walk.speaker):
            return None
        return Found(str(activity.id), canonical_json.encode(activity.document))

    async def _end(self, walk: Walk, reason: str) -> None:
        is_read = walk.newest is not None
        async with self._database.begin() as session:
            await backfill.finish(session, self._site, walk, reason=reason, is_read=is_read)
        _log.info("backfill.ended", actor=walk.speaker, reason=reason, taken=walk.taken)

    async def _not_read(self, walk: Walk, error: Foreseen) -> None:
        if error.temporary:
            await self._postpone(walk, error.reason, getattr(error, "retry_after", None))
            return
        async with self._database.begin() as session:
            await backfill.give_up(session, walk, reason=error.reason)
        _log.info("backfill.given_up", actor=walk.speaker, reason=error.code)

    async def _postpone(self, walk: Walk, reason: str, retry_after: timedelta | None) -> None:
        async with self._database.begin() as session:
            await backfill.postpone(
                session,
                self._site,
                walk,
                reason=reason,
                retry_after=retry_after,
                hold=self._hold,
            )


async def _open(reader: _Reader, walk: Walk, outbox: Iri) -> _Opened:
    """The page where the walk goes on; at its beginning the first one, wherever the outbox has it.

    An outbox that shows no page is opened as the empty list that it is.
    """
    if walk.page is not None:
        return _Opened(await reader.collection(walk.page), walk.page)
    whole = await reader.collection(outbox)
    if whole.first is None:
        return _Opened(whole, None)
    address = None if isinstance(whole.first, ap.Object) else whole.first
    return _Opened(await reader.collection(whole.first), address)


def _above_the_mark(page: ap.Collection, mark: str | None) -> tuple[list[_Entry], bool]:
    """The entries that are newer than where the walk before began, and whether that was met."""
    entries: list[_Entry] = []
    for item in page.items:
        iri = item.id if isinstance(item, ap.Object) else item
        if iri is not None and iri == mark:
            return entries, True
        if iri is not None:
            entries.append((iri, item))
    return entries, False


def _first(page: ap.Collection) -> str | None:
    entries, _ = _above_the_mark(page, None)
    return entries[0][0] if entries else None


def _next(page: ap.Collection) -> Iri | None:
    return page.next if isinstance(page, ap.CollectionPage) else None


def _is_about_the_speaker(activity: ap.Activity, speaker: Iri) -> bool:
    """A profile of last year, with its keys, must not come back; who is gone says so itself."""
    thing = activity.object
    return isinstance(thing, ap.Actor) or thing == speaker or getattr(thing, "id", None) == speaker
