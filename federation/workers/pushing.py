"""Pushing: what apps that are closed are told, given to their push services.

One transaction settles what has come back and claims as much again. Whoever hangs leaves its place
to the next (`flights`), and has one message under way at a time. What an app is told is put into
words when it goes, by who knows the words (`compose`): what nobody may see any more is not told.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final

import structlog

from actors.database import Database, Session
from actors.errors import Unavailable
from actors.mail import pushes
from actors.mail.pushes import Push
from actors.site import Site
from federation.settings import Settings
from federation.transport.causes import because_of
from federation.transport.client import Client
from federation.transport.pushing import LARGEST, Identity, PushResult, Told, push
from federation.workers.flights import Flights

AT_ONCE: Final = 16
"""Messages that may be at work at the same time."""

WAITING_ROOM: Final = 64
"""And so many more that wait for an answer."""

MISTAKE: Final = PushResult(Told.LATER, "a mistake in this program: see the log")

TOO_SLOW: Final = PushResult(Told.LATER, "the push service is too slow")

Compose = Callable[[Session, Push], Awaitable[bytes | None]]
"""Puts into words what one app is told of one notice; None where it is not to be told."""

_log = structlog.stdlib.get_logger("federation.pushing")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one message."""

    parcel: Push
    result: PushResult


class Pushing:
    """Works through the messages.

    Args:
        database: where they wait.
        site: our clock and ids.
        client: opens the connections.
        settings: whom push services can write to about us.
        compose: puts them into words.
    """

    def __init__(
        self, database: Database, site: Site, client: Client, settings: Settings, compose: Compose
    ) -> None:
        self._database = database
        self._site = site
        self._client = client
        self._compose = compose
        email = settings.instance.contact_email
        self._contact = f"mailto:{email}" if email else str(site.origin)
        self._flights: Flights[Outcome] = Flights(AT_ONCE, WAITING_ROOM)

    async def work(self) -> int:
        """Settle what has come back, send what is due, and wait until more comes back.

        Returns:
            How much was done or is under way; 0 when nothing is due.
        """
        back, room = self._flights.back, self._flights.room
        if not back and not len(self._flights):
            async with self._database.read() as session:
                if not await pushes.may_be_due(session, self._site):
                    return 0
        ready: list[tuple[Push, bytes]] = []
        async with self._database.begin() as session:
            await self._settle(session, back)
            taken = await pushes.claim(session, self._site, limit=room)
            for parcel in taken:
                payload = await self._payload(session, parcel)
                if payload is None:
                    await pushes.done(session, parcel, has_arrived=False)
                else:
                    ready.append((parcel, payload))
            identity = await self._identity(session) if ready else None
        self._flights.take(len(back))
        if identity is not None:
            self._flights.begin(*(self._push(identity, *one) for one in ready))
        if len(self._flights):
            await self._flights.news(is_more=bool(room) and len(taken) == room)
        unsettled = len(self._flights) + len(self._flights.back)
        return len(back) + len(taken) or unsettled

    async def ended(self) -> None:
        """Begin no more, and wait until what is under way has ended."""
        await self._flights.ended()

    async def stop(self) -> None:
        """Break off what is under way; its claims expire, and it is sent again."""
        await self._flights.stop()
        back = self._flights.back
        if back:
            async with self._database.begin() as session:
                await self._settle(session, back)
            self._flights.take(len(back))

    async def _payload(self, session: Session, parcel: Push) -> bytes | None:
        if not await pushes.is_wanted(session, self._site, parcel):
            return None
        try:
            payload = await self._compose(session, parcel)
        except Unavailable:
            raise
        except Exception:  # noqa: BLE001 - a bug with one message must not stop the others
            _log.exception("push.broken", subscription=parcel.subscription_id)
            return None
        if payload is not None and len(payload) > LARGEST:
            _log.error("push.too_large", subscription=parcel.subscription_id, bytes=len(payload))
            return None
        return payload

    async def _identity(self, session: Session) -> Identity:
        return Identity(await pushes.key(session), self._contact)

    async def _push(self, identity: Identity, parcel: Push, payload: bytes) -> Outcome:
        because_of("push", parcel.subscription_id)
        self._flights.sent()
        try:
            with self._flights.patience():
                result = await push(self._client, identity, parcel, payload, self._site.now)
        except TimeoutError:
            result = TOO_SLOW
        except Exception:  # noqa: BLE001 - a bug with one message must not stop the others
            _log.exception("push.failed", subscription=parcel.subscription_id)
            result = MISTAKE
        self._site.passes("push.sent")
        return Outcome(parcel, result)

    async def _settle(self, session: Session, back: Sequence[Outcome]) -> None:
        for one in back:
            parcel, result = one.parcel, one.result
            _log.info(
                "push.settled",
                subscription=parcel.subscription_id,
                told=result.told.value,
                reason=result.reason,
            )
            if result.told is Told.TAKEN:
                await pushes.done(session, parcel, has_arrived=True)
            elif result.told is Told.GONE:
                await pushes.gone(session, parcel)
            else:
                await pushes.postpone(session, self._site, parcel, retry_after=result.retry_after)
