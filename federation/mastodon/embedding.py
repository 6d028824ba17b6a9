"""Embedding: what other programs show of an address of ours (oEmbed 1.0, as Mastodon answers it).

Source: docs.joinmastodon.org/methods/oembed. Only what everybody may see is told, and only as a
link: nothing of ours runs in other people's pages.
"""

from typing import Final

from aiohttp import web

from activitypub import markup
from actors import places
from actors.database import Session
from actors.errors import NotFound
from actors.places import place
from actors.site import Site, id_in
from actors.tables.model import Model
from actors.views import history, timelines
from actors.views.timelines import Item
from federation.app_keys import DATABASE, SITE
from federation.mastodon import answers, arguments
from federation.mastodon.describing import Describer
from federation.mastodon.entities import posts

LONGEST_TITLE: Final = 100
"""Characters of a title; of a remark, its beginning."""


async def oembed(request: web.Request) -> web.StreamResponse:
    """GET /api/oembed?url=.

    Raises:
        NotFound: that is no address of ours, or not everybody may see what is there.
    """
    given = await arguments.read(request)
    site, url = request.app[SITE], given.text("url")
    async with request.app[DATABASE].read() as session:
        item = await _named(session, site, url)
        if item is None or not item.author.is_ours:
            raise NotFound("Record not found")
        status = await Describer(session, site, None).status(item)
    subject = item.subject
    name = subject.name if isinstance(subject, Model) else markup.plain(subject.content)
    title = " ".join(name.split())[:LONGEST_TITLE]
    return answers.entity(posts.embedded(site.origin, status, title))


async def _named(session: Session, site: Site, url: str) -> Item | None:
    """What everybody may see at this address of ours, which ends with a number or a short name."""
    first, _, last = url.rpartition("/")
    number = id_in(last)
    if not url.startswith(f"{site.origin}/"):
        return None
    if number is not None and url == place(site.origin, places.REMARK, id=number):
        return await timelines.status(session, number, None)
    model = await history.model_by_slug(session, last) if first else None
    if model is None or url not in (model.iri, model.url):
        return None
    return await timelines.status(session, model.id, None)
