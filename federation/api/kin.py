"""Kin: the lineage of a model over all instances, its siblings, and what is kept of its sources."""

import asyncio
from typing import Final

from aiohttp import web

from actors.database import Session
from actors.site import Site
from actors.tables.model import Model
from actors.verbs import recalling, tracing
from actors.views import history, keeping, kin, siblings
from actors.views.keeping import Kept
from actors.views.kin import Kinship, Relative
from actors.views.siblings import Siblings, Variation
from federation import archives
from federation.api import answers
from federation.api.answers import Answer
from federation.api.authenticating import WRITE, acting
from federation.api.models import named
from federation.api.operations import Operation
from federation.app_keys import DATABASE, SITE


async def lineage(request: web.Request) -> web.Response:
    """GET models/{id}/lineage: everything it comes from, and everything made from that."""
    async with request.app[DATABASE].read() as session:
        row = await named(request, session)
        answer = await _lineage(session, request.app[SITE], row)
    return answers.respond(answer)


async def refresh(request: web.Request) -> web.Response:
    """POST models/{id}/lineage: have it walked again; nobody waits for that."""
    await acting(request, WRITE)
    async with request.app[DATABASE].begin() as session:
        row = await named(request, session)
        await tracing.ask(session, request.app[SITE], row)
        answer = await _lineage(session, request.app[SITE], row)
    return answers.respond(answer, status=202)


async def relatives(request: web.Request) -> web.Response:
    """GET models/{id}/siblings: what others who adapted the same source made of it."""
    async with request.app[DATABASE].read() as session:
        row = await named(request, session)
        answer = _siblings(await siblings.of(session, row))
    return answers.respond(answer)


async def kept(request: web.Request) -> web.Response:
    """GET models/{id}/kept: the versions of its sources that are kept here, and what they prove."""
    async with request.app[DATABASE].read() as session:
        row = await named(request, session)
        sources = await keeping.sources(session, row)
        keys = {
            one.iri: await recalling.keys_of(session, one.author)
            for one in sources
            if one.author is not None
        }
    now = request.app[SITE].now()
    items = await asyncio.to_thread(
        lambda: [
            _kept(one, archives.standings(one.versions, keys.get(one.iri, {}), now))
            for one in sources
        ]
    )
    return answers.respond({"items": items})


async def _lineage(session: Session, site: Site, row: Model) -> Answer:
    """Schema `Lineage`."""
    free_at = await tracing.free_at(session, site, row)
    found: Kinship = await kin.kinship(session, row)
    return {
        "of": found.of,
        "knownAt": None if found.known_at is None else answers.time(found.known_at),
        "walking": await tracing.is_walking(session, row),
        "freeAt": None if free_at is None else answers.time(free_at),
        "cut": found.is_cut,
        "models": [_relative(one) for one in found.relatives],
    }


def _relative(one: Relative) -> Answer:
    """Schema `Relative`."""
    return {
        "iri": one.iri,
        "host": one.host,
        "name": one.name,
        "url": None if one.model is None else one.model.url,
        "author": None if one.author is None else answers.actor(one.author),
        "source": one.source,
        "tie": None if one.tie is None else str(one.tie),
        "kind": one.kind or None,
        "standing": str(one.standing),
        "reason": one.reason,
        "lookedAt": None if one.looked_at is None else answers.time(one.looked_at),
        "generation": one.generation,
        "inCircle": one.in_circle,
        "versionNumber": one.model.number if one.model is not None and one.model.number else None,
        "kept": one.kept,
    }


def _siblings(found: Siblings) -> Answer:
    """Schema `Siblings`."""
    return {
        "count": found.count,
        "known": [
            {
                "iri": one.model.iri,
                "url": one.model.url,
                "name": one.model.name,
                "author": answers.actor(one.author),
            }
            for one in found.known
        ],
        "sections": {
            key: [_variation(one) for one in varied] for key, varied in found.by_section.items()
        },
        "added": [_variation(one) for one in found.added],
    }


def _variation(one: Variation) -> Answer:
    """Schema `Variation`."""
    return {
        "by": one.by.model.iri,
        "before": None if one.before is None else dict(one.before.texts),
        "now": None if one.now is None else dict(one.now.texts),
        "digest": None if one.now is None else one.now.digest,
        "reasons": [answers.modification(each) for each in one.reasons],
    }


def _kept(source: Kept, standings: dict[int, str]) -> Answer:
    """Schema `KeptSource`."""
    silent = None if source.origin is None else source.origin.silent_since
    return {
        "iri": source.iri,
        "author": None if source.author is None else answers.actor(source.author),
        "deleted": source.model is not None and source.model.deleted_at is not None,
        "silentSince": None if silent is None else answers.time(silent),
        "standing": None if source.sighting is None else source.sighting.state,
        "lost": source.is_lost,
        "versions": [
            {
                "number": revision.number,
                "iri": revision.iri,
                "digest": revision.digest,
                "published": answers.time(revision.made_at),
                "name": history.sheet(revision).names.get(history.sheet(revision).language, ""),
                "proven": standings[revision.id],
                "key": None if witness is None else witness.public,
                "keyKnownSince": None if witness is None else answers.time(witness.checked_at),
            }
            for revision, witness in source.versions
        ],
    }


_PROBLEMS: Final = {404: "There is no such model.", 410: "It was deleted."}

OPERATIONS: Final = (
    Operation(
        method="GET",
        path="/models/{id}/lineage",
        name="readLineage",
        says="What a model comes from and what was made from that, over all instances",
        handler=lineage,
        answer="Lineage",
        problems=_PROBLEMS,
    ),
    Operation(
        method="POST",
        path="/models/{id}/lineage",
        name="refreshLineage",
        says="Have a lineage walked again in the background, at most every quarter of an hour",
        handler=refresh,
        scope=WRITE,
        status=202,
        answer="Lineage",
        problems=_PROBLEMS,
    ),
    Operation(
        method="GET",
        path="/models/{id}/siblings",
        name="readSiblings",
        says="What others who adapted the same source made of each section, and why",
        handler=relatives,
        answer="Siblings",
        problems=_PROBLEMS,
    ),
    Operation(
        method="GET",
        path="/models/{id}/kept",
        name="readKeptSources",
        says="The versions of a fork's sources that are kept here, and what they prove",
        handler=kept,
        answer="KeptSources",
        problems=_PROBLEMS,
    ),
)
