"""Clocks: whose is wrong, told from what the servers that refuse our signatures say it is?

A signature is good for some minutes, on some servers for an hour. Who refuses ours and says in the
same answer (`Date`) that it is another time than we think refuses it for that. One such server has
a wrong clock; where several differ from us by the same, it is ours.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import median
from typing import Final

WORTH_TELLING: Final = 60
"""Seconds of difference: the narrowest windows known are a minute, and no answer takes as long."""

AGREEING: Final = 3
"""Servers that must say the same before it is our clock: two may share a wrong one."""

ALIKE: Final = 30
"""Seconds by which what they say may differ: how long an answer may be on its way."""


@dataclass(frozen=True)
class Judgement:
    """Whose clock is wrong.

    Attributes:
        ours: by how many seconds ours is ahead of the true time, less than zero: behind; None where
            nothing says that it is wrong.
        by: how many servers say so.
        theirs: servers whose clocks are wrong, each with the seconds by which it is ahead of ours.
    """

    ours: int | None
    by: int
    theirs: Mapping[str, int]


RIGHT: Final = Judgement(None, 0, {})
"""Nothing says that any clock is wrong."""


def judge(ahead: Mapping[str, int]) -> Judgement:
    """Whose clock is wrong.

    Args:
        ahead: servers that refused a signature, each with the seconds by which its clock was ahead
            of ours.
    """
    wrong = {host: seconds for host, seconds in ahead.items() if abs(seconds) >= WORTH_TELLING}
    if len(wrong) < AGREEING:
        return Judgement(None, 0, wrong)
    middle = median(wrong.values())
    alike = {host for host, seconds in wrong.items() if abs(seconds - middle) <= ALIKE}
    if len(alike) < AGREEING or 2 * len(alike) <= len(ahead):
        return Judgement(None, 0, wrong)
    others = {host: seconds for host, seconds in wrong.items() if host not in alike}
    return Judgement(-round(median(wrong[host] for host in alike)), len(alike), others)
