"""Two peers of our own kind, at other hosts."""

import pytest
from together.peer import Peer

from actors.site import Site


@pytest.fixture
def peer(site: Site) -> Peer:
    """peer.test, with ada and whoever else a test names."""
    return Peer(site)
