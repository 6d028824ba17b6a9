"""Permits: which apps and programs act for an organisation, who let them, what wakes them."""

from dataclasses import dataclass

from sqlalchemy import select

from actors.database import Session
from actors.errors import NotFound
from actors.rules.permissions import may_manage_members
from actors.tables.access import App, Token
from actors.tables.member import Member
from actors.tables.push import PushSubscription
from actors.views.access import Acting
from actors.views.paging import Page


@dataclass(frozen=True)
class Permit:
    """A token that holds, the member who acts through it, and the app that has it.

    `app` is None for a token that was made by a command; `push` where it is not told of notices
    while it is closed.
    """

    token: Token
    member: Member
    app: App | None
    push: PushSubscription | None


async def of(session: Session, acting: Acting, page: Page) -> list[Permit]:
    """What acts for an organisation, the newest first.

    Whoever manages its members sees all of them; everybody else those that she allowed herself.
    """
    statement = (
        select(Token, Member, App, PushSubscription)
        .join(Member, Member.id == Token.member_id)
        .outerjoin(App, App.id == Token.app_id)
        .outerjoin(PushSubscription, PushSubscription.token_id == Token.id)
        .where(Token.organisation_id == acting.organisation.id, Token.revoked_at.is_(None))
    )
    if not may_manage_members(acting.office):
        statement = statement.where(Token.member_id == acting.member.id)
    rows = await session.execute(page.cut(statement, Token.id.expression))
    return [Permit(row[0], row[1], row[2], row[3]) for row in rows]


async def one_of(session: Session, acting: Acting, token_id: int | None) -> Permit:
    """One of those.

    Raises:
        NotFound: there is none that she may see.
    """
    if token_id is not None:
        at = Page(max_id=token_id + 1, min_id=token_id - 1, limit=1)
        for one in await of(session, acting, at):
            return one
    raise NotFound("There is no such app here.")
