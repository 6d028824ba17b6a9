"""Judging a new password: what is wrong with it, in plain words."""

from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Final

from actors.errors import Unwise

SHORTEST: Final = 10
"""Characters. NIST SP 800-63B asks for length, not for signs of many kinds."""

LONGEST: Final = 1_000
"""Characters; the hash would read more, at the price of the CPU of whoever is attacked with it."""

FEWEST_SIGNS: Final = 4
"""Different characters: `aaaaaaaaaa` and `abababab12` are guessed in seconds."""

_RUNS: Final = "abcdefghijklmnopqrstuvwxyz 01234567890123456789 qwertyuiop azertyuiop qwertzuiop"
_LONG_RUN: Final = SHORTEST - 2
_SHORTEST_NAME: Final = 4  # letters; a shorter name is part of too many good passwords


def check(password: str, about: Iterable[str] = ()) -> None:
    """Refuse a password that would be guessed.

    Args:
        password: as typed.
        about: what anybody knows of her: her address, her name, her organisation's.

    Raises:
        Unwise: with the reason, under `password`.
    """
    words = fault(password, about)
    if words is not None:
        raise Unwise(words, fields={"password": words})


def fault(password: str, about: Iterable[str] = ()) -> str | None:
    """What is wrong with a new password, in plain words; None where nothing is."""
    if not SHORTEST <= len(password) <= LONGEST:
        words = f"A password has at least {SHORTEST} characters."
    elif password.lower() in _common() or _is_a_pattern(password.lower()):
        words = "This password is among those that are guessed first. Three or four words are good."
    elif _is_about(password.lower(), about):
        words = "This password is your own name or address, which anybody can guess."
    else:
        return None
    return words


@cache
def _common() -> frozenset[str]:
    return frozenset(
        files("actors.rules.passwords").joinpath("common.txt").read_text("utf-8").split("\n")
    )


def _is_a_pattern(folded: str) -> bool:
    if len(set(folded)) < FEWEST_SIGNS:
        return True
    runs = (_RUNS, _RUNS[::-1])
    pieces = [folded[at : at + _LONG_RUN] for at in range(len(folded) - _LONG_RUN + 1)]
    covered = sum(any(piece in run for run in runs) for piece in pieces)
    return covered * 2 > len(pieces)


def _is_about(folded: str, about: Iterable[str]) -> bool:
    """Whether hardly anything is left of it without what anybody knows of her."""
    names = {
        part
        for text in about
        for part in (text.lower(), text.lower().partition("@")[0], *text.lower().split())
        if len(part) >= _SHORTEST_NAME
    }
    left = folded
    for name in sorted(names, key=len, reverse=True):
        left = left.replace(name, "")
    return left != folded and len(left) < SHORTEST // 2
