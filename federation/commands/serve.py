"""`essaim serve`, `work` and `migrate`: run the instance; bring its database up to date.

On PostgreSQL any number of processes may run it together, on any number of machines: some that
answer (`serve --web-only`), some that work (`work`), some that do both.
"""

import asyncio
import ctypes
import gc
import os
import signal
import socket
import threading
from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path
from typing import Annotated, Any, Final

import structlog
from aiohttp import web
from cyclopts import Parameter, validators

from actors import migrations
from actors.database import Database
from actors.migrations import Standing
from federation import application, safekeeping, watching
from federation.app_keys import DATABASE
from federation.commands import processes as several
from federation.commands.instance import must_exist, settings_of, sqlite_file, words_for
from federation.commands.output import PLAIN, Failed, Output
from federation.commands.processes import Child
from federation.newest import Newest
from federation.pages import rendering
from federation.settings import Settings
from federation.telemetry import logs
from federation.telemetry.pulse import Pulse

MOST_PROCESSES: Final = 64
"""Of one command on one machine: each opens up to 18 connections to the database."""

BACKLOG: Final = 128
"""Connections that may wait to be accepted by one process: aiohttp's own number."""

Count = Annotated[int, Parameter(validator=validators.Number(gte=1, lte=MOST_PROCESSES))]

LONGEST_STOP: Final = 9.5
"""Seconds from the signal to the end, whatever hangs; what stops us is patient for longer."""

CUT_OFF: Final = 3
"""The exit code of a process that had to be cut off then."""

_log = structlog.stdlib.get_logger("federation.serve")


def serve(
    directory: Path,
    /,
    *,
    web_only: Annotated[bool, Parameter(negative=())] = False,
    processes: Count = 1,
    output: Output = PLAIN,
) -> Coroutine[Any, Any, None] | None:
    """Run the instance: pages, APIs, other servers' mail, and the workers that send ours.

    It runs until SIGTERM or SIGINT, then finishes what is under way, and has ended after ten
    seconds whatever hangs. A second signal ends it at once. Nothing is lost by either: what is not
    settled is a row.

    Args:
        directory: The instance.
        web_only: Only answer; the mail is left to `essaim work`, or to another server on the same
            database.
        processes: How many processes share the work; more than one only on PostgreSQL.
        output: How to answer.
    """
    settings = _settings(directory, processes)

    def say(address: str) -> None:
        mail = " Mail waits for other processes." if web_only else ""
        output.say(
            f"Listening on {address} for {settings.instance.origin}{_with(processes)}"
            f" (stop with Ctrl-C).{mail}",
            {
                "address": address,
                "origin": settings.instance.origin,
                "workers": not web_only,
                "processes": processes,
            },
        )

    if processes == 1:
        return _serve(settings, None, _answering(settings, say), with_workers=not web_only)
    doors = _doors(settings, processes)
    child = None
    try:
        child = several.keep(processes, lambda: say(_shown(doors[0].getsockname())))
    finally:
        for number, door in enumerate(doors):
            if child is None or number != child.number:
                door.close()
    if child is None:
        return None
    begin = _answering_at(doors[child.number])
    return _serve(settings, child, begin, with_workers=not web_only)


def work(
    directory: Path, /, *, processes: Count = 1, output: Output = PLAIN
) -> Coroutine[Any, Any, None] | None:
    """Send and receive mail for an instance whose servers only answer; on PostgreSQL.

    It runs until SIGTERM or SIGINT and then finishes what is under way.

    Args:
        directory: The instance.
        processes: How many processes share the work.
        output: How to answer.
    """
    settings = _settings(directory, processes)
    if sqlite_file(settings) is not None:
        raise Failed(
            f"On SQLite one process answers and works: run `essaim serve {directory}`. "
            "Several need PostgreSQL."
        )

    def say() -> None:
        origin = settings.instance.origin
        output.say(
            f"Working for {origin}{_with(processes)} (stop with Ctrl-C).",
            {"origin": origin, "workers": True, "processes": processes},
        )

    async def begun(_: web.AppRunner) -> None:
        if processes == 1:
            say()

    child = None
    if processes > 1:
        child = several.keep(processes, say)
        if child is None:
            return None
    return _serve(settings, child, begun, with_workers=True)


def _settings(directory: Path, processes: int) -> Settings:
    """The settings of an instance that so many processes may run.

    Raises:
        Failed: it is not there, or on SQLite.
    """
    settings = settings_of(directory)
    must_exist(settings)
    if processes > 1 and sqlite_file(settings) is not None:
        raise Failed(
            "On SQLite one process runs the instance; several need PostgreSQL "
            f"(`essaim move-database {directory} postgresql://…`)."
        )
    return settings


LOOSE_OBJECTS: Final = 10_000
"""How many more containers than before must be alive until the garbage collector looks for circles.
By default it is 700, what two requests make and drop: a tenth of the time of a busy inbox; and
5,000 is what some hundred deliveries under way make and keep."""


async def _serve(
    settings: Settings,
    child: Child | None,
    begin: Callable[[web.AppRunner], Awaitable[None]],
    *,
    with_workers: bool,
) -> None:
    """Run until told to stop, or until the parent is gone."""
    logs.configure(settings.log, in_background=True)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    if child is not None:
        loop.add_reader(child.leash, _let_loose, loop, child.leash, stop)
    built = application.build(settings, with_workers=with_workers)
    runner, door, pulse = application.runner(built), None, Pulse()
    newest = Newest(built[DATABASE], settings.directory)
    try:
        if await migrations.standing(built[DATABASE]) in (Standing.CURRENT, Standing.OLDER):
            await newest.check()
        await runner.setup()
        await newest.start()
        door = await _open_door(built, settings, place=0 if child is None else child.number)
        await begin(runner)
        compiling = asyncio.create_task(_compile_ahead(runner, built, stop))
        _set_aside()
        pulse.start()
        if child is not None:
            child.ready()
        await stop.wait()
        _ends_in_time()
        await compiling
        _log.info("server.stopping")
        await application.finish(built)
    finally:
        pulse.stop()
        await newest.stop()
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


async def _open_door(
    built: web.Application, settings: Settings, *, place: int
) -> web.AppRunner | None:
    """Where the figures of this process are read, if anywhere.

    Raises:
        Failed: somebody else listens there.
    """
    listen = settings.metrics.listen
    try:
        return await watching.open_door(built, listen, place=place)
    except OSError as error:
        raise Failed(f"Cannot listen on {listen} (metrics.listen): {error.strerror}.") from error


def _set_aside() -> None:
    """Let the garbage collector pass over what was made until now, and look less often.

    What was made stays to the end: some 160,000 objects; to look at all of them stopped the loop
    for 300 ms at a time (measured on a busy machine).
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(LOOSE_OBJECTS)


async def _compile_ahead(
    runner: web.AppRunner, built: web.Application, stop: asyncio.Event
) -> None:
    """Compile templates where somebody is answered, until told to stop.

    3 s of one core after an update, a twentieth of one at every later start.
    """
    if runner.sites:
        await asyncio.to_thread(_compile, built, stop.is_set)


def _compile(built: web.Application, is_stopping: Callable[[], bool]) -> None:
    """Compile templates, and give the memory back that this took: up to 7 MB.

    glibc keeps what was freed in small pieces until it is told; other libraries give it back by
    themselves.
    """
    rendering.compile_ahead(built, is_stopping)
    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


def _let_loose(loop: asyncio.AbstractEventLoop, leash: int, stop: asyncio.Event) -> None:
    loop.remove_reader(leash)
    stop.set()


def _answering(
    settings: Settings, say: Callable[[str], None]
) -> Callable[[web.AppRunner], Awaitable[None]]:
    """Open the door; port 0 lets the system choose, so the real port is said."""

    async def begin(runner: web.AppRunner) -> None:
        host, port = settings.instance.listen_host, settings.instance.listen_port
        try:
            await web.TCPSite(runner, host, port).start()
        except OSError as error:
            raise _taken(settings, error) from error
        say(_shown(runner.addresses[0]))

    return begin


def _answering_at(door: socket.socket) -> Callable[[web.AppRunner], Awaitable[None]]:
    async def begin(runner: web.AppRunner) -> None:
        await web.SockSite(runner, door, backlog=BACKLOG).start()

    return begin


def _doors(settings: Settings, count: int) -> list[socket.socket]:
    """A door for each process, all at one address; the system deals out who comes (SO_REUSEPORT).

    The parent keeps them open: who comes while a process is started again waits for it.

    Raises:
        Failed: somebody else listens there.
    """
    host, port = settings.instance.listen_host, settings.instance.listen_port
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family) as alone:  # would share a door with another of our servers
            alone.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            alone.bind((host, port))
            port = alone.getsockname()[1]
        doors = [socket.socket(family) for _ in range(count)]
        for door in doors:
            door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            door.bind((host, port))
        for door in doors:
            door.listen(BACKLOG)
    except OSError as error:
        raise _taken(settings, error) from error
    return doors


def _taken(settings: Settings, error: OSError) -> Failed:
    return Failed(f"Cannot listen on {settings.instance.listen}: {error.strerror}.")


def _shown(address: Any) -> str:
    host, port = address[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _with(processes: int) -> str:
    return f" with {processes} processes" if processes > 1 else ""


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
