"""Delivering: fan out, claim a few for each host, sign afresh, send, settle.

A delivery that hangs holds nothing but its own place: the others go on, and the place of whatever
is done is filled at once. How long to wait after a failure is decided in one place
(`actors.mail.hosts`), by host where the host is in trouble and by delivery where only that one was
turned away for now.
"""

from datetime import timedelta
from typing import Final, assert_never

import structlog

from actors.database import Database
from actors.errors import Unavailable
from actors.mail import hosts, outbox
from actors.mail.outbox import Parcel
from actors.site import Site
from actors.verbs import synchronising
from federation.settings import Settings
from federation.signatories import OurSignatories
from federation.transport.causes import caused_by
from federation.transport.client import Client
from federation.transport.sending import SendResult, Sent, send
from federation.workers.crew import Crew

TURNED_AWAY: Final = frozenset({401, 408, 425})
"""Temporary answers that say nothing about the host: it may have been unable to read our key just
then.
"""

_log = structlog.stdlib.get_logger("federation.outbox")


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
        self._most = settings.federation.delivery_concurrency
        self._per_host = settings.federation.per_host
        self._hold = timedelta(days=settings.federation.give_up_after_days)
        self._crew = Crew()

    async def work(self) -> int:
        """Send what is due, and wait until a place is free again, or a second.

        Returns:
            How much was fanned out, sent or is under way; 0 when nothing is due.
        """
        async with self._database.begin() as session:
            fanned = await outbox.fan_out(session, self._site)
            parcels = await outbox.claim(
                session, self._site, limit=self._most - len(self._crew), per_host=self._per_host
            )
        for parcel in parcels:
            self._crew.begin(self._deliver(parcel))
        return await self._crew.first_done(begun=len(parcels)) or fanned

    async def stop(self) -> None:
        """Break off what is under way: it is sent again when its claim has expired."""
        await self._crew.stop()

    async def _deliver(self, parcel: Parcel) -> None:
        self._site.passes("deliver.read")
        try:
            signing = await self._signatories.for_inbox(parcel.actor_id, parcel.inbox, parcel.host)
            async with self._database.read() as session:
                announced = await synchronising.announced_with(session, self._site, parcel)
            with caused_by("activity", parcel.activity_iri):
                result = await send(
                    self._client,
                    inbox=parcel.inbox,
                    body=parcel.body,
                    signing=signing,
                    now=self._site.now(),
                    synchronisation=announced,
                )
            if result.sent is Sent.DELIVERED:
                self._site.passes("deliver.sent")
            await self._settle(parcel, result)
        except Unavailable:
            raise  # it is sent again, under its id, when its claim has expired
        except Exception:  # noqa: BLE001 - a bug with one parcel must not stop the others
            _log.exception("delivery.failed", inbox=parcel.inbox, activity=parcel.activity_iri)
            await self._set_aside(parcel)

    async def _settle(self, parcel: Parcel, result: SendResult) -> None:
        async with self._database.begin() as session:
            match result.sent:
                case Sent.DELIVERED:
                    await outbox.delivered(session, parcel)
                    if result.is_news:
                        await hosts.reads(
                            session,
                            self._site,
                            parcel.host,
                            result.way.scheme,
                            is_by_ed25519=result.way.is_by_ed25519,
                        )
                    self._site.passes("deliver.acked")
                case Sent.LATER:
                    await outbox.postponed(
                        session,
                        self._site,
                        parcel,
                        reason=result.reason,
                        retry_after=result.retry_after,
                        is_host_down=result.status not in TURNED_AWAY,
                        hold=self._hold,
                    )
                case Sent.NEVER:
                    await outbox.refused(session, parcel, reason=result.reason)
                case Sent.GONE:
                    await outbox.inbox_gone(session, parcel)
                case _:
                    assert_never(result.sent)
        self._site.passes("cursor.committed")
        _log.info(
            "delivery.settled",
            sent=result.sent.name.lower(),
            host=parcel.host,
            activity=parcel.activity_iri,
            status=result.status,
        )

    async def _set_aside(self, parcel: Parcel) -> None:
        async with self._database.begin() as session:
            await outbox.postponed(
                session,
                self._site,
                parcel,
                reason="a mistake in this program: see the log",
                retry_after=None,
                is_host_down=False,
                hold=self._hold,
            )
