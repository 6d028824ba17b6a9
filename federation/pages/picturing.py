"""Picturing: the picture of a model and the files that go with it, of a draft as of what is out.

Everything works without a script: a form with a file for each new one, a small form for each that
is there. Every change of what is published is a new version, and the page says so before.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final

from aiohttp import web
from multidict import MultiDict, MultiDictProxy

from activitypub.canonical_json import Document
from actors.database import Session
from actors.documents import media as documents
from actors.errors import NotFound, Refusal, Unwise
from actors.rules import illustrations, permissions
from actors.rules.illustrations import Illustrations
from actors.rules.pictures import (
    LARGEST_FILE,
    LONGEST_CREDIT,
    LONGEST_DESCRIPTION,
    MOST_ON_A_SHEET,
    PICTURE,
)
from actors.site import Site, id_in
from actors.tables.draft import Draft
from actors.tables.media import Media
from actors.tables.model import Model
from actors.verbs import illustrating, picturing
from actors.verbs.picturing import DESCRIBE, Words
from actors.views import drafts
from actors.views import media as views
from actors.views.access import Acting
from federation.app_keys import DATABASE, SITE, UPLOADS
from federation.files.uploads import Arrived
from federation.pages import (
    addresses,
    forms,
    rendering,
    saying,
    sessions,
    translating,
    writing,
)
from federation.pages.sessions import Visitor
from federation.pages.translating import N_

ADDED: Final = N_("Pictures and documents changed.")
NOT_THERE: Final = N_("This file is not shown any more.")


@dataclass(frozen=True)
class Place:
    """What shows pictures: a model of ours, or a draft.

    Attributes:
        path: of this page.
        back: the page of what shows them.
        shown: what it shows now.
        model: if that is it.
        draft: if that is it.
    """

    path: str
    back: str
    shown: Illustrations
    model: Model | None = None
    draft: Draft | None = None


Finder = Callable[[Session, Acting, web.Request], Awaitable[Place]]


async def model_page(request: web.Request) -> web.Response:
    """GET /m/{slug}/media."""
    return await _page(request, _of_model)


async def change_model(request: web.Request) -> web.Response:
    """POST /m/{slug}/media: add a file, or change what is shown."""
    return await _change(request, _of_model)


async def draft_page(request: web.Request) -> web.Response:
    """GET /drafts/{id}/media."""
    return await _page(request, _of_draft)


async def change_draft(request: web.Request) -> web.Response:
    """POST /drafts/{id}/media."""
    return await _change(request, _of_draft)


async def _of_model(session: Session, acting: Acting, request: web.Request) -> Place:
    editing = await writing.editing_of(session, acting, request.match_info["slug"])
    page = addresses.page_of(editing.model)
    shown = illustrations.of(editing.sheet)
    return Place(f"{page}/media", page, shown, model=editing.model)


async def _of_draft(session: Session, acting: Acting, request: web.Request) -> Place:
    permissions.must_publish(acting.office)
    kept = await drafts.one_of(session, acting.organisation, id_in(request.match_info["id"]))
    page = f"/drafts/{kept.id}"
    return Place(f"{page}/media", page, illustrations.of(drafts.sheet(kept)), draft=kept)


async def _page(request: web.Request, find: Finder) -> web.Response:
    here, acting = await sessions.acting(request)
    async with request.app[DATABASE].read() as session:
        place = await find(session, acting, request)
    return _show(request, here, place)


async def _change(request: web.Request, find: Finder) -> web.Response:
    here, acting = await sessions.acting(request)
    async with request.app[DATABASE].read() as session:
        place = await find(session, acting, request)
    if request.content_type == "multipart/form-data":
        return await _add(request, here, acting, find, place)
    given = await forms.fields(request)
    forms.require_token(here, given)
    try:
        async with request.app[DATABASE].begin() as session:
            place = await find(session, acting, request)
            changed = await _changed(session, request.app[SITE], acting, place.shown, given)
            if changed != place.shown:
                await _keep(request, session, acting, place, changed)
    except Refusal as refused:
        return _show(request, here, place, problem=refused.reason, typed=given)
    raise web.HTTPSeeOther(saying.address(place.path, _word(place)))


async def _add(
    request: web.Request, here: Visitor, acting: Acting, find: Finder, place: Place
) -> web.Response:
    """One more file."""
    forms.must_come_from_us(request)
    room = request.app[UPLOADS]
    arrived = Arrived({})
    try:
        arrived = await room.form(request, acting.organisation, is_typed=True)
        fields = {name: forms.without_nul(text) for name, text in arrived.fields.items()}
        typed = MultiDictProxy(MultiDict(fields))
        forms.require_token(here, typed)
        try:
            media = await room.keep(acting.organisation, arrived, words_of(typed))
            async with request.app[DATABASE].begin() as session:
                place = await find(session, acting, request)
                item = documents.to_document(request.app[SITE].origin, media)
                is_image = bool(typed.get("main")) and media.kind == PICTURE
                changed = place.shown.with_one(item, is_image=is_image)
                await _keep(request, session, acting, place, changed)
        except Unwise as refused:
            faults = refused.fields or {"file": refused.reason}
            return _show(request, here, place, faults=faults, typed=typed)
    except Unwise as refused:  # before the form could be read to its end
        return _show(request, here, place, faults=refused.fields or {"file": refused.reason})
    finally:
        room.forget(arrived)
    raise web.HTTPSeeOther(saying.address(place.path, _word(place)))


def words_of(given: Mapping[str, str]) -> Words:
    """What is said beside a file.

    Raises:
        Unwise: nothing is said of what it shows.
    """
    words = Words(given.get("description", ""), given.get("credit", ""))
    picturing.check(words)
    if not (words.description or "").strip():
        raise Unwise(DESCRIBE, fields={"description": DESCRIBE})
    return words


async def _changed(
    session: Session, site: Site, acting: Acting, shown: Illustrations, given: Mapping[str, str]
) -> Illustrations:
    """What is shown after the button that was pressed.

    Raises:
        NotFound: it is about something that is not shown any more.
        Unwise: what was typed cannot be kept.
    """
    url = given.get("url", "")
    item = shown.by_url(url)
    if item is None:
        raise NotFound(NOT_THERE)
    match given.get("do"):
        case "describe":
            return shown.instead(url, await _described(session, site, acting, item, given))
        case "main":
            return shown.without(url).with_one(item, is_image=True)
        case "beside":
            return shown.without(url).with_one(item, is_image=False)
        case "withdraw":
            media = await _own(session, site, acting, item)
            if media is not None:
                await picturing.withdraw(session, media)
            return shown.without(url)
        case _:
            return shown.without(url)


async def _described(
    session: Session, site: Site, acting: Acting, item: Document, given: Mapping[str, str]
) -> Document:
    words = words_of(given)
    media = await _own(session, site, acting, item)
    if media is not None:
        picturing.say(media, words)
        return documents.to_document(site.origin, media)
    said = {"name": words.description, "creditText": words.credit or None}
    return {name: value for name, value in (item | said).items() if value is not None}


async def _own(session: Session, site: Site, acting: Acting, item: Document) -> Media | None:
    """The file of this organisation that a sheet names; None for what lies elsewhere."""
    digest = documents.name_of(site.origin, str(item.get("url")))
    found = [] if digest is None else await views.by_digests(session, [digest])
    own = await views.own(session, acting.organisation, [one.id for one in found])
    return own[0] if own else None


async def _keep(
    request: web.Request, session: Session, acting: Acting, place: Place, shown: Illustrations
) -> None:
    site = request.app[SITE]
    if place.draft is not None:
        await illustrating.illustrate_draft(
            session, site, acting.organisation, acting.member, place.draft, shown
        )
    elif place.model is not None:
        with translating.speaking(rendering.language(request)):
            note = translating.gettext(ADDED)
        await illustrating.illustrate(
            session, site, place.model, shown, author=acting.member, note=note
        )


def _word(place: Place) -> str:
    return "draft-saved" if place.draft is not None else "illustrated"


def _show(
    request: web.Request,
    here: Visitor,
    place: Place,
    *,
    faults: Mapping[str, str] | None = None,
    problem: str = "",
    typed: Mapping[str, str] | None = None,
) -> web.Response:
    return rendering.page(
        request,
        here,
        "media.html",
        status=422 if faults or problem else 200,
        place=place,
        image=documents.read(place.shown.image),
        others=documents.shown(list(place.shown.attachments)),
        faults=faults or {},
        problem=problem,
        typed=typed or {},
        largest=LARGEST_FILE // 1024 // 1024,
        longest=LONGEST_DESCRIPTION,
        longest_credit=LONGEST_CREDIT,
        most=MOST_ON_A_SHEET,
    )
