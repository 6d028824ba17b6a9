"""Keys, made once for all tests of this floor."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

from activitypub.signatures.keys import PrivateKey


@pytest.fixture(scope="session")
def rsa() -> PrivateKey:
    return PrivateKey(generate_private_key(65537, 2048))


@pytest.fixture(scope="session")
def other_rsa() -> PrivateKey:
    return PrivateKey(generate_private_key(65537, 2048))


@pytest.fixture(scope="session")
def ed25519() -> PrivateKey:
    return PrivateKey(Ed25519PrivateKey.generate())
