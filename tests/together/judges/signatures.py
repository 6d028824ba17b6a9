"""A signed request as other servers take it apart: draft-cavage-12, checked without our code."""

import base64
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import load_pem_public_key

_PARAMETER = re.compile(r'(\w+)="([^"]*)"')


@dataclass(frozen=True)
class Signed:
    """One request as it came in, with what its signature says.

    Attributes:
        headers: by their names in lower case.
        signer: the actor document that the request's key belongs to.
    """

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes
    signer: Mapping[str, Any]

    @property
    def says(self) -> dict[str, str]:
        """The parameters of the Signature header."""
        return dict(_PARAMETER.findall(self.headers.get("signature", "")))

    @property
    def covered(self) -> list[str]:
        """What the signature is over; Date alone, if it does not say."""
        return self.says.get("headers", "date").split()

    @property
    def key(self) -> rsa.RSAPublicKey:
        """The key that the signer lists."""
        key = load_pem_public_key(self.signer["publicKey"]["publicKeyPem"].encode())
        assert isinstance(key, rsa.RSAPublicKey)
        return key

    @property
    def target(self) -> str:
        """Method and path, with the query."""
        parts = urlsplit(self.url)
        return f"{self.method.lower()} {parts.path}" + (f"?{parts.query}" if parts.query else "")

    def age(self, now: datetime) -> timedelta:
        """How long ago it was signed; negative if that is still to come."""
        if "date" not in self.headers:
            return timedelta.max
        return now - parsedate_to_datetime(self.headers["date"]).astimezone(UTC)

    def holds(self) -> bool:
        """Is the signature that of the signer's key over what it covers?"""
        lines = {**self.headers, "(request-target)": self.target}
        if any(name not in lines for name in self.covered):
            return False
        text = "\n".join(f"{name}: {lines[name]}" for name in self.covered)
        try:
            self.key.verify(
                base64.b64decode(self.says.get("signature", "")),
                text.encode(),
                padding.PKCS1v15(),
                hashes.SHA256(),
            )
        except InvalidSignature:
            return False
        return True

    def has_digest(self) -> bool:
        """Is the SHA-256 of the body among the digests?"""
        value = base64.b64encode(hashlib.sha256(self.body).digest()).decode()
        given = [one.strip() for one in self.headers.get("digest", "").split(",")]
        return f"SHA-256={value}" in given
