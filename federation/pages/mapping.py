"""Mapping: counts by country on outlines of our own; the table beside it says the same.

No tile server: what is drawn is a part of the page, and nobody learns who looks at it.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

from actors.views.coverage import Coverage

STEPS: Final = ((10, 3), (3, 2), (1, 1))
"""From how many records on a country is drawn how dark: three shades can be told apart."""


@dataclass(frozen=True)
class Country:
    """An outline: how dark it is, and the number that stands in it."""

    code: str
    path: str
    shade: int
    count: int
    x: int
    y: int


@dataclass(frozen=True)
class Map:
    """Everything that is drawn; countries without outlines are counted in the table alone."""

    width: int
    height: int
    countries: tuple[Country, ...]


def drawn(coverage: Coverage) -> Map:
    """The map of what is known of a model's practice."""
    outlines = _outlines()
    counts = {one.code: one.total for one in coverage.countries}
    countries = [
        Country(code, path, _shade(counts.get(code, 0)), counts.get(code, 0), *centre)
        for code, path, centre in outlines["countries"]
    ]
    return Map(outlines["width"], outlines["height"], tuple(countries))


def _shade(count: int) -> int:
    return next((shade for least, shade in STEPS if count >= least), 0)


@cache
def _outlines() -> Mapping[str, Any]:
    data = files("federation.pages.outlines").joinpath("europe.json").read_text("utf-8")
    read = json.loads(data)
    countries = [(code, path, read["centres"][code]) for code, path in read["paths"].items()]
    return {"width": read["width"], "height": read["height"], "countries": countries}
