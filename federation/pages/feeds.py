"""Feeds: every search as an Atom feed, for whoever wants to hear of what is new by a feed reader.

The feed of a search holds the models that it finds, those that changed last first. The list of
feeds (OPML) of a search holds that feed, and one for each organisation whose models it finds.
Sources: RFC 4287; opml.org/spec2.opml.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final
from xml.etree import ElementTree as ET  # only written, never read

from aiohttp import web

from actors.rules import wishes
from actors.rules.labels import MODEL
from actors.rules.wishes import Wish
from actors.tables.actor import Actor
from actors.views import findings, profiles
from actors.views.findings import Entry
from federation import searching
from federation.app_keys import DATABASE, SETTINGS
from federation.pages import addresses, rendering, words, xml
from federation.pages.reading import best
from federation.pages.translating import gettext, speaking

ENTRIES: Final = 30
"""Of one feed: readers look again before so much is new."""

MOST_FEEDS: Final = 200
"""Of one list: feed readers show them all."""

FRESH_FOR: Final = 300
"""Seconds a reader or a cache may keep a feed."""

_ATOM: Final = "http://www.w3.org/2005/Atom"


async def atom(request: web.Request) -> web.Response:
    """GET /directory.atom: the models that a search finds, as a feed.

    Raises:
        Unwise: this cannot be searched for.
    """
    wish = searching.wish_of(request.query).but(kind=MODEL)
    wishes.check(wish)
    async with request.app[DATABASE].read() as session:
        found = await findings.find(session, wish)
        latest = await findings.changed_last(session, found.hits, ENTRIES)
        network = await profiles.network(session)
    language = rendering.language(request)
    with speaking(language):
        body = _feed(request, wish, language, network, latest)
    return _answer(body, "application/atom+xml", language)


async def opml(request: web.Request) -> web.Response:
    """GET /directory.opml: the feed of a search, and those of the organisations that it finds.

    Raises:
        Unwise: this cannot be searched for.
    """
    wish = searching.wish_of(request.query)
    wishes.check(wish)
    async with request.app[DATABASE].read() as session:
        found = await findings.find(session, wish)
        ids = dict.fromkeys(hit.actor_id for hit in found.hits)
        whose = await profiles.by_ids(session, list(ids)[:MOST_FEEDS])
        network = await profiles.network(session)
    language, origin = rendering.language(request), request.app[SETTINGS].instance.origin
    with speaking(language):
        root = ET.Element("opml", version="2.0")
        title = _title(wish, network, language)
        ET.SubElement(ET.SubElement(root, "head"), "title").text = title
        body = ET.SubElement(root, "body")
        _outline(body, title, origin, wish.but(kind=MODEL))
        for actor in whose:
            _outline(body, f"{actor.name} ({actor.host})", origin, Wish(by=str(actor.id)))
    return _answer(root, "text/x-opml", language)


def _feed(
    request: web.Request, wish: Wish, language: str, network: Actor, latest: Iterable[Entry]
) -> ET.Element:
    origin = request.app[SETTINGS].instance.origin
    root = ET.Element("feed", {"xmlns": _ATOM, "xml:lang": language})
    own = origin + searching.address(searching.FEED, wish)
    ET.SubElement(root, "id").text = own
    ET.SubElement(root, "title").text = _title(wish, network, language)
    ET.SubElement(root, "link", rel="self", href=own)
    page = origin + searching.address(searching.PAGE, wish)
    ET.SubElement(root, "link", rel="alternate", href=page, type="text/html")
    entries = list(latest)
    changed = max((one.model.updated_at for one in entries), default=network.published_at)
    ET.SubElement(root, "updated").text = _time(changed)
    for one in entries:
        _entry(root, one, origin, language)
    return root


def _entry(root: ET.Element, one: Entry, origin: str, language: str) -> None:
    model = one.model
    name, spoken = best(model.names, language, model.language)
    entry = ET.SubElement(root, "entry", {"xml:lang": spoken})
    ET.SubElement(entry, "id").text = model.iri
    ET.SubElement(entry, "title").text = name
    ET.SubElement(entry, "link", rel="alternate", href=origin + addresses.page_of(model))
    ET.SubElement(entry, "published").text = _time(model.published_at)
    ET.SubElement(entry, "updated").text = _time(model.updated_at)
    author = ET.SubElement(entry, "author")
    ET.SubElement(author, "name").text = one.author.name
    ET.SubElement(author, "uri").text = one.author.url or one.author.iri
    summary, told = best(model.summaries, language, model.language)
    if summary:
        ET.SubElement(entry, "summary", {"xml:lang": told}).text = summary
    if model.family:
        named = words.label(words.FAMILIES, model.family)
        ET.SubElement(entry, "category", term=model.family, label=named)


def _outline(body: ET.Element, title: str, origin: str, wish: Wish) -> None:
    ET.SubElement(
        body,
        "outline",
        type="rss",
        text=title,
        title=title,
        xmlUrl=origin + searching.address(searching.FEED, wish),
        htmlUrl=origin + searching.address(searching.PAGE, wish),
    )


def _title(wish: Wish, network: Actor, language: str) -> str:
    """What is looked for, in words: `solar, France · Our network`."""
    told = [
        wish.q,
        *(
            words.facet(name, value, language)
            for name, value in wish.said.items()
            if name not in ("q", "kind", "by")
        ),
    ]
    return f"{', '.join(one for one in told if one) or gettext('Models')} · {network.name}"


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _answer(root: ET.Element, content_type: str, language: str) -> web.Response:
    response = xml.answer(root, content_type, fresh_for=FRESH_FOR)
    response.headers["Content-Language"] = language
    response.headers["Vary"] = "Accept-Language, Cookie"
    return response
