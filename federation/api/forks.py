"""Forks: take a model up, look at what became of its source, merge."""

import asyncio
from contextlib import suppress
from typing import Final

from aiohttp import web

from actors.documents.model import render_ahead
from actors.errors import NotFound, Refusal, Unwise
from actors.rules import permissions
from actors.rules.languages import canonical_tag
from actors.tables.model import Model
from actors.verbs import forking
from actors.views import history, kin, lineage
from federation.api import answers, bodies, facts
from federation.api.authenticating import WRITE, acting
from federation.api.models import in_words_of_the_body, location, named, owned
from federation.api.operations import ROOT, Argument, Operation
from federation.api.paging import ARGUMENTS, cut, page_of
from federation.api.shapes import read_body
from federation.app_keys import DATABASE, LOOKUP, SITE


async def fork(request: web.Request) -> web.Response:
    """POST forks: the organisation takes up a model, from here or from any instance.

    The source is fetched before the transaction, and only for somebody who may fork.
    """
    who = await acting(request, WRITE)
    permissions.must_publish(who.office)
    values = await read_body(request, bodies.FORK)
    source = await request.app[LOOKUP].resolve(values["source"])
    if not isinstance(source, Model):
        raise Unwise(
            "This is no model.", fields={"source": "There is something else at this address."}
        )
    async with request.app[DATABASE].read() as session:
        taken = history.sheet(await history.head(session, source))
    await asyncio.to_thread(render_ahead, taken)
    async with request.app[DATABASE].begin() as session:
        row = await forking.fork(
            session,
            request.app[SITE],
            who.organisation,
            source,
            kind=values["kind"],
            language=canonical_tag(values["language"]),
            author=who.member,
            name=values.get("name", ""),
            wanted_license=values.get("license"),
            facts=facts.given(values),
        )
        answer = await answers.model(session, row)
    return answers.respond(answer, status=201, location=location(request, row))


async def forks(request: web.Request) -> web.Response:
    """GET models/{id}/forks: all that are listed, the newest first."""
    page = page_of(request)
    async with request.app[DATABASE].read() as session:
        row = await named(request, session)
        found = await lineage.forks(session, row, limit=page.limit, before=page.max_id)
    items = [answers.fork(one) for one in found]
    return answers.respond(cut(request, f"{ROOT}/models/{row.id}/forks", items, page))


async def upstream(request: web.Request) -> web.Response:
    """GET models/{id}/upstream: base, ours and theirs, section by section."""
    async with request.app[DATABASE].read() as session:
        found = await kin.choose(session, await named(request, session), request.query.get("from"))
        if found is None:
            raise NotFound("This model is no fork, or its source is not known here.")
        answer = answers.comparison(found)
    return answers.respond(answer)


async def merge(request: web.Request) -> web.Response:
    """POST models/{id}/merge: what was chosen makes a new version with both parents."""
    who = await acting(request, WRITE)
    values = await read_body(request, bodies.MERGE)
    async with request.app[DATABASE].read() as session:
        own = await owned(request, session, who)
        beside = await kin.choose(session, own, values.get("from"))
    if beside is not None:
        with suppress(Refusal):  # said again, and in full, where it counts
            await asyncio.to_thread(render_ahead, forking.merged(beside, bodies.choices(values)))
    async with request.app[DATABASE].begin() as session:
        row = await owned(request, session, who)
        try:
            await forking.merge(
                session,
                request.app[SITE],
                row,
                bodies.choices(values),
                author=who.member,
                note=values.get("note", ""),
                reasons=bodies.modifications(values),
                taken_from=values.get("from"),
            )
        except Unwise as refusal:
            raise in_words_of_the_body(refusal) from refusal
        answer = await answers.model(session, row)
    return answers.respond(answer, status=201, location=location(request, row, answer))


OPERATIONS: Final = (
    Operation(
        method="POST",
        path="/forks",
        name="forkModel",
        says="Fork a model of any instance",
        handler=fork,
        scope=WRITE,
        status=201,
        answer="Model",
        body=bodies.FORK,
        has_location=True,
        problems={
            404: "There is no such model.",
            410: "It was deleted.",
            422: "There is something else at that address, or its licence allows no fork.",
            503: "The other instance does not answer; try again later.",
        },
    ),
    Operation(
        method="GET",
        path="/models/{id}/forks",
        name="listForks",
        says="List the forks of a model",
        handler=forks,
        answer="Forks",
        arguments=ARGUMENTS,
        problems={
            404: "There is no such model here.",
            410: "It was deleted.",
            422: "An argument cannot be understood.",
        },
    ),
    Operation(
        method="GET",
        path="/models/{id}/upstream",
        name="compareWithUpstream",
        says="Compare a fork with its source, section by section",
        handler=upstream,
        answer="Comparison",
        arguments=(
            Argument(
                "from", "Compare with this relative, by its address, and not with the source."
            ),
        ),
        problems={404: "There is no such model, or it is no fork.", 410: "It was deleted."},
    ),
    Operation(
        method="POST",
        path="/models/{id}/merge",
        name="mergeUpstream",
        says="Take changes of the source into a fork",
        handler=merge,
        scope=WRITE,
        status=201,
        answer="Model",
        body=bodies.MERGE,
        has_location=True,
        problems={
            404: "There is no such model, it is no fork, or there is nothing new to take.",
            409: "A section in conflict has no choice; `keys` names them.",
            410: "It was deleted.",
            422: "A choice names no section, or a text is not fit.",
        },
    ),
)
