"""Follows: whom the organisation hears from."""

from typing import Final

from aiohttp import web

from activitypub import handles
from activitypub.errors import ProtocolError
from actors.errors import NotFound, Unwise
from actors.rules import permissions
from actors.verbs import following
from actors.views import profiles
from federation.api import answers, bodies
from federation.api.authenticating import FOLLOW, READ, acting
from federation.api.operations import ROOT, Operation
from federation.api.shapes import read_body
from federation.app_keys import DATABASE, LOOKUP, SETTINGS, SITE


async def listed(request: web.Request) -> web.Response:
    """GET follows."""
    who = await acting(request, READ)
    async with request.app[DATABASE].read() as session:
        rows = await profiles.our_follows(session, who.organisation)
    return answers.respond({"items": [answers.follow(*row) for row in rows], "next": None})


async def follow(request: web.Request) -> web.Response:
    """POST follows: the state is pending until the other side answers."""
    who = await acting(request, FOLLOW)
    permissions.must_follow(who.office)
    values = await read_body(request, bodies.FOLLOW)
    try:
        handle = handles.parse(values["handle"])
    except ProtocolError as error:
        raise Unwise("This is no handle.", fields={"handle": "It looks like user@host."}) from error
    followee = await request.app[LOOKUP].by_address(handle)
    async with request.app[DATABASE].begin() as session:
        row = await following.follow(session, request.app[SITE], who.organisation, followee)
        answer = answers.follow(row, followee)
    address = f"{request.app[SETTINGS].instance.origin}{ROOT}/follows/{row.id}"
    return answers.respond(answer, status=201, location=address)


async def unfollow(request: web.Request) -> web.Response:
    """DELETE follows/{id}."""
    who = await acting(request, FOLLOW)
    permissions.must_follow(who.office)
    async with request.app[DATABASE].begin() as session:
        for row, _ in await profiles.our_follows(session, who.organisation):
            if str(row.id) == request.match_info["id"]:
                await following.unfollow(session, request.app[SITE], row)
                return web.Response(status=204)
    raise NotFound("The organisation follows nobody under this id.")


OPERATIONS: Final = (
    Operation(
        method="GET",
        path="/follows",
        name="listFollows",
        says="List whom the organisation follows",
        handler=listed,
        scope=READ,
        answer="Follows",
    ),
    Operation(
        method="POST",
        path="/follows",
        name="follow",
        says="Follow an organisation or a person of any instance",
        handler=follow,
        scope=FOLLOW,
        status=201,
        answer="Follow",
        body=bodies.FOLLOW,
        has_location=True,
        problems={
            404: "Nobody has this handle.",
            422: "This is no handle.",
            503: "The other instance does not answer; try again later.",
        },
    ),
    Operation(
        method="DELETE",
        path="/follows/{id}",
        name="unfollow",
        says="Stop following",
        handler=unfollow,
        scope=FOLLOW,
        status=204,
        problems={404: "The organisation follows nobody under this id."},
    ),
)
