"""Ports for the demo: the wanted ones where they are free, others near by where they are not.

A port counts as free when nobody listens there, neither on 127.0.0.1 nor on ::1: browsers try both
for names below `.localhost`, and would show somebody else's pages.
"""

import errno
import socket
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from typing import Final

from federation.commands.demo_directory import NETWORKS
from federation.commands.demo_words import Words
from federation.commands.output import Failed

_STEP: Final = 10  # 8001 → 8011: the last digit goes on telling the networks apart
_TRIES: Final = 100
_HIGHEST: Final = 65535


def wanted(text: str, words: Words) -> dict[str, int]:
    """The ports that somebody asked for, by network: `8001,8002,8003`.

    Raises:
        Failed: these are not three ports.
    """
    given = [each.strip() for each in text.split(",")]
    ports = [int(each) for each in given if each.isascii() and each.isdigit() and len(each) <= 5]
    named = [port for port in ports if port]
    if (
        len(ports) != len(given)
        or len(ports) != len(NETWORKS)
        or max(ports) > _HIGHEST
        or len(set(named)) != len(named)
    ):
        raise Failed(
            words("Three ports are wanted, such as 8001,8002,8003; 0 stands for any free one.")
        )
    return dict(zip(NETWORKS, ports, strict=True))


def choose(ports: Mapping[str, int], words: Words) -> dict[str, int]:
    """A free port for each network: the one asked for, or the next free one in steps of ten.

    Raises:
        Failed: there is none near by.
    """
    chosen: dict[str, int] = {}
    with ExitStack() as doors:  # held until all are chosen, so that none is chosen twice
        for network, port in ports.items():
            if port == 0:
                chosen[network] = _any(doors)
            else:
                nearby = range(port, min(_HIGHEST, port + _STEP * _TRIES) + 1, _STEP)
                chosen[network] = _first(doors, nearby, words)
    return chosen


def busy(ports: Mapping[str, int]) -> str | None:
    """The first network whose port somebody else uses, if any."""
    for network, port in ports.items():
        with ExitStack() as doors:
            if not _hold(doors, port):
                return network
    return None


def _any(doors: ExitStack) -> int:
    door = doors.enter_context(socket.socket())
    door.bind(("127.0.0.1", 0))
    port: int = door.getsockname()[1]
    return port


def _first(doors: ExitStack, ports: range, words: Words) -> int:
    for port in ports:
        if _hold(doors, port):
            return port
    raise Failed(words("There is no free port near {wanted}.", wanted=ports.start))


def _hold(doors: ExitStack, port: int) -> bool:
    """Take a port for as long as `doors` are open; False when somebody else has it."""
    return all(_bound(doors, family, port) for family in _families())


def _families() -> Iterable[tuple[socket.AddressFamily, str]]:
    yield socket.AF_INET, "127.0.0.1"
    if socket.has_ipv6:
        yield socket.AF_INET6, "::1"


def _bound(doors: ExitStack, family: tuple[socket.AddressFamily, str], port: int) -> bool:
    try:
        door = doors.enter_context(socket.socket(family[0]))
        # Connections of a server that has just stopped do not count: the next one may listen.
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        door.bind((family[1], port))
    except OSError as error:
        # A machine without IPv6 has nobody listening there.
        return family[0] == socket.AF_INET6 and error.errno in (
            errno.EADDRNOTAVAIL,
            errno.EAFNOSUPPORT,
        )
    return True
