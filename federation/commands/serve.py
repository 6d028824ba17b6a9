"""`essaim serve` and `essaim migrate`: run the instance; bring its database up to date."""

import asyncio
import gc
import signal
from pathlib import Path
from typing import Annotated

import structlog
from aiohttp import web
from cyclopts import Parameter

from actors import migrations
from actors.database import Database
from actors.migrations import Standing
from federation import application, safekeeping, telemetry
from federation.commands.instance import must_exist, settings_of, words_for
from federation.commands.output import PLAIN, Failed, Output
from federation.settings import Settings

_log = structlog.stdlib.get_logger("federation.serve")


async def serve(
    directory: Path,
    /,
    *,
    workers: Annotated[bool, Parameter(negative="--no-workers")] = True,
    output: Output = PLAIN,
) -> None:
    """Run the instance: pages, APIs, other servers' mail, and the workers that send ours.

    It runs until SIGTERM or SIGINT and then finishes what is under way.

    Args:
        directory: The instance.
        workers: Also send and receive mail in this process.
        output: How to answer.
    """
    settings = settings_of(directory)
    telemetry.configure(settings.log)
    must_exist(settings)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    runner = application.runner(application.build(settings, with_workers=workers))
    try:
        await runner.setup()
        address = await _listen(runner, settings)
        _set_aside()
        output.say(
            f"Listening on {address} for {settings.instance.origin} (stop with Ctrl-C).",
            {"address": address, "origin": settings.instance.origin, "workers": workers},
        )
        await stop.wait()
        _log.info("server.stopping")
    finally:
        await runner.cleanup()


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
