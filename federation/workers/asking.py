"""Asking: what somebody pointed at is read where it lives.

What was forwarded without a proof is read at its owner's origin, with what belongs to it, and then
remembered as if we had looked it up; what its origin says is gone is forgotten here. A list of
followers is read and compared (FEP-8fcf): see `actors.verbs.synchronising`. Versions of a model
that were missed are read one after the other, and models that may have moved: see
`actors.verbs.catching_up`. Files that a model shows are read and kept: see
`actors.verbs.safeguarding`.
"""

from typing import Final

import structlog

import activitypub.vocabulary as ap
from activitypub import iris, synchronisation
from activitypub.errors import Malformed
from activitypub.iris import Iri
from actors.database import Database
from actors.mail import errands
from actors.mail.errands import Kind, Task
from actors.site import Site
from actors.verbs import catching_up, forgetting, forking, remarking, synchronising
from federation.copies import Copies
from federation.errors import Refused, TooMuch
from federation.lookup import Lookup
from federation.refusals import FORESEEN
from federation.settings import Settings
from federation.workers.crew import Crew

AT_ONCE: Final = 4
"""Errands at the same time: they are nobody's live mail."""

FOR_EVER: Final = 410
GONE: Final = frozenset({404, FOR_EVER})

_log = structlog.stdlib.get_logger("federation.errands")


class Asking:
    """Works through the errands.

    Args:
        database: where they wait.
        site: our clock and ids.
        lookup: reads documents.
        copies: reads files.
        settings: how many documents one errand may cost.
    """

    def __init__(
        self, database: Database, site: Site, lookup: Lookup, copies: Copies, settings: Settings
    ) -> None:
        self._database = database
        self._site = site
        self._lookup = lookup
        self._copies = copies
        self._budget = settings.federation.budget
        self._crew = Crew()

    async def work(self) -> int:
        """Take what is due, and wait until one is done, or a second.

        Returns:
            How many were begun or are under way; 0 when nothing is due.
        """
        taken: list[Task] = []
        async with self._database.read() as session:
            may_be_due = await errands.may_be_due(session, self._site)
        if may_be_due:
            async with self._database.begin() as session:
                taken = await errands.claim(session, self._site, limit=AT_ONCE - len(self._crew))
        for errand in taken:
            self._crew.begin(self._take(errand))
        return await self._crew.first_done(begun=len(taken))

    async def ended(self) -> None:
        """Wait until what is under way has ended."""
        await self._crew.ended()

    async def stop(self) -> None:
        """Break off what is under way: it is taken up again."""
        await self._crew.stop()

    async def _take(self, errand: Task) -> None:
        try:
            match errand.kind:
                case Kind.FOLLOWERS:
                    await self._followers(errand)
                case Kind.VERSION:
                    await self._version(errand.iri)
                case Kind.FILE:
                    await self._copies.keep(errand.iri, errand.digest)
                case Kind.OBJECT | Kind.MODEL:
                    await self._object(errand.iri)
        except FORESEEN as error:
            _log.info("errand.failed", kind=errand.kind.value, iri=errand.iri, reason=error.code)
            async with self._database.begin() as session:
                if error.temporary:
                    pause = getattr(error, "retry_after", None)
                    await errands.postpone(
                        session, self._site, errand, reason=error.reason, retry_after=pause
                    )
                else:
                    await errands.done(session, self._site, errand, reason=error.reason)
        except Exception:  # noqa: BLE001 - a bug with one errand must not stop the others
            _log.exception("errand.failed", kind=errand.kind.value, iri=errand.iri)
            async with self._database.begin() as session:
                await errands.postpone(
                    session, self._site, errand, reason="a mistake: see the log", retry_after=None
                )
        else:
            async with self._database.begin() as session:
                await errands.done(session, self._site, errand)

    async def _object(self, iri: Iri) -> None:
        """Read something at its owner's, and remember it as it is there."""
        try:
            thing = await self._lookup.fresh(iri)
        except Refused as error:
            if error.status not in GONE:
                raise
            await self._forget(iri, for_ever=error.status == FOR_EVER)
            return
        if isinstance(thing, ap.Tombstone):
            await self._forget(iri, for_ever=True)
            return
        gathered = {iri: thing}
        while missing := remarking.wanted_for(iri, gathered):
            if len(gathered) + len(missing) > self._budget:
                raise TooMuch(f"one errand may need {self._budget} documents at most")
            for one in sorted(missing):
                gathered[one] = await self._lookup.object(one)
        async with self._database.begin() as session:
            await remarking.remember_read(session, self._site, iri, gathered)
            await forking.on_read_anew(session, self._site, iri)

    async def _version(self, iri: Iri) -> None:
        """Read a version that we missed; it says which one was before."""
        version = await self._lookup.fresh(iri)
        await self._lookup.know_prover(version)
        async with self._database.begin() as session:
            await catching_up.remember(session, self._site, version)

    async def _forget(self, iri: Iri, *, for_ever: bool) -> None:
        async with self._database.begin() as session:
            await forgetting.forget_read(session, self._site, iri, for_ever=for_ever)

    async def _followers(self, errand: Task) -> None:
        """Read which of ours somebody counts as followers, and mend what differs.

        Raises:
            Malformed: the list does not add up to what was announced; nothing is done then.
        """
        found = await self._lookup.fresh(errand.iri)
        own_host = iris.host(self._site.origin)
        listed = synchronisation.members_of(found.document, host=own_host)
        if found.id != errand.iri or synchronisation.digest(listed) != errand.digest:
            raise Malformed("the list is not the one that was announced", code="digest")
        async with self._database.begin() as session:
            await synchronising.mend(session, self._site, errand.actor_iri, listed)
