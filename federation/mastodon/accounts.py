"""Accounts: organisations, ours and theirs; following them.

Source: docs.joinmastodon.org/methods/accounts (4.2).
"""

from dataclasses import replace

from aiohttp import web

from activitypub import handles
from activitypub.errors import ProtocolError
from activitypub.iris import host
from actors.database import Session
from actors.errors import Gone, NotFound
from actors.rules import permissions
from actors.rules.speech import tag_name
from actors.site import Site
from actors.tables.actor import Actor
from actors.verbs import circling, following
from actors.views import pins, profiles, timelines
from actors.views.access import Acting
from federation.app_keys import DATABASE, SITE
from federation.mastodon import answers, arguments, authenticating, paging
from federation.mastodon.authenticating import viewer
from federation.mastodon.describing import Describer
from federation.mastodon.entities import people
from federation.mastodon.entities.entity import Entity
from federation.mastodon.timelines import with_media

MAX_RELATIONSHIPS = 100
"""Accounts in one question about relationships: more than any page of any app shows."""


async def verify_credentials(request: web.Request) -> web.StreamResponse:
    """GET /api/v1/accounts/verify_credentials: the organisation that the app acts for."""
    async with request.app[DATABASE].read() as session:
        acting = await authenticating.member(request, session, "read:accounts", "profile")
        entity = await own(session, request.app[SITE], acting)
    return answers.entity(entity)


async def own(session: Session, site: Site, acting: Acting) -> Entity:
    """The CredentialAccount of who asks."""
    us = acting.organisation
    entity = await Describer(session, site, us).account(us)
    row = await profiles.of_ours(session, us)
    return people.own_account(
        entity,
        us,
        row.locale,
        may_administer=permissions.may_administer(acting.office, is_network=acting.is_network),
        row=row,
        requests=await profiles.requests_waiting(session, us),
    )


async def account(request: web.Request) -> web.StreamResponse:
    """GET /api/v1/accounts/{id}."""
    async with request.app[DATABASE].read() as session:
        caller = await authenticating.anybody(request, session, "read:accounts")
        actor = await addressed(request, session)
        entity = await Describer(session, request.app[SITE], viewer(caller)).account(actor)
    return answers.entity(entity)


async def several(request: web.Request) -> web.StreamResponse:
    """GET /api/v1/accounts?id[]=: those that there are, in the order asked for."""
    given = await arguments.read(request)
    ids = [paging.number(text) for text in dict.fromkeys(given.many("id"))][:MAX_RELATIONSHIPS]
    async with request.app[DATABASE].read() as session:
        caller = await authenticating.anybody(request, session, "read:accounts")
        found = await profiles.by_ids(session, ids)
        describer = Describer(session, request.app[SITE], viewer(caller))
        shown = await describer.accounts(found)
    return answers.entity(list(shown))


async def look_up(request: web.Request) -> web.StreamResponse:
    """GET /api/v1/accounts/lookup?acct=: an account that we know already; nothing is fetched."""
    given = await arguments.read(request)
    async with request.app[DATABASE].read() as session:
        caller = await authenticating.anybody(request, session, "read:accounts")
        actor = await by_acct(session, request.app[SITE], given.text("acct"))
        if actor is None:
            raise NotFound("Record not found")
        entity = await Describer(session, request.app[SITE], viewer(caller)).account(actor)
    return answers.entity(entity)


async def relationships(request: web.Request) -> web.StreamResponse:
    """GET /api/v1/accounts/relationships?id[]=: how we stand with each; unknown ids: nothing."""
    given = await arguments.read(request)
    wanted = dict.fromkeys(given.many("id")[:MAX_RELATIONSHIPS])
    async with request.app[DATABASE].read() as session:
        acting = await authenticating.member(request, session, "read:follows")
        found = []
        for text in wanted:
            them = await profiles.by_id(session, paging.number(text))
            if them is not None:
                known = await profiles.relationship(session, acting.organisation, them)
                found.append(people.relationship(them, known))
    return answers.entity(list(found))


async def statuses(request: web.Request) -> web.StreamResponse:
    """GET /api/v1/accounts/{id}/statuses: what they published, said and passed on."""
    given = await arguments.read(request)
    page = paging.wanted(given, paging.STATUSES)
    async with request.app[DATABASE].read() as session:
        caller = await authenticating.anybody(request, session, "read:statuses")
        actor = await addressed(request, session)
        describer = Describer(session, request.app[SITE], viewer(caller), "account")
        if given.flag("pinned"):
            pinned = await pins.of(session, actor)
            return answers.entity(list(await describer.statuses(pinned)))
        if given.text("tagged"):
            name = tag_name(given.text("tagged"))
            items = await timelines.tagged(session, name, page, author=actor)
        else:
            items = await timelines.account(
                session,
                actor,
                page,
                viewer=viewer(caller),
                with_answers=not given.flag("exclude_replies"),
                with_boosts=not given.flag("exclude_reblogs"),
            )
        rows = await describer.status_rows((item.id, item) for item in items)
    return answers.listed(request, with_media(given, rows), page)


async def followers(request: web.Request) -> web.StreamResponse:
    """GET /api/v1/accounts/{id}/followers: those that we know of."""
    return await _listed(request, wants_followers=True)


async def followed(request: web.Request) -> web.StreamResponse:
    """GET /api/v1/accounts/{id}/following: those that we know of."""
    return await _listed(request, wants_followers=False)


async def follow(request: web.Request) -> web.StreamResponse:
    """POST /api/v1/accounts/{id}/follow: ask to hear from them; fine where we do.

    With `reblogs` false, what they pass on does not stand on the home timeline; with `languages`,
    only what is written in these stands there; with `notify`, one is told of all they publish.
    Where nobody has to say yes, it is taken for said, as Mastodon does: an app that hears of a
    request would offer to withdraw it, and never look again.
    """
    given = await arguments.read(request)
    async with request.app[DATABASE].begin() as session:
        acting = await authenticating.member(request, session, "write:follows")
        permissions.must_follow(acting.office)
        us, them = acting.organisation, await addressed(request, session)
        known = await profiles.relationship(session, us, them)
        if not known.following:
            await following.follow(session, request.app[SITE], acting.organisation, them)
        await _heed(session, request.app[SITE], us, them, given)
        known = await profiles.relationship(session, us, them)
    if known.requested and not them.approves_followers:
        known = replace(known, following=True, requested=False)
    return answers.entity(people.relationship(them, known))


async def unfollow(request: web.Request) -> web.StreamResponse:
    """POST /api/v1/accounts/{id}/unfollow: hear from them no more; fine where we did not."""
    async with request.app[DATABASE].begin() as session:
        acting = await authenticating.member(request, session, "write:follows")
        permissions.must_follow(acting.office)
        them = await addressed(request, session)
        known = await profiles.relationship(session, acting.organisation, them)
        if known.follow is not None:
            await following.unfollow(session, request.app[SITE], known.follow)
            known = await profiles.relationship(session, acting.organisation, them)
    return answers.entity(people.relationship(them, known))


async def _heed(
    session: Session, site: Site, us: Actor, them: Actor, given: arguments.Arguments
) -> None:
    """How somebody wants to hear from those whom she follows; what she does not say stays."""
    if "reblogs" in given.values:
        await circling.show_boosts(session, site, us, them, shown=given.flag("reblogs"))
    if "notify" in given.values:
        await circling.be_told(session, site, us, them, is_told=given.flag("notify"))
    if "languages" in given.values:
        await circling.read_in(session, site, us, them, given.many("languages"))


async def by_acct(session: Session, site: Site, text: str) -> Actor | None:
    """The account that this text names, as `name` or `name@host`, if we know it."""
    if "@" not in text.removeprefix("@"):
        return await profiles.by_handle(session, text.removeprefix("@"))
    try:
        handle = handles.parse(text)
    except ProtocolError:
        return None
    if handle.host == host(site.origin):
        return await profiles.by_handle(session, handle.name)
    return await profiles.by_address(session, handle.name, handle.host)


async def addressed(request: web.Request, session: Session) -> Actor:
    """The account whose id stands in the address.

    Raises:
        NotFound: there is none. Gone: it was deleted.
    """
    actor = await profiles.by_id(session, paging.number(request.match_info["id"]))
    if actor is None:
        raise NotFound("Record not found")
    if actor.gone_at is not None:
        raise Gone("This account was deleted")
    return actor


async def _listed(request: web.Request, *, wants_followers: bool) -> web.StreamResponse:
    page = paging.wanted(await arguments.read(request), paging.ACCOUNTS)
    async with request.app[DATABASE].read() as session:
        caller = await authenticating.anybody(request, session, "read:accounts")
        actor = await addressed(request, session)
        ask = profiles.followers if wants_followers else profiles.following
        found = await ask(session, actor, page)
        describer = Describer(session, request.app[SITE], viewer(caller))
        rows = await describer.account_rows((each.id, each.actor) for each in found)
    return answers.listed(request, rows, page)
