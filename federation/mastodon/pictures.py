"""Pictures: what stands for an account that has none of its own.

Apps want an address for both, always, and most of them read no SVG. The two files are ours.
"""

from importlib import resources
from typing import Final

from aiohttp import web

_FILES: Final = resources.files("federation.mastodon") / "static"
_PICTURES: Final = {name: (_FILES / name).read_bytes() for name in ("avatar.png", "header.png")}

KEPT: Final = "public, max-age=604800"
"""A week: they change with a release, if ever."""


async def picture(request: web.Request) -> web.StreamResponse:
    """GET /mastodon/avatar.png and /mastodon/header.png."""
    body = _PICTURES[request.path.rstrip("/").rpartition("/")[2]]
    return web.Response(body=body, content_type="image/png", headers={"Cache-Control": KEPT})
