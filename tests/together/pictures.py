"""Pictures and documents to send: honest ones, and others."""

import io
import struct
import zlib
from functools import cache
from typing import Any

import aiohttp
from PIL import Image
from together.app import Reader
from together.street import House

from actors.tables.actor import Actor
from actors.tables.media import Media
from actors.verbs import picturing
from actors.verbs.picturing import Sent, Stored, Words
from federation.app_keys import UPLOADS

SECRET = b"SECRET-PLACE"
"""What a camera wrote into every honest picture, and nobody may find again."""


@cache
def a_picture(
    form: str = "JPEG", width: int = 60, height: int = 40, colour: str = "orange"
) -> bytes:
    """A picture of one colour, a corner of it blue, with a secret in what is said beside it."""
    image = Image.new("RGB", (width, height), colour)
    image.paste("blue", (0, 0, width // 2, height // 2))
    exif = image.getexif()
    exif[0x010F] = SECRET.decode()
    exif[0x0112] = 6  # the camera was held upright
    file = io.BytesIO()
    more: dict[str, Any] = {"comment": SECRET} if form in ("JPEG", "GIF") else {}
    image.save(file, form, exif=exif, **more)
    return file.getvalue()


def a_document(words: str = "Statuts") -> bytes:
    """The smallest thing that calls itself a PDF."""
    return b"%PDF-1.4\n1 0 obj<</Title(" + words.encode() + b")>>endobj\ntrailer<<>>\n%%EOF\n"


def a_bomb(edge: int = 50_000) -> bytes:
    """A PNG of some hundred bytes that says it has billions of pixels."""
    head = struct.pack(">IIBBBBB", edge, edge, 1, 0, 0, 0, 0)
    parts = [(b"IHDR", head), (b"IDAT", zlib.compress(b"\0" * 4096)), (b"IEND", b"")]
    chunks = [
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in parts
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def a_form(file: bytes | None, name: str = "photo.jpg", **fields: str) -> aiohttp.FormData:
    """A form with a file, as apps and browsers send it."""
    form = aiohttp.FormData()
    for key, value in fields.items():
        form.add_field(key, value)
    if file is not None:
        form.add_field("file", io.BytesIO(file), filename=name, content_type="image/jpeg")
    else:
        form.add_field("nothing", b"", filename="", content_type="application/octet-stream")
    return form


async def kept(
    house: House, organisation: Actor, words: str = "Un vélo", *, is_picture: bool = True
) -> Media:
    """A file of an organisation, laid into the room as the darkroom would."""
    files = house.app[UPLOADS].files
    data = a_picture() if is_picture else a_document(words)
    digest = files.put(data)
    if is_picture:
        full = Stored(digest, "image/jpeg", len(data), 60, 40)
        sent = Sent("image", full, full, "L2Eyb[~qay~q_3j[fQj[fQayfQfQ", "velo.jpg")
    else:
        sent = Sent("document", Stored(digest, "application/pdf", len(data)), label="statuts.pdf")
    said = Words(words, "Léa, CC BY 4.0", (-0.5, 0.25) if is_picture else None)
    async with house.begin() as session:
        return await picturing.keep(session, house.site, organisation, sent, said, most=10**9)


async def sends(
    reader: Reader, file: bytes | None, name: str = "photo.jpg", **fields: str
) -> tuple[int, Any]:
    """An app sends a file."""
    headers = {"Authorization": f"Bearer {reader.token}"}
    url = reader.house.url("/api/v2/media")
    form = a_form(file, name, **fields)
    async with reader.house.street.session.post(url, data=form, headers=headers) as response:
        return response.status, await response.json()
