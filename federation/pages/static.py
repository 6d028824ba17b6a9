"""Static: the few files that pages need beside themselves.

They are read once, and their address carries their digest, so that browsers keep them for a year
and still see every change.
"""

import hashlib
from functools import cache
from pathlib import Path
from typing import Final

from aiohttp import ETag, web

from actors.errors import NotFound

FOLDER: Final = Path(__file__).parent / "static"
KEPT: Final = 365 * 24 * 3600
"""Seconds a browser keeps a file: a year; the address changes with the content."""

_TYPES: Final = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".png": "image/png",
}
DIGEST_SHOWN: Final = 12
"""Hexadecimal digits in an address: enough to tell one edition from the next."""


@cache
def _files() -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in FOLDER.iterdir() if path.suffix in _TYPES}


def content(name: str) -> bytes:
    """What is in a file."""
    return _files()[name]


@cache
def address(name: str) -> str:
    """Where a file is: `/static/essaim.css?3f5a…`."""
    return f"/static/{name}?{hashlib.sha256(_files()[name]).hexdigest()[:DIGEST_SHOWN]}"


async def file(request: web.Request) -> web.Response:
    """GET /static/{name}."""
    name = request.match_info["name"]
    body = _files().get(name)
    if body is None:
        raise NotFound("There is no such file.")
    return kept(request, body, _TYPES[Path(name).suffix])


def kept(request: web.Request, body: bytes, content_type: str) -> web.Response:
    """A file whose address never means another: browsers keep it for a year."""
    etag = ETag(hashlib.sha256(body).hexdigest()[:32])
    if any(known.value == etag.value for known in request.if_none_match or ()):
        response = web.Response(status=304)
    else:
        charset = None if content_type == "image/png" else "utf-8"
        response = web.Response(body=body, content_type=content_type, charset=charset)
        if charset:
            response.enable_compression()
    response.etag = etag
    response.headers["Cache-Control"] = f"public, max-age={KEPT}, immutable"
    response.headers["Vary"] = "Accept-Encoding"
    return response
