"""Watching: is this process alive, is it ready, and what are its figures?

`/healthz` says that the process answers, and asks nobody. `/readyz` says whether it can do its
work: 503 and a line for each reason when it cannot, so that a load balancer sends people elsewhere.
Both are on the main address for whoever asks there, under whatever name: they tell no address, host
or version. The figures are for operators: on the main address they want an operator's token
(`api.admin`), and without one they are only at an address of their own (`metrics.listen`), which
nothing opens unless the settings say so.
"""

import asyncio
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import structlog
from aiohttp import web

from actors import migrations
from actors.database import Database, Unusable
from federation import figures
from federation.app_keys import DATABASE, SETTINGS
from federation.middleware import HEALTH, READINESS
from federation.settings import Settings
from federation.workers.running import WORKERS

FRESH: Final = 1.0
"""Seconds for which an answer serves everybody who asks: a flood of questions costs one look."""

PATIENCE: Final = 2.0
"""Seconds to wait for the database; load balancers ask every few seconds."""

LEAST_ROOM: Final = 32 * 1024 * 1024
"""Bytes free on the disk of a SQLite database: less than its journal may need at a busy moment."""

_SQLITE: Final = "sqlite:///"
_MAIN: Final[web.AppKey[web.Application]] = web.AppKey("main", web.Application)

_log = structlog.stdlib.get_logger("federation.watching")


@dataclass
class Readiness:
    """What was found when it was last looked at.

    Attributes:
        at: when, by the clock of the loop.
        faults: a plain sentence for each; none when all is well.
        is_stopping: the process was told to stop; it is not ready any more.
    """

    at: float = float("-inf")
    faults: tuple[str, ...] = ()
    is_stopping: bool = False
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


STANDING: Final = web.AppKey("standing", Readiness)
"""Whether the process can do its work; whoever stops it says so here."""


def prepare(application: web.Application, *, with_workers: bool) -> None:
    """Give the application what is kept here alone."""
    application[STANDING] = Readiness()
    application[_WORKS] = with_workers
    figures.prepare(application)


_WORKS: Final = web.AppKey("works", bool)


def routes() -> list[web.RouteDef]:
    """What load balancers ask on the main address."""
    return [web.get(HEALTH, alive), web.get(READINESS, ready)]


async def alive(request: web.Request) -> web.Response:  # noqa: ARG001 - a handler's signature
    """GET /healthz: this process answers; whatever else may be wrong, a restart would not help."""
    return _plain(200, "alive")


async def ready(request: web.Request) -> web.Response:
    """GET /readyz: 200, or 503 with a sentence for each reason."""
    main = request.config_dict.get(_MAIN, request.app)
    faults = await _faults(main)
    return _plain(503, *faults) if faults else _plain(200, "ready")


async def metrics(request: web.Request) -> web.Response:
    """GET /metrics, at its own address only."""
    return await figures.answer(request.config_dict[_MAIN])


async def open_door(
    application: web.Application, listen: str, *, place: int = 0
) -> web.AppRunner | None:
    """Listen where the figures are to be read; None where nobody wants that.

    Args:
        application: whose figures, started.
        listen: `IP:port` as in the settings (`metrics.listen`), or nothing.
        place: of this process among those of one instance on one machine; each listens at a port of
            its own, one after the other.

    Returns:
        The runner, to be cleaned up.

    Raises:
        OSError: somebody else listens there.
    """
    if not listen:
        return None
    door = web.Application()
    door[_MAIN] = application
    door.add_routes([web.get("/metrics", metrics), *routes()])
    runner = web.AppRunner(door, access_log=None, handle_signals=False, shutdown_timeout=1)
    await runner.setup()
    host, _, port = listen.rpartition(":")
    at = int(port) + place if int(port) else 0
    try:
        await web.TCPSite(runner, host.strip("[]"), at).start()
    except OSError:
        await runner.cleanup()
        raise
    _log.info("metrics.listening", host=host, port=runner.addresses[0][1])
    return runner


async def _faults(application: web.Application) -> tuple[str, ...]:
    found = application[STANDING]
    loop = asyncio.get_running_loop()
    async with found.lock:
        if loop.time() - found.at >= FRESH:
            found.faults = await _look(application)
            found.at = loop.time()
    if found.is_stopping:
        return ("This process is stopping.", *found.faults)
    return found.faults


async def _look(application: web.Application) -> tuple[str, ...]:
    faults = [await _fault_of_database(application[DATABASE])]
    if application[_WORKS] and not application[WORKERS].are_running:
        faults.append("The workers are not running.")
    faults.append(_fault_of_disk(application[SETTINGS]))
    return tuple(filter(None, faults))


async def _fault_of_database(database: Database) -> str:
    try:
        async with asyncio.timeout(PATIENCE), database.read() as session:
            is_current = await migrations.is_current(session)
    except (Unusable, OSError, TimeoutError) as error:
        _log.warning("readiness.database", cause=str(error) or type(error).__name__)
        return "The database does not answer."
    return "" if is_current else "The database and this program are of different versions."


def _fault_of_disk(settings: Settings) -> str:
    """Whether SQLite can write; what is on another machine cannot be seen from here."""
    url = settings.database.url
    path = Path(url.removeprefix(_SQLITE))
    if not url.startswith(_SQLITE) or not path.is_absolute():
        return ""
    try:
        room = os.statvfs(path.parent)
    except OSError:
        return "The directory of the database is gone."
    if room.f_flag & os.ST_RDONLY or not os.access(path, os.W_OK):
        return "The database cannot be written."
    if room.f_bavail * room.f_frsize < LEAST_ROOM:
        return "The disk is full."
    return ""


def _plain(status: int, *lines: str) -> web.Response:
    return web.Response(
        status=status, text="\n".join(lines) + "\n", headers={"Cache-Control": "no-store"}
    )
