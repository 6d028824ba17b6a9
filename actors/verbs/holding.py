"""Holding: from whom notices are held back, and who is let in after all.

Nobody else is told of any of it.
"""

from collections.abc import Collection, Mapping
from typing import Final

from sqlalchemy import delete, select, update

from actors.database import Session, insert_once
from actors.errors import Unwise
from actors.rules.holding import CASES, CHOICES
from actors.site import Site
from actors.tables.actor import Actor
from actors.tables.holding import NoticePermission, NoticePolicy
from actors.tables.notice import Notice

NO_CHOICE: Final = "Validation failed: {case} is not included in the list"


async def decide(session: Session, site: Site, owner: Actor, said: Mapping[str, str]) -> None:
    """What becomes of notices in these cases from now on; the others stay as they were.

    Raises:
        Unwise: that is no choice.
    """
    for case, choice in said.items():
        if case not in CASES or choice not in CHOICES:
            raise Unwise(NO_CHOICE.format(case=case.replace("_", " ").capitalize()))
    if not said:
        return
    fresh = dict.fromkeys(CASES, "accept")
    row = {"id": site.new_id(), "owner_id": owner.id, "updated_at": site.now(), **fresh}
    await insert_once(session, NoticePolicy, row)
    await session.execute(
        update(NoticePolicy)
        .where(NoticePolicy.owner_id == owner.id)
        .values(updated_at=site.now(), **said)
        .execution_options(synchronize_session="fetch")
    )


async def let_in(session: Session, site: Site, owner: Actor, sender_ids: Collection[int]) -> None:
    """Show what is held back of these accounts, and hold back nothing of theirs again."""
    for sender_id in sender_ids:
        if not await _is_waiting(session, owner, sender_id):
            continue
        row = {
            "id": site.new_id(),
            "owner_id": owner.id,
            "from_id": sender_id,
            "made_at": site.now(),
        }
        await insert_once(session, NoticePermission, row)
        await session.execute(
            update(Notice)
            .where(Notice.owner_id == owner.id, Notice.from_id == sender_id)
            .values(is_held=False)
            .execution_options(synchronize_session=False)
        )


async def throw_away(session: Session, owner: Actor, sender_ids: Collection[int]) -> None:
    """Throw away what is held back of these accounts; what comes next is held back again."""
    await session.execute(
        delete(Notice)
        .where(
            Notice.owner_id == owner.id,
            Notice.from_id.in_(sender_ids),
            Notice.is_held.is_(True),
        )
        .execution_options(synchronize_session=False)
    )


async def _is_waiting(session: Session, owner: Actor, sender_id: int) -> bool:
    held = select(Notice.id).where(
        Notice.owner_id == owner.id, Notice.from_id == sender_id, Notice.is_held.is_(True)
    )
    return await session.scalar(held.limit(1)) is not None
