"""What we offer to peers: addresses and what answers there.

The addresses are those of `actors.places`, so that whatever we hand out is answered. Where a page
for people shares the address, the document waits in SHARED, or in PAGES where the address is the
page's own, and `application` joins the two.
"""

from collections.abc import Mapping
from typing import Final

from aiohttp import web

from activitypub.discovery import nodeinfo, webfinger
from actors import places
from federation.negotiation import Handler
from federation.peers import collections, discovery, documents, inbox

SHARED: Final[Mapping[str, Handler]] = {
    places.ACTOR: documents.actor,
    places.MODEL: documents.model,
    places.VERSION: documents.version,
    places.REMARK: documents.remark,
}
"""Ids that a browser may open too: template → document."""

PAGES: Final[Mapping[str, Handler]] = {
    places.ACTOR_PAGE: documents.actor,
    places.MODEL_PAGE: documents.model,
    places.VERSION_PAGE: documents.version,
}
"""Addresses of pages that a peer may be given by a person: template → document."""


def routes() -> list[web.RouteDef]:
    """Everything that only peers ask for."""
    return [
        web.post(places.SHARED_INBOX, inbox.shared),
        web.post(places.INBOX, inbox.personal),
        web.get(places.INSTANCE_ACTOR, documents.instance_actor),
        web.get(places.INSTANCE_OUTBOX, collections.instance_outbox),
        web.get(places.ACTIVITY, documents.activity),
        web.get(places.OUTBOX, collections.outbox),
        web.get(places.FOLLOWERS, collections.followers),
        web.get(places.FOLLOWING, collections.following),
        web.get(places.FEATURED, collections.featured),
        web.get(places.MODERATORS, collections.moderators),
        web.get(places.HISTORY, collections.versions),
        web.get(places.FORKS, collections.forks),
        web.get(places.REPLIES, collections.replies),
        web.get(places.CONTEXT, collections.context),
        web.get(webfinger.PATH, discovery.who),
        web.get(nodeinfo.PATH, discovery.nodeinfo_links),
        web.get(discovery.NODEINFO_2_1, discovery.nodeinfo_2_1),
        web.get(discovery.NODEINFO_2_0, discovery.nodeinfo_2_0),
        web.get("/.well-known/host-meta", discovery.host_meta),
    ]
