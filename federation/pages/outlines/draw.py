"""Draw `europe.json` anew: outlines of countries as SVG paths, small enough to stand in a page.

Run by hand when the list of territories gets another country: `python -m
federation.pages.outlines.draw countries-50m.json`. Input: TopoJSON with an object `countries` whose
geometries are named by ISO 3166-1 numeric codes (SOURCES.md).
"""

import json
import math
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

Point = tuple[float, float]

COUNTRIES: Final = {
    "008": "AL", "040": "AT", "070": "BA", "056": "BE", "100": "BG", "756": "CH", "196": "CY",
    "203": "CZ", "276": "DE", "208": "DK", "233": "EE", "300": "EL", "724": "ES", "246": "FI",
    "250": "FR", "191": "HR", "348": "HU", "372": "IE", "352": "IS", "380": "IT", "438": "LI",
    "440": "LT", "442": "LU", "428": "LV", "499": "ME", "807": "MK", "470": "MT", "528": "NL",
    "578": "NO", "616": "PL", "620": "PT", "642": "RO", "688": "RS", "752": "SE", "705": "SI",
    "703": "SK", "792": "TR", "804": "UA", "826": "UK",
}  # fmt: skip
"""ISO 3166-1 numeric → the code of the list of territories."""

BY_NAME: Final = {"Kosovo": "XK"}
"""Without a numeric code."""

LEFT, RIGHT, BOTTOM, TOP = 2_450_000.0, 6_450_000.0, 1_400_000.0, 5_450_000.0
"""The frame, in metres of EPSG:3035: from Iceland and Portugal to Cyprus, from Malta to Norway."""

UNIT: Final = 2_500.0
"""Metres of one unit of the drawing."""

TOLERANCE: Final = 4_000.0
"""Metres that a simplified line may lie beside the real one: less than a pixel on most screens."""

SMALLEST: Final = 8.0
"""Square units: smaller islands are specks. A country keeps its largest part in any case."""

_RADIUS: Final = 6_371_007.2


def project(longitude: float, latitude: float) -> Point:
    """Lambert's azimuthal equal-area projection around 52° north, 10° east."""
    phi, phi0 = math.radians(latitude), math.radians(52)
    delta = math.radians(longitude - 10)
    cosine = math.sin(phi0) * math.sin(phi) + math.cos(phi0) * math.cos(phi) * math.cos(delta)
    k = math.sqrt(2 / max(1 + cosine, 1e-9))
    x = k * math.cos(phi) * math.sin(delta)
    y = k * (math.cos(phi0) * math.sin(phi) - math.sin(phi0) * math.cos(phi) * math.cos(delta))
    return 4_321_000 + _RADIUS * x, 3_210_000 + _RADIUS * y


def simplified(line: Sequence[Point], tolerance: float) -> list[Point]:
    """Douglas and Peucker: as few points as keep the line within the tolerance; both ends stay."""
    keep = {0, len(line) - 1}
    waiting = [(0, len(line) - 1)]
    while waiting:
        first, last = waiting.pop()
        farthest, where = tolerance, 0
        for index in range(first + 1, last):
            distance = _beside(line[index], line[first], line[last])
            if distance > farthest:
                farthest, where = distance, index
        if where:
            keep.add(where)
            waiting += [(first, where), (where, last)]
    return [line[index] for index in sorted(keep)]


def draw(topology: dict[str, Any]) -> dict[str, Any]:
    """The outlines: `width`, `height`, and by country a path and where its number stands."""
    arcs = [simplified(list(_decoded(topology, arc)), TOLERANCE) for arc in topology["arcs"]]
    paths: dict[str, str] = {}
    centres: dict[str, list[int]] = {}
    for shape in topology["objects"]["countries"]["geometries"]:
        code = COUNTRIES.get(str(shape.get("id"))) or BY_NAME.get(shape["properties"]["name"])
        if code is None:
            continue
        polygons = [shape["arcs"]] if shape["type"] == "Polygon" else shape["arcs"]
        rings = [_units(_ring(arcs, one)) for polygon in polygons for one in polygon]
        inside = [ring for ring in rings if len(ring) > 3 and _is_inside(ring)]
        inside.sort(key=_area, reverse=True)
        drawn = [one for place, one in enumerate(inside) if place == 0 or _area(one) >= SMALLEST]
        if drawn:
            paths[code] = "".join(map(_path, drawn))
            centres[code] = list(_centre(drawn[0]))
    width, height = round((RIGHT - LEFT) / UNIT), round((TOP - BOTTOM) / UNIT)
    return {"width": width, "height": height, "paths": paths, "centres": centres}


def _decoded(topology: dict[str, Any], arc: Sequence[Sequence[int]]) -> Iterator[Point]:
    scale, translate = topology["transform"]["scale"], topology["transform"]["translate"]
    x = y = 0
    for dx, dy in arc:
        x, y = x + dx, y + dy
        yield project(x * scale[0] + translate[0], y * scale[1] + translate[1])


def _ring(arcs: Sequence[Sequence[Point]], indexes: Sequence[int]) -> list[Point]:
    """A ring of arcs; a negative number means the arc from its end."""
    ring: list[Point] = []
    for index in indexes:
        arc = arcs[index] if index >= 0 else list(reversed(arcs[~index]))
        ring += arc[1:] if ring else arc
    return ring


def _units(ring: Sequence[Point]) -> list[tuple[int, int]]:
    units: list[tuple[int, int]] = []
    for x, y in ring:
        point = round((x - LEFT) / UNIT), round((TOP - y) / UNIT)
        if not units or units[-1] != point:
            units.append(point)
    return units


def _is_inside(ring: Sequence[tuple[int, int]]) -> bool:
    x = sum(one[0] for one in ring) / len(ring)
    y = sum(one[1] for one in ring) / len(ring)
    return 0 <= x <= (RIGHT - LEFT) / UNIT and 0 <= y <= (TOP - BOTTOM) / UNIT


def _area(ring: Sequence[tuple[int, int]]) -> float:
    pairs = zip(ring, [*ring[1:], ring[0]], strict=True)
    return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in pairs)) / 2


def _centre(ring: Sequence[tuple[int, int]]) -> tuple[int, int]:
    """The middle of the area, where a number can stand."""
    twice = x = y = 0.0
    for a, b in zip(ring, [*ring[1:], ring[0]], strict=True):
        cross = a[0] * b[1] - b[0] * a[1]
        twice, x, y = twice + cross, x + (a[0] + b[0]) * cross, y + (a[1] + b[1]) * cross
    return (round(x / (3 * twice)), round(y / (3 * twice))) if twice else ring[0]


def _path(ring: Sequence[tuple[int, int]]) -> str:
    """A closed SVG path in steps from point to point."""
    (x, y), *others = ring
    steps = [f"M{x} {y}l"]
    for px, py in others[:-1] if others and others[-1] == ring[0] else others:
        steps.append(f"{px - x} {py - y} ")
        x, y = px, py
    return "".join(steps).rstrip().replace(" -", "-") + "z"


def _beside(point: Point, first: Point, last: Point) -> float:
    dx, dy = last[0] - first[0], last[1] - first[1]
    length = math.hypot(dx, dy)
    if length == 0:
        return math.hypot(point[0] - first[0], point[1] - first[1])
    return abs(dx * (first[1] - point[1]) - (first[0] - point[0]) * dy) / length


if __name__ == "__main__":
    made = draw(json.loads(Path(sys.argv[1]).read_text("utf-8")))
    written = json.dumps(made, separators=(",", ":"), sort_keys=True)
    (Path(__file__).parent / "europe.json").write_text(written + "\n", "utf-8")
