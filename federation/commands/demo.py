"""`essaim demo`: three networks on this machine, and one model's way through them.

The first call makes three complete instances, each a process of its own with its own database,
plays a story with them over HTTP, and keeps them running. A later call only starts them again: what
people did in the meantime stays. `--reset` begins anew.
"""

import asyncio
import signal
from collections.abc import Coroutine
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Final

from cyclopts import Parameter

from federation.commands import (
    demo_cast,
    demo_directory,
    demo_instances,
    demo_ports,
    demo_processes,
    demo_story,
    demo_table,
)
from federation.commands.demo_directory import NETWORKS, Demo
from federation.commands.demo_http import visitor
from federation.commands.demo_processes import Running
from federation.commands.demo_stage import DIRECTORY, Stage, stage_in
from federation.commands.output import PLAIN, Failed, Output
from federation.settings import Log
from federation.telemetry import logs

_STOPS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass(frozen=True)
class _Wishes:
    """What was asked for: `ports` by network, the rest as the command's options."""

    ports: dict[str, int]
    reset: bool
    until_played: bool
    output: Output


async def demo(
    directory: Path = DIRECTORY,
    /,
    *,
    reset: Annotated[bool, Parameter(negative=())] = False,
    ports: str = "8001,8002,8003",
    until_played: Annotated[bool, Parameter(negative=())] = False,
    output: Output = PLAIN,
) -> None:
    """Show three networks at work: play a story on three instances, and keep them running.

    Args:
        directory: Where the instances live; made if it is not there.
        reset: Start over. What was done in the demo is lost.
        ports: Where new instances listen; 0 is any free port.
        until_played: Stop as soon as everything runs and the story has been played.
        output: How to answer; with JSON, the story is told on standard error.
    """
    stage = stage_in(directory, is_quiet=output.json)
    wishes = _Wishes(demo_ports.wanted(ports, stage.words), reset, until_played, output)
    logs.configure(Log(level="error"))
    with demo_directory.held(directory, stage.words):
        if await _first_of(_asked_to_stop(stage), _run(stage, wishes)) == 0:
            _say_goodbye(stage)


async def _run(stage: Stage, wishes: _Wishes) -> None:
    """From nothing, or from what is there, to three running instances; then until they die."""
    known = _known(stage, reset=wishes.reset)
    current = known or await _made(stage, wishes.ports)
    running: list[Running] = []
    async with (
        visitor(stage.words, stage.directory) as visiting,
        demo_processes.stopping(running),
    ):
        with stage.doing("Starting the three instances"):
            running.extend([await _started(stage, current, key) for key in NETWORKS])

        async def perform() -> None:
            with stage.doing("Starting the three instances"):
                for one in running:
                    await demo_processes.answers(one, visiting, stage)
            stage.tell("The three instances answer.")
            played = current
            if not played.played:
                pages = await demo_story.play(stage, visiting, played)
                played = replace(played, played=True, pages=pages)
                demo_directory.write(stage.directory, played)
            if wishes.output.json:
                wishes.output.say("", demo_table.as_json(stage.directory, played))
            else:
                demo_table.show(stage, played)
            if wishes.until_played:
                return
            stage.tell("Everything runs. Ctrl-C stops it; nothing is lost.")
            await asyncio.Event().wait()  # until somebody stops it, or an instance dies

        await _first_of(perform(), *(demo_processes.death(one, stage) for one in running))


def _known(stage: Stage, *, reset: bool) -> Demo | None:
    """The demo that is there to be started again; what is left of another one is cleared away.

    Raises:
        Failed: somebody else uses one of its ports.
    """
    known = demo_directory.read(stage.directory)
    is_marked = (stage.directory / demo_directory.MARK).exists()
    if not reset and known is not None and known.played:
        taken = demo_ports.busy(known.ports)
        if taken is not None:
            raise Failed(
                stage.words(
                    "Another program uses port {port}. {origin} is part of this demo and cannot"
                    " change: stop that program, or start over with {again}",
                    port=known.ports[taken],
                    origin=known.origin(taken),
                    again=stage.command_to_reset,
                )
            )
        stage.tell(
            "The story was played before; everything is as it was left. {again} starts over.",
            again=stage.command_to_reset,
        )
        return known
    if is_marked and not reset:
        stage.tell(
            "The demo in {directory} was interrupted before the end of its story; it starts over.",
            directory=stage.directory,
        )
    demo_directory.clear(stage.directory)
    return None


async def _made(stage: Stage, wanted: dict[str, int]) -> Demo:
    networks = demo_cast.networks()
    ports = demo_ports.choose(wanted, stage.words)
    stage.tell("Three instances of Essaim, one model: a story in four steps.")
    for key, port in ports.items():
        if wanted[key] not in (0, port):
            stage.tell(
                "Port {wanted} is in use, so {network} is at port {port}.",
                wanted=wanted[key],
                network=networks[key].name,
                port=port,
            )
    fresh = Demo(ports=ports)
    demo_directory.write(stage.directory, fresh)
    with stage.doing("Making three instances in {directory}", directory=stage.directory):
        made = replace(fresh, tokens=await demo_instances.make(stage.directory, fresh))
    demo_directory.write(stage.directory, made)
    organisations = [one for network in networks.values() for one in network.organisations]
    stage.tell(
        "Three networks with {organisations} organisations and {models} models are ready in"
        " {directory}.",
        organisations=len(organisations),
        models=sum(len(demo_cast.sheets_of(one)) for one in organisations),
        directory=stage.directory,
    )
    return made


async def _started(stage: Stage, current: Demo, key: str) -> Running:
    return await demo_processes.start(
        stage.directory / key,
        name=demo_cast.networks()[key].name,
        origin=current.origin(key),
        log=demo_directory.log_of(stage.directory, key),
    )


async def _asked_to_stop(stage: Stage) -> None:
    """Wait for Ctrl-C, or for another signal that ends programs."""
    asked = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in _STOPS:
        loop.add_signal_handler(number, asked.set)
    await asked.wait()
    stage.tell("Stopping …")


def _say_goodbye(stage: Stage) -> None:
    """Say what stopping has meant.

    Raises:
        Failed: the story was not over.
    """
    left = demo_directory.read(stage.directory)
    if left is None or not left.played:
        raise Failed(
            stage.words(
                "The demo was stopped before the end of its story; {again} starts over.",
                again=stage.command,
            )
        )
    stage.tell("All three have stopped. {again} starts them again.", again=stage.command)


async def _first_of(*works: Coroutine[None, None, None]) -> int:
    """Do several things until one of them ends; the others are given up.

    Returns:
        The place of the one that ended.

    Raises:
        Whatever it raised.
    """
    tasks = [asyncio.ensure_future(work) for work in works]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    first = next(place for place, task in enumerate(tasks) if task in done)
    tasks[first].result()
    return first
