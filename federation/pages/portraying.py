"""Portraying: the sign of our organisation, and the picture above its page."""

from collections.abc import Mapping

from aiohttp import web
from multidict import MultiDict, MultiDictProxy

from actors.errors import Refusal, Unwise
from actors.rules import permissions
from actors.rules.pictures import LARGEST_FILE, LONGEST_DESCRIPTION
from actors.tables.media import Media
from actors.verbs import portraying
from actors.views import media as views
from actors.views.access import Acting
from federation.app_keys import DATABASE, SITE, UPLOADS
from federation.files.uploads import Arrived
from federation.pages import forms, picturing, rendering, saying, sessions
from federation.pages.sessions import Visitor

ADDRESS = "/pictures"
PROFILE = "/profile"
PARTS = ("icon", "header")


async def portrait_page(request: web.Request) -> web.Response:
    """GET /pictures."""
    here, acting = await sessions.acting(request)
    permissions.must_publish(acting.office)
    return await _show(request, here, acting)


async def portray(request: web.Request) -> web.Response:
    """POST /pictures: another picture, or none."""
    here, acting = await sessions.acting(request)
    permissions.must_publish(acting.office)
    if request.content_type == "multipart/form-data":
        return await _replace(request, here, acting)
    given = await forms.fields(request)
    forms.require_token(here, given)
    await _keep(request, acting, given.get("part", ""), None)
    raise web.HTTPSeeOther(saying.address(_back(given), "portrayed"))


async def _replace(request: web.Request, here: Visitor, acting: Acting) -> web.Response:
    forms.must_come_from_us(request)
    room, arrived = request.app[UPLOADS], Arrived({})
    typed: Mapping[str, str] = {}
    try:
        arrived = await room.form(request, acting.organisation, is_typed=True)
        typed = MultiDictProxy(
            MultiDict({name: forms.without_nul(text) for name, text in arrived.fields.items()})
        )
        forms.require_token(here, typed)
        media = await room.keep(acting.organisation, arrived, picturing.words_of(typed))
        await _keep(request, acting, typed.get("part", ""), media)
    except Unwise as refused:
        return await _show(request, here, acting, refused=refused, typed=typed)
    finally:
        room.forget(arrived)
    raise web.HTTPSeeOther(saying.address(_back(typed), "portrayed"))


def _back(given: Mapping[str, str]) -> str:
    """The page from which the form came: the profile has it too."""
    return PROFILE if given.get("back") == PROFILE else ADDRESS


async def _keep(request: web.Request, acting: Acting, part: str, media: Media | None) -> None:
    """Another picture in one of the two places; the other stays."""
    async with request.app[DATABASE].begin() as session:
        now = await views.portrait(session, acting.organisation.id)
        icon = media if part == "icon" else now.icon
        header = media if part == "header" else now.header
        await portraying.portray(
            session, request.app[SITE], acting.organisation, icon=icon, header=header
        )


async def _show(
    request: web.Request,
    here: Visitor,
    acting: Acting,
    *,
    refused: Refusal | None = None,
    typed: Mapping[str, str] | None = None,
) -> web.Response:
    async with request.app[DATABASE].read() as session:
        looks = await views.portrait(session, acting.organisation.id)
    faults = dict(refused.fields) if isinstance(refused, Unwise) else {}
    part = (typed or {}).get("part", PARTS[0])
    return rendering.page(
        request,
        here,
        "portrait.html",
        status=422 if refused else 200,
        looks=looks,
        typed=typed or {},
        problem="" if refused is None or faults else refused.reason,
        faults={f"{'file' if name in PARTS else name}.{part}": one for name, one in faults.items()},
        largest=LARGEST_FILE // 1024 // 1024,
        longest=LONGEST_DESCRIPTION,
    )
