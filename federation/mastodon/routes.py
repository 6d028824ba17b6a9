"""Routes: every path of the client API, in one table.

Each answers with and without a final slash (toot and Mastodon.py ask for both). What is not in the
table is a 404 in JSON. `/oauth/authorize`, where a person decides, belongs to the pages.
"""

from typing import Final

from aiohttp import web

from federation.mastodon import (
    absent,
    accounts,
    answers,
    blocks,
    entities,
    hashtags,
    instance,
    liking,
    media,
    notifications,
    oauth,
    pictures,
    quoting,
    reports,
    requests,
    search,
    statuses,
    timelines,
    writing,
)
from federation.negotiation import Handler

ENDPOINTS: Final[tuple[tuple[str, str, Handler], ...]] = (
    ("GET", "/.well-known/oauth-authorization-server", oauth.metadata),
    ("POST", "/oauth/token", oauth.token),
    ("POST", "/oauth/revoke", oauth.revoke),
    ("POST", "/api/v1/apps", oauth.register),
    ("GET", "/api/v1/apps/verify_credentials", oauth.verify_credentials),
    ("GET", "/api/v1/instance", instance.instance_v1),
    ("GET", "/api/v2/instance", instance.instance),
    ("GET", "/api/v1/instance/extended_description", instance.extended_description),
    ("GET", "/api/v1/preferences", instance.preferences),
    ("GET", "/api/v1/accounts/verify_credentials", accounts.verify_credentials),
    ("GET", "/api/v1/accounts/lookup", accounts.look_up),
    ("GET", "/api/v1/accounts/relationships", accounts.relationships),
    ("GET", "/api/v1/accounts/familiar_followers", absent.familiar_followers),
    ("GET", "/api/v1/accounts/search", search.search_accounts),
    ("GET", "/api/v1/accounts/{id}", accounts.account),
    ("GET", "/api/v1/accounts/{id}/statuses", accounts.statuses),
    ("GET", "/api/v1/accounts/{id}/followers", accounts.followers),
    ("GET", "/api/v1/accounts/{id}/following", accounts.followed),
    ("POST", "/api/v1/accounts/{id}/follow", accounts.follow),
    ("POST", "/api/v1/accounts/{id}/unfollow", accounts.unfollow),
    ("POST", "/api/v1/accounts/{id}/remove_from_followers", requests.remove),
    ("GET", "/api/v1/follow_requests", requests.waiting),
    ("POST", "/api/v1/follow_requests/{id}/authorize", requests.authorize),
    ("POST", "/api/v1/follow_requests/{id}/reject", requests.reject),
    ("POST", "/api/v1/accounts/{id}/block", blocks.block),
    ("POST", "/api/v1/accounts/{id}/unblock", blocks.unblock),
    ("POST", "/api/v1/accounts/{id}/mute", blocks.mute),
    ("POST", "/api/v1/accounts/{id}/unmute", blocks.unmute),
    ("GET", "/api/v1/blocks", blocks.blocked),
    ("GET", "/api/v1/mutes", blocks.muted),
    ("GET", "/api/v1/domain_blocks", blocks.blocked_hosts),
    ("POST", "/api/v1/domain_blocks", blocks.block_host),
    ("DELETE", "/api/v1/domain_blocks", blocks.unblock_host),
    ("GET", "/api/v1/statuses/{id}", statuses.status),
    ("GET", "/api/v1/statuses/{id}/context", statuses.context),
    ("GET", "/api/v1/statuses/{id}/quotes", quoting.quotes),
    ("POST", "/api/v1/statuses/{id}/quotes/{quoting_id}/revoke", quoting.revoke),
    ("POST", "/api/v1/media", media.upload),
    ("POST", "/api/v2/media", media.upload),
    ("GET", "/api/v1/media/{id}", media.read),
    ("PUT", "/api/v1/media/{id}", media.change),
    ("DELETE", "/api/v1/media/{id}", media.delete),
    ("POST", "/api/v1/statuses", writing.create),
    ("PUT", "/api/v1/statuses/{id}", writing.edit),
    ("DELETE", "/api/v1/statuses/{id}", writing.delete),
    ("GET", "/api/v1/statuses/{id}/source", writing.source),
    ("GET", "/api/v1/statuses/{id}/history", writing.history),
    ("POST", "/api/v1/statuses/{id}/favourite", liking.favourite),
    ("POST", "/api/v1/statuses/{id}/unfavourite", liking.unfavourite),
    ("POST", "/api/v1/statuses/{id}/reblog", liking.reblog),
    ("POST", "/api/v1/statuses/{id}/unreblog", liking.unreblog),
    ("GET", "/api/v1/statuses/{id}/favourited_by", liking.favourited_by),
    ("GET", "/api/v1/statuses/{id}/reblogged_by", liking.reblogged_by),
    ("GET", "/api/v1/favourites", liking.favourites),
    ("GET", "/api/v1/polls/{id}", statuses.poll),
    ("GET", "/api/v1/tags/{name}", hashtags.hashtag),
    ("GET", "/api/v1/timelines/tag/{name}", hashtags.timeline),
    ("POST", "/api/v1/statuses/{id}/pin", statuses.pin),
    ("POST", "/api/v1/statuses/{id}/unpin", statuses.unpin),
    ("GET", "/api/v1/timelines/home", timelines.home),
    ("GET", "/api/v1/timelines/public", timelines.public),
    ("GET", "/api/v1/markers", timelines.markers),
    ("POST", "/api/v1/markers", timelines.mark),
    ("POST", "/api/v1/reports", reports.create),
    ("GET", "/api/v1/notifications", notifications.notifications),
    ("GET", "/api/v1/search", search.search),
    ("GET", "/api/v2/search", search.search),
    ("GET", entities.AVATAR, pictures.picture),
    ("GET", entities.HEADER, pictures.picture),
    *(("GET", path, absent.nothing(scope)) for path, scope in absent.EMPTY.items()),
)
"""Method, path, handler."""

PREFLIGHTS: Final = (
    "/api/{tail:.*}",
    "/oauth/token",
    "/oauth/revoke",
    "/.well-known/{tail:.*}",
    "/nodeinfo/{tail:.*}",
)
"""Where an app in a browser may ask first whether it may ask."""

UNKNOWN: Final = ("/api/v1/{tail:.*}", "/api/v2/{tail:.*}")
"""Where a path that we do not have is answered in JSON."""


def routes() -> list[web.RouteDef]:
    """Everything this edge answers."""
    found: list[web.RouteDef] = []
    for method, path, handler in ENDPOINTS:
        readable = answers.for_apps(handler)
        found += [web.route(method, path, readable), web.route(method, f"{path}/", readable)]
    found += [web.options(path, answers.preflight) for path in PREFLIGHTS]
    missing = answers.for_apps(answers.no_such_endpoint)
    for path in UNKNOWN:
        found += [web.options(path, answers.preflight), web.route("*", path, missing)]
    return found
