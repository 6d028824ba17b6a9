"""A small machine: few descriptors, little memory, a tenth of a processor; it refuses and lives."""

import http.client
import json
import os
import resource
import signal
import socket
import subprocess
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from together.terminal import PATIENCE, Home, serving

DESCRIPTORS = 64
VISITORS = 100
MEMORY = 256 * 1024 * 1024
TURN, REST = 0.01, 0.09
"""Seconds of work and of standing still: a tenth of a processor."""


@pytest.fixture(scope="module")
def home(founded: Home, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """One instance for all of it."""
    return founded.copy(tmp_path_factory.mktemp("small") / "home")


@pytest.fixture(scope="module")
def server(home: Home) -> Iterator[subprocess.Popen[str]]:
    with serving(home) as running:
        yield running


def status(home: Home, method: str, path: str, body: bytes = b"") -> int:
    """Of an answer; 0 where the connection was closed without one."""
    connection = http.client.HTTPConnection("127.0.0.1", home.port, timeout=PATIENCE)
    headers = {"Content-Type": "application/activity+json", "Accept": "application/json"}
    try:
        connection.request(method, path, body or None, headers)
        return connection.getresponse().status
    except (http.client.HTTPException, OSError):
        return 0
    finally:
        connection.close()


def mistakes(home: Home) -> list[str]:
    """What the server has written down as a mistake of its own."""
    log = (home.directory / "server.log").read_text()
    return [line for line in log.splitlines() if "Traceback" in line or ".failed" in line]


def until(what: Callable[[], bool]) -> None:
    for _ in range(1000):
        if what():
            return
        threading.Event().wait(0.02)
    raise AssertionError


def test_little_memory_is_enough_for_many_large_bodies(
    home: Home, server: subprocess.Popen[str]
) -> None:
    resource.prlimit(server.pid, resource.RLIMIT_DATA, (MEMORY, MEMORY))
    large = json.dumps({"type": "Create", "content": "é" * 480_000}).encode()
    with ThreadPoolExecutor(40) as crowd:
        asked = [crowd.submit(status, home, "POST", "/inbox", large) for _ in range(80)]
        seen = Counter(one.result() for one in asked)
    assert seen.keys() <= {400, 401, 413, 429, 503}, seen
    assert status(home, "GET", "/api/essaim/v1/directory") == 200
    assert server.poll() is None
    assert mistakes(home) == []


@contextmanager
def a_tenth(pid: int) -> Iterator[None]:
    """Let a process run for a tenth of the time only."""
    is_over = threading.Event()

    def hold() -> None:
        while not is_over.wait(TURN):
            os.kill(pid, signal.SIGSTOP)
            is_over.wait(REST)
            os.kill(pid, signal.SIGCONT)

    holding = threading.Thread(target=hold)
    holding.start()
    try:
        yield
    finally:
        is_over.set()
        holding.join()


def test_a_tenth_of_a_processor_answers_everybody_in_the_end(
    home: Home, server: subprocess.Popen[str]
) -> None:
    with a_tenth(server.pid), ThreadPoolExecutor(8) as crowd:
        asked = [crowd.submit(status, home, "GET", "/api/essaim/v1/directory") for _ in range(16)]
        assert Counter(one.result() for one in asked) == {200: 16}
    os.kill(server.pid, signal.SIGSTOP)
    with ThreadPoolExecutor(1) as one:
        asked_meanwhile = one.submit(status, home, "GET", "/actors/coop")
        threading.Event().wait(0.5)
        os.kill(server.pid, signal.SIGCONT)
        assert asked_meanwhile.result() == 200
    assert mistakes(home) == []


def test_few_descriptors_cost_visitors_their_connection_and_nothing_else(
    home: Home, server: subprocess.Popen[str]
) -> None:
    resource.prlimit(server.pid, resource.RLIMIT_NOFILE, (DESCRIPTORS, DESCRIPTORS))
    known = http.client.HTTPConnection("127.0.0.1", home.port, timeout=PATIENCE)
    known.connect()
    with ExitStack() as stack:
        for _ in range(VISITORS):
            stack.enter_context(socket.create_connection(("127.0.0.1", home.port), PATIENCE))
        until(lambda: len(list(Path(f"/proc/{server.pid}/fd").iterdir())) >= DESCRIPTORS - 1)
        known.request("GET", "/api/essaim/v1/directory")
        assert known.getresponse().status in (200, 503), "who is in already is answered"
    known.close()
    until(lambda: status(home, "GET", "/api/essaim/v1/directory") == 200)
    assert home.ask("/api/essaim/v1/whoami")["organisation"]["iri"].endswith("/actors/coop")
    assert server.poll() is None
    assert mistakes(home) == []
    assert (home.directory / "server.log").stat().st_size < 100_000
