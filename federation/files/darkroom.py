"""The darkroom: pictures of strangers are drawn anew, each in a process of its own.

The process (`redrawing.py`, started by `apart`) may use so much processor time and memory and no
more; whoever draws a bomb draws it there.
"""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from actors.errors import Unwise
from actors.rules.pictures import (
    KEPT_PIXELS,
    LARGEST_FILE,
    MOST_PIXELS,
    SMALL_PIXELS,
    Kind,
)
from federation.files.apart import ask

PROGRAM: Final = Path(__file__).with_name("redrawing.py")

AT_ONCE: Final = 2
"""Pictures drawn at a time: each may hold a gigabyte of addresses and a core."""

SECONDS: Final = 30
"""How long one may take on a busy machine, its processor time being limited to less."""

UNREADABLE: Final = "The picture cannot be read: it is damaged, or something else."
TOO_MANY_PIXELS: Final = f"The picture has more than {MOST_PIXELS // 1_000_000} million pixels."
TOO_BUSY: Final = "Too many pictures are being prepared just now: try again in a minute."


@dataclass(frozen=True)
class Drawn:
    """One of the two files, as it was drawn."""

    path: Path
    media_type: str
    width: int
    height: int


@dataclass(frozen=True)
class Developed:
    """What came of a picture."""

    full: Drawn
    small: Drawn
    blurhash: str


class Darkroom:
    """Draws pictures, a few at a time; who comes meanwhile waits."""

    def __init__(self) -> None:
        self._places = asyncio.Semaphore(AT_ONCE)

    async def develop(
        self, source: Path, kind: Kind, *, kept_pixels: int = KEPT_PIXELS
    ) -> Developed:
        """Draw a picture anew, large and small, into two files beside it.

        Args:
            source: what was sent.
            kind: what its first bytes say it is.
            kept_pixels: how many of its pixels are kept.

        Raises:
            Unwise: it cannot be read, or is too large.
            Unavailable: it took too long, or too many wait.
        """
        full, small = source.with_suffix(".full"), source.with_suffix(".small")
        order = {
            "source": str(source),
            "format": kind.format,
            "media_type": kind.media_type,
            "full": str(full),
            "small": str(small),
            "largest_file": LARGEST_FILE,
            "most_pixels": MOST_PIXELS,
            "kept_pixels": kept_pixels,
            "small_pixels": min(SMALL_PIXELS, kept_pixels),
        }
        async with self._places:
            said = await ask(PROGRAM, order, seconds=SECONDS, slow=TOO_BUSY)
        if said.get("fault") == "pixels":
            raise Unwise(TOO_MANY_PIXELS, fields={"file": TOO_MANY_PIXELS})
        if "full" not in said:
            raise Unwise(UNREADABLE, fields={"file": UNREADABLE})
        return Developed(
            full=Drawn(full, **said["full"]),
            small=Drawn(small, **said["small"]),
            blurhash=said["blurhash"],
        )
