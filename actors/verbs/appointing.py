"""Appointing: who acts for an organisation, as what, until when.

An organisation always has a steward: the last one cannot leave, be dismissed or become anything
else, and her account cannot be deleted before another is there or the organisation is closed.
"""

from sqlalchemy import delete, func, select, update

from actors.database import Session, tells
from actors.errors import Conflicting, NotFound
from actors.rules import news
from actors.rules.permissions import Office
from actors.tables.actor import Actor
from actors.tables.member import Mandate, Member
from actors.tables.organisation import Organisation
from actors.tables.revision import Revision

_LAST = "The last steward cannot leave. Make somebody else steward first."


async def set_office(
    session: Session, organisation: Actor, member_id: int, office: Office
) -> Member:
    """A member has another office from now on.

    Raises:
        NotFound: she does not act for this organisation.
        Conflicting: she is its last steward.
    """
    mandate = await _held(session, organisation, member_id)
    if office is not Office.STEWARD:
        await _must_leave_a_steward(session, mandate)
    mandate.office = office.value
    await session.flush()
    return await session.get_one(Member, member_id)


async def dismiss(session: Session, organisation: Actor, member_id: int) -> Member:
    """A member does not act for this organisation any more; her account stays.

    Raises:
        NotFound: she does not act for it.
        Conflicting: she is its last steward.
    """
    mandate = await _held(session, organisation, member_id)
    await _must_leave_a_steward(session, mandate)
    await session.execute(delete(Mandate).where(Mandate.id == mandate.id))
    tells(session, news.word(news.TOKENS))
    return await session.get_one(Member, member_id)


async def delete_account(session: Session, member: Member) -> None:
    """A person goes: her sign-in, her mandates, her sessions, what apps were given, her passkeys.

    What she wrote in the name of organisations stays theirs, without her.

    Raises:
        Conflicting: an organisation that is open would have no steward any more.
    """
    rows = await session.scalars(select(Mandate).where(Mandate.member_id == member.id))
    for mandate in sorted(rows, key=lambda one: one.organisation_id):
        organisation = await session.get_one(Actor, mandate.organisation_id)
        if organisation.gone_at is not None:
            continue
        await _held(session, organisation, member.id)
        if await _is_last_steward(session, mandate):
            raise Conflicting(
                f"You are the last steward of {organisation.name}. Make somebody else steward"
                " first, or close it."
            )
    await session.execute(
        update(Revision).where(Revision.author_id == member.id).values(author_id=None)
    )
    await session.execute(delete(Member).where(Member.id == member.id))
    tells(session, news.word(news.TOKENS))


async def _held(session: Session, organisation: Actor, member_id: int) -> Mandate:
    """Her mandate; nobody else appoints in this organisation until the end of the transaction."""
    await session.execute(
        select(Organisation.id).where(Organisation.id == organisation.id).with_for_update()
    )
    mandate = await session.scalar(
        select(Mandate)
        .where(Mandate.organisation_id == organisation.id, Mandate.member_id == member_id)
        .execution_options(populate_existing=True)
    )
    if mandate is None:
        raise NotFound("This person does not act for the organisation.")
    return mandate


async def _must_leave_a_steward(session: Session, mandate: Mandate) -> None:
    if await _is_last_steward(session, mandate):
        raise Conflicting(_LAST)


async def _is_last_steward(session: Session, mandate: Mandate) -> bool:
    if mandate.office != Office.STEWARD.value:
        return False
    others = await session.scalar(
        select(func.count()).where(
            Mandate.organisation_id == mandate.organisation_id,
            Mandate.office == Office.STEWARD.value,
            Mandate.id != mandate.id,
        )
    )
    return not others
