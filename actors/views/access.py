"""Who is asking? Tokens, browser sessions, mandates."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Text, bindparam, func, select

from actors.asked import Asked
from actors.database import Row, Session, as_read, columns
from actors.errors import NotAllowed
from actors.rules import scopes
from actors.rules.permissions import Office, may_administer
from actors.rules.secrets import digest
from actors.site import Site
from actors.tables.access import App, BrowserSession, Token
from actors.tables.actor import Actor
from actors.tables.member import Mandate, Member
from actors.tables.organisation import Organisation

MOST_ASKED = 500
"""Tokens in one question: SQLite takes some ten times as many values."""


@dataclass(frozen=True)
class Acting:
    """A member who acts for an organisation, within scopes."""

    member: Member
    organisation: Actor
    office: Office
    is_network: bool
    scopes: frozenset[str]
    app: App | None = None


@dataclass(frozen=True)
class AppOnly:
    """An application that speaks for nobody (client credentials)."""

    app: App
    scopes: frozenset[str]


@dataclass(frozen=True)
class Visit:
    """A member signed in with a browser, and for whom she may act.

    Attributes:
        seen_at: when this browser was here last, as far as was written down.
        opened_at: when she signed in with it.
    """

    member: Member
    acting: Acting | None
    mandates: list[tuple[Actor, Office]]
    seen_at: datetime | None = None
    opened_at: datetime | None = None


async def by_token(session: Session, secret: str) -> Acting | AppOnly | None:
    """Whom a bearer token stands for.

    None when it is unknown, revoked, or its mandate has ended.
    """
    rows = await _BY_TOKEN.rows(session, secret=digest(secret))
    if not rows:
        return None
    row = rows[0]
    app, member, organisation = (
        _joined(session, App, row, _APP),
        _joined(session, Member, row, _MEMBER),
        _joined(session, Actor, row, _ORGANISATION),
    )
    scopes = frozenset(row[0].split())
    if row[1] is None:
        return None if app is None else AppOnly(app, scopes)
    if member is None or organisation is None:
        return None
    return Acting(member, organisation, Office(row[2]), row[3], scopes, app)


_APP: Final = 4
_MEMBER: Final = _APP + len(columns(App).columns)
_ORGANISATION: Final = _MEMBER + len(columns(Member).columns)
"""Where the columns of each begin in what is asked for."""

_BY_TOKEN: Final = Asked(
    lambda: (
        select(
            *(Token.scopes, Token.member_id, Mandate.office, Organisation.is_network),
            *(*columns(App).columns, *columns(Member).columns, *columns(Actor).columns),
        )
        .select_from(Token)
        .outerjoin(App, App.id == Token.app_id)
        .outerjoin(
            Mandate,
            (Mandate.member_id == Token.member_id)
            & (Mandate.organisation_id == Token.organisation_id),
        )
        .outerjoin(Member, Member.id == Mandate.member_id)
        .outerjoin(Organisation, Organisation.id == Mandate.organisation_id)
        .outerjoin(Actor, (Actor.id == Organisation.id) & Actor.gone_at.is_(None))
        .where(Token.secret == bindparam("secret", type_=Text()), Token.revoked_at.is_(None))
    )
)


def _joined(session: Session, table: type[Row], row: Sequence[Any], place: int) -> Row | None:
    """What was joined to a row; None where there is nothing."""
    values = row[place : place + len(columns(table).columns)]
    return None if values[0] is None else as_read(session, table, values)


async def holding(session: Session, digests: Collection[str]) -> set[str]:
    """Which of these tokens, named by the digests of their secrets, still act for somebody.

    Asked for all readers at once, every few seconds: hence one question for some hundred.
    """
    wanted, held = sorted(digests), set[str]()
    for start in range(0, len(wanted), MOST_ASKED):
        rows = await session.scalars(
            select(Token.secret)
            .join(Actor, Actor.id == Token.organisation_id)
            .join(
                Mandate,
                (Mandate.member_id == Token.member_id)
                & (Mandate.organisation_id == Token.organisation_id),
            )
            .where(
                Token.secret.in_(wanted[start : start + MOST_ASKED]),
                Token.revoked_at.is_(None),
                Actor.gone_at.is_(None),
            )
        )
        held.update(rows)
    return held


async def may_operate(session: Session, secret: str, scope: str) -> bool | None:
    """Whether a bearer token opens what is for operators.

    Only a token that was made by a command does: an operator's own, or one of a steward of the
    network. What an application was given never does, whatever its scopes say.

    Returns:
        None when the token is unknown, revoked, or its mandate has ended.
    """
    token = await session.scalar(
        select(Token).where(Token.secret == digest(secret), Token.revoked_at.is_(None))
    )
    if token is None:
        return None
    has_scope = scopes.allows(token.scopes.split(), scope)
    if token.app_id is not None:
        return False
    if token.member_id is None:
        return has_scope
    who = await by_token(session, secret)
    if not isinstance(who, Acting):
        return None
    return has_scope and may_administer(who.office, is_network=who.is_network)


async def by_session(session: Session, site: Site, secret: str) -> Visit | None:
    """Who is signed in with this browser."""
    row = await session.scalar(
        select(BrowserSession).where(
            BrowserSession.secret == digest(secret), BrowserSession.expires_at > site.now()
        )
    )
    if row is None:
        return None
    member = await session.get_one(Member, row.member_id)
    held = await mandates(session, member)
    chosen = row.organisation_id or (held[0][0].id if held else None)
    acting = (
        None
        if chosen is None
        else await _acting(session, member.id, chosen, frozenset({"read", "write", "follow"}), None)
    )
    return Visit(member, acting, held, row.seen_at, row.made_at)


async def acting(session: Session, member: Member, handle: str) -> Acting:
    """A member acting for one organisation, with everything her office allows.

    Raises:
        NotAllowed: she has no mandate for it.
    """
    for organisation, _ in await mandates(session, member):
        if organisation.handle.lower() == handle.lower():
            found = await _acting(
                session, member.id, organisation.id, frozenset({"read", "write", "follow"}), None
            )
            if found is not None:
                return found
    raise NotAllowed(f"{member.email} may not act for {handle}")


async def mandates(session: Session, member: Member) -> list[tuple[Actor, Office]]:
    """The organisations a member may act for, by name.

    The network comes last: who signs in mostly comes to work for her own organisation.
    """
    rows = await session.execute(
        select(Actor, Mandate.office)
        .join(Mandate, Mandate.organisation_id == Actor.id)
        .join(Organisation, Organisation.id == Actor.id)
        .where(Mandate.member_id == member.id, Actor.gone_at.is_(None))
        .order_by(Organisation.is_network, func.lower(Actor.name))
    )
    return [(row[0], Office(row[1])) for row in rows]


async def member_by_email(session: Session, email: str) -> Member | None:
    """A member by her address, written in any case."""
    return await session.scalar(select(Member).where(Member.email == email.strip().lower()))


async def app(session: Session, client_id: str) -> App | None:
    """A registered application."""
    return await session.scalar(select(App).where(App.client_id == client_id))


def app_secret_fits(app: App, secret: str) -> bool:
    """Is it the secret that the application was given?

    What is compared are digests of random secrets, so it need not take constant time.
    """
    return app.secret == digest(secret)


async def _acting(
    session: Session,
    member_id: int,
    organisation_id: int,
    scopes: frozenset[str],
    app: App | None,
) -> Acting | None:
    row = (
        await session.execute(
            select(Member, Actor, Mandate.office, Organisation.is_network)
            .join(Mandate, Mandate.member_id == Member.id)
            .join(Organisation, Organisation.id == Mandate.organisation_id)
            .join(Actor, Actor.id == Organisation.id)
            .where(
                Member.id == member_id,
                Organisation.id == organisation_id,
                Actor.gone_at.is_(None),
            )
        )
    ).one_or_none()
    if row is None:
        return None
    return Acting(row[0], row[1], Office(row[2]), row[3], scopes, app)
