"""Pictures and documents: what may be sent here, how large, and what is kept of it.

Rules a reader must know:

- What a file is, its first bytes say; neither its name nor what its sender says of it counts. Four
  families of pictures and PDF are known; everything else is refused, SVG above all, because it is a
  program.
- A picture is never kept as it came: it is drawn anew, so that places, cameras, comments and
  whatever hides behind the last pixel stay behind. Of one that moves the first picture is kept.
- A PDF is kept as it came, because nothing that we know could clean it; it is only ever handed out
  to be saved, never shown inside a page.

Limits are Mastodon's where it has one (4.2, `app/models/media_attachment.rb`), since apps that know
them make pictures smaller by themselves.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

LARGEST_FILE: Final = 16 * 1024 * 1024
"""Bytes of one file: what a camera makes, and two minutes at a megabit a second."""

MOST_PIXELS: Final = 33_177_600
"""Of a picture as it is sent, 7680 by 4320: decoded they are 133 MB, which one process may hold."""

KEPT_PIXELS: Final = 8_294_400
"""Of a picture as it is kept, 3840 by 2160: as much as any screen shows."""

MARK_PIXELS: Final = 102_400
"""Of the mark in the head of every page, 320 by 320, and 160 by 160 where it is transparent: sharp
on every phone, and a few kilobytes."""

SMALL_PIXELS: Final = 230_400
"""Of the small picture for lists, 640 by 360."""

LONGEST_DESCRIPTION: Final = 1_500
"""Characters of an alternative text; readers with a braille line read every one of them."""

LONGEST_CREDIT: Final = 300
"""Characters that say who made a picture, and under which licence."""

LONGEST_NAME: Final = 120
"""Characters of the name of a file that are kept, as a label and nothing else."""

MOST_ON_A_REMARK: Final = 4
"""Files of one remark: Mastodon shows no more."""

MOST_ON_A_SHEET: Final = 16
"""Files of one model beside its picture: as many as readers of other servers keep."""

PICTURE: Final = "image"
DOCUMENT: Final = "document"

SUFFIXES: Final[Mapping[str, str]] = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "application/pdf": "pdf",
}
"""What is kept, by media type → the ending of its address."""

ACCEPTED: Final = (
    "image/jpeg",
    "image/png",
    "image/gif",
    "image/webp",
    "image/avif",
    "application/pdf",
)
"""What may be sent. GIF, WebP and AVIF are kept as JPEG, or as PNG where they are transparent."""

HEAD: Final = 32
"""Bytes from the beginning that say what a file is."""

_PDF_END: Final = b"%%EOF"
_PDF_TAIL: Final = 1024  # bytes in which readers look for the end (ISO 32000-1, annex H.3)


@dataclass(frozen=True)
class Kind:
    """What a file is, by its first bytes.

    Attributes:
        group: PICTURE or DOCUMENT.
        media_type: as its first bytes say.
        format: what the one who draws it anew calls it; empty for what is not drawn.
    """

    group: str
    media_type: str
    format: str = ""


@dataclass(frozen=True)
class Room:
    """How many bytes there is room for.

    Attributes:
        for_one: of one organisation of ours.
        for_others: of everything that is kept of mirrors.
    """

    for_one: int
    for_others: int


def kind_of(head: bytes) -> Kind | None:
    """What begins with these bytes; None where it is nothing that is taken here."""
    if head.startswith(b"\xff\xd8\xff"):
        return Kind(PICTURE, "image/jpeg", "JPEG")
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return Kind(PICTURE, "image/png", "PNG")
    if head.startswith((b"GIF87a", b"GIF89a")):
        return Kind(PICTURE, "image/gif", "GIF")
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return Kind(PICTURE, "image/webp", "WEBP")
    if head[4:12] in (b"ftypavif", b"ftypavis"):
        return Kind(PICTURE, "image/avif", "AVIF")
    if head.startswith(b"%PDF-"):
        return Kind(DOCUMENT, "application/pdf")
    return None


def ends_as_pdf(tail: bytes) -> bool:
    """Whether a PDF ends as one: what was cut off does not, nor does what hides something behind.

    Args:
        tail: the last bytes of the file, a kilobyte at least where it has as many.
    """
    return tail[-_PDF_TAIL:].rstrip(b"\r\n\t \0").endswith(_PDF_END)


def label(name: str) -> str:
    """The name of a file as a label: no path, nothing invisible, not too long."""
    last = name.replace("\\", "/").rpartition("/")[2]
    shown = "".join(character for character in last if character.isprintable())
    return " ".join(shown.split())[:LONGEST_NAME]


def focus(text: str) -> tuple[float, float] | None:
    """The point that matters most, as apps write it: `-0.5,0.8`; None where it is none.

    Both numbers run from -1 (left, bottom) to 1 (right, top).
    """
    parts = text.split(",")
    if len(parts) != 2:
        return None
    try:
        across, up = (float(part) for part in parts)
    except ValueError:
        return None
    if not (-1 <= across <= 1 and -1 <= up <= 1):
        return None
    return round(across, 4), round(up, 4)
