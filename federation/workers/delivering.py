"""Delivering: fan out, claim a few for each host, sign afresh, send, settle.

One transaction settles everything that has come back since the last one, and claims as much again.
What every parcel of a claim needs (keys, how its host is signed to, whether it is blocked) is asked
once for all of them. A delivery that hangs leaves its place to the next (`flights`). How long to
wait after a failure is decided in one place (`actors.mail.hosts`), by host where the host is in
trouble and by delivery where only that one was turned away for now.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Final, NamedTuple

import structlog

from activitypub import iris
from activitypub.synchronisation import Announced
from actors.database import Database, Session
from actors.errors import Unavailable
from actors.mail import clocks, hosts, outbox
from actors.mail.outbox import Failure, Parcel
from actors.rules.clocks import WORTH_TELLING
from actors.site import Site
from actors.verbs import synchronising
from federation.settings import Settings
from federation.signatories import OurSignatories
from federation.telemetry import logs, metrics
from federation.transport.causes import because_of
from federation.transport.client import BLOCKED, Client
from federation.transport.descriptors import waiting_room
from federation.transport.pens import Pen
from federation.transport.sending import SendResult, Sent, send
from federation.transport.signing import Signing, Way
from federation.workers.flights import Flights

TURNED_AWAY: Final = frozenset({401, 408, 425})
"""Temporary answers that say nothing about the host: it may have been unable to read our key just
then.
"""

_LOG: Final = "federation.outbox"

_log = structlog.stdlib.get_logger(_LOG)


MISTAKE: Final = "a mistake in this program: see the log"

TOO_SLOW: Final = "the other server is too slow"
"""Of a host whose place in a full waiting room was given to others, in the client's words."""


class Prepared(NamedTuple):
    """A parcel that was claimed, with all that is needed to send it.

    Attributes:
        signing: how; None where its sender has no keys.
        announced: what is said with it of the receiver's own among the followers.
        is_blocked: the operator has blocked the host since.
    """

    parcel: Parcel
    signing: Signing | None
    announced: Announced | None
    is_blocked: bool


class Outcome(NamedTuple):
    """What became of a parcel; without a result where this program made a mistake."""

    parcel: Parcel
    result: SendResult | None


class Delivering:
    """Works through what is to be delivered.

    Args:
        database: where it waits.
        site: our clock and ids.
        client: opens the connections.
        settings: how many deliveries go at once, and to one host.
    """

    def __init__(self, database: Database, site: Site, client: Client, settings: Settings) -> None:
        self._database = database
        self._site = site
        self._client = client
        self._signatories = OurSignatories(database, site)
        self._per_host = settings.federation.per_host
        self._hold = timedelta(days=settings.federation.give_up_after_days)
        self._flights: Flights[Outcome] = Flights(
            settings.federation.delivery_concurrency, waiting_room(settings.federation)
        )
        self._pen = Pen(signed=self._flights.sent)
        self._claimed: dict[int, Parcel] = {}
        self._unbegun: list[Parcel] = []  # claimed, perhaps, when the database went away

    async def work(self) -> int:
        """Settle what has come back, send what is due, and wait until more comes back.

        Returns:
            How much was fanned out, sent, settled or is under way; 0 when nothing is due.
        """
        back, room = self._flights.back, self._flights.room
        parcels: list[Parcel] = []
        try:
            async with self._database.begin() as session:
                await self._settle(session, back)
                await self._give_back_unbegun(session)
                await asyncio.sleep(0)  # each half of this takes a while on SQLite: let others in
                fanned = await outbox.fan_out(session, self._site)
                parcels = await outbox.claim(
                    session, self._site, limit=room, per_host=self._per_host
                )
                prepared = await self._prepare(session, parcels)
            self._done_with(back)
            self._unbegun.clear()
            self._claimed |= {one.id: one for one in parcels}
        except Unavailable:
            self._unbegun += parcels  # claimed, or perhaps: nobody knows how a lost commit ended
            raise
        self._flights.begin(*(self._deliver(one) for one in prepared))
        if not fanned:
            await self._flights.news(is_more=len(parcels) == room)
        # What came back meanwhile is not settled yet, even when nothing is under way any more.
        unsettled = len(self._flights) + len(self._flights.back)
        return fanned + len(parcels) + len(back) or unsettled

    async def ended(self) -> None:
        """Begin no more, and wait until what is under way has ended."""
        await self._flights.ended()

    async def stop(self) -> None:
        """Break off what is under way, settle what has come back, and give the rest back."""
        await self._flights.stop()
        self._pen.close()
        back = self._flights.back
        settled = {one.parcel.id for one in back}
        self._unbegun += [one for one in self._claimed.values() if one.id not in settled]
        self._claimed = {one.parcel.id: one.parcel for one in back}
        try:
            async with self._database.begin() as session:
                await self._settle(session, back)
                await self._give_back_unbegun(session)
        except Exception:  # noqa: BLE001 - who works on, if anybody does, tries that again
            _log.exception("delivering.unsettled", count=len(self._unbegun) + len(back))
        else:
            self._done_with(back)
            self._unbegun.clear()

    async def _give_back_unbegun(self, session: Session) -> None:
        """What was claimed when the database went away is free again, as soon as it is there.

        Nobody sends it twice at once: either the claim is still this process's, which has not begun
        with it, or it is somebody else's by now, and is left.
        """
        if self._unbegun:
            await outbox.give_back(session, *self._unbegun)

    async def _prepare(self, session: Session, parcels: Sequence[Parcel]) -> list[Prepared]:
        if not parcels:
            return []
        signings = await self._signatories.for_parcels(session, parcels)
        announced = await synchronising.announced_with(session, self._site, parcels)
        places = [iris.host(one.inbox) for one in parcels]
        blocked = await hosts.blocked_among(session, set(places))
        return [
            Prepared(one, signings.get(one.id), announced.get(one.id), place in blocked)
            for one, place in zip(parcels, places, strict=True)
        ]

    async def _deliver(self, prepared: Prepared) -> Outcome:
        parcel = prepared.parcel
        self._site.passes("deliver.read")
        if prepared.signing is None:
            _log.error("delivery.unsigned", inbox=parcel.inbox, activity=parcel.activity_iri)
            return Outcome(parcel, None)
        try:
            if prepared.is_blocked:
                way = Way(prepared.signing.signatory)
                return Outcome(
                    parcel, SendResult(Sent.NEVER, None, None, BLOCKED, way, is_news=False)
                )
            because_of("activity", parcel.activity_iri)  # this task does nothing else
            logs.about_activity(parcel.activity_iri)
            with self._flights.patience():
                result = await send(
                    self._client,
                    inbox=parcel.inbox,
                    body=parcel.body,
                    signing=prepared.signing,
                    now=self._site.now,
                    pen=self._pen,
                    synchronisation=prepared.announced,
                )
            if result.sent is Sent.DELIVERED:
                self._site.passes("deliver.sent")
        except TimeoutError:
            way = Way(prepared.signing.signatory)
            return Outcome(parcel, SendResult(Sent.LATER, None, None, TOO_SLOW, way, is_news=False))
        except Exception:  # noqa: BLE001 - a bug with one parcel must not stop the others
            _log.exception("delivery.failed", inbox=parcel.inbox, activity=parcel.activity_iri)
            return Outcome(parcel, None)
        return Outcome(parcel, result)

    async def _settle(self, session: Session, back: Sequence[Outcome]) -> None:
        """Note what became of parcels, those that arrived by one statement."""
        arrived: list[Parcel] = []
        failures: list[Failure] = []
        for one in back:
            result = one.result
            if result is None:
                failures.append(Failure(one.parcel, MISTAKE))
            elif result.sent is Sent.DELIVERED:
                arrived.append(one.parcel)
                await self._learn(session, one.parcel, result)
            elif result.sent is Sent.LATER:
                is_down = result.status not in TURNED_AWAY
                failures.append(Failure(one.parcel, result.reason, result.retry_after, is_down))
            elif result.sent is Sent.NEVER:
                await outbox.refused(session, one.parcel, reason=result.reason)
            else:
                await outbox.inbox_gone(session, one.parcel)
        await clocks.note(session, self._site, _clocks(back))
        if failures:
            await outbox.postponed(session, self._site, *failures, hold=self._hold)
        if arrived:
            await outbox.delivered(session, *arrived)
        for _ in arrived:
            self._site.passes("deliver.acked")

    async def _learn(self, session: Session, parcel: Parcel, result: SendResult) -> None:
        if result.is_news:
            scheme, is_by_ed25519 = result.way.scheme, result.way.is_by_ed25519
            await hosts.reads(session, self._site, parcel.host, scheme, is_by_ed25519=is_by_ed25519)

    def _done_with(self, back: Sequence[Outcome]) -> None:
        """These are settled, and that is committed."""
        self._flights.take(len(back))
        for one in back:
            self._claimed.pop(one.parcel.id, None)
            self._site.passes("cursor.committed")
        ended = [(one.parcel, one.result) for one in back if one.result is not None]
        self._count(ended)
        for parcel, result in ended:
            self._warn_of_clock(parcel, result)
        if logging.getLogger(_LOG).isEnabledFor(logging.INFO):
            for parcel, result in ended:
                _log.info(
                    "delivery.settled",
                    sent=result.sent.name.lower(),
                    host=parcel.host,
                    activity=parcel.activity_iri,
                    status=result.status,
                )

    @staticmethod
    def _warn_of_clock(parcel: Parcel, result: SendResult) -> None:
        ahead = result.clock_ahead
        if ahead is not None and abs(ahead) >= WORTH_TELLING:
            _log.warning("clock.differs", host=parcel.host, seconds=ahead, status=result.status)

    def _count(self, ended: Sequence[tuple[Parcel, SendResult]]) -> None:
        now = self._site.now()
        waits = [now - one.made_at for one, result in ended if result.sent is Sent.DELIVERED]
        for sent, number in Counter(result.sent for _, result in ended).items():
            metrics.delivered(sent.value, waits if sent is Sent.DELIVERED else (), number)


def _clocks(back: Sequence[Outcome]) -> dict[str, int]:
    """By how many seconds the clocks of those hosts were ahead that refused a signature."""
    return {
        one.parcel.host: one.result.clock_ahead
        for one in back
        if one.result is not None and one.result.clock_ahead is not None
    }
