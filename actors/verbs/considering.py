"""Considering: somebody offers a change of a model of ours; it is taken in, asked back or declined.

An Offer is judged before it is remembered: it names a version that is one of the model's, with that
version's digest; what comes of it has the digest it claims and could be published. What does not
stand that, or is not welcome, is answered Reject with the reason: nobody is left without an answer.

What is accepted, in part or whole, becomes a new version that names whose work is in it. A core
section is taken like any other: it is then the core of the source.

Wire: Offer{ChangeProposal}; Accept with `result`, TentativeAccept, Reject; Undo of the Offer
(FEDERATION.md, "Proposals").
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import activitypub.vocabulary as ap
from activitypub import iris
from activitypub.authority import Heard
from activitypub.canonical_json import Document, encode
from activitypub.errors import Malformed, NotAuthoritative, ProtocolError
from activitypub.iris import Iri
from actors.database import Session
from actors.documents import proposal as documents
from actors.documents.model import section_iri
from actors.documents.proposal import Offered
from actors.errors import Conflicting, Gone, NotAllowed, NotFound, Refusal, Unwise
from actors.rules import proposals as rules
from actors.rules.merging import SectionMerge
from actors.rules.proposals import (
    MAX_OPEN,
    MAX_OPEN_OF_A_HOST,
    Credit,
    State,
    Takes,
)
from actors.rules.sections import Section, check, clean
from actors.site import Site
from actors.tables.actor import Actor
from actors.tables.member import Member
from actors.tables.model import Model
from actors.tables.organisation import Organisation
from actors.tables.proposal import Proposal
from actors.tables.revision import Revision
from actors.verbs import conferring, hearing, mirroring, posting, publishing
from actors.verbs.forking import Choice
from actors.verbs.mirroring import Gathered
from actors.verbs.publishing import Making
from actors.views import blocks, history, profiles, proposals
from actors.views.proposals import Item

# What the owner decides


async def accept(
    session: Session,
    site: Site,
    proposal: Proposal,
    choices: Mapping[str, Choice],
    *,
    author: Member | None = None,
    message: str = "",
    language: str | None = None,
) -> Revision:
    """Take a proposal in, in part or whole: a new version, with credit to who proposed it.

    Args:
        session: an open transaction.
        site: our origin, clock and ids.
        proposal: one about a model of ours.
        choices: section key → `theirs`, `ours` (leave it out) or texts by language. Without a
            choice a change is taken; every conflict needs one.
        author: the member who acts.
        message: a word to the proposer; everybody can read it.
        language: of the message.

    Returns:
        The new version; the newest one where it says all of that already.

    Raises:
        Conflicting: it was answered already, or a conflict has no choice (`keys` names them).
        Unwise: a choice that cannot be made here, or nothing was taken.
        Gone: it was withdrawn, or the model deleted.
    """
    item = await _to_decide(session, proposal)
    model = await publishing.held(session, item.model)
    base = await _base(session, item)
    now = await history.head(session, model)
    ours = history.sheet(now)
    _, _, concerned = rules.beside(history.sheet(base), ours, item.changes)
    fit, taken = rules.taken_in(
        history.sheet(base), ours, item.changes, _decided(concerned, choices)
    )
    fit = clean(fit)
    check(fit)
    revision = now
    if fit.digest != now.digest:
        making = Making(
            author=author,
            note=message.strip()[: rules.MAX_MESSAGE],
            parent=now,
            modifications=history.modifications(now),
            credits=(_credit(item),),
        )
        revision = await publishing.advance(session, site, model, fit, making)
        if item.proposer.iri not in await publishing.audience(session, model):
            await publishing.tell_newest(session, site, model, [item.proposer.iri])
    page = f"{model.url}/versions/{revision.number}"
    told = f"{message.strip()}\n\n✔ {revision.number}: {page}"
    await say(
        session,
        site,
        item,
        "Accept",
        told,
        summary=message.strip(),
        language=language,
        keys=taken,
        result=revision.iri,
    )
    return revision


async def ask(
    session: Session, site: Site, proposal: Proposal, question: str, *, language: str | None = None
) -> None:
    """Ask the proposer something before deciding.

    Raises:
        Conflicting: it was answered already. Gone: it was withdrawn. Unwise: there is no question.
    """
    question = conferring.must_be_said(question, "question")
    item = await _to_decide(session, proposal)
    await say(session, site, item, "TentativeAccept", question, summary=question, language=language)


async def reject(
    session: Session, site: Site, proposal: Proposal, reason: str, *, language: str | None = None
) -> None:
    """Decline a proposal, and say why.

    Where both sides changed a section, the answer names it and the version of now.

    Raises:
        Conflicting: it was answered already. Gone: it was withdrawn. Unwise: there is no reason.
    """
    reason = conferring.must_be_said(reason, "reason")
    item = await _to_decide(session, proposal)
    beside = await proposals.beside(session, item)
    await say(
        session,
        site,
        item,
        "Reject",
        f"✘ {reason}",
        summary=reason,
        language=language,
        keys=rules.conflicts(beside.rows) if beside else (),
        current=beside.ours.iri if beside else None,
    )


async def take_from(session: Session, organisation: Actor, whom: Takes) -> None:
    """From now on an organisation of ours takes proposals from these; what waits is not touched."""
    row = await session.get_one(Organisation, organisation.id, with_for_update=True)
    row.proposals_from = whom.value
    await session.flush()


async def check_welcome(session: Session, owner: Actor, proposer: Actor) -> None:
    """Refuse a proposal that its owner does not want to read.

    Raises:
        NotAllowed: she takes none from the proposer. Conflicting: too many wait already.
    """
    if await blocks.bars(session, owner.id, proposer):
        raise NotAllowed("Proposals of yours are not taken here.")
    takes = await proposals.takes_from(session, owner)
    if takes is Takes.NOBODY:
        raise NotAllowed("This organisation takes no proposals at present.")
    if takes is Takes.FOLLOWERS:
        follow = await profiles.follow_of(session, proposer, owner)
        if follow is None or follow.state != "accepted":
            raise NotAllowed("This organisation takes proposals from its followers only.")
    own, of_host = await proposals.open_from(session, proposer, owner)
    if own >= MAX_OPEN:
        raise Conflicting(
            f"{MAX_OPEN} proposals of yours wait there already: let them be answered."
        )
    if not proposer.is_ours and of_host >= MAX_OPEN_OF_A_HOST:
        raise Conflicting("Too many proposals from your site wait here already.")


# What peers tell us


async def concerns_us(session: Session, heard: Heard[ap.Activity]) -> bool:
    """Is a change of one of our models offered?"""
    model = await history.model_by_iri(session, heard.activity.target or "")
    return model is not None and model.is_ours


def proposal_wanted(heard: Heard[ap.Activity], gathered: Gathered) -> frozenset[Iri]:
    """The proposal, where the Offer only names it or links to it."""
    thing = heard.activity.object
    if hearing.is_our_own(heard):
        return frozenset()
    if isinstance(thing, ap.Object):
        wanted = thing.id if documents.elsewhere(thing) else None
    else:
        wanted = thing
    return frozenset({wanted} if wanted else ()) - gathered.keys()


async def on_offer(
    session: Session, site: Site, heard: Heard[ap.Offer], gathered: Gathered
) -> None:
    """Somebody offers a change of a model of ours: it waits for its owner, or is answered Reject.

    One that was withdrawn before it came has no effect; nor has one that is known already.
    """
    proposer = await hearing.speaker(session, heard)
    model = await history.model_by_iri(session, heard.activity.target or "")
    if model is None or not model.is_ours:
        return
    owner = await history.author(session, model)
    if hearing.is_our_own(heard):
        item = await proposals.by_offer(session, str(heard.activity.id))
        if item is None or item.proposal.state == State.WITHDRAWN:
            return
    else:
        try:
            item = await _remembered(session, site, heard, gathered, model, owner, proposer)
        except (Refusal, ProtocolError) as why:
            await _turn_down(session, site, heard, owner, why)
            return
    if item is not None:
        note = item.proposal.note_iri
        told = item.proposal.message[:_TOLD]
        await conferring.tell(
            session, site, owner, "proposal", proposer, item, note_iri=note, reason=told
        )


async def on_withdrawn(session: Session, heard: Heard[ap.Activity]) -> bool:
    """Somebody takes a proposal back: it is forgotten, unless it is part of the model already.

    Returns:
        False where it is not known, and perhaps not here yet.
    """
    item = await proposals.by_offer(session, hearing.iri_of(heard.activity.object))
    if item is None or item.proposer.iri != heard.speaker:
        return False
    if item.proposal.state != State.ACCEPTED:
        await conferring.unsay(session, item)
        await session.delete(item.proposal)
        await session.flush()
    return True


_TOLD = 280
"""Characters of a message in a notice; all of it stands on the proposal's page."""


async def _remembered(
    session: Session,
    site: Site,
    heard: Heard[ap.Offer],
    gathered: Gathered,
    model: Model,
    owner: Actor,
    proposer: Actor,
) -> Item | None:
    """Judge what is offered, and remember it.

    Returns:
        None where it is known already, or was withdrawn before it came.

    Raises:
        Refusal, ProtocolError: why it is not taken; nothing is written then.
    """
    offered, document = _offered(heard, gathered, model)
    if await mirroring.is_buried(session, str(heard.activity.id), proposer):
        return None
    if await proposals.by_iri(session, offered.iri) is not None:
        return None
    if model.deleted_at is not None:
        raise Gone("This model was deleted by its organisation.")
    await check_welcome(session, owner, proposer)
    base = await history.revision_by_iri(session, offered.base)
    if base is None or base.model_id != model.id or offered.base_digest != base.digest:
        raise Unwise("The version that the proposal starts from is none of this model's.")
    await _check_fork(session, offered, proposer)
    sheet = history.sheet(base)
    changes = rules.tied(sheet, offered.changes)
    if rules.judge(sheet, changes).digest != offered.digest:
        raise Unwise("The proposal is not what its digest says.")
    row = Proposal(
        id=site.new_id(),
        iri=offered.iri,
        offer_iri=str(heard.activity.id),
        model_id=model.id,
        proposer_id=proposer.id,
        base_iri=base.iri,
        base_digest=base.digest,
        fork_iri=offered.fork,
        digest=offered.digest,
        message=offered.message,
        language=offered.language,
        changes=[one.to_json() for one in changes],
        note_iri=offered.note,
        document=encode(document),
        made_at=site.now(),
    )
    session.add(row)
    await session.flush()
    return await proposals.by_id(session, row.id)


def _offered(heard: Heard[ap.Offer], gathered: Gathered, model: Model) -> tuple[Offered, Document]:
    """What is offered, from the activity or from its own address.

    Raises:
        NotAuthoritative: it is somebody else's. Malformed: it is not what was announced.
    """
    said = heard.activity.object
    thing = said if isinstance(said, ap.Object) else None
    if thing is None or documents.elsewhere(thing):
        whole = gathered[Iri(hearing.iri_of(said))]
        if thing is not None and not documents.fits_link(thing, whole):
            raise Malformed("the proposal is not what the link to it says", code="digest")
        thing = whole
    offered = documents.read(thing)
    if offered.by != heard.speaker or thing.attributed_to != (heard.speaker,):
        raise NotAuthoritative("the proposal belongs to somebody else", code="attribution")
    if offered.model != model.iri:
        raise NotAuthoritative("the proposal is about another model", code="origin-object")
    if offered.note is not None and not iris.same_origin(offered.note, heard.speaker):
        offered = replace(offered, note=None)
    return offered, thing.document


async def _check_fork(session: Session, offered: Offered, proposer: Actor) -> None:
    """Credit goes to who made the version that it comes from: nobody takes it for others' work."""
    if offered.fork is None:
        return
    known = await history.revision_by_iri(session, offered.fork)
    model = await session.get(Model, known.model_id) if known else None
    is_foreign = model is not None and model.actor_id != proposer.id
    if is_foreign or not iris.same_origin(offered.fork, Iri(proposer.iri)):
        raise NotAllowed("What the proposal comes from is somebody else's.")


async def _turn_down(
    session: Session, site: Site, heard: Heard[ap.Offer], owner: Actor, why: Refusal | ProtocolError
) -> None:
    """Say at once why a proposal is not taken: nobody is left without an answer."""
    thing = heard.activity.object
    first = next(iter(why.fields.values()), "") if isinstance(why, Unwise) else ""
    await posting.say(
        session,
        site,
        owner,
        "Reject",
        {
            "id": str(heard.activity.id),
            "type": "Offer",
            "actor": heard.speaker,
            "object": hearing.iri_of(thing),
            "target": str(heard.activity.target),
        },
        about=hearing.iri_of(thing) or str(heard.activity.id),
        recipients=[heard.speaker],
        summary=first or why.reason,
    )


async def _to_decide(session: Session, proposal: Proposal) -> Item:
    item = await conferring.held(session, proposal.id)
    if not item.owner.is_ours:
        raise NotAllowed(
            "Only the organisation that published a model can answer proposals for it."
        )
    conferring.must_wait(item)
    return item


async def _base(session: Session, item: Item) -> Revision:
    base = await history.revision_by_iri(session, item.proposal.base_iri)
    if base is None:
        raise NotFound("The version that the proposal starts from is none of this model's.")
    return base


def _decided(
    rows: Sequence[SectionMerge], choices: Mapping[str, Choice]
) -> dict[str, rules.Choice]:
    """The choices as the rules want them: a third text is a section."""
    by_key = {row.key: row for row in rows}
    decided: dict[str, rules.Choice] = {}
    for key, choice in choices.items():
        if choice == "ours" or choice == "theirs":
            decided[key] = choice
        elif key in by_key and isinstance(choice, Mapping):
            decided[key] = _third(by_key[key], choice)
        else:
            words = "There is no such section."
            raise Unwise(words, fields={f"choices.{key}": words})
    return decided


def _third(row: SectionMerge, texts: Mapping[str, str]) -> Section:
    """A text of the owner's own, on the ground of the proposed one."""
    ground = row.suggestion or row.theirs or row.ours
    if ground is None:
        raise NotFound("There is no such section.")
    merged = {**(row.ours.texts if row.ours else {}), **ground.texts, **texts}
    kept = {
        tag: one
        for tag, one in ground.translated_from.items()
        if merged.get(tag) == ground.texts.get(tag)
    }
    return replace(ground, texts=merged, translated_from=kept)


def _credit(item: Item) -> Credit:
    row = item.proposal
    return Credit(iri=row.fork_iri or row.iri, by=item.proposer.iri)


async def say(
    session: Session,
    site: Site,
    item: Item,
    activity_type: str,
    said: str,
    *,
    summary: str,
    language: str | None,
    keys: Sequence[str] = (),
    result: str | None = None,
    current: str | None = None,
) -> None:
    """One answer: to the proposer, and in the talk for everybody; and remember it.

    Args:
        session: an open transaction.
        site: our origin, clock and ids.
        item: what is answered.
        activity_type: `Accept`, `TentativeAccept` or `Reject`.
        said: for everybody.
        summary: the words alone.
        language: of the words.
        keys: the sections that were taken, or are in conflict.
        result: the version that came of it.
        current: the version that the model is at.
    """
    row = item.proposal
    note = await conferring.talk(session, site, item.owner, item, said, language)
    await posting.say(
        session,
        site,
        item.owner,
        activity_type,
        conferring.outline(item),
        about=note.iri,
        recipients=[item.proposer.iri],
        summary=summary or None,
        result=result,
        currentVersion=current,
        changes=[section_iri(item.model.iri, key) for key in keys] or None,
        preview=note.iri,
    )
    row.state, row.answer, row.answered_at = _STATES[activity_type], summary, site.now()
    row.keys, row.result_iri, row.current_iri = list(keys), result, current
    await session.flush()


_STATES = {
    "Accept": State.ACCEPTED,
    "TentativeAccept": State.ASKED,
    "Reject": State.REJECTED,
}
