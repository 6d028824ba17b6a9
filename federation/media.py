"""Media: the files of ours, for whoever has their address: people, apps, other servers.

An address names bytes and never means others, so every answer may be kept for ever. None is ever a
document or a page, whatever the bytes are: the type is one of a few, browsers are told not to guess
it, what is opened by itself gets no origin and runs nothing, and a PDF is only saved.
"""

import asyncio
from typing import Final

from aiohttp import web

from actors import places
from actors.errors import NotFound
from actors.rules.pictures import PICTURE, SUFFIXES
from actors.views import media as views
from federation.app_keys import DATABASE, UPLOADS

KEPT: Final = "public, max-age=31536000, immutable"
"""A year, the most that caches take seriously."""

POLICY: Final = "default-src 'none'; sandbox; frame-ancestors 'none'"
"""A file that is opened by itself is nobody's page: no script, no form, no origin."""


async def full(request: web.Request) -> web.StreamResponse:
    """GET /media/{digest}.{jpg,png,pdf}."""
    return await _served(request, is_small=False)


async def small(request: web.Request) -> web.StreamResponse:
    """GET /media/{digest}.{jpg,png}/small."""
    return await _served(request, is_small=True)


async def _served(request: web.Request, *, is_small: bool) -> web.StreamResponse:
    digest, _, suffix = request.match_info["name"].partition(".")
    async with request.app[DATABASE].read() as session:
        found = await views.by_digest(session, digest)
    if found is None or SUFFIXES[found.media_type] != suffix:
        raise NotFound("There is no such file.")
    kept = found.small_digest if is_small else found.digest
    if kept is None:
        raise NotFound("There is no such picture.")
    path = request.app[UPLOADS].files.path(kept)
    if not await asyncio.to_thread(path.is_file):
        raise NotFound("This file has been lost here.")
    named = f"{digest[:16]}.{suffix}"
    shown = "inline" if found.kind == PICTURE else "attachment"
    return web.FileResponse(
        path,
        headers={
            "Content-Type": found.small_type if is_small else found.media_type,
            "Content-Disposition": f'{shown}; filename="{named}"',
            "Content-Security-Policy": POLICY,
            "Cache-Control": KEPT,
            "Access-Control-Allow-Origin": "*",
            "Cross-Origin-Resource-Policy": "cross-origin",
        },
    )


def routes() -> list[web.RouteDef]:
    """Where the files are."""
    return [web.get(places.MEDIA, full), web.get(places.MEDIA + places.SMALL, small)]
