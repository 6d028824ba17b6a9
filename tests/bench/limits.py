"""The machine's limits, measured in the same run: what the parts reach with nothing around them."""

import itertools
import socket
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from bench import letters
from bench.driver import fire
from bench.figures import Figure, Figures, steady
from bench.letters import Receiver
from bench.loads import LONGEST_INBOX, Ground
from bench.machine import Cores, Watch, on
from bench.processes import Obedient, Program, free_port, until
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa

from activitypub.mediatypes import ACTIVITY_JSON

_LETTER: Final = b"x" * 300
"""As long as what a signature is computed over."""

Say = Callable[[str, Figure], None]


def measured(ground: Ground, cores: Cores | None, home: Path, works: set[str], say: Say) -> Figures:
    """The limits of every work that is wanted.

    Args:
        ground: the stub, and how much is measured.
        cores: where the bare servers run.
        home: a directory for their files.
        works: which.
        say: told of each run.
    """
    figures: Figures = {}

    def note(work: str, measure: Callable[[], Figure]) -> None:
        for _ in range(ground.extent.runs):
            figures.setdefault(work, []).append(steady(measure, ground.extent))
            say(work, figures[work][-1])

    core = cores.server if cores else None
    if works & {"actor", "webfinger"}:
        note("driver", lambda: _asked(ground, core, home, "bytes"))
        note("actor", lambda: _asked(ground, core, home, "answer"))
        figures["webfinger"] = figures["actor"]
    if "inbox" in works:
        note("inbox", lambda: _written(ground, core, home))
        note("commit", lambda: _commits(ground, core, home))
    if "forged" in works or "inbox" in works:
        note("verify", lambda: _repeated(ground, core, _verifying()))
    if works & {"fanout", "ed25519", "hang", "refuse"}:
        note("sign", lambda: _repeated(ground, core, _signing()))
        note("sign-ed25519", lambda: _repeated(ground, core, _signing_by_curve()))
        with _calling(ground, core) as call:
            note("fanout", lambda: call("aiohttp", "rsa"))
            note("ed25519", lambda: call("aiohttp", "ed25519"))
            note("raw", lambda: call("raw", "rsa"))
            note("raw-ed25519", lambda: call("raw", "ed25519"))
    return figures


@contextmanager
def _serving(core: int | None, home: Path, *words: str) -> Iterator[tuple[str, Program]]:
    port = free_port()
    kind, *rest = words
    program = Program(
        [sys.executable, "-m", "bench.bare", kind, str(port), *rest],
        core=core,
        log=home / "bare.log",
    )
    origin = f"http://127.0.0.1:{port}"
    try:
        until(lambda: _is_up(origin), seconds=30, what=f"the bare {kind} answers")
        yield origin, program
    finally:
        program.stop()


def _is_up(origin: str) -> bool:
    try:
        socket.create_connection(letters.door_of(f"{origin}/"), timeout=5).close()
    except OSError:
        return False
    return True


def _asked(ground: Ground, core: int | None, home: Path, kind: str) -> Figure:
    with _serving(core, home, kind) as (origin, program):
        request = letters.get(f"{origin}/users/alice", ACTIVITY_JSON)
        door = letters.door_of(f"{origin}/")
        seconds = ground.extent.seconds
        fire(door, itertools.repeat(request), seconds=seconds / 4)
        with Watch([program.pid], ground.own) as watch:
            outcome = fire(door, itertools.repeat(request), seconds=seconds)
    cpu_ms = 1000 * watch.cpu_seconds / max(1, outcome.answered)
    return Figure(
        outcome.rate, cpu_ms, outcome.seconds, outcome.answered, outcome.answered, watch.foreign
    )


def _written(ground: Ground, core: int | None, home: Path) -> Figure:
    database, key = home / f"bare-{time.monotonic_ns()}.db", home / "key.pem"
    with _serving(core, home, "inbox", str(database), str(key)) as (origin, program):
        alice = f"{origin}/users/alice"
        host = origin.removeprefix("http://")
        receiver = Receiver(alice, f"{alice}/inbox", f"alice@{host}")
        wanted = ground.extent.posts
        fire(
            letters.door_of(alice), _requests(ground, receiver, wanted // 8), seconds=LONGEST_INBOX
        )
        requests = _requests(ground, receiver, wanted)
        with Watch([program.pid], ground.own) as watch:
            outcome = fire(letters.door_of(alice), requests, seconds=LONGEST_INBOX)
        assert set(outcome.statuses) == {202}, outcome
    cpu_ms = 1000 * watch.cpu_seconds / max(1, wanted)
    return Figure(outcome.rate, cpu_ms, outcome.seconds, outcome.answered, wanted, watch.foreign)


def _requests(ground: Ground, receiver: Receiver, number: int) -> list[bytes]:
    notes = (letters.create(ground.user(0, "sender0"), receiver) for _ in range(number))
    return letters.posts(ground.key, receiver.inbox, notes)


@contextmanager
def _calling(ground: Ground, core: int | None) -> Iterator[Callable[[str, str], Figure]]:
    caller = Obedient("bench.callers", "--port", str(ground.stub_port), core=core)

    def call(kind: str, sign: str) -> Figure:
        hosts = ground.extent.hosts
        with Watch([caller.pid], ground.own) as watch:
            took = caller.ask(do=kind, hosts=hosts, sign=sign)
        seconds = took["seconds"]
        cpu_ms = 1000 * took["cpu_seconds"] / hosts
        return Figure(hosts / seconds, cpu_ms, seconds, hosts, hosts, watch.foreign)

    try:
        yield call
    finally:
        caller.stop()


def _repeated(ground: Ground, core: int | None, work: Callable[[], object]) -> Figure:
    """One operation, again and again, a fifth as long as a run of GETs."""
    moment = ground.extent.seconds / 5
    with on(core), Watch([]) as watch:
        began, used, count = time.perf_counter(), time.process_time(), 0
        while time.perf_counter() - began < moment:
            work()
            count += 1
        seconds = time.perf_counter() - began
    cpu_ms = 1000 * (time.process_time() - used) / count
    return Figure(count / seconds, cpu_ms, seconds, count, count, watch.foreign)


def _signing() -> Callable[[], object]:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return lambda: key.sign(_LETTER, padding.PKCS1v15(), hashes.SHA256())


def _signing_by_curve() -> Callable[[], object]:
    key = ed25519.Ed25519PrivateKey.generate()
    return lambda: key.sign(_LETTER)


def _verifying() -> Callable[[], object]:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    signature = key.sign(_LETTER, padding.PKCS1v15(), hashes.SHA256())
    public = key.public_key()
    return lambda: public.verify(signature, _LETTER, padding.PKCS1v15(), hashes.SHA256())


def _commits(ground: Ground, core: int | None, home: Path) -> Figure:
    """Durable commits of one row, one after the other."""
    file = home / f"commits-{time.monotonic_ns()}.db"
    with closing(sqlite3.connect(file, isolation_level=None)) as database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("PRAGMA synchronous=FULL")
        database.execute("CREATE TABLE one (id INTEGER PRIMARY KEY, text TEXT)")
        return _repeated(
            ground,
            core,
            lambda: database.execute("INSERT INTO one (text) VALUES (?)", ("x" * 500,)),
        )
