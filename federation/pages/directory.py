"""The directory: search in everything that is known here, and fetch what is not.

Anybody may search. A member may also enter the address of a model elsewhere, or somebody's handle:
it is then fetched, remembered, and shown on our own page.
"""

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from aiohttp import web

from actors.errors import NotFound
from actors.site import id_in
from actors.tables.actor import Actor
from actors.tables.model import Model
from actors.tables.remark import Remark
from actors.views import catalogue, history, profiles
from actors.views.paging import Page
from federation.app_keys import DATABASE, LOOKUP
from federation.pages import addresses, elsewhere, forms, rendering, sessions
from federation.pages.sessions import Visitor

PAGE_SIZE: Final = 20
ACTORS_SHOWN: Final = 10
MAX_QUERY: Final = 500  # characters: a long address still fits

_ELSEWHERE: Final = re.compile(r"https?://\S+|@?[\w.-]+@[\w.-]+(:\d+)?")


@dataclass(frozen=True)
class Wish:
    """What somebody looks for; empty words mean anything."""

    q: str = ""
    language: str = ""
    territory: str = ""
    family: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether nothing in particular is looked for."""
        return not (self.q or self.language or self.territory or self.family)

    def address(self, max_id: int) -> str:
        """The next page of the same search."""
        wanted = {name: value for name, value in vars(self).items() if value}
        return "/directory?" + urlencode({**wanted, "max_id": max_id})


async def directory(request: web.Request) -> web.Response:
    """GET /directory: models by words and facets, organisations by name."""
    here = await sessions.visitor(request)
    wish = Wish(
        **{
            name: forms.without_nul(request.query.get(name, "")).strip()[:MAX_QUERY]
            for name in ("q", "language", "territory", "family")
        }
    )
    is_elsewhere = _ELSEWHERE.fullmatch(wish.q) is not None
    refusal = await _visit_elsewhere(request, wish.q, here) if is_elsewhere else ""
    page = Page(max_id=_number(request.query.get("max_id")), limit=PAGE_SIZE)
    async with request.app[DATABASE].read() as session:
        entries = await catalogue.search(
            session,
            q=wish.q,
            language=wish.language or None,
            territory=wish.territory or None,
            family=wish.family or None,
            page=page,
        )
        families = await catalogue.families(session)
        actors = (
            await profiles.search_actors(session, wish.q, ACTORS_SHOWN)
            if wish.q and page.max_id is None
            else []
        )
    return rendering.page(
        request,
        here,
        "directory.html",
        wish=wish,
        entries=entries,
        actors=actors,
        families=families,
        is_elsewhere=is_elsewhere,
        refusal=refusal,
        more=wish.address(entries[-1].model.id) if len(entries) == PAGE_SIZE else None,
    )


async def organisations(request: web.Request) -> web.Response:
    """GET /organisations: who is here."""
    here = await sessions.visitor(request)
    async with request.app[DATABASE].read() as session:
        ours = await profiles.organisations(session)
        followed = [] if here.network is None else await profiles.our_follows(session, here.network)
    return rendering.page(
        request,
        here,
        "organisations.html",
        ours=ours,
        followed=[actor for follow, actor in followed if follow.state == "accepted"],
    )


async def _visit_elsewhere(request: web.Request, text: str, here: Visitor) -> str:
    """Send a member to our page of something elsewhere; otherwise say why not.

    What is remembered already is shown to everybody; only members make us ask the network.
    """
    async with request.app[DATABASE].read() as session:
        known: Model | Actor | None = await history.model_by_iri(session, text)
        known = known or await profiles.by_iri(session, text)
    if known is not None:
        raise web.HTTPSeeOther(_page_of(known))
    if here.visit is None:
        return ""
    try:
        found = await request.app[LOOKUP].resolve(text)
    except elsewhere.FORESEEN as refused:
        return elsewhere.plainly(refused)
    raise web.HTTPSeeOther(_page_of(found))


def _page_of(found: Model | Actor | Remark) -> str:
    if isinstance(found, Model):
        return addresses.page_of(found)
    if isinstance(found, Actor):
        return addresses.page_of_actor(found)
    return f"/remarks/{found.id}"


def _number(text: str | None) -> int | None:
    if text is None:
        return None
    number = id_in(text)
    if number is None:
        raise NotFound("There is no such page.")
    return number
