"""Redrawing: one picture of a stranger, drawn anew in a process of its own.

This file is a program. `darkroom` starts it for each picture, by its path, with nothing
of ours around it: no database, no secret, no environment. Whatever a decoder does wrong ends with
this process: it may use some seconds and some memory, and writes two files that it is told of.

It reads one JSON object on standard input (`source`, `format`, `full`, `small`, limits) and writes
one on standard output: what came of it, or `fault`, one word.

What is drawn carries nothing of what was sent but its pixels: no place, camera, comment, profile,
further frame, or bytes behind the end. Turned as the camera was held (EXIF), in the colours of
screens (sRGB).
"""

import io
import json
import math
import resource
import sys
from typing import Any, Final

import blurhash
from PIL import Image, ImageCms, ImageOps

CPU_SECONDS: Final = 10
"""For one picture of the largest size three are enough, on a slow machine."""

MEMORY: Final = 1024 * 1024 * 1024
"""Bytes of addresses: a decoded picture of the largest size, twice, beside the libraries."""

QUALITY: Final = 85
"""Of JPEG: above it files grow and nobody sees why."""

BLURHASH_EDGE: Final = 32
"""Pixels along the longer edge of what the blurhash is computed from; it says less than that."""

LARGEST_PNG: Final = 4 * 1024 * 1024
"""Bytes above which a picture without transparency becomes a JPEG: it is a photograph."""

PROFILED: Final = ("RGB", "CMYK", "L")
"""Modes whose colours may mean something else than on screens."""

DRAWING: Final = 4
"""How many times fewer pixels are kept of what is transparent: that is a drawing or a logo, and as
a PNG each pixel costs up to four bytes."""


class Refused(Exception):
    """The picture is not drawn; the text is the word for it."""


def main() -> None:
    """Do what standard input says."""
    order = json.load(sys.stdin)
    _limit(int(order["largest_file"]))
    try:
        made = redraw(order)
    except Refused as refused:
        made = {"fault": str(refused)}
    except MemoryError:
        made = {"fault": "pixels"}
    except Exception:  # noqa: BLE001 - whatever a decoder says of a picture: it cannot be read
        made = {"fault": "unreadable"}
    json.dump(made, sys.stdout)


def _limit(largest_file: int) -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (2 * largest_file, 2 * largest_file))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def redraw(order: dict[str, Any]) -> dict[str, Any]:
    """Draw the picture twice, large and small.

    Raises:
        Refused: it has too many pixels, or none.
        OSError: it cannot be read, or was cut off.
    """
    Image.MAX_IMAGE_PIXELS = None  # counted here, before anything is decoded
    with Image.open(order["source"], formats=[order["format"]]) as image:
        width, height = image.size
        if width * height > order["most_pixels"]:
            raise Refused("pixels")
        if not width or not height:
            raise Refused("unreadable")
        shrunk = DRAWING if _is_clear(image) else 1
        target = _within(width, height, order["kept_pixels"] // shrunk)
        image.draft("RGB", target)  # a JPEG is decoded at half its size where that is enough
        image.load()
        drawn = _upright(_plain(image), image, target)
    full = _written(drawn, order["full"], order["media_type"])
    small = drawn.resize(
        _within(*drawn.size, order["small_pixels"]), Image.Resampling.LANCZOS, reducing_gap=2.0
    )
    little = _written(small, order["small"], full["media_type"])
    return {"full": full, "small": little, "blurhash": _blurhash(small)}


def _within(width: int, height: int, most: int) -> tuple[int, int]:
    """The size, made smaller in proportion until it has no more pixels than this."""
    scale = min(1.0, math.sqrt(most / (width * height)))
    return max(1, int(width * scale)), max(1, int(height * scale))


def _is_clear(image: Image.Image) -> bool:
    """Whether something may shine through."""
    return "A" in image.getbands() or "transparency" in image.info


def _plain(image: Image.Image) -> Image.Image:
    """The first picture as RGB or RGBA in sRGB, and nothing else of it."""
    is_clear = _is_clear(image)
    if not is_clear and image.mode in PROFILED:
        image = _on_screens(image)
    return image.convert("RGBA" if is_clear else "RGB")


def _on_screens(image: Image.Image) -> Image.Image:
    """The colours of the picture's own profile in those of screens, where it has one."""
    profile = image.info.get("icc_profile")
    if not profile:
        return image
    try:
        own = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        found = ImageCms.profileToProfile(
            image, own, ImageCms.createProfile("sRGB"), outputMode="RGB"
        )
    except (ImageCms.PyCMSError, OSError, ValueError):
        return image
    return found or image


def _upright(drawn: Image.Image, image: Image.Image, target: tuple[int, int]) -> Image.Image:
    """At its size, and turned as the camera was held."""
    if drawn.size != target and drawn.size[0] * drawn.size[1] > target[0] * target[1]:
        drawn = drawn.resize(target, Image.Resampling.LANCZOS, reducing_gap=2.0)
    clean = Image.new(drawn.mode, drawn.size)
    clean.paste(drawn)
    orientation = image.getexif().get(0x0112)
    if orientation in range(2, 9):
        clean.getexif()[0x0112] = orientation
        turned = ImageOps.exif_transpose(clean)
        drawn = Image.new(turned.mode, turned.size)
        drawn.paste(turned)
        return drawn
    return clean


def _written(image: Image.Image, path: str, media_type: str) -> dict[str, Any]:
    """Write a picture in the form that everybody reads: what is transparent as PNG."""
    is_clear = image.mode == "RGBA"
    found = _encoded(image, is_png=is_clear or media_type == "image/png")
    if len(found) > LARGEST_PNG and not is_clear and media_type == "image/png":
        media_type = "image/jpeg"
        found = _encoded(image, is_png=False)
    elif is_clear:
        media_type = "image/png"
    elif media_type != "image/png":
        media_type = "image/jpeg"
    with open(path, "xb") as file:  # noqa: PTH123 - as little as possible is imported here
        file.write(found)
    return {"media_type": media_type, "width": image.width, "height": image.height}


def _encoded(image: Image.Image, *, is_png: bool) -> bytes:
    file = io.BytesIO()
    if is_png:
        image.save(file, "PNG", optimize=False, compress_level=6)
    else:
        image.save(file, "JPEG", quality=QUALITY, optimize=True, progressive=True)
    return file.getvalue()


def _blurhash(image: Image.Image) -> str:
    """A picture of a few characters, shown until the real one is there (blurha.sh)."""
    edge = max(image.size) / BLURHASH_EDGE
    size = (max(1, int(image.width / edge)), max(1, int(image.height / edge)))
    tiny = image.convert("RGB").resize(size, Image.Resampling.BOX)
    flat, across = tiny.tobytes(), 3 * tiny.width
    rows = [flat[start : start + across] for start in range(0, len(flat), across)]
    pixels = [[list(row[at : at + 3]) for at in range(0, across, 3)] for row in rows]
    return str(blurhash.encode(pixels, components_x=4, components_y=3))


if __name__ == "__main__":
    main()
