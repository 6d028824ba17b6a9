"""Apart: a program of ours that touches what a stranger made, in a process of its own.

The process gets nothing of ours: no environment, no open file, no module but those installed. It
limits itself (processor, memory, files), hears one order on standard input and answers one JSON
object. So the loop never waits for a decoder, and one that is broken breaks nothing else.
"""

import asyncio
import json
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import structlog

from actors.errors import Unavailable

_log = structlog.stdlib.get_logger("federation.files.apart")


async def ask(program: Path, order: dict[str, Any], *, seconds: int, slow: str) -> dict[str, Any]:
    """Start the program, and hear what it says; nothing where it died.

    Args:
        program: the file that is run.
        order: what it is told.
        seconds: how long it may take on a busy machine, its processor time being limited to less.
        slow: the words for whoever waits in vain.

    Raises:
        Unavailable: it took too long.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-I",
        str(program),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={"MALLOC_ARENA_MAX": "1"},
    )
    try:
        async with asyncio.timeout(seconds):
            told, _ = await process.communicate(json.dumps(order).encode())
    except TimeoutError:
        _log.warning("apart.too_slow", program=program.stem, seconds=seconds)
        raise Unavailable(slow, code="busy") from None
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    if process.returncode:
        _log.info("apart.died", program=program.stem, returncode=process.returncode)
    try:
        said = json.loads(told)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}
