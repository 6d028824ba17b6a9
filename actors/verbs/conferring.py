"""Conferring: what both sides of a proposal share: the talk under it, and the notices of it.

Whatever is offered, asked or answered is also said in a remark, as an answer to the model, so that
people on Mastodon and everybody else follow the talk, and join it. What follows from it rests on
the Offer and its answers alone.
"""

from sqlalchemy import delete, select

import activitypub.vocabulary as ap
from activitypub import iris
from activitypub.authority import Heard
from activitypub.canonical_json import Document
from activitypub.errors import Malformed
from actors.database import Session
from actors.errors import Conflicting, Gone, NotFound, Unwise
from actors.rules.proposals import MAX_MESSAGE, WAITING, State
from actors.site import Site
from actors.tables.actor import Actor
from actors.tables.notice import Notice
from actors.tables.proposal import Proposal
from actors.tables.remark import Remark
from actors.verbs import noticing, remarking
from actors.views import proposals
from actors.views.proposals import Item


async def held(session: Session, proposal_id: int) -> Item:
    """A proposal, read anew and held until the transaction ends: it is answered once.

    Raises:
        NotFound: there is none. Gone: it was withdrawn.
    """
    await session.flush()
    row = await session.get(Proposal, proposal_id, with_for_update=True, populate_existing=True)
    item = await proposals.by_id(session, proposal_id) if row else None
    if item is None:
        raise NotFound("There is no such proposal here.")
    if item.proposal.state == State.WITHDRAWN:
        raise Gone("This proposal was withdrawn.")
    return item


def must_wait(item: Item) -> None:
    """Refuse to decide twice, or where nobody would hear of it.

    Raises:
        Conflicting: it was answered already. Gone: who proposed it has closed the account.
    """
    if item.standing == proposals.LEFT:
        raise Gone("Who proposed this has closed the account: the proposal is void.")
    if item.proposal.state not in WAITING:
        raise Conflicting("This proposal was answered already.")


def must_be_said(text: str, field: str) -> str:
    """The words of a message, a question or a reason.

    Raises:
        Unwise: there are none, or too many.
    """
    text = text.strip()
    if not text or len(text) > MAX_MESSAGE:
        words = f"Write something of at most {MAX_MESSAGE:,} characters."
        raise Unwise(words, fields={field: words})
    return text


async def talk(
    session: Session, site: Site, speaker: Actor, item: Item, text: str, language: str | None
) -> Remark:
    """Say it where everybody can read it: below the proposal's own remark, or else the model."""
    root = await remark(session, item.proposal.note_iri)
    return await remarking.remark(
        session, site, speaker, text=text, in_reply_to=root or item.model, language=language
    )


async def reply(
    session: Session, site: Site, speaker: Actor, item: Item, text: str, *, language: str | None
) -> Remark:
    """Somebody of ours joins the talk; both sides are told, as anybody is who is named in a remark.

    Raises:
        Unwise: there is no text, or too much of it.
    """
    text = must_be_said(text, "text")
    root = await remark(session, item.proposal.note_iri)
    answered = root.actor_id if root else item.owner.id
    named = [
        f"@{one.address}"
        for one in (item.proposer, item.owner)
        if one.id not in (speaker.id, answered)
    ]
    return await talk(session, site, speaker, item, " ".join([*named, text]), language)


async def remark(session: Session, iri: str | None) -> Remark | None:
    """A remark that is known here, and not deleted."""
    found: Remark | None = await session.scalar(
        select(Remark).where(Remark.iri == iri, Remark.deleted_at.is_(None))
    )
    return found


def outline(item: Item) -> Document:
    """An Offer as answers and Undo name it."""
    return {
        "id": item.proposal.offer_iri,
        "type": "Offer",
        "actor": item.proposer.iri,
        "object": item.proposal.iri,
        "target": item.model.iri,
    }


def note_of(heard: Heard[ap.Activity]) -> str | None:
    """The remark that says the same for everybody, by its id."""
    said = heard.activity.extra.get("preview")
    said = said.get("id") if isinstance(said, dict) else said
    try:
        return str(iris.parse(said)) if isinstance(said, str) else None
    except Malformed:
        return None


async def tell(
    session: Session,
    site: Site,
    owner: Actor,
    kind: str,
    sender: Actor,
    item: Item,
    *,
    note_iri: str | None,
    reason: str = "",
) -> None:
    """One notice, in place of the one of the remark that says the same, and with that remark."""
    said = await remark(session, note_iri)
    if said is not None:
        await session.execute(
            delete(Notice).where(
                Notice.owner_id == owner.id,
                Notice.remark_id == said.id,
                Notice.from_id == sender.id,
                Notice.read_at.is_(None),
            )
        )
    about = {"proposal": str(item.proposal.id)}
    if said is None and reason:
        about["reason"] = reason
    await noticing.tell(
        session, site, owner.id, kind, sender, model=item.model, remark=said, about=about
    )


async def unsay(session: Session, item: Item) -> None:
    """Take back the notices of a proposal that was withdrawn."""
    await noticing.unsay_proposal(session, item.proposal)
