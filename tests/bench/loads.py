"""The loads: what servers are asked to do, each in runs."""

import itertools
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from bench import letters
from bench.driver import Outcome, fire
from bench.figures import Extent, Figure, Figures, steady
from bench.letters import Receiver
from bench.machine import Watch, memory_mib
from bench.processes import Failed, Obedient, until
from bench.profiles import Profiler
from bench.servers import Server
from bench.stub import address

from activitypub.mediatypes import ACTIVITY_JSON, JRD_JSON
from activitypub.signatures.keys import PrivateKey

SENDERS: Final = 20
"""Neighbours that write; their keys are known after the first letter."""

EVERY: Final = 5
"""Every so many hosts fail, where some do."""

LOOK_EVERY: Final = 0.1
"""Seconds between two looks at what has arrived."""

SETTLING: Final = 240.0
"""Seconds that everybody's following may take."""

LONGEST_INBOX: Final = 120.0
"""Seconds of one inbox run, at most."""


@dataclass(frozen=True)
class Ground:
    """Everything around the server.

    Attributes:
        extent: how much is measured.
        stub: the other hosts.
        stub_port: where all of them listen.
        key: with which all of them sign.
        own: processes of the bench.
        profiler: writes down where the server's time goes; may be idle.
    """

    extent: Extent
    stub: Obedient
    stub_port: int
    key: PrivateKey
    own: Sequence[int]
    profiler: Profiler

    def user(self, host: int, name: str, *, is_modern: bool = False) -> str:
        """The id of somebody on a host of the stub."""
        return f"http://{address(host, is_modern=is_modern)}:{self.stub_port}/users/{name}"

    @contextmanager
    def watching(self, server: Server, work: str) -> Iterator[Watch]:
        """Count what the server costs meanwhile."""
        with (
            self.profiler.recording(server.program.pid, f"{server.name.lower()}-{work}"),
            Watch(server.pids, self.own) as watch,
        ):
            yield watch


def idle(ground: Ground, server: Server) -> Figure:
    """What it is before anybody asks anything; `seconds` is its start."""
    began = time.perf_counter()
    server.up()
    seconds = time.perf_counter() - began
    server.rest()
    mib = memory_mib(server.pids)
    return Figure(1 / seconds, 0, seconds, 1, 1, 0.0, peak_mib=mib)


def actor(ground: Ground, server: Server) -> Figure:
    """GET of alice's document."""
    return _asked(ground, server, "actor", server.alice.actor, ACTIVITY_JSON)


def webfinger(ground: Ground, server: Server) -> Figure:
    """GET of where alice is."""
    return _asked(ground, server, "webfinger", server.webfinger, JRD_JSON)


def _asked(ground: Ground, server: Server, work: str, where: str, accept: str) -> Figure:
    request = letters.get(where, accept)
    door = letters.door_of(where)
    seconds = ground.extent.seconds
    fire(door, itertools.repeat(request), seconds=seconds / 4)
    with ground.watching(server, work) as watch:
        outcome = fire(door, itertools.repeat(request), seconds=seconds)
    _must(outcome, 200)
    return _figure(outcome, outcome.seconds, outcome.answered, watch)


def inbox(ground: Ground, server: Server) -> Figure:
    """Notes that mention alice: answered, durable and with all their effects."""
    _written(ground, server, max(SENDERS, ground.extent.posts // 8), connections=4)
    server.rest()
    wanted = ground.extent.posts
    requests = _requests(ground, server, wanted)
    before = server.taken()
    began = time.monotonic()
    with ground.watching(server, "inbox") as watch:
        outcome = fire(letters.door_of(server.alice.inbox), requests, seconds=LONGEST_INBOX)
        until(
            lambda: server.taken() - before >= outcome.answered,
            seconds=LONGEST_INBOX,
            what="all that was accepted is processed",
        )
        seconds = time.monotonic() - began
        server.rest()
    _must(outcome, 202)
    return _figure(outcome, seconds, wanted, watch, {"answered_per_second": outcome.rate})


def forged(ground: Ground, server: Server) -> Figure:
    """The same with signatures that do not fit, and digests that do."""
    _written(ground, server, SENDERS, connections=4)  # their keys are known
    server.rest()
    wanted = ground.extent.posts
    requests = _requests(ground, server, wanted, is_forged=True)
    with ground.watching(server, "forged") as watch:
        outcome = fire(letters.door_of(server.alice.inbox), requests, seconds=LONGEST_INBOX)
    _must(outcome, 401)
    return _figure(outcome, outcome.seconds, wanted, watch)


def _written(ground: Ground, server: Server, number: int, *, connections: int) -> None:
    requests = _requests(ground, server, number)
    door = letters.door_of(server.alice.inbox)
    _must(fire(door, requests, connections=connections, seconds=LONGEST_INBOX), 202)


def _requests(
    ground: Ground, server: Server, number: int, *, is_forged: bool = False
) -> list[bytes]:
    senders = [ground.user(one % ground.extent.hosts, f"sender{one}") for one in range(SENDERS)]
    notes = (
        letters.create(sender, server.alice)
        for sender in itertools.islice(itertools.cycle(senders), number)
    )
    return letters.posts(ground.key, server.alice.inbox, notes, is_forged=is_forged)


def followed(ground: Ground, server: Server, *, by_modern: bool = False) -> None:
    """Somebody on each host follows, and is accepted.

    Raises:
        Failed: not all of them were accepted.
    """
    whom = _whom(server, is_modern=by_modern)
    hosts = ground.extent.hosts
    ground.stub.ask(do="reset")
    follows = (
        letters.follow(ground.user(one, f"follower{one}", is_modern=by_modern), whom)
        for one in range(hosts)
    )
    requests = letters.posts(ground.key, whom.inbox, follows)
    outcome = fire(letters.door_of(whom.inbox), requests, connections=8, seconds=SETTLING)
    _must(outcome, 202)
    until(
        lambda: bool(ground.stub.ask(do="counts")["arrived"] >= hosts),
        seconds=SETTLING,
        what="everybody who follows was accepted",
        every=LOOK_EVERY,
    )
    server.rest()


def fanout(ground: Ground, server: Server) -> Figure:
    """One public post to everybody's host."""
    return _published(ground, server, "fanout", ground.extent.hosts)


def ed25519(ground: Ground, server: Server) -> Figure:
    """The same to hosts that say that they read RFC 9421 by Ed25519."""
    figure = _published(ground, server, "ed25519", ground.extent.hosts, to_modern=True)
    if figure.notes["by_rfc9421"] < figure.done:
        raise Failed("Not everything to modern hosts was signed by RFC 9421.")
    return figure


def refuse(ground: Ground, server: Server) -> Figure:
    """The same as `fanout` while every fifth host has closed its door."""
    return _failing(ground, server, "refuse")


def hang(ground: Ground, server: Server) -> Figure:
    """The same as `fanout` while every fifth host takes the request and says nothing."""
    return _failing(ground, server, "hang")


def _failing(ground: Ground, server: Server, mode: str) -> Figure:
    hosts = ground.extent.hosts
    failing = list(range(0, hosts, EVERY))
    ground.stub.ask(do="mode", **{"hang": [], "refuse": []} | {mode: failing})
    try:
        return _published(ground, server, mode, hosts - len(failing), is_calm=False)
    finally:
        ground.stub.ask(do="mode", hang=[], refuse=[])
        server.retry()


def _published(
    ground: Ground,
    server: Server,
    work: str,
    wanted: int,
    *,
    to_modern: bool = False,
    is_calm: bool = True,
) -> Figure:
    server.rest()
    stub = ground.stub
    stub.ask(do="reset")
    with ground.watching(server, work) as watch:
        began = time.monotonic()
        server.publish("We open a second workshop on Saturday.", to_modern=to_modern)
        counts = _arrived(stub, wanted, began + ground.extent.patience)
        if is_calm:
            server.rest()
    arrived = [at - began for at in stub.ask(do="times")][:wanted]
    done = len(arrived)
    seconds = arrived[-1] if arrived else ground.extent.patience
    return Figure(
        rate=done / seconds,
        cpu_ms=1000 * watch.cpu_seconds / max(1, done),
        seconds=seconds,
        done=done,
        wanted=wanted,
        foreign=watch.foreign,
        peak_mib=watch.peak_mib,
        notes={
            "by_rfc9421": counts["modern"],
            "connections": counts["conversations"],
            "twice": counts["again"],
            "first_s": arrived[0] if arrived else 0.0,
        },
    )


def _arrived(stub: Obedient, wanted: int, end: float) -> dict[str, Any]:
    while True:
        counts: dict[str, Any] = stub.ask(do="counts")
        if counts["arrived"] >= wanted or time.monotonic() > end:
            return counts
        time.sleep(LOOK_EVERY)


def _whom(server: Server, *, is_modern: bool) -> Receiver:
    whom = server.edda if is_modern else server.alice
    assert whom is not None
    return whom


def _must(outcome: Outcome, status: int) -> None:
    if set(outcome.statuses) != {status} or outcome.errors:
        raise Failed(
            f"Everything should have been answered {status}: {outcome.statuses},"
            f" {outcome.errors} connections broke."
        )


def _figure(
    outcome: Outcome,
    seconds: float,
    wanted: int,
    watch: Watch,
    notes: dict[str, float] | None = None,
) -> Figure:
    return Figure(
        rate=outcome.answered / seconds,
        cpu_ms=1000 * watch.cpu_seconds / max(1, outcome.answered),
        seconds=seconds,
        done=outcome.answered,
        wanted=wanted,
        foreign=watch.foreign,
        peak_mib=watch.peak_mib,
        notes={"median_ms": outcome.median_ms, "p99_ms": outcome.slowest_ms, **(notes or {})},
    )


Load = Callable[[Ground, Server], Figure]

PLAIN: Final[dict[str, Load]] = {
    "actor": actor,
    "webfinger": webfinger,
    "inbox": inbox,
    "forged": forged,
}
FANOUTS: Final[dict[str, Load]] = {
    "fanout": fanout,
    "ed25519": ed25519,
    "refuse": refuse,
    "hang": hang,
}
WORKS: Final = ("idle", *PLAIN, *FANOUTS)


def measured(
    ground: Ground, server: Server, works: Sequence[str], say: Callable[[str, Figure], None]
) -> Figures:
    """Every work that is wanted, in so many runs.

    Args:
        ground: everything around the server.
        server: prepared, and not started.
        works: which.
        say: told of each run.
    """
    figures: Figures = {}

    def note(work: str, load: Load, *, is_calm: bool = True) -> None:
        for _ in range(ground.extent.runs):
            if is_calm:
                figure = steady(lambda: load(ground, server), ground.extent)
            else:
                figure = load(ground, server)
            figures.setdefault(work, []).append(figure)
            say(work, figure)

    figures["idle"] = [idle(ground, server)]
    say("idle", figures["idle"][0])
    try:
        for work, load in PLAIN.items():
            if work in works:
                note(work, load)
        if any(work in works for work in FANOUTS):
            followed(ground, server)
            if server.edda is not None and "ed25519" in works:
                followed(ground, server, by_modern=True)
        for work, load in FANOUTS.items():
            if work in works and (work != "ed25519" or server.edda is not None):
                note(work, load, is_calm=work in ("fanout", "ed25519"))
    finally:
        server.down()
    return figures
