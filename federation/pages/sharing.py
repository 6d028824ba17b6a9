"""Sharing: what search engines and other programs read of our pages.

`/robots.txt` keeps crawlers from forms and from the endless combinations of a search; the maps
under `/sitemap.xml` hold what is ours and may be found; a model and an organisation describe
themselves as schema.org knows such things. Whoever does not want to be found stands in no map, and
her pages ask not to be listed.
Sources: RFC 9309; sitemaps.org, protocol 0.9; schema.org 29 (CreativeWork, Organization); FEP-5feb.
"""

from collections.abc import Iterable
from datetime import UTC
from typing import Final
from xml.etree import ElementTree as ET  # only written, never read

from aiohttp import web

from activitypub import markup
from activitypub.canonical_json import Json
from actors import places
from actors.documents.media import Shown
from actors.errors import NotFound
from actors.rules.licences import spdx_iri
from actors.site import id_in
from actors.tables.actor import Actor
from actors.tables.model import Model
from actors.views import crawling
from actors.views.crawling import Place
from federation.app_keys import DATABASE, SETTINGS
from federation.pages import addresses, xml
from federation.pages.reading import Reading

MAPS: Final = "/sitemap.xml"
MAP: Final = "/sitemaps/{start}.xml"
ROBOTS: Final = "/robots.txt"

FRESH_FOR: Final = 3600
"""Seconds a crawler or a cache may keep a map: what is new can wait an hour."""

FRONT: Final = ("/", "/about", "/how-it-works", "/directory", "/organisations", "/commons")
"""Pages that every instance has."""

NOT_FOR_CRAWLERS: Final = (
    *("/api/", "/oauth/", "/static/", "/interact", "/from-elsewhere", "/sign-in", "/directory?"),
    "/directory/",
    *("/directory.", "/report?", "/m/*/compare", "/m/*/fork", "/m/*/propose", "/m/*/record$"),
    *("/m/*/archive", "/m/*/records.", "/m/*/versions/*/cite"),
)
"""Where there is nothing to read without account, or the same again in another order."""

_SITEMAP: Final = "http://www.sitemaps.org/schemas/sitemap/0.9"


async def robots(request: web.Request) -> web.Response:
    """GET /robots.txt."""
    origin = request.app[SETTINGS].instance.origin
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in NOT_FOR_CRAWLERS)]
    body = "\n".join([*lines, "", f"Sitemap: {origin}{MAPS}", ""])
    response = web.Response(text=body, content_type="text/plain")
    response.headers["Cache-Control"] = f"public, max-age={FRESH_FOR}"
    return response


async def maps(request: web.Request) -> web.Response:
    """GET /sitemap.xml: where the maps are."""
    origin = request.app[SETTINGS].instance.origin
    async with request.app[DATABASE].read() as session:
        starts = await crawling.starts(session)
    root = ET.Element("sitemapindex", xmlns=_SITEMAP)
    for start in starts:
        entry = ET.SubElement(root, "sitemap")
        ET.SubElement(entry, "loc").text = origin + MAP.format(start=start)
    return xml.answer(root, "application/xml", fresh_for=FRESH_FOR)


async def map_of(request: web.Request) -> web.Response:
    """GET /sitemaps/{start}.xml: our pages from there on.

    Raises:
        NotFound: no map begins there.
    """
    start = id_in(request.match_info["start"])
    if start is None:
        raise NotFound("There is no such map.")
    async with request.app[DATABASE].read() as session:
        found = await crawling.places_after(session, start)
    origin = request.app[SETTINGS].instance.origin
    root = ET.Element("urlset", xmlns=_SITEMAP)
    for path in FRONT if not start else ():
        ET.SubElement(ET.SubElement(root, "url"), "loc").text = origin + path
    _draw(root, origin, found)
    return xml.answer(root, "application/xml", fresh_for=FRESH_FOR)


def model_as_data(
    model: Model,
    author: Actor,
    text: Reading,
    *,
    number: int,
    source: str | None,
    picture: Shown | None,
) -> dict[str, Json]:
    """A model in schema.org's words.

    Args:
        model: as it is now.
        author: its organisation.
        text: what the page shows of it.
        number: of its newest version.
        source: the address of what it was adapted from.
        picture: the one on its page.
    """
    told: dict[str, Json] = {
        "@context": "https://schema.org",
        "@type": "CreativeWork",
        "@id": model.iri,
        "url": addresses.original(model),
        "name": text.name,
        "description": text.summary,
        "inLanguage": text.language,
        "version": number,
        "datePublished": model.published_at.astimezone(UTC).isoformat(),
        "dateModified": model.updated_at.astimezone(UTC).isoformat(),
        "license": spdx_iri(model.license),
        "author": {
            "@type": "Organization",
            "@id": author.iri,
            "name": author.name or author.handle,
        },
    }
    if source is not None:
        told["isBasedOn"] = source
    if picture is not None:
        told["image"] = picture.url
    return told


def organisation_as_data(actor: Actor) -> dict[str, Json]:
    """An organisation in schema.org's words."""
    told: dict[str, Json] = {
        "@context": "https://schema.org",
        "@type": "Organization",
        "@id": actor.iri,
        "url": addresses.original(actor),
        "name": actor.name or actor.handle,
        "description": markup.plain(actor.summary),
    }
    if actor.icon:
        told["logo"] = actor.icon
    return told


def _draw(root: ET.Element, origin: str, found: Iterable[Place]) -> None:
    for one in found:
        entry = ET.SubElement(root, "url")
        page = (
            places.ACTOR_PAGE.format(handle=one.handle)
            if one.slug is None
            else places.MODEL_PAGE.format(slug=one.slug)
        )
        ET.SubElement(entry, "loc").text = origin + page
        changed = one.changed_at.astimezone(UTC)
        ET.SubElement(entry, "lastmod").text = changed.isoformat(timespec="seconds")
