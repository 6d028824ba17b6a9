"""The instances of the demo, running: each a process of its own, with its log in a file.

They start in sessions of their own, so that Ctrl-C at the terminal reaches the demo alone, which
then asks each of them to stop; and each of them notices when the demo is gone (`demo_leash`).
"""

import asyncio
import os
import subprocess
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from federation.commands.demo_http import Visitor, asked_again
from federation.commands.demo_stage import Stage
from federation.commands.output import Failed

PATIENCE: Final = 45
"""Seconds until a process that was started must answer: a slow machine needs some ten."""

POLITENESS: Final = 20
"""Seconds to stop in: more than the server gives its requests and its workers."""


@dataclass(frozen=True)
class Running:
    """One instance that was started.

    Attributes:
        name: what its network is called.
        origin: where it must answer.
        process: with a pipe to its standard input, which keeps it alive.
        log: where it writes.
    """

    name: str
    origin: str
    process: Process
    log: Path


async def start(directory: Path, *, name: str, origin: str, log: Path) -> Running:
    """Start the instance in a directory, with none of the settings in our environment."""
    environ = {key: text for key, text in os.environ.items() if not key.startswith("ESSAIM_")}
    with log.open("ab") as written:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "federation.commands.demo_leash", "serve", str(directory)),
            stdin=subprocess.PIPE,
            stdout=written,
            stderr=subprocess.STDOUT,
            env=environ,
            start_new_session=True,
        )
    return Running(name, origin, process, log)


@asynccontextmanager
async def stopping(all_running: list[Running]) -> AsyncIterator[None]:
    """Whatever happens inside: afterwards none of these processes runs any more."""
    try:
        yield
    finally:
        await asyncio.gather(*(_stop(one.process) for one in all_running))


async def answers(one: Running, visitor: Visitor, stage: Stage) -> None:
    """Wait until an instance answers.

    Raises:
        Failed: it does not.
    """
    try:
        await asked_again(lambda: visitor.is_answered(one.origin), PATIENCE)
    except TimeoutError as error:
        stage.show_end(one.log)
        raise Failed(
            stage.words(
                "{network} does not answer at {origin}; the end of {log} is above.",
                network=one.name,
                origin=one.origin,
                log=one.log,
            )
        ) from error


async def death(one: Running, stage: Stage) -> None:
    """Wait for an instance to stop by itself, which it should not.

    Raises:
        Failed: always, when it has.
    """
    code = await one.process.wait()
    stage.show_end(one.log)
    raise Failed(
        stage.words(
            "{network} has stopped (exit code {code}); the end of {log} is above.",
            network=one.name,
            code=code,
            log=one.log,
        )
    )


async def _stop(process: Process) -> None:
    if process.returncode is not None:
        return
    process.terminate()
    try:
        async with asyncio.timeout(POLITENESS):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
