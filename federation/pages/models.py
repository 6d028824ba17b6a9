"""A model's pages: what it says now, what it said before, and what changed.

Everything is readable without account. `slug` in an address is the name of a model of ours, or the
number of a copy of somebody else's. Long texts take a while to become HTML: such pages are drawn in
a thread.
"""

import asyncio
from typing import Final

from aiohttp import web

from actors import places
from actors.database import Session
from actors.errors import Gone, NotFound
from actors.site import id_in
from actors.tables.model import Model
from actors.tables.revision import Revision
from actors.views import (
    commons,
    coverage,
    crawling,
    history,
    lineage,
    origins,
    pins,
    profiles,
    proposals,
    reception,
    siblings,
    timelines,
    translations,
)
from actors.views.timelines import Item
from federation import looking
from federation.app_keys import DATABASE, SITE
from federation.pages import (
    forms,
    illustrated,
    mapping,
    pausing,
    proofs,
    reading,
    rendering,
    sessions,
    sharing,
)
from federation.pages.sessions import Visitor

FORKS_SHOWN: Final = 12
"""Adaptations on the page of a model: what is looked through at a glance, the newest first."""


async def find(session: Session, slug: str) -> Model:
    """The model that an address of ours names.

    Raises:
        NotFound: there is none.
        Gone: it was deleted.
    """
    model = await history.model_by_slug(session, forms.without_nul(slug))
    if model is None and (number := id_in(slug)) is not None:
        model = await history.model_by_id(session, number)
    if model is None:
        raise NotFound("There is no such model here.")
    if model.deleted_at is not None:
        raise Gone("This model was deleted by its organisation.")
    return model


async def model(request: web.Request) -> web.Response:
    """GET /m/{slug}: a model as it is now."""
    here = await sessions.visitor(request)
    async with request.app[DATABASE].read() as session:
        found = await find(session, request.match_info["slug"])
        author, withheld = await crawling.author_of(session, found)
        head = await history.head(session, found)
        upstream = await lineage.upstream(session, found)
        tie = await lineage.of(session, found)
        core_state = await lineage.core_state(session, found)
        forks = await lineage.forks(session, found, limit=FORKS_SHOWN)
        fork_count = await lineage.count_forks(session, found) if forks else 0
        practice = await coverage.by_country(session, found)
        pinned = await pins.is_pinned(session, author, found.iri)
        item = await timelines.status(session, found.id, here.organisation)
        replies: list[Item] = []
        if item is not None:
            _, replies = await timelines.thread(session, item, here.organisation)
        shown = [found, *(one.subject for one in replies)]
        receptions = await reception.receptions(session, here.organisation, shown)
        group = await profiles.by_iri(session, found.commons_iri or "")
        is_mine = _is_mine(here, found)
        may_place = here.organisation if is_mine else None
        known = await commons.choices(session, may_place) if may_place else []
        proof = await proofs.of(session, request.app[SITE], found, author, head)
        kin_count = await siblings.count(session, found)
        source_author = upstream.source_author if upstream else None
        source_origin = await origins.of(session, source_author) if source_author else None
        giving = await proposals.giving(session, found, here.organisation, upstream)
        sheet = history.sheet(head)
        text = reading.read(sheet, wanted(request))
        behind = await translations.behind(session, found, sheet, text.language, upstream)
        begun = await pausing.begun(session, here, f"/remarks/{found.id}")
        kept_files = await illustrated.copies_of(session, request.app[SITE].origin, sheet)
    if here.acting is not None:
        await looking.look(request.app, found)
        if tie is not None and is_mine:
            await looking.look_at_kin(request.app, found)
    return await asyncio.to_thread(
        rendering.page,
        request,
        here,
        "model.html",
        group=group,
        commons_known=known,
        model=found,
        author=author,
        head=head,
        sheet=sheet,
        kept_files=kept_files,
        text=text,
        behind=behind,
        upstream=upstream,
        upstream_changes=[] if upstream is None else reading.source_changes(upstream),
        tie=tie,
        core_state=core_state,
        modifications=history.modifications(head),
        forks=forks,
        practice=practice,
        practice_map=mapping.drawn(practice),
        fork_count=fork_count,
        replies=replies,
        begun=begun,
        receptions=receptions,
        is_mine=is_mine,
        pinned=pinned,
        section_names=reading.titles(sheet, rendering.language(request)),
        proof=proof,
        source_origin=source_origin,
        kin_count=kin_count,
        giving=giving,
        withheld=withheld,
        as_data=sharing.model_as_data(
            found,
            author,
            text,
            number=head.number,
            source=None if tie is None else tie.upstream_iri,
            picture=illustrated.picture_of(sheet, kept_files),
        ),
    )


async def numbered(session: Session, found: Model, text: str) -> Revision:
    """The version of a model that an address names by its number.

    Raises:
        NotFound: there is none, or we do not know it.
    """
    number = places.version_in(text)
    revision = None if number is None else await history.revision_by_number(session, found, number)
    if revision is None:
        raise NotFound("We do not know this version.")
    return revision


def wanted(request: web.Request) -> tuple[str | None, ...]:
    """The languages in which a reader wants a text, the dearest first."""
    return (request.query.get("text"), rendering.language(request))


def _is_mine(here: Visitor, found: Model) -> bool:
    return here.organisation is not None and here.organisation.id == found.actor_id
