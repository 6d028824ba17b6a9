"""Instance: what this server is and can do, and everything that apps ask for at their start.

Source: docs.joinmastodon.org/methods/instance (4.2).
"""

from collections.abc import Mapping
from datetime import datetime

from aiohttp import web

from activitypub import markup
from actors.errors import NotFound
from actors.mail import pushes
from actors.rules.habits import Habits
from actors.rules.network_pages import Kind, best
from actors.tables.actor import Actor
from actors.views import mail, network_pages, profiles
from actors.views.mail import Statistics
from actors.views.network_pages import Version
from federation.app_keys import DATABASE, PRIVACY, SETTINGS, SITE
from federation.mastodon import answers, authenticating
from federation.mastodon.describing import Describer
from federation.mastodon.entities import about, people
from federation.mastodon.entities.entity import Entity


async def instance(request: web.Request) -> web.StreamResponse:
    """GET /api/v2/instance."""
    site = request.app[SITE]
    network, contact, size = await _about(request)
    async with request.app[DATABASE].read() as session:
        key = await pushes.public_key(session)
        pages = await network_pages.all_now(session)
    return answers.entity(
        about.instance_v2(
            site.origin,
            network,
            contact,
            members=size.members,
            locale=site.locale,
            email=_email(request, pages),
            key=key,
            rules=_rules(request, pages),
            has_terms=bool(pages[Kind.TERMS].said.texts),
        )
    )


async def instance_v1(request: web.Request) -> web.StreamResponse:
    """GET /api/v1/instance: the older form, which some apps still read first."""
    site = request.app[SITE]
    network, contact, size = await _about(request)
    async with request.app[DATABASE].read() as session:
        pages = await network_pages.all_now(session)
    return answers.entity(
        about.instance_v1(
            site.origin,
            network,
            contact,
            members=size.members,
            statuses=size.models + size.remarks,
            hosts=size.hosts,
            locale=site.locale,
            email=_email(request, pages),
            rules=_rules(request, pages),
        )
    )


async def extended_description(request: web.Request) -> web.StreamResponse:
    """GET /api/v1/instance/extended_description: who the network is, else what its profile says."""
    since, text = await _page(request, Kind.ABOUT)
    if since is None:
        async with request.app[DATABASE].read() as session:
            network = await profiles.network(session)
        since, text = network.updated_at, network.summary
    return answers.entity(about.extended_description(since, text))


async def rules(request: web.Request) -> web.StreamResponse:
    """GET /api/v1/instance/rules."""
    async with request.app[DATABASE].read() as session:
        pages = await network_pages.all_now(session)
    return answers.entity([*_rules(request, pages)])


async def activity(request: web.Request) -> web.StreamResponse:
    """GET /api/v1/instance/activity: what was said and published here in each of twelve weeks.

    Nobody is registered by herself, and who signs in is not counted.
    """
    async with request.app[DATABASE].read() as session:
        weeks = await mail.weeks(session, request.app[SITE].now())
    return answers.entity(
        [
            {
                "week": str(int(week.timestamp())),
                "statuses": str(said),
                "logins": "0",
                "registrations": "0",
            }
            for week, said in weeks
        ]
    )


async def translation_languages(_: web.Request) -> web.StreamResponse:
    """GET /api/v1/instance/translation_languages: none, for nothing is translated by machine."""
    return answers.entity({})


async def languages(request: web.Request) -> web.StreamResponse:
    """GET /api/v1/instance/languages: in which its pages can be read first."""
    locale = request.app[SITE].locale
    return answers.entity([{"code": locale, "name": locale}])


async def privacy_policy(request: web.Request) -> web.StreamResponse:
    """GET /api/v1/instance/privacy_policy: what the network wrote, else the program's own text."""
    since, text = await _page(request, Kind.PRIVACY)
    if since is None:
        async with request.app[DATABASE].read() as session:
            since = (await profiles.network(session)).published_at
        text = markup.render(request.app[PRIVACY](request.app[SITE].locale))
    return answers.entity(about.extended_description(since, text))


async def terms_of_service(request: web.Request) -> web.StreamResponse:
    """GET /api/v1/instance/terms_of_service: those that hold.

    Raises:
        NotFound: there are none, which apps expect to hear so.
    """
    since, text = await _page(request, Kind.TERMS)
    if since is None:
        raise NotFound("Record not found")
    return answers.entity(about.terms_of_service(since, text))


async def preferences(request: web.Request) -> web.StreamResponse:
    """GET /api/v1/preferences: what the organisation's apps begin a post with."""
    async with request.app[DATABASE].read() as session:
        us = (await authenticating.member(request, session, "read:accounts")).organisation
        row = await profiles.of_ours(session, us)
    return answers.entity(people.preferences(row.locale, Habits.from_json(row.habits)))


async def _page(request: web.Request, kind: Kind) -> tuple[datetime | None, str]:
    """Since when a page of the network says what it says, and that as HTML; None: nothing."""
    async with request.app[DATABASE].read() as session:
        page = await network_pages.now(session, kind)
    text, _ = best(page.said.texts, request.app[SITE].locale)
    return (page.made_at, markup.render(text).strip()) if text else (None, "")


def _email(request: web.Request, pages: Mapping[Kind, Version]) -> str:
    """To whom one may write: as the stewards say, else as the operator does."""
    return pages[Kind.CONTACT].said.email or request.app[SETTINGS].instance.contact_email


def _rules(request: web.Request, pages: Mapping[Kind, Version]) -> list[Entity]:
    locale = request.app[SITE].locale
    return [about.house_rule(one, locale) for one in pages[Kind.RULES].said.rules]


async def _about(request: web.Request) -> tuple[Actor, Entity, Statistics]:
    """The network, its account, and how large the instance is."""
    async with request.app[DATABASE].read() as session:
        network = await profiles.network(session)
        contact = await Describer(session, request.app[SITE], None).account(network)
        return network, contact, await mail.statistics(session)
