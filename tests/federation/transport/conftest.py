"""Two peers, a canary, and a client that may call the peers only."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import pytest
from together.loopback import HOME, Opened, Peer, new_signatory, serving, settings_for

from federation.transport.client import Client
from federation.transport.signing import Signatory


@pytest.fixture
async def peer() -> AsyncIterator[Peer]:
    async with serving() as server:
        yield server


@pytest.fixture
async def other() -> AsyncIterator[Peer]:
    async with serving("other.localhost") as server:
        yield server


@pytest.fixture
async def canary() -> AsyncIterator[Peer]:
    """A server inside, which nothing may ever touch."""
    async with serving("canary.localhost") as server:
        server.answers.clear()
        yield server
        assert server.requests == []


@pytest.fixture
async def client_for() -> AsyncIterator[Opened]:
    """Opens a client that may call the given ports, with changed limits: `client_for(8001)`."""
    async with AsyncExitStack() as stack:

        async def opened(*ports: int, resolver: Any = None, trust: Any = None, **f: Any) -> Client:
            client = Client(
                settings_for(*ports, **f), own_origin=HOME, resolver=resolver, trust=trust
            )
            return await stack.enter_async_context(client)

        yield opened


@pytest.fixture
async def client(client_for: Opened, peer: Peer, other: Peer) -> Client:
    """May call `peer` and `other`, and nobody else."""
    return await client_for(peer.port, other.port)


@pytest.fixture(scope="session")
def signatory() -> Signatory:
    """The instance's own actor, in whose name documents are read."""
    return new_signatory()
