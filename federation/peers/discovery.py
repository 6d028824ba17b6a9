"""Discovery: WebFinger, NodeInfo, host-meta, security.txt: who lives here, and what runs here.

All of it may be read by scripts of any origin (`middleware.OPEN_TO_SCRIPTS`).
"""

from datetime import UTC, datetime, time, timedelta
from typing import Final
from xml.sax.saxutils import quoteattr

from aiohttp import web

import federation
from activitypub import handles, iris, markup
from activitypub.canonical_json import Document, encode
from activitypub.discovery import nodeinfo, webfinger
from activitypub.errors import Malformed
from activitypub.handles import Handle
from activitypub.iris import Iri
from activitypub.mediatypes import JRD_JSON
from actors import places
from actors.database import Session
from actors.errors import Gone, NotFound
from actors.places import place
from actors.rules.network_pages import Kind
from actors.site import Site
from actors.tables.actor import Actor
from actors.views import mail, network_pages, profiles
from federation.app_keys import DATABASE, SETTINGS, SITE
from federation.negotiation import tag

NODEINFO_2_0: Final = "/nodeinfo/2.0"
NODEINFO_2_1: Final = "/nodeinfo/2.1"

KEPT: Final = 3600
"""Seconds that caches may keep these answers: names hardly ever change."""

COUNTED_AGAIN: Final = timedelta(minutes=10)
"""How long the numbers that NodeInfo shows may be behind: each counting reads whole tables."""

SECURITY_TXT: Final = "/.well-known/security.txt"

SECURITY_HOLDS: Final = timedelta(days=180)
"""How long what it says may be relied on, counted from the day it is read: RFC 9116 (2.5.5) wants
less than a year, and settings change with a restart."""

NODEINFO_TYPE: Final = (
    "application/json; "
    'profile="http://nodeinfo.diaspora.software/ns/schema/{version}#"; charset=utf-8'
)


async def who(request: web.Request) -> web.Response:
    """GET /.well-known/webfinger?resource=…: who is meant by that?

    A handle, the address of an actor or of its page, or our bare origin (FEP-d556).

    Raises:
        Malformed: no resource is named, or it is no address of any kind.
        NotFound, Gone: nobody here has that name, or nobody any more.
    """
    site = request.app[SITE]
    resource = request.query.get("resource", "")
    if not resource:
        raise Malformed("say who is meant, as in ?resource=acct:name@host")
    async with request.app[DATABASE].read() as session:
        if resource.rstrip("/") == site.origin:
            server = await profiles.instance_actor(session)
            return _jrd(webfinger.describe_server(site.origin, actor=Iri(server.iri)))
        found = await _find(session, site, resource)
    if found is None or not found.is_ours:
        raise NotFound("nobody here has that name")
    if found.gone_at is not None:
        raise Gone("that organisation was deleted")
    has_members = found.type == "Organization"
    document = webfinger.describe(
        Handle(found.handle, found.host),
        actor=Iri(found.iri),
        page=found.url or found.iri,
        interact=f"{place(site.origin, places.INTERACT)}?uri=" if has_members else None,
    )
    return _jrd(document)


async def nodeinfo_links(request: web.Request) -> web.Response:
    """GET /.well-known/nodeinfo: where the description is, and who speaks for the server."""
    site = request.app[SITE]
    document = nodeinfo.well_known(
        Iri(site.origin + NODEINFO_2_1),
        Iri(site.origin + NODEINFO_2_0),
        place(site.origin, places.INSTANCE_ACTOR),
    )
    return _kept(web.Response(body=encode(document), content_type="application/json"))


async def nodeinfo_2_1(request: web.Request) -> web.Response:
    """GET /nodeinfo/2.1."""
    return _described(await _description(request), "2.1")


async def nodeinfo_2_0(request: web.Request) -> web.Response:
    """GET /nodeinfo/2.0: the same, for those who never learnt 2.1."""
    return _described(await _description(request) | {"version": "2.0"}, "2.0")


async def host_meta(request: web.Request) -> web.Response:
    """GET /.well-known/host-meta: where WebFinger is (RFC 6415); Mastodon asks after a 404."""
    template = f"{request.app[SITE].origin}{webfinger.PATH}?resource={{uri}}"
    text = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<XRD xmlns="http://docs.oasis-open.org/ns/xri/xrd-1.0">'
        f'<Link rel="lrdd" template={quoteattr(template)}/></XRD>\n'
    )
    return _kept(web.Response(text=text, content_type="application/xrd+xml", charset="utf-8"))


async def security_txt(request: web.Request) -> web.Response:
    """GET /.well-known/security.txt: whom to tell about a hole (RFC 9116).

    Raises:
        NotFound: the operator names nobody.
    """
    instance, site = request.app[SETTINGS].instance, request.app[SITE]
    if not instance.contact:
        raise NotFound("nobody is named here")
    until = datetime.combine(site.now().date() + SECURITY_HOLDS, time(), UTC)
    lines = (
        f"Contact: {instance.contact_address}",
        f"Expires: {until:%Y-%m-%dT%H:%M:%SZ}",
        f"Preferred-Languages: {', '.join(dict.fromkeys((instance.locale, 'en')))}",
        f"Canonical: {site.origin}{SECURITY_TXT}",
    )
    text = "".join(f"{line}\n" for line in lines)
    return _kept(web.Response(text=text, content_type="text/plain", charset="utf-8"))


async def _find(session: Session, site: Site, resource: str) -> Actor | None:
    if not resource.lower().startswith(("https://", "http://")):
        handle = handles.parse(resource)
        is_here = handle.host == iris.host(site.origin)
        return await profiles.by_handle(session, handle.name) if is_here else None
    iri = iris.parse(resource)
    name = places.path_value(site.origin, places.ACTOR_PAGE, "handle", iri)
    if name is not None:
        return await profiles.by_handle(session, name)
    return await profiles.by_iri(session, iri)


async def _description(request: web.Request) -> Document:
    async with request.app[DATABASE].read() as session:
        numbers = await mail.statistics(session)
        network = await profiles.network(session)
        pages = await network_pages.all_now(session)
    origin, instance = request.app[SITE].origin, request.app[SETTINGS].instance
    email = pages[Kind.CONTACT].said.email
    return nodeinfo.describe(
        version=federation.__version__,
        users=numbers.members,
        active=numbers.members,
        posts=numbers.models + numbers.remarks,
        name=network.name,
        registrations_open=False,
        contact=f"mailto:{email}" if email else instance.contact_address,
        description=markup.plain(network.summary),
        privacy=f"{origin}/about/privacy",
        terms=f"{origin}/about/terms" if pages[Kind.TERMS].said.texts else "",
    )


def _described(document: Document, version: str) -> web.Response:
    response = web.Response(body=encode(document))
    response.headers["Content-Type"] = NODEINFO_TYPE.format(version=version)
    return _kept(response)


def _jrd(document: Document) -> web.Response:
    return _kept(web.Response(body=encode(document), content_type=JRD_JSON))


def _kept(response: web.Response) -> web.Response:
    response.headers["Cache-Control"] = f"public, max-age={KEPT}"
    if isinstance(response.body, bytes):
        tag(response, response.body)
    return response
