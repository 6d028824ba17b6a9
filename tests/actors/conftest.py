"""A founded instance on each engine, with two strangers that it knows."""

from collections.abc import AsyncIterator

import pytest
from together.strangers import Stranger, maker
from together.street import key_pems

from actors import changes
from actors.database import Database, Session
from actors.listening import Listening
from actors.site import Site
from actors.tables.actor import Actor
from actors.verbs import enrolling


@pytest.fixture
async def network(database: Database, site: Site) -> Actor:
    """The network of an instance at https://alpha.test."""
    async with database.begin() as session:
        return await enrolling.found_instance(
            session, site, name="Réseau", instance_keys=key_pems(0), network_keys=key_pems(1)
        )


@pytest.fixture
async def coop(database: Database, site: Site, network: Actor) -> Actor:
    """An organisation of that instance."""
    assert network.is_ours
    async with database.begin() as session:
        return await enrolling.add_organisation(
            session, site, handle="coop", name="La Coop", keys=key_pems(2)
        )


@pytest.fixture
async def session(database: Database, coop: Actor) -> AsyncIterator[Session]:
    """One transaction for the whole test; whoever lives here has to be there before it."""
    assert coop.is_ours
    async with database.begin() as opened:
        yield opened


@pytest.fixture
async def remembering(database: Database, coop: Actor) -> AsyncIterator[Database]:
    """A database that remembers."""
    assert coop.is_ours
    listening = Listening(database, lambda _: None)
    heard = changes.of(database, listening)
    await heard.start()
    try:
        await database.remember(heard.committed)
        yield database
    finally:
        await database.close()
        await heard.stop()


@pytest.fixture
def stranger(site: Site) -> Stranger:
    """Makes an actor of another host, remembered in the given transaction."""
    return maker(site)
