"""The one place where everything is joined.

`build` makes an application out of settings; nothing is opened before it starts and everything is
given back when it stops. Tests call the same function, with a clock, a resolver and an authority of
their own.

One flat application: a document and a page can share an address (`negotiation.both`), and every
handler finds the same few things under the same keys (`app_keys`).
"""

import asyncio
import logging
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Final, cast

import structlog
from aiohttp import web
from aiohttp.abc import AbstractResolver

from activitypub import iris
from actors import changes, migrations
from actors.database import Database
from actors.files import Files
from actors.listening import Listening
from actors.mail import hosts, pushes
from actors.migrations import Standing
from actors.site import Site, time_ordered_ids
from actors.views import profiles
from federation import callers, lab, media, middleware, safekeeping, watching
from federation.api import routes as api
from federation.app_keys import (
    ANSWERS,
    ARCHIVIST,
    CLIENT,
    DATABASE,
    JOURNAL,
    LISTENING,
    LOOKUP,
    RATES,
    READING_ROOM,
    SETTINGS,
    SITE,
    STREAMS,
    TRIES,
    UPLOADS,
    WAKE,
)
from federation.archives import Archivist
from federation.connections import Runner
from federation.files.reading_room import ReadingRoom
from federation.files.uploads import Uploads
from federation.journal import Journal
from federation.kept import Kept
from federation.lab import Crashes, MovableClock
from federation.lookup import Lookup
from federation.mastodon import keeping, onlooking
from federation.mastodon import routes as mastodon
from federation.mastodon.pushing import Composer
from federation.middleware import LARGEST_BODY
from federation.negotiation import Handler, both
from federation.pages import letters, rendering
from federation.pages import routes as pages
from federation.peers import routes as peers
from federation.peers.forwarded import TURN
from federation.peers.inbox import INBOX, Inbox
from federation.postman import Postman
from federation.rates import Rates
from federation.ready import READY, Ready
from federation.settings import Settings
from federation.signatories import OurSignatories
from federation.streams import Streams
from federation.telemetry import metrics
from federation.telemetry.measuring import Measuring
from federation.transport.client import Client
from federation.transport.fetching import Fetcher
from federation.transport.pushing import new_key
from federation.tries import Tries
from federation.workers.running import WORKERS, Workers, waking

KEEP_SECONDS: Final = 30
"""How long an idle connection is kept open; proxies keep theirs longer and reconnect."""

OWNERS_KEPT: Final = 1024
"""Names of organisations at hand, in every spelling: more than an instance has."""

LINGER_SECONDS: Final = 5
"""How long a request that was answered may go on sending its body before it is cut off."""

FINISH_SECONDS: Final = 4
"""How long mail that is under way may still take when the server is told to stop. A peer that hangs
takes longer: that delivery is broken off, stays a row, and goes on at the next start.
"""

SHUTDOWN_SECONDS: Final = 3
"""How long requests under way may still take after that."""

_log = structlog.stdlib.get_logger("federation.application")


CHECKED_AT_START: Final = 64 * 1024 * 1024
"""Bytes of a SQLite file that is read whole before the instance starts: a fifth of a second. A
larger one is read whole by `essaim check`."""


class CannotStart(Exception):
    """The instance cannot run as it is; the text tells the operator what to do."""


def build(
    settings: Settings,
    *,
    clock: Callable[[], datetime] | None = None,
    resolver: AbstractResolver | None = None,
    trust: ssl.SSLContext | None = None,
    with_workers: bool = True,
) -> web.Application:
    """Join everything into an application that is ready to be run.

    When it starts, it raises CannotStart if the database is not made, is older or newer than this
    program, or belongs to another origin, or if its private keys cannot be unlocked.

    Args:
        settings: what the operator decided.
        clock: the time, aware and in UTC; the system's when left out.
        resolver: where addresses of names come from; the system's when left out.
        trust: the certificates we trust when we call; the system's when left out.
        with_workers: also work through the queues, in this process; without,
            `app[WORKERS].settle()` still can.
    """
    here = site(settings, clock)
    database = Database(settings.database.url, passes=here.passes, timed=metrics.transacted)
    journal = Journal(database, here)
    client = Client(
        settings,
        own_origin=here.origin,
        resolver=resolver,
        trust=trust,
        is_blocked=_blocks(database),
        record=journal.called,
        passes=here.passes,
    )
    fetcher = Fetcher(client, OurSignatories(database, here), here.now)
    listening = Listening(database, _deaf)
    changing = changes.of(database, listening)
    lookup = Lookup(client, fetcher, database, here, keys=partial(changing.number, changes.KEYS))
    application = web.Application(
        middlewares=[middleware.refused, callers.counted, middleware.admitted, waking],
        client_max_size=LARGEST_BODY,
    )
    application[SETTINGS] = settings
    application[SITE] = here
    application[DATABASE] = database
    application[CLIENT] = client
    application[JOURNAL] = journal
    application[STREAMS] = Streams(
        database, listening, onlooking.looking(application), onlooking.checking(application)
    )
    application[LOOKUP] = lookup
    files = Files(settings.media_directory)
    application[ARCHIVIST] = Archivist(database, here, lookup, files, settings.media.room)
    uploads = Uploads(database, here, files, settings.media.room)
    application[UPLOADS] = uploads
    application[READING_ROOM] = ReadingRoom(client)
    application[ANSWERS] = Kept(changing.commits, keeping.MOST_KEPT)
    owners: Kept[str, str] = Kept(partial(changing.number, changes.DOCUMENTS), OWNERS_KEPT)
    application[INBOX] = Inbox(settings, here, database, journal, lookup, owners)
    application[RATES] = Rates(here.now)
    application[TRIES] = Tries(database, here)
    application[READY] = Ready(changing, here)
    callers.prepare(application)
    watching.prepare(application, with_workers=with_workers)
    application[TURN] = asyncio.Semaphore()
    application[LISTENING] = listening
    postman = Postman(settings.email, iris.host(here.origin), trust)
    application[WORKERS] = Workers(
        *(database, here, client, lookup, settings, listening, uploads),
        *(postman, letters.words, Composer(here)),
    )
    application[WAKE] = application[WORKERS].wake
    rendering.furnish(application)
    application.add_routes(_routes())
    application.on_response_prepare.append(middleware.add_headers)
    application.on_response_prepare.append(callers.tell)
    application.on_response_prepare.append(application[READY].keep)
    application.on_shutdown.append(_disconnect)
    application.cleanup_ctx.append(_database)
    application.cleanup_ctx.append(_listening)
    application.cleanup_ctx.append(_journal)
    application.cleanup_ctx.append(_client)
    if with_workers:
        application.cleanup_ctx.append(_workers)
    return application


def site(settings: Settings, clock: Callable[[], datetime] | None = None) -> Site:
    """The site that the settings describe: for commands that need no application."""
    now = clock or utc_now
    plain = Site(
        origin=settings.instance.origin,
        now=now,
        new_id=time_ordered_ids(now),
        locale=settings.instance.locale,
    )
    return _in_a_laboratory(plain, settings) if settings.instance.is_lab else plain


def _in_a_laboratory(plain: Site, settings: Settings) -> Site:
    """The same site, with a clock that can be moved, and points at which it dies."""
    now = MovableClock(plain.now, lab.offset(settings.lab.clock))
    return replace(
        plain,
        now=now,
        new_id=time_ordered_ids(now),
        passes=Crashes(settings.lab.crashpoints),
    )


def runner(application: web.Application) -> web.AppRunner:
    """A server for the application, with limits of its own: `await setup()`, then add sites.

    Bodies are never inflated, and what is wrong with a request is said in one line of the log.
    """
    return Runner(
        application,
        ready=application[READY].answer,
        access_log=logging.getLogger("federation.web"),  # aiohttp calls nothing where there is none
        access_log_class=Measuring,
        handle_signals=False,
        auto_decompress=False,
        keepalive_timeout=KEEP_SECONDS,
        lingering_time=LINGER_SECONDS,
        shutdown_timeout=SHUTDOWN_SECONDS,
    )


async def finish(application: web.Application) -> None:
    """Before the door is closed: say that we are not ready any more, and let mail end its way.

    The door stays open meanwhile, because who has just got mail of ours may ask for our key.
    """
    application[watching.STANDING].is_stopping = True
    await application[WORKERS].finish(FINISH_SECONDS)


def utc_now() -> datetime:
    """The system's clock: what everybody else asks the Site for."""
    return datetime.now(UTC)  # noqa: TID251 - the one place where the time comes in


def _routes() -> Iterable[web.AbstractRouteDef]:
    """Every edge's routes; where a document and a page share an address, `Accept` decides."""
    yield from peers.routes()
    yield from watching.routes()
    yield from media.routes()
    yield from mastodon.routes()
    yield from api.routes()
    for address, shared in peers.SHARED.items():
        yield web.get(address, both(shared, pages.SHARED[address]))
    for route in pages.routes():
        document = peers.PAGES.get(route.path)
        handler = cast(Handler, route.handler)
        if route.method == "GET" and document is not None:
            handler = both(document, handler)
        yield web.route(route.method, route.path, handler)


def _blocks(database: Database) -> Callable[[str], Awaitable[bool]]:
    """What the operator blocks is asked of the database at each call: it may have changed."""

    async def is_blocked(host: str) -> bool:
        async with database.read() as session:
            return await hosts.is_blocked(session, host)

    return is_blocked


async def _database(application: web.Application) -> AsyncIterator[None]:
    database, settings = application[DATABASE], application[SETTINGS]
    changing = application[READY].changes
    try:
        await _check(database, settings, application[SITE])
        await _unlock(database, settings)
        await _introduce(database)
        await changing.start()
        await database.remember(changing.committed)
        yield
    finally:
        await database.close()
        await changing.stop()


def damaged(fault: str) -> str:
    """What an operator does about a SQLite file that is damaged."""
    return (
        f"The database file is damaged ({' '.join(fault.split())}). Stop the server, put the file"
        " aside and restore the newest backup; `sqlite3 FILE .recover` reads what is left of the"
        " damaged one. See Back up and restore in deploy/operating.md."
    )


async def _check(database: Database, settings: Settings, here: Site) -> None:
    """Is this our database, and as this program wants it? SQLite is brought up to date by the way.

    Raises:
        CannotStart: no; the text says what to do.
    """
    directory = settings.directory
    if database.is_sqlite and database.size() <= CHECKED_AT_START:
        fault = await database.fault()
        if fault is not None:
            raise CannotStart(damaged(fault))
    match await migrations.standing(database):
        case Standing.EMPTY:
            raise CannotStart(f"There is no instance yet: run essaim init {directory} first.")
        case Standing.NEWER:
            raise CannotStart("The database was made by a newer Essaim: update this one.")
        case Standing.OLDER if not database.is_sqlite:
            raise CannotStart(
                f"The database is older than this program: run essaim migrate {directory}"
            )
        case Standing.OLDER:
            await migrations.upgrade(database, passes=here.passes)
        case Standing.CURRENT:
            pass
    async with database.read() as session:
        instance = await profiles.instance(session)
    if instance is None:
        raise CannotStart(f"There is no instance yet: run essaim init {directory} first.")
    if instance.origin != settings.instance.origin:
        raise CannotStart(
            f"This database belongs to {instance.origin}, and the settings say "
            f"{settings.instance.origin}. An instance can never change its origin."
        )


async def _unlock(database: Database, settings: Settings) -> None:
    """Open the safe in which our private keys are.

    Raises:
        CannotStart: that cannot be done.
    """
    try:
        await safekeeping.open_safe(database, settings)
    except (safekeeping.Locked, OSError) as fault:
        raise CannotStart(str(fault)) from fault


async def _introduce(database: Database) -> None:
    """Have a key by which push services know us: made at the first start, and kept for ever."""
    async with database.read() as session:
        if await pushes.public_key(session):
            return
    async with database.begin() as session:
        await pushes.keep_key(session, *new_key())


def _deaf(error: Exception) -> None:
    """Other processes are not heard: what they write is found by looking."""
    _log.warning("listening.lost", cause=f"{type(error).__name__}: {error}")


async def _listening(application: web.Application) -> AsyncIterator[None]:
    listening = application[LISTENING]
    await listening.start()
    yield
    await listening.stop()


async def _disconnect(application: web.Application) -> None:
    """Whoever looks on is told to come back: the server would wait for her for nothing."""
    await application[STREAMS].stop()


async def _journal(application: web.Application) -> AsyncIterator[None]:
    journal = application[JOURNAL]
    await journal.start()
    yield
    await journal.stop()


async def _client(application: web.Application) -> AsyncIterator[None]:
    async with application[CLIENT]:
        yield


async def _workers(application: web.Application) -> AsyncIterator[None]:
    workers = application[WORKERS]
    await workers.start()
    yield
    await workers.stop()
