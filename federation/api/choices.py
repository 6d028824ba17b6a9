"""Choices: what a merge would give, what was decided on the way, how far a fork has come."""

from typing import Final

from aiohttp import web

from actors.database import Session
from actors.errors import NotFound, Unwise
from actors.rules import adapting, core
from actors.tables.model import Model
from actors.verbs import choosing, forking
from actors.verbs.choosing import Chosen
from actors.views import choices, history, kin, lineage
from actors.views.access import Acting
from actors.views.lineage import Upstream
from federation.api import answers, bodies
from federation.api.answers import Answer
from federation.api.authenticating import READ, WRITE, acting
from federation.api.models import in_words_of_the_body, owned
from federation.api.operations import Argument, Operation
from federation.api.shapes import read_body
from federation.app_keys import DATABASE, SITE


async def read(request: web.Request) -> web.Response:
    """GET models/{id}/choices: what was decided so far."""
    who = await acting(request, READ)
    async with request.app[DATABASE].read() as session:
        row, beside = await _beside(request, session, who, request.query.get("from"))
        answer = await _kept(session, row, beside)
    return answers.respond(answer)


async def keep(request: web.Request) -> web.Response:
    """POST models/{id}/choices: decide about some sections, and go on later."""
    who = await acting(request, WRITE)
    values = await read_body(request, bodies.CHOICES)
    async with request.app[DATABASE].begin() as session:
        row, beside = await _beside(request, session, who, values.get("from"))
        prints = beside.fingerprints
        given = bodies.choices(values)
        if unknown := [key for key in given if key not in prints]:
            words = "There is no such section."
            raise Unwise(words, fields={f"choices.{key}": words for key in unknown})
        reasons = {one.section: one for one in bodies.modifications(values)}
        decided = {
            key: Chosen(
                chosen=choice if isinstance(choice, str) else "own",
                texts={} if isinstance(choice, str) else choice,
                reason=str(reasons[key].reason) if key in reasons else "",
                why=reasons[key].note if key in reasons else "",
                planned=reasons[key].planned if key in reasons else True,
                fingerprint=prints[key][: choosing.PRINT_DIGITS],
            )
            for key, choice in given.items()
        }
        await choosing.keep(
            session,
            request.app[SITE],
            row,
            beside.other_iri,
            decided,
            author=who.member,
        )
        answer = await _kept(session, row, beside)
    return answers.respond(answer)


async def forget(request: web.Request) -> web.Response:
    """DELETE models/{id}/choices: undo everything that was decided and not published."""
    who = await acting(request, WRITE)
    async with request.app[DATABASE].begin() as session:
        row, beside = await _beside(request, session, who, request.query.get("from"))
        await choosing.undo(session, row, beside.other_iri)
    return web.Response(status=204)


async def preview(request: web.Request) -> web.Response:
    """POST models/{id}/merge/preview: what these choices would give; nothing is written."""
    who = await acting(request, READ)
    values = await read_body(request, bodies.MERGE)
    async with request.app[DATABASE].read() as session:
        _, beside = await _beside(request, session, who, values.get("from"))
    try:
        result = forking.merged(beside, bodies.choices(values))
    except Unwise as refusal:
        raise in_words_of_the_body(refusal) from refusal
    # Whoever it is taken from, it is the source's core that counts.
    found = core.consequence(
        history.sheet(beside.ours),
        result,
        history.sheet(beside.own_base or beside.base),
        history.sheet(beside.current) if beside.is_direct else None,
    )
    return answers.respond(
        {
            **answers.said(result),
            **_consequence(found),
        }
    )


async def progress(request: web.Request) -> web.Response:
    """GET models/{id}/progress: what is still to be done on a fork of ours."""
    who = await acting(request, READ)
    async with request.app[DATABASE].read() as session:
        row = await owned(request, session, who)
        tie = await lineage.of(session, row)
        if tie is None:
            raise NotFound("This model is no fork.")
        head = await history.head(session, row)
        base = await lineage.base_of(session, tie)
    found = adapting.progress(
        history.sheet(head),
        None if base is None else history.sheet(base),
        history.modifications(head),
        kind=tie.kind,
    )
    return answers.respond(
        {
            "done": found.done,
            "total": found.total,
            "sections": [
                {
                    "key": step.section.key,
                    "core": step.core,
                    "state": str(step.state),
                    "done": step.is_done,
                }
                for step in found.steps
            ],
            "values": {str(own): is_done for own, is_done in found.own},
        }
    )


async def _beside(
    request: web.Request, session: Session, who: Acting, other: str | None
) -> tuple[Model, Upstream]:
    """A fork of ours beside its source, or beside the relative that is named."""
    row = await owned(request, session, who)
    beside = await kin.choose(session, row, other)
    if beside is None:
        raise NotFound("This model is no fork, or its source is not known here.")
    return row, beside


async def _kept(session: Session, row: Model, beside: Upstream) -> Answer:
    """Schema `Choices`."""
    prints = beside.fingerprints
    kept = await choices.of(session, row, beside.other_iri)
    return {
        "from": beside.other_iri,
        "choices": [
            {
                "key": key,
                "choice": one.chosen or None,
                "text": dict(one.texts),
                "reason": one.reason or None,
                "note": one.why,
                "planned": one.planned,
                "overtaken": key in prints
                and one.fingerprint != prints[key][: choosing.PRINT_DIGITS],
            }
            for key, one in sorted(kept.items())
        ],
    }


def _consequence(found: core.Consequence) -> Answer:
    return {
        "relationBefore": found.before,
        "relation": found.after,
        "brokenCore": list(found.broken),
    }


_FROM: Final = Argument(
    "from",
    "The address of the relative: a further source, or another fork of one. Left out, the source.",
)

_PROBLEMS: Final = {
    404: "There is no such model here, or it is no fork.",
    410: "It was deleted.",
}

OPERATIONS: Final = (
    Operation(
        method="GET",
        path="/models/{id}/choices",
        name="readChoices",
        says="Read what was decided beside the source or another relative, and not published yet",
        handler=read,
        scope=READ,
        answer="Choices",
        arguments=(_FROM,),
        problems=_PROBLEMS,
    ),
    Operation(
        method="POST",
        path="/models/{id}/choices",
        name="keepChoices",
        says="Decide about some changes of the source or of another relative, and publish later",
        handler=keep,
        scope=WRITE,
        answer="Choices",
        body=bodies.CHOICES,
        problems={**_PROBLEMS, 422: "A choice names no section, or is too long."},
    ),
    Operation(
        method="DELETE",
        path="/models/{id}/choices",
        name="forgetChoices",
        says="Undo what was decided and not published",
        handler=forget,
        scope=WRITE,
        status=204,
        arguments=(_FROM,),
        problems=_PROBLEMS,
    ),
    Operation(
        method="POST",
        path="/models/{id}/merge/preview",
        name="previewMerge",
        says="See what a merge would give; nothing is published",
        handler=preview,
        scope=READ,
        answer="MergePreview",
        body=bodies.MERGE,
        problems={
            **_PROBLEMS,
            409: "A section in conflict has no choice; `keys` names them.",
            422: "A choice names no section, or a text is not fit.",
        },
    ),
    Operation(
        method="GET",
        path="/models/{id}/progress",
        name="readProgress",
        says="Read what is still to be done on a fork",
        handler=progress,
        scope=READ,
        answer="Progress",
        problems=_PROBLEMS,
    ),
)
