"""ActivityRelay behind a door of the street; runs in an environment of its own.

The program is as it was published, but for three things that a street needs: it looks names up
among the doors that it is told, shows a certificate and trusts the street's authority, and sends
from its own process instead of from helpers, so that `settle` on standard input can say when
everything is sent. It ends with its standard input.
"""

import asyncio
import functools
import json
import os
import socket
import ssl
import sys
from pathlib import Path
from typing import Any

import aputils  # type: ignore[import-not-found]
import relay.http_client  # type: ignore[import-not-found]
from aiohttp import TCPConnector, web
from aiohttp.abc import AbstractResolver, ResolveResult
from relay.application import Application  # type: ignore[import-not-found]

NAME = os.environ["NAME"]
DOORS: dict[str, int] = json.loads(os.environ["DOORS"])
FOLDER = Path(os.environ["FOLDER"])

_sending: set[asyncio.Task[None]] = set()


class Doors(AbstractResolver):
    """Knows the ports of the houses."""

    async def resolve(
        self,
        host: str,
        port: int = 0,  # noqa: ARG002 - the interface
        family: int = socket.AF_INET,  # noqa: ARG002 - the interface
    ) -> list[ResolveResult]:
        """Where a house is."""
        return [
            ResolveResult(
                hostname=host,
                host="127.0.0.1",
                port=DOORS[host],
                family=socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
        ]

    async def close(self) -> None:
        """Nothing is open."""


class _Application(Application):  # type: ignore[misc] # of a program without types here
    """The relay, sending from its own process."""

    def push_message(self, inbox: str, message: Any, instance: Any) -> None:
        """Send one message."""
        task = asyncio.create_task(self.client.post(inbox, message, instance))
        _sending.add(task)
        task.add_done_callback(_sending.discard)


async def _orders(application: Any) -> None:
    """Answer every line with how much there was to send, when it is sent."""
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    _say(-1)
    while await reader.readline():
        count = len(_sending)
        await asyncio.gather(*_sending, return_exceptions=True)
        _say(count)
    application["running"] = False


def _say(count: int) -> None:
    sys.stdout.write(f"{count}\n")
    sys.stdout.flush()


async def _run() -> None:
    trust = ssl.create_default_context(cafile=os.environ["AUTHORITY"])
    relay.http_client.TCPConnector = functools.partial(TCPConnector, resolver=Doors(), ssl=trust)
    papers = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    papers.load_cert_chain(os.environ["PAPERS"])
    config = FOLDER / "relay.yaml"
    config.write_text(
        json.dumps(
            {
                "domain": NAME,
                "listen": "127.0.0.1",
                "port": DOORS[NAME],
                "workers": 0,
                "sqlite_path": str(FOLDER / "relay.sqlite3"),
            }
        )
    )
    application = _Application(config)
    with application.database.session(True) as connection:
        connection.put_config("private-key", aputils.Signer.new("n/a").export())
    application.client.open()
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", DOORS[NAME], ssl_context=papers).start()
    await _orders(application)
    await runner.cleanup()


asyncio.run(_run())
