"""Errands and explorations: whom nothing is asked of, and what is thrown away."""

from datetime import timedelta

from sqlalchemy import select
from together.clock import Clock
from together.strangers import Stranger

from activitypub.iris import Iri
from actors.database import Session
from actors.mail import errands, explorations, hosts
from actors.mail.errands import Kind
from actors.site import Site
from actors.tables.actor import Actor
from actors.tables.exploration import Exploration
from actors.verbs import blocking


async def test_nothing_is_asked_of_a_host_below_a_blocked_one_or_on_another_port_of_it(
    session: Session, site: Site, coop: Actor, stranger: Stranger
) -> None:
    ada = await stranger(session, "ada", "peer.test")
    await blocking.shut(session, site, "evil.test")
    for host in ("evil.test", "below.evil.test", "evil.test:8443"):
        iri = Iri(f"https://{host}/notes/1")
        assert not await errands.ask(session, site, Kind.OBJECT, iri, ada)
        assert await hosts.is_blocked(session, host)
    assert await errands.ask(session, site, Kind.OBJECT, Iri("https://good.test/notes/1"), ada)


async def test_an_exploration_that_is_over_is_forgotten_when_nothing_depends_on_it(
    session: Session, site: Site, coop: Actor, clock: Clock
) -> None:
    for iri in ("https://peer.test/notes/1", "https://peer.test/notes/2"):
        await explorations.ask(session, site, explorations.AROUND, iri)
    [one, _] = await explorations.claim(session, site, limit=2)
    await explorations.finish(session, one)
    await explorations.forget_done(session, site)
    assert len((await session.scalars(select(Exploration.iri))).all()) == 2
    clock.turn(days=2)
    await explorations.forget_done(session, site)
    left = (await session.scalars(select(Exploration.iri))).all()
    assert left == ["https://peer.test/notes/2"]  # it waits
    assert timedelta(days=2) > explorations.KEPT > explorations.COOL_DOWN
