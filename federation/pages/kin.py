"""Kin: where a model comes from and what was made of it, on whatever site it lives.

Nothing is asked of anybody while a reader waits: the page says when the lineage was last walked,
and a member can have it walked again. Beside it stand what others who adapted the same source made
of each section, and what is kept here of sources that may be gone.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from aiohttp import web

from actors.errors import NotFound
from actors.rules import permissions
from actors.rules.modifications import Modification
from actors.rules.sections import Section
from actors.site import id_in
from actors.tables.model import Model
from actors.verbs import recalling, tracing
from actors.views import history, keeping, kin, siblings
from actors.views.siblings import Sibling, Siblings, Variation
from federation import archives, looking
from federation.app_keys import DATABASE, SITE
from federation.pages import (
    addresses,
    drawing,
    forms,
    illustrated,
    models,
    proofs,
    reading,
    rendering,
    saying,
    sessions,
)
from federation.pages.comparing import Passage, passages
from federation.pages.forms import Form

_NOTHING: Final = Siblings()


async def lineage(request: web.Request) -> web.Response:
    """GET /m/{slug}/lineage: the whole family, as a drawing and as a table."""
    here = await sessions.visitor(request)
    async with request.app[DATABASE].read() as session:
        found = await models.find(session, request.match_info["slug"])
        family = await kin.kinship(session, found)
        is_walking = await tracing.is_walking(session, found)
        free_at = await tracing.free_at(session, request.app[SITE], found)
    if here.acting is not None:
        is_walking = await looking.look_at_kin(request.app, found)
    return rendering.page(
        request,
        here,
        "lineage.html",
        model=found,
        family=family,
        drawing=drawing.drawn(family.relatives),
        by_iri={one.iri: one for one in family.relatives},
        is_walking=is_walking,
        free_at=free_at,
    )


async def walk(request: web.Request) -> web.Response:
    """POST /m/{slug}/lineage: have it walked again."""
    here, acting = await sessions.acting(request)
    await forms.read(request, here, Form)
    permissions.must_publish(acting.office)
    async with request.app[DATABASE].begin() as session:
        found = await models.find(session, request.match_info["slug"])
        is_new = await tracing.ask(session, request.app[SITE], found)
    word = "lineage-asked" if is_new else "lineage-fresh"
    raise web.HTTPSeeOther(saying.address(f"{addresses.page_of(found)}/lineage", word))


@dataclass(frozen=True)
class Varied:
    """What one sibling made of one section, for one reader."""

    by: Sibling
    texts: tuple[Passage, ...]
    is_added: bool
    is_removed: bool
    reasons: tuple[Modification, ...]


@dataclass(frozen=True)
class VariedSection:
    """One section, and what siblings made of it."""

    key: str
    name: str
    variations: tuple[Varied, ...]


async def family(request: web.Request) -> web.Response:
    """GET /m/{slug}/siblings: what others who adapted the same source changed, and why."""
    here = await sessions.visitor(request)
    async with request.app[DATABASE].read() as session:
        found = await models.find(session, request.match_info["slug"])
        others = await siblings.of(session, found)
        head = await history.head(session, found)
    language = rendering.language(request)
    sheet = history.sheet(head)
    names = {one.key: dict(one.names) for one in sheet.sections}
    sections = [
        VariedSection(
            key, reading.best(_names(names, key, varied), language, sheet.language)[0], each
        )
        for key, varied in others.by_section.items()
        if (each := tuple(varied_by(one, language) for one in varied))
    ]
    order = list(names)
    sections.sort(key=lambda one: order.index(one.key) if one.key in order else len(order))
    return await asyncio.to_thread(
        rendering.page,
        request,
        here,
        "siblings.html",
        model=found,
        others=others,
        sections=sections,
        added=[varied_by(one, language) for one in others.added],
        is_mine=here.organisation is not None and here.organisation.id == found.actor_id,
    )


def varied_by(one: Variation, language: str) -> Varied:
    """What a sibling made of a section, with its words marked, for a reader of this language."""
    return Varied(
        by=one.by,
        texts=passages(one.before, one.now, language) if one.now is not None else (),
        is_added=one.before is None,
        is_removed=one.now is None,
        reasons=one.reasons,
    )


def _names(
    own: Mapping[str, dict[str, str]], key: str, varied: Sequence[Variation]
) -> dict[str, str]:
    theirs: Section | None = next((one.before or one.now for one in varied), None)
    return own.get(key) or (dict(theirs.names) if theirs is not None else {})


async def kept(request: web.Request) -> web.Response:
    """GET /m/{slug}/kept: the versions of its sources that are here, and what they prove."""
    here = await sessions.visitor(request)
    async with request.app[DATABASE].read() as session:
        found = await models.find(session, request.match_info["slug"])
        sources = await keeping.sources(session, found)
        keys = {
            one.iri: await recalling.keys_of(session, one.author)
            for one in sources
            if one.author is not None
        }
    now = request.app[SITE].now()
    standings = await asyncio.to_thread(
        lambda: {
            number: standing
            for one in sources
            for number, standing in archives.standings(
                one.versions, keys.get(one.iri, {}), now
            ).items()
        }
    )
    titles = {
        revision.id: reading.best(dict(sheet.names), rendering.language(request), sheet.language)[0]
        for one in sources
        for revision, _ in one.versions
        for sheet in (history.sheet(revision),)
    }
    return rendering.page(
        request,
        here,
        "kept.html",
        model=found,
        sources=sources,
        standings=standings,
        titles=titles,
    )


async def kept_version(request: web.Request) -> web.Response:
    """GET /m/{slug}/kept/{id}: one of them, to be read.

    Raises:
        NotFound: no such version is kept for this model.
    """
    here = await sessions.visitor(request)
    number = id_in(request.match_info["id"])
    async with request.app[DATABASE].read() as session:
        found: Model = await models.find(session, request.match_info["slug"])
        at = None if number is None else await keeping.version(session, found, number)
        if at is None or at[0].model is None or at[0].author is None:
            raise NotFound("We do not know this version.")
        source, revision, _ = at
        proof = await proofs.for_any(
            session, request.app[SITE], at[0].model, at[0].author, revision
        )
        sheet = history.sheet(revision)
        kept_files = await illustrated.copies_of(session, request.app[SITE].origin, sheet)
    return await asyncio.to_thread(
        rendering.page,
        request,
        here,
        "kept_version.html",
        model=found,
        source=source,
        author=source.author,
        revision=revision,
        sheet=sheet,
        kept_files=kept_files,
        text=reading.read(sheet, (request.query.get("text"), rendering.language(request))),
        proof=proof,
    )
