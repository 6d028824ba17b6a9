"""Proposing a change: which sections, what they shall say, and why.

Whoever has adapted the model finds there what differs from it, ready to be given back; everybody
else finds the model's own sections, to write into them. What is typed is never lost: where the
model moves on meanwhile, the page is shown again beside its newest version.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from aiohttp import web
from yarl import URL

from actors.database import Session
from actors.errors import NotAllowed, Refusal, Unwise
from actors.rules import comparing, permissions
from actors.rules.comparing import Mark
from actors.rules.languages import canonical_tag, is_tag
from actors.rules.merging import SectionMerge
from actors.rules.modifications import MAX_NOTE, Reason
from actors.rules.proposals import MAX_MESSAGE, Change, Gain
from actors.rules.sections import Section, Sheet
from actors.tables.model import Model
from actors.tables.revision import Revision
from actors.verbs import proposing
from actors.views import history, proposals
from actors.views.access import Acting
from actors.views.proposals import Item
from federation.app_keys import DATABASE, SITE
from federation.pages import forms, models, pausing, reading, rendering, saying, sessions
from federation.pages import proposals as pages
from federation.pages.forms import Fields
from federation.pages.sessions import Visitor
from federation.pages.translating import N_

CHOOSE_SECTIONS: Final = N_("Please tick at least one section that you want to propose.")
TICK_IT: Final = N_("You changed this section: tick it to propose it, or put its text back.")
MOVED_ON: Final = N_(
    "The model changed while you were writing. What you typed is still here: check it, and send"
    " again."
)


@dataclass(frozen=True)
class Row:
    """One section that can be proposed.

    Attributes:
        gain: what it is now, and what would be proposed.
        name: its title, for this reader.
        texts: language → what stands in the field.
        marks: language → the words that differ from what the model says now.
        is_chosen: it is ticked.
        is_open: something was written into it.
        goes: it would be removed.
        reason: why, as a word of the list.
        note: why, in her words.
    """

    gain: Gain
    name: str
    texts: Mapping[str, str]
    marks: Mapping[str, list[Mark]]
    is_chosen: bool
    is_open: bool
    goes: bool
    reason: str
    note: str


@dataclass(frozen=True)
class _Ground:
    """What a proposal starts from.

    Attributes:
        source: the model that is to change.
        head: the version of it that is known here.
        fork: the adaptation that it comes from.
        gains: the sections that can be proposed.
        again: a proposal that was declined, to be made anew.
    """

    source: Model
    head: Revision
    fork: Model | None
    gains: Sequence[Gain]
    again: Item | None = None

    @property
    def sheet(self) -> Sheet:
        return history.sheet(self.head)


async def propose_page(request: web.Request) -> web.Response:
    """GET /m/{slug}/propose: what could be proposed for a model."""
    here, acting = await sessions.acting(request)
    permissions.must_publish(acting.office)
    ground = await _ground(request, acting)
    async with request.app[DATABASE].read() as session:
        begun = await pausing.begun(session, here, _place(request))
    given = None if begun is None else pausing.fields_of(begun)
    moved = given is not None and given.get("seen") != ground.head.iri
    return await _show(request, here, ground, given, {}, problem=MOVED_ON if moved else "")


async def propose(request: web.Request) -> web.Response:
    """POST /m/{slug}/propose: send it."""
    here = await sessions.visitor(request)
    given = await forms.fields(request)
    acting = here.acting
    ground = await _ground(request, acting)
    if acting is None or not forms.token_fits(here, given):
        problem = forms.SIGNED_OUT if acting is None else forms.OTHER_SESSION
        return await _show(request, here, ground, given, {}, problem=problem)
    permissions.must_publish(acting.office)
    if given.get("seen") != ground.head.iri:
        return await _show(request, here, ground, given, {}, problem=MOVED_ON)
    changes = _changes(ground, given)
    faults = {
        f"take.{gain.key}": TICK_IT
        for gain in ground.gains
        if f"take.{gain.key}" not in given and _is_written(gain, given)
    }
    if not changes and not faults:
        faults["sections"] = CHOOSE_SECTIONS
    if not given.get("message", "").strip():
        faults["message"] = forms.MISSING
    if faults:
        return await _show(request, here, ground, given, faults)
    language = canonical_tag(given.get("language", ""))
    try:
        async with request.app[DATABASE].begin() as session:
            made = await proposing.propose(
                session,
                request.app[SITE],
                acting.organisation,
                await models.find(session, request.match_info["slug"]),
                changes,
                message=given.get("message", "").replace("\r\n", "\n"),
                language=language if is_tag(language) else rendering.language(request),
                fork=ground.fork,
            )
            await pausing.done(session, acting, _place(request))
    except Refusal as refused:
        fields = refused.fields if isinstance(refused, Unwise) else {}
        faults = {"message": fields["message"]} if "message" in fields else {}
        others = [one for path, one in fields.items() if path != "message"]
        problem = others[0] if others else "" if faults else refused.reason
        return await _show(request, here, ground, given, faults, problem=problem)
    raise web.HTTPSeeOther(saying.address(f"/proposals/{made.id}", "proposed"))


def _place(request: web.Request) -> str:
    """The address of this form, without what only says where to look first."""
    told = [(name, request.query[name]) for name in ("from", "again") if name in request.query]
    return str(URL(request.path, encoded=True).with_query(told[:1]))


async def _ground(request: web.Request, acting: Acting | None) -> _Ground:
    """What the reader can propose.

    Raises:
        NotAllowed: it is her own model.
    """
    async with request.app[DATABASE].read() as session:
        source = await models.find(session, request.match_info["slug"])
        head = await history.head(session, source)
        if acting is None:
            return _Ground(source, head, None, _own_sections(history.sheet(head)))
        if source.actor_id == acting.organisation.id:
            raise NotAllowed("This model is your own: change it yourself.")
        if request.query.get("again"):
            return await _again(session, request.query["again"], acting, source, head)
        fork = await _fork(session, request.query.get("from", ""), acting, source)
        if fork is None:
            return _Ground(source, head, None, _own_sections(history.sheet(head)))
        _, gains = await proposals.gains(session, fork)
        return _Ground(source, head, fork, gains)


async def _again(
    session: Session, text: str, acting: Acting, source: Model, head: Revision
) -> _Ground:
    """A proposal that was declined, beside what the model says now."""
    item = await pages.named(session, text)
    if item.proposer.id != acting.organisation.id or item.model.id != source.id:
        raise NotAllowed("Only who made a proposal can make it anew.")
    beside = await proposals.beside(session, item)
    rows = beside.rows if beside else ()
    gains = [_regained(row) for row in rows]
    known = {one.id: one for one in await proposals.forks_of(session, acting.organisation, source)}
    revision = await history.revision_by_iri(session, item.proposal.fork_iri or "")
    fork = known.get(revision.model_id) if revision else None
    return _Ground(source, head, fork, gains, item)


def _regained(row: SectionMerge) -> Gain:
    """What was proposed, with what the model has changed since where both can stand."""
    return Gain(
        key=row.key,
        now=row.ours,
        proposed=row.suggestion or row.theirs,
        core=row.core,
        both=row.verdict.value == "conflict",
    )


async def _fork(session: Session, text: str, acting: Acting, source: Model) -> Model | None:
    """The adaptation that was named, or else the organisation's first one of this model."""
    forks = await proposals.forks_of(session, acting.organisation, source)
    named = [one for one in forks if text in (one.slug, str(one.id))]
    wanted = named or ([] if text == "none" else forks)
    return wanted[0] if wanted else None


def _own_sections(sheet: Sheet) -> list[Gain]:
    """The model's own sections, as they are, to be written into."""
    return [
        Gain(
            key=one.key,
            now=one,
            proposed=one,
            core=one.adaptability.value == "Core",
            both=False,
        )
        for one in sheet.sections
    ]


def _languages(gain: Gain) -> tuple[str, ...]:
    sides = [side.texts for side in (gain.now, gain.proposed) if side is not None]
    return tuple(dict.fromkeys(tag for texts in sides for tag in texts))


def _typed(gain: Gain, given: Fields | None) -> dict[str, str]:
    """Language → what stands in the field."""
    texts = {} if gain.proposed is None else dict(gain.proposed.texts)
    start = {tag: texts.get(tag, "") for tag in _languages(gain)}
    if given is None:
        return start
    return {tag: given.get(f"text.{gain.key}.{tag}", text) for tag, text in start.items()}


def _likely(gain: Gain) -> Reason:
    """The reason that is offered first."""
    return Reason.LANGUAGE if gain.only_adds_languages else Reason.LESSON


def _is_written(gain: Gain, given: Fields | None) -> bool:
    """Did she write something else into the fields than what stood there?"""
    start, typed = _typed(gain, None), _typed(gain, given)
    return any(typed[tag].replace("\r\n", "\n").strip() != start[tag].strip() for tag in start)


def _changes(ground: _Ground, given: Fields) -> list[Change]:
    """What was ticked."""
    changes: list[Change] = []
    for gain in ground.gains:
        if f"take.{gain.key}" not in given:
            continue
        word = given.get(f"reason.{gain.key}", "")
        changes.append(
            Change(
                key=gain.key,
                section=_section(gain, _typed(gain, given)),
                reason=Reason(word) if word in list(Reason) else Reason.LESSON,
                note=given.get(f"note.{gain.key}", "").strip()[:MAX_NOTE],
            )
        )
    return changes


def _section(gain: Gain, texts: Mapping[str, str]) -> Section | None:
    """The section with what was typed; a language that was emptied is left as the model has it."""
    ground = gain.proposed
    if ground is None:
        return None
    now = gain.now.texts if gain.now else {}
    typed = {tag: text.replace("\r\n", "\n") for tag, text in texts.items()}
    said = {tag: text if text.strip() else now.get(tag, "") for tag, text in typed.items()}
    said = {tag: text for tag, text in said.items() if text.strip()}
    kept = {
        tag: of
        for tag, of in ground.translated_from.items()
        if said.get(tag) == ground.texts.get(tag)
    }
    return replace(ground, texts=said, translated_from=kept)


def _rows(request: web.Request, ground: _Ground, given: Fields | None) -> list[Row]:
    language, wanted = rendering.language(request), request.query.get("section")
    rows: list[Row] = []
    for gain in ground.gains:
        shown = gain.proposed or gain.now
        texts, now = _typed(gain, given), gain.now.texts if gain.now else {}
        said = ground.again.changes if ground.again else ()
        before = next((one for one in said if one.key == gain.key), None)
        ticked = wanted == gain.key or ground.again is not None
        rows.append(
            Row(
                gain=gain,
                name=reading.best(dict(shown.names) if shown else {}, language, "")[0] or gain.key,
                texts=texts,
                marks={
                    tag: comparing.words(now.get(tag, ""), text)
                    for tag, text in texts.items()
                    if now.get(tag, "") != text
                },
                is_chosen=ticked if given is None else f"take.{gain.key}" in given,
                is_open=_is_written(gain, given),
                goes=gain.proposed is None,
                reason=(before.reason if before else _likely(gain))
                if given is None
                else given.get(f"reason.{gain.key}", ""),
                note=(before.note if before else "")
                if given is None
                else given.get(f"note.{gain.key}", ""),
            )
        )
    return rows


async def _show(
    request: web.Request,
    here: Visitor,
    ground: _Ground,
    given: Fields | None,
    faults: Mapping[str, str],
    *,
    problem: str = "",
) -> web.Response:
    async with request.app[DATABASE].read() as session:
        owner = await history.author(session, ground.source)
        begun = await pausing.begun(session, here, _place(request))
    message = ground.again.proposal.message if ground.again else ""
    return rendering.page(
        request,
        here,
        "propose.html",
        status=422 if faults or problem else 200,
        model=ground.source,
        owner=owner,
        head=ground.head,
        sheet=ground.sheet,
        fork=ground.fork,
        again=ground.again,
        rows=_rows(request, ground, given),
        place=_place(request),
        begun=begun,
        message=message if given is None else given.get("message", ""),
        language=rendering.language(request) if given is None else given.get("language", ""),
        longest=MAX_MESSAGE,
        longest_note=MAX_NOTE,
        faults=faults,
        problem=problem,
    )
