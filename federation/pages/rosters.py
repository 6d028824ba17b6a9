"""Rosters: a network imports a list of its members, looks through it, and invites each.

What was sent is shown line by line before anything is written; the page that shows it carries the
list, so that there is nothing to forget where nobody confirms.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from aiohttp import web
from aiohttp.web_request import FileField
from multidict import MultiDict, MultiDictProxy

from actors.errors import Refusal, Unwise
from actors.rules import permissions, rosters
from actors.rules.rosters import Table
from actors.site import id_in
from actors.tables.invitation import Entry
from actors.verbs import linking, rostering
from actors.views import members
from actors.views.access import Acting
from federation.app_keys import DATABASE, SETTINGS, SITE
from federation.pages import forms, newcomers, rendering, saying, sessions
from federation.pages.forms import UNREADABLE, Fields
from federation.pages.sessions import Visitor
from federation.pages.translating import N_

NO_LIST: Final = N_("Please choose a file, or paste the list.")
IMPORT: Final = "/members/import"
LIST: Final = "/members/lists/{id}"

ROWS_SHOWN: Final = 200
"""Lines of a preview; problems are shown for all lines."""


async def import_page(request: web.Request) -> web.Response:
    """GET /members/import: send a list; and the lists that were imported."""
    here, _ = await _steward(request)
    return await _start(request, here, {})


async def import_list(request: web.Request) -> web.Response:
    """POST /members/import: look at a list first, then keep it."""
    here, acting = await _steward(request)
    given, data, name = await _sent(request)
    forms.require_token(here, given)
    try:
        text = rosters.text_of(data) if data else given.get("list", "")
        if not text.strip():
            raise Unwise(NO_LIST, fields={"file": NO_LIST})
        async with request.app[DATABASE].read() as session:
            taken = await rostering.taken(session)
            waiting = await rostering.known_addresses(session)
        table = rosters.read(
            text, locale=request.app[SETTINGS].instance.locale, taken=taken, asked=waiting
        )
        if given.get("do") == "keep":
            return await _keep(request, acting, table, given.get("name", ""))
    except Refusal as refused:
        fields = refused.fields if isinstance(refused, Unwise) else {}
        return await _start(request, here, dict(fields) or {"file": refused.reason})
    return rendering.page(
        request,
        here,
        "roster_preview.html",
        table=table,
        shown=table.rows[:ROWS_SHOWN],
        faulty=[row for row in table.rows if not row.fits],
        text=text,
        name=name,
    )


async def _keep(request: web.Request, acting: Acting, table: Table, name: str) -> web.Response:
    async with request.app[DATABASE].begin() as session:
        kept = await rostering.take_in(
            session, request.app[SITE], table.rows, name=name, by=acting.member
        )
    raise web.HTTPSeeOther(saying.address(LIST.format(id=kept.id), "list-kept"))


async def list_page(request: web.Request) -> web.Response:
    """GET /members/lists/{id}: who was imported, and how far each has come."""
    here, _ = await _steward(request)
    return await _show(request, here, {})


async def act(request: web.Request) -> web.Response:
    """POST /members/lists/{id}: invite all, invite one again, remove one, take the list back."""
    here, _ = await _steward(request)
    given = await forms.fields(request)
    forms.require_token(here, given)
    number = id_in(request.match_info["id"]) or 0
    address = LIST.format(id=number)
    try:
        said = await _done(request, number, given)
    except Refusal as refused:
        return await _show(request, here, {"list": refused.reason})
    back = IMPORT if said == "list-undone" else address
    raise web.HTTPSeeOther(saying.address(back, said))


async def _done(request: web.Request, number: int, given: Fields) -> str:
    """Do what the form says; the word for what was done."""
    site, do, entry = request.app[SITE], given.get("do"), id_in(given.get("entry", "")) or 0
    by_letter = newcomers.writes_letters(request)
    async with request.app[DATABASE].begin() as session:
        if do == "undo":
            await rostering.undo(session, number)
            return "list-undone"
        if do == "remove":
            await rostering.remove(session, entry)
            return "entry-removed"
        if do == "again":
            await rostering.send_again(session, site, entry, by_letter=by_letter)
        else:
            await rostering.send(session, site, number, by_letter=by_letter)
        return "list-invited" if by_letter else "list-linked"


async def _steward(request: web.Request) -> tuple[Visitor, Acting]:
    here, acting = await sessions.acting(request)
    permissions.must_administer(acting.office, is_network=acting.is_network)
    return here, acting


async def _sent(request: web.Request) -> tuple[Fields, bytes, str]:
    """The fields of the form, the bytes of its file, and what that is called.

    Raises:
        NotAllowed: a page of another site sent it. Unwise: it is no such form.
    """
    if request.content_type != "multipart/form-data":
        fields = await forms.fields(request)
        return fields, b"", fields.get("name", "")
    forms.must_come_from_us(request)
    try:
        posted = await request.post()
    except (ValueError, AssertionError, LookupError) as broken:
        raise Unwise(UNREADABLE) from broken
    read: MultiDict[str] = MultiDict()
    data, name = b"", ""
    for key, value in posted.items():
        if isinstance(value, FileField):
            data, name = value.file.read(), value.filename
        elif isinstance(value, str):
            read.add(key, forms.without_nul(value))
    return MultiDictProxy(read), data, forms.without_nul(name)


async def _start(request: web.Request, here: Visitor, faults: Mapping[str, str]) -> web.Response:
    async with request.app[DATABASE].read() as session:
        lists = await members.rosters(session, request.app[SITE])
    return rendering.page(
        request,
        here,
        "roster_import.html",
        status=422 if faults else 200,
        lists=lists,
        faults=faults,
        most=rosters.MOST_ROWS,
    )


async def _show(request: web.Request, here: Visitor, faults: Mapping[str, str]) -> web.Response:
    number, after = id_in(request.match_info["id"]) or 0, id_in(request.query.get("after", "")) or 0
    async with request.app[DATABASE].read() as session:
        standing = await members.standing(session, request.app[SITE], number)
        roster = standing.roster
        found = await members.entries(session, roster, after)
        shown = found[: members.ENTRIES_SHOWN]
        organisations = await members.organisations_of(session, shown)
        letters = await members.letters(session, [one.id for one in shown])
        links = _links(request, shown, [linking.shown_again(session, one) for one in shown])
    return rendering.page(
        request,
        here,
        "roster.html",
        status=422 if faults else 200,
        roster=roster,
        standing=standing,
        entries=shown,
        more=shown[-1].id if len(found) > len(shown) else None,
        organisations=organisations,
        letters=letters,
        links=links,
        now=request.app[SITE].now(),
        writes_letters=newcomers.writes_letters(request),
        faults=faults,
    )


def _links(
    request: web.Request, shown: Sequence[Entry], secrets: Sequence[str | None]
) -> dict[int, str]:
    origin, now = request.app[SITE].origin, request.app[SITE].now()
    return {
        one.id: f"{origin}/claim/{secret}"
        for one, secret in zip(shown, secrets, strict=True)
        if secret is not None and one.expires_at is not None and one.expires_at > now
    }
