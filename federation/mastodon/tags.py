"""Tags: hashtags that one follows, and those that one shows on the profile.

Source: docs.joinmastodon.org/methods/tags, followed_tags, featured_tags (4.5).
"""

from aiohttp import web

from actors.errors import NotFound, Unwise
from actors.rules import permissions
from actors.rules.speech import tag_name
from actors.tables.actor import Actor
from actors.verbs import subscribing
from actors.views import subjects
from federation.app_keys import DATABASE, SITE
from federation.mastodon import accounts, answers, arguments, authenticating, paging
from federation.mastodon.entities import hashtags
from federation.mastodon.trends import tag_entities

SUGGESTED = 10
"""Hashtags that are suggested for a profile, as on Mastodon."""


async def tag(request: web.Request) -> web.StreamResponse:
    """GET /api/v1/tags/{name}: a hashtag, whether anybody uses it or not."""
    name = _named(request)
    async with request.app[DATABASE].read() as session:
        us = authenticating.viewer(await authenticating.anybody(request, session))
        (shown,) = await tag_entities(session, request.app[SITE], [name], us)
    return answers.entity(shown)


async def follow(request: web.Request) -> web.StreamResponse:
    """POST /api/v1/tags/{name}/follow: public remarks with it stand on the home timeline."""
    return await _changed(request, "write:follows", is_followed=True)


async def unfollow(request: web.Request) -> web.StreamResponse:
    """POST /api/v1/tags/{name}/unfollow."""
    return await _changed(request, "write:follows", is_followed=False)


async def feature(request: web.Request) -> web.StreamResponse:
    """POST /api/v1/tags/{name}/feature: show it on the profile."""
    return await _changed(request, "write:accounts", is_shown=True)


async def unfeature(request: web.Request) -> web.StreamResponse:
    """POST /api/v1/tags/{name}/unfeature."""
    return await _changed(request, "write:accounts", is_shown=False)


async def followed(request: web.Request) -> web.StreamResponse:
    """GET /api/v1/followed_tags."""
    page = paging.wanted(await arguments.read(request), paging.TAGS)
    async with request.app[DATABASE].read() as session:
        us = (await authenticating.member(request, session, "read:follows")).organisation
        found = await subjects.followed(session, us, page)
        names = [row.name for row in found]
        shown = await tag_entities(session, request.app[SITE], names, us)
    rows = [(row.id, entity) for row, entity in zip(found, shown, strict=True)]
    return answers.listed(request, rows, page)


async def featured(request: web.Request) -> web.StreamResponse:
    """GET /api/v1/featured_tags: those on one's own profile."""
    async with request.app[DATABASE].read() as session:
        us = (await authenticating.member(request, session, "read:accounts")).organisation
        found = await subjects.shown(session, us)
    return answers.entity(
        [hashtags.featured_tag(request.app[SITE].origin, us, each) for each in found]
    )


async def featured_by(request: web.Request) -> web.StreamResponse:
    """GET /api/v1/accounts/{id}/featured_tags: those on somebody's profile, where it is ours."""
    async with request.app[DATABASE].read() as session:
        await authenticating.anybody(request, session)
        them: Actor = await accounts.addressed(request, session)
        found = await subjects.shown(session, them)
    return answers.entity(
        [hashtags.featured_tag(request.app[SITE].origin, them, each) for each in found]
    )


async def create(request: web.Request) -> web.StreamResponse:
    """POST /api/v1/featured_tags?name=."""
    given = await arguments.read(request)
    async with request.app[DATABASE].begin() as session:
        acting = await authenticating.member(request, session, "write:accounts")
        permissions.must_publish(acting.office)
        us = acting.organisation
        name = await subscribing.show(session, request.app[SITE], us, given.text("name"))
        found = [one for one in await subjects.shown(session, us) if one.row.name == name]
    return answers.entity(hashtags.featured_tag(request.app[SITE].origin, us, found[0]))


async def remove(request: web.Request) -> web.StreamResponse:
    """DELETE /api/v1/featured_tags/{id}."""
    number = paging.number(request.match_info["id"])
    async with request.app[DATABASE].begin() as session:
        acting = await authenticating.member(request, session, "write:accounts")
        permissions.must_publish(acting.office)
        us = acting.organisation
        found = [one.row for one in await subjects.shown(session, us) if one.row.id == number]
        if not found:
            raise NotFound("Record not found")
        await subscribing.hide(session, request.app[SITE], us, found[0].name)
    return answers.entity({})


async def suggested(request: web.Request) -> web.StreamResponse:
    """GET /api/v1/featured_tags/suggestions: those that one uses most."""
    async with request.app[DATABASE].read() as session:
        us = (await authenticating.member(request, session, "read:accounts")).organisation
        names = await subjects.most_used(session, us, SUGGESTED)
        shown = await tag_entities(session, request.app[SITE], names, us)
    return answers.entity(list(shown))


async def _changed(
    request: web.Request,
    scope: str,
    *,
    is_followed: bool | None = None,
    is_shown: bool | None = None,
) -> web.StreamResponse:
    name, site = _named(request), request.app[SITE]
    async with request.app[DATABASE].begin() as session:
        acting = await authenticating.member(request, session, scope)
        permissions.must_publish(acting.office)
        us = acting.organisation
        if is_followed is not None:
            follow_or_not = subscribing.follow if is_followed else subscribing.unfollow
            await follow_or_not(session, site, us, name)
        if is_shown is not None:
            show_or_not = subscribing.show if is_shown else subscribing.hide
            await show_or_not(session, site, us, name)
        (shown,) = await tag_entities(session, site, [name], us)
    return answers.entity(shown)


def _named(request: web.Request) -> str:
    name = tag_name(request.match_info["name"])
    if not name:
        raise NotFound("Record not found")
    if len(name) > subscribing.LONGEST_NAME:
        raise Unwise("Validation failed: Tag name is too long")
    return name
