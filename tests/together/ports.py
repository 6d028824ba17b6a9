"""Ports that nobody takes between their choice and their use.

They lie below those that the system gives to whoever calls (`ip_local_port_range` begins at 32768),
and each of the processes that run the tests side by side has a stretch of its own.
"""

import itertools
import os
import socket
from collections.abc import Iterator

LOWEST, HIGHEST = 10_240, 32_000
STRETCHES = 16


def _stretch() -> Iterator[int]:
    """The ports of this process, again and again, from somewhere on."""
    size = (HIGHEST - LOWEST) // STRETCHES
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    first = LOWEST + worker % STRETCHES * size
    for place in itertools.count(os.getpid()):
        yield first + place % size


_PORTS = _stretch()


def free_port() -> int:
    """A port that nobody listens at, another one each time."""
    for port in _PORTS:
        with socket.socket() as door:
            try:
                door.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port
    raise AssertionError("the ports never end")
