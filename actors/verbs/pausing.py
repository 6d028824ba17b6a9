"""Pausing: a member stops in the middle of a form, and goes on where she was.

What she has typed is kept for her and the organisation she acts for; nobody else sees it, and
nothing of it leaves this instance. It goes in the very transaction that sends the form. What nobody
went on with for three months is thrown away.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from sqlalchemy import delete, func, select

from actors.database import Session
from actors.errors import Conflicting, Unwise
from actors.rules.coediting import mark
from actors.site import Site
from actors.tables.actor import Actor
from actors.tables.member import Member
from actors.tables.unsent import Unsent
from actors.views.unsent import MOST, is_at

LONGEST: Final = 600_000
"""Characters of one form: a proposal for every section of the largest sheet."""

KEPT_FOR: Final = timedelta(days=90)
"""Whoever has not gone on for so long does not look for it any more."""


async def save(
    session: Session,
    site: Site,
    organisation: Actor,
    member: Member,
    place: str,
    fields: Mapping[str, str],
    *,
    seen: str = "",
) -> str:
    """Keep what a member has typed so far, in place of what she had typed there before.

    Args:
        session: an open transaction.
        site: our clock and ids.
        organisation: for which she writes.
        member: who writes.
        place: the address of the page with the form.
        fields: what stands in it.
        seen: the mark of the state that her page went on from; empty for a new one.

    Returns:
        The mark of what is kept now.

    Raises:
        Unwise: it is too long, or she has begun too much.
        Conflicting: she went on with it in another window; nothing is kept of this one.
    """
    if sum(len(name) + len(text) for name, text in fields.items()) > LONGEST:
        raise Unwise("This is too much to be kept for later.")
    row = await session.scalar(
        select(Unsent).where(is_at(organisation, member, place)).with_for_update()
    )
    if row is None:
        many = await session.scalar(select(func.count()).where(Unsent.member_id == member.id))
        if (many or 0) >= MOST:
            raise Unwise(f"You have begun {MOST} texts. Send some, or throw them away, first.")
        row = Unsent(
            id=site.new_id(),
            member_id=member.id,
            actor_id=organisation.id,
            place=place,
            changed_at=site.now(),
        )
        session.add(row)
    elif mark(row.fields) not in (seen, mark(fields)):
        raise Conflicting(
            "You went on with this text in another window. What stands here is not saved: copy it,"
            " then reload the page."
        )
    row.fields, row.changed_at = dict(fields), site.now()
    await session.flush()
    return mark(fields)


async def forget(session: Session, organisation: Actor, member: Member, place: str) -> None:
    """It was sent, or shall be thrown away."""
    await session.execute(delete(Unsent).where(is_at(organisation, member, place)))


async def forget_old(session: Session, site: Site) -> None:
    """Throw away what nobody went on with."""
    await session.execute(delete(Unsent).where(Unsent.changed_at < site.now() - KEPT_FOR))
