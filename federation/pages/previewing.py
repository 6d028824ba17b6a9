"""Previewing: how a text will look, while it is written.

A button stands below each text that may be set out (`parts.preview_button`). The script of the
pages (`previewing.js`) asks here whenever somebody stops typing, and shows the answer below.
Without it the same button opens a page in a new tab, so that nothing that was typed is lost. Either
way it is the server that draws, as it draws the published page, and nothing is kept or sent.

A request names what it wants to see in `show`: a kind, then fields of the same form. `written` is
a section or a message (Markdown as a sheet has it), `said` a remark (where names and hashtags
become links).
"""

import asyncio
from dataclasses import dataclass
from typing import Final

from aiohttp import web

from actors.errors import NotAllowed, Refusal, Unwise
from actors.rules.languages import canonical_tag
from actors.rules.sections import MAX_TEXT
from actors.verbs import phrasing
from actors.verbs.remarking import LONGEST_REMARK
from federation.app_keys import DATABASE, SITE
from federation.pages import forms, keeping, rendering, sessions, words
from federation.pages.forms import Fields

ADDRESS: Final = "/preview"
WRITTEN: Final = "written"
SAID: Final = "said"

MOST_FIELDS: Final = 12
"""Texts of one request: a section in every language that a form shows, twice over."""


@dataclass(frozen=True)
class Shown:
    """One text as it will look.

    Attributes:
        name: of its field.
        language: its tag, where the field or the form says so; else empty.
        html: clean.
    """

    name: str
    language: str
    html: str


async def preview(request: web.Request) -> web.Response:
    """POST /preview: draw some texts of a form."""
    here = await sessions.visitor(request)
    given = await forms.fields(request)
    if here.acting is None or not forms.token_fits(here, given):
        if keeping.is_script(request):
            return keeping.signed_out(request, here)
        raise NotAllowed(forms.SIGNED_OUT if here.acting is None else forms.OTHER_SESSION)
    try:
        shown = await _shown(request, given)
    except Refusal as refused:
        if keeping.is_script(request):
            return keeping.refused(request, refused)
        raise
    if keeping.is_script(request):
        return keeping.answer(request, 200, "", shown={one.name: one.html for one in shown})
    return rendering.page(request, here, "preview.html", shown=shown)


async def _shown(request: web.Request, given: Fields) -> list[Shown]:
    """What `show` asks for.

    Raises:
        Unwise: it names nothing of the form, too much, or a text that could not be published.
    """
    kind, _, listed = given.get("show", "").partition(" ")
    names = listed.split()
    if kind not in (WRITTEN, SAID) or not 0 < len(names) <= MOST_FIELDS:
        raise Unwise(forms.UNREADABLE)
    texts = {name: given[name].replace("\r\n", "\n") for name in names if name in given}
    longest = LONGEST_REMARK if kind == SAID else MAX_TEXT
    if any(len(text) > longest for text in texts.values()):
        raise Unwise(forms.TOO_LONG)
    drawn = await (_said(request, texts) if kind == SAID else asyncio.to_thread(_written, texts))
    return [Shown(name, _language(name, given), html) for name, html in drawn.items()]


def _written(texts: dict[str, str]) -> dict[str, str]:
    return {name: str(rendering.markdown(text, passing=True)) for name, text in texts.items()}


async def _said(request: web.Request, texts: dict[str, str]) -> dict[str, str]:
    async with request.app[DATABASE].read() as session:
        return {
            name: (await phrasing.phrase(session, request.app[SITE], text)).content
            for name, text in texts.items()
        }


def _language(name: str, given: Fields) -> str:
    """`text.costs.fr` is in French; `text` in what the form calls its language."""
    last = name.rpartition(".")[2]
    tag = last if last in words.WRITING_LANGUAGES else given.get("language", "")
    tag = canonical_tag(tag)
    return tag if tag in words.WRITING_LANGUAGES else ""
