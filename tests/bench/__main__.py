"""`make bench`: Essaim and Fedify under the same loads, beside the machine's own limits.

Everything is on loopback. README.md says what each figure means.
"""

import argparse
import sys
import tempfile
from pathlib import Path
from typing import Final

import orjson
from bench import letters, limits, loads, report
from bench.essaim import Essaim
from bench.fedify import Fedify
from bench.figures import Extent, Figure, Results
from bench.loads import Ground
from bench.machine import Cores, NotHere, on
from bench.processes import Failed, Obedient, end_all_when_told, free_port
from bench.profiles import Profiler
from bench.servers import Server

_WHO: Final = ("bare", "fedify", "essaim")


def main() -> int:
    """Measure what is wanted, and say what came of it.

    Returns:
        0 when all was measured, 1 when it could not be.
    """
    given = _parser().parse_args()
    end_all_when_told()
    extent = Extent(
        hosts=given.hosts,
        posts=given.posts,
        seconds=given.seconds,
        runs=given.runs,
        patience=given.patience,
        foreign=given.foreign,
    )
    try:
        cores = None if given.any_core else Cores.found()
        with on(cores.driver if cores else None):
            results = run(extent, cores, set(given.only), set(given.who), profiles=given.profile)
    except (NotHere, Failed) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    text = report.markdown(results, extent)
    print(f"\n{text}")
    if given.out:
        given.out.with_suffix(".md").write_text(text)
        given.out.with_suffix(".json").write_bytes(
            orjson.dumps(report.as_json(results, extent), option=orjson.OPT_INDENT_2)
        )
    return 0


def run(
    extent: Extent,
    cores: Cores | None,
    works: set[str],
    who: set[str],
    *,
    profiles: Path | None = None,
) -> Results:
    """Measure.

    Args:
        extent: how much.
        cores: where; None: wherever the system likes, and the figures mean little.
        works: which works.
        who: `bare`, `fedify`, `essaim`.
        profiles: a directory for profiles of the server.

    Raises:
        NotHere: something is missing on this machine.
        Failed: a server did not do what it is there for.
    """
    results: Results = {}
    driver = cores.driver if cores else None
    with tempfile.TemporaryDirectory(prefix="essaim-bench-") as directory:
        home = Path(directory)
        key = letters.new_key(home / "key.pem")
        port = free_port()
        stub = Obedient(
            *("bench.stub", "--hosts", str(extent.hosts), "--port", str(port)),
            *("--key", home / "key.pem"),
            core=driver,
        )
        ground = Ground(extent, stub, port, key, [stub.pid], Profiler(profiles))
        try:
            if "bare" in who:
                results[report.BARE] = limits.measured(
                    ground, cores, home, works, lambda work, one: _say(report.BARE, work, one)
                )
            for server in _servers(home, cores, port, who):
                server.prepare()
                results[server.name] = loads.measured(
                    ground,
                    server,
                    sorted(works),
                    lambda work, one, name=server.name: _say(name, work, one),  # type: ignore[misc]
                )
        finally:
            stub.stop()
    return results


def _servers(home: Path, cores: Cores | None, port: int, who: set[str]) -> list[Server]:
    core = cores.server if cores else None
    servers: list[Server] = []
    if "fedify" in who:
        servers.append(Fedify(home, core))
    if "essaim" in who:
        servers.append(Essaim(home, core, port))
    return servers


def _say(who: str, work: str, figure: Figure) -> None:
    print(report.line(who, work, figure), flush=True)


def _parser() -> argparse.ArgumentParser:
    plain = Extent()
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--only", nargs="+", choices=loads.WORKS, default=list(loads.WORKS))
    parser.add_argument("--who", nargs="+", choices=_WHO, default=list(_WHO))
    parser.add_argument("--runs", type=int, default=plain.runs)
    parser.add_argument("--hosts", type=int, default=plain.hosts, help="hosts with one follower")
    parser.add_argument("--posts", type=int, default=plain.posts, help="activities of one run")
    parser.add_argument("--seconds", type=float, default=plain.seconds, help="of GETs in one run")
    parser.add_argument(
        "--patience", type=float, default=plain.patience, help="seconds of one fan-out, at most"
    )
    parser.add_argument(
        "--foreign", type=float, default=plain.foreign, help="cores that others may use in a run"
    )
    parser.add_argument("--any-core", action="store_true", help="pin nothing")
    parser.add_argument("--out", type=Path, help="write this name with .md and .json")
    parser.add_argument("--profile", type=Path, help="a directory for py-spy profiles of Essaim")
    return parser


if __name__ == "__main__":
    sys.exit(main())
