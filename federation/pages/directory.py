"""The directory: search in everything that is known here, and fetch what is not.

Anybody may search. A member may also enter the address of a model elsewhere, or somebody's handle:
it is then fetched, remembered, and shown on our own page.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from aiohttp import web

from actors.database import Session
from actors.errors import NotFound, Unwise
from actors.rules import extracts, wishes
from actors.rules.extracts import Extract
from actors.rules.labels import MODEL
from actors.rules.wishes import KINDS, Wish
from actors.site import id_in
from actors.tables.actor import Actor
from actors.tables.model import Model
from actors.tables.remark import Remark
from actors.views import coverage, findings, history, profiles
from actors.views.coverage import Coverage
from actors.views.findings import Found
from federation import searching
from federation.app_keys import DATABASE, LOOKUP
from federation.pages import addresses, elsewhere, forms, rendering, sessions
from federation.pages.sessions import Visitor

PAGE_SIZE: Final = 20
ACTORS_SHOWN: Final = 10
MAX_QUERY: Final = 500  # characters: a long address still fits

_ELSEWHERE: Final = re.compile(r"https?://\S+|@?[\w.-]+@[\w.-]+(:\d+)?")


@dataclass(frozen=True)
class Choice:
    """One way to narrow a search, or to widen it again.

    Attributes:
        facet: its name in addresses.
        value: what is chosen by it.
        count: how many of what was found have it.
        address: the search with it, or without it.
    """

    facet: str
    value: str
    count: int
    address: str


@dataclass(frozen=True)
class Result:
    """A model that was found, and where in it."""

    model: Model
    author: Actor
    extracts: Sequence[Extract]
    practice: Coverage | None


@dataclass(frozen=True)
class Results:
    """One page of what was found."""

    models: Sequence[Result] = ()
    actors: Sequence[Actor] = ()
    found: Found = findings.NOTHING


async def directory(request: web.Request) -> web.Response:
    """GET /directory: models, organisations and commons, by words and facets."""
    here = await sessions.visitor(request)
    asked = _asked(request)
    refusal = await _visit_elsewhere(request, asked, here) if _is_elsewhere(asked) else ""
    return rendering.page(
        request, here, "directory.html", refusal=refusal, **await _looked_up(request, here, asked)
    )


async def found(request: web.Request) -> web.Response:
    """GET /directory/found: what stands below the form of the search, for who is still typing.

    Nothing is fetched from elsewhere for her: half an address is none.
    """
    here = await sessions.visitor(request)
    values = await _looked_up(request, here, _asked(request))
    response = rendering.page(
        request, here, "directory_found.html", refusal="", is_typing=True, **values
    )
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _asked(request: web.Request) -> str:
    return forms.without_nul(request.query.get("q", "")).strip()[:MAX_QUERY]


def _is_elsewhere(asked: str) -> bool:
    return _ELSEWHERE.fullmatch(asked) is not None


async def _looked_up(request: web.Request, here: Visitor, asked: str) -> dict[str, Any]:
    """What was found, as the templates want it."""
    wish = searching.wish_of({**request.query, "q": asked})
    is_elsewhere = _is_elsewhere(asked)
    page = _number(request.query.get("page"))
    faults: Mapping[str, str] = {}
    results, actors, whose, fits = Results(), list[Actor](), None, None
    async with request.app[DATABASE].read() as session:
        try:
            if not is_elsewhere:
                wishes.check(wish)
                results = await _results(session, wish, here, rendering.language(request), page)
        except Unwise as unwise:
            faults = unwise.fields
        else:
            if asked and wish.kind == MODEL and page == 1:
                actors = await profiles.search_actors(session, asked, ACTORS_SHOWN)
        if wish.by and (number := id_in(wish.by)) is not None:
            whose = await profiles.by_id(session, number)
        if here.organisation is not None:
            fits = searching.fitting(await profiles.facts(session, here.organisation))
    is_more = page * PAGE_SIZE < len(results.found.hits)
    return {
        "wish": wish,
        "asked": asked,
        "results": results,
        "facets": _choices(wish, results.found),
        "chosen": _chosen(wish),
        "whose": whose,
        "kinds": [(kind, searching.address(searching.PAGE, wish.but(kind=kind))) for kind in KINDS],
        "actors": actors,
        "is_elsewhere": is_elsewhere,
        "faults": faults,
        "fits": None if fits is None else searching.address(searching.PAGE, fits),
        "feed": None if faults else searching.address(searching.FEED, wish),
        "opml": None if faults else searching.address(searching.LIST_OF_FEEDS, wish),
        "before": searching.address(searching.PAGE, wish, page=page - 1) if page > 1 else None,
        "more": searching.address(searching.PAGE, wish, page=page + 1) if is_more else None,
    }


async def _results(
    session: Session, wish: Wish, here: Visitor, language: str, page: int
) -> Results:
    found = await findings.find(session, wish, here.organisation)
    hits = found.hits[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    if wish.kind != MODEL:
        return Results(actors=await findings.actors(session, hits), found=found)
    wanted = extracts.needles(wish.q)
    listed = await findings.models(session, hits)
    practice = await coverage.by_country_of(session, [one.model for one in listed])
    models = [
        Result(
            one.model,
            one.author,
            extracts.sections(history.sheet(one.head), wanted, (language,)) if wish.q else (),
            practice.get(one.model.id),
        )
        for one in listed
    ]
    return Results(models=models, found=found)


def _choices(wish: Wish, found: Found) -> dict[str, list[Choice]]:
    """By facet, how to narrow a search; what is chosen already is not offered again."""
    return {
        facet: offered
        for facet in wishes.FACETS
        if facet == "territory" or not getattr(wish, facet)
        if (
            offered := [
                Choice(
                    facet,
                    value,
                    number,
                    searching.address(searching.PAGE, wish.but(**{facet: value})),
                )
                for value, number in found.facets.get(facet, ())
            ]
        )
    }


def _chosen(wish: Wish) -> list[Choice]:
    """What is chosen, with the search without it."""
    return [
        Choice(name, value, 0, searching.address(searching.PAGE, wish.but(**{name: ""})))
        for name, value in wish.said.items()
        if name not in ("q", "kind")
    ]


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


def _number(text: str | None) -> int:
    """The page of a list, from 1 to the last one that can be."""
    if text is None:
        return 1
    number = id_in(text)
    if number is None or not 1 <= number <= findings.MOST // PAGE_SIZE:
        raise NotFound("There is no such page.")
    return number
