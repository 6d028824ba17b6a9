"""Proposals: offer a change to whoever published a model; take it in, ask back, decline."""

from typing import Final

from aiohttp import web

from actors.database import Session
from actors.errors import Gone, NotAllowed, NotFound, Unwise
from actors.rules import permissions
from actors.rules.languages import canonical_tag
from actors.rules.proposals import Change, State, Takes
from actors.site import id_in
from actors.tables.model import Model
from actors.verbs import considering, proposing
from actors.views import history, proposals
from actors.views.access import Acting
from actors.views.proposals import Item
from federation.api import answers, bodies
from federation.api import proposal_shapes as shapes
from federation.api.authenticating import READ, WRITE, acting
from federation.api.models import in_words_of_the_body, named
from federation.api.operations import ROOT, Argument, Operation
from federation.api.paging import ARGUMENTS, cut, page_of
from federation.api.shapes import read_body
from federation.app_keys import DATABASE, SETTINGS, SITE


async def listed(request: web.Request) -> web.Response:
    """GET proposals: what the organisation received or sent."""
    who = await acting(request, READ)
    page, waiting = page_of(request), _waiting(request)
    side = request.query.get("side", "received")
    if side not in ("received", "sent"):
        words = "This must be received or sent."
        raise Unwise("An argument cannot be understood.", fields={"side": words})
    view = proposals.received if side == "received" else proposals.sent
    async with request.app[DATABASE].read() as session:
        found = await view(session, who.organisation, page, waiting=waiting)
    items = [shapes.short(request, item) for item in found]
    return answers.respond(cut(request, f"{ROOT}/proposals", items, page, ("side", "state")))


async def about(request: web.Request) -> web.Response:
    """GET models/{id}/proposals: what is proposed for a model."""
    page, waiting = page_of(request), _waiting(request)
    async with request.app[DATABASE].read() as session:
        model = await named(request, session)
        found = await proposals.about(session, model, page, waiting=waiting)
    items = [shapes.short(request, item) for item in found]
    path = f"{ROOT}/models/{model.id}/proposals"
    return answers.respond(cut(request, path, items, page, ("state",)))


async def read(request: web.Request) -> web.Response:
    """GET proposals/{id}: with the three columns."""
    async with request.app[DATABASE].read() as session:
        item = await _named(request, session)
        answer = await shapes.in_full(request, session, item)
    return answers.respond(answer)


async def propose(request: web.Request) -> web.Response:
    """POST models/{id}/proposals: offer a change to the owner of that model."""
    who = await acting(request, WRITE)
    permissions.must_publish(who.office)
    values = await read_body(request, shapes.PROPOSAL)
    async with request.app[DATABASE].begin() as session:
        source = await named(request, session)
        fork = await _fork(session, who, values.get("fork"))
        sheet = history.sheet(await history.head(session, source))
        changes = [
            *await _from_fork(session, fork, values.get("sections", ())),
            *(shapes.change(one, sheet) for one in values.get("changes", ())),
        ]
        try:
            row = await proposing.propose(
                session,
                request.app[SITE],
                who.organisation,
                source,
                changes,
                message=values["message"],
                language=canonical_tag(values["language"]) if "language" in values else None,
                fork=fork,
            )
        except Unwise as refusal:
            raise in_words_of_the_body(refusal) from refusal
        item = await proposals.by_id(session, row.id)
        answer = await shapes.in_full(request, session, _there(item))
    where = f"{request.app[SETTINGS].instance.origin}{ROOT}/proposals/{row.id}"
    return answers.respond(answer, status=201, location=where)


async def accept(request: web.Request) -> web.Response:
    """POST proposals/{id}/accept: a new version with what was chosen."""
    who = await acting(request, WRITE)
    values = await read_body(request, shapes.ACCEPTANCE)
    async with request.app[DATABASE].begin() as session:
        item = await _to_answer(request, session, who)
        chosen = bodies.choices({"choices": values.get("choices", {})})
        try:
            await considering.accept(
                session,
                request.app[SITE],
                item.proposal,
                chosen,
                author=who.member,
                message=values.get("message", ""),
            )
        except Unwise as refusal:
            raise in_words_of_the_body(refusal) from refusal
        answer = await shapes.in_full(request, session, item)
    return answers.respond(answer)


async def ask(request: web.Request) -> web.Response:
    """POST proposals/{id}/ask: a question to the proposer."""
    who = await acting(request, WRITE)
    values = await read_body(request, shapes.QUESTION)
    async with request.app[DATABASE].begin() as session:
        item = await _to_answer(request, session, who)
        await considering.ask(session, request.app[SITE], item.proposal, values["question"])
        answer = await shapes.in_full(request, session, item)
    return answers.respond(answer)


async def reject(request: web.Request) -> web.Response:
    """POST proposals/{id}/reject: decline, with the reason."""
    who = await acting(request, WRITE)
    values = await read_body(request, shapes.REFUSAL)
    async with request.app[DATABASE].begin() as session:
        item = await _to_answer(request, session, who)
        await considering.reject(session, request.app[SITE], item.proposal, values["reason"])
        answer = await shapes.in_full(request, session, item)
    return answers.respond(answer)


async def withdraw(request: web.Request) -> web.Response:
    """DELETE proposals/{id}: the proposer takes it back."""
    who = await acting(request, WRITE)
    permissions.must_publish(who.office)
    async with request.app[DATABASE].begin() as session:
        item = await _named(request, session)
        if item.proposer.id != who.organisation.id:
            raise NotAllowed("Only who made a proposal can withdraw it.")
        await proposing.withdraw(session, request.app[SITE], item.proposal)
    return web.Response(status=204)


async def policy(request: web.Request) -> web.Response:
    """GET proposal-policy."""
    who = await acting(request, READ)
    async with request.app[DATABASE].read() as session:
        takes = await proposals.takes_from(session, who.organisation)
    return answers.respond({"from": takes.value})


async def set_policy(request: web.Request) -> web.Response:
    """PUT proposal-policy: from whom the organisation takes proposals from now on."""
    who = await acting(request, WRITE)
    permissions.must_manage_members(who.office)
    values = await read_body(request, shapes.POLICY)
    async with request.app[DATABASE].begin() as session:
        await considering.take_from(session, who.organisation, Takes(values["from"]))
    return answers.respond({"from": values["from"]})


def _waiting(request: web.Request) -> bool | None:
    state = request.query.get("state", "")
    if state not in ("", "open", "answered"):
        words = "This must be open or answered."
        raise Unwise("An argument cannot be understood.", fields={"state": words})
    return None if not state else state == "open"


async def _named(request: web.Request, session: Session) -> Item:
    number = id_in(request.match_info["id"])
    item = await proposals.by_id(session, number) if number is not None else None
    if item is None:
        raise NotFound("There is no such proposal here.")
    if item.proposal.state == State.WITHDRAWN:
        raise Gone("This proposal was withdrawn.")
    return item


def _there(item: Item | None) -> Item:
    if item is None:
        raise NotFound("There is no such proposal here.")
    return item


async def _to_answer(request: web.Request, session: Session, who: Acting) -> Item:
    permissions.must_publish(who.office)
    item = await _named(request, session)
    if item.owner.id != who.organisation.id:
        raise NotAllowed(
            "Only the organisation that published a model can answer proposals for it."
        )
    return item


async def _fork(session: Session, who: Acting, text: str | None) -> Model | None:
    if text is None:
        return None
    fork = await history.model_by_id(session, bodies.number(text, "fork"))
    if fork is None or fork.deleted_at is not None or fork.actor_id != who.organisation.id:
        words = "This is not an adaptation of ours of that model."
        raise Unwise(words, fields={"fork": words})
    return fork


async def _from_fork(session: Session, fork: Model | None, keys: list[str]) -> list[Change]:
    if not keys:
        return []
    _, gains = await proposals.gains(session, fork) if fork else (None, ())
    by_key = {gain.key: gain for gain in gains}
    strange = [index for index, key in enumerate(keys) if key not in by_key]
    if strange:
        words = "There is no such section that differs from the source."
        raise Unwise(words, fields={f"sections[{index}]": words for index in strange})
    return [Change(key=key, section=by_key[key].proposed) for key in keys]


_STATE: Final = Argument(
    "state",
    "Only what waits for an answer, or only what has one.",
    {"type": "string", "enum": ["open", "answered"]},
)

OPERATIONS: Final = (
    Operation(
        method="GET",
        path="/proposals",
        name="listProposals",
        says="List the changes that were proposed to the organisation, or that it proposed",
        handler=listed,
        scope=READ,
        answer="Proposals",
        arguments=(
            Argument(
                "side",
                "What was received (the default), or sent.",
                {"type": "string", "enum": ["received", "sent"]},
            ),
            _STATE,
            *ARGUMENTS,
        ),
        problems={422: "An argument cannot be understood."},
    ),
    Operation(
        method="GET",
        path="/models/{id}/proposals",
        name="listProposalsForModel",
        says="List the changes that are proposed for a model",
        handler=about,
        answer="Proposals",
        arguments=(_STATE, *ARGUMENTS),
        problems={
            404: "There is no such model.",
            410: "It was deleted.",
            422: "An argument cannot be understood.",
        },
    ),
    Operation(
        method="POST",
        path="/models/{id}/proposals",
        name="proposeChange",
        says="Propose a change of somebody else's model",
        handler=propose,
        scope=WRITE,
        status=201,
        answer="Proposal",
        body=shapes.PROPOSAL,
        has_location=True,
        problems={
            404: "There is no such model.",
            409: "Too many proposals of the organisation wait there already.",
            410: "It was deleted.",
            422: "It changes nothing, or the model could not be published so.",
        },
    ),
    Operation(
        method="GET",
        path="/proposals/{id}",
        name="readProposal",
        says="Read a proposal beside the model as it is now",
        handler=read,
        answer="Proposal",
        problems={404: "There is no such proposal.", 410: "It was withdrawn."},
    ),
    *(
        Operation(
            method="POST",
            path=f"/proposals/{{id}}/{verb}",
            name=f"{verb}Proposal" if verb != "ask" else "askAboutProposal",
            says=says,
            handler=handler,
            scope=WRITE,
            answer="Proposal",
            body=body,
            problems={
                404: "There is no such proposal.",
                409: conflict,
                410: "It was withdrawn, or the model deleted.",
                422: "A member of the body is wrong, or names no section of the proposal.",
            },
        )
        for verb, says, handler, body, conflict in (
            (
                "accept",
                "Take a proposal in, in part or whole",
                accept,
                shapes.ACCEPTANCE,
                "A conflict has no choice (`keys` names it), or it was answered already.",
            ),
            ("ask", "Ask the proposer something", ask, shapes.QUESTION, "It was answered already."),
            ("reject", "Decline a proposal", reject, shapes.REFUSAL, "It was answered already."),
        )
    ),
    Operation(
        method="DELETE",
        path="/proposals/{id}",
        name="withdrawProposal",
        says="Withdraw a proposal",
        handler=withdraw,
        scope=WRITE,
        status=204,
        problems={
            404: "There is no such proposal.",
            409: "It was accepted.",
            410: "It was withdrawn.",
        },
    ),
    Operation(
        method="GET",
        path="/proposal-policy",
        name="readProposalPolicy",
        says="Say from whom the organisation takes proposals",
        handler=policy,
        scope=READ,
        answer="ProposalPolicy",
    ),
    Operation(
        method="PUT",
        path="/proposal-policy",
        name="setProposalPolicy",
        says="Choose from whom the organisation takes proposals",
        handler=set_policy,
        scope=WRITE,
        answer="ProposalPolicy",
        body=shapes.POLICY,
    ),
)
