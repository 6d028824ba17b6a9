"""Conversations: what is said between our organisation and a few others, and to nobody else.

Who is written to may be on Mastodon, here, or on another site like this one: a message goes to
their site, and whoever runs a site can read what lies there; the page says so.
"""

from collections.abc import Mapping
from typing import Final

from aiohttp import web

from activitypub.addressing import Visibility
from actors.rules import permissions
from actors.rules.languages import canonical_tag, is_tag
from actors.site import id_in
from actors.tables.actor import Actor
from actors.verbs import remarking, shelving
from actors.verbs.remarking import LONGEST_REMARK
from actors.views import shelves
from actors.views.access import Acting
from actors.views.paging import Page
from federation import addressees
from federation.app_keys import DATABASE, LOOKUP, SITE
from federation.pages import (
    elsewhere,
    forms,
    organisations,
    pausing,
    rendering,
    saying,
    sessions,
)
from federation.pages.forms import Fields
from federation.pages.sessions import Visitor

PAGE: Final = pausing.CONVERSATIONS

PAGE_SIZE: Final = 20
"""Conversations on one page: each shows how its last message begins."""

LONGEST_HANDLE: Final = 300


async def listing(request: web.Request) -> web.Response:
    """GET /conversations: the one in which something was said last first."""
    here, acting = await sessions.acting(request)
    typed = {"handle": request.query.get("with", "")[:LONGEST_HANDLE]}
    return await _show(request, here, acting, typed=typed)


async def act(request: web.Request) -> web.Response:
    """POST /conversations: write to somebody, or mark one as read, or put it away."""
    here, acting = await sessions.acting(request)
    given = await forms.fields(request)
    forms.require_token(here, given)
    permissions.must_publish(acting.office)
    if given.get("do") in ("read", "away"):
        return await _mark(request, acting, given)
    typed = {name: given.get(name, "") for name in ("handle", "text", "language")}
    faults = dict(_faults(typed))
    if faults:
        return await _show(request, here, acting, typed=typed, faults=faults)
    try:
        them = await organisations.somebody(request, typed["handle"].strip())
    except elsewhere.FORESEEN as refused:
        faults = {"handle": elsewhere.plainly(refused)}
        return await _show(request, here, acting, typed=typed, faults=faults)
    try:
        said = await _say(request, acting, them, typed)
    except elsewhere.FORESEEN as refused:
        faults = {"text": elsewhere.plainly(refused)}
        return await _show(request, here, acting, typed=typed, faults=faults)
    raise web.HTTPSeeOther(saying.address(f"/remarks/{said}", "written-alone"))


async def _say(request: web.Request, acting: Acting, them: Actor, typed: Mapping[str, str]) -> int:
    """Write to somebody alone; the number of what was said."""
    text = f"@{them.address} {typed['text'].strip()}"
    chosen = canonical_tag(typed["language"])
    await addressees.make_known(request.app[LOOKUP], text)
    async with request.app[DATABASE].begin() as session:
        said = await remarking.remark(
            session,
            request.app[SITE],
            acting.organisation,
            text=text,
            visible=Visibility.DIRECT,
            language=chosen if is_tag(chosen) else rendering.language(request),
        )
        await pausing.done(session, acting, PAGE)
        return said.id


async def _mark(request: web.Request, acting: Acting, given: Fields) -> web.Response:
    """One of them is read, or off the list until something more is said."""
    root, puts_away = id_in(given.get("conversation", "")) or 0, given.get("do") == "away"
    async with request.app[DATABASE].begin() as session:
        found = await shelves.conversation(session, acting.organisation, root)
        if found is not None:
            await shelving.mark_conversation(
                session,
                request.app[SITE],
                acting.organisation,
                found.id,
                found.last.id,
                puts_away=puts_away,
            )
    raise web.HTTPSeeOther(PAGE)


def _faults(typed: Mapping[str, str]) -> list[tuple[str, str]]:
    longest = {"handle": LONGEST_HANDLE, "text": LONGEST_REMARK}
    return [
        (name, forms.TOO_LONG if typed[name].strip() else forms.MISSING)
        for name, most in longest.items()
        if not typed[name].strip() or len(typed[name]) > most
    ]


async def _show(
    request: web.Request,
    here: Visitor,
    acting: Acting,
    *,
    typed: Mapping[str, str],
    faults: Mapping[str, str] | None = None,
) -> web.Response:
    max_id = id_in(request.query.get("max_id", ""))
    async with request.app[DATABASE].read() as session:
        found = await shelves.conversations(
            session, acting.organisation, Page(max_id=max_id, limit=PAGE_SIZE)
        )
        begun = await pausing.begun(session, here, PAGE)
    is_full = len(found) == PAGE_SIZE
    return rendering.page(
        request,
        here,
        "conversations.html",
        status=422 if faults else 200,
        found=found,
        older=f"{PAGE}?max_id={found[-1].last.id}" if is_full else None,
        may_write=permissions.may_publish(acting.office),
        begun=begun,
        typed={**(begun.fields if begun else {}), **{k: v for k, v in typed.items() if v}},
        faults=faults or {},
        longest=LONGEST_REMARK,
    )
