"""What we offer to peers: addresses and what answers there.

The addresses are those of `actors.places`, so that whatever we hand out is answered. Where a page
for people shares the address, the document waits in SHARED, or in PAGES where the address is the
page's own, and `application` joins the two.
"""

from collections.abc import Mapping
from typing import Final, cast

from aiohttp import web

from activitypub.discovery import nodeinfo, webfinger
from actors import places
from federation.negotiation import Handler
from federation.peers import collections, discovery, documents, inbox, records, synchronisation
from federation.peers.discovery import COUNTED_AGAIN
from federation.peers.readers import for_readers
from federation.ready import held

OPEN: Final = frozenset(
    {
        places.INSTANCE_ACTOR,
        places.INSTANCE_OUTBOX,
        webfinger.PATH,
        nodeinfo.PATH,
        discovery.NODEINFO_2_1,
        discovery.NODEINFO_2_0,
        "/.well-known/host-meta",
        discovery.SECURITY_TXT,
    }
)
"""What everybody may read, whatever the operator wants of readers: see `readers`."""


_ACTOR: Final = held(documents.actor)
_MODEL: Final = held(documents.model)
_VERSION: Final = held(documents.version)


def _guarded(address: str, handler: Handler) -> Handler:
    """The handler as it answers under that address: everything is guarded that is not OPEN."""
    if address in OPEN:
        return handler
    return for_readers(handler, otherwise=documents.keys if handler is _ACTOR else None)


_SHARED: Final[Mapping[str, Handler]] = {
    places.ACTOR: _ACTOR,
    places.MODEL: _MODEL,
    places.VERSION: _VERSION,
    places.REMARK: documents.remark,
    places.PROPOSAL: documents.proposal,
    places.RECORD: records.record,
    places.ATTESTATION: records.attestation,
}
SHARED: Final = {address: _guarded(address, handler) for address, handler in _SHARED.items()}
"""Ids that a browser may open too: template → document."""

_PAGES: Final[Mapping[str, Handler]] = {
    places.ACTOR_PAGE: _ACTOR,
    places.MODEL_PAGE: _MODEL,
    places.VERSION_PAGE: _VERSION,
}
PAGES: Final = {address: _guarded(address, handler) for address, handler in _PAGES.items()}
"""Addresses of pages that a peer may be given by a person: template → document."""


def routes() -> list[web.RouteDef]:
    """Everything that only peers ask for."""
    return [
        web.route(each.method, each.path, _guarded(each.path, cast(Handler, each.handler)))
        if each.method == "GET"
        else each
        for each in _routes()
    ]


def _routes() -> list[web.RouteDef]:
    return [
        web.post(places.SHARED_INBOX, inbox.shared),
        web.post(places.INBOX, inbox.personal),
        web.get(places.INSTANCE_ACTOR, held(documents.instance_actor)),
        web.get(places.INSTANCE_OUTBOX, collections.instance_outbox),
        web.get(places.ACTIVITY, documents.activity),
        web.get(places.STAMP, documents.stamp),
        web.get(places.OUTBOX, collections.outbox),
        web.get(places.FOLLOWERS, collections.followers),
        web.get(places.FOLLOWERS_SYNCHRONIZATION, synchronisation.partial),
        web.get(places.FOLLOWING, collections.following),
        web.get(places.FEATURED, collections.featured),
        web.get(places.MODERATORS, collections.moderators),
        web.get(places.HISTORY, collections.versions),
        web.get(places.FORKS, collections.forks),
        web.get(places.REPLICATIONS, records.replications),
        web.get(places.RECORD_ATTESTATIONS, records.attestations),
        web.get(places.REPLIES, collections.replies),
        web.get(places.CONTEXT, collections.context),
        web.get(places.LIKES, collections.likes),
        web.get(places.SHARES, collections.shares),
        web.get(places.REMARK_REPLIES, collections.remark_replies),
        web.get(places.REMARK_CONTEXT, collections.remark_context),
        web.get(places.REMARK_LIKES, collections.remark_likes),
        web.get(places.REMARK_SHARES, collections.remark_shares),
        web.get(webfinger.PATH, held(discovery.who)),
        web.get(nodeinfo.PATH, held(discovery.nodeinfo_links)),
        web.get(discovery.NODEINFO_2_1, held(discovery.nodeinfo_2_1, at_most=COUNTED_AGAIN)),
        web.get(discovery.NODEINFO_2_0, held(discovery.nodeinfo_2_0, at_most=COUNTED_AGAIN)),
        web.get("/.well-known/host-meta", held(discovery.host_meta)),
        web.get(discovery.SECURITY_TXT, discovery.security_txt),
    ]
