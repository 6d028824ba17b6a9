"""Cells of a table for a spreadsheet: text that no program takes for a formula.

What begins like a formula is marked with `'`, as people do by hand, and read back without it
(OWASP, "CSV injection", with the full-width signs that East Asian programs take for the same).
"""

from typing import Final

_COMPUTED: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def plain(text: str) -> str:
    """A cell that no spreadsheet program runs."""
    return f"'{text}" if text.startswith(_COMPUTED) else text


def typed(text: str) -> str:
    """What was meant by a cell that `plain`, or a person, has marked."""
    return text[1:] if text[:1] == "'" and text[1:2] in _COMPUTED else text
