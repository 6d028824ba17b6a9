"""Media: pictures and documents of an organisation, and which of them its models show."""

from collections.abc import Mapping
from typing import Any, Final

from aiohttp import web

from activitypub.canonical_json import Document
from activitypub.iris import Iri
from actors.database import Session
from actors.documents import media as documents
from actors.errors import Unwise
from actors.rules import illustrations, permissions, pictures
from actors.rules.illustrations import Illustrations
from actors.rules.pictures import PICTURE
from actors.site import id_in
from actors.tables.actor import Actor
from actors.tables.media import Media
from actors.verbs import illustrating, picturing, portraying
from actors.verbs.picturing import DESCRIBE, Words
from actors.views import drafts, history
from actors.views import media as views
from actors.views.access import Acting
from actors.views.media import Portrait
from federation.api import answers, models, paging
from federation.api.authenticating import READ, WRITE, acting
from federation.api.operations import ROOT, Argument, Operation
from federation.api.shapes import ListOf, Record, Text, read_body
from federation.app_keys import DATABASE, SETTINGS, SITE, UPLOADS

WORDS: Final = Record(
    "What is said beside a file; what is left out stays as it is.",
    {
        "description": Text(
            "What a picture shows, for those who do not see it; what a document is.",
            may_be_empty=True,
        ),
        "credit": Text("Who made it, and under which licence.", may_be_empty=True),
        "focus": Text("The point that matters most: two numbers from -1 to 1, as in -0.5,0.8."),
    },
)
LOOKS: Final = Record(
    "How the organisation looks; what is left out is not shown any more.",
    {
        "icon": Text("Its sign: the id of a picture."),
        "header": Text("The picture above its page: the id of a picture."),
    },
)
SHOWN: Final = Record(
    "Everything that is shown from now on; what is left out is not shown any more.",
    {
        "image": Text("The picture that stands for the model: the id of a file, or an address."),
        "attachments": ListOf(
            "Further pictures, and documents, in order.",
            Text("The id of a file, or the address of one that is shown already."),
        ),
        "note": Text("What is new, in a sentence for readers.", may_be_empty=True),
    },
)


async def listed(request: web.Request) -> web.Response:
    """GET media: the files of the organisation."""
    who = await acting(request, READ)
    page = paging.page_of(request)
    async with request.app[DATABASE].read() as session:
        found = await views.library(session, who.organisation, page)
        used = await views.uses(session, (one.id for one in found))
        kept = await views.kept(session, who.organisation)
    most = request.app[SETTINGS].media.most_bytes
    origin = request.app[SITE].origin
    items = [stored(origin, one, used.get(one.id, 0)) for one in found]
    value = {
        **paging.cut(request, f"{ROOT}/media", items, page),
        "room": {"files": kept.files, "bytes": kept.size, "mostBytes": most},
    }
    return answers.respond(value)


async def send(request: web.Request) -> web.Response:
    """POST media: a form with `file`, and the words beside it."""
    who = await _publisher(request)
    room = request.app[UPLOADS]
    arrived = await room.form(request, who.organisation)
    try:
        made = await room.keep(who.organisation, arrived, _words(arrived.fields))
    finally:
        room.forget(arrived)
    origin = request.app[SITE].origin
    return answers.respond(
        stored(origin, made, 0), status=201, location=f"{origin}{ROOT}/media/{made.id}"
    )


async def read(request: web.Request) -> web.Response:
    """GET media/{id}."""
    who = await acting(request, READ)
    async with request.app[DATABASE].read() as session:
        found = await _named(request, session, who)
        used = await views.uses(session, [found.id])
    return answers.respond(stored(request.app[SITE].origin, found, used.get(found.id, 0)))


async def describe(request: web.Request) -> web.Response:
    """PUT media/{id}: say something else beside a file."""
    who = await _publisher(request)
    values = await read_body(request, WORDS)
    async with request.app[DATABASE].begin() as session:
        found = await _named(request, session, who)
        picturing.say(found, _words(values))
        used = await views.uses(session, [found.id])
    return answers.respond(stored(request.app[SITE].origin, found, used.get(found.id, 0)))


async def discard(request: web.Request) -> web.Response:
    """DELETE media/{id}; `everywhere=true`: also from what shows it, earlier versions too."""
    who = await _publisher(request)
    async with request.app[DATABASE].begin() as session:
        found = await _named(request, session, who)
        if request.query.get("everywhere") == "true":
            await picturing.withdraw(session, found)
        else:
            await picturing.discard(session, found)
    return web.Response(status=204)


async def illustrate(request: web.Request) -> web.Response:
    """PUT models/{id}/media: the next version shows exactly this."""
    who = await _publisher(request)
    values = await read_body(request, SHOWN)
    site = request.app[SITE]
    async with request.app[DATABASE].begin() as session:
        row = await models.owned(request, session, who)
        before = illustrations.of(history.sheet(await history.head(session, row)))
        shown = await _shown(session, site.origin, who.organisation, before, values)
        await illustrating.illustrate(
            session, site, row, shown, author=who.member, note=values.get("note", "")
        )
        answer = await answers.model(session, row)
    return answers.respond(answer)


async def illustrate_draft(request: web.Request) -> web.Response:
    """PUT drafts/{id}/media: the draft shows exactly this."""
    who = await _publisher(request)
    values = await read_body(request, SHOWN)
    site = request.app[SITE]
    async with request.app[DATABASE].begin() as session:
        kept = await drafts.one_of(session, who.organisation, id_in(request.match_info["id"]))
        before = illustrations.of(drafts.sheet(kept))
        shown = await _shown(session, site.origin, who.organisation, before, values)
        saved = await illustrating.illustrate_draft(
            session, site, who.organisation, who.member, kept, shown
        )
        answer = answers.draft(saved)
    return answers.respond(answer)


async def portrait(request: web.Request) -> web.Response:
    """GET pictures."""
    who = await acting(request, READ)
    async with request.app[DATABASE].read() as session:
        found = await views.portrait(session, who.organisation.id)
    return answers.respond(_portrait(request.app[SITE].origin, found))


async def portray(request: web.Request) -> web.Response:
    """PUT pictures: the sign of the organisation, and the picture above its page."""
    who = await _publisher(request)
    values = await read_body(request, LOOKS)
    site = request.app[SITE]
    async with request.app[DATABASE].begin() as session:
        chosen: dict[str, Media | None] = {"icon": None, "header": None}
        for name in chosen:
            if values.get(name):
                number = id_in(values[name])
                chosen[name] = await views.one_of(session, who.organisation, number)
        await portraying.portray(session, site, who.organisation, **chosen)
        found = await views.portrait(session, who.organisation.id)
    return answers.respond(_portrait(site.origin, found))


def _portrait(origin: Iri, found: Portrait) -> answers.Answer:
    """Schema `Portrait`."""
    return {
        "icon": None if found.icon is None else stored(origin, found.icon, 1),
        "header": None if found.header is None else stored(origin, found.header, 1),
    }


def stored(origin: Iri, media: Media, uses: int) -> answers.Answer:
    """Schema `File`."""
    return {
        "id": str(media.id),
        "kind": media.kind,
        "mediaType": media.media_type,
        "url": documents.address(origin, media),
        "small": documents.small_address(origin, media) or None,
        "size": media.size,
        "width": media.width or None,
        "height": media.height or None,
        "digest": documents.multihash(media.digest),
        "description": media.description,
        "credit": media.credit,
        "label": media.label,
        "focus": [media.focus_x, media.focus_y],
        "blurhash": media.blurhash or None,
        "uses": uses,
        "made": answers.time(media.made_at),
    }


async def _shown(
    session: Session,
    origin: Iri,
    organisation: Actor,
    before: Illustrations,
    values: Mapping[str, Any],
) -> Illustrations:
    """What a body names: files of the organisation, or what is shown already.

    Raises:
        Unwise: something is neither, or is a picture without words, or no picture where one must
            be; every fault is named.
    """
    faults: dict[str, str] = {}

    async def one(said: str, path: str) -> Document:
        known = before.by_url(said)
        if known is not None:
            return known
        number = id_in(said)
        (media, *_) = await views.own(session, organisation, [number or 0]) or (None,)
        if media is None:
            faults[path] = "This is neither one of your files nor shown already."
            return {}
        if media.kind == PICTURE and not media.description:
            faults[path] = DESCRIBE
        if path == "image" and media.kind != PICTURE:
            faults[path] = "Only a picture can stand for a model."
        return documents.to_document(origin, media)

    image = await one(values["image"], "image") if values.get("image") else None
    others = [
        await one(said, f"attachments[{place}]")
        for place, said in enumerate(values.get("attachments", []))
    ]
    if faults:
        raise Unwise("These files cannot be shown.", fields=faults)
    return Illustrations(image, tuple(others))


async def _publisher(request: web.Request) -> Acting:
    who = await acting(request, WRITE)
    permissions.must_publish(who.office)
    return who


async def _named(request: web.Request, session: Session, who: Acting) -> Media:
    return await views.one_of(session, who.organisation, id_in(request.match_info["id"]))


def _words(values: Mapping[str, str]) -> Words:
    """What is said beside a file.

    Raises:
        Unwise: the point is none.
    """
    point = None
    if values.get("focus"):
        point = pictures.focus(values["focus"])
        if point is None:
            words = "These must be two numbers from -1 to 1, such as -0.5,0.8."
            raise Unwise(words, fields={"focus": words})
    return Words(values.get("description"), values.get("credit"), point)


_MISSING: Final = {404: "There is no such file here."}
EVERYWHERE: Final = {"type": "string", "enum": ["true"]}
_FORM: Final = "multipart/form-data"

OPERATIONS: Final = (
    Operation(
        method="GET",
        path="/pictures",
        name="readPortrait",
        says="Read how the organisation looks",
        handler=portrait,
        scope=READ,
        answer="Portrait",
    ),
    Operation(
        method="PUT",
        path="/pictures",
        name="portray",
        says="Say how the organisation looks from now on; its followers are told",
        handler=portray,
        scope=WRITE,
        answer="Portrait",
        body=LOOKS,
    ),
    Operation(
        method="GET",
        path="/media",
        name="listFiles",
        says="List the pictures and documents of the organisation",
        handler=listed,
        scope=READ,
        answer="Files",
        arguments=paging.ARGUMENTS,
    ),
    Operation(
        method="POST",
        path="/media",
        name="sendFile",
        says="Send a picture or a document; what nothing shows is thrown away after a day",
        handler=send,
        scope=WRITE,
        status=201,
        answer="File",
        body_media=_FORM,
        has_location=True,
        problems={
            400: "The form could not be read.",
            422: "It is too large, of another kind, damaged, or there is no room for it.",
            503: "Too much is under way, or the disk is full.",
        },
    ),
    Operation(
        method="GET",
        path="/media/{id}",
        name="readFile",
        says="Read what is known of a file",
        handler=read,
        scope=READ,
        answer="File",
        problems=_MISSING,
    ),
    Operation(
        method="PUT",
        path="/media/{id}",
        name="describeFile",
        says="Say something else beside a file; what was published with it keeps its words",
        handler=describe,
        scope=WRITE,
        answer="File",
        body=WORDS,
        problems=_MISSING,
    ),
    Operation(
        method="DELETE",
        path="/media/{id}",
        name="discardFile",
        says="Throw a file away; with everywhere=true also from what shows it",
        handler=discard,
        scope=WRITE,
        status=204,
        arguments=(
            Argument("everywhere", "`true`: also from everything that shows it.", EVERYWHERE),
        ),
        problems={**_MISSING, 409: "Something that was published shows it."},
    ),
    Operation(
        method="PUT",
        path="/models/{id}/media",
        name="illustrateModel",
        says="Publish a version of a model that shows these files",
        handler=illustrate,
        scope=WRITE,
        answer="Model",
        body=SHOWN,
        problems={
            404: "There is no such model here.",
            409: "It shows them already.",
            410: "It was deleted.",
        },
    ),
    Operation(
        method="PUT",
        path="/drafts/{id}/media",
        name="illustrateDraft",
        says="Let a draft show these files",
        handler=illustrate_draft,
        scope=WRITE,
        answer="Draft",
        body=SHOWN,
        problems={404: "There is no such draft here.", 410: "It was published or thrown away."},
    ),
)
