"""Troubles: what a host does to our mail, told from the reason that is kept with it.

A delivery that did not arrive keeps one line: the status and the beginning of what the host said,
or a sentence of the client where there was no answer. Operators want to know in a word which kind
of trouble that is, and figures need a closed list.
"""

import re
from enum import Enum
from typing import Final

from actors.mail import by_hand


class Trouble(Enum):
    """One kind of trouble; the value is its word in figures and in JSON."""

    NONE = "none"
    HANGS = "hangs"
    NO_NAME = "no-name"
    NO_CONNECTION = "no-connection"
    NO_TLS = "no-tls"
    FAILS = "fails"
    TOO_MANY = "too-many"
    NOT_NOW = "not-now"
    SIGNATURE = "signature"
    REFUSES = "refuses"
    UNSAFE = "unsafe"
    BY_HAND = "by-hand"
    OUR_MISTAKE = "our-mistake"
    OTHER = "other"


_STATUS: Final = re.compile(r"([1-5][0-9]{2})(?::|$)")
_GIVEN_UP: Final = re.compile(r"given up after \d+ days(?:: |$)")
_STATUSES: Final = {429: Trouble.TOO_MANY, 401: Trouble.SIGNATURE} | dict.fromkeys(
    (302, 303, 307, 408, 425), Trouble.NOT_NOW
)
_SENTENCES: Final = {
    "": Trouble.NONE,
    "the other server is too slow": Trouble.HANGS,
    "that host has no address": Trouble.NO_NAME,
    "the address of that host cannot be found just now": Trouble.NO_NAME,
    "no connection to that host, or it broke": Trouble.NO_CONNECTION,
    "no secure connection to that host": Trouble.NO_TLS,
    "a mistake in this program: see the log": Trouble.OUR_MISTAKE,
    **dict.fromkeys(
        (
            "that host is blocked here",
            "this instance does not deal with that host",
            "only http and https addresses are called",
            "the address holds characters that must be escaped",
            "that is this server itself",
            "that is not an address",
            "that is not the name of a host",
            "the address holds a name or password",
            "that address cannot be called",
            "this port of that address is not called",
            "that address is not on the public internet",
            "public servers are called with https only",
            "this port of public servers is not called",
            "only some addresses of that name may be called",
        ),
        Trouble.UNSAFE,
    ),
}
"""What the client says where there was no answer (`transport.client`, `transport.guard`)."""


def trouble(reason: str) -> Trouble:
    """Which kind of trouble a kept reason tells of."""
    reason = _GIVEN_UP.sub("", reason, count=1)
    if reason.startswith(by_hand.GIVEN_UP):
        before = reason.removeprefix(by_hand.GIVEN_UP).removeprefix(": ")
        return trouble(before) if before else Trouble.BY_HAND
    answered = _STATUS.match(reason)
    if answered is None:
        return _SENTENCES.get(reason, Trouble.OTHER)
    status = int(answered[1])
    if status >= 500:
        return Trouble.FAILS
    return _STATUSES.get(status, Trouble.REFUSES)
