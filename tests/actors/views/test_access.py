"""Access: what ends, ends at once."""

import asyncio

import pytest
from sqlalchemy import delete, func, select, update
from together.clock import Clock
from together.street import PASSWORD, password_hash

from actors.database import Database, Session
from actors.errors import Conflicting, NotAllowed, Unwise
from actors.rules.passwords import judging
from actors.rules.permissions import Office
from actors.site import Site
from actors.tables.access import App, BrowserSession, Grant, Token
from actors.tables.actor import Actor
from actors.tables.member import Mandate, Member
from actors.verbs import enrolling, signing_in
from actors.verbs.signing_in import CODE_LIFE, SESSION_LIFE, InvalidGrant
from actors.views import access
from actors.views.access import Acting, AppOnly

REDIRECT = "https://app.test/back"
VERIFIER = "a" * 43
CHALLENGE = "ZtNPunH49FD35FWYhT5Tv8I7vRKQJ8uxMaL0_9eHjNA"


@pytest.fixture
async def anna(session: Session, site: Site, coop: Actor) -> Member:
    """A steward of coop."""
    return await _member(session, site, coop)


@pytest.fixture
async def app(session: Session, site: Site) -> App:
    """A client application."""
    made, _ = await signing_in.register_app(
        session, site, name="App", redirect_uris=[REDIRECT], scopes="read write"
    )
    return made


async def _member(
    session: Session, site: Site, organisation: Actor, office: Office = Office.STEWARD
) -> Member:
    return await enrolling.add_member(
        session,
        site,
        email=" Anna@Example.org ",
        name="Anna",
        password_hash=password_hash(),
        organisation=organisation,
        office=office,
    )


async def _code(
    session: Session, site: Site, app: App, anna: Member, coop: Actor, challenge: str | None = None
) -> str:
    return await signing_in.grant(
        session,
        site,
        app,
        anna,
        coop,
        redirect_uri=REDIRECT,
        scopes="read",
        challenge=challenge,
    )


async def test_a_token_stands_for_a_member_until_it_is_revoked(
    session: Session, site: Site, coop: Actor, anna: Member
) -> None:
    secret = await signing_in.create_token(session, site, anna, coop, "read write")
    acting = await access.by_token(session, secret)
    assert isinstance(acting, Acting)
    assert (acting.member.id, acting.organisation.id) == (anna.id, coop.id)
    assert acting.scopes == {"read", "write"}
    assert await access.by_token(session, secret + "x") is None
    assert await access.by_token(session, "") is None
    await signing_in.revoke_token(session, site, None, secret)
    assert await access.by_token(session, secret) is None


async def test_a_token_ends_with_its_mandate_and_with_its_organisation(
    session: Session, site: Site, coop: Actor, network: Actor, anna: Member
) -> None:
    secret = await signing_in.create_token(session, site, anna, coop, "read")
    coop.gone_at = site.now()
    session.add(coop)
    await session.flush()
    assert await access.by_token(session, secret) is None
    coop.gone_at = None
    await session.flush()
    assert await access.by_token(session, secret) is not None
    await session.execute(delete(Mandate).where(Mandate.member_id == anna.id))
    assert await access.by_token(session, secret) is None
    await _member(session, site, network)
    assert await access.by_token(session, secret) is None


async def test_an_application_revokes_only_its_own_tokens(
    session: Session, site: Site, coop: Actor, anna: Member, app: App
) -> None:
    other, _ = await signing_in.register_app(
        session, site, name="Other", redirect_uris=[REDIRECT], scopes="read"
    )
    code = await _code(session, site, app, anna, coop)
    secret, _ = await signing_in.redeem(
        session, site, app, code=code, redirect_uri=REDIRECT, verifier=None
    )
    await signing_in.revoke_token(session, site, other, secret)
    assert await access.by_token(session, secret) is not None
    await signing_in.revoke_token(session, site, app, secret)
    assert await access.by_token(session, secret) is None


async def test_an_application_alone_speaks_for_nobody(
    session: Session, site: Site, app: App
) -> None:
    secret, _ = await signing_in.client_token(session, site, app, "read")
    found = await access.by_token(session, secret)
    assert isinstance(found, AppOnly)
    assert found.app.id == app.id


async def test_a_browser_session_ends_with_its_time_and_with_signing_out(
    session: Session, site: Site, coop: Actor, anna: Member, clock: Clock
) -> None:
    first = await signing_in.open_session(session, site, anna)
    second = await signing_in.open_session(session, site, anna)
    visit = await access.by_session(session, site, first)
    assert visit is not None
    assert visit.acting is not None
    assert visit.acting.organisation.id == coop.id
    await signing_in.close_session(session, second)
    assert await access.by_session(session, site, second) is None
    clock.turn(seconds=SESSION_LIFE.total_seconds() - 1)
    assert await access.by_session(session, site, first) is not None
    clock.turn(seconds=1)
    assert await access.by_session(session, site, first) is None
    await signing_in.forget_expired(session, site)
    assert await session.scalar(select(func.count(BrowserSession.id))) == 0


async def test_an_app_that_nobody_signed_in_with_is_forgotten_after_a_month(
    session: Session, site: Site, coop: Actor, anna: Member, app: App, clock: Clock
) -> None:
    unused, _ = await signing_in.register_app(
        session, site, name="Feu", redirect_uris=[REDIRECT], scopes="read"
    )
    await signing_in.client_token(session, site, app, "read")
    names = unused.client_id, app.client_id
    clock.turn(days=29)
    await signing_in.forget_expired(session, site)
    assert [bool(await access.app(session, name)) for name in names] == [True, True]
    clock.turn(days=2)
    await signing_in.forget_expired(session, site)
    session.expire_all()
    assert [bool(await access.app(session, name)) for name in names] == [False, True]


async def test_a_session_acts_only_for_whom_its_member_may(
    session: Session, site: Site, coop: Actor, network: Actor, anna: Member
) -> None:
    secret = await signing_in.open_session(session, site, anna)
    await signing_in.act_for(session, secret, network.id)
    visit = await access.by_session(session, site, secret)
    assert visit is not None
    assert visit.acting is None
    assert [one.id for one, _ in visit.mandates] == [coop.id]
    with pytest.raises(NotAllowed):
        await access.acting(session, anna, "network")
    assert (await access.acting(session, anna, "COOP")).office is Office.STEWARD
    await session.execute(update(Mandate).values(office="reader"))
    assert (await access.acting(session, anna, "coop")).office is Office.READER
    await session.execute(delete(Mandate))
    visit = await access.by_session(session, site, secret)
    assert visit is not None
    assert (visit.acting, visit.mandates) == (None, [])


async def test_a_code_is_used_once_and_a_second_use_ends_its_token(
    session: Session, site: Site, coop: Actor, anna: Member, app: App
) -> None:
    code = await _code(session, site, app, anna, coop)
    secret, token = await signing_in.redeem(
        session, site, app, code=code, redirect_uri=REDIRECT, verifier=None
    )
    assert token.scopes == "read"
    with pytest.raises(InvalidGrant):
        await signing_in.redeem(session, site, app, code=code, redirect_uri=REDIRECT, verifier=None)
    assert await access.by_token(session, secret) is not None
    await signing_in.spend(session, site, code)
    assert await access.by_token(session, secret) is None


async def test_a_code_that_was_not_used_revokes_nothing(
    session: Session, site: Site, coop: Actor, anna: Member, app: App
) -> None:
    used, unused = [await _code(session, site, app, anna, coop) for _ in range(2)]
    secret, _ = await signing_in.redeem(
        session, site, app, code=used, redirect_uri=REDIRECT, verifier=None
    )
    for code in (unused, "", "nonsense"):
        await signing_in.spend(session, site, code)
    assert await access.by_token(session, secret) is not None


async def test_a_code_dies_of_age(
    session: Session, site: Site, coop: Actor, anna: Member, app: App, clock: Clock
) -> None:
    code = await _code(session, site, app, anna, coop)
    clock.turn(seconds=CODE_LIFE.total_seconds())
    with pytest.raises(InvalidGrant):
        await signing_in.redeem(session, site, app, code=code, redirect_uri=REDIRECT, verifier=None)


async def test_a_code_is_for_one_application_one_address_and_one_verifier(
    session: Session, site: Site, coop: Actor, anna: Member, app: App
) -> None:
    other, _ = await signing_in.register_app(
        session, site, name="Other", redirect_uris=[REDIRECT], scopes="read"
    )
    code = await _code(session, site, app, anna, coop, CHALLENGE)
    plain = await _code(session, site, app, anna, coop)
    for client, which, address, verifier in (
        (other, code, REDIRECT, VERIFIER),
        (app, code, REDIRECT + "/", VERIFIER),
        (app, code, REDIRECT, None),
        (app, code, REDIRECT, CHALLENGE),
        (app, code, REDIRECT, VERIFIER + "a"),
        (app, plain, REDIRECT, VERIFIER),
    ):
        with pytest.raises(InvalidGrant):
            async with session.begin_nested():
                await signing_in.redeem(
                    session, site, client, code=which, redirect_uri=address, verifier=verifier
                )
    secret, _ = await signing_in.redeem(
        session, site, app, code=code, redirect_uri=REDIRECT, verifier=VERIFIER
    )
    assert await access.by_token(session, secret) is not None


async def test_no_secret_is_kept_as_it_is(
    session: Session, site: Site, coop: Actor, anna: Member, app: App
) -> None:
    secrets = {
        await signing_in.create_token(session, site, anna, coop, "read"),
        await signing_in.open_session(session, site, anna),
        await _code(session, site, app, anna, coop),
        PASSWORD,
    }
    kept: set[str] = set()
    for column in (Token.secret, BrowserSession.secret, Grant.code, App.secret, Member.password):
        kept.update(await session.scalars(select(column)))
    assert kept.isdisjoint(secrets)
    assert len(kept) == 5


async def test_a_member_is_known_by_her_address_in_any_case(
    session: Session, site: Site, coop: Actor, network: Actor, anna: Member
) -> None:
    assert anna.email == "anna@example.org"
    found = await access.member_by_email(session, "ANNA@example.ORG ")
    assert found is not None
    assert found.id == anna.id
    with pytest.raises(Conflicting):
        async with session.begin_nested():
            await _member(session, site, coop)
    again = await _member(session, site, network, Office.READER)
    assert again.id == anna.id
    assert [office for _, office in await access.mandates(session, anna)] == [
        Office.STEWARD,
        Office.READER,
    ]


@pytest.mark.parametrize("password", ["", "short", "x" * 1_001])
def test_a_password_has_a_bearable_length(password: str) -> None:
    with pytest.raises(Unwise):
        judging.check(password)


def test_a_password_fits_itself_alone() -> None:
    assert signing_in.password_fits(password_hash(), PASSWORD)
    assert not signing_in.password_fits(password_hash(), PASSWORD + " ")
    assert not signing_in.password_fits("no hash", PASSWORD)


async def test_a_spent_code_stays_spent_when_two_come_at_once(
    database: Database, site: Site, coop: Actor
) -> None:
    async with database.begin() as session:
        anna = await _member(session, site, coop)
        app, _ = await signing_in.register_app(
            session, site, name="App", redirect_uris=[REDIRECT], scopes="read"
        )
        code = await _code(session, site, app, anna, coop)

    async def redeem() -> str:
        async with database.begin() as session:
            secret, _ = await signing_in.redeem(
                session, site, app, code=code, redirect_uri=REDIRECT, verifier=None
            )
            return secret

    results = await asyncio.gather(redeem(), redeem(), return_exceptions=True)
    assert sum(isinstance(one, str) for one in results) == 1
    assert sum(isinstance(one, InvalidGrant) for one in results) == 1
