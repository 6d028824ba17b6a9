"""The file in the form of a record of practice: one at a time, or none.

A file that has arrived is kept at once, so that whoever has something else to mend need not choose
it again: the form comes back with its number. What nothing shows in the end is thrown away after a
day, as every file (`actors.verbs.picturing`).
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from multidict import MultiDict, MultiDictProxy

from actors.errors import Refusal, Unwise
from actors.rules.pictures import LARGEST_FILE, LONGEST_CREDIT, LONGEST_DESCRIPTION
from actors.site import id_in
from actors.tables.media import Media
from actors.verbs import picturing
from actors.views import media as views
from actors.views.access import Acting
from federation.app_keys import DATABASE, UPLOADS
from federation.files.uploads import Arrived
from federation.pages import forms
from federation.pages import picturing as pages
from federation.pages.forms import Fields
from federation.pages.record_form import Typed
from federation.pages.sessions import Visitor


@dataclass(frozen=True)
class Sent:
    """What was sent: the fields, and perhaps a file that lies on the disk."""

    fields: Fields
    arrived: Arrived


@asynccontextmanager
async def sent(request: web.Request, here: Visitor) -> AsyncIterator[Sent]:
    """Read the form, with its file or without one; afterwards nothing is left on its way.

    Of whoever is signed out only the fields are kept.

    Raises:
        NotAllowed: a browser says that a page of another site sent it.
        Malformed, Unwise, Unavailable: it cannot be read, or its file is too large.
    """
    if request.content_type != "multipart/form-data":
        yield Sent(await forms.fields(request), Arrived({}))
        return
    forms.must_come_from_us(request)
    room = request.app[UPLOADS]
    arrived = await room.form(request, here.organisation, is_needed=False, is_typed=True)
    try:
        given = {name: forms.without_nul(text) for name, text in arrived.fields.items()}
        yield Sent(MultiDictProxy(MultiDict(given)), arrived)
    finally:
        room.forget(arrived)


async def keep(request: web.Request, acting: Acting, given: Sent, typed: Typed) -> Media | None:
    """The file that goes with what was typed: the one that arrived, or one that came before.

    Returns:
        The file; None where there is none, or where something is wrong with it, which is noted in
        `typed.faults`.
    """
    number = id_in(given.fields.get("kept", ""))
    if given.arrived.refused is not None:
        typed.faults.update(given.arrived.refused.fields)
        return None
    if given.arrived.path is None and number is None:
        if typed["description"] or typed["credit"]:
            typed.faults["file"] = forms.MISSING
        return None
    try:
        words = pages.words_of(given.fields)
        if given.arrived.path is not None:
            return await request.app[UPLOADS].keep(acting.organisation, given.arrived, words)
        async with request.app[DATABASE].begin() as session:
            found = await views.one_of(session, acting.organisation, number)
            if not await views.uses(session, [found.id]):
                picturing.say(found, words)
            return found
    except Refusal as refused:
        faults = refused.fields if isinstance(refused, Unwise) else {}
        typed.faults.update(faults or {"file": refused.reason})
        return None


def shown(file: Media | None) -> dict[str, Any]:
    """What the form needs to know of files."""
    return {
        "file": file,
        "largest": LARGEST_FILE // 1024 // 1024,
        "longest": LONGEST_DESCRIPTION,
        "longest_credit": LONGEST_CREDIT,
    }
