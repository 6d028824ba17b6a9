"""Versions: two of them compared, one of them cited, an earlier one published again."""

import asyncio
from typing import Final

from aiohttp import web

from actors import places
from actors.database import Session
from actors.documents.model import render_ahead
from actors.errors import NotFound, Unwise
from actors.rules import citing, comparing, heading
from actors.rules.matching import by_key, match
from actors.site import id_in
from actors.tables.model import Model
from actors.tables.revision import Revision
from actors.verbs import reverting
from actors.views import history, lineage
from federation.api import answers, bodies
from federation.api.answers import Answer
from federation.api.authenticating import WRITE, acting
from federation.api.models import location, named, owned
from federation.api.operations import Argument, Operation
from federation.api.shapes import read_body
from federation.app_keys import DATABASE, SITE


async def compare(request: web.Request) -> web.Response:
    """GET models/{id}/compare: a version beside an earlier one, or beside another model's."""
    async with request.app[DATABASE].read() as session:
        row = await named(request, session)
        other = await _other(request, session, row)
        after = await _numbered(session, row, request.query.get("to", str(row.number)))
        number = request.query.get("from", "")
        if not number:
            number = str(after.number - 1 if other.id == row.id else other.number)
        before = await _numbered(session, other, number)
        tie = await lineage.of(session, row)
    is_fork = tie is not None and tie.upstream_iri == other.iri
    answer = await asyncio.to_thread(_compared, before, after, is_fork=is_fork)
    return answers.respond(answer)


async def citation(request: web.Request) -> web.Response:
    """GET models/{id}/versions/{number}/citation: a reference to exactly that text."""
    async with request.app[DATABASE].read() as session:
        row = await named(request, session)
        revision = await _numbered(session, row, request.match_info["number"])
        cited = await history.citation(session, row, revision)
    return answers.respond(
        {
            "text": {tag: citing.in_words(cited, tag) for tag in citing.LANGUAGES},
            "bibtex": citing.bibtex(cited),
            "csl": citing.csl(cited),
        }
    )


async def restore(request: web.Request) -> web.Response:
    """POST models/{id}/versions/{number}/restore: what it said becomes the newest version."""
    who = await acting(request, WRITE)
    values = await read_body(request, bodies.RESTORE)
    async with request.app[DATABASE].read() as session:
        row = await owned(request, session, who)
        earlier = await _numbered(session, row, request.match_info["number"])
    await asyncio.to_thread(render_ahead, history.sheet(earlier))
    async with request.app[DATABASE].begin() as session:
        row = await owned(request, session, who)
        await reverting.revert(
            session,
            request.app[SITE],
            row,
            earlier.number,
            note=values["note"],
            author=who.member,
        )
        answer = await answers.model(session, row)
    return answers.respond(answer, status=201, location=location(request, row, answer))


def _compared(before: Revision, after: Revision, *, is_fork: bool) -> Answer:
    """Schema `TwoVersions`."""
    old, new = history.sheet(before), history.sheet(after)
    known = by_key(old.sections)
    twins = match(known, new.sections, is_fork=is_fork).twins
    earlier = {section.key: known[identity] for identity, section in twins.items()}
    changes: dict[str, list[comparing.SectionChange]] = {}
    for change in comparing.changed(old, new, is_fork=is_fork):
        changes.setdefault(change.key, []).append(change)
    sections = []
    for key, found in changes.items():
        now = new.section(key)
        then = earlier.get(key) if now is not None else known.get(key)
        sections.append(
            {
                "key": key,
                "core": any(one.core for one in found),
                "changes": list(dict.fromkeys(str(one.kind) for one in found)),
                "before": then and answers.section(then, old),
                "after": now and answers.section(now, new),
            }
        )
    values = [
        {**answers.value(one.value), "before": one.before, "after": one.after}
        for one in heading.differing(old, new)
    ]
    return {"before": before.iri, "after": after.iri, "values": values, "sections": sections}


async def _other(request: web.Request, session: Session, row: Model) -> Model:
    """The model on the other side: the same one, if none is named."""
    text = request.query.get("with", "")
    if not text:
        return row
    number = id_in(text)
    other = None if number is None else await history.model_by_id(session, number)
    if other is None or other.deleted_at is not None:
        words = "There is no such model here."
        raise Unwise(words, fields={"with": words})
    return other


async def _numbered(session: Session, row: Model, text: str) -> Revision:
    number = places.version_in(text)
    found = None if number is None else await history.revision_by_number(session, row, number)
    if found is None:
        raise NotFound("There is no such version of this model here.")
    return found


_GONE: Final = "The model was deleted."

OPERATIONS: Final = (
    Operation(
        method="GET",
        path="/models/{id}/compare",
        name="compareVersions",
        says="Compare two versions, of one model or of two",
        handler=compare,
        answer="TwoVersions",
        arguments=(
            Argument("from", "The number of the earlier version; the one before, if left out."),
            Argument("to", "The number of the later version; the newest, if left out."),
            Argument("with", "The id of another model, whose version `from` then is."),
        ),
        problems={
            404: "There is no such model or version here.",
            410: _GONE,
            422: "There is no such other model.",
        },
    ),
    Operation(
        method="GET",
        path="/models/{id}/versions/{number}/citation",
        name="citeVersion",
        says="Cite a version",
        handler=citation,
        answer="Citation",
        problems={404: "There is no such version here.", 410: _GONE},
    ),
    Operation(
        method="POST",
        path="/models/{id}/versions/{number}/restore",
        name="restoreVersion",
        says="Publish again what an earlier version said",
        handler=restore,
        scope=WRITE,
        status=201,
        answer="Model",
        body=bodies.RESTORE,
        has_location=True,
        problems={
            404: "There is no such version here.",
            409: "It says what the newest version says.",
            410: _GONE,
            422: "It could not be published today, or no reason is given.",
        },
    ),
)
