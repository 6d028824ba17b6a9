"""Locking: every private key of ours at once, when a safe is first used or its secret is new.

What lies in the safe beside keys (tokens that push messages carry) was never there without it.

All of it is the caller's one transaction: whoever dies in it has locked nothing.
"""

from collections.abc import Sequence

from sqlalchemy import select

from actors.database import Session, safe_of
from actors.tables.actor import Key
from actors.tables.former_key import FormerKey
from actors.tables.organisation import Instance
from actors.tables.push import PushSubscription


async def check(session: Session) -> str | None:
    """By what the safe of this instance is known; None while its keys lie open, or without one."""
    known: str | None = await session.scalar(select(Instance.safe_check))
    return known


async def lie_open(session: Session) -> bool:
    """Whether this is an instance of the time before there was a safe."""
    instance = (await session.scalars(select(Instance))).one_or_none()
    return instance is not None and instance.safe_check is None


async def lock(session: Session) -> int:
    """Lock what lies open since the time before there was a safe, and remember which safe it was.

    Returns:
        How many keys were locked; none when another process was quicker.
    """
    instance = await _instance(session)
    if instance.safe_check is not None:
        return 0
    safe, rows = safe_of(session), await _rows(session)
    for row in rows:
        row.private = safe.lock(str(row.private))
    instance.safe_check = safe.check()
    await session.flush()
    return len(rows)


async def lock_anew(session: Session) -> int:
    """Lock every key with the safe's newest secret, whichever of its secrets it was locked with.

    Returns:
        How many keys there are.

    Raises:
        WrongSafe: one was locked with another secret.
    """
    instance = await _instance(session)
    safe, rows = safe_of(session), await _rows(session)
    for row in rows:
        row.private = safe.lock(safe.unlock(str(row.private)))
    if instance.push_private is not None:
        instance.push_private = safe.lock(safe.unlock(instance.push_private))
    for each in (await session.scalars(select(PushSubscription).with_for_update())).all():
        each.bearer = safe.lock(safe.unlock(each.bearer))
    instance.safe_check = safe.check()
    await session.flush()
    return len(rows)


async def _instance(session: Session) -> Instance:
    return (await session.scalars(select(Instance).with_for_update())).one()


async def _rows(session: Session) -> Sequence[Key | FormerKey]:
    ours = select(Key).where(Key.private.is_not(None)).with_for_update()
    return [
        *(await session.scalars(ours)).all(),
        *(await session.scalars(select(FormerKey).with_for_update())).all(),
    ]
