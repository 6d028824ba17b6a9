"""`essaim serve` and `essaim migrate`: run the instance; bring its database up to date."""

import asyncio
import gc
import os
import signal
import threading
from pathlib import Path
from typing import Annotated, Final

import structlog
from aiohttp import web
from cyclopts import Parameter

from actors import migrations
from actors.database import Database
from actors.migrations import Standing
from federation import application, safekeeping, telemetry, watching
from federation.commands.instance import must_exist, settings_of, words_for
from federation.commands.output import PLAIN, Failed, Output
from federation.pulse import Pulse
from federation.settings import Settings

LONGEST_STOP: Final = 9.5
"""Seconds from the signal to the end, whatever hangs; what stops us is patient for longer."""

CUT_OFF: Final = 3
"""The exit code of a process that had to be cut off then."""

_log = structlog.stdlib.get_logger("federation.serve")


async def serve(
    directory: Path,
    /,
    *,
    workers: Annotated[bool, Parameter(negative="--no-workers")] = True,
    output: Output = PLAIN,
) -> None:
    """Run the instance: pages, APIs, other servers' mail, and the workers that send ours.

    It runs until SIGTERM or SIGINT, then finishes what is under way, and has ended after ten
    seconds whatever hangs. A second signal ends it at once. Nothing is lost by either: what is not
    settled is a row.

    Args:
        directory: The instance.
        workers: Also send and receive mail in this process.
        output: How to answer.
    """
    settings = settings_of(directory)
    telemetry.configure(settings.log, in_background=True)
    must_exist(settings)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    built = application.build(settings, with_workers=workers)
    runner, door, pulse = application.runner(built), None, Pulse()
    try:
        await runner.setup()
        door = await _open_door(built, settings)
        address = await _listen(runner, settings)
        _set_aside()
        pulse.start()
        output.say(
            f"Listening on {address} for {settings.instance.origin} (stop with Ctrl-C).",
            {"address": address, "origin": settings.instance.origin, "workers": workers},
        )
        await stop.wait()
        _ends_in_time()
        _log.info("server.stopping")
        await application.finish(built)
    finally:
        pulse.stop()
        if door is not None:
            await door.cleanup()
        await runner.cleanup()


def _ends_in_time() -> None:
    """From now on a signal ends the process at once, and time does."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.remove_signal_handler(number)
        signal.signal(number, signal.SIG_DFL)
    # A thread, because what hangs may be the loop.
    last = threading.Timer(LONGEST_STOP, os._exit, (CUT_OFF,))
    last.daemon = True
    last.start()


async def _open_door(built: web.Application, settings: Settings) -> web.AppRunner | None:
    """Where the figures are read, if anywhere.

    Raises:
        Failed: somebody else listens there.
    """
    listen = settings.metrics.listen
    try:
        return await watching.open_door(built, listen)
    except OSError as error:
        raise Failed(f"Cannot listen on {listen} (metrics.listen): {error.strerror}.") from error


def _set_aside() -> None:
    """Let the garbage collector pass over what was made until now, which stays to the end.

    It is some 160,000 objects; to look at all of them stopped the loop for 300 ms at a time
    (measured on a busy machine).
    """
    gc.collect()
    gc.freeze()


async def _listen(runner: web.AppRunner, settings: Settings) -> str:
    """Open the door; port 0 lets the system choose, so the real port is answered.

    Raises:
        Failed: somebody else listens there.
    """
    host, port = settings.instance.listen_host, settings.instance.listen_port
    try:
        await web.TCPSite(runner, host, port).start()
    except OSError as error:
        raise Failed(f"Cannot listen on {settings.instance.listen}: {error.strerror}.") from error
    shown, bound = runner.addresses[0][:2]
    return f"http://[{shown}]:{bound}" if ":" in shown else f"http://{shown}:{bound}"


async def migrate(directory: Path, /, *, output: Output = PLAIN) -> None:
    """Bring the database up to date with this program; make a backup before.

    Args:
        directory: The instance.
        output: How to answer.
    """
    settings = settings_of(directory)
    must_exist(settings)
    database = Database(settings.database.url)
    try:
        before = await migrations.standing(database)
        if before in (Standing.NEWER, Standing.EMPTY):
            raise Failed(words_for(before, directory))
        await migrations.upgrade(database, passes=application.site(settings).passes)
        await safekeeping.open_safe(database, settings)
    finally:
        await database.close()
    is_changed = before is not Standing.CURRENT
    output.say(
        "The database is up to date now." if is_changed else "The database was up to date.",
        {"before": before.value, "changed": is_changed},
    )
