"""Scopes: what each endpoint wants, said once, and held against every endpoint there is.

Source: docs.joinmastodon.org/api/oauth-scopes and the page of each method. A route that is new is
missing here until somebody has looked up what it wants.
"""

import re
from typing import Final

from together.street import Street

from actors.rules import scopes
from federation.mastodon import absent, routes

WANTED: Final = {
    "push": """
        GET /api/v1/push/subscription
        POST /api/v1/push/subscription
        PUT /api/v1/push/subscription
        DELETE /api/v1/push/subscription
    """,
    "read:accounts": """
        GET /api/v1/annual_reports
        GET /api/v1/annual_reports/{year}/state
        GET /api/v1/preferences
        GET /api/v1/accounts/lookup
        GET /api/v1/accounts
        GET /api/v1/accounts/search
        GET /api/v1/accounts/{id}
        GET /api/v1/accounts/{id}/followers
        GET /api/v1/accounts/{id}/following
        GET /api/v1/accounts/{id}/endorsements
        GET /api/v1/endorsements
        GET /api/v1/featured_tags
        GET /api/v1/featured_tags/suggestions
        GET /api/v1/statuses/{id}/favourited_by
        GET /api/v1/statuses/{id}/reblogged_by
    """,
    "profile": """
        GET /oauth/userinfo
        POST /oauth/userinfo
    """,
    "profile read:accounts": """
        GET /api/v1/accounts/verify_credentials
        GET /api/v1/profile
    """,
    "read:follows": """
        GET /api/v1/accounts/relationships
        GET /api/v1/accounts/familiar_followers
        GET /api/v1/follow_requests
        GET /api/v1/followed_tags
    """,
    "read:statuses": """
        POST /api/v1/statuses/{id}/translate
        GET /api/v1/accounts/{id}/statuses
        GET /api/v1/statuses
        GET /api/v1/statuses/{id}/card
        GET /api/v1/conversations
        GET /api/v1/timelines/direct
        GET /api/v1/scheduled_statuses
        GET /api/v1/scheduled_statuses/{id}
        GET /api/v1/statuses/{id}
        GET /api/v1/statuses/{id}/context
        GET /api/v1/statuses/{id}/quotes
        GET /api/v1/statuses/{id}/source
        GET /api/v1/statuses/{id}/history
        GET /api/v1/polls/{id}
        GET /api/v1/timelines/tag/{name}
        GET /api/v1/timelines/home
        GET /api/v1/timelines/public
        GET /api/v1/markers
    """,
    "write:follows": """
        POST /api/v1/accounts/{id}/follow
        POST /api/v1/accounts/{id}/unfollow
        POST /api/v1/accounts/{id}/remove_from_followers
        POST /api/v1/follow_requests/{id}/authorize
        POST /api/v1/follow_requests/{id}/reject
        POST /api/v1/tags/{name}/follow
        POST /api/v1/tags/{name}/unfollow
    """,
    "write:blocks": """
        POST /api/v1/accounts/{id}/block
        POST /api/v1/accounts/{id}/unblock
        POST /api/v1/domain_blocks
        DELETE /api/v1/domain_blocks
    """,
    "write:mutes": """
        POST /api/v1/accounts/{id}/mute
        POST /api/v1/accounts/{id}/unmute
        POST /api/v1/statuses/{id}/mute
        POST /api/v1/statuses/{id}/unmute
    """,
    "read:blocks": """
        GET /api/v1/blocks
        GET /api/v1/domain_blocks
    """,
    "read:mutes": """
        GET /api/v1/mutes
    """,
    "write:bookmarks": """
        POST /api/v1/statuses/{id}/bookmark
        POST /api/v1/statuses/{id}/unbookmark
    """,
    "read:bookmarks": """
        GET /api/v1/bookmarks
    """,
    "write:conversations": """
        POST /api/v1/conversations/{id}/read
        DELETE /api/v1/conversations/{id}
    """,
    "write:statuses": """
        POST /api/v1/polls/{id}/votes
        PUT /api/v1/statuses/{id}/interaction_policy
        PUT /api/v1/scheduled_statuses/{id}
        DELETE /api/v1/scheduled_statuses/{id}
        POST /api/v1/statuses/{id}/quotes/{quoting_id}/revoke
        POST /api/v1/statuses
        PUT /api/v1/statuses/{id}
        DELETE /api/v1/statuses/{id}
        POST /api/v1/statuses/{id}/reblog
        POST /api/v1/statuses/{id}/unreblog
        POST /api/v1/markers
    """,
    "write:accounts": """
        PATCH /api/v1/accounts/update_credentials
        PATCH /api/v1/profile
        DELETE /api/v1/profile/avatar
        DELETE /api/v1/profile/header
        POST /api/v1/accounts/{id}/note
        POST /api/v1/accounts/{id}/pin
        POST /api/v1/accounts/{id}/unpin
        POST /api/v1/accounts/{id}/endorse
        POST /api/v1/accounts/{id}/unendorse
        DELETE /api/v1/suggestions/{id}
        POST /api/v1/tags/{name}/feature
        POST /api/v1/tags/{name}/unfeature
        POST /api/v1/featured_tags
        DELETE /api/v1/featured_tags/{id}
        POST /api/v1/statuses/{id}/pin
        POST /api/v1/statuses/{id}/unpin
    """,
    "read": """
        GET /api/v1/suggestions
        GET /api/v2/suggestions
    """,
    "read:lists": """
        GET /api/v1/lists
        GET /api/v1/lists/{id}
        GET /api/v1/lists/{id}/accounts
        GET /api/v1/accounts/{id}/lists
        GET /api/v1/timelines/list/{id}
    """,
    "write:lists": """
        POST /api/v1/lists
        PUT /api/v1/lists/{id}
        DELETE /api/v1/lists/{id}
        POST /api/v1/lists/{id}/accounts
        DELETE /api/v1/lists/{id}/accounts
    """,
    "read:filters": """
        GET /api/v2/filters
        GET /api/v2/filters/keywords/{id}
        GET /api/v2/filters/statuses/{id}
        GET /api/v2/filters/{id}
        GET /api/v2/filters/{id}/keywords
        GET /api/v2/filters/{id}/statuses
        GET /api/v1/filters
        GET /api/v1/filters/{id}
    """,
    "write:filters": """
        POST /api/v2/filters
        PUT /api/v2/filters/keywords/{id}
        DELETE /api/v2/filters/keywords/{id}
        DELETE /api/v2/filters/statuses/{id}
        PUT /api/v2/filters/{id}
        DELETE /api/v2/filters/{id}
        POST /api/v2/filters/{id}/keywords
        POST /api/v2/filters/{id}/statuses
        POST /api/v1/filters
        PUT /api/v1/filters/{id}
        DELETE /api/v1/filters/{id}
    """,
    "write:media": """
        POST /api/v1/media
        POST /api/v2/media
        GET /api/v1/media/{id}
        PUT /api/v1/media/{id}
        DELETE /api/v1/media/{id}
    """,
    "write:favourites": """
        POST /api/v1/statuses/{id}/favourite
        POST /api/v1/statuses/{id}/unfavourite
    """,
    "read:favourites": """
        GET /api/v1/favourites
    """,
    "write:reports": """
        POST /api/v1/reports
    """,
    "read:notifications": """
        GET /api/v1/notifications/policy
        GET /api/v1/notifications/requests/{id}
        GET /api/v2/notifications
        GET /api/v2/notifications/{group_key}
        GET /api/v2/notifications/{group_key}/accounts
        GET /api/v1/notifications
        GET /api/v1/notifications/unread_count
        GET /api/v2/notifications/unread_count
        GET /api/v2/notifications/policy
        GET /api/v1/notifications/requests/merged
        GET /api/v1/notifications/requests
        GET /api/v1/notifications/{id}
    """,
    "write:notifications": """
        PUT /api/v1/notifications/policy
        PUT /api/v2/notifications/policy
        PATCH /api/v1/notifications/policy
        PATCH /api/v2/notifications/policy
        POST /api/v1/notifications/requests/accept
        POST /api/v1/notifications/requests/dismiss
        POST /api/v1/notifications/requests/{id}/accept
        POST /api/v1/notifications/requests/{id}/dismiss
        POST /api/v2/notifications/{group_key}/dismiss
        POST /api/v1/notifications/clear
        POST /api/v1/notifications/{id}/dismiss
    """,
    "read:search": """
        GET /api/v1/search
        GET /api/v2/search
    """,
}
"""Scope → endpoints; of two scopes each will do."""

OPEN: Final = """
    GET /health
    POST /api/v1/accounts
    POST /api/v1/emails/confirmations
    GET /api/oembed
    GET /.well-known/oauth-authorization-server
    GET /api/v1/apps/verify_credentials
    GET /api/v1/instance
    GET /api/v2/instance
    GET /api/v1/instance/extended_description
    GET /api/v1/instance/rules
    GET /api/v1/instance/activity
    GET /api/v1/instance/translation_languages
    GET /api/v1/instance/languages
    GET /api/v1/instance/privacy_policy
    GET /api/v1/instance/terms_of_service
    GET /api/v1/trends
    GET /api/v1/trends/tags
    GET /api/v1/trends/statuses
    GET /api/v1/directory
    GET /api/v1/tags/{name}
    GET /api/v1/accounts/{id}/featured_tags
    POST /oauth/token
    POST /oauth/revoke
    POST /api/v1/apps
    GET /mastodon/avatar.png
    GET /mastodon/header.png
"""
"""Any token will do, or none; what streams want is said in `streaming.NAMES`."""

OUTSIDE: Final = "This action is outside the authorized scopes"


def endpoints(text: str) -> list[tuple[str, str]]:
    """Method and path, one a line."""
    return [(line.split()[0], line.split()[1]) for line in text.splitlines() if line.strip()]


def wanted() -> dict[tuple[str, str], tuple[str, ...]]:
    """Every endpoint, and which scopes open it."""
    found = {one: tuple(scope.split()) for scope, text in WANTED.items() for one in endpoints(text)}
    found |= {("GET", path): (scope,) for path, scope in absent.EMPTY.items() if scope}
    return found


def test_it_is_known_what_every_endpoint_wants() -> None:
    there = {(method, path) for method, path, _ in routes.ENDPOINTS if "/streaming" not in path}
    free = {("GET", path) for path, scope in absent.EMPTY.items() if not scope}
    assert there == wanted().keys() | set(endpoints(OPEN)) | free


async def test_each_endpoint_opens_to_its_scope_and_to_no_other(street: Street) -> None:
    (alpha,) = await street.open("alpha")
    coop = await alpha.organisation("coop")
    anna = await alpha.member("anna@example.org", coop)
    narrow = [one for one in scopes.KNOWN if ":" in one or one in ("profile", "push")]
    told: list[str] = []

    async def answers(method: str, path: str, granted: str) -> bool:
        url = alpha.url(path.replace("{name}", "velo").replace("{group_key}", "ungrouped-1"))
        url = re.sub(r"\{\w+\}", "1", url)
        headers = {"Authorization": f"Bearer {tokens[granted]}"}
        async with street.session.request(method, url, headers=headers) as response:
            is_outside = response.status == 403 and (await response.json())["error"] == OUTSIDE
            return not is_outside and response.status != 401

    tokens: dict[str, str] = {}
    for (method, path), opening in wanted().items():
        others = " ".join(one for one in narrow if one not in opening and one not in ("admin",))
        for granted, is_open in ((opening[-1], True), (others, False)):
            if granted not in tokens:
                tokens[granted] = await alpha.token(anna, coop, granted)
            if await answers(method, path, granted) is not is_open:
                told.append(f"{method} {path} with {granted[:60]}: not {is_open}")
    assert told == []
