"""Exploring: read what belongs to a conversation and lives elsewhere.

*Around* a remark that came: what it quotes and its author's stamp, what it answers, upwards, and a
few answers that came with it; all of it within one budget, that of one incoming activity.
*Below* what somebody looks at: the answers to it, from its `context` (FEP-f228) or, where that is
no list, from `replies` of it and of what was found, with Mastodon's limits. *Featured*: what an
actor who is newly followed shows first, if it is their own. *Kin*: `federation.workers.tracing`.
Everything is read at
its own address and believed as that alone; a list is only addresses. What is not public, answers
nothing that we know, or lives on a blocked host, is passed over.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, NamedTuple

import structlog

import activitypub.vocabulary as ap
from activitypub import addressing, canonical_json, iris, reading
from activitypub.addressing import Visibility
from activitypub.errors import ProtocolError
from activitypub.iris import Iri
from actors.database import Database
from actors.mail import explorations, hosts
from actors.mail.explorations import Task
from actors.site import Site
from actors.tables.model import Model
from actors.tables.remark import Remark
from actors.verbs import conversing, featuring, quoting
from actors.views import pins, profiles, quotes, timelines
from actors.views.timelines import DEEPEST_THREAD
from actors.vocabulary import is_model
from federation.errors import TooMuch
from federation.lookup import Lookup
from federation.refusals import FORESEEN
from federation.settings import Settings
from federation.workers import tracing
from federation.workers.crew import Crew
from federation.workers.tracing import Tracing

AT_ONCE: Final = 4
"""Conversations read at the same time: nobody waits for them, and mail must find a place."""

STEP: Final = 10
"""Documents of one step below something: it must end within its claim."""

MOST_OF_ONE: Final = 500
"""Answers to one post, and MOST_OF_ALL documents in one conversation (Mastodon 4.6,
`app/workers/activitypub/fetch_all_replies_worker.rb`)."""

MOST_OF_ALL: Final = 1_000

MOST_PAGES: Final = 10
"""Pages of one list: at five hundred answers none is shorter than fifty."""

COST_OF_A_POST: Final = 3
"""Documents that one post may cost: itself, its author, and the version of a model."""

_POSTS: Final = (ap.Note, ap.Question, ap.Article, ap.Page)
_OPEN: Final = (Visibility.PUBLIC, Visibility.UNLISTED)

_log = structlog.stdlib.get_logger("federation.exploring")


@dataclass
class _Purse:
    """How many documents may still be read."""

    left: int
    spent: int = 0

    def pay(self, documents: int = 1) -> None:
        """Raises TooMuch: it is empty."""
        if documents > self.left:
            raise TooMuch("a conversation may cost no more documents")
        self.left -= documents
        self.spent += documents


@dataclass
class _Plan:
    """What is still to be read below something.

    `entries` are `[what, address, whose, page, taken]`: a post, or a page of a list of what answers
    `whose`, after so many pages and posts of that list. What stands in a `context` needs no list
    of its own.
    """

    entries: list[list[Any]]
    seen: dict[str, None]

    def add(self, what: str, address: str, whose: str, page: int = 0, taken: int = 0) -> None:
        """Once, and no more than a conversation may have."""
        if address not in self.seen and len(self.seen) < MOST_OF_ALL:
            self.seen[address] = None
            self.entries.append([what, address, whose, page, taken])


class _Entry(NamedTuple):
    """One entry of a plan."""

    what: str
    address: str
    whose: str
    page: int
    taken: int


class Exploring:
    """Runs the explorations.

    Args:
        database: where they wait.
        site: our clock and ids.
        lookup: reads documents.
        settings: how many documents one activity may cost.
    """

    def __init__(self, database: Database, site: Site, lookup: Lookup, settings: Settings) -> None:
        self._database = database
        self._site = site
        self._lookup = lookup
        self._budget = settings.federation.budget
        self._crew = Crew()
        self._tracing = Tracing(database, site, lookup)

    async def work(self) -> int:
        """Take the next step of what is due, and wait until one is done, or a second.

        Returns:
            How many were begun or are under way; 0 when nothing is due.
        """
        tasks: list[Task] = []
        async with self._database.read() as session:
            may_be_due = await explorations.may_be_due(session, self._site)
        if may_be_due:
            room = AT_ONCE - len(self._crew)
            async with self._database.begin() as session:
                tasks = await explorations.claim(session, self._site, limit=room)
        for task in tasks:
            self._crew.begin(self._take(task))
        return await self._crew.first_done(begun=len(tasks))

    async def ended(self) -> None:
        """Wait until what is under way has ended."""
        await self._crew.ended()

    async def stop(self) -> None:
        """Break off what is under way: it is taken up again."""
        await self._crew.stop()

    async def _take(self, task: Task) -> None:
        is_in_steps = task.kind in (explorations.BELOW, explorations.KIN)
        most = STEP + COST_OF_A_POST if is_in_steps else self._budget - task.fetches
        purse = _Purse(max(0, most))
        runs = {
            explorations.AROUND: self._around,
            explorations.FEATURED: self._featured,
            explorations.KIN: self._kin,
        }
        run = runs.get(task.kind, self._below)
        try:
            await run(task, purse)
        except FORESEEN as error:
            is_temporary = error.temporary and not isinstance(error, TooMuch)
            await self._end(task, purse, error.reason, is_temporary=is_temporary)
        except Exception:  # noqa: BLE001 - a bug in one conversation must not stop the others
            _log.exception("exploration.failed", about=task.iri)
            await self._end(
                task, purse, "a mistake in this program: see the log", is_temporary=True
            )

    async def _end(self, task: Task, purse: _Purse, reason: str, *, is_temporary: bool) -> None:
        async with self._database.begin() as session:
            if is_temporary:
                await explorations.postpone(
                    session, self._site, task, reason=reason, fetches=purse.spent
                )
            else:
                await explorations.finish(session, task, reason=reason, fetches=purse.spent)
        _log.debug("exploration.ended", about=task.iri, reason=reason, fetches=purse.spent)

    async def _kin(self, task: Task, purse: _Purse) -> None:
        """One step of a lineage; the row keeps what is left."""
        left = await self._tracing.step(task, purse.pay)
        is_over = not left.plan or task.fetches + purse.spent >= tracing.MOST_FETCHES
        async with self._database.begin() as session:
            if is_over:
                await explorations.finish(session, task, fetches=purse.spent)
            else:
                await explorations.keep(
                    session, task, plan=left.plan, seen=left.seen, fetches=purse.spent
                )

    # Around a remark that came

    async def _around(self, task: Task, purse: _Purse) -> None:
        """All three in turn; a trouble with one leaves the others their chance."""
        troubles = [
            await self._tried(partial(self._quote, task.iri, purse)),
            await self._tried(partial(self._above, task.iri, purse)),
            await self._tried(partial(self._beside, task.iri, purse)),
        ]
        for trouble in troubles:
            if trouble is not None:
                raise trouble
        await self._end(task, purse, "", is_temporary=False)

    async def _tried(self, part: Callable[[], Awaitable[None]]) -> Exception | None:
        """None when it is done, or cannot be; the trouble when it may pass."""
        try:
            await part()
        except FORESEEN as error:
            return error if error.temporary and not isinstance(error, TooMuch) else None
        return None

    async def _quote(self, iri: str, purse: _Purse) -> None:
        """Read what a remark quotes, and the consent for it; then judge."""
        async with self._database.read() as session:
            wanted = await quoting.unverified(session, iri)
        if wanted is not None and wanted.quoted is not None:
            if await self._post(wanted.quoted, purse) is None:
                return
            async with self._database.read() as session:
                wanted = await quoting.unverified(session, iri)
        stamp = None
        if wanted is not None and wanted.stamp is not None:
            stamp = await self._stamp(wanted.stamp, purse)
        async with self._database.begin() as session:
            await quoting.verify(session, self._site, iri, stamp)

    async def _stamp(self, iri: Iri, purse: _Purse) -> ap.Object | None:
        """What is at the address of a stamp; None where the answer is no."""
        if await self._is_closed(iri):
            return None
        purse.pay()
        try:
            return await self._lookup.fresh(iri)
        except FORESEEN as error:
            if error.temporary:
                raise
            return None

    async def _above(self, iri: str, purse: _Purse) -> None:
        """What a remark answers, and so on upwards, until it is known or begins."""
        seen: set[str] = set()
        at: str | None = iri
        while at is not None and at not in seen and len(seen) < DEEPEST_THREAD:
            seen.add(at)
            async with self._database.read() as session:
                known = await quotes.subject(session, at)
            known = known or await self._post(Iri(at), purse)
            at = known.in_reply_to if isinstance(known, Remark) else None

    async def _beside(self, iri: str, purse: _Purse) -> None:
        """A few answers that came with a remark, on its own host."""
        async with self._database.read() as session:
            remark = await quotes.subject(session, iri)
        if not isinstance(remark, Remark) or not remark.document:
            return
        for answer in conversing.beside(reading.read(canonical_json.parse(remark.document))):
            async with self._database.read() as session:
                is_known = await quotes.subject(session, answer) is not None
            if not is_known:
                await self._tried(partial(self._an_answer, answer, purse))

    async def _an_answer(self, iri: Iri, purse: _Purse) -> None:
        await self._post(iri, purse, is_answer=True)

    async def _post(
        self, iri: Iri, purse: _Purse, *, is_answer: bool = False, by: str | None = None
    ) -> Model | Remark | None:
        """Read and remember a post that everybody may see; None where there is none.

        Args:
            iri: of the post.
            purse: pays for it and for its author, if that one is unknown.
            is_answer: it must answer something known here.
            by: it must be this actor's own.
        """
        if await self._is_closed(iri):
            return None
        purse.pay()
        thing = await self._lookup.fresh(iri)
        if not isinstance(thing, _POSTS) or not thing.attributed_to:
            return None
        if by is not None and thing.attributed_to[0] != by:
            return None
        if addressing.visibility(thing.to, thing.cc, None) not in _OPEN:
            return None
        async with self._database.read() as session:
            answered = await quotes.subject(session, thing.in_reply_to)
            author = await profiles.by_iri(session, thing.attributed_to[0])
        if is_answer and answered is None:
            return None
        purse.pay((author is None) + is_model(thing))
        found = await self._lookup.mirror(thing, may_ask=False, is_history=by is not None)
        return found if isinstance(found, Model | Remark) else None

    async def _is_closed(self, iri: Iri) -> bool:
        """Is nothing read there: our own host, or a blocked one?"""
        host = iris.host(iri)
        async with self._database.read() as session:
            return host == iris.host(self._site.origin) or await hosts.is_blocked(session, host)

    # What somebody who is newly followed shows first

    async def _featured(self, task: Task, purse: _Purse) -> None:
        """The first things in `featured`, each read at its own address, on its owner's origin."""
        async with self._database.read() as session:
            owner = await profiles.by_iri(session, task.iri)
        if owner is None or owner.featured is None:
            await self._end(task, purse, "nothing is featured", is_temporary=False)
            return
        listed = await self._listed(Iri(owner.featured), Iri(owner.iri), purse)
        troubles = [await self._tried(partial(self._own, one, owner.iri, purse)) for one in listed]
        async with self._database.begin() as session:
            await featuring.on_featured(session, self._site, owner, listed)
        for trouble in troubles:
            if trouble is not None:
                raise trouble
        await self._end(task, purse, "", is_temporary=False)

    async def _listed(self, at: Iri, home: Iri, purse: _Purse) -> list[Iri]:
        """What stands in a list, or else on its first page, all of it on the origin of `home`."""
        found: list[Iri] = []
        pages = [at]
        while pages and not found and iris.same_origin(pages[0], home):
            if await self._is_closed(pages[0]):
                break
            purse.pay()
            found, following = _opened(await self._lookup.fresh(pages[0]))
            pages = following[:1] if pages == [at] else []
        return [one for one in found if iris.same_origin(one, home)][: pins.MOST]

    async def _own(self, iri: Iri, whose: str, purse: _Purse) -> None:
        async with self._database.read() as session:
            is_known = await quotes.subject(session, iri) is not None
        if not is_known:
            await self._post(iri, purse, by=whose)

    # Below something that is looked at

    async def _below(self, task: Task, purse: _Purse) -> None:
        """One step: some posts and pages; the row keeps what is left."""
        seen = dict.fromkeys(str(one) for one in task.seen)
        plan = _Plan([list(entry) for entry in task.plan], seen)
        if not seen:
            await self._begin(task, plan)
        while plan.entries and purse.left > COST_OF_A_POST:
            entry = plan.entries.pop(0)
            await self._tried(partial(self._entry, entry, plan, purse))
        is_over = not plan.entries or task.fetches + purse.spent >= MOST_OF_ALL
        async with self._database.begin() as session:
            if is_over:
                await explorations.finish(session, task, fetches=purse.spent)
            else:
                await explorations.keep(
                    session, task, plan=plan.entries, seen=list(plan.seen), fetches=purse.spent
                )

    async def _begin(self, task: Task, plan: _Plan) -> None:
        """The conversation's own list, or those of everything that is known of it."""
        async with self._database.read() as session:
            item = await timelines.by_iri(session, task.iri, None)
            known = [] if item is None else (await timelines.thread(session, item, None))[1]
        plan.seen[task.iri] = None
        if item is None:
            return
        thing = _document(item.subject)
        if thing is not None and thing.context is not None and not item.author.is_ours:
            plan.add("context", thing.context, task.iri)
            return
        for one in (item, *known):
            self._lists_of(one.subject, plan, is_ours=one.author.is_ours)

    def _lists_of(self, subject: Model | Remark, plan: _Plan, *, is_ours: bool) -> None:
        """What answers this, as its own server lists it; of ours, we know it all."""
        thing = None if is_ours else _document(subject)
        if thing is None or thing.replies is None:
            return
        if iris.same_origin(thing.replies, Iri(subject.iri)):
            plan.add("replies", thing.replies, subject.iri)

    async def _entry(self, entry: list[Any], plan: _Plan, purse: _Purse) -> None:
        one = _Entry(*entry)
        if one.what == "post":
            await self._answer(Iri(one.address), one.whose, plan, purse)
            return
        try:
            await self._list(one, plan, purse)
        except FORESEEN:
            if one.what != "context" or one.page:
                raise
            await self._without_context(one.whose, plan)

    async def _answer(self, iri: Iri, whose: str, plan: _Plan, purse: _Purse) -> None:
        async with self._database.read() as session:
            known = await quotes.subject(session, iri)
        known = known or await self._post(iri, purse, is_answer=True)
        if isinstance(known, Remark) and whose:
            self._lists_of(known, plan, is_ours=iris.same_origin(iri, self._site.origin))

    async def _list(self, entry: _Entry, plan: _Plan, purse: _Purse) -> None:
        """One page of a list: its posts, and its next page, are to be read."""
        iri = Iri(entry.address)
        if await self._is_closed(iri):
            return
        purse.pay()
        found, following = _opened(await self._lookup.fresh(iri))
        if entry.what == "context" and not entry.page and not found and not following:
            await self._without_context(entry.whose, plan)
            return
        found = found[: MOST_OF_ONE - entry.taken]
        for post in found:
            plan.add("post", post, "" if entry.what == "context" else entry.whose)
        for at in following:
            if entry.page + 1 < MOST_PAGES and iris.same_origin(at, iri):
                taken = entry.taken + len(found)
                plan.add(entry.what, at, entry.whose, entry.page + 1, taken)

    async def _without_context(self, whose: str, plan: _Plan) -> None:
        """The conversation has no list of its own: each post may have one."""
        async with self._database.read() as session:
            item = await timelines.by_iri(session, whose, None)
            known = [] if item is None else (await timelines.thread(session, item, None))[1]
        for one in (item, *known):
            if one is not None:
                self._lists_of(one.subject, plan, is_ours=one.author.is_ours)


def _opened(thing: ap.Object) -> tuple[list[Iri], list[Iri]]:
    """The addresses that a list or a page of one holds, and where it goes on."""
    if not isinstance(thing, ap.Collection):
        return [], []
    pages = [thing, *([thing.first] if isinstance(thing.first, ap.Object) else [])]
    found = [one for part in pages for one in conversing.listed(part)]
    following = [] if thing.first is None or isinstance(thing.first, ap.Object) else [thing.first]
    following += [one.next for one in pages if isinstance(one, ap.CollectionPage) and one.next]
    return found, following


def _document(subject: Model | Remark) -> ap.Object | None:
    """The stored document; one that was taken under older, wider limits is as good as none."""
    try:
        return reading.read(canonical_json.parse(subject.document))
    except ProtocolError:
        return None
