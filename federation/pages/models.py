"""A model's pages: what it says now, what it said before, and what changed.

Everything is readable without account. `slug` in an address is the name of a model of ours, or the
number of a copy of somebody else's. Long texts take a while to become HTML: such pages are drawn in
a thread.
"""

import asyncio
from dataclasses import dataclass
from typing import Final

from aiohttp import web

from actors import places
from actors.database import Session
from actors.errors import Gone, NotFound
from actors.rules import comparing
from actors.rules.comparing import Mark, SectionChange
from actors.rules.sections import Section, Sheet
from actors.site import id_in
from actors.tables.model import Model
from actors.tables.revision import Revision
from actors.views import commons, history, lineage, origins, pins, profiles, reception, timelines
from actors.views.timelines import Item
from federation import looking
from federation.app_keys import DATABASE, SITE
from federation.pages import forms, proofs, reading, rendering, sessions
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
        author = await history.author(session, found)
        head = await history.head(session, found)
        upstream = await lineage.upstream(session, found)
        tie = await lineage.of(session, found)
        relation = await lineage.relation(session, found)
        forks = await lineage.forks(session, found, limit=FORKS_SHOWN)
        fork_count = await lineage.fork_count(session, found) if forks else 0
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
        source_author = upstream.source_author if upstream else None
        source_origin = await origins.of(session, source_author) if source_author else None
    sheet = history.sheet(head)
    if here.acting is not None:
        await looking.look(request.app, found)
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
        text=reading.read(sheet, _wanted(request)),
        upstream=upstream,
        upstream_changes=[] if upstream is None else reading.source_changes(upstream),
        tie=tie,
        relation=relation,
        modifications=history.modifications(head),
        forks=forks,
        fork_count=fork_count,
        replies=replies,
        receptions=receptions,
        is_mine=is_mine,
        pinned=pinned,
        section_names=_names(sheet, rendering.language(request)),
        proof=proof,
        source_origin=source_origin,
    )


async def version(request: web.Request) -> web.Response:
    """GET /m/{slug}/versions/{number}: what a model said then."""
    here = await sessions.visitor(request)
    async with request.app[DATABASE].read() as session:
        found = await find(session, request.match_info["slug"])
        author = await history.author(session, found)
        revision = await _numbered(session, found, request.match_info["number"])
        proof = await proofs.of(session, request.app[SITE], found, author, revision)
    sheet = history.sheet(revision)
    return await asyncio.to_thread(
        rendering.page,
        request,
        here,
        "version.html",
        model=found,
        author=author,
        revision=revision,
        sheet=sheet,
        text=reading.read(sheet, _wanted(request)),
        is_head=revision.id == found.head_id,
        proof=proof,
    )


@dataclass(frozen=True)
class Step:
    """One version in the history, with what changed since the one before, if we know both."""

    revision: Revision
    changes: tuple[SectionChange, ...]
    names: dict[str, str]
    is_first: bool


async def versions(request: web.Request) -> web.Response:
    """GET /m/{slug}/versions: the history, the newest first."""
    here = await sessions.visitor(request)
    async with request.app[DATABASE].read() as session:
        found = await find(session, request.match_info["slug"])
        author = await history.author(session, found)
        known = await history.revisions(session, found)
    language = rendering.language(request)
    steps = [
        _step(revision, known[place + 1] if place + 1 < len(known) else None, language)
        for place, revision in enumerate(known)
    ]
    return rendering.page(request, here, "versions.html", model=found, author=author, steps=steps)


def _step(revision: Revision, before: Revision | None, language: str) -> Step:
    sheet = history.sheet(revision)
    earlier = None if before is None else history.sheet(before)
    names = _names(sheet, language)
    if earlier is None:
        return Step(revision, (), names, is_first=True)
    changes = comparing.changed(earlier, sheet)
    return Step(revision, changes, _names(earlier, language) | names, is_first=False)


def _names(sheet: Sheet, language: str) -> dict[str, str]:
    return {
        section.key: reading.best(dict(section.names), language, sheet.language)[0]
        for section in sheet.sections
    }


@dataclass(frozen=True)
class Compared:
    """One section of two versions: the words marked, by language."""

    key: str
    name: str
    kinds: tuple[str, ...]
    core: bool
    texts: tuple[tuple[str, list[Mark]], ...]


async def compare(request: web.Request) -> web.Response:
    """GET /m/{slug}/compare?from=1&to=2: two versions, the words that differ marked."""
    here = await sessions.visitor(request)
    async with request.app[DATABASE].read() as session:
        found = await find(session, request.match_info["slug"])
        author = await history.author(session, found)
        before = await _numbered(session, found, request.query.get("from", ""))
        after = await _numbered(session, found, request.query.get("to", str(found.number)))
        known = await history.revisions(session, found)
    return rendering.page(
        request,
        here,
        "compare.html",
        model=found,
        author=author,
        before=before,
        after=after,
        numbers=[revision.number for revision in known],
        sections=compared(history.sheet(before), history.sheet(after), rendering.language(request)),
    )


def compared(before: Sheet, after: Sheet, language: str) -> list[Compared]:
    """What differs between two sheets, section by section, for a reader of this language."""
    kinds: dict[str, list[SectionChange]] = {}
    for change in comparing.changed(before, after):
        kinds.setdefault(change.key, []).append(change)
    found: list[Compared] = []
    for key, changes in kinds.items():
        new, old = after.section(key), before.section(key)
        section = new or old
        if section is None:
            continue
        found.append(
            Compared(
                key=key,
                name=reading.best(dict(section.names), language, after.language)[0],
                kinds=tuple(dict.fromkeys(change.kind.value for change in changes)),
                core=any(change.core for change in changes),
                texts=marked(old, new),
            )
        )
    return found


def marked(old: Section | None, new: Section | None) -> tuple[tuple[str, list[Mark]], ...]:
    """The texts that differ between two sides of a section, with their words marked."""
    before = {} if old is None else dict(old.texts)
    after = {} if new is None else dict(new.texts)
    return tuple(
        (tag, comparing.words(before.get(tag, ""), after.get(tag, "")))
        for tag in dict.fromkeys((*after, *before))
        if before.get(tag) != after.get(tag)
    )


async def _numbered(session: Session, found: Model, text: str) -> Revision:
    number = places.version_in(text)
    revision = None if number is None else await history.revision_by_number(session, found, number)
    if revision is None:
        raise NotFound("We do not know this version.")
    return revision


def _wanted(request: web.Request) -> tuple[str | None, ...]:
    return (request.query.get("text"), rendering.language(request))


def _is_mine(here: Visitor, found: Model) -> bool:
    return here.organisation is not None and here.organisation.id == found.actor_id
