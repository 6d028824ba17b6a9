"""Devices: what a browser is called in a list of sessions, from what it says of itself.

Only to be known again by its owner: nothing else depends on it, and little of it is kept.
"""

from typing import Final

LONGEST: Final = 500
"""Characters of a User-Agent that are looked at; browsers send some 120."""

_BROWSERS: Final = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS", "Firefox"),
    ("Chrome/", "Chrome"),
    ("CriOS", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS: Final = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Macintosh", "Mac"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def named(said: str) -> str:
    """`Firefox · Linux`; empty where it says nothing that we know."""
    looked = said[:LONGEST]
    found = (
        next((name for sign, name in each if sign in looked), "") for each in (_BROWSERS, _SYSTEMS)
    )
    return " · ".join(part for part in found if part)
