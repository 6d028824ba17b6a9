"""Look: the name, the colour and the mark of this instance's pages."""

from typing import Any, Final

from aiohttp import web

from actors import places
from actors.database import Session
from actors.errors import Unwise
from actors.places import place
from actors.rules import looks as rules
from actors.rules import permissions
from actors.rules.looks import Look
from actors.rules.pictures import PICTURE
from actors.site import id_in
from actors.tables.actor import Actor
from actors.tables.media import Media
from actors.verbs import dressing
from actors.verbs.portraying import NOT_A_PICTURE
from actors.views import media as views
from actors.views import profiles
from actors.views.access import Acting
from federation.api import answers
from federation.api.answers import Answer
from federation.api.authenticating import WRITE, acting
from federation.api.operations import Operation
from federation.api.shapes import Record, Text, read_body
from federation.app_keys import DATABASE, SETTINGS, SITE, UPLOADS

LOOK: Final = Record(
    "What changes; what is left out stays as it is.",
    {
        "name": Text("What the network is called; whoever follows it is told."),
        "colour": Text("Such as #0f6b5e; empty: that of every instance.", may_be_empty=True),
        "mark": Text("The id of a picture of the network's; empty: none.", may_be_empty=True),
    },
)


async def read(request: web.Request) -> web.Response:
    """GET look."""
    async with request.app[DATABASE].read() as session:
        answer = await _told(request, session)
    return answers.respond(answer)


async def change(request: web.Request) -> web.Response:
    """PUT look."""
    who = await _steward(request)
    values = await read_body(request, LOOK)
    mark = await _drawn(request, who.organisation, values["mark"]) if values.get("mark") else None
    site = request.app[SITE]
    async with request.app[DATABASE].begin() as session:
        if "name" in values:
            await dressing.rename(session, site, who.organisation, values["name"])
        if "colour" in values:
            await dressing.colour(session, site, values["colour"])
        if "mark" in values:
            await dressing.mark(session, site, mark)
        answer = await _told(request, session)
    return answers.respond(answer)


async def undo(request: web.Request) -> web.Response:
    """POST look/undo."""
    await _steward(request)
    async with request.app[DATABASE].begin() as session:
        await dressing.undo(session, request.app[SITE])
        answer = await _told(request, session)
    return answers.respond(answer)


async def undress(request: web.Request) -> web.Response:
    """DELETE look."""
    await _steward(request)
    async with request.app[DATABASE].begin() as session:
        await dressing.undress(session, request.app[SITE])
    return web.Response(status=204)


async def _steward(request: web.Request) -> Acting:
    who = await acting(request, WRITE)
    permissions.must_administer(who.office, is_network=who.is_network)
    return who


async def _drawn(request: web.Request, network: Actor, number: str) -> Media:
    """A picture of the network's, drawn anew as a mark.

    Raises:
        NotFound: it has no such file.
        Unwise: it is no picture.
    """
    async with request.app[DATABASE].read() as session:
        found = await views.one_of(session, network, id_in(number))
    if found.kind != PICTURE:
        raise Unwise(NOT_A_PICTURE, fields={"mark": NOT_A_PICTURE})
    room = request.app[UPLOADS]
    return await room.mark(network, room.files.path(found.digest).read_bytes())


async def _told(request: web.Request, session: Session) -> Answer:
    """Schema `Look`."""
    row = await profiles.instance(session)
    kept: dict[str, Any] = {} if row is None else row.look
    look = Look.from_json(kept)
    mark = None if look.mark is None else look.mark.name
    return {
        "name": "" if row is None else (await profiles.network(session)).name,
        "colour": look.colour or request.app[SETTINGS].look.colour or None,
        "mark": mark and place(request.app[SITE].origin, places.MEDIA, name=mark),
        "canBeUndone": rules.former(kept) is not None,
    }


OPERATIONS: Final = (
    Operation(
        method="GET",
        path="/look",
        name="readLook",
        says="Read how the pages of this instance look",
        handler=read,
        answer="Look",
    ),
    Operation(
        method="PUT",
        path="/look",
        name="changeLook",
        says="Change the name, the colour or the mark of the pages (stewards of the network)",
        handler=change,
        scope=WRITE,
        body=LOOK,
        answer="Look",
        problems={
            403: "Only stewards of the network do this.",
            404: "The network has no such picture.",
            422: "This is no colour, no picture, or no name.",
        },
    ),
    Operation(
        method="POST",
        path="/look/undo",
        name="undoLook",
        says="Undo the last change of colour or mark",
        handler=undo,
        scope=WRITE,
        answer="Look",
        problems={
            403: "Only stewards of the network do this.",
            404: "Nothing has been changed yet.",
        },
    ),
    Operation(
        method="DELETE",
        path="/look",
        name="resetLook",
        says="Give the pages the colour and the mark of every instance",
        handler=undress,
        scope=WRITE,
        status=204,
        problems={403: "Only stewards of the network do this."},
    ),
)
