"""Secrets are remembered as digests: what is stolen with the database cannot be used."""

import hashlib


def digest(secret: str) -> str:
    """SHA-256 in hex. Our secrets are 256 random bits, so no salt and no slow hash is needed."""
    return hashlib.sha256(secret.encode()).hexdigest()
