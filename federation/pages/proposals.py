"""Proposals: what was proposed to us and by us, and one proposal with its answer.

Everybody can read a proposal and the talk under it. The owner of the model sees three columns for
each section: what it was, what is proposed, and what the model says now; she takes it, leaves it
out, or writes a third text, asks back, or declines.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from aiohttp import web
from multidict import MultiDict, MultiDictProxy
from wtforms import StringField

from actors.database import Session
from actors.errors import Conflicting, Gone, NotAllowed, NotFound, Unwise
from actors.rules import comparing, permissions
from actors.rules.comparing import Mark
from actors.rules.merging import SectionMerge, Verdict
from actors.rules.proposals import MAX_MESSAGE, Change, State, Takes
from actors.rules.sections import Section
from actors.site import id_in
from actors.verbs import conferring, considering, proposing
from actors.verbs.forking import Choice
from actors.views import history, proposals, timelines
from actors.views.access import Acting
from actors.views.paging import Page
from actors.views.proposals import Beside, Item
from actors.views.unsent import Begun
from federation.app_keys import DATABASE, SITE
from federation.pages import forms, models, pausing, reading, rendering, saying, sessions
from federation.pages.forms import Fields, Form
from federation.pages.sessions import Visitor
from federation.pages.translating import N_

PAGE_SIZE: Final = 30
CHOOSE: Final = N_("Please choose what becomes of this section.")
WRITE_SOMETHING: Final = N_("Please write the text that shall stand here.")
MOVED_ON: Final = N_(
    "The model or the proposal changed while you were deciding. Your choices are still here: check"
    " them, and send again."
)

STATES: Final = {
    "open": N_("Waits for an answer"),
    "asked": N_("Asked back"),
    "accepted": N_("Accepted"),
    "rejected": N_("Declined"),
    "gone": N_("The model was deleted"),
    "left": N_("Who proposed it has left"),
    "moved": N_("The organisation has moved"),
}
"""What a state is called."""

WHOM: Final = {
    "everybody": N_("Everybody may propose changes."),
    "followers": N_("Only those who follow us may propose changes."),
    "nobody": N_("Nobody may propose changes at present."),
}
"""What an organisation says about who may propose."""


class PolicyForm(Form):
    """From whom we take proposals."""

    whom = StringField(validators=forms.required(20))


async def listing(request: web.Request) -> web.Response:
    """GET /proposals: what was proposed to the organisation, or by it."""
    here, acting = await sessions.acting(request)
    side = "sent" if request.query.get("side") == "sent" else "received"
    view = proposals.sent if side == "sent" else proposals.received
    page, waiting = _page(request), _waiting(request)
    async with request.app[DATABASE].read() as session:
        items = await view(session, acting.organisation, page, waiting=waiting)
        counts = await proposals.counts(session, acting.organisation)
        takes = await proposals.takes_from(session, acting.organisation)
    return rendering.page(
        request,
        here,
        "proposals.html",
        items=items,
        model=None,
        side=side,
        waiting=waiting,
        counts=counts,
        takes=takes.value,
        may_choose=permissions.may_manage_members(acting.office),
        older=_older(items, f"/proposals?side={side}", waiting=waiting),
        states=STATES,
        whom=WHOM,
    )


async def about(request: web.Request) -> web.Response:
    """GET /m/{slug}/proposals: what is proposed for a model."""
    here = await sessions.visitor(request)
    page, waiting = _page(request), _waiting(request)
    async with request.app[DATABASE].read() as session:
        model = await models.find(session, request.match_info["slug"])
        items = await proposals.about(session, model, page, waiting=waiting)
    return rendering.page(
        request,
        here,
        "proposals.html",
        items=items,
        model=model,
        waiting=waiting,
        older=_older(items, f"{request.path}?", waiting=waiting),
        states=STATES,
    )


async def choose(request: web.Request) -> web.Response:
    """POST /proposals: from whom the organisation takes proposals."""
    here, acting = await sessions.acting(request)
    form = await forms.read(request, here, PolicyForm)
    permissions.must_manage_members(acting.office)
    if not form.validate() or form.whom.data not in list(Takes):
        raise Unwise(forms.UNREADABLE)
    async with request.app[DATABASE].begin() as session:
        await considering.take_from(session, acting.organisation, Takes(form.whom.data))
    raise web.HTTPSeeOther(saying.address("/proposals", "proposals-from"))


async def proposal(request: web.Request) -> web.Response:
    """GET /proposals/{id}: what is proposed, beside the model, and the talk about it."""
    return await _show(request, await sessions.visitor(request), None, {})


async def answer(request: web.Request) -> web.Response:
    """POST /proposals/{id}: take it in, ask back, decline; or withdraw it."""
    here = await sessions.visitor(request)
    given = await forms.fields(request)
    acting = here.acting
    if acting is None or not forms.token_fits(here, given):
        problem = forms.SIGNED_OUT if acting is None else forms.OTHER_SESSION
        return await _show(request, here, given, {}, problem=problem)
    permissions.must_publish(acting.office)
    act = _ACTS.get(given.get("do", ""))
    if act is None:
        raise Unwise(forms.UNREADABLE)
    try:
        said = await act(request, acting, given)
    except _Faulty as faulty:
        return await _show(request, here, given, faulty.faults, problem=faulty.problem)
    except Conflicting as refused:
        faults = {f"choice.{key}": CHOOSE for key in refused.keys}
        return await _show(request, here, given, faults, problem=refused.reason)
    except Unwise as refused:
        faults = {
            path.replace("choices.", "choice.", 1): words for path, words in refused.fields.items()
        }
        return await _show(request, here, given, faults, problem=refused.reason)
    where = "/proposals?side=sent" if said == "proposal-withdrawn" else request.path
    raise web.HTTPSeeOther(saying.address(where, said))


class _Faulty(Exception):
    """What was typed is not enough yet."""

    def __init__(self, faults: Mapping[str, str], problem: str = "") -> None:
        super().__init__()
        self.faults, self.problem = faults, problem


async def _accept(request: web.Request, acting: Acting, given: Fields) -> str:
    async with request.app[DATABASE].read() as session:
        item = await _owned(session, request, acting)
        beside = await proposals.beside(session, item)
    choices, faults = _choices(given, beside)
    if beside is not None and given.get("seen") != _seen(beside):
        raise _Faulty(faults, MOVED_ON)
    if faults:
        raise _Faulty(faults)
    async with request.app[DATABASE].begin() as session:
        await considering.accept(
            session,
            request.app[SITE],
            (await _owned(session, request, acting)).proposal,
            choices,
            author=acting.member,
            message=given.get("message", "")[:MAX_MESSAGE],
            language=rendering.language(request),
        )
        await _settled(session, request, acting)
    return "proposal-accepted"


async def _ask(request: web.Request, acting: Acting, given: Fields) -> str:
    async with request.app[DATABASE].begin() as session:
        item = await _owned(session, request, acting)
        question, spoken = given.get("question", ""), rendering.language(request)
        await considering.ask(session, request.app[SITE], item.proposal, question, language=spoken)
        await pausing.done(session, acting, place_of(request, "question"))
    return "proposal-asked"


async def _reject(request: web.Request, acting: Acting, given: Fields) -> str:
    async with request.app[DATABASE].begin() as session:
        item = await _owned(session, request, acting)
        reason, spoken = given.get("reason", ""), rendering.language(request)
        await considering.reject(session, request.app[SITE], item.proposal, reason, language=spoken)
        await _settled(session, request, acting)
    return "proposal-rejected"


async def _withdraw(request: web.Request, acting: Acting, _: Fields) -> str:
    async with request.app[DATABASE].begin() as session:
        item = await named(session, request.match_info["id"])
        if item.proposer.id != acting.organisation.id:
            raise NotAllowed("Only who made a proposal can withdraw it.")
        await proposing.withdraw(session, request.app[SITE], item.proposal)
    return "proposal-withdrawn"


async def _reply(request: web.Request, acting: Acting, given: Fields) -> str:
    text, spoken = given.get("text", ""), rendering.language(request)
    async with request.app[DATABASE].begin() as session:
        item = await named(session, request.match_info["id"])
        await conferring.reply(
            session, request.app[SITE], acting.organisation, item, text, language=spoken
        )
        await pausing.done(session, acting, place_of(request, "text"))
    return "replied"


DECIDING: Final = ("", "question", "reason")
"""What the owner of a model may have begun about a proposal: taking it, asking, declining."""


def place_of(request: web.Request, answer: str = "") -> str:
    """Where what was begun on a page of a proposal is kept: one place for each of its forms."""
    return f"{request.path}?answer={answer}" if answer else request.path


async def _settled(session: Session, request: web.Request, acting: Acting) -> None:
    """It is decided: what was begun of other answers is of no use any more."""
    for answer in DECIDING:
        await pausing.done(session, acting, place_of(request, answer))


async def _begun(
    session: Session, request: web.Request, here: Visitor, *, decides: bool
) -> dict[str, Begun]:
    """What this reader has begun about a proposal, by the form that it stands in."""
    found: dict[str, Begun] = {}
    for answer in (*(DECIDING if decides else ()), "text"):
        if one := await pausing.begun(session, here, place_of(request, answer)):
            found[answer] = one
    return found


_ACTS: Final = {
    "accept": _accept,
    "ask": _ask,
    "reject": _reject,
    "withdraw": _withdraw,
    "reply": _reply,
}


async def named(session: Session, text: str) -> Item:
    """The proposal that an address of ours names.

    Raises:
        NotFound: there is none. Gone: it was withdrawn.
    """
    number = id_in(text)
    item = await proposals.by_id(session, number) if number is not None else None
    if item is None or item.proposer.shut_at is not None:
        raise NotFound("There is no such proposal here.")
    if item.proposal.state == State.WITHDRAWN:
        raise Gone("This proposal was withdrawn.")
    return item


async def _owned(session: Session, request: web.Request, acting: Acting) -> Item:
    item = await named(session, request.match_info["id"])
    if item.owner.id != acting.organisation.id:
        raise NotAllowed(
            "Only the organisation that published a model can answer proposals for it."
        )
    return item


@dataclass(frozen=True)
class Column:
    """One language of a section on three sides; a side that lacks it is None."""

    language: str
    base: str | None
    theirs: list[Mark] | None
    ours: list[Mark] | None


@dataclass(frozen=True)
class Row:
    """One section of a proposal.

    Attributes:
        merge: what the rules say about it.
        change: what the proposer says about it.
        name: its title, for this reader.
        columns: the texts that differ, by language.
        choice: what is chosen at present: theirs, ours, own, or nothing yet.
        own: the texts of “write it anew”, by language.
    """

    merge: SectionMerge
    change: Change | None
    name: str
    columns: tuple[Column, ...]
    choice: str
    own: Mapping[str, str]

    @property
    def is_conflict(self) -> bool:
        """The model changed it too since the proposal was written."""
        return self.merge.verdict is Verdict.CONFLICT

    @property
    def is_there(self) -> bool:
        """The model says so already."""
        return self.merge.verdict is Verdict.ALIKE

    @property
    def has_moved(self) -> bool:
        """The model says something else now than when the proposal was written."""
        base, ours = self.merge.base, self.merge.ours
        return (base.digest if base else "") != (ours.digest if ours else "")


def rows_of(item: Item, beside: Beside, given: Fields | None, language: str) -> list[Row]:
    """The sections of a proposal as this reader sees them, with what was chosen."""
    changes = {one.key: one for one in item.changes}
    rows: list[Row] = []
    for merged in beside.rows:
        shown = merged.theirs or merged.ours or merged.base
        key = (merged.base or merged.theirs or merged.ours or shown).key if shown else merged.key
        default = "" if merged.verdict is Verdict.CONFLICT else "theirs"
        start = merged.suggestion or merged.theirs or merged.ours
        own = {tag: "" if start is None else start.texts.get(tag, "") for tag in _languages(merged)}
        typed = {} if given is None else _own(given, merged)
        rows.append(
            Row(
                merge=merged,
                change=changes.get(key),
                name=reading.best(dict(shown.names) if shown else {}, language, "")[0],
                columns=_columns(merged),
                choice=default if given is None else given.get(f"choice.{merged.key}", default),
                own=own | typed,
            )
        )
    return rows


def _columns(row: SectionMerge) -> tuple[Column, ...]:
    base, theirs, ours = (_texts(side) for side in (row.base, row.theirs, row.ours))
    return tuple(
        Column(tag, base.get(tag), _marks(base, theirs, tag), _marks(base, ours, tag))
        for tag in dict.fromkeys((*base, *theirs, *ours))
        if not base.get(tag) == theirs.get(tag) == ours.get(tag)
    )


def _texts(side: Section | None) -> Mapping[str, str]:
    return {} if side is None else side.texts


def _marks(base: Mapping[str, str], side: Mapping[str, str], tag: str) -> list[Mark] | None:
    """A side's text with its words marked: those it added to the base, and those it dropped."""
    if tag not in side:
        return None
    return comparing.words(base[tag], side[tag]) if tag in base else [("same", side[tag])]


def _languages(row: SectionMerge) -> tuple[str, ...]:
    sides = [side.texts for side in (row.ours, row.theirs) if side is not None]
    return tuple(dict.fromkeys(tag for texts in sides for tag in texts))


def _own(given: Fields, row: SectionMerge) -> dict[str, str]:
    fields = {tag: f"own.{row.key}.{tag}" for tag in _languages(row)}
    return {tag: given[field] for tag, field in fields.items() if field in given}


def _choices(given: Fields, beside: Beside | None) -> tuple[dict[str, Choice], dict[str, str]]:
    """What was chosen for each section, and field → fault where something is missing."""
    choices: dict[str, Choice] = {}
    faults: dict[str, str] = {}
    for row in beside.rows if beside else ():
        chosen = given.get(f"choice.{row.key}", "")
        if row.verdict is Verdict.ALIKE:
            continue
        if chosen == "theirs":
            choices[row.key] = "theirs"
        elif chosen == "ours":
            choices[row.key] = "ours"
        elif chosen == "own":
            texts = {tag: text for tag, text in _own(given, row).items() if text.strip()}
            choices[row.key] = texts
            if not texts:
                faults[f"own.{row.key}"] = WRITE_SOMETHING
        else:
            faults[f"choice.{row.key}"] = CHOOSE
    return choices, faults


def _seen(beside: Beside) -> str:
    """Which two versions the page showed."""
    return f"{beside.base.iri} {beside.ours.iri}"


async def _show(
    request: web.Request,
    here: Visitor,
    given: Fields | None,
    faults: Mapping[str, str],
    *,
    problem: str = "",
) -> web.Response:
    us = here.organisation
    async with request.app[DATABASE].read() as session:
        item = await named(session, request.match_info["id"])
        beside = await proposals.beside(session, item)
        note = await conferring.remark(session, item.proposal.note_iri)
        root = await timelines.status(session, note.id, us) if note else None
        _, below = await timelines.thread(session, root, us) if root else ([], [])
        may = here.acting is not None and permissions.may_publish(here.acting.office)
        is_owner = may and us is not None and us.id == item.owner.id
        begun = await _begun(session, request, here, decides=is_owner and item.is_waiting)
        result = await history.revision_by_iri(session, item.proposal.result_iri or "")
        fork = await history.revision_by_iri(session, item.proposal.fork_iri or "")
        fork_model = await history.model_by_id(session, fork.model_id) if fork else None
    typed, moved = _typed(given, begun, beside)
    problem = problem or (MOVED_ON if moved else "")
    rows = [] if beside is None else rows_of(item, beside, typed, rendering.language(request))
    return rendering.page(
        request,
        here,
        "proposal.html",
        status=422 if faults or problem else 200,
        item=item,
        beside=beside,
        rows=rows,
        seen="" if beside is None else _seen(beside),
        is_owner=is_owner,
        is_proposer=may and us is not None and us.id == item.proposer.id,
        root=root,
        begun=begun,
        below=below,
        result=result,
        fork_model=fork_model,
        typed={} if typed is None else typed,
        states=STATES,
        faults=faults,
        problem=problem,
    )


def _typed(
    given: Fields | None, begun: Mapping[str, Begun], beside: Beside | None
) -> tuple[Fields | None, bool]:
    """What stands in the forms: what was just sent, or what was begun and kept.

    Returns:
        The fields; and whether one of the two sides has changed since they were filled in.
    """
    if given is not None or not begun:
        return given, False
    kept: MultiDict[str] = MultiDict()
    for one in begun.values():
        kept.update(one.fields)
    if "" not in begun:
        return MultiDictProxy(kept), False
    return MultiDictProxy(kept), beside is None or kept.get("seen") != _seen(beside)


def _page(request: web.Request) -> Page:
    return Page(max_id=id_in(request.query.get("max_id", "")), limit=PAGE_SIZE)


def _waiting(request: web.Request) -> bool | None:
    return {"open": True, "answered": False}.get(request.query.get("state", ""))


def _older(items: Sequence[Item], path: str, *, waiting: bool | None) -> str | None:
    state = "" if waiting is None else "&state=open" if waiting else "&state=answered"
    if len(items) < PAGE_SIZE:
        return None
    return f"{path}{state}&max_id={items[-1].proposal.id}"
