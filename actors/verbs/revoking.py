"""Revoking: tokens that may not act any more, and word of it to whoever listens with them.

Everything that ends a token ends it here: streams ask again whether theirs still holds as soon as
they hear of it, in whatever process they are.
"""

from sqlalchemy import ColumnElement, update

from actors.database import Session, tells
from actors.rules import news
from actors.site import Site
from actors.tables.access import Token
from actors.tables.actor import Actor


async def revoke(session: Session, site: Site, *which: ColumnElement[bool]) -> None:
    """End the tokens of which all of this is true; one that has ended keeps its time."""
    statement = update(Token).where(Token.revoked_at.is_(None), *which)
    await session.execute(statement.values(revoked_at=site.now()))
    tells(session, news.word(news.TOKENS))


async def end_app(
    session: Session, site: Site, token: Token, organisation: Actor | None = None
) -> None:
    """An app may not act for a member any more, however often she signed in with it.

    Args:
        session: an open transaction.
        site: our clock.
        token: one that she gave to the app; one that belongs to no app is ended alone.
        organisation: for which it ends; for all of hers without.
    """
    same = Token.id == token.id if token.app_id is None else Token.app_id == token.app_id
    where = () if organisation is None else (Token.organisation_id == organisation.id,)
    await revoke(session, site, same, Token.member_id == token.member_id, *where)
