"""Apps: what a home timeline costs when a million things were said, and how much streams weigh.

    PYTHONPATH=.:tests .venv/bin/python -m bench.apps --statuses 10000 100000 1000000

An instance on SQLite is filled (`feeds`), started on one core, and asked as apps ask: the newest
page of 20, pages further down, and what is new since; then as often as it can answer. On the
first size, so many streams are opened at last, and what they weigh is counted. With `--keep`, what
was filled is used again the next time. CPU time of the server
is the steadier figure where others use the machine.
"""

import argparse
import asyncio
import itertools
import random
import resource
import secrets
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import orjson
from bench import feeds, letters
from bench.driver import Outcome, fire
from bench.essaim import Essaim
from bench.machine import Cores, NotHere, Watch, cpu_seconds, memory_mib, on
from bench.processes import PATIENCE, Failed, end_all_when_told, until
from sqlalchemy import Table, insert, select

from actors.database import Database
from actors.rules.secrets import digest
from actors.tables.access import Token
from actors.tables.actor import Actor
from actors.tables.everything import Base
from actors.tables.member import Mandate, Member
from actors.tables.organisation import Organisation

FOLLOWS: Final = 2_000
TOKENS: Final = 60
"""Of one organisation, used in turn: one alone may ask ten times a second."""

OWNERS: Final = 25
"""Organisations whose apps listen: each may have a hundred connections."""

STREAMS: Final = 2_000
WARMING: Final = 20
"""Requests before each: the first of its kind makes its statements, for a quarter of a second."""

RESTING: Final = 1.0
"""Seconds in which a server at rest uses a twentieth of a core at most."""

CONNECTIONS: Final = 8
"""Requests under way when it is asked as often as it can answer."""

WANTED: Final = (
    "a median under 25 ms, 99 of 100 under 80 ms, 400 a second, 2,000 streams under 150 MiB"
)

_OWNER: Final = 10_000


@dataclass(frozen=True)
class Asked:
    """What one kind of question costs."""

    statuses: int
    words: str
    outcome: Outcome
    cpu_ms: float
    noise: float

    @property
    def line(self) -> str:
        """Of the table."""
        one = self.outcome
        cells = (
            f"{self.statuses:,}",
            self.words,
            f"{one.median_ms:.1f} ms",
            f"{one.slowest_ms:.1f} ms",
            f"{self.cpu_ms:.2f} ms",
            f"{one.rate:.0f}",
            f"{self.noise:.2f}",
        )
        return f"| {' | '.join(cells)} |"


def filled(home: Path, core: int | None, statuses: int) -> tuple[Essaim, list[str], list[str]]:
    """An instance with so many statuses, tokens of alice, and one token for each stream.

    What was filled before and kept is used again.
    """
    home.mkdir(exist_ok=True, parents=True)
    known = home / "tokens.json"
    if known.exists():
        said = orjson.loads(known.read_bytes())
        return Essaim(home, core, 9, port=said["port"]), said["own"], said["listening"]
    server = Essaim(home, core, 9)
    server.prepare()
    url = f"sqlite:///{home}/instance/essaim.db"
    feeds.say(url, statuses, FOLLOWS)
    own = [secrets.token_urlsafe(32) for _ in range(TOKENS)]
    listening = [secrets.token_urlsafe(32) for _ in range(STREAMS)]
    asyncio.run(_give_tokens(url, own, listening))
    _, port = letters.door_of(server.origin + "/")
    known.write_bytes(orjson.dumps({"port": port, "own": own, "listening": listening}))
    return server, own, listening


async def _give_tokens(url: str, own: Sequence[str], listening: Sequence[str]) -> None:
    database = Database(url)
    try:
        async with database.begin() as session:
            member_id = await session.scalar(select(Member.id))
            alice = (await session.scalars(select(Actor).where(Actor.handle == "alice"))).one()
            copied = {one.name: getattr(alice, one.key) for one in Actor.__table__.columns}
            owners = [alice.id, *range(_OWNER, _OWNER + OWNERS)]

            def token(number: int, secret: str, owner: int) -> dict[str, Any]:
                return {
                    "id": _OWNER + number,
                    "secret": digest(secret),
                    "member_id": member_id,
                    "organisation_id": owner,
                    "scopes": "read write",
                    "made_at": alice.published_at,
                }

            tokens = [token(number, one, alice.id) for number, one in enumerate(own)]
            tokens += [
                token(TOKENS + number, one, owners[1 + number % OWNERS])
                for number, one in enumerate(listening)
            ]
            rows: list[tuple[type[Base], list[dict[str, Any]]]] = [
                (
                    Actor,
                    [
                        copied | {"id": one, "iri": f"{alice.iri}{one}", "handle": f"alice{one}"}
                        for one in owners[1:]
                    ],
                ),
                (
                    Organisation,
                    [
                        {"id": one, "is_network": False, "locale": "fr", "facts": {}}
                        for one in owners[1:]
                    ],
                ),
                (
                    Mandate,
                    [
                        {
                            "id": one,
                            "member_id": member_id,
                            "organisation_id": one,
                            "office": "editor",
                        }
                        for one in owners[1:]
                    ],
                ),
                (Token, tokens),
            ]
            for kind, some in rows:
                table = kind.__table__
                assert isinstance(table, Table)
                await session.execute(insert(table), some)
    finally:
        await database.close()


def asked(server: Essaim, tokens: Sequence[str], statuses: int, seconds: float) -> Iterator[Asked]:
    """Each kind of question, one after the other; then as often as it can answer."""
    home = f"{server.origin}/api/v1/timelines/home"
    chance = random.Random(1)  # noqa: S311 - no secret
    last = feeds.FIRST + statuses * feeds.STEP
    first = feeds.FIRST + statuses * feeds.STEP // 20

    def somewhere() -> Iterator[str]:
        while True:
            yield f"{home}?max_id={chance.randrange(first, last)}"

    def anew() -> Iterator[str]:
        """Another address each time: what was answered is not given again."""
        return (f"{home}?_={number}" for number in itertools.count())

    def since() -> Iterator[str]:
        while True:
            yield f"{home}?min_id={last - chance.randrange(5, 400)}"

    def again() -> Iterator[str]:
        return itertools.repeat(home)

    kinds: tuple[tuple[str, Iterator[str], int], ...] = (
        ("the newest 20, read anew", anew(), 1),
        ("20 anywhere, read anew", somewhere(), 1),
        ("the 20 after those known, read anew", since(), 1),
        (f"20 anywhere, read anew, {CONNECTIONS} at a time", somewhere(), CONNECTIONS),
        (f"the newest 20, given again, {CONNECTIONS} at a time", again(), CONNECTIONS),
    )
    _rested(server)
    turn = itertools.cycle(tokens)
    for words, places, connections in kinds:
        requests = (_request(place, next(turn)) for place in places)
        door = letters.door_of(home)
        warm = itertools.islice(requests, WARMING)
        fire(door, warm, seconds=seconds, connections=connections)
        with Watch(server.pids) as watch:
            outcome = fire(door, requests, seconds=seconds, connections=connections)
        if set(outcome.statuses) != {200} or outcome.errors:
            raise Failed(f"{words}: {outcome.statuses}, {outcome.errors} errors")
        cpu_ms = watch.cpu_seconds / outcome.answered * 1000
        yield Asked(statuses, words, outcome, cpu_ms, watch.foreign)


def _rested(server: Essaim) -> None:
    """Wait until it has done what every server does when it starts."""
    used = [cpu_seconds(server.pids)]

    def is_at_rest() -> bool:
        time.sleep(RESTING)
        used.append(cpu_seconds(server.pids))
        return used[-1] - used[-2] < RESTING / 20

    until(is_at_rest, seconds=PATIENCE, what="the server is at rest")


def _request(place: str, token: str) -> bytes:
    host, port = letters.door_of(place)
    path = place.partition(f"{host}:{port}")[2]
    return (
        f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\nAuthorization: Bearer {token}\r\n"
        "Accept: application/json\r\n\r\n"
    ).encode()


def weighed(server: Essaim, tokens: Sequence[str], *, is_socket: bool) -> str:
    """Open a stream with each token, and say what the server weighs before and with them."""
    _rested(server)
    before = memory_mib(server.pids)
    with_them = asyncio.run(_listening(server, tokens, is_socket=is_socket))
    kind = "WebSockets" if is_socket else "server-sent events"
    each = (with_them - before) * 1024 / len(tokens)
    return f"| {kind} | {before:.0f} MiB | {with_them:.0f} MiB | {each:.1f} KiB |"


async def _listening(server: Essaim, tokens: Sequence[str], *, is_socket: bool) -> float:
    host, port = letters.door_of(server.origin + "/")
    writers = []
    try:
        for token in tokens:
            reader, writer = await asyncio.open_connection(host, port)
            writers.append(writer)
            upgrade = (
                "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
            )
            path = "/api/v1/streaming?stream=user" if is_socket else "/api/v1/streaming/user"
            writer.write(
                f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\n"
                f"Authorization: Bearer {token}\r\n{upgrade if is_socket else ''}\r\n".encode()
            )
            head = await reader.readuntil(b"\r\n\r\n")
            if not head.startswith((b"HTTP/1.1 101", b"HTTP/1.1 200")):
                raise Failed(head.decode())
        return memory_mib(server.pids)
    finally:
        for writer in writers:
            writer.close()


def measure(home: Path, core: int | None, statuses: int, seconds: float, streams: int) -> None:
    """One size: fill it, ask it, and print what came of it."""
    server, own, listening = filled(home, core, statuses)
    try:
        server.up()
        for one in asked(server, own, statuses, seconds):
            print(one.line, flush=True)
    finally:
        server.down()
    if streams:
        for is_socket in (True, False):
            try:
                server.up()
                print(weighed(server, listening[:streams], is_socket=is_socket), flush=True)
            finally:
                server.down()


def main() -> int:
    """Measure each size.

    Returns:
        0 when all was measured, 1 when it could not be.
    """
    parser = argparse.ArgumentParser(prog="bench.apps", description=__doc__)
    parser.add_argument("--statuses", nargs="+", type=int, default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--streams", type=int, default=STREAMS, help="on the first; 0: none")
    parser.add_argument("--keep", type=Path, help="a directory for what was filled, or is to be")
    parser.add_argument("--any-core", action="store_true", help="pin nothing")
    given = parser.parse_args()
    end_all_when_told()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(max(soft, 3 * STREAMS), hard), hard))
    print(f"Wanted: {WANTED}.")
    print("| statuses | page | median | 99 of 100 | CPU time | a second | noise |")
    print("|---|---|---|---|---|---|---|")
    try:
        cores = None if given.any_core else Cores.found()
        with on(cores.driver if cores else None):
            for number, statuses in enumerate(given.statuses):
                with tempfile.TemporaryDirectory(prefix="essaim-apps-") as directory:
                    streams = 0 if number else given.streams
                    core = cores.server if cores else None
                    home = (given.keep or Path(directory)) / str(statuses)
                    measure(home, core, statuses, given.seconds, streams)
    except (NotHere, Failed) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
