"""Instance: what this server is and can do, and everything that apps ask for at their start.

Source: docs.joinmastodon.org/methods/instance (4.2).
"""

from aiohttp import web

from actors.errors import NotFound
from actors.mail import pushes
from actors.rules.habits import Habits
from actors.tables.actor import Actor
from actors.views import mail, profiles
from actors.views.mail import Statistics
from federation.app_keys import DATABASE, SETTINGS, SITE
from federation.mastodon import answers, authenticating, entities
from federation.mastodon.describing import Describer
from federation.mastodon.entities import Entity


async def instance(request: web.Request) -> web.StreamResponse:
    """GET /api/v2/instance."""
    site = request.app[SITE]
    network, contact, size = await _about(request)
    async with request.app[DATABASE].read() as session:
        key = await pushes.public_key(session)
    return answers.entity(
        entities.instance_v2(
            site.origin,
            network,
            contact,
            members=size.members,
            locale=site.locale,
            email=request.app[SETTINGS].instance.contact_email,
            key=key,
        )
    )


async def instance_v1(request: web.Request) -> web.StreamResponse:
    """GET /api/v1/instance: the older form, which some apps still read first."""
    site = request.app[SITE]
    network, contact, size = await _about(request)
    return answers.entity(
        entities.instance_v1(
            site.origin,
            network,
            contact,
            members=size.members,
            statuses=size.models + size.remarks,
            hosts=size.hosts,
            locale=site.locale,
            email=request.app[SETTINGS].instance.contact_email,
        )
    )


async def extended_description(request: web.Request) -> web.StreamResponse:
    """GET /api/v1/instance/extended_description: what the network says about itself."""
    network, _, _ = await _about(request)
    return answers.entity(entities.extended_description(network.updated_at, network.summary))


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
    """GET /api/v1/instance/privacy_policy: what the network says of itself."""
    network, _, _ = await _about(request)
    return answers.entity(entities.extended_description(network.updated_at, network.summary))


async def no_terms(_: web.Request) -> web.StreamResponse:
    """GET /api/v1/instance/terms_of_service: there are none, which apps expect to hear so.

    Raises:
        NotFound: always.
    """
    raise NotFound("Record not found")


async def preferences(request: web.Request) -> web.StreamResponse:
    """GET /api/v1/preferences: what the organisation's apps begin a post with."""
    async with request.app[DATABASE].read() as session:
        us = (await authenticating.member(request, session, "read:accounts")).organisation
        row = await profiles.of_ours(session, us)
    return answers.entity(entities.preferences(row.locale, Habits.from_json(row.habits)))


async def _about(request: web.Request) -> tuple[Actor, Entity, Statistics]:
    """The network, its account, and how large the instance is."""
    async with request.app[DATABASE].read() as session:
        network = await profiles.network(session)
        contact = await Describer(session, request.app[SITE], None).account(network)
        return network, contact, await mail.statistics(session)
