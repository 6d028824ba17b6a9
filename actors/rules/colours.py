"""Colours: which of them can be read on what, and what becomes of one that cannot.

A network chooses one colour. What is made of it for words, links and buttons keeps its hue and
becomes darker by day, or lighter by night, until it stands out from everything it is drawn on.
Source: WCAG 2.2, 1.4.3 (4.5:1 for text) and its definitions of contrast and relative luminance.
"""

import colorsys
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from actors.errors import Unwise

READABLE: Final = 4.5
"""How much lighter the light one of two colours has to be, where one is text on the other."""

STEP: Final = 0.005
"""Of lightness: too little to be seen, and two hundred of them reach black or white."""

WASH: Final = 0.1
"""How much of a colour is in the ground of what is marked with it."""

NO_COLOUR: Final = "A colour is written as # and six digits, such as #0f6b5e."

_HEX: Final = re.compile(r"#?([0-9a-fA-F]{6}|[0-9a-fA-F]{3})")
_DIM: Final = 0.03928  # below it, a channel is dark enough to be linear (WCAG 2.2)


@dataclass(frozen=True)
class Colour:
    """A colour of screens (sRGB), each channel from 0 to 255."""

    red: int
    green: int
    blue: int

    def __str__(self) -> str:
        return f"#{self.red:02x}{self.green:02x}{self.blue:02x}"

    @property
    def luminance(self) -> float:
        """How light it is, from 0 to 1."""
        red, green, blue = (_linear(one / 255) for one in (self.red, self.green, self.blue))
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    def moved(self, lightness: float) -> "Colour":
        """The same hue, lighter by this much of all that there is, or darker."""
        hue, light, saturation = colorsys.rgb_to_hls(
            self.red / 255, self.green / 255, self.blue / 255
        )
        channels = colorsys.hls_to_rgb(hue, min(1.0, max(0.0, light + lightness)), saturation)
        return Colour(*(round(one * 255) for one in channels))

    def over(self, ground: "Colour", share: float) -> "Colour":
        """So much of it on a ground."""
        pairs = zip(
            (self.red, self.green, self.blue), (ground.red, ground.green, ground.blue), strict=True
        )
        return Colour(*(round(one * share + other * (1 - share)) for one, other in pairs))


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= _DIM else ((channel + 0.055) / 1.055) ** 2.4


@dataclass(frozen=True)
class Adapted:
    """A colour as it is used on some grounds.

    Attributes:
        colour: what words, links and buttons have.
        wash: the ground of what is marked with it.
        contrast: of the colour as it was chosen, where it stands out least; at least `READABLE`
            where it was left as it is.
        is_moved: whether it was made darker or lighter.
    """

    colour: Colour
    wash: Colour
    contrast: float
    is_moved: bool


def parse(text: str) -> Colour:
    """A colour as people and colour fields write it: `#0f6b5e`, `0F6B5E`, `#0a5`.

    Raises:
        Unwise: it is none.
    """
    found = _HEX.fullmatch(text.strip())
    if found is None:
        raise Unwise(NO_COLOUR, fields={"colour": NO_COLOUR})
    digits = found[1] if len(found[1]) == 6 else "".join(one * 2 for one in found[1])
    return Colour(*bytes.fromhex(digits))


def contrast(one: Colour, other: Colour) -> float:
    """How much lighter one of them is, from 1 to 21."""
    dark, light = sorted((one.luminance, other.luminance))
    return (light + 0.05) / (dark + 0.05)


def adapted(colour: Colour, grounds: Sequence[Colour], *, by_night: bool = False) -> Adapted:
    """The colour, or the nearest of its hue that can be read on all grounds and on its own wash.

    Args:
        colour: as it was chosen.
        grounds: what it is drawn on; the first is what its wash is made of. All are light, or all
            dark.
        by_night: they are dark.
    """
    step = STEP if by_night else -STEP
    chosen, now, number = _least(colour, grounds), colour, 0
    while _least(now, grounds) < READABLE and number * STEP < 1:
        number += 1
        now = colour.moved(number * step)
    return Adapted(now, now.over(grounds[0], WASH), chosen, is_moved=now != colour)


def _least(colour: Colour, grounds: Sequence[Colour]) -> float:
    return min(contrast(colour, one) for one in (*grounds, colour.over(grounds[0], WASH)))
