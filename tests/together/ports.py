"""Ports that nobody takes between their choice and their use.

They lie below those that the system gives to whoever calls (`ip_local_port_range` begins at 32768),
and each process of the tests walks through them from a place of its own.
"""

import itertools
import os
import socket

LOWEST, HIGHEST = 10_240, 32_000

_START = os.getpid() * 97 % (HIGHEST - LOWEST)
_PLACES = itertools.count(_START)


def free_port() -> int:
    """A port that nobody listens at, another one each time."""
    while True:
        port = LOWEST + next(_PLACES) % (HIGHEST - LOWEST)
        with socket.socket() as door:
            try:
                door.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port
