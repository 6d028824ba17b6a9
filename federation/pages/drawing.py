"""Drawing: where the boxes and lines of a lineage stand.

Each generation is a column, each fork a row; the first fork of a model stands beside it. The
drawing shows what the table below it says in words, and is hidden from those who listen.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from actors.views.kin import Relative

WIDTH: Final = 216
HEIGHT: Final = 66
GAP: Final = 44
"""Between columns; rows stand half as far apart."""

LONGEST: Final = 25
"""Characters that fit into a box; the rest is in the table."""


@dataclass(frozen=True)
class Box:
    """One model: its place in pixels, and its lines of text."""

    relative: Relative
    x: int
    y: int
    title: str
    place: str


@dataclass(frozen=True)
class Line:
    """From a source to its fork."""

    path: str
    tie: str


@dataclass(frozen=True)
class Drawing:
    """Everything, with its size in pixels."""

    width: int
    height: int
    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]


def drawn(relatives: Sequence[Relative]) -> Drawing:
    """The drawing of a lineage, whose order and rows `views.kin` has set."""
    boxes = {one.iri: _box(one) for one in relatives}
    lines = [
        Line(_path(boxes[one.source], boxes[one.iri]), str(one.tie))
        for one in relatives
        if one.source is not None and one.source in boxes and not one.in_circle
    ]
    return Drawing(
        width=max((box.x for box in boxes.values()), default=0) + WIDTH + 2,
        height=max((box.y for box in boxes.values()), default=0) + HEIGHT + 2,
        boxes=tuple(boxes.values()),
        lines=tuple(lines),
    )


def _box(one: Relative) -> Box:
    return Box(
        relative=one,
        x=1 + one.generation * (WIDTH + GAP),
        y=1 + one.row * (HEIGHT + GAP // 2),
        title=_cut(one.name or one.iri.rpartition("/")[2] or one.iri),
        place=_cut(one.host),
    )


def _path(source: Box, fork: Box) -> str:
    """Out of the source's side, along the gap, into the fork's side."""
    out, into = source.y + HEIGHT // 2, fork.y + HEIGHT // 2
    start, end = source.x + WIDTH, fork.x
    return f"M{start} {out}H{end - GAP // 2}V{into}H{end}"


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1].rstrip()}…"
