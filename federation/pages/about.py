"""About: who runs this instance and on what terms, as its network says it; and how it all works.

What nobody has written is said by the program (`usual`), or is not there.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from aiohttp import web

from actors.errors import NotFound
from actors.rules import permissions
from actors.rules.network_pages import Kind, best
from actors.views import network_pages
from actors.views.network_pages import Version
from federation.app_keys import DATABASE, PRIVACY, SITE
from federation.pages import rendering, sessions
from federation.pages.sessions import Visitor
from federation.pages.translating import N_

PAGE: Final = "/about"
HOW: Final = "/how-it-works"

TITLES: Final[Mapping[Kind, str]] = {
    Kind.ABOUT: N_("Who we are"),
    Kind.CONTACT: N_("How to reach us"),
    Kind.RULES: N_("House rules"),
    Kind.PRIVACY: N_("What becomes of your data"),
    Kind.CONDUCT: N_("How we treat each other"),
    Kind.TERMS: N_("Terms of use"),
}

ALONE: Final = (Kind.PRIVACY, Kind.CONDUCT, Kind.TERMS)
"""Pages with an address of their own; the others stand on `PAGE`."""


@dataclass(frozen=True)
class Told:
    """A page in the language of one reader.

    Attributes:
        text: Markdown; empty where nothing is said.
        language: of the text.
        made_at: since when; None for the program's own words.
    """

    text: str
    language: str
    made_at: datetime | None


async def about(request: web.Request) -> web.Response:
    """GET /about: who we are, how to reach us, the house rules, and what else there is to read."""
    here = await sessions.visitor(request)
    async with request.app[DATABASE].read() as session:
        pages = await network_pages.all_now(session)
    spoken = (rendering.language(request), request.app[SITE].locale)
    return rendering.page(
        request,
        here,
        "about.html",
        titles=TITLES,
        told={kind: _told(page, *spoken) for kind, page in pages.items()},
        email=pages[Kind.CONTACT].said.email,
        rules=[
            (one.number, best(one.texts, *spoken), best(one.hints, *spoken))
            for one in pages[Kind.RULES].said.rules
        ],
        alone=[kind for kind in ALONE if kind == Kind.PRIVACY or pages[kind].said.texts],
        may_edit=may_edit(here),
    )


async def text_page(request: web.Request) -> web.Response:
    """GET /about/{kind}: what becomes of data, how we treat each other, terms of use.

    Raises:
        NotFound: there is no such page, or this network has not written it.
    """
    here = await sessions.visitor(request)
    kind = kind_of(request)
    async with request.app[DATABASE].read() as session:
        page = await network_pages.now(session, kind)
    spoken = rendering.language(request)
    told = _told(page, spoken, request.app[SITE].locale)
    if not told.text and kind == Kind.PRIVACY:
        told = Told(request.app[PRIVACY](spoken), spoken, None)
    if kind not in ALONE or not told.text:
        raise NotFound("This network has not written such a page.")
    return rendering.page(
        request,
        here,
        "about_text.html",
        kind=kind,
        title=TITLES[kind],
        told=told,
        may_edit=may_edit(here),
    )


async def how_it_works(request: web.Request) -> web.Response:
    """GET /how-it-works: what one can do here, and what the words mean."""
    return rendering.page(request, await sessions.visitor(request), "how_it_works.html")


def kind_of(request: web.Request) -> Kind:
    """Which page an address names.

    Raises:
        NotFound: none that there is.
    """
    name = request.match_info["kind"]
    if name not in {str(kind) for kind in Kind}:
        raise NotFound("This network has not written such a page.")
    return Kind(name)


def may_edit(here: Visitor) -> bool:
    """Whether this reader may change these pages."""
    acting = here.acting
    return acting is not None and permissions.may_administer(
        acting.office, is_network=acting.is_network
    )


def _told(page: Version, *languages: str) -> Told:
    text, language = best(page.said.texts, *languages)
    return Told(text, language, page.made_at)
