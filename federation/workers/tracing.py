"""Tracing: walk a lineage, from instance to instance.

Upwards, each model says what it was made from; downwards, each lists what was made from it. Both
are only addresses: every model is read where it lives and says for itself what it was made from. A
list that names a stranger costs one document and brings nothing here. Whoever is away, refuses or
is gone is noted as such, and the walk goes on with what is known of it: a fork of a fork keeps its
grandparent when the one between them has gone.

The walk is in steps; each leaves its plan in the row, so a process that dies loses one step. It
ends when nothing is left to read or a budget is spent, whatever strangers answer: `DEEPEST` hops,
`MOST_MODELS` in all and `MOST_OF_A_HOST` on one of `MOST_HOSTS` hosts, `MOST_FETCHES` documents.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import activitypub.vocabulary as ap
from activitypub import iris
from activitypub.errors import ProtocolError
from activitypub.iris import Iri
from actors.database import Database
from actors.errors import Gone, Refusal
from actors.mail import hosts
from actors.mail.explorations import Task
from actors.site import Site
from actors.verbs import conversing, tracing
from actors.views import history, kin
from actors.vocabulary import is_model
from federation.errors import Refused, TooMuch, TransportError
from federation.lookup import Lookup

DEEPEST: Final = 16
"""Hops from where a walk began: no family of forks that we know of is more than five deep."""

MOST_MODELS: Final = 300
"""Models of one lineage: what a page can show; the largest in the field have some hundred."""

MOST_OF_A_HOST: Final = 100
"""Of them on one host: who makes up forks of forks for us to read runs dry there."""

MOST_HOSTS: Final = 60
"""Hosts of one lineage, for the same reason where names cost nothing."""

MOST_FETCHES: Final = 1_200
"""Documents of one walk: what its models, their lists and versions cost at most."""

MOST_PAGES: Final = 10
"""Pages of one list of forks."""

COST: Final = 3
"""Documents that one model may cost: itself, its author, its newest version."""

_GONE: Final = frozenset({404, 410})


class Entry(NamedTuple):
    """What is still to be read: a model above or below, its list of forks, or a version.

    `hops` from where the walk began; `whose` is the source that led to a model below, or whose list
    it is; `page` counts pages of a list.
    """

    what: str
    iri: str
    hops: int
    whose: str = ""
    page: int = 0


UP: Final = "up"
DOWN: Final = "down"
FORKS: Final = "forks"
VERSION: Final = "version"


@dataclass
class Plan:
    """What is still to be read, and everything that ever stood there: models by their addresses.

    In `seen`, what is no model (lists, versions) has a plus sign in front of its address.
    """

    entries: list[Entry]
    seen: dict[str, None]

    def add(self, entry: Entry, *, first: bool = False) -> None:
        """Once, and within the budgets; what leads upwards goes first."""
        is_model = entry.what in (UP, DOWN)
        sign = entry.iri if is_model else f"+{entry.iri}"
        if sign in self.seen or entry.hops > DEEPEST or len(self.seen) >= MOST_FETCHES:
            return
        if is_model and not self._has_room(entry.iri):
            return
        self.seen[sign] = None
        self.entries.insert(0 if first else len(self.entries), entry)

    def _has_room(self, iri: str) -> bool:
        by_host = Counter(_host(one) for one in self.seen if not one.startswith("+"))
        if by_host.total() >= MOST_MODELS:
            return False
        host = _host(iri)
        return by_host[host] < MOST_OF_A_HOST and (host in by_host or len(by_host) < MOST_HOSTS)


@dataclass(frozen=True)
class Left:
    """What a step leaves to the next one; nothing when the walk is over."""

    plan: Sequence[Sequence[Any]]
    seen: Sequence[str]


class Tracing:
    """Walks lineages, one step at a time.

    Args:
        database: what is remembered.
        site: our clock and ids.
        lookup: reads documents.
    """

    def __init__(self, database: Database, site: Site, lookup: Lookup) -> None:
        self._database = database
        self._site = site
        self._lookup = lookup

    async def step(self, task: Task, pay: Callable[[int], None]) -> Left:
        """Read some of a lineage.

        Args:
            task: the walk, as the last step left it.
            pay: pays for so many documents, or raises TooMuch: the rest is for the next step.
        """
        plan = Plan([Entry(*one) for one in task.plan], dict.fromkeys(map(str, task.seen)))
        if not plan.seen:
            plan.add(Entry(UP, task.iri, 0))
        while plan.entries:
            entry = plan.entries[0]
            try:
                pay(COST if entry.what in (UP, DOWN) else 1)
            except TooMuch:
                break
            plan.entries.pop(0)
            await self._take(entry, plan)
        return Left([list(one) for one in plan.entries], list(plan.seen))

    async def _take(self, entry: Entry, plan: Plan) -> None:
        if entry.what == FORKS:
            await self._list(entry, plan)
        elif entry.what == VERSION:
            await self._version(Iri(entry.iri))
        else:
            await self._model(entry, plan)

    async def _model(self, entry: Entry, plan: Plan) -> None:
        """One model: what it says of itself, or what is known of it where it does not answer."""
        article = await self._look(entry)
        if entry.what == DOWN and article is not None and not _names(article, entry.whose):
            return  # a list named a stranger
        async with self._database.read() as session:
            known = await kin.family_of(session, entry.iri)
        if known.source is not None:
            plan.add(Entry(UP, known.source, entry.hops + 1), first=entry.what == UP)
        if known.base is not None:
            plan.add(Entry(VERSION, known.base, entry.hops))
        at = None if article is None else tracing.forks_of(article)
        if at is not None:
            plan.add(Entry(FORKS, at, entry.hops, entry.iri))
        for fork in known.forks:
            plan.add(Entry(DOWN, fork, entry.hops + 1, entry.iri))

    async def _look(self, entry: Entry) -> ap.Object | None:
        """Read a model where it lives, and note how it was found; None where it is not there."""
        iri = Iri(entry.iri)
        if iris.host(iri) == iris.host(self._site.origin):
            await self._note(iri, tracing.SEEN)
            return None
        if await self._is_closed(iri):
            await self._note(iri, tracing.CLOSED)
            return None
        try:
            article = await self._lookup.fresh(iri)
            if isinstance(article, ap.Tombstone):
                await self._note(iri, tracing.GONE)
                return None
            if not is_model(article) or "versionOf" in article.extra:
                await self._note(iri, tracing.ODD, "There is something else at this address.")
                return None
            if entry.what == UP or _names(article, entry.whose):
                await self._remember(article)
        except (TransportError, ProtocolError, Refusal) as error:
            await self._note(iri, _state(error), error.reason)
            return None
        await self._note(iri, tracing.SEEN, upstream=tracing.source_of(article))
        return article

    async def _remember(self, article: ap.Object) -> None:
        """Mirror a model; whoever of ours forked it is told if it has moved on meanwhile."""
        await self._lookup.mirror(article, is_history=True, may_ask=False)

    async def _list(self, entry: Entry, plan: Plan) -> None:
        """A page of a list of forks; what it names is to be read."""
        iri = Iri(entry.iri)
        if await self._is_closed(iri):
            return
        try:
            page = await self._lookup.fresh(iri)
        except (TransportError, ProtocolError, Refusal):
            return
        found, following = _opened(page)
        found = [one for one in found if one != entry.whose][: tracing.MOST_LISTED]
        async with self._database.begin() as session:
            begins = entry.page == 0
            await tracing.listed(session, self._site, entry.whose, found, begins=begins)
        for fork in found:
            plan.add(Entry(DOWN, fork, entry.hops + 1, entry.whose))
        for at in following:
            if entry.page + 1 < MOST_PAGES and iris.same_origin(at, iri):
                plan.add(Entry(FORKS, at, entry.hops, entry.whose, entry.page + 1))

    async def _version(self, iri: Iri) -> None:
        """The version that a fork was made from: what a merge is judged against."""
        async with self._database.read() as session:
            is_known = await history.revision_by_iri(session, iri) is not None
        if is_known or await self._is_closed(iri):
            return
        try:
            version = await self._lookup.fresh(iri)
            await self._lookup.know_prover(version)
            async with self._database.begin() as session:
                await tracing.remember_version(session, self._site, version)
        except (TransportError, ProtocolError, Refusal):
            return

    async def _is_closed(self, iri: Iri) -> bool:
        """Is nothing read there: our own host, or one that we have nothing to do with?"""
        host = iris.host(iri)
        async with self._database.read() as session:
            return host == iris.host(self._site.origin) or await hosts.is_blocked(session, host)

    async def _note(
        self, iri: Iri, state: str, reason: str = "", *, upstream: Iri | None = None
    ) -> None:
        async with self._database.begin() as session:
            await tracing.sighted(session, self._site, iri, state, reason=reason, upstream=upstream)


def _names(article: ap.Object, source: str) -> bool:
    return tracing.source_of(article) == source


def _state(error: Exception) -> str:
    if isinstance(error, Gone) or (isinstance(error, Refused) and error.status in _GONE):
        return tracing.GONE
    if isinstance(error, TransportError):
        return tracing.UNREACHABLE if error.temporary else tracing.REFUSED
    return tracing.ODD


def _opened(thing: ap.Object) -> tuple[list[Iri], Iterable[Iri]]:
    """The addresses that a list or a page of one holds, and where it goes on."""
    if not isinstance(thing, ap.Collection):
        return [], ()
    pages = [thing, *([thing.first] if isinstance(thing.first, ap.Object) else [])]
    found = [one for part in pages for one in conversing.listed(part)]
    following = [one.next for one in pages if isinstance(one, ap.CollectionPage) and one.next]
    if thing.first is not None and not isinstance(thing.first, ap.Object):
        following.insert(0, thing.first)
    return found, following


def _host(iri: str) -> str:
    return iri.split("/", 3)[2] if iri.count("/") > 1 else iri
