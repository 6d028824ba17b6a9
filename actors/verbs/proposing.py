"""Proposing: an organisation of ours offers a change to whoever published a model.

A proposal is written against the newest version of the model that is known here. It is answered by
the model's owner alone, once for all by Accept or Reject; until then, and after a Reject, it can be
withdrawn, and then it is gone on both sides. Neither fork nor follow is needed for one.

Wire: Offer{ChangeProposal}, Undo of it; answers are Accept, TentativeAccept and Reject
(FEDERATION.md, "Proposals").
"""

from collections.abc import Sequence

import activitypub.vocabulary as ap
from activitypub import iris
from activitypub.addressing import PUBLIC
from activitypub.authority import Heard
from activitypub.canonical_json import encode, parse
from activitypub.errors import Malformed, NotAuthoritative
from activitypub.iris import Iri
from actors import places
from actors.database import Session
from actors.documents import activities
from actors.documents import proposal as documents
from actors.errors import Conflicting, Gone, NotAllowed, Unwise
from actors.places import place
from actors.rules import proposals as rules
from actors.rules.modifications import MAX_NOTE
from actors.rules.proposals import MAX_MESSAGE, MAX_OPEN, Change, State
from actors.rules.sections import MAX_SECTIONS, Sheet
from actors.site import Site
from actors.tables.actor import Actor
from actors.tables.model import Model
from actors.tables.proposal import Proposal
from actors.verbs import conferring, considering, forgetting, hearing, posting, remarking
from actors.verbs.mirroring import Gathered
from actors.views import history, lineage, proposals
from actors.views.proposals import Item

_ANSWERED = {
    "Accept": State.ACCEPTED,
    "TentativeAccept": State.ASKED,
    "Reject": State.REJECTED,
}


async def propose(
    session: Session,
    site: Site,
    organisation: Actor,
    source: Model,
    changes: Sequence[Change],
    *,
    message: str,
    language: str | None = None,
    fork: Model | None = None,
) -> Proposal:
    """Offer changes of a model to its owner, and say so in a remark for everybody.

    Args:
        session: an open transaction.
        site: our origin, clock and ids.
        organisation: one of ours.
        source: somebody else's model, here or elsewhere.
        changes: whole sections as they shall be.
        message: why, in plain words; everybody can read it.
        language: the language of the message.
        fork: the model of the organisation that the changes come from, if it is a fork of this one.

    Raises:
        Unwise: there is no change, no message, or the sheet could not be published so.
        NotAllowed: it is her own model, or its owner takes none from her.
        Conflicting: too many of hers wait there already.
        Gone: the model was deleted.
    """
    posting.must_be_here(organisation)
    message = conferring.must_be_said(message, "message")
    if source.deleted_at is not None:
        raise Gone("the source was deleted")
    owner = await history.author(session, source)
    if owner.id == organisation.id:
        raise NotAllowed("This model is your own: change it yourself.")
    base = await history.head(session, source)
    sheet = history.sheet(base)
    fitting = rules.fit(sheet, changes)
    proposed = rules.judge(sheet, fitting)
    if owner.is_ours:
        await considering.check_welcome(session, owner, organisation)
    else:
        await _check_room(session, organisation, owner)
    taken_from = await _version_of(session, organisation, source, fork)
    proposal_id = site.new_id()
    iri = place(site.origin, places.PROPOSAL, id=proposal_id)
    note = await remarking.remark(
        session,
        site,
        organisation,
        text=f"{message}\n\n{_named(fitting, sheet, language)}: {iri}",
        in_reply_to=source,
        language=language,
    )
    row = Proposal(
        id=proposal_id,
        iri=iri,
        offer_iri=iri,  # until it is posted
        model_id=source.id,
        proposer_id=organisation.id,
        base_iri=base.iri,
        base_digest=base.digest,
        fork_iri=taken_from,
        digest=proposed.digest,
        message=message,
        language=language,
        changes=[one.to_json() for one in fitting],
        note_iri=note.iri,
        made_at=site.now(),
    )
    document = await posting.seal(
        session,
        site,
        organisation,
        documents.to_document(row, source, owner, organisation, sheet),
    )
    row.document = encode(document)
    posted = await posting.say(
        session,
        site,
        organisation,
        "Offer",
        documents.embedded(document),
        about=note.iri,
        recipients=[owner.iri],
        to=[PUBLIC],
        cc=[owner.iri],
        target=source.iri,
        preview=note.iri,
    )
    row.offer_iri = posted.activity_iri
    session.add(row)
    await session.flush()
    return row


async def withdraw(session: Session, site: Site, proposal: Proposal) -> None:
    """Take a proposal of ours back: it vanishes on both sides, and so does its remark.

    Raises:
        NotAllowed: it is somebody else's. Gone: that was done already.
        Conflicting: it was accepted, and is part of the model now.
    """
    item = await conferring.held(session, proposal.id)
    row = item.proposal
    if not item.proposer.is_ours:
        raise NotAllowed("Only who made a proposal can withdraw it.")
    if row.state == State.ACCEPTED:
        raise Conflicting("This proposal was accepted: what it said is part of the model now.")
    note = await conferring.remark(session, row.note_iri)
    if note is not None:
        await forgetting.delete_remark(session, site, note)
    await posting.say(
        session,
        site,
        item.proposer,
        "Undo",
        conferring.outline(item),
        about=str(row.note_iri or row.iri),
        recipients=[item.owner.iri],
        to=[PUBLIC],
        cc=[item.owner.iri],
    )
    await conferring.unsay(session, item)
    stone = activities.tombstone(parse(row.document), at=site.now())
    row.document = encode(await posting.seal(session, site, item.proposer, stone))
    row.state = State.WITHDRAWN
    row.message, row.changes, row.answer, row.keys = "", [], "", []
    await session.flush()


async def on_answer(
    session: Session, site: Site, heard: Heard[ap.Activity], gathered: Gathered
) -> bool:
    """The owner of a model answers a proposal of ours; False where it is no answer to one.

    An Accept is the last word, also where the proposal was withdrawn meanwhile: then it came too
    late to be undone. Of one that was withdrawn or accepted nothing else is heard.

    Raises:
        NotAuthoritative: somebody else answers, or the version is not on the owner's host.
    """
    answer = heard.activity
    item = await proposals.by_offer(session, hearing.iri_of(answer.object))
    if item is None or not item.proposer.is_ours:
        return False
    speaker = await hearing.speaker(session, heard)
    if speaker.id != item.owner.id:
        raise NotAuthoritative("only the owner of the model may answer", code="not-owner")
    row, state = item.proposal, _ANSWERED[answer.type_name]
    words = (answer.summary or "").strip()[:MAX_MESSAGE]
    if not hearing.is_our_own(heard):
        if not _counts(State(row.state), state):
            return True
        _settle(site, item, answer, state, words)
        await session.flush()
    await conferring.tell(
        session,
        site,
        item.proposer,
        f"proposal-{state}",
        speaker,
        item,
        note_iri=conferring.note_of(heard),
        reason=words[:MAX_NOTE],
    )
    return True


async def on_tentative_accept(
    session: Session, site: Site, heard: Heard[ap.TentativeAccept], gathered: Gathered
) -> None:
    """The owner of a model asks back."""
    await on_answer(session, site, heard, gathered)


def _counts(before: State, now: State) -> bool:
    """May this answer follow what was known?"""
    if now is State.ACCEPTED:
        return before is not State.ACCEPTED
    return before in rules.WAITING


def _settle(site: Site, item: Item, answer: ap.Activity, state: State, words: str) -> None:
    row, owner = item.proposal, Iri(item.owner.iri)
    if answer.result is not None and not iris.same_origin(answer.result, owner):
        raise NotAuthoritative("the version is not on the owner's host", code="not-owner")
    row.state, row.answer, row.answered_at = state, words, site.now()
    row.result_iri = answer.result if state is State.ACCEPTED else None
    row.current_iri = _version_in(answer.extra.get("currentVersion"), item.model)
    row.keys = _keys(answer.extra.get("changes"), item.model)


def _version_in(said: object, model: Model) -> str | None:
    """The version of the model that an answer names, where that is at home where the model is."""
    try:
        named = iris.parse(said) if isinstance(said, str) else None
    except Malformed:
        return None
    return named if named and iris.same_origin(named, Iri(model.iri)) else None


def _keys(said: object, model: Model) -> list[str]:
    """The sections that an answer names, by their keys."""
    named = said if isinstance(said, list) else []
    begin = f"{model.iri}#"
    found = [one.removeprefix(begin) for one in named if isinstance(one, str)]
    return [one for one in found if one and begin + one in named][:MAX_SECTIONS]


async def _check_room(session: Session, organisation: Actor, owner: Actor) -> None:
    own, _ = await proposals.open_from(session, organisation, owner)
    if own >= MAX_OPEN:
        raise Conflicting(
            f"{MAX_OPEN} proposals of yours wait there already: let them be answered."
        )


async def _version_of(
    session: Session, organisation: Actor, source: Model, fork: Model | None
) -> str | None:
    """The version of a fork that the changes come from."""
    if fork is None:
        return None
    tie = await lineage.of(session, fork)
    if fork.actor_id != organisation.id or tie is None or tie.upstream_iri != source.iri:
        words = "This is not an adaptation of ours of that model."
        raise Unwise(words, fields={"fork": words})
    return (await history.head(session, fork)).iri


def _named(changes: Sequence[Change], base: Sheet, language: str | None) -> str:
    """The titles of the sections, for the remark that everybody reads: a few of many."""
    titles = []
    for change in changes[:_NAMED]:
        section = change.section or base.section(change.key)
        names = section.names if section else {}
        wanted = (language or "", base.language, *names)
        titles.append(next((names[tag] for tag in wanted if names.get(tag)), change.key))
    more = ["…"] if len(changes) > _NAMED else []
    return ", ".join([*titles, *more])


_NAMED = 8
"""Sections named in the remark: with titles of 200 characters it stays below its limit."""
