"""Noticing: tell a member something."""

from typing import Any

from sqlalchemy import delete, select, update

from actors.database import Session, new, tells
from actors.mail import pushes
from actors.rules import news
from actors.rules.holding import Verdict
from actors.site import Site
from actors.tables.actor import Actor
from actors.tables.model import Model
from actors.tables.notice import Notice
from actors.tables.proposal import Proposal
from actors.tables.remark import Remark
from actors.views import blocks, holding, notices, shelves
from actors.views.notices import Group


async def tell(
    session: Session,
    site: Site,
    owner_id: int,
    kind: str,
    sender: Actor,
    *,
    model: Model | None = None,
    remark: Remark | None = None,
    about: dict[str, Any] | None = None,
) -> None:
    """Write one notice for an organisation of ours.

    Nobody is told of what she did herself, nor of what somebody does whom she blocks or mutes. A
    commons reads none: those who tend it see its page.
    """
    owner = await session.get_one(Actor, owner_id)
    if owner.id == sender.id or owner.type == "Group":
        return
    if await blocks.silences(session, owner_id, sender):
        return
    await write(session, site, owner_id, kind, sender, model=model, remark=remark, about=about)


async def write(
    session: Session,
    site: Site,
    owner_id: int,
    kind: str,
    sender: Actor,
    *,
    model: Model | None = None,
    remark: Remark | None = None,
    about: dict[str, Any] | None = None,
    is_simple: bool = False,
) -> None:
    """The same, where it is known already that its owner wants to be told.

    Of what is said in a conversation that she has silenced she is told nothing; what comes from
    whom she does not want to hear at once is held back, or not even written. Nothing of that is
    asked where it is known that she has said nothing of the kind and that no app of hers is told
    (`Listener.is_simply_told`).
    """
    verdict = Verdict.ACCEPT
    if not is_simple:
        if remark is not None and await shelves.is_silenced(session, owner_id, remark):
            return
        verdict = await holding.verdict(session, site, owner_id, kind, sender, remark)
    if verdict is Verdict.DROP:
        return
    notice_id, is_held = site.new_id(), verdict is Verdict.HOLD
    row = {
        "id": notice_id,
        "owner_id": owner_id,
        "kind": kind,
        "from_id": sender.id,
        "model_id": model.id if model else None,
        "remark_id": remark.id if remark else None,
        "about": about or {},
        "made_at": site.now(),
        "is_held": is_held,
    }
    await new(Notice, tuple(row)).rows(session, row)
    if not is_held:
        tells(session, news.word(news.NOTICE, owner_id, notice_id))
        if not is_simple:
            await pushes.put(session, site, owner_id, notice_id)


async def unsay_proposal(session: Session, proposal: Proposal) -> None:
    """Take back the notices of a proposal that is there no more."""
    rows = await session.scalars(
        select(Notice).where(Notice.model_id == proposal.model_id, Notice.kind.like("proposal%"))
    )
    for row in rows.all():
        if row.about.get("proposal") == str(proposal.id):
            await session.delete(row)
    await session.flush()


async def dismiss(session: Session, owner: Actor, notice_id: int | None) -> bool:
    """Throw away one notice of an organisation, or all of them; reports are for stewards.

    Returns:
        Whether there was any.
    """
    mine = delete(Notice).where(Notice.owner_id == owner.id, Notice.kind != "report")
    wanted = mine if notice_id is None else mine.where(Notice.id == notice_id)
    gone = await session.execute(wanted.returning(Notice.id))
    return gone.first() is not None


async def dismiss_group(session: Session, owner: Actor, group: Group) -> None:
    """Throw away the notices that stand in one group."""
    mine = delete(Notice).where(Notice.owner_id == owner.id, *notices.members(group))
    await session.execute(mine.execution_options(synchronize_session=False))


async def mark_read(session: Session, site: Site, owner: Actor, up_to_id: int) -> None:
    """An organisation has looked at its notices up to this one."""
    await session.execute(
        update(Notice)
        .where(Notice.owner_id == owner.id, Notice.id <= up_to_id, Notice.read_at.is_(None))
        .values(read_at=site.now())
    )
