"""Commons: open one, say what it is, tend it, and put a model into one."""

import asyncio
from collections.abc import Mapping
from typing import Any, Final

from aiohttp import web

from activitypub import handles
from activitypub.errors import ProtocolError
from actors.database import Session
from actors.errors import NotFound, Unwise
from actors.mail import keyring
from actors.rules import permissions
from actors.rules.commons import MayPost
from actors.rules.languages import canonical_tag
from actors.tables.actor import Actor
from actors.tables.commons import Commons
from actors.verbs import opening, publishing, tending
from actors.verbs.opening import Charter
from actors.verbs.tending import ABOUT_THINGS, Act
from actors.views import commons as view
from actors.views import profiles
from actors.views.paging import Page
from federation.api import answers, bodies, models
from federation.api.authenticating import WRITE, acting
from federation.api.operations import ROOT, Operation
from federation.api.shapes import read_body
from federation.app_keys import DATABASE, LOOKUP, SETTINGS, SITE

SHOWN: Final = Page(limit=40)
"""Things of a commons that are answered: a page of it; apps read on by the Mastodon API."""


async def listed(request: web.Request) -> web.Response:
    """GET commons: those of this instance."""
    async with request.app[DATABASE].read() as session:
        items = [await answers.commons(session, one) for one in await view.here(session)]
    return answers.respond({"items": items, "next": None})


async def open_one(request: web.Request) -> web.Response:
    """POST commons: for stewards of the network."""
    who = await acting(request, WRITE)
    permissions.must_administer(who.office, is_network=who.is_network)
    values = await read_body(request, bodies.COMMONS)
    keys = await _new_keys()
    async with request.app[DATABASE].begin() as session:
        actor = await opening.open_commons(
            session,
            request.app[SITE],
            who.organisation,
            values["handle"],
            _charter(values),
            keys=keys,
        )
        answer = await answers.commons(session, actor)
    address = f"{request.app[SETTINGS].instance.origin}{ROOT}/commons/{actor.handle}"
    return answers.respond(answer, status=201, location=address)


async def read(request: web.Request) -> web.Response:
    """GET commons/{handle}: what it is, and what stands in it."""
    async with request.app[DATABASE].read() as session:
        actor, _ = await _named(request, session)
        answer = await answers.commons_in_full(session, actor, SHOWN)
    return answers.respond(answer)


async def describe(request: web.Request) -> web.Response:
    """PUT commons/{handle}: for stewards of those who tend it."""
    who = await acting(request, WRITE)
    permissions.must_manage_members(who.office)
    values = await read_body(request, bodies.CHARTER)
    async with request.app[DATABASE].begin() as session:
        actor, _ = await _named(request, session)
        await tending.must_tend(session, actor, who.organisation)
        await opening.describe(session, request.app[SITE], actor, _charter(values))
        answer = await answers.commons(session, actor)
    return answers.respond(answer)


async def tend(request: web.Request) -> web.Response:
    """POST commons/{handle}/tending: remove, pin, keep out, let in, appoint."""
    who = await acting(request, WRITE)
    permissions.must_publish(who.office)
    values = await read_body(request, bodies.TENDING)
    act = Act(values["do"])
    somebody = None if act in ABOUT_THINGS else await _somebody(request, values)
    async with request.app[DATABASE].begin() as session:
        actor, _ = await _named(request, session)
        await tending.tend(
            session,
            request.app[SITE],
            actor,
            who.organisation,
            act,
            iri=values.get("iri", ""),
            somebody=somebody,
            reason=values.get("reason", ""),
        )
    return web.Response(status=204)


async def place(request: web.Request) -> web.Response:
    """PUT models/{id}/commons: into a commons, into another one, or into none."""
    who = await acting(request, WRITE)
    values = await read_body(request, bodies.PLACE)
    text = values["commons"]
    group = await models.commons_named(request, text) if text else None
    async with request.app[DATABASE].begin() as session:
        row = await models.owned(request, session, who)
        await publishing.place_in(session, request.app[SITE], row, group)
        answer = await answers.model(session, row)
    return answers.respond(answer)


async def _named(request: web.Request, session: Session) -> tuple[Actor, Commons]:
    """The commons in the path.

    Raises:
        NotFound: there is none of that name here.
    """
    actor = await profiles.by_handle(session, request.match_info["handle"])
    row = await view.of(session, actor) if actor else None
    if actor is None or row is None or actor.gone_at is not None:
        raise NotFound("There is no such commons here.")
    return actor, row


async def _somebody(request: web.Request, values: Mapping[str, Any]) -> Actor:
    if not values.get("handle"):
        raise Unwise("Say who is meant.", fields={"handle": "Say who is meant."})
    try:
        handle = handles.parse(values["handle"])
    except ProtocolError as error:
        raise Unwise("This is no handle.", fields={"handle": "It looks like user@host."}) from error
    return await request.app[LOOKUP].by_address(handle)


def _charter(values: Mapping[str, Any]) -> Charter:
    language = canonical_tag(values["language"])
    return Charter(
        language=language,
        names=bodies.by_language(values["name"], language),
        summaries=bodies.by_language(values.get("summary", {}), language),
        rules=values.get("rules", ""),
        family=values.get("family") or None,
        posting=MayPost(values.get("posting", MayPost.EVERYBODY.value)),
        approves=values.get("approvesMembers", False),
    )


async def _new_keys() -> keyring.KeyPems:
    return await asyncio.to_thread(keyring.new_keys)


OPERATIONS: Final = (
    Operation(
        method="GET",
        path="/commons",
        name="listCommons",
        says="List the commons of this instance",
        handler=listed,
        answer="CommonsList",
    ),
    Operation(
        method="POST",
        path="/commons",
        name="openCommons",
        says="Open a commons; for stewards of the network",
        handler=open_one,
        scope=WRITE,
        status=201,
        answer="Commons",
        body=bodies.COMMONS,
        has_location=True,
        problems={409: "The handle is taken."},
    ),
    Operation(
        method="GET",
        path="/commons/{handle}",
        name="readCommons",
        says="Read what a commons is and what stands in it",
        handler=read,
        answer="CommonsInFull",
        problems={404: "There is no such commons here."},
    ),
    Operation(
        method="PUT",
        path="/commons/{handle}",
        name="describeCommons",
        says="Change what a commons says of itself; for stewards of those who tend it",
        handler=describe,
        scope=WRITE,
        answer="Commons",
        body=bodies.CHARTER,
        problems={404: "There is no such commons here."},
    ),
    Operation(
        method="POST",
        path="/commons/{handle}/tending",
        name="tendCommons",
        says="Remove or pin something, keep somebody out, let somebody in, appoint",
        handler=tend,
        scope=WRITE,
        status=204,
        body=bodies.TENDING,
        problems={
            404: "There is no such commons, or that does not stand in it.",
            409: "There is no room, or nobody would be left.",
        },
    ),
    Operation(
        method="PUT",
        path="/models/{id}/commons",
        name="placeModel",
        says="Put a model into a commons, or take it out",
        handler=place,
        scope=WRITE,
        answer="Model",
        body=bodies.PLACE,
        problems={
            404: "There is no such model, or nobody has this handle.",
            409: "It stands there already.",
            410: "The model was deleted.",
            503: "The other instance does not answer; try again later.",
        },
    ),
)
