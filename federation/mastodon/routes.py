"""Routes: every path of the client API, in one table.

Each answers with and without a final slash (toot and Mastodon.py ask for both). What is not in the
table is a 404 in JSON. `/oauth/authorize`, where a person decides, belongs to the pages.
"""

from typing import Final

from aiohttp import web

from federation.mastodon import (
    absent,
    accounts,
    acquaintances,
    answers,
    blocks,
    bookmarks,
    circles,
    embedding,
    filters,
    groups,
    hashtags,
    holding,
    instance,
    liking,
    media,
    notifications,
    oauth,
    pictures,
    planned,
    profile,
    pushing,
    quoting,
    reports,
    requests,
    search,
    statuses,
    streaming,
    tags,
    timelines,
    translating,
    trends,
    writing,
)
from federation.mastodon.entities.entity import AVATAR, HEADER
from federation.negotiation import Handler

Table = tuple[tuple[str, str, Handler], ...]

OF_STATUSES: Final[Table] = (
    ("GET", "/api/v1/statuses", statuses.several),
    ("GET", "/api/v1/statuses/{id}/card", statuses.card),
    ("POST", "/api/v1/statuses/{id}/translate", translating.translate),
    ("PUT", "/api/v1/statuses/{id}/interaction_policy", writing.say_who_quotes),
    ("GET", "/api/oembed", embedding.oembed),
    ("GET", "/api/v1/annual_reports", absent.annual_reports),
    ("GET", "/api/v1/annual_reports/{year}/state", absent.annual_report_state),
    ("POST", "/api/v1/statuses/{id}/bookmark", bookmarks.bookmark),
    ("POST", "/api/v1/statuses/{id}/unbookmark", bookmarks.unbookmark),
    ("POST", "/api/v1/statuses/{id}/mute", bookmarks.mute),
    ("POST", "/api/v1/statuses/{id}/unmute", bookmarks.unmute),
    ("GET", "/api/v1/bookmarks", bookmarks.bookmarks),
    ("GET", "/api/v1/conversations", bookmarks.conversations),
    ("POST", "/api/v1/conversations/{id}/read", bookmarks.read),
    ("DELETE", "/api/v1/conversations/{id}", bookmarks.put_away),
    ("GET", "/api/v1/timelines/direct", timelines.direct),
    ("GET", "/api/v1/scheduled_statuses", planned.every),
    ("GET", "/api/v1/scheduled_statuses/{id}", planned.one),
    ("PUT", "/api/v1/scheduled_statuses/{id}", planned.put_off),
    ("DELETE", "/api/v1/scheduled_statuses/{id}", planned.call_off),
    ("GET", "/api/v1/trends", trends.tags),
    ("GET", "/api/v1/trends/tags", trends.tags),
    ("GET", "/api/v1/trends/statuses", trends.statuses),
)
"""What one does with statuses for oneself, and what moves."""

OF_ACQUAINTANCES: Final[Table] = (
    ("POST", "/api/v1/accounts/{id}/note", acquaintances.note),
    ("POST", "/api/v1/accounts/{id}/pin", acquaintances.endorse),
    ("POST", "/api/v1/accounts/{id}/unpin", acquaintances.unendorse),
    ("POST", "/api/v1/accounts/{id}/endorse", acquaintances.endorse),
    ("POST", "/api/v1/accounts/{id}/unendorse", acquaintances.unendorse),
    ("GET", "/api/v1/accounts/{id}/endorsements", acquaintances.endorsed_by),
    ("GET", "/api/v1/endorsements", acquaintances.endorsements),
    ("GET", "/api/v1/suggestions", acquaintances.suggestions_v1),
    ("GET", "/api/v2/suggestions", acquaintances.suggestions),
    ("DELETE", "/api/v1/suggestions/{id}", acquaintances.decline),
    ("GET", "/api/v1/directory", acquaintances.directory),
)
"""Notes, recommendations, and whom one could get to know."""

OF_CIRCLES: Final[Table] = (
    ("GET", "/api/v1/lists", circles.every),
    ("POST", "/api/v1/lists", circles.create),
    ("GET", "/api/v1/lists/{id}", circles.one),
    ("PUT", "/api/v1/lists/{id}", circles.change),
    ("DELETE", "/api/v1/lists/{id}", circles.remove),
    ("GET", "/api/v1/lists/{id}/accounts", circles.members),
    ("POST", "/api/v1/lists/{id}/accounts", circles.admit),
    ("DELETE", "/api/v1/lists/{id}/accounts", circles.dismiss),
    ("GET", "/api/v1/accounts/{id}/lists", circles.with_member),
    ("GET", "/api/v1/timelines/list/{id}", circles.timeline),
)
"""Lists of accounts."""

OF_FILTERS: Final[Table] = (
    ("GET", "/api/v2/filters", filters.every),
    ("POST", "/api/v2/filters", filters.create),
    ("GET", "/api/v2/filters/keywords/{id}", filters.word),
    ("PUT", "/api/v2/filters/keywords/{id}", filters.change_word),
    ("DELETE", "/api/v2/filters/keywords/{id}", filters.remove_word),
    ("GET", "/api/v2/filters/statuses/{id}", filters.status),
    ("DELETE", "/api/v2/filters/statuses/{id}", filters.remove_status),
    ("GET", "/api/v2/filters/{id}", filters.one),
    ("PUT", "/api/v2/filters/{id}", filters.change),
    ("DELETE", "/api/v2/filters/{id}", filters.remove),
    ("GET", "/api/v2/filters/{id}/keywords", filters.words),
    ("POST", "/api/v2/filters/{id}/keywords", filters.add_word),
    ("GET", "/api/v2/filters/{id}/statuses", filters.statuses),
    ("POST", "/api/v2/filters/{id}/statuses", filters.add_status),
    ("GET", "/api/v1/filters", filters.every_v1),
    ("POST", "/api/v1/filters", filters.create_v1),
    ("GET", "/api/v1/filters/{id}", filters.one_v1),
    ("PUT", "/api/v1/filters/{id}", filters.change_v1),
    ("DELETE", "/api/v1/filters/{id}", filters.remove_v1),
)
"""What one does not want to meet."""

OF_SUBJECTS: Final[Table] = (
    ("GET", "/api/v1/tags/{name}", tags.tag),
    ("POST", "/api/v1/tags/{name}/follow", tags.follow),
    ("POST", "/api/v1/tags/{name}/unfollow", tags.unfollow),
    ("POST", "/api/v1/tags/{name}/feature", tags.feature),
    ("POST", "/api/v1/tags/{name}/unfeature", tags.unfeature),
    ("GET", "/api/v1/followed_tags", tags.followed),
    ("GET", "/api/v1/featured_tags", tags.featured),
    ("POST", "/api/v1/featured_tags", tags.create),
    ("GET", "/api/v1/featured_tags/suggestions", tags.suggested),
    ("DELETE", "/api/v1/featured_tags/{id}", tags.remove),
    ("GET", "/api/v1/accounts/{id}/featured_tags", tags.featured_by),
)
"""Hashtags."""

OF_STREAMS: Final[Table] = (
    ("GET", "/api/v1/streaming", streaming.websocket),
    ("GET", "/api/v1/streaming/health", streaming.healthy),
    ("GET", "/health", streaming.healthy),
    ("GET", "/api/v1/streaming/user", streaming.events("user")),
    ("GET", "/api/v1/streaming/user/notification", streaming.events("user:notification")),
    ("GET", "/api/v1/streaming/public", streaming.events("public")),
    ("GET", "/api/v1/streaming/public/local", streaming.events("public:local")),
    ("GET", "/api/v1/streaming/public/remote", streaming.events("public:remote")),
    ("GET", "/api/v1/streaming/hashtag", streaming.events("hashtag")),
    ("GET", "/api/v1/streaming/hashtag/local", streaming.events("hashtag:local")),
    ("GET", "/api/v1/streaming/list", streaming.events("list")),
    ("GET", "/api/v1/streaming/direct", streaming.events("direct")),
    ("GET", "/api/v1/streaming/{name:.+}", streaming.unknown),
)
"""What happens, at once."""

_REQUESTS: Final = "/api/v1/notifications/requests"

OF_NOTIFICATIONS: Final[Table] = (
    ("GET", "/api/v1/notifications", notifications.notifications),
    ("GET", "/api/v1/notifications/unread_count", notifications.unread_count),
    ("POST", "/api/v1/notifications/clear", notifications.clear),
    ("GET", "/api/v1/notifications/policy", holding.policy_v1),
    ("PUT", "/api/v1/notifications/policy", holding.decide_v1),
    ("PATCH", "/api/v1/notifications/policy", holding.decide_v1),
    ("GET", "/api/v2/notifications/policy", holding.policy),
    ("PATCH", "/api/v2/notifications/policy", holding.decide),
    ("PUT", "/api/v2/notifications/policy", holding.decide),
    ("GET", _REQUESTS, holding.requests),
    ("GET", f"{_REQUESTS}/merged", holding.merged),
    ("POST", f"{_REQUESTS}/accept", holding.accept_all),
    ("POST", f"{_REQUESTS}/dismiss", holding.dismiss_all),
    ("GET", f"{_REQUESTS}/{{id}}", holding.one),
    ("POST", f"{_REQUESTS}/{{id}}/accept", holding.accept),
    ("POST", f"{_REQUESTS}/{{id}}/dismiss", holding.dismiss),
    ("GET", "/api/v1/notifications/{id}", notifications.one),
    ("POST", "/api/v1/notifications/{id}/dismiss", notifications.dismiss),
    ("GET", "/api/v2/notifications", groups.every),
    ("GET", "/api/v2/notifications/unread_count", groups.unread_count),
    ("GET", "/api/v2/notifications/{group_key}", groups.one),
    ("POST", "/api/v2/notifications/{group_key}/dismiss", groups.dismiss),
    ("GET", "/api/v2/notifications/{group_key}/accounts", groups.accounts),
)
"""What one was told; whose notifications wait."""

ENDPOINTS: Final[Table] = (
    ("GET", "/.well-known/oauth-authorization-server", oauth.metadata),
    ("POST", "/oauth/token", oauth.token),
    ("POST", "/oauth/revoke", oauth.revoke),
    ("GET", "/oauth/userinfo", oauth.userinfo),
    ("POST", "/oauth/userinfo", oauth.userinfo),
    ("POST", "/api/v1/apps", oauth.register),
    ("GET", "/api/v1/apps/verify_credentials", oauth.verify_credentials),
    ("GET", "/api/v1/instance", instance.instance_v1),
    ("GET", "/api/v2/instance", instance.instance),
    ("GET", "/api/v1/instance/extended_description", instance.extended_description),
    ("GET", "/api/v1/instance/rules", instance.rules),
    ("GET", "/api/v1/instance/activity", instance.activity),
    ("GET", "/api/v1/instance/translation_languages", instance.translation_languages),
    ("GET", "/api/v1/instance/languages", instance.languages),
    ("GET", "/api/v1/instance/privacy_policy", instance.privacy_policy),
    ("GET", "/api/v1/instance/terms_of_service", instance.terms_of_service),
    ("GET", "/api/v1/preferences", instance.preferences),
    ("GET", "/api/v1/accounts/verify_credentials", accounts.verify_credentials),
    ("PATCH", "/api/v1/accounts/update_credentials", profile.update),
    ("GET", "/api/v1/profile", profile.own),
    ("PATCH", "/api/v1/profile", profile.change),
    ("DELETE", "/api/v1/profile/avatar", profile.remove_avatar),
    ("DELETE", "/api/v1/profile/header", profile.remove_header),
    ("GET", "/api/v1/accounts/lookup", accounts.look_up),
    ("GET", "/api/v1/accounts/relationships", accounts.relationships),
    ("GET", "/api/v1/accounts/familiar_followers", acquaintances.familiar_followers),
    ("GET", "/api/v1/accounts", accounts.several),
    ("POST", "/api/v1/accounts", absent.refused("This action is not allowed")),
    ("POST", "/api/v1/emails/confirmations", absent.refused(absent.CONFIRMED)),
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
    *OF_STATUSES,
    *OF_ACQUAINTANCES,
    *OF_CIRCLES,
    *OF_FILTERS,
    *OF_SUBJECTS,
    *OF_STREAMS,
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
    ("POST", "/api/v1/polls/{id}/votes", statuses.vote),
    ("GET", "/api/v1/timelines/tag/{name}", hashtags.timeline),
    ("POST", "/api/v1/statuses/{id}/pin", statuses.pin),
    ("POST", "/api/v1/statuses/{id}/unpin", statuses.unpin),
    ("GET", "/api/v1/timelines/home", timelines.home),
    ("GET", "/api/v1/timelines/public", timelines.public),
    ("GET", "/api/v1/markers", timelines.markers),
    ("POST", "/api/v1/markers", timelines.mark),
    ("POST", "/api/v1/reports", reports.create),
    *OF_NOTIFICATIONS,
    ("GET", "/api/v1/push/subscription", pushing.subscription),
    ("POST", "/api/v1/push/subscription", pushing.subscribe),
    ("PUT", "/api/v1/push/subscription", pushing.change),
    ("DELETE", "/api/v1/push/subscription", pushing.unsubscribe),
    ("GET", "/api/v1/search", search.search),
    ("GET", "/api/v2/search", search.search),
    ("GET", AVATAR, pictures.picture),
    ("GET", HEADER, pictures.picture),
    *(("GET", path, absent.nothing(scope)) for path, scope in absent.EMPTY.items()),
)
"""Method, path, handler."""

PREFLIGHTS: Final = (
    "/api/{tail:.*}",
    "/oauth/token",
    "/oauth/revoke",
    "/oauth/userinfo",
    "/.well-known/{tail:.*}",
    "/nodeinfo/{tail:.*}",
)
"""Where an app in a browser may ask first whether it may ask."""

FOR_ADMINISTRATORS: Final = ("/api/v1/admin/{tail:.*}", "/api/v2/admin/{tail:.*}")
"""Where no token leads: no scope for it is given to any app, and members do this on pages."""

UNKNOWN: Final = tuple(
    f"/api/{edition}/{{tail:.*}}" for edition in ("v1", "v2", "v3", "v1_alpha", "web")
)
"""Where a path that we do not have is answered in JSON."""


def routes() -> list[web.RouteDef]:
    """Everything this edge answers."""
    found: list[web.RouteDef] = []
    for method, path, handler in ENDPOINTS:
        readable = answers.for_apps(handler)
        found += [web.route(method, path, readable), web.route(method, f"{path}/", readable)]
    found += [web.options(path, answers.preflight) for path in PREFLIGHTS]
    out_of_scope = answers.for_apps(absent.refused("This action is outside the authorized scopes"))
    found += [web.route("*", path, out_of_scope) for path in FOR_ADMINISTRATORS]
    missing = answers.for_apps(answers.no_such_endpoint)
    for path in UNKNOWN:
        found += [web.options(path, answers.preflight), web.route("*", path, missing)]
    return found
